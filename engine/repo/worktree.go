package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// WorkTree returns the workspace's files as they are on disk. Symbolic links
// are followed within the workspace and refused where they lead out of it.
func (r *Repo) WorkTree() (fs.FS, error) { return DirFS(r.Workspace) }

// DirFS is a folder that no name leads out of. os.Root sees to that; because it
// opens every folder on the way to each file, which costs as much as reading a
// post, names that lead through no link are opened directly. What was found of
// folders is remembered, so make a new one when the files may have changed. A
// link that another program puts there meanwhile is not seen: what is guarded
// against is a hostile repository, not a hostile machine.
func DirFS(dir string) (fs.FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &dirFS{dir: dir, guard: root.FS(), root: root}, nil
}

type dirFS struct {
	dir   string
	root  *os.Root
	guard fs.FS    // follows links, within the root
	plain sync.Map // folder -> whether no link is on the way to it
}

var (
	_ fs.ReadDirFS  = (*dirFS)(nil)
	_ fs.ReadFileFS = (*dirFS)(nil)
	_ fs.StatFS     = (*dirFS)(nil)
	_ fs.ReadLinkFS = (*dirFS)(nil)
)

// Close closes the root.
func (d *dirFS) Close() error { return d.root.Close() }

// direct returns name's path on disk where nothing on the way to it, nor name
// itself, is a link.
func (d *dirFS) direct(name string) (string, fs.FileInfo, bool) {
	full, ok := d.through(name)
	if !ok {
		return "", nil, false
	}
	info, err := os.Lstat(full)
	return full, info, err == nil && info.Mode().Type() != fs.ModeSymlink
}

// through returns name's path on disk where no link is on the way to it.
func (d *dirFS) through(name string) (string, bool) {
	if !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", false
	}
	return filepath.Join(d.dir, filepath.FromSlash(name)), d.isPlain(path.Dir(name))
}

func (d *dirFS) isPlain(dir string) bool {
	if dir == "." {
		return true
	}
	if v, ok := d.plain.Load(dir); ok {
		return v.(bool)
	}
	info, err := os.Lstat(filepath.Join(d.dir, filepath.FromSlash(dir)))
	if err != nil {
		return false // it may come later
	}
	plain := info.IsDir() && d.isPlain(path.Dir(dir))
	d.plain.Store(dir, plain)
	return plain
}

// Open opens a file or a folder.
func (d *dirFS) Open(name string) (fs.File, error) {
	if full, info, ok := d.direct(name); ok {
		if !info.Mode().IsRegular() && !info.IsDir() { // opening a pipe would wait for its writer
			return nil, &fs.PathError{Op: "open", Path: name, Err: errNotFile}
		}
		f, err := os.Open(full)
		if err != nil {
			return nil, short(err, name)
		}
		return f, nil
	}
	return d.guard.Open(name)
}

// ReadFile returns a file's bytes.
func (d *dirFS) ReadFile(name string) ([]byte, error) {
	full, info, ok := d.direct(name)
	if !ok {
		return fs.ReadFile(d.guard, name)
	}
	if !info.Mode().IsRegular() { // a pipe or a device would never end
		return nil, &fs.PathError{Op: "read", Path: name, Err: errNotFile}
	}
	b, err := os.ReadFile(full)
	return b, short(err, name)
}

// ReadDir lists a folder, sorted by name, without a stat for each file.
func (d *dirFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if full, _, ok := d.direct(name); ok {
		entries, err := os.ReadDir(full)
		return entries, short(err, name)
	}
	return fs.ReadDir(d.guard, name)
}

// Stat describes what name leads to.
func (d *dirFS) Stat(name string) (fs.FileInfo, error) {
	if _, info, ok := d.direct(name); ok {
		return info, nil
	}
	return fs.Stat(d.guard, name)
}

// Lstat describes name itself.
func (d *dirFS) Lstat(name string) (fs.FileInfo, error) {
	if full, ok := d.through(name); ok {
		info, err := os.Lstat(full)
		return info, short(err, name)
	}
	return fs.Lstat(d.guard, name)
}

// ReadLink returns where a symbolic link points.
func (d *dirFS) ReadLink(name string) (string, error) { return fs.ReadLink(d.guard, name) }

// short keeps the machine's paths out of messages.
func short(err error, name string) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return &fs.PathError{Op: pe.Op, Path: name, Err: pe.Err}
	}
	return err
}
