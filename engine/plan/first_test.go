package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestFirst(t *testing.T) {
	t.Parallel()
	ready := func(f func(*content.Publication)) func(*world) {
		return func(w *world) { w.post("x@a", f) }
	}
	runRows(t, []row{
		{"due", ready(func(*content.Publication) {}), Publish, "its time has come"},
		{"due this very moment", ready(func(p *content.Publication) { p.At = noon }), Publish, ""},
		{"a draft", ready(func(p *content.Publication) { p.Ready = false }), "", ""},
		{"a draft that is not valid", ready(func(p *content.Publication) { p.Ready, p.Invalid = false, "too long" }), "", ""},
		{"on hold", ready(func(p *content.Publication) { p.Ready, p.OnHold = false, true }), Hold, "on hold in the file"},
		{"not valid", ready(func(p *content.Publication) { p.Invalid = "600 characters, 500 fit" }), Hold, "600 characters"},
		{"not valid, though its time has not come", ready(func(p *content.Publication) {
			p.At, p.Invalid = at(time.Hour), "too long"
		}), Hold, "too long"},
		{"imported", ready(func(p *content.Publication) { p.Imported = true }), Hold, "imported"},
		{"removed before it was published", ready(func(p *content.Publication) { p.Removed = true }), "", ""},
		{"retracted before it was published", ready(func(p *content.Publication) { p.Retract = true }), "", ""},
		{"no time", ready(func(p *content.Publication) { p.At = time.Time{} }), Hold, "no time"},
		{"tomorrow", ready(func(p *content.Publication) { p.At = at(24 * time.Hour) }), Wait, "its time has not come"},
		{"a second early", ready(func(p *content.Publication) { p.At = at(time.Second) }), Wait, ""},
		{"late within its grace", ready(func(p *content.Publication) { p.At = at(-2 * time.Hour) }), Publish, ""},
		{"late beyond its grace", ready(func(p *content.Publication) { p.At = at(-2*time.Hour - time.Second) }), Missed, "set a new publish_at"},
		{"late, and no grace at all", ready(func(p *content.Publication) { p.Late = content.Lateness{} }), Missed, "1m late"},
		{"however late", ready(func(p *content.Publication) {
			p.At, p.Late = at(-9000*time.Hour), content.Lateness{Set: true, Any: true}
		}), Publish, ""},
		{"under embargo", ready(func(p *content.Publication) { p.Embargo = at(time.Hour) }), Wait, "under embargo until 2026-12-03 13:00 UTC"},
		{"the embargo is over", ready(func(p *content.Publication) { p.Embargo = at(-time.Second) }), Publish, ""},
		{"grace counts from the embargo's end", ready(func(p *content.Publication) {
			p.At, p.Embargo = at(-5*time.Hour), at(-time.Hour)
		}), Publish, ""},
		{"its end is past already", ready(func(p *content.Publication) { p.Unpublish = at(-time.Second) }), Missed, "unpublish_at"},
		{"its end is to come", ready(func(p *content.Publication) { p.Unpublish = at(time.Second) }), Publish, ""},
		{"a reminder that is due", ready(func(p *content.Publication) { p.Reminder = true }), Hold, "smmctl resolve x@a --published URL"},
		{"a reminder long due", ready(func(p *content.Publication) {
			p.Reminder, p.At = true, at(-100*time.Hour)
		}), Hold, "a person publishes this by hand"},
		{"a reminder to come", ready(func(p *content.Publication) { p.Reminder, p.At = true, at(time.Hour) }), Wait, ""},
		{"not rendered", ready(func(p *content.Publication) { p.Segments = nil }), Hold, "not rendered"},
		{"known as planned", func(w *world) { w.entry("x@a", ledger.Planned, records(w.post("x@a"))) }, Publish, ""},
		{"known as missed, and in time now", func(w *world) { w.entry("x@a", ledger.Missed, records(w.post("x@a"))) }, Publish, ""},
		{"known as held, and free now", func(w *world) { w.entry("x@a", ledger.Held, records(w.post("x@a"))) }, Publish, ""},
		{"a replacement whose old form is gone, long past its time", func(w *world) {
			e := w.entry("x@a", ledger.Planned, records(w.post("x@a", due(-99*time.Hour))))
			e.Action, e.IntentAt = string(Replace), at(-time.Hour)
		}, Publish, ""},
		{"a replacement that was interrupted long ago, with a new time", func(w *world) {
			e := w.entry("x@a", ledger.Planned, records(w.post("x@a")))
			e.Action, e.IntentAt = string(Replace), at(-3*time.Hour)
		}, Publish, ""},
		{"a replacement that was interrupted long ago", func(w *world) {
			e := w.entry("x@a", ledger.Planned, records(w.post("x@a", due(-99*time.Hour))))
			e.Action, e.IntentAt = string(Replace), at(-3*time.Hour)
		}, Publish, ""}, // its old generation is gone: what has begun is finished
		{"known as planned, though something is live", func(w *world) {
			w.post("x@a")
			w.published("x@a").State = ledger.Planned
		}, Hold, "smmctl resolve x@a"},
		{"an id that is used twice", func(w *world) {
			w.post("x@a", func(p *content.Publication) { p.Path = "b.md" })
			w.post("x@a", func(p *content.Publication) { p.Path = "a.md" })
		}, Hold, "used twice: in a.md and in b.md"},
		{"an account that is not there", func(w *world) {
			w.post("x@a")
			delete(w.Accounts, "a")
		}, Hold, "no account a"},
		{"an account that cannot be used", func(w *world) {
			w.post("x@a")
			w.account("a", func(a *Account) { a.Problem = "the token has expired" })
		}, Hold, "the token has expired"},
	})
}

