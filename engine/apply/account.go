package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// account does one account's jobs, in order.
type account struct {
	*run
	*Target
	name    string
	freezes string // whose hold the job in hand up: freezable of it
}

// errOpen ends a job whose intent stays open: the next run reads the platform
// back and goes on.
type errOpen struct{ err error }

func (e *errOpen) Error() string {
	return e.err.Error() + " (its intent stays open; the next apply reads the platform back first)"
}
func (e *errOpen) Unwrap() error { return e.err }

// errUnknown ends a job whose outcome only a person can tell.
type errUnknown struct{ why string }

func (e *errUnknown) Error() string { return e.why }

func (a *account) do(ctx context.Context, jobs []job) {
	var refused error // a credential that does not work ends the batch
	for i := range jobs {
		j := &jobs[i]
		if refused != nil {
			a.settleFailed(j, refused)
			continue
		}
		a.freezes = a.freezable(j)
		if err := a.ready(ctx, a.freezes, j.Resume); err != nil {
			a.notBegun(j, err)
			continue
		}
		err := a.one(ctx, j)
		a.settle(j, err)
		if signedOut(err) {
			refused = err
		}
	}
}

// signedOut reports whether the credential itself is refused. A 403 may be about
// one publication, and must not stand in the way of the others.
func signedOut(err error) bool {
	var e *provider.Error
	return errors.As(err, &e) && e.Kind == provider.Unauthorized && e.Status != http.StatusForbidden
}

// freezable names the account whose freezes hold the job up. None do where it only
// takes something away, which a freeze is the very reason for.
func (a *account) freezable(j *job) string {
	if j.Action == plan.Unschedule || j.Action == plan.Retract || a.bypasses(j, "freeze") {
		return ""
	}
	return a.name
}

// bypasses reports whether the file takes the publication past a guard.
func (a *account) bypasses(j *job, guard string) bool {
	return j.pub != nil && slices.ContainsFunc(j.pub.Overrides, func(b content.Bypass) bool {
		return b.Guard == guard && (b.Until.IsZero() || a.Clock.Now().Before(b.Until))
	})
}

func (a *account) one(ctx context.Context, j *job) error {
	switch {
	case j.Key.IsProfile():
		return a.profile(ctx, j)
	case j.entry.State == ledger.Scheduled && j.Resume:
		return a.settleScheduled(ctx, j)
	}
	switch plan.Action(j.entry.Action) {
	case plan.Publish:
		return a.publish(ctx, j)
	case plan.Replace:
		return a.replace(ctx, j)
	case plan.Edit, plan.Revert:
		return a.edit(ctx, j)
	case plan.Retract:
		return a.retract(ctx, j)
	case plan.Schedule:
		return a.schedule(ctx, j)
	case plan.Reschedule:
		return a.reschedule(ctx, j)
	case plan.Unschedule:
		return a.unschedule(ctx, j)
	}
	return fmt.Errorf("%s: no way to carry out %q", j.Key, j.entry.Action)
}

// settle records how a job ended.
func (a *account) settle(j *job, err error) {
	var open *errOpen
	var unknown *errUnknown
	switch {
	case err == nil:
		a.done(j)
	case errors.As(err, &unknown):
		j.entry.State, j.entry.Detail = ledger.Unknown, unknown.why
		a.keep(j.entry)
		a.emit(Unknown, j, 1, err)
	case errors.As(err, &open):
		j.entry.Detail = open.err.Error()
		a.keep(j.entry)
		a.emit(Failed, j, 1, err)
	default:
		a.settleFailed(j, err)
	}
}

// done closes the intent.
func (a *account) done(j *job) {
	event := map[plan.Action]EventType{
		plan.Publish: Published, plan.Replace: Published, plan.Schedule: Scheduled, plan.Reschedule: Scheduled,
		plan.Unschedule: Unscheduled, plan.Retract: Retracted,
	}[plan.Action(j.entry.Action)]
	if event == "" {
		event = Edited
	}
	switch j.entry.State {
	case ledger.Planned, ledger.Retracted, ledger.Scheduled, ledger.Forgotten:
	default:
		j.entry.State = ledger.Published
	}
	switch {
	case j.dropped, j.entry.State == ledger.Planned && event != Unscheduled:
		event = Held // an old intent was proven unsent, and is not wanted as it was
	case j.entry.State == ledger.Scheduled:
		event = Scheduled
	}
	if j.entry.State != ledger.Planned || plan.Action(j.entry.Action) != plan.Replace {
		j.entry.Action = ""
	}
	if j.earlier {
		a.doubt(j)
		j.entry.Digest = ""
	}
	j.entry.Prior, j.entry.Detail, j.entry.SettleAt = "", "", time.Time{}
	a.keep(j.entry)
	a.emit(event, j, 1, nil)
}

