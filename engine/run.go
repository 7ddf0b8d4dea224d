package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/process"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/repo"
)

// maxTries bounds how often a run plans again because the ledger moved under it.
const maxTries = 6

// ApplyOptions choose what is carried out.
type ApplyOptions struct {
	Account    string
	Post       string
	AllowDirty bool
	Saved      *plan.Plan // carry out only this, if it still holds
	// Confirm is asked with the plan before anything is changed; nil agrees.
	Confirm func(*plan.Plan) (bool, error)
	Event   func(apply.Event)
	// opened, where set, is called with the ledger read and before anything is
	// planned.
	opened func(context.Context, *world) error
}

// Outcome is what an apply came to.
type Outcome struct {
	Outlook
	Result   apply.Result
	Declined bool     // Confirm said no
	Stale    []string // what of a saved plan no longer holds, and why
	// Unknown counts outcomes in the ledger that only a person can settle.
	Unknown int
}

// Apply carries the plan of the branch's tip out.
func (e *Engine) Apply(ctx context.Context, o ApplyOptions) (*Outcome, error) {
	w, err := e.source("HEAD")
	if err != nil {
		return nil, fmt.Errorf("apply needs a commit to carry out: %w", err)
	}
	return e.applyTo(ctx, w, o)
}

// applyTo fills w, and leaves in it what the run has seen.
func (e *Engine) applyTo(ctx context.Context, w *world, o ApplyOptions) (*Outcome, error) {
	if err := e.clean(ctx, o.AllowDirty); err != nil {
		return nil, err
	}
	po := PlanOptions{Account: o.Account, Post: o.Post}
	if err := e.load(w); err != nil {
		return nil, err
	}
	if err := e.rightCommit(ctx, w); err != nil {
		return nil, err
	}
	if err := e.openLedger(ctx, w, access{write: true}); err != nil {
		return nil, err
	}
	if err := leaseFree(w.snap, e.Clock.Now(), e.Sabotage); err != nil {
		return nil, err
	}
	if o.opened != nil {
		if err := o.opened(ctx, w); err != nil {
			return nil, err
		}
	}
	journal, err := e.recover(w)
	if err != nil {
		return nil, err
	}
	e.mayFetch(w)
	if err := e.check(ctx, w, nil); err != nil {
		return nil, err
	}
	if err := w.knows(po); err != nil {
		return nil, err
	}
	if err := e.openAccounts(ctx, w, po); err != nil {
		return nil, err
	}
	out, err := e.carry(ctx, w, o, po, journal)
	if err == nil && journal != nil {
		err = journal.Clear()
	}
	if err == nil && !out.Declined {
		err = out.staleness()
	}
	return out, errors.Join(err, e.finish(ctx, w))
}

// carry plans and applies, again where the ledger moved before anything was
// begun.
func (e *Engine) carry(ctx context.Context, w *world, o ApplyOptions, po PlanOptions, journal apply.Journal) (*Outcome, error) {
	out := &Outcome{}
	out.Result.Counts = map[apply.EventType]int{}
	for try := range maxTries {
		next := e.ready(ctx, w, po)
		if err := out.assert(o.Saved, next); err != nil {
			return out, err
		}
		if try == 0 {
			if stop, err := e.agree(out, next, o); stop || err != nil {
				return out, err
			}
		}
		opts := e.applyOptions(ctx, w, journal, o.Event)
		switch {
		case o.Saved != nil:
		case try > 0 && o.Confirm != nil: // what was agreed to, and nothing else
			next.Plan = next.Plan.Restrict(out.Plan)
		default:
			opts.Next = e.next(ctx, w, next.Plan, po)
		}
		res, err := apply.Run(ctx, next.Plan, w.snap, opts)
		out.add(res)
		if !errors.Is(err, ledger.ErrConflict) {
			return out, errors.Join(err, e.count(ctx, w, out))
		}
		if err := e.reread(ctx, w); err != nil {
			return out, err
		}
		if err := leaseFree(w.snap, e.Clock.Now(), e.Sabotage); err != nil {
			return out, err
		}
	}
	return out, ledger.ErrConflict
}

