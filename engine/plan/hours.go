package plan

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// The guards below are about the hour. They hold one publication, which goes out
// later unless it is too late by then.

// frozen holds what would be seen while a freeze applies. Taking down, and
// telling the ledger, stay possible: a crisis needs them.
func frozen(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		a := s.accounts[c.Account]
		if a == nil || !begins(c) || s.lifted(c.Key, "freeze") {
			continue
		}
		switch c.Action {
		case Publish, Schedule, Reschedule, Replace, Edit, Revert:
			if why := s.frozenBecause(a); why != "" {
				stop(c, "%s", why)
			}
		}
	}
	return nil
}

// frozenBecause says why an account is frozen, or nothing. A freeze that names
// brands and accounts covers what is in both.
func (s *scene) frozenBecause(a *Account) string {
	var why []string
	for _, f := range s.Freezes {
		covers := (len(f.Brands) == 0 || slices.Contains(f.Brands, a.Brand)) &&
			(len(f.Accounts) == 0 || slices.Contains(f.Accounts, a.ID))
		if !covers || passed(f.Until, s.Now) {
			continue
		}
		text := "frozen"
		if f.Reason != "" {
			text += ": " + f.Reason
		}
		if f.Until.IsZero() {
			why = append(why, text+", until smmctl thaw")
		} else {
			why = append(why, text+", until "+when(a, f.Until))
		}
	}
	if len(why) == 0 {
		return ""
	}
	return slices.Min(why) // one reason is enough, whatever their order
}

// quietHours hold what would become public at night.
func quietHours(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		if !begins(c) || !s.publishes(c) || s.lifted(c.Key, "quiet_hours") {
			continue
		}
		a := s.accounts[c.Account]
		for _, hours := range a.QuietHours {
			if within(hours, s.publicAt(c).In(zone(a))) {
				stop(c, "quiet_hours: nothing is published between %s (%s)", strings.Replace(hours, "-", " and ", 1), zone(a))
			}
		}
	}
	return nil
}

// publicAt is when a change becomes visible.
func (s *scene) publicAt(c *Change) time.Time {
	if c.Action == Schedule && c.At != nil {
		return *c.At
	}
	return s.Now
}

// within reports whether a wall clock's time is in 22:00-07:00, its end not
// included. Being about the wall clock it holds on the days that have 23 or 25
// hours. What cannot be read covers the day: a guard in doubt guards.
func within(hours string, t time.Time) bool {
	from, until, ok := strings.Cut(hours, "-")
	a, errA := minuteOfDay(from)
	b, errB := minuteOfDay(until)
	if !ok || errA != nil || errB != nil {
		return true
	}
	now := t.Hour()*60 + t.Minute()
	if a <= b {
		return now >= a && now < b
	}
	return now >= a || now < b
}

func minuteOfDay(s string) (int, error) {
	s = strings.TrimSpace(s)
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}

// minGap keeps publications of an account apart: from what is published, what is
// scheduled, and what goes out in this very run.
func minGap(s *scene, changes []Change) []Refusal {
	moments := s.moments(changes)
	for i := range changes {
		c := &changes[i]
		a := s.accounts[c.Account]
		if !begins(c) || !s.publishes(c) || a.MinGap <= 0 {
			continue
		}
		at := s.publicAt(c)
		near, found := nearest(moments[c.Account], c.Key, at, a.MinGap)
		if found && !s.lifted(c.Key, "min_gap") {
			stop(c, "min_gap: %s is at %s, and %s are kept between publications", near.key, when(a, near.at), span(a.MinGap))
			continue
		}
		moments[c.Account] = append(moments[c.Account], occasion{c.Key, at})
	}
	return nil
}

// occasion is when a publication was or becomes public.
type occasion struct {
	key content.Key
	at  time.Time
}

// moments are the occasions that could be too near to something of this plan.
func (s *scene) moments(changes []Change) map[string][]occasion {
	out := map[string][]occasion{}
	add := func(key content.Key, at time.Time) {
		if a := s.accounts[key.Account]; a != nil && at.After(s.Now.Add(-a.MinGap)) {
			out[key.Account] = append(out[key.Account], occasion{key, at})
		}
	}
	for key, e := range s.entries {
		switch {
		case key.IsProfile():
		case e.State == ledger.Scheduled:
			add(key, e.At)
		case !e.PublishedAt.IsZero():
			add(key, e.PublishedAt)
			for i := range e.Segments { // a thread's new parts are younger
				if at := e.Segments[i].CreatedAt; at.After(e.PublishedAt) {
					add(key, at)
				}
			}
		}
	}
	for i := range changes {
		if c := &changes[i]; c.Resume && s.publishes(c) {
			add(c.Key, s.Now)
		}
	}
	return out
}

// nearest returns the occasion of another Key that is nearest to at, if any is
// within gap.
func nearest(all []occasion, self content.Key, at time.Time, gap time.Duration) (occasion, bool) {
	var best occasion
	found := false
	for _, o := range all {
		d := at.Sub(o.at).Abs()
		if o.key == self || d >= gap {
			continue
		}
		old := at.Sub(best.at).Abs()
		if !found || d < old || d == old && compareKeys(o.key, best.key) < 0 {
			best, found = o, true
		}
	}
	return best, found
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
