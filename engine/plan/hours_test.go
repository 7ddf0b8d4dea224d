package plan

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestWithin(t *testing.T) {
	t.Parallel()
	paris, kolkata, apia := place(t, "Europe/Paris"), place(t, "Asia/Kolkata"), place(t, "Pacific/Apia")
	for _, c := range []struct {
		hours string
		at    string // UTC
		zone  *time.Location
		want  bool
	}{
		{"22:00-07:00", "2026-12-03T21:59:59Z", time.UTC, false},
		{"22:00-07:00", "2026-12-03T22:00:00Z", time.UTC, true},
		{"22:00-07:00", "2026-12-04T00:00:00Z", time.UTC, true},
		{"22:00-07:00", "2026-12-04T06:59:59Z", time.UTC, true},
		{"22:00-07:00", "2026-12-04T07:00:00Z", time.UTC, false},
		{"12:00-14:00", "2026-12-03T12:00:00Z", time.UTC, true},
		{"12:00-14:00", "2026-12-03T14:00:00Z", time.UTC, false},
		{"12:00-14:00", "2026-12-03T11:59:00Z", time.UTC, false},
		{"22:00-07:00", "2026-12-03T21:30:00Z", paris, true}, // 22:30 there
		{"22:00-07:00", "2026-07-03T20:30:00Z", paris, true}, // 22:30 in summer
		{"22:00-07:00", "2026-07-03T19:30:00Z", paris, false},
		{"22:00-07:00", "2026-12-03T16:29:00Z", kolkata, false}, // 21:59 there
		{"22:00-07:00", "2026-12-03T16:30:00Z", kolkata, true},
		{"22:00-07:00", "2026-12-03T09:00:00Z", apia, true},
		// The clocks of Paris go forward at 01:00 UTC on 29 March 2026: 02:30 is skipped.
		{"02:00-03:00", "2026-03-29T00:59:59Z", paris, false}, // 01:59
		{"02:00-03:00", "2026-03-29T01:00:00Z", paris, false}, // 03:00: the quiet hour does not exist that day
		{"22:00-07:00", "2026-03-29T04:59:59Z", paris, true},  // 06:59
		{"22:00-07:00", "2026-03-29T05:00:00Z", paris, false}, // 07:00
		// They go back at 01:00 UTC on 25 October 2026: 02:30 happens twice.
		{"02:00-03:00", "2026-10-25T00:30:00Z", paris, true},
		{"02:00-03:00", "2026-10-25T01:30:00Z", paris, true},
		{"02:00-03:00", "2026-10-25T02:00:00Z", paris, false},
		{"00:00-24:00", "2026-12-03T23:59:00Z", time.UTC, true},
		{"00:00-24:00", "2026-12-03T00:00:00Z", time.UTC, true},
		{"20:00-24:00", "2026-12-03T12:00:00Z", time.UTC, false},
		{"08:00-08:00", "2026-12-03T08:00:00Z", time.UTC, false},
		{" 22:00 - 07:00 ", "2026-12-03T23:00:00Z", time.UTC, true},
		// In doubt a guard guards.
		{"night", "2026-12-03T12:00:00Z", time.UTC, true},
		{"22:00", "2026-12-03T12:00:00Z", time.UTC, true},
		{"25:00-26:00", "2026-12-03T12:00:00Z", time.UTC, true},
		{"", "2026-12-03T12:00:00Z", time.UTC, true},
	} {
		u, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := within(c.hours, u.In(c.zone)); got != c.want {
			t.Errorf("%s at %s in %s: %v", c.hours, c.at, c.zone, got)
		}
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	night := func(w *world) {
		w.account("a", func(a *Account) { a.QuietHours = []string{"02:00-03:00", "11:30-13:00"} })
	}
	runRows(t, []row{
		{"a publication", func(w *world) {
			night(w)
			w.post("x@a")
		}, Hold, "quiet_hours: nothing is published between 11:30 and 13:00 (UTC)"},
		{"the night is over", func(w *world) {
			night(w)
			w.post("x@a", due(time.Hour))
			w.Now = at(time.Hour)
		}, Publish, ""},
		{"a replacement", func(w *world) {
			night(w)
			changed(list("x"), list("y"), cannotEdit, allowReplace)(w)
		}, Hold, "quiet_hours"},
		{"an edit wakes nobody", func(w *world) {
			night(w)
			changed(list("x"), list("y"))(w)
		}, Edit, ""},
		{"a retraction wakes nobody", func(w *world) {
			night(w)
			w.steady("x@a", asks)
		}, Retract, ""},
		{"handed over for the day", func(w *world) {
			night(w)
			w.post("x@a", due(2*time.Hour), func(p *content.Publication) { p.Native = true })
		}, Schedule, ""},
		{"handed over for the night", func(w *world) {
			night(w)
			w.post("x@a", due(14*time.Hour+30*time.Minute), func(p *content.Publication) { p.Native = true })
		}, Hold, "quiet_hours"},
		{"another account sleeps", func(w *world) {
			night(w)
			w.post("x@a")
			w.account("b", func(a *Account) { a.QuietHours = []string{"00:00-24:00"} })
			w.account("a", func(a *Account) { a.QuietHours = nil })
		}, Publish, ""},
		{"lifted", func(w *world) {
			night(w)
			w.post("x@a", lift("quiet_hours", at(time.Minute)))
		}, Publish, ""},
		{"in UTC where the account has no zone", func(w *world) {
			night(w)
			w.account("a", func(a *Account) { a.Zone = nil })
			w.post("x@a")
		}, Hold, "(UTC)"},
		{"lifted until now", func(w *world) {
			night(w)
			w.post("x@a", lift("quiet_hours", noon))
		}, Hold, ""},
	})
	w := newWorld()
	w.account("a", func(a *Account) { a.QuietHours, a.Zone = []string{"22:00-07:00"}, place(t, "Pacific/Auckland") })
	w.post("x@a") // 01:00 there
	says(t, w.plan(), "x@a", Hold, "(Pacific/Auckland)")
}

func TestMinGap(t *testing.T) {
	t.Parallel()
	gap := func(w *world) { w.account("a", func(a *Account) { a.MinGap = 30 * time.Minute }) }
	ago := func(name string, d time.Duration) func(*world) {
		return func(w *world) {
			gap(w)
			w.publishedAt(name, -d)
			w.post(name, due(-d))
			w.post("x@a")
		}
	}
	runRows(t, []row{
		{"too soon", ago("y@a", 29*time.Minute), Hold, "min_gap: y@a is at 2026-12-03 11:31 UTC, and 30m are kept"},
		{"just late enough", ago("y@a", 30*time.Minute), Publish, ""},
		{"on another account", ago("y@b", time.Minute), Publish, ""},
		{"after one that was taken down", func(w *world) {
			ago("y@a", time.Minute)(w)
			w.Ledger.Entries[key("y@a")].State = ledger.Retracted
		}, Hold, "y@a"},
		{"the newest is named", func(w *world) {
			ago("y@a", 9*time.Minute)(w)
			w.publishedAt("z@a", -5*time.Minute)
			w.post("z@a", due(-5*time.Minute))
		}, Hold, "z@a"},
		{"after a profile", func(w *world) {
			gap(w)
			w.entry("profile@a", ledger.Published).PublishedAt = at(-time.Minute)
			w.post("x@a")
		}, Publish, ""},
		{"after one in this run", func(w *world) {
			gap(w)
			w.post("x@a")
			w.post("w@a", due(-time.Hour))
		}, Hold, "w@a is at 2026-12-03 12:00 UTC"},
		{"before one in this run", func(w *world) {
			gap(w)
			w.post("x@a", due(-time.Hour))
			w.post("w@a")
		}, Publish, ""},
		{"after one that an earlier run began", func(w *world) {
			gap(w)
			w.post("x@a")
			w.entry("w@a", ledger.Intent, records(w.post("w@a"))).Action = string(Publish)
		}, Hold, "w@a"},
		{"before one in the platform's schedule", func(w *world) {
			gap(w)
			w.post("x@a")
			w.entry("w@a", ledger.Scheduled, records(w.post("w@a", due(20*time.Minute))))
		}, Hold, "w@a"},
		{"handed over beside another", func(w *world) {
			gap(w)
			w.account("a", func(a *Account) { a.Limits.ScheduleMin = 0 })
			native := func(p *content.Publication) { p.Native = true }
			w.post("w@a", due(2*time.Hour), native)
			w.post("x@a", due(2*time.Hour+10*time.Minute), native)
		}, Hold, "w@a"},
		{"handed over far from another", func(w *world) {
			gap(w)
			native := func(p *content.Publication) { p.Native = true }
			w.post("w@a", due(2*time.Hour), native)
			w.post("x@a", due(3*time.Hour), native)
		}, Schedule, ""},
		{"an edit is no publication", func(w *world) {
			gap(w)
			w.publishedAt("y@a", -time.Minute)
			w.post("y@a", due(-time.Minute))
			changed(list("x"), list("y"))(w)
		}, Edit, ""},
		{"its own first generation", func(w *world) {
			gap(w)
			w.publishedAt("x@a", -time.Minute).State = ledger.Retracted
			w.post("x@a", func(p *content.Publication) { p.Republish = 2 })
		}, Publish, ""},
		{"lifted", func(w *world) {
			ago("y@a", time.Minute)(w)
			lift("min_gap", time.Time{})(w.Desired[1])
		}, Publish, ""},
		{"after one that was lifted", func(w *world) {
			gap(w)
			w.post("x@a")
			w.post("w@a", due(-time.Hour), lift("min_gap", time.Time{}))
		}, Hold, "w@a"},
		{"after one that is held for another reason", func(w *world) {
			gap(w)
			w.post("x@a")
			w.post("w@a", due(-time.Hour), func(p *content.Publication) { p.Invalid = "bad" })
		}, Publish, ""},
		{"no gap", func(w *world) {
			ago("y@a", time.Second)(w)
			w.account("a", func(a *Account) { a.MinGap = 0 })
		}, Publish, ""},
	})
}

// Thirty posts that became due while nothing ran do not go out in a burst.
func TestMinGapThinsABurst(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.MinGap = time.Minute })
	many(w, "a", 30)
	p := w.plan()
	if p.Summary.Publish != 1 || p.Summary.Hold != 29 {
		t.Errorf("summary %+v", p.Summary)
	}
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	frozen := func(make func(*world), f Freeze) func(*world) {
		return func(w *world) {
			make(w)
			w.Freezes = append(w.Freezes, f)
		}
	}
	posts := func(options ...pubOption) func(*world) { return func(w *world) { w.post("x@a", options...) } }
	all := Freeze{Reason: "crisis"}
	runRows(t, []row{
		{"a publication", frozen(posts(), all), Hold, "frozen: crisis, until smmctl thaw"},
		{"until a time", frozen(posts(), Freeze{Reason: "holidays", Until: at(time.Hour)}), Hold, "until 2026-12-03 13:00 UTC"},
		{"a freeze that is over", frozen(posts(), Freeze{Until: noon}), Publish, ""},
		{"the brand", frozen(posts(), Freeze{Brands: []string{"other", "acme"}}), Hold, "frozen"},
		{"another brand", frozen(posts(), Freeze{Brands: []string{"other"}}), Publish, ""},
		{"the account", frozen(posts(), Freeze{Accounts: []string{"a"}}), Hold, "frozen"},
		{"another account", frozen(posts(), Freeze{Accounts: []string{"b"}}), Publish, ""},
		{"the account of another brand", frozen(posts(), Freeze{Accounts: []string{"a"}, Brands: []string{"other"}}), Publish, ""},
		{"what would be handed over", frozen(posts(due(time.Hour), func(p *content.Publication) { p.Native = true }), all), Hold, "frozen"},
		{"an edit", frozen(changed(list("x"), list("y")), all), Hold, "frozen"},
		{"a pin", frozen(func(w *world) { w.steady("x@a", func(p *content.Publication) { p.Pin = true }) }, all), Hold, "frozen"},
		{"a replacement", frozen(changed(list("x"), list("y"), cannotEdit, allowReplace), all), Hold, "frozen"},
		{"a revert", frozen(func(w *world) {
			w.steady("x@a")
			w.deface("a", "id-x-0", "other")
			w.account("a", driftSetting("revert"))
		}, all), Hold, "frozen"},
		{"a retraction is allowed", frozen(func(w *world) { w.steady("x@a", asks) }, all), Retract, ""},
		{"forgetting is allowed", frozen(func(w *world) {
			w.steady("x@a", func(p *content.Publication) { p.Removed = true })
		}, all), Forget, ""},
		{"what waits goes on waiting", frozen(posts(due(time.Hour)), all), Wait, "its time has not come"},
		{"what is too late is missed", frozen(posts(due(-9*time.Hour)), all), Missed, ""},
		{"lifted", frozen(posts(lift("freeze", at(time.Second))), all), Publish, ""},
		{"a lift that is over", frozen(posts(lift("freeze", noon)), all), Hold, "frozen"},
	})
}

