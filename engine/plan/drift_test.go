package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

func driftSetting(s string) func(*Account) { return func(a *Account) { a.Drift = s } }
func regenerable(a *Account)               { a.Capabilities.Regenerable = true }

func TestDrift(t *testing.T) {
	t.Parallel()
	defaced := func(more ...func(*Account)) func(*world) {
		return func(w *world) {
			w.steady("x@a")
			w.deface("a", "id-x-0", "<p>other</p>")
			w.account("a", more...)
		}
	}
	runRows(t, []row{
		{"is reported", defaced(), "", ""},
		{"is accepted", defaced(driftSetting("accept")), Accept, "taken for ours"},
		{"is reverted", defaced(driftSetting("revert")), Revert, "ours is sent again"},
		{"is not reverted where nothing can be edited", defaced(driftSetting("revert"), cannotEdit), Hold, "cannot edit"},
		{"is not reverted after the time for edits", defaced(driftSetting("revert"), editWindow(time.Minute)), Hold, "edits nothing older than 1m"},
		{"is not reverted under create-only", defaced(driftSetting("revert"), policy("create-only")), Hold, "create-only"},
		{"is not reverted to what is not valid", func(w *world) {
			defaced(driftSetting("revert"))(w)
			w.Desired[0].Invalid = "too long"
		}, Hold, "too long"},
		{"is not reverted unrendered", func(w *world) {
			defaced(driftSetting("revert"))(w)
			w.Desired[0].Segments = nil
		}, Hold, "not rendered"},
		{"of a draft is left alone", func(w *world) {
			defaced(driftSetting("revert"))(w)
			w.Desired[0].Ready = false
		}, "", ""},
		{"and a change in the file", func(w *world) {
			changed(list("x"), list("y"))(w)
			w.deface("a", "id-x-0", "<p>other</p>")
		}, Edit, "changed in the file; also changed on the platform"},
		{"and a replacement", func(w *world) {
			changed(list("x"), list("y"), cannotEdit, allowReplace)(w)
			w.deface("a", "id-x-0", "<p>other</p>")
		}, Replace, "also changed on the platform"},
		{"on an account that was not read", func(w *world) {
			defaced(driftSetting("revert"))(w)
			delete(w.Live, "a")
		}, "", ""},
		{"of what was never observed", func(w *world) {
			defaced(driftSetting("revert"))(w)
			w.Ledger.Entries[key("x@a")].Segments[0].Observed = nil
		}, "", ""},
	})
}

func TestDriftRow(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]FieldChange{
		"report": {}, "accept": {"segments[0].content", "<p>x</p>", "<p>y</p>"}, "revert": {"segments[0].content", "<p>y</p>", "<p>x</p>"},
	} {
		w := newWorld()
		w.account("a", driftSetting(setting))
		w.steady("x@a")
		w.steady("y@a")
		w.deface("a", "id-x-0", "<p>y</p>")
		p := w.plan()
		if len(p.Drift) != 1 || p.Drift[0].Key != key("x@a") || len(p.Drift[0].Remote) != 1 ||
			!slices.Equal(p.Drift[0].Fields, []FieldChange{{"segments[0].content", "<p>x</p>", "<p>y</p>"}}) {
			t.Errorf("%s: %+v", setting, p.Drift)
		}
		if c := only(t, p, "x@a"); setting != "report" && (len(c.Fields) != 1 || c.Fields[0] != want) {
			t.Errorf("%s: fields %v", setting, c.Fields)
		}
	}
}

func TestDriftInFieldsThatCameOrWent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.steady("x@a")
	w.Live["a"].Objects[0].Fields = map[string]string{"media[0]": "m1"}
	want := []FieldChange{{"segments[0].media[0]", "", "m1"}, {"segments[0].content", "<p>x</p>", ""}}
	if p := w.plan(); len(p.Drift) != 1 || !slices.Equal(p.Drift[0].Fields, want) {
		t.Errorf("%+v", p.Drift)
	}
}

