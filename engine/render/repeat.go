package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/smmctl/smmctl/engine/content"
)

// Bounds of a repetition.
const (
	maxOccurrences = 500
	maxYears       = 50
)

// datePlaceholder is what makes the text of each occurrence its own.
const datePlaceholder = "{{date}}"

// repeated returns one publication an occurrence. The rule runs over wall time,
// so that the hour stays the same over daylight saving; the Key takes the local
// date.
func (v *view) repeated(first content.Publication) []content.Publication {
	zone := v.repeatZone()
	dates := v.occurrences(first.At.In(zone))
	same := v.p.Repeat.Variation == "required" && !strings.Contains(v.p.Body, datePlaceholder)
	if same && len(dates) > 1 {
		v.warn("repeat-variation", "repeat.variation", "write "+datePlaceholder+" into the text, or `variation: allowed`", "every occurrence has the same text: those after the first are held")
	}
	first.Invalid = v.invalid()
	out := make([]content.Publication, 0, len(dates))
	for i, wall := range dates {
		pub := first
		pub.Key.Occurrence = wall.Format(time.DateOnly)
		if !sameWall(wall, first.At.In(zone)) {
			pub.At = v.moment("repeat.rrule", wallTime(wall), zone)
		}
		if pub.At.IsZero() && pub.Invalid == "" {
			pub.Invalid = v.problems[len(v.problems)-1].Summary
		}
		if same && i > 0 {
			pub.Invalid = "the text is that of the first occurrence, and `variation: required` wants another"
		}
		out = append(out, pub)
	}
	return out
}

// repeatZone is the zone whose clock the repetition follows.
func (v *view) repeatZone() *time.Location {
	name := v.p.Timezone
	if slot := v.s.Slots[v.p.Slot]; v.p.PublishAt.IsZero() && slot != nil && slot.Timezone != "" {
		name = slot.Timezone
	}
	return v.zone(name, "timezone")
}

// occurrences lists the wall times of the rule, written as if in UTC.
func (v *view) occurrences(start time.Time) []time.Time {
	const field = "repeat.rrule"
	text := strings.TrimPrefix(strings.TrimSpace(v.p.Repeat.RRule), "RRULE:")
	option, err := parseRule(text)
	if err != nil {
		v.fail("repeat-rule", field, `write "FREQ=MONTHLY;COUNT=3"`, "%q is no recurrence rule: %v", text, err)
		return nil
	}
	if option.Freq > rrule.DAILY {
		v.fail("repeat-often", field, "repeat by day, week, month or year", "the rule repeats within a day; an occurrence is known by its date")
		return nil
	}
	if option.Count == 0 && option.Until.IsZero() {
		v.fail("repeat-endless", field, "add COUNT=12, or UNTIL=20271231", "the rule has no end")
		return nil
	}
	option.Dtstart = time.Date(start.Year(), start.Month(), start.Day(), start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
	option.Until = lastMoment(option, text, start.Location())
	return v.run(option)
}

// parseRule reads a rule; the library panics on some that are malformed.
func parseRule(text string) (option *rrule.ROption, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	if len(text) > 500 {
		return nil, fmt.Errorf("it is too long")
	}
	return rrule.StrToROption(text)
}

// lastMoment is the rule's end as a wall time. A date includes its day, and no
// rule runs for longer than maxYears.
func lastMoment(option *rrule.ROption, text string, zone *time.Location) time.Time {
	end := option.Dtstart.AddDate(maxYears, 0, 0)
	until := option.Until
	if until.IsZero() {
		return end
	}
	_, value, _ := strings.Cut(strings.ToUpper(text), "UNTIL=")
	value, _, _ = strings.Cut(value, ";")
	switch {
	case len(value) == len("20060102"):
		until = until.Add(24*time.Hour - time.Second)
	case strings.HasSuffix(value, "Z"):
		l := until.In(zone)
		until = time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	}
	if until.After(end) {
		return end
	}
	return until
}

func (v *view) run(option *rrule.ROption) []time.Time {
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		v.fail("repeat-rule", "repeat.rrule", "", "the rule cannot be followed: %v", err)
		return nil
	}
	var out []time.Time
	next := rule.Iterator()
	for t, ok := next(); ok; t, ok = next() {
		if len(out) > 0 && out[len(out)-1].Format(time.DateOnly) == t.Format(time.DateOnly) {
			v.fail("repeat-often", "repeat.rrule", "leave out BYHOUR, BYMINUTE and BYSECOND", "the rule gives two occurrences on %s; an occurrence is known by its date", t.Format(time.DateOnly))
			return out
		}
		if len(out) == maxOccurrences {
			v.fail("repeat-many", "repeat.rrule", "end it earlier", "the rule gives more than %d occurrences", maxOccurrences)
			return out
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		v.fail("repeat-never", "repeat.rrule", "", "the rule gives no occurrence after %s", option.Dtstart.Format(time.DateOnly))
	}
	return out
}

func sameWall(a, b time.Time) bool { return a.Format(time.DateTime) == b.Format(time.DateTime) }

func wallTime(t time.Time) content.Time {
	out, err := content.ParseTime(t.Format("2006-01-02T15:04:05"))
	if err != nil {
		return content.Time{} // years beyond 9999 only, which maxYears keeps out
	}
	return out
}
