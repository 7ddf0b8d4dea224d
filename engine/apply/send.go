package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

const (
	attempts        = 3                // of one call whose answers get lost
	maxThrottles    = 5                // waits of one call for a rate limit
	maxThrottleWait = 10 * time.Minute // the longest of them
	maxFirstWait    = 2 * time.Minute  // all of them, for what has not begun
	throttlePause   = 10 * time.Second // where the platform does not say how long
)

// pause is how long an ambiguous answer is left alone: the platform needs its
// visibility delay before "not found" means anything.
func (a *account) pause() time.Duration {
	return a.Timing.Settle + a.Capabilities.VisibilityDelay
}

// request bounds one call. It goes on when the run is interrupted: an answer
// that is on its way is worth waiting for.
func (a *account) request(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), a.Timing.Request)
}

// try makes one call when the lease allows it, and again when the platform only
// asked to come back later. begun as in ready. A wait that would end after
// latest, where it is set, is left to the next run, which asks every guard again.
func (a *account) try(ctx context.Context, begun bool, latest time.Time, call func(context.Context) error) error {
	for waits := 0; ; waits++ {
		if err := a.ready(ctx, a.freezes, begun); err != nil {
			return &errNotTried{err}
		}
		rctx, cancel := a.request(ctx)
		err := call(rctx)
		cancel()
		var e *provider.Error
		if !errors.As(err, &e) || e.Kind != provider.Throttled || waits >= maxThrottles {
			return err
		}
		until := e.RetryAfter
		if until.IsZero() {
			until = a.Clock.Now().Add(time.Duration(waits+1) * throttlePause)
		}
		if until.Sub(a.Clock.Now()) > maxThrottleWait || !latest.IsZero() && until.After(latest) {
			return err
		}
		if nerr := a.sleepUntil(ctx, until, begun); nerr != nil {
			return err
		}
	}
}

// sleepUntil waits without letting the lease run out.
func (a *account) sleepUntil(ctx context.Context, until time.Time, begun bool) error {
	for {
		left := until.Sub(a.Clock.Now())
		if left <= 0 {
			return nil
		}
		if err := a.Clock.Sleep(ctx, min(left, a.Timing.Renew)); err != nil {
			return err
		}
		if err := a.ready(ctx, a.freezes, begun); err != nil {
			return err
		}
	}
}

// errNotTried says that a call was not made at all.
type errNotTried struct{ err error }

func (e *errNotTried) Error() string { return e.err.Error() }
func (e *errNotTried) Unwrap() error { return e.err }

func notTried(err error) bool {
	var e *errNotTried
	return errors.As(err, &e)
}

// latest is how long a first intent may wait for a rate limit: not past its own
// lateness, and never so long that quiet hours could begin meanwhile unnoticed.
// What has begun waits as long as it takes.
func (a *account) latest(j *job, begun bool) time.Time {
	if begun {
		return time.Time{}
	}
	latest := a.Clock.Now().Add(maxFirstWait)
	if j.pub != nil && !j.pub.Late.Any {
		if due := j.pub.At.Add(j.pub.Late.Max); due.Before(latest) {
			return due
		}
	}
	return latest
}

func (a *account) makeRequest(j *job, i int) provider.Request {
	seg := j.entry.Segments[i]
	r := provider.Request{
		Key: j.Key, Generation: j.entry.Generation, Index: i, ClientKey: seg.ClientKey,
		IntentAt: j.entry.IntentAt, Segment: j.pub.Segments[i], At: j.pub.At,
	}
	r.ParentID, r.ParentURL = a.parentOf(j, i)
	if i > 0 {
		r.RootID = j.entry.Segments[0].ID
	}
	return r
}

// sendMissing publishes every segment that is not live yet, in order.
func (a *account) sendMissing(ctx context.Context, j *job) error {
	for i := range j.entry.Segments {
		if j.entry.Segments[i].ID != "" {
			continue
		}
		if err := a.send(ctx, j, i); err != nil {
			return err
		}
	}
	return nil
}