func TestPublishShowsEveryField(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("x@a", texts("one", "two"), option("visibility", "unlisted"))
	c := says(t, w.plan(), "x@a", Publish, "")
	want := []FieldChange{
		{"segments[0].text", "", "one"}, {"segments[0].options.visibility", "", "unlisted"}, {"segments[1].text", "", "two"},
	}
	if !slices.Equal(c.Fields, want) {
		t.Errorf("fields %v, want %v", c.Fields, want)
	}
	if c.Segments != 2 || c.Generation != 1 || c.Revision != 0 || c.Provider != "memory" || c.Timezone != "UTC" ||
		c.Path != "content/acme/2026-12/x.md" || c.Post != "x" || c.Account != "a" || !c.At.Equal(at(-time.Minute)) {
		t.Errorf("%+v", c)
	}
}

func TestPublishPins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		pub  pubOption
		able bool
		want bool
	}{
		{"wanted", func(p *content.Publication) { p.Pin = true }, true, true},
		{"wanted until later", func(p *content.Publication) { p.Pin, p.PinUntil = true, at(time.Hour) }, true, true},
		{"over already", func(p *content.Publication) { p.Pin, p.PinUntil = true, noon }, true, false},
		{"not wanted", func(*content.Publication) {}, true, false},
		{"not possible", func(p *content.Publication) { p.Pin = true }, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.post("x@a", c.pub)
			w.account("a", func(a *Account) { a.Capabilities.Pin = c.able })
			if got := says(t, w.plan(), "x@a", Publish, "").Pin; got != c.want {
				t.Errorf("pin %v, want %v", got, c.want)
			}
		})
	}
}

func TestGenerationOfTheFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		entry     int // 0: none
		republish int
		want      int
	}{
		{"new", 0, 0, 1},
		{"new, and republish is written", 0, 3, 3}, // else generation 1 would be held for ever
		{"planned", 2, 0, 2},
		{"planned, and republish is behind", 4, 3, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			p := w.post("x@a", func(p *content.Publication) { p.Republish = c.republish })
			if c.entry > 0 {
				w.entry("x@a", ledger.Planned, records(p)).Generation = c.entry
			}
			if got := says(t, w.plan(), "x@a", Publish, "").Generation; got != c.want {
				t.Errorf("generation %d, want %d", got, c.want)
			}
		})
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	native := func(f func(*content.Publication), changes ...func(*Account)) func(*world) {
		return func(w *world) {
			w.post("x@a", func(p *content.Publication) { p.Native, p.At = true, at(2*time.Hour); f(p) })
			w.account("a", changes...)
		}
	}
	same := func(*content.Publication) {}
	runRows(t, []row{
		{"handed over early", native(same), Schedule, "handed over early"},
		{"due already", native(func(p *content.Publication) { p.At = noon }), Publish, ""},
		{"too near", native(func(p *content.Publication) { p.At = at(5*time.Minute - time.Second) }), Wait, ""},
		{"just far enough", native(func(p *content.Publication) { p.At = at(5 * time.Minute) }), Schedule, ""},
		{"at the horizon", native(func(p *content.Publication) { p.At = at(24 * time.Hour) }), Schedule, ""},
		{"beyond the horizon", native(func(p *content.Publication) { p.At = at(24*time.Hour + time.Second) }), Wait, ""},
		{"no horizon", native(func(p *content.Publication) { p.At = at(9000 * time.Hour) }, func(a *Account) {
			a.Limits.ScheduleMax = 0
		}), Schedule, ""},
		{"the platform cannot", native(same, func(a *Account) { a.Capabilities.Schedule = false }), Wait, ""},
		{"a thread", native(func(p *content.Publication) {
			p.Segments = append(p.Segments, content.Segment{Text: "two"})
		}), Wait, ""},
		{"a reminder", native(func(p *content.Publication) { p.Reminder = true }), Wait, ""},
		{"under embargo still", native(func(p *content.Publication) { p.Embargo = at(time.Hour) }), Wait, ""},
		{"not valid", native(func(p *content.Publication) { p.Invalid = "too long" }), Hold, "too long"},
		{"not rendered", native(func(p *content.Publication) { p.Segments = nil }), Hold, "not rendered"},
		{"what it needs is not live", native(func(p *content.Publication) { p.DependsOn = []content.Key{key("y@a")} }), Wait, "its time has not come"},
		{"its words are there already", func(w *world) {
			native(same)(w)
			w.foreign("a", "1", "x")
		}, Hold, "looks already published"},
	})
	w := newWorld()
	w.post("x@a", func(p *content.Publication) { p.Native, p.Pin, p.At = true, true, at(2*time.Hour) })
	if c := says(t, w.plan(), "x@a", Schedule, ""); c.Pin {
		t.Error("what is not public yet cannot be pinned")
	}
}

func TestScheduleRoom(t *testing.T) {
	t.Parallel()
	fill := func(limit func(*Account), already int) *world {
		w := newWorld()
		w.account("a", limit)
		for i, name := range []string{"x@a", "y@a", "z@a"} {
			w.post(name, due(time.Duration(i+1)*time.Hour), func(p *content.Publication) { p.Native = true })
		}
		live := Live{}
		for i := range already {
			live.Scheduled = append(live.Scheduled, provider.Object{ID: string(rune('0' + i)), ScheduledAt: at(time.Hour)})
		}
		w.Live["a"] = live
		return w
	}
	t.Run("in total", func(t *testing.T) {
		t.Parallel()
		p := fill(func(a *Account) { a.Limits.ScheduleTotal = 3 }, 1).plan()
		says(t, p, "x@a", Schedule, "")
		says(t, p, "y@a", Schedule, "")
		says(t, p, "z@a", Wait, "schedule is full")
	})
	t.Run("a day", func(t *testing.T) {
		t.Parallel()
		w := fill(func(a *Account) { a.Limits.SchedulePerDay = 2 }, 1)
		w.Desired[2].At = at(13 * time.Hour) // tomorrow
		p := w.plan()
		says(t, p, "x@a", Schedule, "")
		says(t, p, "y@a", Wait, "schedule is full")
		says(t, p, "z@a", Schedule, "")
	})
	t.Run("as recorded, where the account was not read", func(t *testing.T) {
		t.Parallel()
		w := fill(func(a *Account) { a.Limits.ScheduleTotal = 1 }, 0)
		delete(w.Live, "a")
		w.entry("old@a", ledger.Scheduled, records(w.post("old@a", due(time.Hour))))
		says(t, w.plan(), "x@a", Wait, "schedule is full")
	})
}