// settleFailed records that nothing more was done than the entry's segments say.
func (a *account) settleFailed(j *job, err error) {
	if !begun(j) {
		fallBack(j)
	}
	j.entry.Detail = err.Error()
	a.keep(j.entry)
	a.emit(Failed, j, 1, err)
}

// begun reports whether the job has to be finished whatever stops it now: a
// thread's second half, a replacement, what an earlier run left open.
func begun(j *job) bool {
	e := j.entry
	replaces := plan.Action(e.Action) == plan.Replace
	return e.State == ledger.Intent && creates(j) && (missing(e) || len(e.Old) > 0) && (e.Live() || replaces || j.Resume)
}

// fallBack puts the entry where it was before its intent, with what was carried
// out of it.
func fallBack(j *job) {
	e := j.entry
	e.State, e.Action, e.Prior = cmp.Or(e.Prior, ledger.Planned), "", ""
	if e.Live() {
		e.State = ledger.Published
	}
	if e.State == ledger.Planned {
		return
	}
	e.Digest = "" // the next plan compares with what was sent
	if j.was != nil && !j.Resume {
		e.Digest, e.At = j.was.Digest, j.was.At
	}
}

// notBegun puts the entry back as it was: not a request was made.
func (a *account) notBegun(j *job, err error) {
	if !j.Resume {
		generation, segments := j.entry.Generation, j.entry.Segments
		if j.was != nil {
			j.entry = j.was.Clone()
		} else {
			j.entry = &ledger.Entry{Key: j.Key, Generation: generation, Provider: j.Provider, State: ledger.Planned, Segments: segments}
		}
		j.entry.Detail = err.Error()
		a.keep(j.entry)
	}
	a.emit(Held, j, 0, err)
}

// creates reports whether the job makes something new on the platform.
func creates(j *job) bool {
	switch plan.Action(j.entry.Action) {
	case plan.Publish, plan.Replace, plan.Schedule:
		return true
	case plan.Edit, plan.Revert:
		return missing(j.entry)
	}
	return false
}

// missing reports whether some segment is not known to be live.
func missing(e *ledger.Entry) bool {
	for _, s := range e.Segments {
		if s.ID == "" {
			return true
		}
	}
	return false
}

// current reports whether the file still wants what the open intent says.
func current(j *job) bool {
	return j.pub != nil && j.pub.Digest == j.entry.Digest && len(j.pub.Segments) == len(j.entry.Segments)
}

func (a *account) publish(ctx context.Context, j *job) error {
	if j.Resume {
		if err := a.settleOpen(ctx, j); err != nil {
			return err
		}
		if !current(j) || !started(j) {
			a.abandon(j) // planned anew in this very run, under every guard
			return nil
		}
	}
	if err := a.sendMissing(ctx, j); err != nil {
		return err
	}
	return a.pin(ctx, j)
}

// started reports whether the job has changed the platform already: part of a
// thread is live, or an old generation was taken down.
func started(j *job) bool {
	return j.entry.Live() || plan.Action(j.entry.Action) == plan.Replace
}

// abandon drops what was never sent of an intent that the file no longer wants
// as it was. What is live stays ours; the next plan compares it with the file.
func (a *account) abandon(j *job) {
	e := j.entry
	j.dropped = true
	for i, s := range e.Segments {
		if s.ID == "" {
			e.Segments = e.Segments[:i]
			break
		}
	}
	e.State, e.Digest = ledger.Published, ""
	if len(e.Segments) == 0 {
		e.State = ledger.Planned
	}
}

// replace takes the old generation down, sees that it is gone, and publishes.
func (a *account) replace(ctx context.Context, j *job) error {
	e := j.entry
	if j.Resume && len(e.Old) > 0 && !current(j) {
		if whole, err := a.oldIsWhole(ctx, j); err != nil || whole {
			return err
		}
	}
	for len(e.Old) > 0 {
		last := e.Old[len(e.Old)-1]
		if last.ID != "" {
			if err := a.delete(ctx, j, last.ID); err != nil {
				return err
			}
		}
		e.Old = e.Old[:len(e.Old)-1]
		a.keep(e)
	}
	return a.publish(ctx, j)
}

