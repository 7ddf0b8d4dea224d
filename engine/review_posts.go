package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/validate"
)

// touched is a post that the proposal changes; nil on the side that lacks it.
type touched struct{ before, after *validate.Post }

func (r *reviewing) kindOf(t touched) string {
	c := r.changed[t.post().Path]
	switch {
	case t.after == nil:
		return "removed"
	case t.before == nil && (r.before.ws.Config != nil || c != nil && c.Added):
		return "added"
	}
	return "changed"
}

// id is the post's id, or what it was where it cannot be read.
func (t touched) id() string {
	if id := t.post().ID; id != "" || t.before == nil {
		return id
	}
	return t.before.ID
}

// post is the post as it would be, or as it was.
func (t touched) post() *validate.Post { return cmp.Or(t.after, t.before) }

// findTouched pairs the posts of both sides, by id, and keeps what differs. Where
// smm.yaml cannot be read no post is, and none of the other side has come or gone.
func (r *reviewing) findTouched() {
	if r.after.ws.Config == nil {
		return
	}
	compared := r.before.ws.Config != nil
	dirty := map[*validate.Post]bool{}
	for _, w := range []*world{r.before, r.after} {
		for i := range w.report.Posts {
			if r.isDirty(w, i) {
				dirty[&w.report.Posts[i]] = true
			}
		}
	}
	for _, t := range paired(r.before.report.Posts, r.after.report.Posts) {
		if dirty[t.before] || dirty[t.after] || compared && (t.before == nil || t.after == nil || r.moved(t)) {
			r.touched = append(r.touched, t)
		}
	}
}

// isDirty reports whether one of a post's files is changed.
func (r *reviewing) isDirty(w *world, i int) bool {
	for p := range w.report.FilesOf(i) {
		if r.changed[p] != nil {
			return true
		}
	}
	return false
}

// moved reports whether a post whose files are as they were is another one all the
// same: by its slot, or by a file behind a link.
func (r *reviewing) moved(t touched) bool {
	a, b := t.before.Publications, t.after.Publications
	if len(a) != len(b) {
		return true
	}
	for i := range a {
		if a[i].Key != b[i].Key || a[i].Digest != b[i].Digest || a[i].Ready != b[i].Ready || !a[i].At.Equal(b[i].At) {
			return true
		}
	}
	if t.after.Slot == "" || t.before.Slot != t.after.Slot {
		return false
	}
	was, is := r.before.ws.Slot(t.before.Slot), r.after.ws.Slot(t.after.Slot)
	return was != nil && is != nil && (was.Brief != is.Brief || was.At.Text != is.At.Text)
}

// paired holds the posts of both sides against each other: those of one id under
// one path, then those of one id, then what has no id on one side under one path.
// It is in the order of the paths.
func paired(before, after []validate.Post) []touched {
	out := make([]touched, 0, len(after))
	left := map[[2]string]*validate.Post{}
	var alone []*validate.Post
	i := 0
	for j := range after { // both are in the order of their paths
		for i < len(before) && before[i].Path < after[j].Path {
			left[name(&before[i])] = &before[i]
			i++
		}
		if i < len(before) && name(&before[i]) == name(&after[j]) {
			out = append(out, touched{&before[i], &after[j]})
			i++
		} else {
			alone = append(alone, &after[j])
		}
	}
	for ; i < len(before); i++ {
		left[name(&before[i])] = &before[i]
	}
	byID, byPath := map[string]*validate.Post{}, map[string]*validate.Post{}
	for _, n := range slices.SortedFunc(maps.Keys(left), func(a, b [2]string) int { return slices.Compare(b[:], a[:]) }) {
		byID[n[0]], byPath[n[1]] = left[n], left[n] // the first path of an id stays
	}
	for _, p := range alone {
		was := byID[p.ID]
		if other := byPath[p.Path]; was == nil && other != nil && (p.ID == "" || other.ID == "") {
			was = other
		}
		if was == nil || left[name(was)] == nil {
			out = append(out, touched{nil, p})
			continue
		}
		delete(left, name(was))
		out = append(out, touched{was, p})
	}
	for _, was := range left {
		out = append(out, touched{was, nil})
	}
	slices.SortFunc(out, func(a, b touched) int {
		x, y := name(a.post()), name(b.post())
		return cmp.Or(cmp.Compare(x[1], y[1]), cmp.Compare(x[0], y[0]))
	})
	return out
}

func name(p *validate.Post) [2]string { return [2]string{p.ID, p.Path} }

// posts renders what the proposal changes, on both sides.
func (r *reviewing) posts() {
	var was, is []*validate.Post
	for _, t := range r.touched {
		if t.before != nil {
			was = append(was, t.before)
		}
		if t.after != nil {
			is = append(is, t.after)
		}
	}
	before, after := r.e.rendered(r.before, was), r.e.rendered(r.after, is)
	changes := map[content.Key]*plan.Change{}
	for _, list := range [][]plan.Change{r.all, r.out.Plan.Changes} { // the latter say more
		for i := range list {
			changes[list[i].Key] = &list[i]
		}
	}
	for _, t := range r.touched {
		p := ReviewedPost{ID: t.id(), Path: t.post().Path, Status: t.post().Status, Kind: r.kindOf(t)}
		p.Publications = publicationsOf(t, before, after, changes)
		r.out.Posts = append(r.out.Posts, p)
	}
}

func publicationsOf(t touched, before, after map[content.Key]*content.Publication, changes map[content.Key]*plan.Change) []ReviewedPublication {
	out := []ReviewedPublication{}
	at := map[content.Key]*ReviewedPublication{}
	add := func(p *validate.Post, set func(*ReviewedPublication)) {
		if p == nil {
			return
		}
		for i := range p.Publications {
			k := p.Publications[i].Key
			if at[k] == nil {
				at[k] = &ReviewedPublication{Key: k, Change: changes[k]}
			}
			set(at[k])
		}
	}
	add(t.before, func(p *ReviewedPublication) { p.Before = before[p.Key] })
	add(t.after, func(p *ReviewedPublication) { p.After = after[p.Key] })
	for _, p := range at {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b ReviewedPublication) int {
		x, y := cmp.Or(a.After, a.Before), cmp.Or(b.After, b.Before)
		return cmp.Or(x.At.Compare(y.At), compareKeys(a.Key, b.Key))
	})
	return out
}

// rendered renders posts as they are, drafts, too. What planning has rendered
// already is taken.
func (e *Engine) rendered(w *world, posts []*validate.Post) map[content.Key]*content.Publication {
	out := map[content.Key]*content.Publication{}
	byPath := map[string][]*content.Publication{}
	for _, post := range posts {
		for i := range post.Publications {
			p := post.Publications[i]
			if known := w.rendered[p.Key]; known != nil && known.Segments != nil && known.Path == p.Path {
				out[p.Key] = known
				continue
			}
			out[p.Key] = &p
			byPath[p.Path] = append(byPath[p.Path], &p)
		}
	}
	e.renderAll(w, byPath)
	return out
}
