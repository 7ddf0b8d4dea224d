package plan

import (
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// decide says what one Key needs, guards aside. The zero Action is for what is
// neither recorded nor to be shown.
func (s *scene) decide(sub *subject) Change {
	switch {
	case sub.acct == nil:
		return s.withoutAccount(sub)
	case notLive(sub.entry) && sub.entry != nil && sub.entry.Live():
		return s.unknown(sub, "it is recorded as not published, and something of it is live")
	case sub.key.IsProfile() && (sub.entry == nil || notLive(sub.entry) || sub.entry.State == ledger.Published):
		return s.profile(sub)
	case notLive(sub.entry):
		return s.fresh(sub)
	}
	switch sub.entry.State {
	case ledger.Intent:
		return s.resume(sub)
	case ledger.Unknown:
		return s.unknown(sub, "what became of it is not known")
	case ledger.Scheduled:
		return s.scheduled(sub)
	case ledger.Published:
		if len(sub.entry.Segments) == 0 {
			return s.unknown(sub, "it is recorded as published, and not as what")
		}
		return s.published(sub)
	case ledger.Retracted, ledger.Forgotten:
		return s.tombstone(sub)
	}
	return s.unknown(sub, fmt.Sprintf("the ledger has it as %q, which this version does not know", sub.entry.State))
}

func (s *scene) withoutAccount(sub *subject) Change {
	e := sub.entry
	switch {
	case e != nil && e.State == ledger.Unknown:
		return s.unknown(sub, "what became of it is not known, and its account's file is gone")
	case e == nil || notLive(e):
		if sub.pub == nil || !sub.pub.Ready {
			return idle(sub)
		}
		return s.hold(sub, "there is no account %s that can be used", sub.key.Account)
	case e.State.Tombstone():
		return idle(sub)
	}
	return s.hold(sub, "the account's file is gone: nothing is changed there until it is back, or until smmctl forget %s", sub.key)
}

// resume finishes what a run began. The file has no say in it: the engine reads
// back what happened and compares with the file afterwards.
func (s *scene) resume(sub *subject) Change {
	e := sub.entry
	action := Action(e.Action)
	switch action {
	case Publish, Schedule, Unschedule, Reschedule, Edit, Replace, Retract, Revert:
	default:
		return s.unknown(sub, fmt.Sprintf("its open intent is to %q, which this version does not know", e.Action))
	}
	if sub.pub != nil && action != Retract && action != Unschedule {
		s.rendered(sub.pub)
	}
	c := s.say(sub, action, "begun by run %s, not finished: it will be read back first", e.Run)
	c.Resume, c.Generation, c.Digest, c.Segments = true, e.Generation, e.Digest, len(e.Segments)
	if p := sub.pub; p != nil && sub.acct.Capabilities.Pin && action != Retract && action != Unschedule {
		c.Pin = s.pinWanted(p) && !e.Pinned
		c.Unpin = !s.pinWanted(p) && e.Pinned
	}
	for i, seg := range e.Segments {
		if seg.ID == "" && action != Retract {
			c.Fields = append(c.Fields, prefixed(i, fieldsDiff(nil, sortedFields(seg.Sent)))...)
		}
	}
	return c
}

func (s *scene) unknown(sub *subject, why string) Change {
	if d := sub.entry.Detail; d != "" {
		why += " (" + d + ")"
	}
	c := s.hold(sub, "%s: look at the account, then smmctl resolve %s --published URL, or --not-published", why, sub.key)
	c.Unknown = true
	return c
}

// tombstone publishes again only what the file asks for by number.
func (s *scene) tombstone(sub *subject) Change {
	p, e := sub.pub, sub.entry
	switch {
	case p == nil || sub.key.IsProfile() || !p.Ready || p.Republish <= e.Generation && (p.Retract || p.Removed || passed(p.Unpublish, s.Now)):
		return idle(sub)
	case p.Republish <= e.Generation:
		return s.hold(sub, "it was %s: write republish: %d to publish it again, or %s to leave it so", e.State, max(e.Generation, 1)+1, leaveSo(e))
	case p.Retract || p.Removed:
		return s.hold(sub, "republish: %d is written beside retract or removed: take that out of the file", p.Republish)
	}
	return s.first(sub, Publish, p.Republish)
}

// leaveSo is what a file says of a tombstone that is to stay one.
func leaveSo(e *ledger.Entry) string {
	if e.State == ledger.Forgotten {
		return "removed: true"
	}
	return "retract: true"
}

// idle is for what needs nothing: counted where the ledger knows it.
func idle(sub *subject) Change {
	if sub.entry == nil {
		return Change{}
	}
	return Change{Action: None}
}

func (s *scene) hold(sub *subject, format string, args ...any) Change {
	return s.say(sub, Hold, format, args...)
}

// say makes a Change of the subject.
func (s *scene) say(sub *subject, action Action, format string, args ...any) Change {
	c := Change{
		Key: sub.key, Post: sub.key.Post, Account: sub.key.Account, Generation: 1, Action: action,
		Reason: fmt.Sprintf(format, args...), Fields: []FieldChange{}, Notes: []string{}, Remote: []Remote{}, Timezone: "UTC",
	}
	if a := sub.acct; a != nil {
		c.Provider, c.Timezone = a.Provider, zone(a).String()
	}
	if e := sub.entry; e != nil {
		c.Provider, c.Generation, c.Revision = orElse(c.Provider, e.Provider), max(e.Generation, 1), e.Revision
		c.Digest, c.Segments, c.Remote = e.Digest, len(e.Segments), Remotes(e)
	}
	if p := sub.pub; p != nil {
		c.Provider, c.Path, c.Digest = orElse(c.Provider, p.Provider), p.Path, p.Digest
		c.Segments = orElse(len(p.Segments), c.Segments)
	}
	if t := sub.time(); !t.IsZero() && !sub.key.IsProfile() {
		t = t.UTC().Round(0)
		c.At = &t
	}
	return c
}

// time is when the publication went out, or is to go out.
func (sub *subject) time() time.Time {
	e, p := sub.entry, sub.pub
	switch {
	case e != nil && e.State == ledger.Published && !e.PublishedAt.IsZero():
		return e.PublishedAt
	case p != nil && !p.At.IsZero():
		return p.At
	case e != nil && !e.PublishedAt.IsZero():
		return e.PublishedAt
	case e != nil:
		return e.At
	}
	return time.Time{}
}

// Remotes lists what is live of an entry and ours.
func Remotes(e *ledger.Entry) []Remote {
	out := []Remote{}
	if e.State.Tombstone() {
		return out
	}
	for _, seg := range e.Segments {
		if seg.ID != "" {
			out = append(out, Remote{seg.ID, seg.URL})
		}
	}
	return out
}

func (s *scene) pinWanted(p *content.Publication) bool {
	return p.Pin && !passed(p.PinUntil, s.Now)
}

func zone(a *Account) *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

// when writes a time for people of the account.
func when(a *Account, t time.Time) string { return t.In(zone(a)).Format("2006-01-02 15:04 MST") }

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}