// assert limits a fresh plan to what a saved one still speaks for: change by
// change, so that one post that has moved does not stop the others.
func (o *Outcome) assert(saved *plan.Plan, next *Outlook) error {
	if saved == nil {
		return nil
	}
	stale := plan.Stale(saved, next.Plan)
	o.Stale = stale.Reasons()
	next.Plan = next.Plan.Restrict(saved).Without(stale)
	if len(stale.All) > 0 {
		o.Outlook = *next
		return o.staleness()
	}
	return nil
}

// staleness is the error of a saved plan that does not hold in part.
func (o *Outcome) staleness() error {
	if len(o.Stale) == 0 {
		return nil
	}
	return fmt.Errorf("%w: of the saved plan this no longer holds, and was not carried out: %s", ErrStale, strings.Join(o.Stale, "; "))
}

// next plans on what a round has left, where that can find something new.
func (e *Engine) next(ctx context.Context, w *world, last *plan.Plan, po PlanOptions) func(*ledger.Snapshot, []apply.Event) (*plan.Plan, map[content.Key]*content.Publication) {
	return func(snap *ledger.Snapshot, events []apply.Event) (*plan.Plan, map[content.Key]*content.Publication) {
		if !goesOn(last, events) {
			return nil, nil
		}
		w.snap, w.recovered = snap, nil
		w.update(events)
		last = e.ready(ctx, w, po).Plan
		return last, w.rendered
	}
}

// agree fixes the plan that the run is about: whoever watches must want it.
func (e *Engine) agree(out *Outcome, first *Outlook, o ApplyOptions) (bool, error) {
	out.Outlook = *first
	if o.Confirm == nil || !out.Plan.HasEffect() {
		return false, nil
	}
	yes, err := o.Confirm(out.Plan)
	out.Declined = !yes
	return !yes, err
}

// goesOn reports whether planning again can find something new: what waited for
// a URL that now exists, or what an old intent stood in the way of.
func goesOn(p *plan.Plan, events []apply.Event) bool {
	done, held := map[content.Key]bool{}, map[content.Key]bool{}
	for _, ev := range events {
		done[ev.Key] = done[ev.Key] || ev.Type == apply.Published || ev.Type == apply.Edited
		held[ev.Key] = ev.Type == apply.Held
	}
	return slices.ContainsFunc(p.Changes, func(c plan.Change) bool {
		return c.Resume && held[c.Key] ||
			c.Action == plan.Wait && slices.ContainsFunc(c.WaitsFor, func(k content.Key) bool { return done[k] })
	})
}

// update brings what is known to be live up to what the run did, without reading
// it again.
func (w *world) update(events []apply.Event) {
	for _, ev := range events {
		entry := w.snap.Entries[ev.Key]
		live, ok := w.live[ev.Key.Account]
		if entry == nil || !ok || ev.Type == apply.IntentWritten {
			continue
		}
		if ev.Key.IsProfile() {
			live.Profile = entry.Seen
		}
		live.Objects = append(slices.DeleteFunc(slices.Clone(live.Objects), func(o provider.Object) bool {
			return slices.ContainsFunc(entry.Segments, func(s ledger.Segment) bool { return s.ID == o.ID })
		}), objectsOf(entry)...)
		w.live[ev.Key.Account] = live
	}
}

// objectsOf are an entry's live objects as they were last seen.
func objectsOf(entry *ledger.Entry) (out []provider.Object) {
	if entry.State.Tombstone() {
		return nil
	}
	for _, s := range entry.Segments {
		if s.ID != "" {
			out = append(out, provider.Object{ID: s.ID, URL: s.URL, CreatedAt: s.CreatedAt, ParentID: s.ParentID,
				Fields: s.Observed, Fingerprint: s.Fingerprint, Pinned: entry.Pinned})
		}
	}
	return out
}

