package plan

import (
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// handedOver is x@a in the platform's schedule, two hours from now.
func handedOver(f func(*world, *content.Publication, *ledger.Entry)) func(*world) {
	return func(w *world) {
		p := w.post("x@a", due(2*time.Hour), func(p *content.Publication) { p.Native = true })
		e := w.entry("x@a", ledger.Scheduled, records(p))
		e.Segments[0].ScheduleID = "s1"
		w.Live["a"] = Live{Scheduled: []provider.Object{{ID: "s1", Fingerprint: "fp:x", ScheduledAt: e.At}}}
		f(w, p, e)
	}
}

func TestScheduled(t *testing.T) {
	t.Parallel()
	runRows(t, []row{
		{"nothing changed", handedOver(func(*world, *content.Publication, *ledger.Entry) {}), Wait, "the platform publishes it at its time"},
		{"not read", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) { delete(w.Live, "a") }), Wait, ""},
		{"the digest alone", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Digest = "other" }), Wait, ""},
		{"another time", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.At = at(3 * time.Hour) }), Reschedule, "another time"},
		{"a time that the platform rounded", handedOver(func(_ *world, _ *content.Publication, e *ledger.Entry) {
			e.At = e.At.Add(-59 * time.Second)
		}), Wait, ""},
		{"a minute later", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.At = p.At.Add(time.Minute) }), Reschedule, ""},
		{"another time, too near", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.At = at(time.Minute) }), Unschedule, "published from here"},
		{"another time, too far", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.At = at(999 * time.Hour) }), Unschedule, ""},
		{"another time, past", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.At = at(-time.Hour) }), Unschedule, ""},
		{"an embargo", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) {
			p.At, p.Embargo = at(3*time.Hour), at(time.Hour)
		}), Unschedule, ""},
		{"other words", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) {
			p.Segments, p.Digest = []content.Segment{{Text: "y"}}, "other"
		}), Unschedule, "changed in the file"},
		{"other words that are not valid", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) {
			p.Digest, p.Invalid, p.Segments = "other", "too long", nil
		}), Unschedule, "not valid now: too long"},
		{"the same words, not valid by a new rule", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Invalid = "too long" }), Wait, ""},
		{"back to draft", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Ready = false }), Unschedule, "no longer ready"},
		{"on hold", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Ready, p.OnHold = false, true }), Unschedule, "no longer ready"},
		{"retract", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Retract = true }), Unschedule, ""},
		{"removed", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Removed = true }), Unschedule, ""},
		{"its file is gone", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Desired = nil
			w.post("other@a", due(time.Hour))
		}), Unschedule, "no file asks for it"},
		{"its file is gone, or cannot be read", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Desired, w.Incomplete = nil, true
			w.post("other@a", due(time.Hour))
		}), Hold, "it stays scheduled"},
		{"moved", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Desired = nil
			w.post("y@a", due(2*time.Hour), func(p *content.Publication) { p.MovedFrom = "x" })
		}), "", ""},
		{"frozen", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) { w.Freezes = []Freeze{{Reason: "crisis"}} }), Unschedule, "frozen: crisis"},
		{"frozen, and lifted", handedOver(func(w *world, p *content.Publication, _ *ledger.Entry) {
			w.Freezes = []Freeze{{Reason: "crisis"}}
			lift("freeze", time.Time{})(p)
		}), Wait, ""},
		{"another brand is frozen", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Freezes = []Freeze{{Brands: []string{"other"}}}
		}), Wait, ""},
		{"the setting is back to engine", handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Native = false }), Wait, ""},
		{"taken off the schedule by a person", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) { w.Live["a"] = Live{} }), Hold, "left the platform's schedule"},
		{"its time has come, and it is in the schedule still", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Now = at(2*time.Hour + time.Minute)
		}), Wait, ""},
		{"its time has come, and it is gone", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Now, w.Live["a"] = at(2*time.Hour), Live{}
		}), Publish, "it will be looked for"},
		{"the platform needs a while to show it", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Now, w.Live["a"] = at(2*time.Hour), Live{}
			w.account("a", func(a *Account) { a.Capabilities.VisibilityDelay = time.Minute })
		}), Wait, "it will be looked for"},
		{"its time has come, it is gone, and so is its file", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Now, w.Live["a"], w.Desired = at(3*time.Hour), Live{}, nil
			w.post("other@a", due(9*time.Hour))
		}), Publish, ""},
		{"its time has come, it is gone, and all is frozen", handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			w.Now, w.Live["a"], w.Freezes = at(3*time.Hour), Live{}, []Freeze{{}}
		}), Publish, ""},
	})
}

func TestSettlingIsAResume(t *testing.T) {
	t.Parallel()
	w := newWorld()
	handedOver(func(w *world, p *content.Publication, _ *ledger.Entry) {
		w.Now, w.Live["a"], p.Digest = at(3*time.Hour), Live{}, "other"
	})(w)
	c := says(t, w.plan(), "x@a", Publish, "")
	if !c.Resume || c.Digest == "other" || !c.At.Equal(at(2*time.Hour)) {
		t.Errorf("%+v", c)
	}
}

func TestRescheduleShowsBothTimes(t *testing.T) {
	t.Parallel()
	w := newWorld()
	handedOver(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.At = at(3 * time.Hour) })(w)
	c := says(t, w.plan(), "x@a", Reschedule, "")
	want := FieldChange{"at", "2026-12-03T14:00:00Z", "2026-12-03T15:00:00Z"}
	if len(c.Fields) != 1 || c.Fields[0] != want || !c.At.Equal(at(3*time.Hour)) {
		t.Errorf("%+v", c)
	}
}

// Taking back what is scheduled is how a crisis is stopped: no refused batch may
// stand in its way.
func TestRecallIsNeverRefused(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.MaxRetracts = 1
	handedOver(func(w *world, _ *content.Publication, _ *ledger.Entry) { w.Freezes = []Freeze{{Reason: "crisis"}} })(w)
	scheduled := w.Live["a"].Scheduled
	w.steady("y@a", func(p *content.Publication) { p.Retract = true })
	w.steady("z@a", func(p *content.Publication) { p.Retract = true })
	live := w.Live["a"]
	live.Scheduled = scheduled
	w.Live["a"] = live
	p := w.plan()
	refuses(t, p, "max_retracts@a")
	says(t, p, "y@a", Hold, "max_retracts")
	says(t, p, "x@a", Unschedule, "frozen")
}
