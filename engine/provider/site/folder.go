package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// maxFile bounds what is read back from the folder into memory.
const maxFile = 32 << 20

const (
	tempPrefix = ".smmctl-tmp-"
	stateDir   = ".smmctl"
)

// place is a folder of a workspace; it need not exist yet.
type place struct {
	root string // the workspace, on this machine
	dir  string // relative to it, slashes
}

// sources are the workspace's own folders: a site there would mix what people
// write with what is made of it.
var sources = []string{".git", "content", "strategies"}

// cleanFolder accepts a relative path that stays in the workspace.
func cleanFolder(s string) (string, error) {
	dir := path.Clean(s)
	switch {
	case strings.ContainsAny(s, "\\:\x00"), path.IsAbs(s), !fs.ValidPath(dir), dir == ".":
		return "", fmt.Errorf("server %q: want a folder inside the workspace, such as %s", s, DefaultFolder)
	case slices.Contains(sources, strings.ToLower(strings.Split(dir, "/")[0])):
		return "", fmt.Errorf("server %q: the folder holds the workspace's own files", s)
	}
	return dir, nil
}

// folder is the output folder, opened so that no name and no link leads out.
type folder struct {
	*os.Root
	dir  string
	step func(op, file string) error
}

// open opens an existing folder.
func (p place) open(step func(op, file string) error) (*folder, error) {
	ws, err := p.workspace()
	if err != nil {
		return nil, err
	}
	defer ws.Close()
	return p.in(ws, step)
}

// make opens the folder and makes it where it is missing.
func (p place) make(step func(op, file string) error) (*folder, error) {
	ws, err := p.workspace()
	if err != nil {
		return nil, err
	}
	defer ws.Close()
	if err := refuseLinks(ws, p.dir); err != nil {
		return nil, err
	}
	if err := ws.MkdirAll(p.dir, 0o755); err != nil {
		return nil, err
	}
	return p.in(ws, step)
}

func (p place) workspace() (*os.Root, error) {
	if p.root == "" {
		return nil, rejected("a site needs a workspace on disk")
	}
	return os.OpenRoot(p.root)
}

func (p place) in(ws *os.Root, step func(op, file string) error) (*folder, error) {
	if err := refuseLinks(ws, p.dir); err != nil {
		return nil, err
	}
	root, err := ws.OpenRoot(p.dir)
	if err != nil {
		return nil, err
	}
	return &folder{root, p.dir, step}, nil
}

// refuseLinks keeps a link, even one that stays in the workspace, from turning
// the output folder into a folder of sources.
func refuseLinks(ws *os.Root, dir string) error {
	at := ""
	for part := range strings.SplitSeq(dir, "/") {
		at = path.Join(at, part)
		info, err := ws.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return rejected("%s: not a folder; a site is not written through a link", at)
		}
	}
	return nil
}

// read returns a regular file of bounded size.
func (f *folder) read(file string) ([]byte, error) {
	info, err := f.Lstat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("%s: %w", f.name(file), errForeign)
	}
	r, err := f.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxFile))
}

// has reports whether anything is at file.
func (f *folder) has(file string) bool {
	_, err := f.Lstat(file)
	return err == nil
}

// write puts data at file at once: readers and a crash see the old or the new.
func (f *folder) write(file string, data []byte) error {
	dir := path.Dir(file)
	if err := f.before("mkdir", dir); err != nil {
		return err
	}
	if err := f.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp := path.Join(dir, tempPrefix+path.Base(file))
	if err := f.writeTemp(temp, data); err != nil {
		return err
	}
	if err := f.before("rename", file); err != nil {
		return err
	}
	if err := f.Rename(temp, file); err != nil {
		return err
	}
	f.syncDir(dir)
	return nil
}

func (f *folder) writeTemp(temp string, data []byte) error {
	if err := f.before("write", temp); err != nil {
		return err
	}
	// A crashed run's file is in the way; so might be a link, never followed.
	if err := f.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	w, err := f.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return errors.Join(err, w.Sync(), w.Close())
}

// syncDir makes a rename last. Some file systems cannot, and then have nothing
// better to offer.
func (f *folder) syncDir(dir string) {
	d, err := f.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}

// remove deletes one file; one that is gone already is no error.
func (f *folder) remove(file string) error {
	if err := f.before("remove", file); err != nil {
		return err
	}
	if err := f.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// removeEmpty deletes the folders above file that have become empty.
func (f *folder) removeEmpty(dir string) {
	for ; dir != "." && f.before("rmdir", dir) == nil && f.Remove(dir) == nil; dir = path.Dir(dir) {
	}
}

// list returns a folder's names, sorted; a missing folder has none.
func (f *folder) list(dir string) ([]fs.DirEntry, error) {
	d, err := f.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

func (f *folder) before(op, file string) error {
	if f.step == nil {
		return nil
	}
	return f.step(op, file)
}

// name is how a file is called in messages: relative to the workspace.
func (f *folder) name(file string) string { return path.Join(f.dir, file) }
