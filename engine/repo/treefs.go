package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// maxLinks is how many symbolic links a name may lead through.
const maxLinks = 40

// BlobID is what FileInfo.Sys returns for a file of a revision: its object id.
// Two files with one BlobID hold the same bytes.
type BlobID string

// treeFS is a commit's tree as a read-only file system. Symbolic links are
// followed within the tree, and refused where they lead out of it. It is safe
// for concurrent use: each reader takes a storage of its own.
type treeFS struct {
	repo *Repo
	root plumbing.Hash
	// under has the folders that are not this one's own; nil: the repository.
	under *treeFS

	mu      sync.Mutex
	folders map[string]*folder // by path, as they are walked
	free    []*filesystem.Storage
}

// folder is one tree object, its entries also found by name.
type folder struct {
	entries []object.TreeEntry
	byName  map[string]int
}

func newFolder(tree *object.Tree) *folder {
	f := &folder{entries: tree.Entries, byName: make(map[string]int, len(tree.Entries))}
	for i := range f.entries {
		f.byName[f.entries[i].Name] = i
	}
	return f
}

var (
	_ fs.ReadDirFS  = (*treeFS)(nil)
	_ fs.ReadFileFS = (*treeFS)(nil)
	_ fs.StatFS     = (*treeFS)(nil)
	_ fs.ReadLinkFS = (*treeFS)(nil)
)

func newTreeFS(r *Repo, s *filesystem.Storage, root *object.Tree) *treeFS {
	return &treeFS{
		repo: r, root: root.Hash,
		folders: map[string]*folder{".": newFolder(root)},
		free:    []*filesystem.Storage{s},
	}
}

// Close gives the file descriptors back; the file system opens them again when
// it is used again.
func (t *treeFS) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, s := range t.free {
		errs = append(errs, s.Close())
	}
	t.free = nil
	return errors.Join(errs...)
}