func TestFreezeOfTheProfile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("profile@a", face("Acme", ""))
	w.Freezes = []Freeze{{}}
	says(t, w.plan(), "profile@a", Hold, "frozen, until smmctl thaw")
}

func TestTwoFreezesGiveOneReason(t *testing.T) {
	t.Parallel()
	a, b := Freeze{Reason: "a"}, Freeze{Reason: "b"}
	for _, order := range [][]Freeze{{a, b}, {b, a}} {
		w := newWorld()
		w.post("x@a")
		w.Freezes = order
		says(t, w.plan(), "x@a", Hold, "frozen: a")
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0", 59 * time.Second: "59s", time.Minute: "1m", 90 * time.Minute: "1h30m", 2 * time.Hour: "2h",
		26 * time.Hour: "1d2h", 72 * time.Hour: "3d", 72*time.Hour + 59*time.Second: "3d",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
		if d >= time.Minute {
			if _, err := content.ParseDuration(span(d)); err != nil {
				t.Error(err)
			}
		}
	}
}

// A thread's new part is seen as a publication is: what holds those holds it.
func TestANewPartIsAPublication(t *testing.T) {
	t.Parallel()
	longer := changed(list("one"), list("one", "two"))
	runRows(t, []row{
		{"nothing against it", longer, Edit, ""},
		{"quiet hours", func(w *world) {
			w.account("a", func(a *Account) { a.QuietHours = []string{"11:30-13:00"} })
			longer(w)
		}, Hold, "quiet_hours"},
		{"a gap", func(w *world) {
			w.account("a", func(a *Account) { a.MinGap = time.Hour })
			longer(w)
			w.publishedAt("y@a", -time.Minute)
		}, Hold, "min_gap"},
		{"no gap to itself", func(w *world) {
			w.account("a", func(a *Account) { a.MinGap = 48 * time.Hour })
			longer(w)
		}, Edit, ""},
		{"too many in one run", func(w *world) {
			w.account("a", func(a *Account) { a.PerRun = 1 })
			longer(w)
			w.post("y@a")
		}, Hold, "per_run"},
		{"a freeze", func(w *world) {
			w.Freezes = []Freeze{{Reason: "crisis"}}
			longer(w)
		}, Hold, "crisis"},
		{"long after its time", func(w *world) {
			longer(w)
			w.Desired[0].At = at(-999 * time.Hour)
		}, Edit, ""},
	})
}

// What was appended lately keeps others away, though its thread is old.
func TestMinGapSeesNewParts(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.MinGap = time.Hour })
	_, e := w.steady("y@a", texts("one", "two"))
	e.Segments[1].CreatedAt = at(-time.Minute)
	w.post("x@a")
	says(t, w.plan(), "x@a", Hold, "min_gap: y@a is at 2026-12-03 11:59")
}
