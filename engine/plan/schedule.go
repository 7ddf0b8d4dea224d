package plan

import (
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// scheduled decides what the platform holds in its own schedule. It may be taken
// back at any time before it is public; what comes of that is a later plan's.
func (s *scene) scheduled(sub *subject) Change {
	p := sub.pub
	gone := sub.sight != nil && !s.stillScheduled(sub)
	switch {
	case gone && !s.Now.Before(sub.entry.At.Add(sub.acct.Capabilities.VisibilityDelay)):
		return s.settleScheduled(sub)
	case gone && s.Now.Before(sub.entry.At):
		return s.hold(sub, "it has left the platform's schedule before its time: settled once its time has passed")
	case gone:
		return s.say(sub, Wait, "its time has come: it will be looked for")
	case p == nil && len(s.movedTo[sub.key]) > 0:
		return Change{}
	case p == nil && s.Incomplete:
		return s.hold(sub, "no file asks for it, but some file cannot be read: it stays scheduled")
	}
	if why := s.recall(sub); why != "" {
		c := s.say(sub, Unschedule, "%s", why)
		c.At = utc(sub.entry.At)
		return c
	}
	return s.keepScheduled(sub)
}

func (s *scene) settleScheduled(sub *subject) Change {
	c := s.say(sub, Publish, "handed over to the platform, and its time has passed: it will be looked for")
	c.Resume, c.Digest, c.At = true, sub.entry.Digest, utc(sub.entry.At)
	return c
}

func (s *scene) stillScheduled(sub *subject) bool {
	return slices.ContainsFunc(sub.sight.Scheduled, func(o provider.Object) bool {
		return len(sub.entry.Segments) > 0 && o.ID == sub.entry.Segments[0].ScheduleID
	})
}

// recall says why a publication is taken back from the platform's schedule, or
// nothing.
func (s *scene) recall(sub *subject) string {
	p := sub.pub
	switch {
	case p == nil:
		return "no file asks for it any more"
	case p.Retract || p.Removed:
		return "retract or removed is written in the file"
	case !p.Ready:
		return "it is no longer ready in the file"
	case s.frozenBecause(sub.acct) != "" && !s.lifted(sub.key, "freeze"):
		return s.frozenBecause(sub.acct)
	case p.Digest != sub.entry.Digest && p.Invalid != "":
		return "changed in the file, and not valid now: " + p.Invalid
	case p.Digest != sub.entry.Digest && s.rendered(p) && len(compareSegments(p.Segments, sub.entry.Segments).fields()) > 0:
		return "changed in the file: it is handed over, or published, anew"
	case otherTime(p.At, sub.entry.At) && !s.reschedulable(sub):
		return "its new time is not one that the platform can schedule: it is published from here"
	}
	return ""
}

func (s *scene) reschedulable(sub *subject) bool {
	limits, lead := sub.acct.Limits, sub.pub.At.Sub(s.Now)
	return lead > 0 && lead >= limits.ScheduleMin && (limits.ScheduleMax == 0 || lead <= limits.ScheduleMax) &&
		!s.Now.Before(sub.pub.Embargo)
}

// otherTime tells a new time from one that the platform has rounded.
func otherTime(a, b time.Time) bool { return a.Sub(b).Abs() >= time.Minute }

func (s *scene) keepScheduled(sub *subject) Change {
	if p := sub.pub; otherTime(p.At, sub.entry.At) && p.Invalid == "" {
		c := s.say(sub, Reschedule, "another time is written in the file")
		c.Fields = append(c.Fields, FieldChange{"at", stamp(sub.entry.At), stamp(p.At)})
		return c
	}
	c := s.say(sub, Wait, "handed over: the platform publishes it at its time")
	c.At = utc(sub.entry.At)
	return c
}
