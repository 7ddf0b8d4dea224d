package provider

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a failed call proves.
type Kind string

// The kinds. An error that is no *Error is Ambiguous: doubt never publishes
// twice.
const (
	Unsent       Kind = "unsent"       // the platform did nothing; sending again is safe
	Throttled    Kind = "throttled"    // the platform did nothing and says when to come back
	Rejected     Kind = "rejected"     // the platform refused; sending the same again is useless
	NotFound     Kind = "not_found"    // the object is not there
	Unauthorized Kind = "unauthorized" // the credential is wrong or may not do this
	Unsupported  Kind = "unsupported"  // this platform or server cannot do it
	Ambiguous    Kind = "ambiguous"    // it may have been carried out
)

// Error is a failed call.
type Error struct {
	Kind       Kind
	Op         string // what was asked: publish, edit, upload media …
	Status     int    // HTTP, or 0
	Code       string // the platform's own
	RetryAfter time.Time
	Err        error
}

// Error says what failed, never with a secret in it.
func (e *Error) Error() string {
	s := e.Op
	if e.Status != 0 {
		s += fmt.Sprintf(": HTTP %d", e.Status)
	}
	if e.Code != "" {
		s += ": " + e.Code
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err: Ambiguous where it is unknown.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Ambiguous
}

// Is reports whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// AsError returns err as an *Error, the one that is in it: changing that changes
// err. A foreign one becomes an Ambiguous one of op.
func AsError(op string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Ambiguous, Op: op, Err: err}
}

// Refused is the error of what a provider does not even send: it is Rejected, with
// these words, which take %w.
func Refused(op, format string, args ...any) *Error {
	return &Error{Kind: Rejected, Op: op, Err: fmt.Errorf(format, args...)}
}

// Harmless sorts the failure of a call that publishes nothing whatever becomes of
// it, such as a read or an upload: it may be made again, so that its doubt is
// Unsent. It is nil for nil.
func Harmless(op string, err error) error {
	if err == nil {
		return nil
	}
	e := AsError(op, err)
	if e.Kind == Ambiguous {
		e.Kind = Unsent
	}
	return e
}
