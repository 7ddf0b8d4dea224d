package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		0:           nil,
		exitFailed:  errors.New("anything else"),
		exitInvalid: fmt.Errorf("apply: %w", &engine.InvalidError{Summary: "smm.yaml:1: no"}),
		exitHeld:    fmt.Errorf("apply: %w", &apply.ErrHeld{}),
		exitStale:   fmt.Errorf("%w: HEAD is elsewhere", engine.ErrStale),
		exitUsage:   usage("no"),
		exitChanges: &exit{code: exitChanges},
	} {
		if got := codeOf(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
	if got := codeOf(engine.ErrDirty); got != exitInvalid {
		t.Errorf("uncommitted changes: %d, want %d", got, exitInvalid)
	}
}

// Where several hold, the contract's order decides, whatever the order in which
// they were found.
func TestWorst(t *testing.T) {
	t.Parallel()
	contract := []int{64, 1, 7, 6, 3, 5, 4, 2}
	for i, first := range contract {
		for _, second := range contract[i+1:] {
			for _, codes := range [][]int{{first, second}, {second, first}} {
				if got := codeOf(worst(nil, codes...)); got != first {
					t.Errorf("%v: %d, want %d", codes, got, first)
				}
			}
		}
	}
	if worst(nil) != nil {
		t.Error("nothing holds, and it is not success")
	}
}
