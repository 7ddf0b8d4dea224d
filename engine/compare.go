package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
)

// comparison is the plan of one revision less what another would do anyway: what
// a branch changes. It asks no platform.
func (e *Engine) comparison(ctx context.Context, o PlanOptions) (*Outlook, error) {
	o.Offline = true
	before, err := e.revision(ctx, o.From, o)
	if err != nil {
		return nil, err
	}
	after, err := e.revision(ctx, o.To, o)
	if err != nil {
		return nil, err
	}
	_, _, out := e.difference(before, after, o)
	return out, nil
}

// revision reads everything of one revision; empty is the work tree.
func (e *Engine) revision(ctx context.Context, rev string, o PlanOptions) (*world, error) {
	w, err := e.source(rev)
	if err != nil {
		return nil, err
	}
	w.readOnly = true
	return w, e.read(ctx, w, o)
}

// difference plans both worlds. It returns what before would do with what differs or
// is not done, all that after would do, and as an outlook what before would not do
// anyway.
func (e *Engine) difference(before, after *world, o PlanOptions) (was, all []plan.Change, out *Outlook) {
	to := e.input(after, o)
	from := e.circumstances(before, o)
	d := e.compareDesired(before, to.Desired)
	from.Desired = d.desired
	e.renderReady(before, d.was)
	e.renderReady(after, d.is)
	out = after.outlook(to, e.fill(after, to))
	all = out.Plan.Changes
	was = e.planOf(before, from, d, after, all)
	out.Plan.Changes = changesBetween(was, before, all, after, o.From)
	out.Plan.Summarize()
	return was, all, out
}

// desires are before's publications held against after's.
type desires struct {
	desired []*content.Publication // before's; what is the same is after's own: it is rendered once for both
	was, is []*content.Publication // what is not the same, of both
}

func (e *Engine) compareDesired(before *world, those []*content.Publication) *desires {
	d, match := &desires{}, matching(those)
	add := func(p *content.Publication) {
		q := match.find(p.Key)
		if q != nil && samePublication(p, q) {
			d.desired = append(d.desired, q)
			return
		}
		if q != nil {
			d.is = append(d.is, q)
		}
		own := *p
		before.rendered[p.Key] = &own
		d.desired, d.was = append(d.desired, &own), append(d.was, &own)
	}
	for i := range before.report.Posts {
		for j := range before.report.Posts[i].Publications {
			p := before.wanted(&before.report.Posts[i].Publications[j])
			add(&p)
		}
	}
	for _, p := range e.profiles(before) {
		add(p)
	}
	for i, found := range match.found {
		if !found {
			d.is = append(d.is, those[i])
		}
	}
	return d
}

// matcher finds publications by Key. Who asks in nearly the order of the list pays
// for no index.
type matcher struct {
	list  []*content.Publication
	found []bool
	next  int
	index map[content.Key]int
}

func matching(list []*content.Publication) *matcher {
	return &matcher{list: list, found: make([]bool, len(list))}
}

func (m *matcher) find(k content.Key) *content.Publication {
	i, ok := m.next, m.next < len(m.list) && m.list[m.next].Key == k
	if !ok {
		if m.index == nil {
			m.index = make(map[content.Key]int, len(m.list))
			for i, p := range m.list {
				m.index[p.Key] = i
			}
		}
		if i, ok = m.index[k]; !ok {
			return nil
		}
	}
	m.found[i], m.next = true, i+1
	return m.list[i]
}

// planOf decides what before would do with the Keys that differ or that after does
// something with; all others need nothing on either side.
func (e *Engine) planOf(before *world, from *plan.Input, d *desires, after *world, all []plan.Change) []plan.Change {
	from.OnlyKeys = map[content.Key]bool{}
	for _, p := range slices.Concat(d.was, d.is) {
		from.OnlyKeys[p.Key] = true
	}
	for i := range all {
		from.OnlyKeys[all[i].Key] = true
	}
	draft := plan.Draft(*from)
	mine, shared := map[string][]*content.Publication{}, map[string][]*content.Publication{}
	for _, k := range draft.Unrendered() {
		if p := before.rendered[k]; p != nil {
			mine[p.Path] = append(mine[p.Path], p)
		} else if p := after.rendered[k]; p != nil {
			shared[p.Path] = append(shared[p.Path], p)
		}
	}
	e.renderAll(before, mine)
	e.renderAll(after, shared)
	return draft.Plan().Changes
}

