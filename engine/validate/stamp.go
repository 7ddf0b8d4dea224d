package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"reflect"
	"time"
)

// racy is how long after its last change a file is not trusted by its stamp: a
// second change within the clock's tick would leave the stamp as it is. Git
// does the same. https://git-scm.com/docs/racy-git, 2026-11-23
const racy = 2 * time.Second

// stamp is what tells a changed file apart without reading it.
type stamp struct {
	missing bool
	size    int64
	mtime   int64 // nanoseconds; 0: the file system keeps none
	inode   int64 // and the time of its last change, where the system has them
	ctime   int64
	blob    string // a revision's file: the id of its content
}

// fileStamp is a file that a unit was made from.
type fileStamp struct {
	path    string
	isMedia bool
	recent  bool // it had changed too recently for its stamp to be trusted
	stamp   stamp
	content string // digest, with its kind; empty: not known
}

func stampOf(fsys fs.FS, path string) stamp {
	info, err := fs.Stat(fsys, path)
	if err != nil {
		return stamp{missing: true}
	}
	// A file of a Git revision has no times but a content's id: a string in Sys.
	if v := reflect.ValueOf(info.Sys()); v.Kind() == reflect.String && v.String() != "" {
		return stamp{blob: v.String()}
	}
	s := stamp{size: info.Size()}
	if t := info.ModTime(); !t.IsZero() {
		s.mtime = t.UnixNano()
	}
	s.inode, s.ctime = system(info)
	return s
}

// recentAt reports whether the file had changed too recently at a time.
func (s stamp) recentAt(now time.Time) bool {
	return max(s.mtime, s.ctime) >= now.Add(-racy).UnixNano()
}

// recorder is the workspace's file system; it notes the files that are read
// through it, with a digest of what was read.
type recorder struct {
	fs    fs.FS
	began time.Time
	on    bool
	seen  []fileStamp
}

func newRecorder(fsys fs.FS, began time.Time, on bool) *recorder {
	return &recorder{fs: fsys, began: began, on: on}
}

func (r *recorder) reset() { r.seen = nil }

// stamps returns what was read since reset.
func (r *recorder) stamps() []fileStamp { return r.seen }

// note adds a file. Its stamp is taken before it is read: what changes meanwhile
// is then seen the next time.
func (r *recorder) note(path string, isMedia bool) int {
	for i := range r.seen {
		if r.seen[i].path == path {
			return i
		}
	}
	s := stampOf(r.fs, path)
	r.seen = append(r.seen, fileStamp{path: path, isMedia: isMedia, stamp: s, recent: s.recentAt(r.began), content: s.id()})
	return len(r.seen) - 1
}

// id is the digest that a stamp itself holds, or "".
func (s stamp) id() string {
	if s.blob == "" {
		return ""
	}
	return "blob:" + s.blob
}

// Open opens a file, whose bytes are digested as they are read.
func (r *recorder) Open(name string) (fs.File, error) {
	if !r.on {
		return r.fs.Open(name)
	}
	i := r.note(name, false)
	f, err := r.fs.Open(name)
	if err != nil || r.seen[i].content != "" {
		return f, err
	}
	return &digested{File: f, into: r, index: i, sum: sha256.New()}, nil
}

// Lstat and ReadLink pass through: they are asked about links only.
func (r *recorder) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(r.fs, name) }

// ReadLink returns where a link points.
func (r *recorder) ReadLink(name string) (string, error) { return fs.ReadLink(r.fs, name) }

// Stat passes through.
func (r *recorder) Stat(name string) (fs.FileInfo, error) { return fs.Stat(r.fs, name) }

// ReadDir passes through.
func (r *recorder) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(r.fs, name) }

// digested is an open file whose digest is known once it was read to its end.
type digested struct {
	fs.File
	into  *recorder
	index int
	sum   hash.Hash
}

func (d *digested) Read(p []byte) (int, error) {
	n, err := d.File.Read(p)
	d.sum.Write(p[:n])
	if errors.Is(err, io.EOF) {
		d.into.seen[d.index].content = "sha256:" + hex.EncodeToString(d.sum.Sum(nil))
	}
	return n, err
}

// media notes a file whose digest is known already.
func (r *recorder) media(path, sum string) {
	if !r.on {
		return
	}
	i := r.note(path, true)
	if r.seen[i].content == "" && sum != "" {
		r.seen[i].content = "sha256:" + sum
	}
}

// fresh reports whether files are as they were, by stamp or else by content;
// touched, whether a stamp was brought up to date on the way.
func (r *recorder) fresh(files []fileStamp) (fresh, touched bool) {
	for i := range files {
		f := &files[i]
		now := stampOf(r.fs, f.path)
		if now == f.stamp && (now.missing || now.blob != "" || now.mtime != 0 && !f.recent) {
			continue
		}
		if now.missing || f.content == "" || r.content(f.path, now) != f.content {
			return false, false
		}
		if recent := now.recentAt(r.began); now != f.stamp || recent != f.recent {
			f.stamp, f.recent, touched = now, recent, true
		}
	}
	return true, touched
}

// content returns the digest of a file's bytes, or "" where it cannot be read.
func (r *recorder) content(path string, s stamp) string {
	if s.blob != "" {
		return s.id()
	}
	f, err := r.fs.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ""
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}
