package validate

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/smmctl/smmctl/engine/load"
)

// kept is what a check leaves for the next.
type kept struct {
	posts []load.PostFile
	units []unit
}

// ErrAfresh says that a report cannot be built on.
var ErrAfresh = errors.New("it has to be checked from the start")

// Again checks a workspace that differs from the one that r is of in posts and
// their media alone; the Options must be the same. A post of which no file has
// changed is not looked at again. r must have been made with Keep, and of files
// that tell their content (a revision's).
func (r *Report) Again(ctx context.Context, ws *load.Workspace, o Options, changed func(path string) bool) (*Report, error) {
	if r.kept == nil || ws.Config == nil {
		return nil, ErrAfresh
	}
	o.Cache = nil
	c := newChecker(ws, o.withDefaults())
	c.shared = true
	c.few()
	known := make(map[string]int, len(r.kept.posts))
	for i := range r.kept.posts {
		known[r.kept.posts[i].Path] = i
	}
	w := newWorker(c, c.o.Clock.Now())
	for i, pf := range ws.Posts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		j, ok := known[pf.Path]
		if ok && samePost(pf, r.kept.posts[j], changed) && w.sameMedia(&r.kept.units[j]) {
			c.units[i] = r.kept.units[j]
			continue
		}
		c.units[i] = w.unit(pf, "")
	}
	c.stats = Stats{Decoded: w.stats.Decoded, Reused: len(c.units) - w.stats.Decoded}
	c.across()
	return c.report(), nil
}

func samePost(a, b load.PostFile, changed func(string) bool) bool {
	return a.Path == b.Path && slices.Equal(a.Variants, b.Variants) && !changed(a.Path) &&
		!slices.ContainsFunc(a.Variants, func(v load.VariantFile) bool { return changed(v.Path) })
}

// sameMedia reports whether a unit's media are what they were. They are looked at
// one by one: a link to a changed file has not changed itself.
func (w *worker) sameMedia(u *unit) bool {
	if len(u.files) == 0 {
		return false // nothing is known
	}
	for i := range u.files {
		f := &u.files[i]
		if f.isMedia && stampOf(w.c.ws.FS, f.path) != f.stamp {
			return false
		}
	}
	return true
}

// ReadOnly is a cache that nothing is written to.
func ReadOnly(c Cache) Cache { return readOnly{c} }

type readOnly struct{ Cache }

func (readOnly) Save(string, func(io.Writer) error) error { return errReadOnly }

var errReadOnly = errors.New("the cache is only read")

// Warm reports whether the cache has something that was made under the same
// conditions: a check has to look only at what has changed since.
func Warm(ws *load.Workspace, o Options) bool {
	if ws.Config == nil || o.Cache == nil {
		return false
	}
	r := newChecker(ws, o.withDefaults()).openCache()
	defer r.close()
	return r.file != nil
}

// FilesOf yields the files that the i-th post was made from: itself, its variants,
// its media. The report must have been made with Keep.
func (r *Report) FilesOf(i int) iter.Seq[string] {
	return func(yield func(string) bool) {
		if r.kept == nil {
			return
		}
		for _, v := range r.kept.posts[i].Variants {
			if !yield(v.Path) {
				return
			}
		}
		for _, f := range r.kept.units[i].files {
			if !yield(f.path) {
				return
			}
		}
	}
}
