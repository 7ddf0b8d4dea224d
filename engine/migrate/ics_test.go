package migrate

import (
	"strings"
	"testing"
)

func calendarOf(t fatal, events string) *Export {
	t.Helper()
	e, err := readCalendar(strings.NewReader("BEGIN:VCALENDAR\r\n"+strings.ReplaceAll(events, "\n", "\r\n")+"END:VCALENDAR\r\n"), options(t, ICS))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return e
}

// An event that repeats keeps its hour over the change of the clocks.
func TestRepeatedEvents(t *testing.T) {
	t.Parallel()
	e := calendarOf(t, "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Paris:20270320T090000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Weekly\nEND:VEVENT\n")
	var got []string
	for _, s := range e.Slots {
		got = append(got, s.At.UTC().Format("01-02T15:04"))
	}
	if strings.Join(got, " ") != "03-20T08:00 03-27T08:00 04-03T07:00" {
		t.Errorf("%v", got)
	}
	endless := calendarOf(t, "BEGIN:VEVENT\nUID:1\nDTSTART:20200101T090000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n")
	if len(endless.Slots) != maxOccurrences || !strings.Contains(notes(endless), "the rest is left out") {
		t.Errorf("%d slots: %s", len(endless.Slots), notes(endless))
	}
}

func FuzzICS(f *testing.F) {
	for _, seed := range []string{
		"BEGIN:VEVENT\nUID:1\nDTSTART:20270320T090000\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:A: \\n b\nEND:VEVENT\n",
		"BEGIN:VEVENT\nDTSTART;VALUE=DATE:20270320\nDESCRIPTION:---\\n{{@x}}\nEND:VEVENT\n",
		"BEGIN:VEVENT\nDTSTART;TZID=Local:20270320T000000\nEXDATE:1,2\nRRULE:FREQ=DAILY;INTERVAL=0\nEND:VEVENT\n", "BEGIN:VTODO\nEND:VTODO\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, events string) {
		e, err := readCalendar(strings.NewReader("BEGIN:VCALENDAR\n"+events+"END:VCALENDAR\n"), options(t, ICS))
		if err != nil {
			return
		}
		checkExport(t, e)
	})
}
