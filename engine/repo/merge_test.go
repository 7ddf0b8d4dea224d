package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// history is a repository in which trees are committed as they are given: path to
// content; a content that begins with -> is a link.
type history struct {
	t   *testing.T
	dir string
	n   int
}

func newHistory(t *testing.T) *history {
	h := &history{t: t, dir: t.TempDir()}
	h.git("init", "--quiet", "--initial-branch=main")
	return h
}

func (h *history) git(args ...string) string {
	h.t.Helper()
	out, err := Program(DefaultTimeout)(h.t.Context(), h.dir, nil, append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)...)
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func (h *history) commit(parent string, files map[string]string) string {
	h.t.Helper()
	if parent != "" {
		h.git("checkout", "--quiet", "--detach", parent)
		h.git("rm", "-rqf", "--ignore-unmatch", ".")
	}
	for name, text := range files {
		full := filepath.Join(h.dir, name)
		must(h.t, os.MkdirAll(filepath.Dir(full), 0o755))
		if to, ok := strings.CutPrefix(text, "->"); ok {
			must(h.t, os.Symlink(to, full))
		} else {
			must(h.t, os.WriteFile(full, []byte(text), 0o644))
		}
	}
	h.n++ // no two commits are one
	h.git("add", "-A")
	h.git("commit", "--quiet", "--allow-empty", "-m", fmt.Sprint(h.n))
	return h.git("rev-parse", "HEAD")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listing is a file system in lines.
func listing(t *testing.T, fsys fs.FS) string {
	t.Helper()
	var out []string
	must(t, fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		must(t, err)
		switch {
		case d.IsDir():
			return nil
		case d.Type() == fs.ModeSymlink:
			to, err := fs.ReadLink(fsys, p)
			must(t, err)
			out = append(out, p+"->"+to)
		default:
			b, err := fs.ReadFile(fsys, p)
			must(t, err)
			out = append(out, p+"="+string(b))
		}
		return nil
	}))
	return strings.Join(out, " ")
}

func TestMerge(t *testing.T) {
	t.Parallel()
	type tree = map[string]string
	for name, c := range map[string]struct {
		left, base, head tree
		want             string
		both             string
	}{
		"nothing":                  {tree{"a": "1"}, tree{"a": "1"}, tree{"a": "1"}, "a=1", ""},
		"each its own":             {tree{"a": "1", "d/b": "1"}, tree{"a": "2", "d/b": "1"}, tree{"a": "1", "d/b": "2", "e/c": "3"}, "a=2 d/b=2 e/c=3", ""},
		"both":                     {tree{"a": "1"}, tree{"a": "2"}, tree{"a": "3"}, "a=3", "a"},
		"both the same":            {tree{"a": "1"}, tree{"a": "2"}, tree{"a": "2"}, "a=2", ""},
		"deleted":                  {tree{"a": "1", "d/b": "1"}, tree{"a": "1", "d/b": "1"}, tree{"a": "1"}, "a=1", ""},
		"deleted and changed":      {tree{"a": "1", "k": ""}, tree{"a": "2", "k": ""}, tree{"k": ""}, "k=", "a"},
		"deleted beside a new one": {tree{"d/a": "1", "k": ""}, tree{"d/a": "1", "d/b": "2", "k": ""}, tree{"k": ""}, "d/b=2 k=", ""},
		"changed and deleted":      {tree{"d/a": "1", "k": ""}, tree{"k": ""}, tree{"d/a": "2", "k": ""}, "d/a=2 k=", "d/a"},
		"a file becomes a folder":  {tree{"a": "1"}, tree{"a": "1"}, tree{"a/b": "2"}, "a/b=2", ""},
		"a folder becomes a file":  {tree{"a/b": "1", "a/c/d": "1"}, tree{"a/b": "1", "a/c/d": "1"}, tree{"a": "2"}, "a=2", ""},
		"a folder becomes a link":  {tree{"a/b": "1", "c/b": "1"}, tree{"a/b": "1", "c/b": "1"}, tree{"a": "->c", "c/b": "1"}, "a->c c/b=1", ""},
		"a link becomes a folder":  {tree{"a": "->c", "c/b": "1"}, tree{"a": "->c", "c/b": "1"}, tree{"a/b": "2", "c/b": "1"}, "a/b=2 c/b=1", ""},
		"both add to a folder":     {tree{"k": ""}, tree{"k": "", "d/a": "1"}, tree{"k": "", "d/b": "2"}, "d/a=1 d/b=2 k=", ""},
		"file against folder":      {tree{"k": ""}, tree{"k": "", "d": "1"}, tree{"k": "", "d/b": "2"}, "d/b=2 k=", ""},
		"folder against file":      {tree{"k": ""}, tree{"k": "", "d/b": "1"}, tree{"k": "", "d": "2"}, "d=2 k=", "d"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"", "brand/"} {
				h := newHistory(t)
				under := func(files tree) tree {
					out := tree{"smm.yaml": ""}
					for p, text := range files {
						out[prefix+p] = text
					}
					return out
				}
				left := h.commit("", under(c.left))
				base, head := h.commit(left, under(c.base)), h.commit(left, under(c.head))
				must(t, os.MkdirAll(filepath.Join(h.dir, prefix), 0o755))
				r, err := At(filepath.Join(h.dir, prefix))
				must(t, err)
				m, err := r.Merge(t.Context(), base, head, "")
				must(t, err)
				want := c.want
				if prefix == "" {
					want = strings.TrimSpace(want + " smm.yaml=")
				}
				if got := listing(t, m.After); got != want {
					t.Errorf("%q: %s, want %s", prefix, got, want)
				}
				var both []string
				for _, ch := range m.Changed {
					if ch.Both {
						both = append(both, ch.Path)
					}
				}
				if got := strings.Join(both, " "); got != c.both {
					t.Errorf("both: %s, want %s", got, c.both)
				}
				if m.MergeBase != left {
					t.Errorf("merge base %s", m.MergeBase)
				}
			}
		})
	}
}

