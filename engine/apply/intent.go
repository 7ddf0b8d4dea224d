package apply

import (
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// prepare turns the plan's effective changes into jobs, each with the entry that
// states its intent. What only the ledger needs to know is final at once.
func (r *run) prepare(changes []plan.Change) {
	for _, ch := range changes {
		if !ch.Action.Effective() {
			continue
		}
		if r.Targets[ch.Account] == nil && !ledgerOnly(ch.Action) {
			continue
		}
		was := r.snap.Entries[ch.Key]
		j := job{Change: ch, pub: r.Desired[ch.Key], was: was}
		if was != nil {
			j.entry = was.Clone()
		} else {
			j.entry = &ledger.Entry{Key: ch.Key}
		}
		if ledgerOnly(ch.Action) {
			r.recordOnly(&j)
			continue
		}
		if !ch.Resume {
			r.intend(&j)
		} else if r.settleAt.After(j.entry.SettleAt) {
			j.entry.SettleAt = r.settleAt.UTC() // whoever comes after this run has to wait as long
		}
		delete(r.dirty, j.Key) // a recovered receipt goes on in the job
		r.work = append(r.work, j)
	}
}

func ledgerOnly(a plan.Action) bool {
	return a == plan.Adopt || a == plan.Forget || a == plan.Accept
}

// intend writes what is about to be done into the entry.
func (r *run) intend(j *job) {
	e, now := j.entry, r.Clock.Now().UTC()
	e.Generation, e.Provider, e.Actor = j.Generation, j.Provider, r.Actor
	e.Prior, e.State, e.Action = e.State, ledger.Intent, string(j.Action)
	e.IntentAt, e.SettleAt, e.Detail = now, time.Time{}, ""
	if j.Asks() {
		e.Approved = j.Approved
	}
	if e.Prior == "" || e.Prior.Tombstone() && j.Action == plan.Publish {
		e.Prior = ledger.Planned
	}
	if j.pub == nil {
		return
	}
	if j.Action != plan.Retract && j.Action != plan.Unschedule {
		e.Digest, e.Renderer, e.At, e.Path = j.pub.Digest, content.RendererVersion, j.pub.At, j.pub.Path
	}
	switch j.Action {
	case plan.Publish, plan.Schedule:
		e.Segments = r.segments(j, 0)
	case plan.Replace:
		e.Old = append(e.Old, e.Segments...)
		e.Segments, e.Pinned = r.segments(j, 0), false
	case plan.Edit:
		e.Segments = append(e.Segments, r.segments(j, len(e.Segments))...)
	}
}

// segments are the records of pub's segments from the n-th on, not yet sent.
func (r *run) segments(j *job, n int) []ledger.Segment {
	var out []ledger.Segment
	fingerprint := r.Targets[j.Account].Fingerprint
	for i := n; i < len(j.pub.Segments); i++ {
		s := j.pub.Segments[i]
		out = append(out, ledger.Segment{
			ClientKey:   content.Digest(r.snap.ID, j.Key.String(), strconv.Itoa(j.Generation), strconv.Itoa(i)),
			Fingerprint: fingerprint(s),
			Sent:        fieldMap(s.FieldValues()),
		})
	}
	if n == 0 && len(out) > 0 { // by it the object is recognised even when the file is gone
		out[0].ParentID = r.answered(j.pub)
	}
	return out
}

// recordOnly carries out what no platform hears of.
func (r *run) recordOnly(j *job) {
	e := j.entry
	e.Run, e.Actor, e.Detail = r.Run, r.Actor, ""
	switch j.Action {
	case plan.Forget:
		e.State = ledger.Forgotten
	case plan.Accept:
		r.accept(j)
	case plan.Adopt:
		old := r.snap.Entries[content.Key{Post: j.pub.MovedFrom, Account: j.Account, Occurrence: j.Key.Occurrence}]
		if old == nil {
			return
		}
		moved := old.Clone()
		moved.Key, moved.Run = j.Key, r.Run
		gone := &ledger.Entry{Key: old.Key, Generation: old.Generation, State: ledger.Forgotten, Provider: old.Provider,
			Run: r.Run, Detail: "moved to " + j.Key.String()}
		r.dirty[gone.Key], j.entry = gone, moved
		e = moved
	}
	r.dirty[e.Key] = e
	r.emit(Recorded, j, 1, nil)
}

// accept takes the live form for what was observed.
func (r *run) accept(j *job) {
	target := r.Targets[j.Account]
	if target == nil {
		return
	}
	if j.Key.IsProfile() {
		j.entry.Seen = target.Live.Profile
		return
	}
	live := map[string]provider.Object{}
	for _, o := range target.Live.Objects {
		live[o.ID] = o
	}
	for i := range j.entry.Segments {
		if o, ok := live[j.entry.Segments[i].ID]; ok {
			j.entry.Segments[i].Observed = o.Fields
		}
	}
}

func fieldMap(fields []content.FieldValue) map[string]string {
	m := make(map[string]string, len(fields))
	for _, f := range fields {
		m[f.Path] = f.Value
	}
	return m
}