// send publishes one segment. After an answer that proves nothing it looks, and
// sends again only what is proven absent.
func (a *account) send(ctx context.Context, j *job, i int) error {
	var err error
	for attempt := 1; attempt <= attempts; attempt++ {
		if err := a.announce(ctx, j, i); err != nil {
			return err
		}
		req, begun := a.makeRequest(j, i), started(j) || attempt > 1
		var o provider.Object
		err = a.try(ctx, begun, a.latest(j, begun), func(ctx context.Context) (err error) {
			o, err = a.Posts.Publish(ctx, req)
			return err
		})
		switch {
		case err == nil:
			if owner, taken := a.ownerOf(a.name, o.ID); taken && owner != j.Key {
				return &errUnknown{fmt.Sprintf("the platform answered with %s, which is %s", o.URL, owner)}
			}
			a.receipt(j, i, o)
			if a.Facility == provider.ClientKey && o.Fingerprint != j.entry.Segments[i].Fingerprint {
				j.earlier = true // our key was there already, with other words
			}
			return a.confirm(ctx, j, i)
		case provider.Is(err, provider.Ambiguous) && !notTried(err):
		case notTried(err) && begun, attempt > 1 && !a.readsBack():
			return &errOpen{err} // an earlier attempt may have been carried out
		default:
			return a.refused(ctx, j, i, err)
		}
		a.Log.Info("publish: the answer proves nothing", "key", j.Key, "segment", i, "attempt", attempt, "error", err)
		found, ferr := a.afterDoubt(ctx, j, i, err)
		if ferr != nil || found {
			return ferr
		}
	}
	return &errOpen{fmt.Errorf("not there after %d attempts: %w", attempts, err)}
}

// readsBack reports whether a doubtful send was looked for before the next. A
// key that we choose needs no look: sending again is the look.
func (a *account) readsBack() bool {
	return a.Facility != provider.ClientKey && !a.Sabotage.NoProbe
}

// afterDoubt decides what an ambiguous answer meant: found, proven absent
// (false, nil), or neither (an error).
func (a *account) afterDoubt(ctx context.Context, j *job, i int, cause error) (bool, error) {
	switch {
	case a.Facility == provider.NoFacility:
		return false, &errUnknown{"the answer was lost and this platform cannot be read back: " + cause.Error()}
	case a.Sabotage.NoProbe:
		return false, a.Clock.Sleep(ctx, a.pause())
	}
	if err := a.Clock.Sleep(context.WithoutCancel(ctx), a.pause()); err != nil {
		return false, &errOpen{err}
	}
	if a.Facility == provider.ClientKey {
		return false, nil // the same key cannot make a second one
	}
	return a.find(ctx, j, i)
}

// refused ends a send whose failure proves that nothing was published.
func (a *account) refused(ctx context.Context, j *job, i int, err error) error {
	if a.Facility == provider.NoFacility {
		j.entry.Segments[i].Flying = false
		a.keep(j.entry)
		if cerr := a.push(ctx); cerr != nil {
			return &errOpen{cerr}
		}
	}
	return err
}

// announce pushes that a segment is about to fly, where nothing else would tell.
func (a *account) announce(ctx context.Context, j *job, i int) error {
	if a.Facility != provider.NoFacility || a.Sabotage.NoIntent {
		return nil
	}
	j.entry.Segments[i].Flying = true
	a.keep(j.entry)
	if err := a.push(ctx); err != nil {
		j.entry.Segments[i].Flying = false
		return fmt.Errorf("not sent, for its intent could not be recorded: %w", err)
	}
	return nil
}

// confirm pushes the receipt, where nothing else would tell.
func (a *account) confirm(ctx context.Context, j *job, i int) error {
	if a.Facility != provider.NoFacility || a.Sabotage.NoIntent {
		return nil
	}
	j.entry.Segments[i].Flying = false
	a.keep(j.entry)
	if err := a.push(context.WithoutCancel(ctx)); err != nil {
		return &errOpen{err}
	}
	return nil
}

func (a *account) push(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	lease := a.lease
	return a.commit(ctx, ledger.Update{Lease: &lease}, "segment")
}

// receipt notes what the platform gave back.
func (a *account) receipt(j *job, i int, o provider.Object) {
	seg := &j.entry.Segments[i]
	seg.ID, seg.URL, seg.Observed = o.ID, o.URL, o.Fields
	if o.ParentID != "" {
		seg.ParentID = o.ParentID
	}
	seg.CreatedAt = o.CreatedAt.UTC()
	seg.ScheduleID = ""
	if i == 0 && j.entry.PublishedAt.IsZero() || i == 0 && creates(j) {
		j.entry.PublishedAt = seg.CreatedAt
	}
	a.keep(j.entry)
}