// tree writes a tree object with entries of any name.
func (h *history) tree(r *Repo, entries ...object.TreeEntry) plumbing.Hash {
	h.t.Helper()
	s, err := r.Objects()
	must(h.t, err)
	defer s.Close()
	obj := s.NewEncodedObject()
	must(h.t, (&object.Tree{Entries: entries}).Encode(obj))
	hash, err := s.SetEncodedObject(obj)
	must(h.t, err)
	return hash
}

// Names that lead elsewhere are no files, a folder that is named a million times
// over is not walked to its end, and neither is one without an end.
func TestMergeOfHostileTrees(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	base := h.commit("", map[string]string{"smm.yaml": "x", "content/a.md": "1"})
	r, err := At(h.dir)
	must(t, err)
	blob := plumbing.NewHash(h.git("rev-parse", "HEAD:smm.yaml"))
	file := func(name string) object.TreeEntry {
		return object.TreeEntry{Name: name, Mode: filemode.Regular, Hash: blob}
	}
	folder := func(name string, of plumbing.Hash) object.TreeEntry {
		return object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: of}
	}
	commit := func(tree plumbing.Hash) string {
		return h.git("commit-tree", tree.String(), "-p", base, "-m", "x")
	}
	inner := h.tree(r, file(".."), file("../up"), file("a/b"), file("ok.md"))
	m, err := r.Merge(t.Context(), base, commit(h.tree(r, file(".."), folder("content", inner), file("smm.yaml"))), base)
	must(t, err)
	if got := listing(t, m.After); got != "content/ok.md=x smm.yaml=x" {
		t.Error(got)
	}
	bomb := h.tree(r, file("f"))
	for range 8 {
		var many []object.TreeEntry
		for i := range 10 {
			many = append(many, folder(fmt.Sprint(i), bomb))
		}
		bomb = h.tree(r, many...)
	}
	if _, err := r.Merge(t.Context(), base, commit(bomb), base); !errors.Is(err, ErrTooMany) {
		t.Errorf("a bomb: %v", err)
	}
	deep := h.tree(r, file("f"))
	for range 200 {
		deep = h.tree(r, folder("d", deep))
	}
	if _, err := r.Merge(t.Context(), base, commit(deep), base); err == nil || !strings.Contains(err.Error(), "deep") {
		t.Errorf("without an end: %v", err)
	}
}

// A workspace's folder that became a link is a workspace that is gone.
func TestMergeWithoutTheFolder(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	base := h.commit("", map[string]string{"brand/smm.yaml": "x", "other/smm.yaml": "y"})
	head := h.commit(base, map[string]string{"brand": "->other", "other/smm.yaml": "y"})
	h.git("checkout", "--quiet", base)
	r, err := At(filepath.Join(h.dir, "brand"))
	must(t, err)
	m, err := r.Merge(t.Context(), base, head, base)
	must(t, err)
	if got := listing(t, m.After); got != "" {
		t.Error(got)
	}
}

// Links stay links: what leads out of the tree is not followed.
func TestMergeFollowsNoLinkOut(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	base := h.commit("", map[string]string{"smm.yaml": "x"})
	head := h.commit(base, map[string]string{"smm.yaml": "x", "abs": "->/etc/passwd", "up": "->../../etc/passwd", "in": "->smm.yaml"})
	r, err := At(h.dir)
	must(t, err)
	m, err := r.Merge(t.Context(), base, head, base)
	must(t, err)
	for name, ok := range map[string]bool{"abs": false, "up": false, "in": true} {
		if _, err := fs.ReadFile(m.After, name); (err == nil) != ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !slices.ContainsFunc(m.Changed, func(c Changed) bool { return c.Path == "abs" && c.Added }) {
		t.Errorf("%+v", m.Changed)
	}
}