// reread takes the ledger's newest state.
func (e *Engine) reread(ctx context.Context, w *world) error {
	snap, err := w.store.Read(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	w.snap = overlay(snap, w.recovered)
	return nil
}

func (o *Outcome) add(res apply.Result) {
	for k, n := range res.Counts {
		o.Result.Counts[k] += n
	}
	o.Result.Events = append(o.Result.Events, res.Events...)
}

// count reads how many outcomes are unknown now.
func (e *Engine) count(ctx context.Context, w *world, out *Outcome) error {
	if len(out.Result.Events) > 0 {
		w.recovered = nil
		if err := e.reread(ctx, w); err != nil {
			return err
		}
	}
	for _, entry := range w.snap.Entries {
		if entry.State == ledger.Unknown {
			out.Unknown++
		}
	}
	return nil
}

func (e *Engine) applyOptions(ctx context.Context, w *world, journal apply.Journal, event func(apply.Event)) apply.Options {
	who := e.actor()
	return apply.Options{
		Ledger: w.store, Targets: w.targets, Desired: w.rendered, Recovered: w.recovered, Journal: journal,
		Clock: e.Clock, Timing: e.Timing, Run: e.NewRunID(), Holder: who + "@" + host(), Process: process.Self(), Actor: who,
		Dead: process.Dead, Event: event, Log: e.Log, Sabotage: e.Sabotage,
		StillRight: func(ctx context.Context) error { return e.rightCommit(ctx, w) },
		Frozen: func(fs []ledger.Freeze, account string) (string, bool) {
			for _, f := range fs {
				if covers(f, w, account) {
					return f.Reason, true
				}
			}
			return "", false
		},
	}
}

func covers(f ledger.Freeze, w *world, account string) bool {
	a := w.ws.Accounts[account]
	return (f.Account == "" || f.Account == account) && (f.Brand == "" || a != nil && a.Value.Brand == f.Brand)
}

// clean refuses to publish what is not committed: nobody could have reviewed it.
func (e *Engine) clean(ctx context.Context, allow bool) error {
	if allow {
		return nil
	}
	dirty, err := e.Repo.Dirty(ctx)
	if err != nil || len(dirty) == 0 {
		return err
	}
	shown := strings.Join(dirty[:min(len(dirty), 3)], ", ")
	if len(dirty) > 3 {
		shown += fmt.Sprintf(" and %d more", len(dirty)-3)
	}
	return fmt.Errorf("%w: %s: commit them, or use --allow-dirty to carry out the last commit without them", ErrDirty, shown)
}

// rightCommit refuses to carry out anything but the tip of the workspace's
// branch: a job run again, a feature branch or a laptop behind must not revert
// anybody's edits.
func (e *Engine) rightCommit(ctx context.Context, w *world) error {
	cfg, err := w.config()
	if err != nil {
		return err
	}
	remote := ledgerRemote(cfg)
	if remote == "" {
		return nil
	}
	if !e.Repo.HasRemote(remote) {
		return fmt.Errorf("smm.yaml says ledger.remote: %s, but this repository has no such remote: `git remote add %s URL`, or `remote: none`", remote, remote)
	}
	branch := firstOf(cfg.Branch, "main")
	tip, err := e.Repo.RemoteTip(ctx, remote, branch)
	if errors.Is(err, repo.ErrNoBranch) {
		return fmt.Errorf("%w: %s has no branch %s: push it first, or set `branch:` in smm.yaml", ErrStale, remote, branch)
	}
	if err != nil {
		return err
	}
	if tip != w.commit {
		return fmt.Errorf("%w: HEAD is %.10s, but %s/%s is at %.10s: apply carries out the branch's tip only; pull (or merge and push) first",
			ErrStale, w.commit, remote, branch, tip)
	}
	return nil
}

func leaseFree(snap *ledger.Snapshot, now time.Time, s apply.Sabotage) error {
	l := snap.Lease
	if l == nil || l.Broken || now.After(l.Expires) || process.Dead(l.Process) || s.NoLease {
		return nil
	}
	return &apply.ErrHeld{Lease: *l}
}

// finish lets accounts complete what a batch left, such as a site's index.
func (e *Engine) finish(ctx context.Context, w *world) error {
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(w.targets)) {
		if f := w.targets[id].Finish; f != nil {
			if err := f(context.WithoutCancel(ctx)); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", id, err))
			}
		}
	}
	return errors.Join(errs...)
}
