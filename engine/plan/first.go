package plan

import (
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// fresh decides what is not on the platform.
func (s *scene) fresh(sub *subject) Change {
	p := sub.pub
	if p == nil {
		return idle(sub)
	}
	if c, ok := s.adopt(sub); ok {
		return c
	}
	if p.Removed || p.Retract || !p.Ready && !p.OnHold {
		return idle(sub)
	}
	generation := max(1, p.Republish)
	if sub.entry != nil {
		generation = max(generation, sub.entry.Generation)
	}
	return s.first(sub, Publish, generation)
}

// rule says why a publication does not go out, or nothing.
type rule func(*scene, *subject) (Action, string)

// firstRules are asked in this order; the first that speaks is the reason.
var firstRules = []rule{
	onHold, notValid, wasImported, looksRenamed, hasNoTime, hasExpired, byHand, notYet, tooLate, needsOther, notRendered, looksLive,
}

// first begins a generation, where nothing speaks against it.
func (s *scene) first(sub *subject, action Action, generation int) Change {
	for _, rule := range firstRules {
		if verdict, why := rule(s, sub); verdict != "" {
			c := s.say(sub, verdict, "%s", why)
			c.Generation = generation
			if verdict == Wait && !s.Now.Before(dueAt(sub.pub)) {
				c.WaitsFor = s.missing(sub.pub)
			}
			return c
		}
	}
	reason := "ready, and its time has come"
	if action == Replace {
		reason = fmt.Sprintf("it is gone from the platform, and republish: %d is written", generation)
	}
	if s.Now.Before(sub.pub.At) {
		action, reason = Schedule, "handed over early: the platform publishes it at its time"
	}
	c := s.say(sub, action, "%s", reason)
	c.Generation = generation
	c.Pin = action != Schedule && sub.acct.Capabilities.Pin && s.pinWanted(sub.pub)
	for i := range sub.pub.Segments {
		c.Fields = append(c.Fields, prefixed(i, fieldsDiff(nil, sub.pub.Segments[i].FieldValues()))...)
	}
	return c
}

func onHold(_ *scene, sub *subject) (Action, string) {
	if sub.pub.OnHold {
		return Hold, "on hold in the file"
	}
	return "", ""
}

func notValid(_ *scene, sub *subject) (Action, string) {
	if sub.pub.Invalid != "" {
		return Hold, sub.pub.Invalid
	}
	return "", ""
}

func wasImported(_ *scene, sub *subject) (Action, string) {
	if sub.pub.Imported && notLive(sub.entry) {
		return Hold, "imported, and not in the ledger: it is never published. Take origin out of the file to publish it as new"
	}
	return "", ""
}

// looksRenamed notices an id that was changed without `moved`: the new post looks
// like a live publication that no file asks for any more.
func looksRenamed(s *scene, sub *subject) (Action, string) {
	old, ok := s.elders[sub.key]
	if !ok {
		return "", ""
	}
	return Hold, fmt.Sprintf("looks like %s under a new id: write moved: {from: %s}, or bring that post back", old, old.Post)
}

func hasNoTime(_ *scene, sub *subject) (Action, string) {
	if sub.pub.At.IsZero() {
		return Hold, "it has no time: write publish_at, or a slot"
	}
	return "", ""
}

func hasExpired(s *scene, sub *subject) (Action, string) {
	if passed(sub.pub.Unpublish, s.Now) {
		return Missed, "its unpublish_at has passed before it was published"
	}
	return "", ""
}

func byHand(s *scene, sub *subject) (Action, string) {
	if sub.pub.Reminder && !s.Now.Before(dueAt(sub.pub)) {
		return Hold, fmt.Sprintf("a person publishes this by hand, then smmctl resolve %s --published URL", sub.key)
	}
	return "", ""
}

// dueAt is when p goes out: its time, but not within its embargo.
func dueAt(p *content.Publication) time.Time {
	if p.Embargo.After(p.At) {
		return p.Embargo
	}
	return p.At
}

func notYet(s *scene, sub *subject) (Action, string) {
	p := sub.pub
	switch {
	case !s.Now.Before(dueAt(p)):
		return "", ""
	case s.handsOver(sub) && len(s.missing(p)) == 0:
		return "", ""
	case s.Now.Before(p.Embargo) && !s.Now.Before(p.At):
		return Wait, "under embargo until " + when(sub.acct, p.Embargo)
	}
	return Wait, "its time has not come"
}

// handsOver reports whether p can go to the platform's own schedule now. A
// thread cannot: its second part answers an object that does not exist yet. What
// is under embargo is shown to nobody, the platform included.
func (s *scene) handsOver(sub *subject) bool {
	p, limits := sub.pub, sub.acct.Limits
	lead := p.At.Sub(s.Now)
	return p.Native && !p.Reminder && sub.acct.Capabilities.Schedule && len(p.Segments) <= 1 && !s.Now.Before(p.Embargo) &&
		(sub.entry == nil || sub.entry.State != ledger.Published) &&
		lead > 0 && lead >= limits.ScheduleMin && (limits.ScheduleMax == 0 || lead <= limits.ScheduleMax)
}

func tooLate(s *scene, sub *subject) (Action, string) {
	p, due := sub.pub, dueAt(sub.pub)
	if replacing(sub.entry) || p.Late.Allows(due, s.Now) {
		return "", "" // of a replacement the old generation is gone already: it is finished
	}
	return Missed, fmt.Sprintf("%s late, more than its grace of %s: set a new publish_at", span(s.Now.Sub(due)), span(p.Late.Max))
}

// replacing reports whether a replacement took the old generation down and was
// interrupted before the new one went out.
func replacing(e *ledger.Entry) bool {
	return e != nil && e.State == ledger.Planned && Action(e.Action) == Replace
}

func needsOther(s *scene, sub *subject) (Action, string) {
	if missing := s.missing(sub.pub); len(missing) > 0 {
		return Wait, fmt.Sprintf("waits for %s, which is not published yet; where one run publishes that, this follows in it", missing[0])
	}
	return "", ""
}

func notRendered(s *scene, sub *subject) (Action, string) {
	if !s.rendered(sub.pub) {
		return Hold, "there is nothing to send: it was not rendered"
	}
	return "", ""
}

// looksLive is the last look before something goes out: what a person or a lost
// ledger published is not published again.
func looksLive(_ *scene, sub *subject) (Action, string) {
	mark := fingerprint(sub)
	if sub.sight == nil || mark == "" {
		return "", ""
	}
	if sub.entry != nil && sub.acct.Facility == provider.ClientKey {
		return "", "" // a late request of ours: under our key it is found, not made twice
	}
	o, ok := sub.sight.foreign[mark]
	switch {
	case !ok:
		return "", ""
	case !o.ScheduledAt.IsZero():
		return Hold, fmt.Sprintf("looks already scheduled on the platform, as %s: remove it there, or here", o.ID)
	}
	return Hold, fmt.Sprintf("looks already published: %s; smmctl adopt %s %s", o.URL, sub.key, o.URL)
}

func fingerprint(sub *subject) string {
	if sub.pub == nil || len(sub.pub.Segments) == 0 || sub.acct == nil || sub.acct.Fingerprint == nil {
		return ""
	}
	return sub.acct.Fingerprint(sub.pub.Segments[0])
}

// adopt takes over the entry of the id that the post had before. A tombstone
// moves too, so that a new id does not publish again what was taken down. What
// differs beside the id is edited by the run after.
func (s *scene) adopt(sub *subject) (Change, bool) {
	if sub.pub.MovedFrom == "" {
		return Change{}, false
	}
	old := formerKey(sub.pub)
	e := s.entries[old]
	if notLive(e) || old == sub.key {
		return Change{}, false
	}
	switch to := s.movedTo[old]; {
	case sub.pub.Invalid != "":
		return s.hold(sub, "%s", sub.pub.Invalid), true
	case s.desired[old] != nil:
		return s.hold(sub, "moved from %s, which is still in the workspace: %s", old.Post, s.desired[old].Path), true
	case len(to) > 1:
		return s.hold(sub, "moved from %s, as %d posts say: only one can be", old.Post, len(to)), true
	case e.State == ledger.Intent || e.State == ledger.Unknown:
		return s.hold(sub, "moved from %s, which has to be settled first", old.Post), true
	}
	c := s.say(&subject{sub.key, sub.pub, e, sub.acct, sub.sight}, Adopt, "moved from %s: only the ledger is told", old.Post)
	c.From = old
	return c, true
}

// span writes a duration as people write it in a file, to the minute.
func span(d time.Duration) string {
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return content.FormatDuration(d)
}