// oldIsWhole looks whether an open replacement, which the file no longer wants as
// it was, has taken anything down. Where it has not, the old generation is what is
// live again.
func (a *account) oldIsWhole(ctx context.Context, j *job) (bool, error) {
	if !a.looksUp() {
		return false, nil // nobody can tell: what was begun goes on
	}
	for _, s := range j.entry.Old {
		if s.ID == "" {
			continue
		}
		err := a.try(ctx, true, time.Time{}, func(ctx context.Context) error {
			_, err := a.Posts.Get(ctx, s.ID)
			return err
		})
		if provider.Is(err, provider.NotFound) {
			return false, nil
		}
		if err != nil {
			return false, &errOpen{err}
		}
	}
	j.dropped = true
	j.entry.Segments, j.entry.Old = j.entry.Old, nil
	j.entry.State, j.entry.Digest = ledger.Published, ""
	return true, nil
}

func (a *account) retract(ctx context.Context, j *job) error {
	e := j.entry
	for i := len(e.Segments) - 1; i >= 0; i-- {
		if id := e.Segments[i].ID; id != "" {
			if err := a.delete(ctx, j, id); err != nil {
				return err
			}
		}
	}
	e.State, e.Pinned = ledger.Retracted, false
	return nil
}

// delete removes one object and sees that it is gone. "Not found" is done.
func (a *account) delete(ctx context.Context, j *job, id string) error {
	err := a.repeat(ctx, func(ctx context.Context) error {
		err := a.Posts.Delete(ctx, id)
		switch {
		case err != nil && !provider.Is(err, provider.NotFound) && !provider.Is(err, provider.Ambiguous):
			return err
		case err == nil && plan.Action(j.entry.Action) != plan.Replace, !a.looksUp():
			return notFoundIsDone(err)
		}
		if _, gerr := a.Posts.Get(ctx, id); provider.Is(gerr, provider.NotFound) {
			return nil
		}
		return &provider.Error{Kind: provider.Ambiguous, Op: "delete", Err: errors.New("the object is still there, or cannot be read back")}
	})
	return a.unlessReadBack("whether it was deleted", err)
}

func notFoundIsDone(err error) error {
	if provider.Is(err, provider.NotFound) {
		return nil
	}
	return err
}

// repeat makes a call that does the same however often it is made, until its
// answer tells.
func (a *account) repeat(ctx context.Context, call func(context.Context) error) error {
	var err error
	for range attempts {
		if err = a.try(ctx, true, time.Time{}, call); err == nil || notTried(err) || !provider.Is(err, provider.Ambiguous) {
			return err
		}
		if a.Clock.Sleep(ctx, a.pause()) != nil {
			break
		}
	}
	return err
}

// looksUp reports whether an object can be read by its id.
func (a *account) looksUp() bool {
	return a.Facility != provider.NoFacility || a.Capabilities.Lookup
}

// unlessReadBack says what a lost answer to a repeatable call leaves behind: an
// open intent where the platform can be read, doubt where it cannot.
func (a *account) unlessReadBack(what string, err error) error {
	switch {
	case err == nil || !notTried(err) && !provider.Is(err, provider.Ambiguous):
		return err
	case !a.looksUp() && !notTried(err):
		return &errUnknown{what + " cannot be read back: " + err.Error()}
	}
	return &errOpen{err}
}

func (a *account) profile(ctx context.Context, j *job) error {
	if j.pub == nil || j.pub.Profile == nil || a.Profile == nil {
		return &provider.Error{Kind: provider.Unsupported, Op: "profile", Err: errors.New("not wanted or not possible here")}
	}
	if j.Resume { // nothing is lost by deciding again
		j.dropped = true
		j.entry.State, j.entry.Digest = cmp.Or(j.entry.Prior, ledger.Planned), ""
		return nil
	}
	var seen map[string]string
	err := a.repeat(ctx, func(ctx context.Context) (err error) {
		seen, err = a.Profile.SetProfile(ctx, *j.pub.Profile)
		return err
	})
	if err != nil && (notTried(err) || provider.Is(err, provider.Ambiguous)) {
		return &errOpen{err} // a profile can be read, whatever is listed
	}
	if err != nil {
		return err
	}
	j.entry.Sent, j.entry.Seen, j.entry.Digest = fieldMap(j.pub.Profile.FieldValues()), seen, j.pub.Digest
	j.entry.PublishedAt = a.Clock.Now().UTC()
	return nil
}

