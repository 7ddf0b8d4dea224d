package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// maxPointer is the longest Git LFS pointer: "must be less than 1024 bytes".
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, read 2026-11-23.
const maxPointer = 1024

var pointer = regexp.MustCompile(`(?m)^oid sha256:([0-9a-f]{64})$\n^size ([0-9]{1,18})$`)

// smudge gives a Git LFS pointer's file where `git lfs` has fetched it, so that
// a commit's media are what the work tree shows. A pointer without its file
// stays a pointer, for validation to complain of.
func (r *Repo) smudge(data []byte) ([]byte, error) {
	if len(data) >= maxPointer || !bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/v1\n")) {
		return data, nil
	}
	m := pointer.FindSubmatch(data)
	if m == nil {
		return data, nil
	}
	oid := string(m[1])
	want, err := strconv.ParseInt(string(m[2]), 10, 64)
	if err != nil {
		return data, nil
	}
	name := filepath.Join(r.CommonDir, "lfs", "objects", oid[:2], oid[2:4], oid)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return data, nil
	case err != nil:
		return nil, err
	case info.Size() != want:
		return nil, fmt.Errorf("git lfs object %s: %d bytes, its pointer says %d", oid, info.Size(), want)
	}
	return os.ReadFile(name)
}
