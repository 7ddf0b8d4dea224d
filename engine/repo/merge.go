package repo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Errors of Merge.
var (
	ErrNoMergeBase = errors.New("no commit that both sides have in common is in this clone")
	ErrTooMany     = errors.New("too many files are changed")
)

// Merge is a proposal, and the workspace as it would be after merging it. Nothing
// is checked out and no object is written.
type Merge struct {
	Base, Head, MergeBase string // commits
	// Before is the base's tree, After the merge's, Left that of the common commit
	// and Proposed the head's.
	Before, After, Left, Proposed fs.FS
	Changed                       []Changed // by path
}

// Changed is a file of the workspace that differs between the common commit and
// the head. Folders are none, links are.
type Changed struct {
	Path    string
	Added   bool // the common commit does not have it
	Deleted bool // the head does not have it
	// Both says that the base has changed it, too, into something else. The head's
	// is what counts.
	Both bool
	// Known says that the base has it as proposed already.
	Known bool

	old, new leaf
	stood    leaf // what the common commit has there, be it a folder
}

// leaf is a file's entry in a tree; the zero value is none.
type leaf struct {
	mode filemode.FileMode
	hash plumbing.Hash
}

// Merge lays what head changes over base. An empty mergeBase is looked for in
// the clone's history.
func (r *Repo) Merge(ctx context.Context, base, head, mergeBase string) (*Merge, error) {
	before, baseCommit, err := r.treeAt(base)
	if err != nil {
		return nil, err
	}
	proposed, headCommit, err := r.treeAt(head)
	if err != nil {
		return nil, err
	}
	if mergeBase == "" {
		if mergeBase, err = r.mergeBase(ctx, baseCommit, headCommit); err != nil {
			return nil, err
		}
	}
	left, leftCommit, err := r.treeAt(mergeBase)
	if err != nil {
		return nil, err
	}
	changed, err := changes(ctx, left, proposed)
	if err != nil {
		return nil, err
	}
	after, err := overlay(before, changed)
	if err != nil {
		return nil, err
	}
	return &Merge{
		Base: baseCommit, Head: headCommit, MergeBase: leftCommit,
		Before: before, After: after, Left: left, Proposed: proposed, Changed: changed,
	}, nil
}

// treeAt is the workspace's tree at a revision; an empty one where the revision
// has no such folder.
func (r *Repo) treeAt(rev string) (*treeFS, string, error) {
	s, err := r.Objects()
	if err != nil {
		return nil, "", err
	}
	commit, err := plumbing.NewHash(rev), error(nil)
	if !plumbing.IsHash(rev) {
		commit, err = resolve(s, rev)
	}
	var tree *object.Tree
	if err == nil {
		tree, err = r.workspaceTree(s, commit)
	}
	switch {
	case errors.Is(err, object.ErrDirectoryNotFound):
		tree = &object.Tree{}
	case errors.Is(err, plumbing.ErrObjectNotFound):
		err = fmt.Errorf("%w: `git fetch --depth=1 origin %s` brings it", ErrNoRevision, commit)
		fallthrough
	case err != nil:
		s.Close()
		return nil, "", fmt.Errorf("%.80s: %w", rev, err)
	}
	return newTreeFS(r, s, tree), commit.String(), nil
}

func (r *Repo) mergeBase(ctx context.Context, base, head string) (string, error) {
	out, err := r.Git(ctx, r.Root, nil, "merge-base", base, head)
	if found := strings.TrimSpace(string(out)); err == nil && plumbing.IsHash(found) {
		return found, nil
	}
	if err != nil && ExitCode(err) != 1 {
		return "", err
	}
	if r.Shallow() {
		return "", fmt.Errorf("%.12s and %.12s: %w, whose history is cut off: fetch the whole history (fetch-depth: 0; `git fetch --unshallow origin`), or name the commit and fetch it alone (`git fetch --depth=1 origin COMMIT`)",
			base, head, ErrNoMergeBase)
	}
	return "", fmt.Errorf("%.12s and %.12s: %w: the two have nothing to do with each other", base, head, ErrNoMergeBase)
}

