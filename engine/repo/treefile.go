package repo

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
)

var (
	errOutside = errors.New("a symbolic link leads out of the workspace")
	errNotFile = errors.New("not a regular file")
)

// list makes a tree's entries into folder entries. Git orders folders as if
// their names ended with a slash; fs.FS wants plain names in order.
func (t *treeFS) list(dir string, f *folder) []fs.DirEntry {
	out := make([]fs.DirEntry, 0, len(f.entries))
	for i := range f.entries {
		name := f.entries[i].Name
		if usable(name) {
			out = append(out, t.info(name, f.node(dir, i)))
		}
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return out
}

// usable reports whether an entry's name can be one: a hostile tree may hold any.
func usable(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.Contains(name, "/")
}

// openFile is an open file: its bytes.
type openFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

// openDir is an open folder.
type openDir struct {
	fs   *treeFS
	name string
	info fs.FileInfo
	rest []fs.DirEntry
	read bool
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errNotFile}
}

// ReadDir returns the next n entries, or all that are left.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		entries, err := d.fs.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.rest, d.read = entries, true
	}
	if n > 0 && len(d.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.rest) {
		n = len(d.rest)
	}
	out := d.rest[:n]
	d.rest = d.rest[n:]
	return out, nil
}
