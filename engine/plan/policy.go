package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// stop turns c into a hold, keeping what it would have been readable.
func stop(c *Change, format string, args ...any) {
	c.Reason = fmt.Sprintf(format, args...)
	c.Action, c.Pin, c.Unpin, c.Resume = Hold, false, false, false
}

// begins reports whether c is effective and not the rest of something begun.
func begins(c *Change) bool { return c.Action.Effective() && !c.Resume }

// publishes reports whether c makes something new public, now or later.
func publishes(c *Change) bool {
	return c.Action == Publish || c.Action == Schedule || c.Action == Replace
}

// publishes is that, and whether c is an edit that brings a thread new parts.
func (s *scene) publishes(c *Change) bool {
	return publishes(c) || c.Action == Edit && s.extends(c)
}

func (s *scene) extends(c *Change) bool {
	p, e := s.desired[c.Key], s.entries[c.Key]
	switch {
	case e == nil || c.Key.IsProfile():
		return false
	case c.Resume:
		return hasUnidentified(e)
	}
	return p != nil && len(p.Segments) > len(e.Segments)
}

// unusableAccount holds everything on an account that cannot be used.
func unusableAccount(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		if a := s.accounts[c.Account]; a != nil && a.Problem != "" && c.Action.Effective() {
			stop(c, "the account cannot be used: %s", a.Problem)
		}
	}
	return nil
}

// invalid holds every change of a post that is not valid, its removal included:
// a file that cannot be trusted in one line is not trusted in another. Taking a
// publication back from a schedule is never wrong.
func invalid(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		if p := s.desired[c.Key]; p != nil && p.Invalid != "" && begins(c) && c.Action != Unschedule {
			stop(c, "%s", p.Invalid)
		}
	}
	return nil
}

// incomplete keeps everything live while some file cannot be read: an unreadable
// file must never look like a deletion.
func incomplete(s *scene, changes []Change) []Refusal {
	for i := range changes {
		if c := &changes[i]; s.Incomplete && begins(c) && c.Action == Retract {
			stop(c, "some file cannot be read: nothing is retracted meanwhile")
		}
	}
	return nil
}

// createOnly leaves what is published as it is. What the file says in so many
// words (retract, removed, moved) is done under every policy.
func createOnly(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		a := s.accounts[c.Account]
		if a == nil || a.Policy != "create-only" || !begins(c) || notLive(s.entries[c.Key]) {
			continue
		}
		switch c.Action {
		case Edit, Replace, Revert:
			if a.Capabilities.Regenerable && c.Action == Revert {
				continue // rebuilding changes nothing that was published
			}
			stop(c, "the account's policy is create-only: what is published is not changed")
		}
	}
	return nil
}

// renamed keeps a publication whose post seems to live on under a new id.
func renamed(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		if heir, ok := s.heirs[c.Key]; ok && begins(c) && c.Action == Retract {
			stop(c, "its file is gone, and %s looks like it: write moved: {from: %s} there", heir, c.Post)
		}
	}
	return nil
}

// stranded tells those that wait for publications which are on their way from
// those that wait for one that is not.
func stranded(s *scene, changes []Change) []Refusal {
	onItsWay := map[content.Key]bool{}
	var waiting []*Change
	for i := range changes {
		c := &changes[i]
		onItsWay[c.Key] = publishes(c) || c.Action == Wait || c.Action == Edit || c.Action == Reschedule
		if len(c.WaitsFor) > 0 {
			waiting = append(waiting, c)
		}
	}
	for again := true; again; {
		again = false
		for _, c := range waiting {
			i := slices.IndexFunc(c.WaitsFor, func(k content.Key) bool { return !onItsWay[k] && !s.leftOut(k) })
			if i >= 0 && c.Action == Wait {
				stop(c, "waits for %s, which is not published, and not about to be", c.WaitsFor[i])
				onItsWay[c.Key] = false
				again = true
			}
		}
	}
	return nil
}