func TestLooksLive(t *testing.T) {
	t.Parallel()
	runRows(t, []row{
		{"published by a person", func(w *world) {
			w.post("x@a")
			w.foreign("a", "77", "x")
		}, Hold, "looks already published: https://a.example/77; smmctl adopt x@a https://a.example/77"},
		{"on another account", func(w *world) {
			w.post("x@a")
			w.foreign("b", "77", "x")
		}, Publish, ""},
		{"other words", func(w *world) {
			w.post("x@a")
			w.foreign("a", "77", "y")
		}, Publish, ""},
		{"the words of a publication of ours", func(w *world) {
			w.post("x@a", texts("same"))
			w.steady("y@a", texts("same"))
		}, Publish, ""},
		{"what was forgotten is a person's now", func(w *world) {
			w.post("x@a", func(p *content.Publication) { p.Republish = 2 })
			w.published("x@a").State = ledger.Forgotten
		}, Hold, "looks already published"},
		{"what was retracted and is listed still", func(w *world) {
			w.post("x@a", func(p *content.Publication) { p.Republish = 2 })
			w.published("x@a").State = ledger.Retracted
		}, Publish, ""},
		{"what a replacement is taking down", func(w *world) {
			e := w.entry("y@a", ledger.Intent)
			e.Action, e.Old = string(Replace), []ledger.Segment{{ID: "77"}}
			w.post("x@a")
			w.foreign("a", "77", "x")
		}, Publish, ""},
		{"scheduled by a person", func(w *world) {
			w.post("x@a")
			w.Live["a"] = Live{Scheduled: []provider.Object{{ID: "s1", Fingerprint: "fp:x", ScheduledAt: at(time.Hour)}}}
		}, Hold, "already scheduled on the platform, as s1"},
		{"scheduled by us", func(w *world) {
			w.post("x@a", texts("same"))
			e := w.entry("y@a", ledger.Scheduled, records(w.post("y@a", due(time.Hour), texts("other"))))
			e.Segments[0].ScheduleID = "s1"
			w.Live["a"] = Live{Scheduled: []provider.Object{{ID: "s1", Fingerprint: "fp:same", ScheduledAt: at(time.Hour)}}}
		}, Publish, ""},
		{"no fingerprint proves nothing", func(w *world) {
			w.post("x@a")
			w.account("a", func(a *Account) { a.Fingerprint = func(content.Segment) string { return "" } })
			w.Live["a"] = Live{Objects: []provider.Object{{ID: "1", CreatedAt: at(-time.Hour)}}}
		}, Publish, ""},
		{"twins without a fingerprint fly together", func(w *world) {
			w.account("a", func(a *Account) { a.Fingerprint = nil })
			w.post("w@a", texts("x"))
			w.post("x@a")
		}, Publish, ""},
		{"not read: planned offline", func(w *world) { w.post("x@a") }, Publish, ""},
	})
}

func TestLooksLiveNamesTheOldest(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("x@a")
	w.foreign("a", "3", "x")
	w.foreign("a", "2", "x")
	live := w.Live["a"]
	live.Objects[1].CreatedAt = at(-3 * time.Hour)
	says(t, w.plan(), "x@a", Hold, "https://a.example/2")
	slices.Reverse(live.Objects)
	says(t, w.plan(), "x@a", Hold, "https://a.example/2")
}

func TestForeignIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.steady("x@a")
	w.foreign("a", "1", "p")
	w.foreign("a", "1", "p") // a page that overlaps the one before
	w.foreign("a", "2", "q")
	w.foreign("b", "1", "p")
	w.published("gone@b").State = ledger.Forgotten
	if got := w.plan().Summary.Foreign; got != 4 {
		t.Errorf("%d foreign objects, want 4", got)
	}
	w.OnlyAccount = "a"
	if got := w.plan().Summary.Foreign; got != 2 {
		t.Errorf("%d foreign objects on a, want 2", got)
	}
}

