package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
)

// StatusEntry is where one publication stands: as recorded, or, for what is not
// in the ledger yet, as planned.
type StatusEntry struct {
	Key         content.Key   `json:"key"`
	Generation  int           `json:"generation"`
	State       ledger.State  `json:"state"`
	At          *time.Time    `json:"at"`
	PublishedAt *time.Time    `json:"published_at"`
	Remote      []plan.Remote `json:"remote"`
	Detail      string        `json:"detail"`
	// Approved says who let the newest change go out.
	Approved []ledger.Consent `json:"approved,omitempty"`
}

// Status reads the ledger, and plans without asking any platform to tell what is
// still to come. Keys, where given, choose; one that nothing is known of is an
// error.
func (e *Engine) Status(ctx context.Context, keys []content.Key) ([]StatusEntry, error) {
	w, err := e.source("")
	if err != nil {
		return nil, err
	}
	if err := e.load(w); err != nil {
		return nil, err
	}
	if err := e.openLedger(ctx, w, access{}); err != nil {
		return nil, err
	}
	if err := e.check(ctx, w, nil); err != nil {
		return nil, err
	}
	out := []StatusEntry{}
	for _, entry := range w.snap.Entries {
		out = append(out, StatusEntry{Key: entry.Key, Generation: entry.Generation, State: entry.State,
			At: moment(entry.At), PublishedAt: moment(entry.PublishedAt), Remote: plan.Remotes(entry), Detail: entry.Detail, Approved: entry.Approved})
	}
	for _, ch := range e.outlook(w, PlanOptions{Offline: true}).Plan.Changes {
		if state := comingState(ch.Action); w.snap.Entries[ch.Key] == nil && state != "" {
			out = append(out, StatusEntry{Key: ch.Key, Generation: ch.Generation, State: state, At: ch.At, Remote: []plan.Remote{}, Detail: ch.Reason})
		}
	}
	slices.SortFunc(out, func(a, b StatusEntry) int {
		return cmp.Or(timeOf(a.At).Compare(timeOf(b.At)), cmp.Compare(a.Key.String(), b.Key.String()))
	})
	return chosen(out, keys)
}

func chosen(all []StatusEntry, keys []content.Key) ([]StatusEntry, error) {
	if len(keys) == 0 {
		return all, nil
	}
	out := []StatusEntry{}
	for _, k := range keys {
		i := slices.IndexFunc(all, func(s StatusEntry) bool { return s.Key == k })
		if i < 0 {
			return nil, fmt.Errorf("%s: nothing is recorded or planned under this key", k)
		}
		out = append(out, all[i])
	}
	return out, nil
}

func comingState(a plan.Action) ledger.State {
	switch a {
	case plan.Publish, plan.Schedule, plan.Wait:
		return ledger.Planned
	case plan.Missed:
		return ledger.Missed
	case plan.Hold:
		return ledger.Held
	}
	return ""
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