// leftOut reports whether the plan's limits hide a publication that may be on its
// way.
func (s *scene) leftOut(key content.Key) bool {
	p := s.desired[key]
	return p != nil && p.Ready && p.Invalid == "" &&
		(s.OnlyAccount != "" && key.Account != s.OnlyAccount || s.OnlyPost != "" && key.Post != s.OnlyPost)
}

// oneFlight lets no two publications with one fingerprint go out together on one
// account: after a lost answer nobody could tell which of them is there. Where we
// choose the key, the key tells.
func oneFlight(s *scene, changes []Change) []Refusal {
	open := s.inFlight()
	going := map[string]content.Key{}
	for i := range changes {
		c := &changes[i]
		if !begins(c) || !publishes(c) || s.accounts[c.Account].Facility == provider.ClientKey {
			continue
		}
		mark := fingerprint(&subject{key: c.Key, pub: s.desired[c.Key], acct: s.accounts[c.Account]})
		if mark == "" {
			continue
		}
		mark = c.Account + "\x00" + mark
		if other, ok := open.other(mark, c.Key); ok {
			stop(c, "%s has the same words and is not settled: two such never fly together", other)
		} else if other, ok := going[mark]; ok {
			stop(c, "%s has the same words and goes first: this one follows in the next run", other)
			c.Action = Wait
		} else {
			going[mark] = c.Key
		}
	}
	return nil
}

// flights are the Keys in flight, by account and fingerprint, the least first.
type flights map[string][]content.Key

func (f flights) other(mark string, self content.Key) (content.Key, bool) {
	var least content.Key
	found := false
	for _, key := range f[mark] {
		if key != self && (!found || compareKeys(key, least) < 0) {
			least, found = key, true
		}
	}
	return least, found
}

// inFlight finds the recorded publications whose outcome is open, the platform's
// own schedule included.
func (s *scene) inFlight() flights {
	out := flights{}
	for key, e := range s.entries {
		if len(e.Segments) == 0 || e.Segments[0].Fingerprint == "" {
			continue
		}
		switch e.State {
		case ledger.Scheduled:
		case ledger.Intent, ledger.Unknown:
			switch Action(e.Action) {
			case Edit, Revert, Retract, Unschedule:
				continue
			}
		default:
			continue
		}
		mark := key.Account + "\x00" + e.Segments[0].Fingerprint
		out[mark] = append(out[mark], key)
	}
	return out
}

// scheduleRoom hands over no more than the platform's schedule takes; what has
// no room waits, and is handed over or published later.
func scheduleRoom(s *scene, changes []Change) []Refusal {
	rooms := map[string]*room{}
	for i := range changes {
		c := &changes[i]
		if c.Action != Schedule || c.Resume {
			continue
		}
		r := rooms[c.Account]
		if r == nil {
			r = s.roomOf(c.Account)
			rooms[c.Account] = r
		}
		if !r.take(*c.At) {
			stop(c, "its time has not come, and the platform's schedule is full")
			c.Action = Wait
		}
	}
	return nil
}

// room counts what is in an account's schedule, by day in UTC.
type room struct {
	total, perDay int // the limits; 0: none
	count         int
	byDay         map[string]int
}

func (s *scene) roomOf(account string) *room {
	limits := s.accounts[account].Limits
	r := &room{total: limits.ScheduleTotal, perDay: limits.SchedulePerDay, byDay: map[string]int{}}
	if v := s.sights[account]; v != nil {
		for _, o := range v.Scheduled {
			r.add(o.ScheduledAt)
		}
		return r
	}
	for key, e := range s.entries {
		if key.Account == account && e.State == ledger.Scheduled {
			r.add(e.At)
		}
	}
	return r
}

func (r *room) add(at time.Time) {
	r.count++
	r.byDay[at.UTC().Format(time.DateOnly)]++
}

func (r *room) take(at time.Time) bool {
	day := at.UTC().Format(time.DateOnly)
	if r.total > 0 && r.count >= r.total || r.perDay > 0 && r.byDay[day] >= r.perDay {
		return false
	}
	r.add(at)
	return true
}