// overlay is base with every changed path as it is proposed: folders that differ
// are kept in memory, all else is the base's.
func overlay(base *treeFS, changed []Changed) (*treeFS, error) {
	o := &overlaid{base: base, folders: map[string]map[string]object.TreeEntry{}}
	for i := range changed {
		c := &changed[i]
		at, err := o.leaf(c.Path)
		if err != nil {
			return nil, err
		}
		c.Known = at == c.new
		c.Both = at != c.stood && !c.Known
		if c.Deleted {
			if err := o.drop(c.Path); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range changed {
		if !c.Deleted {
			if err := o.put(c.Path, c.new); err != nil {
				return nil, err
			}
		}
	}
	return o.tree(), nil
}

// overlaid is a tree on its way: the entries of the folders that differ, by path.
type overlaid struct {
	base    *treeFS
	folders map[string]map[string]object.TreeEntry
}

// leaf is what the base has under a path, through no link.
func (o *overlaid) leaf(name string) (leaf, error) {
	f, err := o.base.folder(node{".", fs.ModeDir, o.base.root})
	dir := "."
	for part := range strings.SplitSeq(name, "/") {
		if err != nil || f == nil {
			return leaf{}, err
		}
		i, ok := f.byName[part]
		if !ok {
			return leaf{}, nil
		}
		n, e := f.node(dir, i), f.entries[i]
		if n.name == name {
			return leaf{e.Mode, e.Hash}, nil
		}
		dir, f = n.name, nil
		if n.mode.IsDir() {
			f, err = o.base.folder(n)
		}
	}
	return leaf{}, err
}

// entries are those of a folder, to be changed; nil where it is none and is not
// to be made one.
func (o *overlaid) entries(dir string, create bool) (map[string]object.TreeEntry, error) {
	if have := o.folders[dir]; have != nil {
		return have, nil
	}
	n := node{".", fs.ModeDir, o.base.root}
	if dir != "." {
		parent, err := o.entries(path.Dir(dir), create)
		if err != nil || parent == nil {
			return nil, err
		}
		e, ok := parent[path.Base(dir)]
		if !ok || e.Mode != filemode.Dir {
			if !create {
				return nil, nil
			}
			parent[path.Base(dir)] = object.TreeEntry{Name: path.Base(dir), Mode: filemode.Dir}
			o.folders[dir] = map[string]object.TreeEntry{}
			return o.folders[dir], nil
		}
		n = node{dir, fs.ModeDir, e.Hash}
	}
	f, err := o.base.folder(n)
	if err != nil {
		return nil, err
	}
	out := make(map[string]object.TreeEntry, len(f.entries))
	for _, e := range f.entries {
		out[e.Name] = e
	}
	o.folders[dir] = out
	return out, nil
}

func (o *overlaid) drop(name string) error {
	in, err := o.entries(path.Dir(name), false)
	if e, ok := in[path.Base(name)]; ok && e.Mode != filemode.Dir {
		delete(in, path.Base(name))
	}
	return err
}

func (o *overlaid) put(name string, l leaf) error {
	in, err := o.entries(path.Dir(name), true)
	if err == nil {
		in[path.Base(name)] = object.TreeEntry{Name: path.Base(name), Mode: l.mode, Hash: l.hash}
	}
	return err
}

// tree makes the file system. Folders that became empty are none, as in Git.
func (o *overlaid) tree() *treeFS {
	dirs := sortedByDepth(o.folders)
	for _, dir := range dirs {
		if parent := o.folders[path.Dir(dir)]; dir != "." && len(o.folders[dir]) == 0 && parent[path.Base(dir)].Mode == filemode.Dir {
			delete(parent, path.Base(dir))
			delete(o.folders, dir)
		}
	}
	t := &treeFS{repo: o.base.repo, under: o.base, folders: map[string]*folder{}}
	for dir, entries := range o.folders {
		tree := &object.Tree{}
		for _, e := range entries {
			tree.Entries = append(tree.Entries, e)
		}
		slices.SortFunc(tree.Entries, func(a, b object.TreeEntry) int { return cmp.Compare(a.Name, b.Name) })
		t.folders[dir] = newFolder(tree)
	}
	if t.folders["."] == nil { // nothing is changed
		t.folders["."] = o.base.folders["."]
	}
	return t
}

// sortedByDepth lists folders, the deepest first.
func sortedByDepth(folders map[string]map[string]object.TreeEntry) []string {
	var out []string
	for dir := range folders {
		out = append(out, dir)
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(b, "/"), strings.Count(a, "/")), cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	return out
}
