package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

func TestResume(t *testing.T) {
	t.Parallel()
	for _, action := range []Action{Publish, Schedule, Unschedule, Reschedule, Edit, Replace, Retract, Revert} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			e := w.entry("x@a", ledger.Intent, records(w.post("x@a")))
			e.Action, e.Generation = string(action), 4
			c := says(t, w.plan(), "x@a", action, "begun by run run-1, not finished: it will be read back first")
			if !c.Resume || c.Generation != 4 || c.Revision != 7 || c.Digest != e.Digest {
				t.Errorf("%+v", c)
			}
		})
	}
}

// What has begun is finished: no guard and no word in the file stops it, or half
// a thread would stay.
func TestResumePassesEverything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		make func(*world, *content.Publication)
	}{
		{"its post vanished", func(w *world, _ *content.Publication) {
			w.Desired = nil
			w.post("other@b", due(time.Hour))
		}},
		{"not valid", func(_ *world, p *content.Publication) { p.Invalid = "too long" }},
		{"a draft", func(_ *world, p *content.Publication) { p.Ready = false }},
		{"retract", func(_ *world, p *content.Publication) { p.Retract = true }},
		{"long past", func(_ *world, p *content.Publication) { p.At = at(-999 * time.Hour) }},
		{"some file cannot be read", func(w *world, _ *content.Publication) { w.Incomplete = true }},
		{"frozen", func(w *world, _ *content.Publication) { w.Freezes = []Freeze{{Reason: "crisis"}} }},
		{"quiet hours", func(w *world, _ *content.Publication) {
			w.account("a", func(a *Account) { a.QuietHours = []string{"00:00-24:00"} })
		}},
		{"a gap", func(w *world, _ *content.Publication) {
			w.account("a", func(a *Account) { a.MinGap = time.Hour })
			w.publishedAt("y@a", -time.Minute)
		}},
		{"too many in one run", func(w *world, _ *content.Publication) {
			w.account("a", func(a *Account) { a.PerRun = 1 })
			w.post("y@a")
			w.post("z@a")
		}},
		{"its words are live", func(w *world, _ *content.Publication) { w.foreign("a", "1", "x") }},
		{"the live list is empty", func(w *world, _ *content.Publication) {
			w.steady("y@a")
			w.steady("z@a")
			w.Live["a"] = Live{}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			p := w.post("x@a")
			w.entry("x@a", ledger.Intent, records(p)).Action = string(Publish)
			c.make(w, p)
			if got := says(t, w.plan(), "x@a", Publish, "begun by run"); !got.Resume {
				t.Error("not marked as resumed")
			}
		})
	}
}

// What apply let go, for nothing of it was live, begins anew under every guard:
// none may think that it has begun.
func TestAbandonedPassesNothing(t *testing.T) {
	t.Parallel()
	type change func(*world, *content.Publication)
	for _, action := range []Action{"", Replace} {
		for name, c := range map[string]struct {
			make change
			want Action
		}{
			"nothing against it": {func(*world, *content.Publication) {}, Publish},
			"its post vanished":  {func(w *world, _ *content.Publication) { w.Desired = nil; w.post("other@b", due(time.Hour)) }, ""},
			"not valid":          {func(_ *world, p *content.Publication) { p.Invalid = "too long" }, Hold},
			"a draft":            {func(_ *world, p *content.Publication) { p.Ready = false }, ""},
			"on hold":            {func(_ *world, p *content.Publication) { p.Ready, p.OnHold = false, true }, Hold},
			"retract":            {func(_ *world, p *content.Publication) { p.Retract = true }, ""},
			"removed":            {func(_ *world, p *content.Publication) { p.Removed = true }, ""},
			"its end has passed": {func(_ *world, p *content.Publication) { p.Unpublish = at(-time.Hour) }, Missed},
			"a later time":       {func(_ *world, p *content.Publication) { p.At = at(time.Hour) }, Wait},
			"under embargo":      {func(_ *world, p *content.Publication) { p.Embargo = at(time.Hour) }, Wait},
			"late": {func(w *world, p *content.Publication) {
				p.At = at(-99 * time.Hour)
				w.Ledger.Entries[p.Key].IntentAt = at(-98 * time.Hour)
			}, Missed},
			"frozen": {func(w *world, _ *content.Publication) { w.Freezes = []Freeze{{Reason: "crisis"}} }, Hold},
			"quiet hours": {func(w *world, _ *content.Publication) {
				w.account("a", func(a *Account) { a.QuietHours = []string{"00:00-24:00"} })
			}, Hold},
			"a gap": {func(w *world, _ *content.Publication) {
				w.account("a", func(a *Account) { a.MinGap = time.Hour })
				w.publishedAt("y@a", -time.Minute)
			}, Hold},
			"too many in one run": {func(w *world, _ *content.Publication) {
				w.account("a", func(a *Account) { a.PerRun = 1 })
				w.post("y@a")
			}, Hold},
			"its words are live": {func(w *world, _ *content.Publication) { w.foreign("a", "1", "x") }, Hold},
		} {
			t.Run(string(action)+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld()
				p := w.post("x@a")
				e := w.entry("x@a", ledger.Planned, records(p))
				e.Action, e.IntentAt, e.Run = string(action), at(-time.Minute), "run-1"
				c.make(w, p)
				if name == "late" && action == Replace {
					c.want = Publish // its old generation is gone: what has begun is finished
				}
				if got := says(t, w.plan(), "x@a", c.want, ""); got.Resume {
					t.Error("nothing is resumed")
				}
			})
		}
	}
}