func TestDeletedOnThePlatform(t *testing.T) {
	t.Parallel()
	deleted := func(f func(*world, *content.Publication, *ledger.Entry), more ...func(*Account)) func(*world) {
		return func(w *world) {
			w.steady("keeps@a") // else the whole list were empty
			p, e := w.steady("x@a")
			w.unlist("a", "id-x-0")
			w.account("a", more...)
			f(w, p, e)
		}
	}
	same := func(*world, *content.Publication, *ledger.Entry) {}
	runRows(t, []row{
		{"is held", deleted(same), Hold, "deleted on the platform: write removed: true to leave it so, or republish: 2"},
		{"is held under revert too", deleted(same, driftSetting("revert")), Hold, "deleted on the platform"},
		{"is held under accept too", deleted(same, driftSetting("accept")), Hold, "deleted on the platform"},
		{"and changed in the file", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Digest = "other" }), Hold, "deleted on the platform"},
		{"and removed", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Removed = true }), Forget, ""},
		{"and retract", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Retract = true }), Retract, ""},
		{"and republish", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) {
			p.Republish, p.At = 2, at(-time.Minute)
		}), Replace, "republish: 2 is written"},
		{"and republish, too late", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Republish = 2 }), Missed, ""},
		{"and republish, later", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) {
			p.Republish, p.At, p.Native = 2, at(2*time.Hour), true
		}), Wait, ""},
		{"and republish of this generation", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) { p.Republish = 1 }), Hold, "republish: 2"},
		{"before the listing reaches", deleted(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			live := w.Live["a"]
			live.Since = at(-23 * time.Hour)
			w.Live["a"] = live
		}), "", ""},
		{"just where the listing reaches", deleted(func(w *world, _ *content.Publication, _ *ledger.Entry) {
			live := w.Live["a"]
			live.Since = at(-24 * time.Hour)
			w.Live["a"] = live
		}), Hold, "deleted"},
		{"or not listed yet", deleted(func(_ *world, _ *content.Publication, e *ledger.Entry) {
			e.Segments[0].CreatedAt = at(-30 * time.Second)
		}, func(a *Account) { a.Capabilities.VisibilityDelay = time.Minute }), "", ""},
		{"its part's date is unknown, the publication's is not", deleted(func(w *world, _ *content.Publication, e *ledger.Entry) {
			e.Segments[0].CreatedAt = time.Time{}
			live := w.Live["a"]
			live.Since = at(-99 * time.Hour)
			w.Live["a"] = live
		}), Hold, "deleted"},
		{"of unknown date, beyond doubt", deleted(func(_ *world, _ *content.Publication, e *ledger.Entry) {
			e.Segments[0].CreatedAt, e.PublishedAt = time.Time{}, time.Time{}
		}), Hold, "deleted"},
		{"of unknown date, within a window", deleted(func(w *world, _ *content.Publication, e *ledger.Entry) {
			e.Segments[0].CreatedAt, e.PublishedAt = time.Time{}, time.Time{}
			live := w.Live["a"]
			live.Since = at(-999 * time.Hour)
			w.Live["a"] = live
		}), "", ""},
		{"where output is regenerable: rebuilt", deleted(same, regenerable), Revert, "made again"},
		{"regenerable under create-only: rebuilt", deleted(same, regenerable, policy("create-only")), Revert, ""},
		{"regenerable and changed: edited", deleted(func(_ *world, p *content.Publication, _ *ledger.Entry) {
			p.Segments, p.Digest = []content.Segment{{Text: "y"}}, "other"
		}, regenerable), Edit, ""},
	})
}

func TestDeletedRow(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.steady("x@a")
	w.steady("y@a", texts("one", "two"))
	w.steady("z@a")
	w.unlist("a", "id-x-0")
	w.unlist("a", "id-y-1")
	p := w.plan()
	if len(p.Drift) != 2 ||
		!slices.Equal(p.Drift[0].Fields, []FieldChange{{"live", "present", "missing"}}) ||
		!slices.Equal(p.Drift[1].Fields, []FieldChange{{"segments[1].live", "present", "missing"}}) {
		t.Errorf("%+v", p.Drift)
	}
	says(t, p, "y@a", Hold, "deleted on the platform") // half a thread is not repaired by itself
}

