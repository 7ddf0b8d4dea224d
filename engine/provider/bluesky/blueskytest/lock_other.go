//go:build !unix

package blueskytest

// lock does nothing here: the last of several installations wins.
func lock(string) (unlock func(), err error) { return func() {}, nil }
