package migrate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"
)

// How far and how often an event that repeats is taken over.
const (
	maxAhead       = 366 * 24 * time.Hour
	maxOccurrences = 400
)

// calendar reads events: each becomes a slot of the plan, with its words as the
// brief. An event says when something is to be said, rarely in which words.
type calendar struct {
	*Export
	o        Options
	replaced map[string][]time.Time // by UID: occurrences that an event of their own moves
}

func readCalendar(r io.Reader, o Options) (*Export, error) {
	parsed, err := ics.ParseCalendar(r)
	if err != nil {
		return nil, fmt.Errorf("%s: no iCalendar file that can be read: %w", o.Source, err)
	}
	c := &calendar{Export: &Export{From: ICS}, o: o, replaced: map[string][]time.Time{}}
	for _, ev := range parsed.Events() {
		if p := ev.GetProperty(ics.ComponentPropertyRecurrenceId); p != nil {
			if at, _, err := c.time(p); err == nil {
				c.replaced[ev.Id()] = append(c.replaced[ev.Id()], at)
			}
		}
	}
	for i, ev := range parsed.Events() {
		if err := c.event(i+1, ev); err != nil {
			return nil, err
		}
	}
	return c.Export, nil
}

func (c *calendar) event(n int, ev *ics.VEvent) error {
	where := fmt.Sprintf("event %d", n)
	name := strings.TrimSpace(value(ev, ics.ComponentPropertySummary))
	if name != "" {
		where += " (" + clip(name) + ")"
	}
	start := ev.GetProperty(ics.ComponentPropertyDtStart)
	switch {
	case strings.EqualFold(value(ev, ics.ComponentPropertyStatus), "CANCELLED"):
		c.note(where, "was cancelled: left out")
		return nil
	case start == nil:
		c.note(where, "has no beginning: left out")
		return nil
	}
	at, day, err := c.time(start)
	if err != nil {
		c.note(where, "%s: left out", err)
		return nil
	}
	brief := strings.TrimSpace(name + "\n" + strings.TrimSpace(value(ev, ics.ComponentPropertyDescription)))
	times, err := c.times(where, ev, at)
	if err != nil {
		c.note(where, "its repetition cannot be read (%s): only its first time is taken over", err)
		times = []time.Time{at}
	}
	for _, at := range times {
		if len(c.Slots) >= maxPosts {
			return fmt.Errorf("the calendar has more than %d events: divide it", maxPosts)
		}
		c.Slots = append(c.Slots, Slot{Where: where, At: at, Day: day, Name: name, Brief: brief})
	}
	return nil
}

func value(ev *ics.VEvent, property ics.ComponentProperty) string {
	if p := ev.GetProperty(property); p != nil {
		return p.Value
	}
	return ""
}

// time reads a time: with Z, in its TZID's zone, or without either in the
// workspace's. A date alone is a day.
func (c *calendar) time(p *ics.IANAProperty) (at time.Time, day bool, err error) {
	return c.timeIn(p.Value, p.ICalParameters["TZID"])
}

func (c *calendar) timeIn(text string, tzid []string) (at time.Time, day bool, err error) {
	zone := c.o.Zone
	if len(tzid) > 0 {
		if zone, err = time.LoadLocation(tzid[0]); err != nil || tzid[0] == "Local" {
			return time.Time{}, false, fmt.Errorf("its time zone %q is not known", clip(tzid[0]))
		}
	}
	for _, form := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		in := zone
		if strings.HasSuffix(form, "Z") {
			in = time.UTC
		}
		if at, err := time.ParseInLocation(form, text, in); err == nil {
			return at, form == "20060102", nil
		}
	}
	return time.Time{}, false, fmt.Errorf("its time %q cannot be read", clip(text))
}

// times are the event's occurrences from its beginning until a year from now.
func (c *calendar) times(where string, ev *ics.VEvent, first time.Time) ([]time.Time, error) {
	rule := value(ev, ics.ComponentPropertyRrule)
	if rule == "" || ev.GetProperty(ics.ComponentPropertyRecurrenceId) != nil {
		return []time.Time{first}, nil
	}
	option, err := rrule.StrToROption(rule)
	if err != nil {
		return nil, err
	}
	if option.Freq > rrule.DAILY {
		return nil, fmt.Errorf("more often than daily")
	}
	option.Dtstart = first
	r, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, err
	}
	gone := append(slices.Clone(c.replaced[ev.Id()]), c.exceptions(ev)...)
	var out []time.Time
	next := r.Iterator()
	for at, ok := next(); ok && !at.After(c.o.Now.Add(maxAhead)); at, ok = next() {
		if len(out) == maxOccurrences {
			c.note(where, "repeats more than %d times: the rest is left out", maxOccurrences)
			return out, nil
		}
		if !slices.ContainsFunc(gone, at.Equal) {
			out = append(out, at)
		}
	}
	c.note(where, "repeats: %d times are taken over, as slots of their own", len(out))
	return out, nil
}

// exceptions are the occurrences that the event leaves out.
func (c *calendar) exceptions(ev *ics.VEvent) (out []time.Time) {
	for i := range ev.Properties {
		p := &ev.Properties[i]
		if p.IANAToken != string(ics.ComponentPropertyExdate) {
			continue
		}
		for text := range strings.SplitSeq(p.Value, ",") {
			if at, _, err := c.timeIn(text, p.ICalParameters["TZID"]); err == nil {
				out = append(out, at)
			}
		}
	}
	return out
}
