package media

import (
	"errors"
	"fmt"
)

// ErrNotFetched is of a medium of the web that there is no copy of yet.
var ErrNotFetched = errors.New("it was not fetched")

// FetchError is an ErrNotFetched that says why: nobody tried, or Err.
type FetchError struct {
	URL string
	Err error
}

// Error names the address.
func (e *FetchError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s is not fetched yet: `diff` and `apply` do so when it is due", e.URL)
	}
	return fmt.Sprintf("%s cannot be fetched: %v", e.URL, e.Err)
}

// Unwrap returns the cause.
func (e *FetchError) Unwrap() error { return e.Err }

// Is makes every FetchError an ErrNotFetched.
func (e *FetchError) Is(target error) bool { return target == ErrNotFetched }

// OtherError is what was fetched and is not what was reviewed.
type OtherError struct{ URL, Want, Got string }

// Error names both digests.
func (e *OtherError) Error() string {
	return fmt.Sprintf("%s has the SHA-256 %s, not %s", e.URL, e.Got, e.Want)
}