// pin does the change's pinning. The publication stands even where it fails.
func (a *account) pin(ctx context.Context, j *job) error {
	if !j.Pin && !j.Unpin || len(j.entry.Segments) == 0 {
		return nil
	}
	if a.Pins == nil {
		return &provider.Error{Kind: provider.Unsupported, Op: "pin", Err: errors.New("this server cannot pin")}
	}
	call := a.Pins.Pin
	if j.Unpin {
		call = a.Pins.Unpin
	}
	id := j.entry.Segments[0].ID
	if err := a.repeat(ctx, func(ctx context.Context) error { return call(ctx, id) }); err != nil {
		return fmt.Errorf("published, but its pin was not changed: %w", err)
	}
	j.entry.Pinned = j.Pin
	return nil
}

// edit sends the full state of every segment that differs, and publishes a
// thread's new tail.
func (a *account) edit(ctx context.Context, j *job) error {
	if pinOnly(j) {
		return a.pin(ctx, j)
	}
	if j.Resume && missing(j.entry) {
		if err := a.settleOpen(ctx, j); err != nil {
			return err
		}
	}
	if !current(j) || j.Resume && !a.tailBegun(j) {
		a.doubt(j)
		a.abandon(j)
		return nil
	}
	for i := range j.entry.Segments {
		if j.entry.Segments[i].ID == "" {
			break
		}
		want := fieldMap(j.pub.Segments[i].FieldValues())
		if maps.Equal(want, j.entry.Segments[i].Sent) && plan.Action(j.entry.Action) != plan.Revert {
			continue
		}
		if err := a.editOne(ctx, j, i, want); err != nil {
			return err
		}
	}
	if err := a.sendMissing(ctx, j); err != nil {
		return err
	}
	return a.pin(ctx, j)
}

// pinOnly reports whether nothing but the pin has changed: nothing was rendered
// then.
func pinOnly(j *job) bool {
	return !j.Resume && j.pub != nil && j.was != nil && j.pub.Digest == j.was.Digest &&
		plan.Action(j.entry.Action) == plan.Edit && !missing(j.entry) && (j.Pin || j.Unpin) && len(j.pub.Segments) == 0
}

// tailBegun reports whether a part that the open edit appends is live, and
// another is not: then the thread is finished.
func (a *account) tailBegun(j *job) bool {
	since := j.entry.IntentAt.Add(-a.Timing.Skew)
	return missing(j.entry) && slices.ContainsFunc(j.entry.Segments[1:], func(s ledger.Segment) bool {
		return s.ID != "" && !s.CreatedAt.Before(since)
	})
}

// doubt forgets what was sent of the words that an interrupted edit may have
// replaced, so that the next plan sends the file's again, whatever they are.
func (a *account) doubt(j *job) {
	for i := range j.entry.Segments {
		if s := &j.entry.Segments[i]; s.ID != "" {
			delete(s.Sent, "text")
		}
	}
}

func (a *account) editOne(ctx context.Context, j *job, i int, want map[string]string) error {
	seg := &j.entry.Segments[i]
	req := a.makeRequest(j, i)
	req.Prior, req.PriorSent = seg.Observed, seg.Sent
	var o provider.Object
	err := a.repeat(ctx, func(ctx context.Context) (err error) {
		o, err = a.Posts.Edit(ctx, seg.ID, req)
		if provider.Is(err, provider.NotFound) && a.Capabilities.Regenerable {
			o, err = a.Posts.Publish(ctx, req)
		}
		return err
	})
	if err != nil {
		return a.unlessReadBack("whether the edit was carried out", err)
	}
	seg.Sent, seg.Fingerprint = want, a.Fingerprint(j.pub.Segments[i])
	a.receipt(j, i, o)
	return nil
}

// parentOf is what segment i answers: the one before it, or the publication's
// reply target as the ledger knows it.
func (a *account) parentOf(j *job, i int) (id, url string) {
	if i > 0 {
		return j.entry.Segments[i-1].ID, ""
	}
	if j.pub == nil {
		return j.entry.Segments[0].ParentID, ""
	}
	if j.pub.ReplyTo == (content.Key{}) {
		return "", j.pub.ReplyToURL
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.answered(j.pub), ""
}

// answered is the object of ours that p answers, or "". The caller holds mu, or
// is alone.
func (r *run) answered(p *content.Publication) string {
	if e := r.snap.Entries[p.ReplyTo]; e != nil && len(e.Segments) > 0 {
		return e.Segments[len(e.Segments)-1].ID
	}
	return ""
}
