package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
)

// The exit codes of the contract.
const (
	exitFailed  = 1
	exitChanges = 2
	exitInvalid = 3
	exitPartly  = 4
	exitUnknown = 5
	exitHeld    = 6
	exitStale   = 7
	exitUsage   = 64
)

// order is which code is given where several hold.
var order = []int{exitUsage, exitFailed, exitStale, exitHeld, exitInvalid, exitUnknown, exitPartly, exitChanges}

// exit is a result that is not success. Its text may be empty: the output has
// said it all.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &exit{exitUsage, fmt.Errorf(format, args...)} }

// worst returns the exit of the first code of order that holds.
func worst(err error, codes ...int) error {
	for _, code := range order {
		for _, c := range codes {
			if c == code {
				return &exit{code, err}
			}
		}
	}
	return err
}

// codeOf turns an error into an exit code.
func codeOf(err error) int {
	var e *exit
	var held *apply.ErrHeld
	var invalid *engine.InvalidError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	case strings.HasPrefix(err.Error(), "unknown command"), strings.HasPrefix(err.Error(), "unknown flag"):
		return exitUsage
	case errors.Is(err, engine.ErrStale):
		return exitStale
	case errors.As(err, &held), errors.Is(err, apply.ErrLost):
		return exitHeld
	case errors.As(err, &invalid), errors.Is(err, engine.ErrDirty):
		return exitInvalid
	}
	return exitFailed
}
