package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// scheduleGrace is how long after its time a natively scheduled publication may
// still appear: servers carry schedules out every few minutes (Mastodon: every
// five, app/workers/scheduler/scheduled_statuses_scheduler.rb, 2026-08-08).
const scheduleGrace = 10 * time.Minute

var errNoSchedule = errors.New("this server has no schedule")

// schedule hands the publication to the platform's own schedule.
func (a *account) schedule(ctx context.Context, j *job) error {
	if a.Schedules == nil {
		return &provider.Error{Kind: provider.Unsupported, Op: "schedule", Err: errNoSchedule}
	}
	if j.Resume {
		if found, err := a.findAnywhere(ctx, j); err != nil || found {
			return err
		}
		a.abandon(j) // planned anew in this very run, under every guard
		return nil
	}
	var err error
	for range attempts {
		var o provider.Object
		err = a.try(ctx, false, a.latest(j, false), func(ctx context.Context) (err error) {
			o, err = a.Schedules.Schedule(ctx, a.makeRequest(j, 0))
			return err
		})
		switch {
		case err == nil && o.ScheduledAt.IsZero(): // the server published it at once
			a.receipt(j, 0, o)
			return nil
		case err == nil:
			a.scheduled(j, o)
			return nil
		case notTried(err) || !provider.Is(err, provider.Ambiguous):
			return err
		}
		if serr := a.Clock.Sleep(context.WithoutCancel(ctx), a.pause()); serr != nil {
			return &errOpen{serr}
		}
		if found, ferr := a.findAnywhere(ctx, j); ferr != nil || found {
			return ferr
		}
	}
	return &errOpen{err}
}

// findAnywhere looks for the open intent in the schedule and among what is live.
// The schedule is read again after the wait that an absence needs: a request of
// the interrupted run may have arrived meanwhile. Just after its time it is
// nowhere for a while.
func (a *account) findAnywhere(ctx context.Context, j *job) (bool, error) {
	if found, err := a.findScheduled(ctx, j, scheduleRounding); err != nil || found {
		return found, err
	}
	if found, err := a.find(ctx, j, 0); err != nil || found {
		return found, err
	}
	if found, err := a.findScheduled(ctx, j, scheduleRounding); err != nil || found {
		return found, err
	}
	if now := a.Clock.Now(); !now.Before(j.entry.At.Add(-a.Timing.Skew)) && now.Before(a.overdue(j)) {
		return false, &errOpen{errors.New("its time has just come: if it was scheduled, it may still appear")}
	}
	return false, nil
}

// overdue is when a natively scheduled publication must be there and be listed.
func (a *account) overdue(j *job) time.Time {
	return j.entry.At.Add(scheduleGrace + a.Timing.Skew + a.Capabilities.VisibilityDelay)
}

func (a *account) scheduled(j *job, o provider.Object) {
	seg := &j.entry.Segments[0]
	seg.ScheduleID, seg.URL = o.ID, o.URL
	if !o.ScheduledAt.IsZero() {
		j.entry.At = o.ScheduledAt.UTC()
	}
	j.entry.State = ledger.Scheduled
	a.keep(j.entry)
}

// scheduleRounding is how far a platform may move the time that it was given.
const scheduleRounding = time.Minute

// findScheduled looks for the open intent in the platform's schedule: the one
// entry with its fingerprint, at its time as far as off allows (0: at any). Others
// may have put the same words there: where it is not plain which is ours, a person
// has to look.
func (a *account) findScheduled(ctx context.Context, j *job, off time.Duration) (bool, error) {
	list, err := a.Schedules.ListScheduled(ctx)
	if err != nil {
		return false, &errOpen{err}
	}
	a.mu.Lock()
	taken := map[string]bool{}
	for _, e := range a.snap.Entries {
		if e.Key.Account == a.name && e.Key != j.Key && len(e.Segments) > 0 {
			taken[e.Segments[0].ScheduleID] = true
		}
	}
	a.mu.Unlock()
	var same, ours []provider.Object
	for _, o := range list {
		if o.Fingerprint != j.entry.Segments[0].Fingerprint || taken[o.ID] {
			continue
		}
		same = append(same, o)
		if off == 0 || o.ScheduledAt.Sub(j.entry.At).Abs() <= off {
			ours = append(ours, o)
		}
	}
	switch {
	case len(ours) == 1:
		a.scheduled(j, ours[0])
		return true, nil
	case len(same) > 0:
		return false, &errUnknown{fmt.Sprintf("%d entries of the platform's schedule have these words, the first for %s: it cannot be told which is ours", len(same), same[0].ScheduledAt.UTC().Format(time.RFC3339))}
	}
	return false, nil
}

func (a *account) reschedule(ctx context.Context, j *job) error {
	if a.Schedules == nil || j.pub == nil {
		return &provider.Error{Kind: provider.Unsupported, Op: "reschedule", Err: errNoSchedule}
	}
	var o provider.Object
	err := a.repeat(ctx, func(ctx context.Context) (err error) {
		o, err = a.Schedules.Reschedule(ctx, j.entry.Segments[0].ScheduleID, j.pub.At)
		return err
	})
	if provider.Is(err, provider.NotFound) {
		return a.settleScheduled(ctx, j)
	}
	if err != nil {
		return &errOpen{err}
	}
	a.scheduled(j, o)
	return nil
}

func (a *account) unschedule(ctx context.Context, j *job) error {
	if a.Schedules == nil {
		return &provider.Error{Kind: provider.Unsupported, Op: "unschedule", Err: errNoSchedule}
	}
	err := a.repeat(ctx, func(ctx context.Context) error {
		return a.Schedules.Unschedule(ctx, j.entry.Segments[0].ScheduleID)
	})
	if provider.Is(err, provider.NotFound) {
		return a.settleScheduled(ctx, j)
	}
	if err != nil {
		return &errOpen{err}
	}
	a.unscheduled(j)
	return nil
}

// unscheduled puts the entry back to where nothing is live. The next hand-over is
// a new generation: the platform may remember this one's key.
func (a *account) unscheduled(j *job) {
	j.entry.State = ledger.Planned // its action stays until it is told what was done
	j.entry.Segments[0].ScheduleID = ""
	j.entry.Generation++
}

// settleScheduled finds out what became of a publication that has left the
// platform's schedule.
func (a *account) settleScheduled(ctx context.Context, j *job) error {
	found, err := a.find(ctx, j, 0)
	if err != nil {
		return err
	}
	if found {
		j.entry.State, j.entry.Action = ledger.Published, string(plan.Publish)
		return nil
	}
	if a.Schedules != nil {
		if found, err := a.findScheduled(ctx, j, 0); err != nil || found {
			return err
		}
	}
	switch now := a.Clock.Now(); {
	case now.Before(j.entry.At.Add(-a.Timing.Skew)):
		a.unscheduled(j)
		return nil
	case now.Before(a.overdue(j)):
		j.entry.State = ledger.Scheduled
		return nil // it may still appear
	}
	return &errUnknown{"its time has passed, it is no longer scheduled, and no publication matches it"}
}