func TestDependsOn(t *testing.T) {
	t.Parallel()
	runRows(t, []row{
		{"live", func(w *world) {
			w.steady("y@b")
			w.post("x@a", needs("y@b"))
		}, Publish, ""},
		{"published by a person, its id unknown", func(w *world) {
			_, e := w.steady("y@b")
			e.Segments[0].ID = ""
			w.post("x@a", needs("y@b"))
		}, Publish, ""},
		{"goes out in this run", func(w *world) {
			w.post("y@b")
			w.post("x@a", needs("y@b"))
		}, Wait, "waits for y@b, which is not published yet; where one run publishes that, this follows in it"},
		{"its time has not come", func(w *world) {
			w.post("y@b", due(time.Hour))
			w.post("x@a", needs("y@b"))
		}, Wait, "y@b"},
		{"being published since an earlier run", func(w *world) {
			w.entry("y@b", ledger.Intent, records(w.post("y@b"))).Action = string(Publish)
			w.post("x@a", needs("y@b"))
		}, Wait, "y@b"},
		{"the second is not live", func(w *world) {
			w.steady("y@b")
			w.post("z@b")
			w.post("x@a", needs("y@b", "z@b"))
		}, Wait, "z@b"},
		{"no such post", func(w *world) { w.post("x@a", needs("y@b")) }, Hold, "y@b, which is not published, and not about to be"},
		{"a draft", func(w *world) {
			w.post("y@b", func(p *content.Publication) { p.Ready = false })
			w.post("x@a", needs("y@b"))
		}, Hold, "y@b"},
		{"not valid", func(w *world) {
			w.post("y@b", func(p *content.Publication) { p.Invalid = "too long" })
			w.post("x@a", needs("y@b"))
		}, Hold, "y@b"},
		{"missed", func(w *world) {
			w.post("y@b", due(-9*time.Hour))
			w.post("x@a", needs("y@b"))
		}, Hold, "y@b"},
		{"unknown", func(w *world) {
			w.entry("y@b", ledger.Unknown, records(w.post("y@b")))
			w.post("x@a", needs("y@b"))
		}, Hold, "y@b"},
		{"taken down", func(w *world) {
			w.steady("y@b")
			w.Ledger.Entries[key("y@b")].State = ledger.Retracted
			w.post("x@a", needs("y@b"))
		}, Hold, "y@b"},
		{"waits for one that waits for one that is held", func(w *world) {
			w.post("z@b", func(p *content.Publication) { p.Invalid = "too long" })
			w.post("y@b", needs("z@b"))
			w.post("x@a", needs("y@b"))
		}, Hold, "y@b"},
		{"waits for one that waits for one that goes", func(w *world) {
			w.post("z@b")
			w.post("y@b", needs("z@b"))
			w.post("x@a", needs("y@b"))
		}, Wait, "y@b"},
		{"each waits for the other", func(w *world) {
			w.post("y@a", needs("x@a"))
			w.post("x@a", needs("y@a"))
		}, Wait, "y@a"},
		{"the other account is not planned", func(w *world) {
			w.post("y@b")
			w.post("x@a", needs("y@b"))
			w.OnlyAccount = "a"
		}, Wait, "y@b"},
		{"need not be rendered to wait", func(w *world) {
			w.post("y@b")
			w.post("x@a", needs("y@b"), texts())
		}, Wait, "y@b"},
	})
}

func TestMoved(t *testing.T) {
	t.Parallel()
	from := func(id string) pubOption { return func(p *content.Publication) { p.MovedFrom = id } }
	runRows(t, []row{
		{"live", func(w *world) {
			w.published("old@a")
			w.post("x@a", from("old"))
		}, Adopt, "moved from old"},
		{"live, and a draft now", func(w *world) {
			w.published("old@a")
			w.post("x@a", from("old"), func(p *content.Publication) { p.Ready = false })
		}, Adopt, ""},
		{"a tombstone moves too", func(w *world) {
			w.published("old@a").State = ledger.Retracted
			w.post("x@a", from("old"))
		}, Adopt, ""},
		{"scheduled", func(w *world) {
			w.entry("old@a", ledger.Scheduled)
			w.post("x@a", from("old"))
		}, Adopt, ""},
		{"was never published", func(w *world) {
			w.entry("old@a", ledger.Planned)
			w.post("x@a", from("old"))
		}, Publish, ""},
		{"was never heard of", func(w *world) { w.post("x@a", from("old")) }, Publish, ""},
		{"on another account", func(w *world) {
			w.published("old@b")
			w.post("x@a", from("old"))
		}, Publish, ""},
		{"done already", func(w *world) {
			w.entry("old@a", ledger.Forgotten)
			w.steady("x@a", from("old"))
		}, "", ""},
		{"the old post is still there", func(w *world) {
			w.steady("old@a")
			w.post("x@a", from("old"))
		}, Hold, "still in the workspace: content/acme/2026-12/old.md"},
		{"claimed twice", func(w *world) {
			w.published("old@a")
			w.post("x@a", from("old"))
			w.post("y@a", from("old"))
		}, Hold, "as 2 posts say"},
		{"not settled", func(w *world) {
			w.entry("old@a", ledger.Intent).Action = string(Edit)
			w.post("x@a", from("old"))
		}, Hold, "has to be settled first"},
		{"not known", func(w *world) {
			w.entry("old@a", ledger.Unknown)
			w.post("x@a", from("old"))
		}, Hold, "has to be settled first"},
		{"not valid", func(w *world) {
			w.published("old@a")
			w.post("x@a", from("old"), func(p *content.Publication) { p.Invalid = "too long" })
		}, Hold, "too long"},
		{"from itself", func(w *world) { w.post("x@a", from("x")) }, Publish, ""},
	})
}