func face(name, bio string, fields ...content.FieldValue) pubOption {
	return func(p *content.Publication) {
		p.Segments, p.At, p.Profile = nil, time.Time{}, &content.Face{Name: name, Bio: bio, Fields: fields}
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	set := func(w *world) *ledger.Entry {
		e := w.entry("profile@a", ledger.Published)
		e.Digest, e.Sent, e.Seen = "d1", map[string]string{"name": "Acme", "bio": "Coats"}, map[string]string{"name": "Acme", "bio": "<p>Coats</p>"}
		w.Live["a"] = Live{Profile: map[string]string{"name": "Acme", "bio": "<p>Coats</p>"}}
		return e
	}
	digest := func(d string) pubOption { return func(p *content.Publication) { p.Digest = d } }
	for _, r := range []row{
		{"first", func(w *world) { w.post("profile@a", face("Acme", "")) }, Edit, "the profile is changed"},
		{"nothing changed", func(w *world) {
			set(w)
			w.post("profile@a", face("Acme", "Coats"), digest("d1"))
		}, "", ""},
		{"the digest alone", func(w *world) {
			set(w)
			w.post("profile@a", face("Acme", "Coats"), digest("d2"))
		}, "", ""},
		{"changed", func(w *world) {
			set(w)
			w.post("profile@a", face("Acme", "Hats"), digest("d2"))
		}, Edit, ""},
		{"a field is no longer managed", func(w *world) {
			set(w)
			w.post("profile@a", face("Acme", ""), digest("d2"))
		}, "", ""},
		{"no longer managed at all", func(w *world) {
			set(w)
			w.account("a", policy("sync"))
			w.post("other@a", due(time.Hour))
		}, "", ""},
		{"changed by hand", func(w *world) {
			set(w)
			w.Live["a"].Profile["bio"] = "<p>Mine</p>"
			w.post("profile@a", face("Acme", "Coats"), digest("d1"))
		}, "", ""},
		{"changed by hand, reverted", func(w *world) {
			set(w)
			w.account("a", driftSetting("revert"))
			w.Live["a"].Profile["bio"] = "<p>Mine</p>"
			w.post("profile@a", face("Acme", "Coats"), digest("d1"))
		}, Revert, ""},
		{"changed by hand, accepted", func(w *world) {
			set(w)
			w.account("a", driftSetting("accept"))
			w.Live["a"].Profile["bio"] = "<p>Mine</p>"
			w.post("profile@a", face("Acme", "Coats"), digest("d1"))
		}, Accept, ""},
		{"changed on both sides", func(w *world) {
			set(w)
			w.Live["a"].Profile["bio"] = "<p>Mine</p>"
			w.post("profile@a", face("Acme", "Hats"), digest("d2"))
		}, Edit, "also changed on the platform"},
		{"not valid", func(w *world) {
			w.post("profile@a", face("Acme", ""), func(p *content.Publication) { p.Invalid = "name too long" })
		}, Hold, "name too long"},
		{"not rendered", func(w *world) { w.post("profile@a", func(p *content.Publication) { p.Segments = nil }) }, Hold, "not rendered"},
		{"the platform has none", func(w *world) {
			w.post("profile@a", face("Acme", ""))
			w.account("a", func(a *Account) { a.Capabilities.Profile = nil })
		}, Hold, "no profile"},
		{"under create-only, first", func(w *world) {
			w.post("profile@a", face("Acme", ""))
			w.account("a", policy("create-only"))
		}, Edit, ""},
		{"under create-only, changed", func(w *world) {
			set(w)
			w.post("profile@a", face("Acme", "Hats"), digest("d2"))
			w.account("a", policy("create-only"))
		}, Hold, "create-only"},
		{"open", func(w *world) {
			e := set(w)
			e.State, e.Action = ledger.Intent, string(Edit)
			w.post("profile@a", face("Acme", "Hats"), digest("d2"))
		}, Edit, "begun by run"},
		{"unknown", func(w *world) {
			set(w).State = ledger.Unknown
			w.post("profile@a", face("Acme", "Hats"), digest("d2"))
		}, Hold, "resolve profile@a"},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r.make(w)
			c := says(t, w.plan(), "profile@a", r.action, r.reason)
			if c.At != nil {
				t.Errorf("a profile has no time: %v", c.At)
			}
		})
	}
}

func TestProfileFields(t *testing.T) {
	t.Parallel()
	link := func(path, value string) content.FieldValue { return content.FieldValue{Path: path, Value: value} }
	t.Run("the first setting shows what it overwrites", func(t *testing.T) {
		t.Parallel()
		w := newWorld()
		w.post("profile@a", face("Acme", "Coats"))
		w.Live["a"] = Live{Profile: map[string]string{"name": "acme42", "avatar": "x"}}
		c := says(t, w.plan(), "profile@a", Edit, "")
		want := []FieldChange{{"name", "acme42", "Acme"}, {"bio", "", "Coats"}}
		if !slices.Equal(c.Fields, want) || c.Generation != 1 {
			t.Errorf("%+v", c)
		}
	})
	t.Run("a link that is gone", func(t *testing.T) {
		t.Parallel()
		w := newWorld()
		e := w.entry("profile@a", ledger.Published)
		e.Sent = map[string]string{"bio": "Coats", "fields[0]": "Web: w", "fields[1]": "Shop: s"}
		w.post("profile@a", face("", "", link("Web", "w")))
		c := says(t, w.plan(), "profile@a", Edit, "")
		if !slices.Equal(c.Fields, []FieldChange{{"fields[1]", "Shop: s", ""}}) {
			t.Errorf("%+v", c.Fields)
		}
	})
}

func TestProfileRowsAreNotForeign(t *testing.T) {
	t.Parallel()
	w := newWorld()
	e := w.entry("profile@a", ledger.Published)
	e.Digest, e.Seen = "d", map[string]string{"name": "Acme"}
	w.post("profile@a", face("Acme", ""), func(p *content.Publication) { p.Digest = "d" })
	w.Live["a"] = Live{Profile: map[string]string{"name": "Evil"}, Objects: []provider.Object{}}
	p := w.plan()
	if len(p.Drift) != 1 || p.Drift[0].Fields[0] != (FieldChange{"name", "Acme", "Evil"}) || p.Summary.Foreign != 0 || p.Summary.None != 1 {
		t.Errorf("%+v %+v", p.Drift, p.Summary)
	}
	delete(w.Live, "a")
	if p := w.plan(); len(p.Drift) != 0 {
		t.Errorf("drift without a look: %+v", p.Drift)
	}
}
