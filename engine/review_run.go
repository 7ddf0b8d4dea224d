package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/calendar"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/repo"
)

// reviewing is a Review on its way.
type reviewing struct {
	e             *Engine
	o             ReviewOptions
	po            PlanOptions
	merge         *repo.Merge
	changed       map[string]*repo.Changed // by path; what the base has already is left out
	before, after *world                   // the base, and the merge
	was, all      []plan.Change            // of the base and of the merge, whoever wants them
	touched       []touched                // posts
	out           *Review
}

// Review says what merging a proposal would do. Everything is read from commits,
// which the clone must have; the work tree is not looked at. It changes nothing.
func (e *Engine) Review(ctx context.Context, o ReviewOptions) (*Review, error) {
	merge, err := e.Repo.Merge(ctx, o.Base, o.Head, o.MergeBase)
	if err != nil {
		return nil, err
	}
	r := e.reviewing(o, merge)
	for _, step := range []func(context.Context) error{r.open, r.decideOffline, r.record, r.check, r.plan} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	r.findTouched()
	r.posts()
	r.asked()
	r.diagnostics()
	r.months()
	return r.out, ctx.Err()
}

func (e *Engine) reviewing(o ReviewOptions, merge *repo.Merge) *reviewing {
	if o.Now.IsZero() {
		o.Now = e.Clock.Now()
	}
	r := &reviewing{
		e: e, o: o, merge: merge, changed: map[string]*repo.Changed{},
		po: PlanOptions{Now: o.Now, From: "the base"},
		out: &Review{
			FormatVersion: 1, Now: o.Now.UTC().Truncate(time.Second), Base: merge.Base, MergeBase: merge.MergeBase, Head: merge.Head,
			Timezone: "UTC", Posts: []ReviewedPost{}, Diagnostics: []ReviewedDiagnostic{}, Months: []ReviewedMonth{},
			Mix: []calendar.PillarShare{}, Sensitive: []string{}, Both: []string{}, Asked: []content.Key{}, Freed: []content.Key{}, Files: []string{},
		},
	}
	for i := range merge.Changed {
		c := &merge.Changed[i]
		if !c.Known {
			r.changed[c.Path] = c
		}
		r.out.Files = append(r.out.Files, c.Path)
		if c.Both {
			r.out.Both = append(r.out.Both, c.Path)
		}
	}
	return r
}

// plan compares what both sides would do.
func (r *reviewing) plan(context.Context) error {
	if r.after.ws.Config == nil { // nothing can be planned
		r.out.Plan = r.noPlan()
		return nil
	}
	r.out.Timezone = r.after.zone.String()
	var out *Outlook
	if r.before.ws.Config == nil {
		out = r.e.outlook(r.after, r.po)
		r.all = out.Plan.Changes
	} else {
		r.was, r.all, out = r.e.difference(r.before, r.after, r.po)
	}
	r.out.Plan = out.Plan
	return nil
}

// noPlan is the plan of a workspace without an smm.yaml that can be read.
func (r *reviewing) noPlan() *plan.Plan {
	if r.before.ws.Config != nil {
		r.out.Timezone = r.before.zone.String()
	}
	p := &plan.Plan{
		FormatVersion: 1, Now: r.out.Now, Commit: r.merge.Head,
		Changes: []plan.Change{}, Drift: []plan.Drift{}, Refusals: []plan.Refusal{}, Errors: []plan.Problem{},
	}
	for _, d := range r.after.report.Diagnostics {
		if d.Severity == diag.Error {
			p.Errors = append(p.Errors, plan.Problem{Path: d.Path, Summary: fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Summary)})
		}
	}
	return p
}