func TestResumeNeedsAnAccountThatWorks(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.entry("x@a", ledger.Intent, records(w.post("x@a"))).Action = string(Publish)
	w.account("a", func(a *Account) { a.Problem = "another account's token" })
	if c := says(t, w.plan(), "x@a", Hold, "another account's token"); c.Resume {
		t.Error("a hold resumes nothing")
	}
}

func TestResumeShowsWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	p := w.post("x@a", texts("one", "two"), func(p *content.Publication) { p.Pin = true })
	e := w.entry("x@a", ledger.Intent, records(p))
	e.Action, e.Segments[0].ID = string(Publish), "1"
	c := says(t, w.plan(), "x@a", Publish, "")
	if !slices.Equal(c.Fields, []FieldChange{{"segments[1].text", "", "two"}}) || !slices.Equal(c.Remote, []Remote{{"1", ""}}) || !c.Pin {
		t.Errorf("%+v", c)
	}
}

func TestResumeFinishesAnUnpin(t *testing.T) {
	t.Parallel()
	w := newWorld()
	_, e := w.steady("x@a")
	e.State, e.Action, e.Pinned = ledger.Intent, string(Edit), true
	if c := says(t, w.plan(), "x@a", Edit, ""); !c.Unpin || c.Pin {
		t.Errorf("pin %v unpin %v", c.Pin, c.Unpin)
	}
}

func TestResumeOfWhatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"", "boost", string(Hold), string(Adopt)} {
		w := newWorld()
		w.entry("x@a", ledger.Intent, records(w.post("x@a"))).Action = action
		if c := says(t, w.plan(), "x@a", Hold, "does not know"); !c.Unknown {
			t.Errorf("%q: not marked unknown", action)
		}
	}
}

func TestUnknownWaitsForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.entry("x@a", ledger.Unknown, records(w.post("x@a"))).Detail = "the answer was lost"
	w.entry("y@a", ledger.Unknown).Action = string(Retract) // its post is gone
	p := w.plan()
	for _, name := range []string{"x@a", "y@a"} {
		if c := says(t, p, name, Hold, "smmctl resolve "+name); !c.Unknown {
			t.Errorf("%s: not marked unknown", name)
		}
	}
	says(t, p, "x@a", Hold, "(the answer was lost)")
	if p.Summary.Unknown != 2 || p.Summary.Hold != 2 {
		t.Errorf("summary %+v", p.Summary)
	}
}

func TestOneFlight(t *testing.T) {
	t.Parallel()
	twin := func(name string, options ...pubOption) func(*world) {
		return func(w *world) { w.post(name, append([]pubOption{texts("twin")}, options...)...) }
	}
	settled := func(name string, state ledger.State, action Action) func(*world) {
		return func(w *world) {
			w.entry(name, state, records(w.post(name, texts("twin"), due(2*time.Hour)))).Action = string(action)
		}
	}
	both := func(f ...func(*world)) func(*world) {
		return func(w *world) {
			for _, g := range f {
				g(w)
			}
		}
	}
	runRows(t, []row{
		{"two in one run: the earlier goes", both(twin("x@a"), twin("w@a", due(-time.Hour))), Wait, "w@a has the same words and goes first"},
		{"two in one run: this one is the earlier", both(twin("x@a", due(-time.Hour)), twin("w@a")), Publish, ""},
		{"two at one time: the first by key goes", both(twin("x@a"), twin("w@a")), Wait, ""},
		{"two accounts", both(twin("x@a"), twin("w@b")), Publish, ""},
		{"only the first part counts", both(twin("x@a"), func(w *world) { w.post("w@a", texts("other", "twin")) }), Publish, ""},
		{"an open publication", both(twin("x@a"), settled("w@a", ledger.Intent, Publish)), Hold, "w@a has the same words and is not settled"},
		{"an open replacement", both(twin("x@a"), settled("w@a", ledger.Intent, Replace)), Hold, "w@a"},
		{"an unknown one", both(twin("x@a"), settled("w@a", ledger.Unknown, Publish)), Hold, "w@a"},
		{"a scheduled one", both(twin("x@a"), settled("w@a", ledger.Scheduled, "")), Hold, "w@a"},
		{"an open edit flies nowhere", both(twin("x@a"), settled("w@a", ledger.Intent, Edit)), Publish, ""},
		{"an open retraction flies nowhere", both(twin("x@a"), settled("w@a", ledger.Unknown, Retract)), Publish, ""},
		{"one that was published", both(twin("x@a"), settled("w@a", ledger.Published, "")), Publish, ""},
		{"one that is held does not block", both(twin("x@a"), twin("w@a", func(p *content.Publication) { p.Invalid = "bad" })), Publish, ""},
	})
}
