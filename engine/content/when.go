package content

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time is a moment as a person wrote it: 2026-12-03T09:30 in the zone that
// applies, or with an offset. The zero Time is "not written".
type Time struct {
	Text string
	wall time.Time
	abs  bool
}

// Errors of Time.In.
var (
	ErrSkipped  = errors.New("the clocks go forward over this time: it does not exist in the zone")
	ErrRepeated = errors.New("the clocks go back over this time: it happens twice in the zone")
)

var (
	wallLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02"}
	absLayouts  = []string{"2006-01-02T15:04Z07:00", time.RFC3339, "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00"}
)

// ParseTime reads a time or a date (which is that day's midnight).
func ParseTime(s string) (Time, error) {
	for _, l := range wallLayouts {
		if t, err := time.Parse(l, s); err == nil {
			return Time{Text: s, wall: t}, nil
		}
	}
	for _, l := range absLayouts {
		if t, err := time.Parse(l, s); err == nil {
			return Time{Text: s, wall: t, abs: true}, nil
		}
	}
	return Time{}, fmt.Errorf("%q is not a time: write 2026-12-03T09:30, with an offset such as +01:00 if need be", s)
}

// IsZero reports whether nothing was written.
func (t Time) IsZero() bool { return t.Text == "" }

// HasOffset reports whether the time names its offset.
func (t Time) HasOffset() bool { return t.abs }

// Date returns the calendar day as written, 2026-12-03.
func (t Time) Date() string { return t.wall.Format(time.DateOnly) }

// In returns the moment in UTC, reading a time without offset in loc. A time
// that the zone skips or repeats is an error, ErrSkipped or ErrRepeated.
func (t Time) In(loc *time.Location) (time.Time, error) {
	if t.abs {
		return t.wall.UTC(), nil
	}
	w := t.wall
	got := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, loc)
	if got.Hour() != w.Hour() || got.Minute() != w.Minute() || got.Day() != w.Day() {
		return time.Time{}, ErrSkipped
	}
	// A repeated time has a second reading under the offset in force some hours
	// before or after it. No zone moves its clocks by more than a day.
	_, off := got.Zone()
	for _, d := range []time.Duration{-25 * time.Hour, 25 * time.Hour} {
		_, other := got.Add(d).Zone()
		alt := got.Add(time.Duration(off-other) * time.Second)
		if other != off && sameWall(alt.In(loc), w) {
			return time.Time{}, ErrRepeated
		}
	}
	return got.UTC(), nil
}

func sameWall(a, b time.Time) bool {
	return a.Format(time.DateTime) == b.Format(time.DateTime)
}

// Lateness is how late a post may still go out.
type Lateness struct {
	Set bool
	Any bool
	Max time.Duration
}

// ParseLateness reads a duration or the word any.
func ParseLateness(s string) (Lateness, error) {
	if s == "any" {
		return Lateness{Set: true, Any: true}, nil
	}
	d, err := ParseDuration(s)
	return Lateness{Set: true, Max: d}, err
}

// Allows reports whether a post wanted at `at` may still go out at now.
func (l Lateness) Allows(at, now time.Time) bool { return l.Any || !now.After(at.Add(l.Max)) }

// ParseDuration reads 90m, 6h, 3d, 2w or a sum of them such as 1d12h.
func ParseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a duration: write 90m, 6h or 3d", s)
	if s == "0" {
		return 0, nil
	}
	var total time.Duration
	rest := s
	for rest != "" {
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i <= 0 || i > 6 {
			return 0, bad
		}
		n, err := strconv.Atoi(rest[:i])
		if err != nil {
			return 0, bad
		}
		units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
		u, ok := units[rest[i]]
		if !ok {
			return 0, bad
		}
		total += time.Duration(n) * u
		rest = rest[i+1:]
	}
	if s == "" || total < 0 {
		return 0, bad
	}
	return total, nil
}

// FormatDuration writes a duration as people write one in a file: a day is 1d,
// 90 minutes are 1h30m, and nothing is 0. What is shorter than a second is one.
func FormatDuration(d time.Duration) string {
	if d <= 0 {
		return "0"
	}
	d = max(d, time.Second)
	var b strings.Builder
	for _, u := range []struct {
		of   time.Duration
		name byte
	}{{24 * time.Hour, 'd'}, {time.Hour, 'h'}, {time.Minute, 'm'}, {time.Second, 's'}} {
		if n := d / u.of; n > 0 {
			fmt.Fprintf(&b, "%d%c", n, u.name)
			d %= u.of
		}
	}
	return b.String()
}