func TestAdoptKeepsGenerationAndSaysFrom(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.Policy = "sync" })
	w.published("old@a").Generation = 3
	w.post("x@a", func(p *content.Publication) { p.MovedFrom = "old" })
	p := w.plan()
	c := says(t, p, "x@a", Adopt, "")
	if c.From != key("old@a") || c.Generation != 3 || c.Revision != 7 || len(c.Remote) != 1 || len(c.Fields) != 0 {
		t.Errorf("%+v", c)
	}
	if len(p.Changes) != 1 {
		t.Errorf("%d changes: the old Key must have none, whatever the policy", len(p.Changes))
	}
}

func TestLooksRenamed(t *testing.T) {
	t.Parallel()
	runRows(t, []row{
		{"the same words under a new id", func(w *world) {
			w.published("old@a", texts("words"))
			w.post("x@a", texts("words"))
		}, Hold, "write moved: {from: old}"},
		{"the same digest, not rendered", func(w *world) {
			e := w.published("old@a")
			w.post("x@a", texts(), func(p *content.Publication) { p.Digest = e.Digest })
		}, Hold, "write moved: {from: old}"},
		{"long past its time", func(w *world) {
			w.published("old@a", texts("words"))
			w.post("x@a", texts("words"), due(-24*time.Hour))
		}, Hold, "write moved"},
		{"not due yet", func(w *world) {
			w.published("old@a", texts("words"))
			w.post("x@a", texts("words"), due(24*time.Hour))
		}, Hold, "write moved"},
		{"the old post is still there", func(w *world) {
			w.steady("old@a", texts("words"))
			w.post("x@a", texts("words"))
		}, Publish, ""},
		{"on another account", func(w *world) {
			w.published("old@b", texts("words"))
			w.post("x@a", texts("words"))
		}, Publish, ""},
		{"the old one was taken down", func(w *world) {
			w.published("old@a", texts("words")).State = ledger.Retracted
			w.post("x@a", texts("words"))
		}, Publish, ""},
		{"other words", func(w *world) {
			w.published("old@a", texts("words"))
			w.post("x@a", texts("others"))
		}, Publish, ""},
	})
}

// Under policy sync a changed id would otherwise take the publication down.
func TestRenamedIsNotRetracted(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.Policy = "sync" })
	w.published("old@a", texts("words"))
	w.published("gone@a")
	w.post("x@a", texts("words"), due(-24*time.Hour))
	p := w.plan()
	says(t, p, "old@a", Hold, "x@a looks like it: write moved: {from: old} there")
	says(t, p, "gone@a", Retract, "")
}

// What a new post may not do itself says nothing of what it was before.
func TestRenamedIsNotRetractedWhateverTheNewPostIs(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]pubOption{
		"ready":               func(*content.Publication) {},
		"a draft":             func(p *content.Publication) { p.Ready = false },
		"on hold":             func(p *content.Publication) { p.Ready, p.OnHold = false, true },
		"not valid":           func(p *content.Publication) { p.Invalid = "too long" },
		"imported":            func(p *content.Publication) { p.Imported = true },
		"without a time":      func(p *content.Publication) { p.At = time.Time{} },
		"retracted":           func(p *content.Publication) { p.Retract = true },
		"an invalid draft":    func(p *content.Publication) { p.Ready, p.Invalid = false, "bad" },
		"a draft of the past": func(p *content.Publication) { p.Ready, p.At = false, at(-999*time.Hour) },
	} {
		for mark, alike := range map[string]func(*ledger.Entry) pubOption{
			"words":  func(*ledger.Entry) pubOption { return texts("words") },
			"digest": func(e *ledger.Entry) pubOption { return func(p *content.Publication) { p.Digest = e.Digest } },
			"path": func(e *ledger.Entry) pubOption {
				e.Path = "content/acme/2026-12/same.md"
				return func(p *content.Publication) { p.Path = e.Path }
			},
		} {
			w := newWorld()
			w.account("a", func(a *Account) { a.Policy = "sync" })
			e := w.published("old@a", texts("words"))
			w.post("x@a", alike(e), change)
			says(t, w.plan(), "old@a", Hold, "x@a looks like it: write moved: {from: old} there")
			if t.Failed() {
				t.Fatalf("%s, by its %s", name, mark)
			}
		}
	}
}

