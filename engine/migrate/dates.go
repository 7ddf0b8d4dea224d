package migrate

import (
	"cmp"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dateOrder is how 03/04/2026 is meant.
type dateOrder string

const (
	dayFirst   dateOrder = "dmy"
	monthFirst dateOrder = "mdy"
)

// Clock times, with an offset or without: 9:30, 09:30:00Z, 9:30 PM, 09:30 +03:00.
const clockForm = `(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?`

var (
	yearFirstForm = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T,\s]\s*` + clockForm + `)?$`)
	yearLastForm  = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?:[T,\s]\s*` + clockForm + `)?$`)
	wordForms     = []string{"January 2, 2006 at 3:04PM", "January 2, 2006 3:04 PM", "Jan 2, 2006 3:04 PM", "January 2, 2006 15:04", "2 January 2006 15:04", "2 Jan 2006 15:04", "January 2, 2006", "2 January 2006"}
)

func looksDated(s string) bool {
	s = strings.TrimSpace(s)
	return yearFirstForm.MatchString(s) || yearLastForm.MatchString(s)
}

// order finds how dates are written where the year comes last: as was asked for,
// or as a row shows in which one number can be no month.
func (t *table) order() (dateOrder, error) {
	if o := dateOrder(t.o.DateFormat); o != "" {
		return o, nil
	}
	var days, months, doubtful string // the rows that show it
	dots := true
	for _, r := range t.ordered {
		m := yearLastForm.FindStringSubmatch(r.date)
		if m == nil {
			continue
		}
		dots = dots && m[2] == "."
		first, _ := strconv.Atoi(m[1])
		second, _ := strconv.Atoi(m[3])
		row := r.post.Where + ": " + r.date
		switch {
		case first > 12:
			days = cmp.Or(days, row)
		case second > 12:
			months = cmp.Or(months, row)
		default:
			doubtful = cmp.Or(doubtful, row)
		}
	}
	switch {
	case days != "" && months != "":
		return "", wrong("dates are written in two ways (%s; %s): make them one, such as 2026-12-03", days, months)
	case days != "":
		t.note("the table", "days come before months, as one row shows (%s)", days)
	case months != "":
		t.note("the table", "months come before days, as one row shows (%s)", months)
		return monthFirst, nil
	case doubtful != "" && dots:
		t.note("the table", "no row shows whether days or months come first; with dots between them, days do (%s)", doubtful)
	case doubtful != "":
		return "", wrong("%s: is that day first or month first? No row shows it: say --date-format dmy, or mdy", doubtful)
	}
	return dayFirst, nil
}

// readDate reads a date, or a date and a time. Day says that there is no time.
func readDate(s string, order dateOrder, zone *time.Location) (at time.Time, day, ok bool) {
	var year, month, date string
	var clock []string
	if m := yearFirstForm.FindStringSubmatch(s); m != nil {
		year, month, date, clock = m[1], m[2], m[3], m[4:]
	} else if m := yearLastForm.FindStringSubmatch(s); m != nil {
		year, date, month, clock = m[4], m[1], m[3], m[5:]
		if order == monthFirst {
			date, month = month, date
		}
	} else {
		return readWords(s, zone)
	}
	y, _ := strconv.Atoi(year)
	mo, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(date)
	h, mi, sec, zone, fine := readClock(clock, zone)
	if !fine {
		return time.Time{}, false, false
	}
	at = time.Date(y, time.Month(mo), d, h, mi, sec, 0, zone)
	// An hour that the zone skips is none.
	if at.Hour() != h || mo < 1 || mo > 12 || d < 1 || time.Date(y, time.Month(mo), d, 12, 0, 0, 0, time.UTC).Day() != d || y < 1990 || y > 2200 {
		return time.Time{}, false, false
	}
	return at, clock[0] == "", true
}

func readWords(s string, zone *time.Location) (at time.Time, day, ok bool) {
	for _, form := range wordForms {
		if at, err := time.ParseInLocation(form, s, zone); err == nil {
			return at, !strings.Contains(form, "04"), true
		}
	}
	return time.Time{}, false, false
}

// readClock reads hour, minute, second, half of the day and offset.
func readClock(m []string, zone *time.Location) (hour, minute, second int, in *time.Location, ok bool) {
	if m[0] == "" {
		return 0, 0, 0, zone, true
	}
	hour, _ = strconv.Atoi(m[0])
	minute, _ = strconv.Atoi(m[1])
	second, _ = strconv.Atoi("0" + m[2])
	if half := strings.ToLower(m[3]); half != "" {
		if hour < 1 || hour > 12 {
			return 0, 0, 0, nil, false
		}
		hour %= 12
		if half[0] == 'p' {
			hour += 12
		}
	}
	return hour, minute, second, offsetOf(m[4], zone), hour < 24 && minute < 60 && second < 60
}

func offsetOf(s string, zone *time.Location) *time.Location {
	switch s {
	case "":
		return zone
	case "Z", "UTC", "GMT":
		return time.UTC
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	hours, _ := strconv.Atoi(digits[:2])
	minutes, _ := strconv.Atoi(digits[2:])
	seconds := (hours*60 + minutes) * 60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}

// webAddress reports whether s can stand in a file as an address.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 2048 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0xA0 || r == 0x2028 || r == 0x2029 || r == 0x85
	})
}
