package repo

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// A hostile tree may name one folder a million times over, and be as deep as it
// likes: what is looked into is bounded.
const (
	maxChanged = 250_000 // entries looked at
	maxDepth   = 64      // folders
)

// differ finds what differs between two trees.
type differ struct {
	ctx      context.Context
	old, new *treeFS
	looked   int
	out      []Changed
}

// changes lists the files that differ between two trees, by path.
func changes(ctx context.Context, old, new *treeFS) ([]Changed, error) {
	d := &differ{ctx: ctx, old: old, new: new}
	if err := d.walk(".", old.folders["."], new.folders["."], 0); err != nil {
		return nil, err
	}
	slices.SortFunc(d.out, func(a, b Changed) int { return cmp.Compare(a.Path, b.Path) })
	return d.out, nil
}

func (d *differ) walk(dir string, old, new *folder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%.80s: folders are more than %d deep", dir, maxDepth)
	}
	names := map[string]bool{}
	for _, f := range []*folder{old, new} {
		for name := range f.names() {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !usable(name) {
			continue // as when the folder is listed
		}
		if err := d.entry(dir, name, old, new, depth); err != nil {
			return err
		}
	}
	return d.ctx.Err()
}

func (d *differ) entry(dir, name string, old, new *folder, depth int) error {
	was, is := old.leaf(name), new.leaf(name)
	if was == is {
		return nil
	}
	if d.looked++; d.looked > maxChanged {
		return fmt.Errorf("%w: more than %d", ErrTooMany, maxChanged)
	}
	full := path.Join(dir, name)
	below, err := d.below(d.old, full, was)
	if err != nil {
		return err
	}
	above, err := d.below(d.new, full, is)
	if err != nil {
		return err
	}
	if below != nil || above != nil {
		if err := d.walk(full, below, above, depth+1); err != nil {
			return err
		}
	}
	c := Changed{Path: full, old: was.file(), new: is.file(), stood: was}
	if c.old != c.new {
		c.Added, c.Deleted = c.old == leaf{}, c.new == leaf{}
		d.out = append(d.out, c)
	}
	return nil
}

// below is the folder that an entry is, or nil.
func (d *differ) below(t *treeFS, name string, l leaf) (*folder, error) {
	if l.mode != filemode.Dir {
		return nil, nil
	}
	return t.folder(node{name, fs.ModeDir, l.hash})
}

func (f *folder) names() map[string]int {
	if f == nil {
		return nil
	}
	return f.byName
}

func (f *folder) leaf(name string) leaf {
	i, ok := f.names()[name]
	if !ok {
		return leaf{}
	}
	return leaf{f.entries[i].Mode, f.entries[i].Hash}
}

// file is the entry where it is no folder.
func (l leaf) file() leaf {
	if l.mode == filemode.Dir {
		return leaf{}
	}
	return l
}