// with lends a storage to one reader. Where it does not find an object it is
// asked again with a new one: another process may have packed objects anew.
func (t *treeFS) with(use func(*filesystem.Storage) error) error {
	s, err := t.borrow()
	if err != nil {
		return err
	}
	err = use(s)
	if errors.Is(err, plumbing.ErrObjectNotFound) || errors.Is(err, dotgit.ErrPackfileNotFound) || errors.Is(err, fs.ErrNotExist) {
		_ = s.Close()
		if s, err = t.repo.Objects(); err != nil {
			return err
		}
		err = use(s)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free = append(t.free, s)
	return err
}

func (t *treeFS) borrow() (*filesystem.Storage, error) {
	t.mu.Lock()
	if n := len(t.free); n > 0 {
		s := t.free[n-1]
		t.free = t.free[:n-1]
		t.mu.Unlock()
		return s, nil
	}
	t.mu.Unlock()
	return t.repo.Objects()
}

// node is a name's tree entry, after links.
type node struct {
	name string // the path that was reached
	mode fs.FileMode
	hash plumbing.Hash
}

func (t *treeFS) folder(n node) (*folder, error) {
	t.mu.Lock()
	f := t.folders[n.name]
	t.mu.Unlock()
	if f != nil {
		return f, nil
	}
	if t.under != nil {
		return t.under.folder(n)
	}
	err := t.with(func(s *filesystem.Storage) error {
		tree, err := object.GetTree(s, n.hash)
		if err == nil {
			f = newFolder(tree)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.folders[n.name] = f
	t.mu.Unlock()
	return f, nil
}

// lookup finds name without following its last element.
func (t *treeFS) lookup(name string, links int) (node, error) {
	if name == "." {
		return node{".", fs.ModeDir | 0o555, t.root}, nil
	}
	dir, err := t.follow(path.Dir(name), links)
	if err != nil {
		return node{}, err
	}
	if !dir.mode.IsDir() {
		return node{}, fs.ErrNotExist
	}
	f, err := t.folder(dir)
	if err != nil {
		return node{}, err
	}
	i, ok := f.byName[path.Base(name)]
	if !ok {
		return node{}, fs.ErrNotExist
	}
	return f.node(dir.name, i), nil
}

func (f *folder) node(dir string, i int) node {
	e := &f.entries[i]
	return node{path.Join(dir, e.Name), modeOf(e.Mode), e.Hash}
}

// follow finds what name leads to in the end.
func (t *treeFS) follow(name string, links int) (node, error) {
	n, err := t.lookup(name, links)
	if err != nil || n.mode.Type() != fs.ModeSymlink {
		return n, err
	}
	if links >= maxLinks {
		return node{}, errors.New("too many symbolic links")
	}
	target, err := t.target(n)
	if err != nil {
		return node{}, err
	}
	next := path.Join(path.Dir(n.name), target)
	if path.IsAbs(target) || !fs.ValidPath(next) {
		return node{}, errOutside
	}
	return t.follow(next, links+1)
}

func (t *treeFS) target(n node) (string, error) {
	b, err := t.blob(n.hash, 4<<10)
	return string(b), err
}

func modeOf(m filemode.FileMode) fs.FileMode {
	switch m {
	case filemode.Dir:
		return fs.ModeDir | 0o555
	case filemode.Symlink:
		return fs.ModeSymlink | 0o777
	case filemode.Executable:
		return 0o555
	case filemode.Regular, filemode.Deprecated:
		return 0o444
	}
	return fs.ModeIrregular // a submodule
}

// blob reads an object; a limit of 0 is none.
func (t *treeFS) blob(hash plumbing.Hash, limit int64) (data []byte, err error) {
	err = t.with(func(s *filesystem.Storage) error {
		blob, err := object.GetBlob(s, hash)
		if err != nil {
			return err
		}
		if limit > 0 && blob.Size > limit {
			return fmt.Errorf("%d bytes, more than %d", blob.Size, limit)
		}
		r, err := blob.Reader()
		if err != nil {
			return err
		}
		defer r.Close()
		data = make([]byte, blob.Size)
		_, err = io.ReadFull(r, data)
		return err
	})
	return data, err
}

func (t *treeFS) find(op, name string, find func(string, int) (node, error)) (node, error) {
	if !fs.ValidPath(name) {
		return node{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n, err := find(name, 0)
	if err != nil {
		return node{}, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return n, nil
}

// Open opens a file or a folder.
func (t *treeFS) Open(name string) (fs.File, error) {
	n, err := t.find("open", name, t.follow)
	if err != nil {
		return nil, err
	}
	info := t.info(path.Base(name), n)
	if n.mode.IsDir() {
		return &openDir{fs: t, name: name, info: info}, nil
	}
	data, err := t.contents("open", name, n)
	if err != nil {
		return nil, err
	}
	return &openFile{Reader: bytes.NewReader(data), info: info}, nil
}

// ReadFile returns a file's bytes.
func (t *treeFS) ReadFile(name string) ([]byte, error) {
	n, err := t.find("read", name, t.follow)
	if err != nil {
		return nil, err
	}
	return t.contents("read", name, n)
}

func (t *treeFS) contents(op, name string, n node) ([]byte, error) {
	if !n.mode.IsRegular() {
		return nil, &fs.PathError{Op: op, Path: name, Err: errNotFile}
	}
	data, err := t.blob(n.hash, 0)
	if err == nil {
		data, err = t.repo.smudge(data)
	}
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return data, nil
}

// ReadDir lists a folder, sorted by name. Sizes are found only when asked for.
func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name, t.follow)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	f, err := t.folder(n)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return t.list(n.name, f), nil
}

// Stat describes what name leads to.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name, t.follow)
	if err != nil {
		return nil, err
	}
	return t.info(path.Base(name), n), nil
}

// Lstat describes name itself.
func (t *treeFS) Lstat(name string) (fs.FileInfo, error) {
	n, err := t.find("lstat", name, t.lookup)
	if err != nil {
		return nil, err
	}
	return t.info(path.Base(name), n), nil
}

// ReadLink returns where a symbolic link points.
func (t *treeFS) ReadLink(name string) (string, error) {
	n, err := t.find("readlink", name, t.lookup)
	if err != nil {
		return "", err
	}
	if n.mode.Type() != fs.ModeSymlink {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return t.target(n)
}

func (t *treeFS) info(base string, n node) *treeInfo {
	return &treeInfo{fs: t, base: base, node: n, size: -1}
}

// treeInfo is a FileInfo and a DirEntry. Git keeps no times.
type treeInfo struct {
	fs   *treeFS
	base string
	node node
	once sync.Once
	size int64
}

func (i *treeInfo) Name() string               { return i.base }
func (i *treeInfo) Mode() fs.FileMode          { return i.node.mode }
func (i *treeInfo) Type() fs.FileMode          { return i.node.mode.Type() }
func (i *treeInfo) IsDir() bool                { return i.node.mode.IsDir() }
func (i *treeInfo) ModTime() time.Time         { return time.Time{} }
func (i *treeInfo) Info() (fs.FileInfo, error) { return i, nil }
func (i *treeInfo) Sys() any                   { return BlobID(i.node.hash.String()) }

// Size asks the object's header, not its bytes; a Git LFS pointer has its own.
func (i *treeInfo) Size() int64 {
	i.once.Do(func() { i.size = i.fs.size(i.node) })
	return i.size
}

func (t *treeFS) size(n node) (size int64) {
	if n.mode.IsDir() || n.mode&fs.ModeIrregular != 0 {
		return 0
	}
	_ = t.with(func(s *filesystem.Storage) (err error) {
		size, err = s.EncodedObjectSize(n.hash)
		return err
	})
	if n.mode.IsRegular() && size <= maxPointer {
		if data, err := t.contents("stat", n.name, n); err == nil {
			return int64(len(data))
		}
	}
	return size
}