// Two publications of the same words: either may be what was renamed.
func TestRenamedKeepsAllThatItMayBe(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.Policy = "sync" })
	w.published("old@a", texts("words"))
	w.published("older@a", texts("words"))
	w.post("x@a", texts("words"), func(p *content.Publication) { p.Ready = false })
	p := w.plan()
	says(t, p, "old@a", Hold, "x@a looks like it")
	says(t, p, "older@a", Hold, "x@a looks like it")
}

// A draft is rendered to be compared, but only where something may be taken down.
func TestUnrenderedHeirs(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]int{"sync": 2, "upsert": 0} {
		w := newWorld()
		w.account("a", func(a *Account) { a.Policy = policy })
		w.published("old@a")
		w.post("x@a", texts(), func(p *content.Publication) { p.Ready = false })
		w.post("y@a", texts(), func(p *content.Publication) { p.Invalid = "bad" })
		if got := Draft(w.Input).Unrendered(); len(got) != want {
			t.Errorf("%s: %v", policy, got)
		}
	}
}

func TestTombstone(t *testing.T) {
	t.Parallel()
	grave := func(state ledger.State, f func(*content.Publication)) func(*world) {
		return func(w *world) {
			w.post("x@a", f)
			w.entry("x@a", state).Generation = 2
		}
	}
	again := func(n int) func(*content.Publication) { return func(p *content.Publication) { p.Republish = n } }
	runRows(t, []row{
		{"retracted stays retracted", grave(ledger.Retracted, again(0)), Hold, "write republish: 3"},
		{"retracted, as the file says", grave(ledger.Retracted, func(p *content.Publication) { p.Retract = true }), "", ""},
		{"taken down at its time", grave(ledger.Retracted, func(p *content.Publication) { p.Unpublish = at(-time.Hour) }), "", ""},
		{"forgotten stays forgotten", grave(ledger.Forgotten, again(0)), Hold, "removed: true to leave it so"},
		{"forgotten, as the file says", grave(ledger.Forgotten, func(p *content.Publication) { p.Removed = true }), "", ""},
		{"this generation was there", grave(ledger.Retracted, again(2)), Hold, "write republish: 3"},
		{"the next generation", grave(ledger.Retracted, again(3)), Publish, ""},
		{"a later generation", grave(ledger.Forgotten, again(9)), Publish, ""},
		{"lateness applies", grave(ledger.Retracted, func(p *content.Publication) { p.Republish, p.At = 3, at(-9*time.Hour) }), Missed, ""},
		{"its time has not come", grave(ledger.Retracted, func(p *content.Publication) { p.Republish, p.At = 3, at(time.Hour) }), Wait, ""},
		{"not ready", grave(ledger.Retracted, func(p *content.Publication) { p.Republish, p.Ready = 3, false }), "", ""},
		{"retract is still written", grave(ledger.Retracted, func(p *content.Publication) {
			p.Republish, p.Retract = 3, true
		}), Hold, "take that out"},
		{"removed is still written", grave(ledger.Forgotten, func(p *content.Publication) {
			p.Republish, p.Removed = 3, true
		}), Hold, "take that out"},
		{"an imported one is ours", grave(ledger.Retracted, func(p *content.Publication) {
			p.Republish, p.Imported = 3, true
		}), Publish, ""},
		{"no file", func(w *world) {
			w.post("other@a", due(time.Hour))
			w.entry("x@a", ledger.Retracted)
		}, "", ""},
	})
	w := newWorld()
	grave(ledger.Retracted, again(5))(w)
	if c := says(t, w.plan(), "x@a", Publish, ""); c.Generation != 5 || len(c.Remote) != 0 {
		t.Errorf("%+v", c)
	}
}
