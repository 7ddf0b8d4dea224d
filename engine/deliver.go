package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/plan"
)

// DeliverOptions say how a pull request's publications go out and who is told.
type DeliverOptions struct {
	ApplyOptions
	Forge *forge.Forge // nil: no approval is read, and no pull request told
	// Words writes the comment of a pull request. It must depend on nothing else:
	// the comment is changed whenever its words are.
	Words func(*PullReport) string
	// Wait is how long to wait for another run to end.
	Wait time.Duration
}

// Delivery is what came of it. What was published is in Outcome, whatever became
// of the telling.
type Delivery struct {
	*Outcome // nil: nothing could be planned
	// After is what is left to do now, and Rows where everything stands that this
	// run changed, or that somebody has to look at.
	After   *plan.Plan
	Rows    []Standing
	Freezes []plan.Freeze
	Pulls   []PullReport
	Notes   []string // which approvals do not count, and why
	Told    Told
	// Telling is why somebody was not told, or an approval not read. It changes
	// nothing of what was published.
	Telling error
}

// between is how long to wait before looking again whether a run has ended.
const between = 10 * time.Second

// Deliver reads approvals, applies, and tells: everything that belongs to a merge,
// or to a schedule. It can be run again, beside itself, and after having been
// killed: apply publishes once, and nothing is told twice.
func (e *Engine) Deliver(ctx context.Context, o DeliverOptions) (*Delivery, error) {
	d := &Delivery{}
	if o.Forge != nil {
		g, err := e.Gather(ctx, o.Forge)
		if err != nil {
			d.Telling = fmt.Errorf("approvals were not read, those of earlier runs hold: %w", err)
		}
		if g != nil {
			d.Notes = g.Notes
		}
	}
	var begin error
	o.opened = func(ctx context.Context, w *world) error {
		begin = e.beginTelling(ctx, w)
		return ctx.Err() // that people are not told is no reason not to publish
	}
	w, out, err := e.applyWaiting(ctx, o)
	d.Outcome = out
	if begin != nil {
		d.Telling = errors.Join(d.Telling, fmt.Errorf("notifications: %w", begin))
	}
	if out == nil || out.Plan == nil || out.Declined || stands(err) {
		return d, err
	}
	d.Telling = errors.Join(d.Telling, e.tell(ctx, w, d, o))
	return d, err
}

// stands reports whether the run ended because another one is about the same, or
// about something newer: that one tells.
func stands(err error) bool {
	var held *apply.ErrHeld
	return errors.As(err, &held) || errors.Is(err, apply.ErrLost) || errors.Is(err, ErrStale)
}

// applyWaiting applies, again while another run holds the lease and there is time.
func (e *Engine) applyWaiting(ctx context.Context, o DeliverOptions) (*world, *Outcome, error) {
	for end := e.Clock.Now().Add(o.Wait); ; {
		w, err := e.source("HEAD")
		if err != nil {
			return nil, nil, fmt.Errorf("publishing needs a commit to carry out: %w", err)
		}
		out, err := e.applyTo(ctx, w, o.ApplyOptions)
		var held *apply.ErrHeld
		left := end.Sub(e.Clock.Now())
		if !errors.As(err, &held) || left <= 0 {
			return w, out, err
		}
		if err := e.Clock.Sleep(ctx, min(between, left)); err != nil {
			return w, out, held
		}
	}
}

// tell says what became of everything to everybody who is to know. The ledger is
// read again where the run did not end well.
func (e *Engine) tell(ctx context.Context, w *world, d *Delivery, o DeliverOptions) error {
	w.recovered = nil
	if err := e.reread(ctx, w); err != nil {
		return fmt.Errorf("nobody was told, the next run does it: %w", err)
	}
	d.After = d.Plan
	if len(d.Result.Events) > 0 {
		w.update(d.Result.Events)
		d.After = e.outlook(w, PlanOptions{Account: o.Account, Post: o.Post}).Plan
	}
	now := e.Clock.Now().UTC()
	s := newStandings(w, d.After)
	d.Rows, d.Freezes = s.notable(d.Result.Events), freezes(w, now)
	d.Pulls = pullReports(w, s, o.Words)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("nobody was told, the next run does it: %w", err)
	}
	t := &telling{Engine: e, w: w, outcomes: w.outcomes(d.Outcome, d.After, now)}
	if o.Forge != nil && o.Words != nil {
		for _, r := range d.Pulls {
			t.pulls = append(t.pulls, newPullTelling(r, o.Forge))
		}
	}
	var err error
	d.Told, err = t.tell(ctx)
	return err
}

// notable lists what a run changed, in the order in which it did, and after it
// what waits for a person. What failed says why, which a comment does not: the next
// run may be luckier.
func (s *standings) notable(events []apply.Event) []Standing {
	out := []Standing{}
	at := map[content.Key]int{}
	add := func(k content.Key) *Standing {
		i, seen := at[k]
		if !seen {
			i, at[k] = len(out), len(out)
			out = append(out, s.of(k))
		}
		return &out[i]
	}
	for _, ev := range events {
		if ev.Type == apply.IntentWritten {
			continue
		}
		if row := add(ev.Key); ev.Type == apply.Failed && ev.Error != "" {
			row.Why = ev.Error
		}
	}
	for i := range s.plan.Changes {
		if a := s.plan.Changes[i].Action; a == plan.Hold || a == plan.Missed {
			add(s.plan.Changes[i].Key)
		}
	}
	return out
}
