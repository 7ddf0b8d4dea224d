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
	from, to := e.wholly(before, o), e.wholly(after, o)
	was := map[content.Key]plan.Change{}
	for _, c := range from.Plan.Changes {
		was[c.Key] = c
	}
	kept := []plan.Change{}
	for _, c := range to.Plan.Changes {
		old, known := was[c.Key]
		delete(was, c.Key)
		if known && sameChange(old, c) {
			continue
		}
		if fields := fieldsBetween(before.rendered[c.Key], after.rendered[c.Key]); known && len(fields) > 0 && !c.Resume {
			c.Fields = fields
		}
		kept = append(kept, c)
	}
	for _, c := range from.Plan.Changes {
		now := after.rendered[c.Key]
		if _, gone := was[c.Key]; gone && (now == nil || !now.Ready) && (c.Action.Effective() || c.Action == plan.Wait) {
			c.Reason = fmt.Sprintf("planned at %s (%s), and no longer", o.From, c.Action)
			c.Action, c.Fields = plan.Hold, fieldsBetween(before.rendered[c.Key], nil)
			kept = append(kept, c)
		}
	}
	to.Plan.Changes = kept
	to.Plan.Summarize()
	return to, nil
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

// wholly plans with everything rendered, so that words can be compared that are
// not due yet.
func (e *Engine) wholly(w *world, o PlanOptions) *Outlook {
	in := e.input(w, o)
	e.fill(w, in)
	byPath := map[string][]*content.Publication{}
	for _, p := range in.Desired {
		if p.Segments == nil && p.Ready && p.Invalid == "" && !p.Key.IsProfile() {
			byPath[p.Path] = append(byPath[p.Path], p)
		}
	}
	e.renderAll(w, byPath)
	return w.outlook(in, plan.Draft(*in))
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
