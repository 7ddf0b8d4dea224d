package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/format"
	"github.com/smmctl/smmctl/engine/internal/disk"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
)

// Freeze stops publishing at once: it is in the ledger before anything else
// happens, and a run that is under way sees it with its next renewal. Then what
// was handed to a platform's own schedule is called back.
func (e *Engine) Freeze(ctx context.Context, brand, account, reason string, event func(apply.Event)) (*Outcome, error) {
	w, err := e.recorded(ctx)
	if err != nil {
		return nil, err
	}
	if account != "" && w.ws.Accounts[account] == nil {
		return nil, fmt.Errorf("no account %s in this workspace", account)
	}
	if brand != "" && w.ws.Strategies[brand] == nil {
		return nil, fmt.Errorf("no brand %s in this workspace", brand)
	}
	f := ledger.Freeze{Brand: brand, Account: account, Reason: reason, Since: e.Clock.Now().UTC(), By: e.actor()}
	err = e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		all := append(slices.Clone(s.Freezes), f)
		return ledger.Update{Freezes: &all, Message: "freeze " + scopeOf(f) + ": " + reason}, nil
	})
	if err != nil {
		return nil, err
	}
	out, err := e.recall(ctx, w, PlanOptions{Account: account}, event)
	if err != nil {
		return out, fmt.Errorf("frozen, but what is natively scheduled was not called back (the next apply does it): %w", err)
	}
	return out, nil
}

func scopeOf(f ledger.Freeze) string {
	switch {
	case f.Account != "":
		return "account " + f.Account
	case f.Brand != "":
		return "brand " + f.Brand
	}
	return "everything"
}

// recall unschedules what a freeze covers.
func (e *Engine) recall(ctx context.Context, w *world, o PlanOptions, event func(apply.Event)) (*Outcome, error) {
	none := &Outcome{Result: apply.Result{Counts: map[apply.EventType]int{}}}
	if !slices.ContainsFunc(sortedKeys(w.ws.Accounts), func(id string) bool { return hasScheduled(w.snap, id) }) {
		return none, nil
	}
	if err := leaseFree(w.snap, e.Clock.Now(), e.Sabotage); err != nil {
		return none, err
	}
	if err := e.check(ctx, w, nil); err != nil {
		return none, err
	}
	if err := e.openAccounts(ctx, w, o); err != nil {
		return none, err
	}
	p := e.outlook(w, o).Plan
	p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return c.Action != plan.Unschedule })
	return e.carryOut(ctx, w, p, nil, event)
}

// Thaw lifts the freezes of that scope; empty lifts all. It returns those that
// it lifted.
func (e *Engine) Thaw(ctx context.Context, brand, account string) ([]ledger.Freeze, error) {
	w, err := e.recorded(ctx)
	if err != nil {
		return nil, err
	}
	lifted := []ledger.Freeze{}
	covered := func(f ledger.Freeze) bool {
		return (brand == "" || f.Brand == brand) && (account == "" || f.Account == account)
	}
	err = e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		lifted = slices.DeleteFunc(slices.Clone(s.Freezes), func(f ledger.Freeze) bool { return !covered(f) })
		if len(lifted) == 0 {
			return ledger.Update{}, errNothingFrozen
		}
		rest := slices.DeleteFunc(slices.Clone(s.Freezes), covered)
		return ledger.Update{Freezes: &rest, Message: "thaw " + scopeOf(ledger.Freeze{Brand: brand, Account: account})}, nil
	})
	return lifted, err
}

var errNothingFrozen = errors.New("nothing is frozen there")

// Reslotted is a post that got a new time.
type Reslotted struct {
	Path string
	From time.Time
	To   time.Time
}

// Reslot gives every post that was missed during the freezes a new publish_at in
// its file, later by as long as the freeze lasted, so that their order and
// spacing stay.
func (e *Engine) Reslot(ctx context.Context, lifted []ledger.Freeze) ([]Reslotted, error) {
	w, err := e.opened(ctx)
	if err != nil {
		return nil, err
	}
	now := e.Clock.Now().UTC()
	since := now
	for _, f := range lifted {
		if f.Since.Before(since) {
			since = f.Since
		}
	}
	shift := now.Sub(since).Truncate(time.Minute) + 5*time.Minute
	out := []Reslotted{}
	seen := map[string]bool{}
	for _, ch := range e.outlook(w, PlanOptions{Offline: true}).Plan.Changes {
		due := ch.Action == plan.Missed || ch.Action == plan.Publish || ch.Action == plan.Hold
		frozen := slices.ContainsFunc(lifted, func(f ledger.Freeze) bool { return covers(f, w, ch.Account) })
		if !due || !frozen || ch.At == nil || ch.At.Before(since) || ch.At.After(now) || seen[ch.Path] || ch.Key.Occurrence != "" {
			continue
		}
		seen[ch.Path] = true
		to := ch.At.Add(shift).In(zoneOf(w, ch))
		if err := e.rewrite(ch.Path, "publish_at", to.Format("2006-01-02T15:04Z07:00")); err != nil {
			return out, err
		}
		out = append(out, Reslotted{Path: ch.Path, From: *ch.At, To: to.UTC()})
	}
	return out, nil
}

func zoneOf(w *world, ch plan.Change) *time.Location {
	if zone, err := time.LoadLocation(ch.Timezone); err == nil && ch.Timezone != "" {
		return zone
	}
	return w.zone
}

// rewrite changes one value of a post's front matter, and nothing else.
func (e *Engine) rewrite(path, key, value string) error {
	name := filepath.Join(e.Repo.Workspace, filepath.FromSlash(path))
	src, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	out, err := format.SetFrontMatter(src, key, value)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return disk.Replace(name, out, 0o644)
}

// Render gives the publications of a post, exactly as they would be sent.
func (e *Engine) Render(ctx context.Context, post, account string) ([]*content.Publication, error) {
	w, err := e.source("")
	if err != nil {
		return nil, err
	}
	if err := e.load(w); err != nil {
		return nil, err
	}
	e.remember(ctx, w)
	if err := e.check(ctx, w, nil); err != nil {
		return nil, err
	}
	byPath := map[string][]*content.Publication{}
	out := []*content.Publication{}
	for _, p := range e.desired(w) {
		if (p.Key.Post == post || p.Path == post) && (account == "" || p.Key.Account == account) {
			byPath[p.Path] = append(byPath[p.Path], p)
			out = append(out, p)
		}
	}
	e.renderAll(w, byPath)
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no such post, or it goes to no such account", post)
	}
	return out, nil
}
