// Package counterpart is what tests need to run a real server beside them:
// a cache outside the tree for what is installed or built, and children that end
// with the test. Only tests import it; it imports the standard library.
package counterpart

import (
	"fmt"
	"os"
	"path/filepath"
)

// Cached returns the folder of that name in the tests' cache, which is filled by
// fill the first time. Of several processes one fills it and the others wait; a
// folder that is there is whole, for it is renamed into its place. name should
// hold a digest of what the folder is made of.
func Cached(name string, fill func(dir string) error) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	parent := filepath.Join(cache, "smmctl-tests")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	dir := filepath.Join(parent, name)
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	work, err := os.MkdirTemp(parent, name+"-making-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := fill(work); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return dir, os.Rename(work, dir)
}
