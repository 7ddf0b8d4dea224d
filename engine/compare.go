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
	_, out := e.difference(before, after, o)
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

// difference plans both worlds. It returns all that after would do, and as an
// outlook what before would not do anyway.
func (e *Engine) difference(before, after *world, o PlanOptions) (all []plan.Change, out *Outlook) {
	from, to := e.input(before, o), e.input(after, o)
	e.renderDiffering(before, from, after, to)
	out = after.outlook(to, e.fill(after, to)) // first: what is the same is rendered as it will be
	was := e.fill(before, from).Plan().Changes
	all = out.Plan.Changes
	out.Plan.Changes = changesBetween(was, before, all, after, o.From)
	out.Plan.Summarize()
	return all, out
}

// renderDiffering renders, on both sides, what is not the same on both, whether it
// is due or not, so that its words can be compared. What is the same is one
// publication for both: it is rendered once, where it has to be.
func (e *Engine) renderDiffering(before *world, from *plan.Input, after *world, to *plan.Input) {
	now := make(map[content.Key]*content.Publication, len(to.Desired))
	for _, p := range to.Desired {
		now[p.Key] = p
	}
	old, new := map[string][]*content.Publication{}, map[string][]*content.Publication{}
	for i, p := range from.Desired {
		q := now[p.Key]
		if q != nil && samePublication(p, q) {
			from.Desired[i] = q
			delete(now, p.Key)
			continue
		}
		addUnrendered(old, p)
	}
	for _, p := range now {
		addUnrendered(new, p)
	}
	e.renderAll(before, old)
	e.renderAll(after, new)
}

func addUnrendered(byPath map[string][]*content.Publication, p *content.Publication) {
	if p.Segments == nil && p.Ready && p.Invalid == "" && !p.Key.IsProfile() {
		byPath[p.Path] = append(byPath[p.Path], p)
	}
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
		then, known := old[c.Key]
		delete(old, c.Key)
		if known && sameChange(then, c) {
			continue
		}
		if fields := fieldsBetween(before.rendered[c.Key], after.rendered[c.Key]); known && len(fields) > 0 && !c.Resume {
			c.Fields = fields
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