// renderReady renders what can go out, whether it is due or not, so that its words
// can be compared.
func (e *Engine) renderReady(w *world, list []*content.Publication) {
	byPath := map[string][]*content.Publication{}
	for _, p := range list {
		if p.Segments == nil && p.Ready && p.Invalid == "" && !p.Key.IsProfile() {
			byPath[p.Path] = append(byPath[p.Path], p)
		}
	}
	e.renderAll(w, byPath)
}

// samePublication reports whether two publications, not yet rendered, say the
// same. The digest is of all that is written for it.
func samePublication(a, b *content.Publication) bool {
	return a.Digest == b.Digest && a.Path == b.Path && a.Provider == b.Provider && a.Invalid == b.Invalid &&
		a.Ready == b.Ready && a.OnHold == b.OnHold && a.Removed == b.Removed && a.Retract == b.Retract &&
		a.Republish == b.Republish && a.MovedFrom == b.MovedFrom && a.Imported == b.Imported &&
		a.Native == b.Native && a.Reminder == b.Reminder && a.Replace == b.Replace && a.Pin == b.Pin && a.Late == b.Late &&
		a.At.Equal(b.At) && a.Embargo.Equal(b.Embargo) && a.Unpublish.Equal(b.Unpublish) && a.PinUntil.Equal(b.PinUntil) &&
		slices.Equal(a.Overrides, b.Overrides) && slices.Equal(a.DependsOn, b.DependsOn)
}

// changesBetween keeps of what is planned now what was not planned before, and
// tells of what was planned and is no longer.
func changesBetween(was []plan.Change, before *world, now []plan.Change, after *world, name string) []plan.Change {
	old := make(map[content.Key]plan.Change, len(was))
	for _, c := range was {
		old[c.Key] = c
	}
	kept := []plan.Change{}
	for _, c := range now {
		earlier, known := old[c.Key]
		delete(old, c.Key)
		if known && sameChange(earlier, c) {
			continue
		}
		if then := before.rendered[c.Key]; known && then != nil && !c.Resume { // else it is the same on both sides
			if fields := fieldsBetween(then, after.rendered[c.Key]); len(fields) > 0 {
				c.Fields = fields
			}
		}
		kept = append(kept, c)
	}
	for _, c := range was {
		now := after.rendered[c.Key]
		if _, gone := old[c.Key]; gone && (now == nil || !now.Ready) && (c.Action.Effective() || c.Action == plan.Wait) {
			c.Reason = fmt.Sprintf("planned at %s (%s), and no longer", name, c.Action)
			c.Action, c.Fields = plan.Hold, fieldsBetween(before.rendered[c.Key], nil)
			kept = append(kept, c)
		}
	}
	return kept
}

func sameChange(a, b plan.Change) bool {
	sameTime := a.At == nil && b.At == nil || a.At != nil && b.At != nil && a.At.Equal(*b.At)
	return a.Action == b.Action && a.Digest == b.Digest && a.Generation == b.Generation && sameTime
}

// fieldsBetween lists what differs between two renderings of a publication.
func fieldsBetween(before, after *content.Publication) []plan.FieldChange {
	was, is := flat(before), flat(after)
	out := []plan.FieldChange{}
	paths := append(sortedKeys(was), sortedKeys(is)...)
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		if was[p] != is[p] {
			out = append(out, plan.FieldChange{Path: p, Before: was[p], After: is[p]})
		}
	}
	return out
}

func flat(p *content.Publication) map[string]string {
	out := map[string]string{}
	if p == nil {
		return out
	}
	for i := range p.Segments {
		for _, f := range p.Segments[i].FieldValues() {
			out[fmt.Sprintf("segments[%d].%s", i, f.Path)] = f.Value
		}
	}
	return out
}
