//go:build !unix

package counterpart

// lock does nothing here: the last of several installations wins.
func lock(string) (unlock func(), err error) { return func() {}, nil }
