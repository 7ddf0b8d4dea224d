package apply

import (
	"context"
	"fmt"

	"github.com/smmctl/smmctl/engine/provider"
)

// settleOpen reads back what an interrupted run may have sent of j's open
// segments. It returns nil when every segment that is still without an id is
// proven not to be on the platform.
func (a *account) settleOpen(ctx context.Context, j *job) error {
	for i := range j.entry.Segments {
		seg := &j.entry.Segments[i]
		if seg.ID != "" {
			continue
		}
		switch {
		case a.Sabotage.NoProbe:
			return nil
		case a.Facility == provider.NoFacility:
			if seg.Flying {
				return &errUnknown{"a run was interrupted while it was being sent, and this platform cannot be read back"}
			}
			return nil
		case a.Facility == provider.ClientKey && current(j) && started(j):
			return nil // sending again under the same key cannot make a second one
		}
		found, err := a.find(ctx, j, i)
		if err != nil {
			return err
		}
		if !found {
			return nil // a thread is sent in order: nothing after it was sent either
		}
	}
	return nil
}

// find looks for the one object that segment i's open intent may have left, and
// adopts it. False with no error means: proven absent. An absence counts only
// once every request of an interrupted run must have ended.
func (a *account) find(ctx context.Context, j *job, i int) (bool, error) {
	if a.Facility == provider.NoFacility {
		return false, &errUnknown{"this platform cannot be read back"}
	}
	for {
		looked := a.Clock.Now()
		candidates, err := a.candidates(ctx, j, i)
		if err != nil {
			return false, &errOpen{fmt.Errorf("cannot be read back: %w", err)}
		}
		switch len(candidates) {
		case 1:
			a.receipt(j, i, candidates[0])
			return true, nil
		case 0:
		default:
			return false, &errUnknown{fmt.Sprintf("%d objects on the platform could be it: %s and %s", len(candidates), candidates[0].URL, candidates[1].URL)}
		}
		settled := j.entry.SettleAt
		if a.settleAt.After(settled) {
			settled = a.settleAt
		}
		if !settled.IsZero() {
			settled = settled.Add(a.Capabilities.VisibilityDelay)
		}
		if !looked.Before(settled) {
			return false, nil
		}
		a.Log.Info("waiting until an interrupted run's requests must have ended", "key", j.Key, "until", settled)
		if err := a.Clock.Sleep(ctx, settled.Sub(looked)); err != nil {
			return false, &errOpen{err}
		}
	}
}

// maxOld is how many older objects in a row end a listing that is newest first.
const maxOld = 40

// candidates lists the account's objects since the intent that may be segment i:
// created after the intent, the same fingerprint, the same parent, and nobody
// else's.
func (a *account) candidates(ctx context.Context, j *job, i int) ([]provider.Object, error) {
	since := j.entry.IntentAt.Add(-a.Timing.Skew)
	seg := j.entry.Segments[i]
	parent, _ := a.parentOf(j, i)
	var out []provider.Object
	old := 0
	for o, err := range a.Posts.List(ctx) {
		if err != nil {
			return nil, err
		}
		if o.CreatedAt.Before(since) && a.Facility != provider.ClientKey { // there, dates may be the publication's own
			if old++; old > maxOld { // a pinned post may be listed before the newest
				break
			}
			continue
		}
		old = 0
		if o.Fingerprint != seg.Fingerprint || o.ParentID != parent && (parent != "" || j.pub == nil || j.pub.ReplyToURL == "") {
			continue
		}
		if owner, owned := a.ownerOf(a.name, o.ID); owned && owner != j.Key || owned && a.hasID(j, o.ID) {
			continue
		}
		out = append(out, o)
	}
	return out, nil
}

func (a *account) hasID(j *job, id string) bool {
	for _, s := range j.entry.Segments {
		if s.ID == id {
			return true
		}
	}
	for _, s := range j.entry.Old {
		if s.ID == id {
			return true
		}
	}
	return false
}
