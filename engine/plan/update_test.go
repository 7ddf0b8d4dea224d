package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// changed is x@a published with some texts and wanted with others.
func changed(was, is []string, more ...any) func(*world) {
	return func(w *world) {
		w.published("x@a", texts(was...))
		options := []pubOption{due(-24 * time.Hour), texts(is...)}
		for _, m := range more {
			switch f := m.(type) {
			case func(*content.Publication):
				options = append(options, f)
			case func(*Account):
				w.account("a", f)
			case func(*ledger.Entry):
				f(w.Ledger.Entries[key("x@a")])
			default:
				panic("changed: an option of an unknown type")
			}
		}
		w.post("x@a", options...)
	}
}

func list(s ...string) []string { return s }

func allowReplace(p *content.Publication) { p.Replace = true }
func cannotEdit(a *Account)               { a.Capabilities.Edit = false }
func cannotRetract(a *Account)            { a.Capabilities.Retract = false }
func mediaFixed(a *Account)               { a.Capabilities.MediaFixed = true }
func withPicture(p *content.Publication) {
	p.Segments[0].Media = []content.Attachment{{File: "a.png", SHA256: "a"}}
}
func pollFixed(a *Account)     { a.Capabilities.PollFixed = true }
func withPoll(e *ledger.Entry) { e.Segments[0].Sent["poll.options[0]"] = "Red" }
func editWindow(d time.Duration) func(*Account) {
	return func(a *Account) { a.Limits.EditWindow = d }
}
func retractWindow(d time.Duration) func(*Account) {
	return func(a *Account) { a.Limits.RetractWindow = d }
}
func policy(p string) func(*Account) { return func(a *Account) { a.Policy = p } }

func TestLifecycle(t *testing.T) {
	t.Parallel()
	steady := func(f func(*content.Publication), changes ...func(*Account)) func(*world) {
		return func(w *world) {
			w.steady("x@a", f)
			w.account("a", changes...)
		}
	}
	runRows(t, []row{
		{"nothing changed", steady(func(*content.Publication) {}), "", ""},
		{"nothing changed, and it was not rendered", func(w *world) {
			p, _ := w.steady("x@a")
			p.Segments = nil
		}, "", ""},
		{"nothing changed, and a rule says now that it is not valid", steady(func(p *content.Publication) { p.Invalid = "too long" }), "", ""},
		{"back to draft", steady(func(p *content.Publication) { p.Ready = false }), "", ""},
		{"back to draft, and changed", changed(list("x"), list("y"), func(p *content.Publication) { p.Ready = false }), "", ""},
		{"a new time after publication", steady(func(p *content.Publication) { p.At = at(99 * time.Hour) }), "", ""},
		{"an embargo after publication", steady(func(p *content.Publication) { p.Embargo = at(99 * time.Hour) }), "", ""},
		{"retract", steady(func(p *content.Publication) { p.Retract = true }), Retract, "retract: true is written"},
		{"retract of a draft", steady(func(p *content.Publication) { p.Retract, p.Ready = true, false }), Retract, ""},
		{"retract under create-only", steady(func(p *content.Publication) { p.Retract = true }, policy("create-only")), Retract, ""},
		{"retract where the platform cannot delete", steady(func(p *content.Publication) { p.Retract = true }, cannotRetract), Hold, "memory cannot delete"},
		{"retract of a post that is not valid", steady(func(p *content.Publication) {
			p.Retract, p.Invalid = true, "unknown key"
		}), Hold, "unknown key"},
		{"retract within the time for it", steady(func(p *content.Publication) { p.Retract = true }, retractWindow(25*time.Hour)), Retract, ""},
		{"retract after the time for it", steady(func(p *content.Publication) { p.Retract = true }, retractWindow(time.Minute)), Hold, "cannot delete what is older than 1m"},
		{"removed", steady(func(p *content.Publication) { p.Removed = true }), Forget, "it stays live"},
		{"removed under create-only", steady(func(p *content.Publication) { p.Removed = true }, policy("create-only")), Forget, ""},
		{"removed and retract", steady(func(p *content.Publication) { p.Removed, p.Retract = true, true }), Retract, ""},
		{"its end has come", steady(func(p *content.Publication) { p.Unpublish = noon }), Retract, "unpublish_at has passed: 2026-12-03 12:00 UTC"},
		{"its end is to come", steady(func(p *content.Publication) { p.Unpublish = at(time.Second) }), "", ""},
		{"its end has come, and the platform cannot delete", steady(func(p *content.Publication) { p.Unpublish = noon }, cannotRetract), Hold, "cannot delete"},
		{"republish of what is live", steady(func(p *content.Publication) { p.Republish = 2 }), "", ""}, // it is for another account of the post
		{"republish of this very generation", steady(func(p *content.Publication) { p.Republish = 1 }), "", ""},
	})
}

func TestContent(t *testing.T) {
	t.Parallel()
	runRows(t, []row{
		{"a word", changed(list("x"), list("y")), Edit, "changed in the file"},
		{"a word, within the time for it", changed(list("x"), list("y"), editWindow(25*time.Hour)), Edit, ""},
		{"a word, after the time for it", changed(list("x"), list("y"), editWindow(time.Minute)), Hold, "edits nothing older than 1m: write replace: allow"},
		{"the same, and it may be replaced", changed(list("x"), list("y"), editWindow(time.Minute), allowReplace), Replace, "edits nothing older than 1m"},
		{"the same, and it is too old to delete", changed(list("x"), list("y"), editWindow(time.Minute), retractWindow(time.Minute), allowReplace), Hold, "cannot delete what is older than 1m either"},
		{"a picture more, where that cannot be", changed(list("x"), list("x"), withPicture, mediaFixed), Hold, "cannot change how many files"},
		{"the same, and it may be replaced", changed(list("x"), list("x"), withPicture, mediaFixed, allowReplace), Replace, "how many files"},
		{"a picture more", changed(list("x"), list("x"), withPicture), Edit, ""},
		{"a word of a post with a poll", changed(list("x"), list("y"), withPoll, pollFixed), Hold, "cannot edit a post with a poll"},
		{"the same, where only the poll is fixed", changed(list("x"), list("y"), withPoll), Edit, ""},
		{"a new tail has no such time", changed(list("x"), list("x", "y"), editWindow(time.Minute)), Edit, ""},
		{"a word, not rendered", changed(list("x"), list("y"), func(p *content.Publication) { p.Segments, p.Digest = nil, "other" }), Hold, "not rendered"},
		{"a word, not valid", changed(list("x"), list("y"), func(p *content.Publication) { p.Invalid = "too long" }), Hold, "too long"},
		{"not a word: the digest alone", changed(list("x"), list("x"), func(p *content.Publication) { p.Digest = "other" }), "", ""},
		{"a word, and the platform cannot edit", changed(list("x"), list("y"), cannotEdit), Hold, "memory cannot edit: write replace: allow"},
		{"the same, and it may be replaced", changed(list("x"), list("y"), cannotEdit, allowReplace), Replace, "replace: allow is written"},
		{"the same, and the platform cannot delete", changed(list("x"), list("y"), cannotEdit, allowReplace, cannotRetract), Hold, "cannot delete either"},
		{"replace: allow where an edit does", changed(list("x"), list("y"), allowReplace), Edit, ""},
		{"under create-only", changed(list("x"), list("y"), policy("create-only")), Hold, "create-only"},
		{"a replacement under create-only", changed(list("x"), list("y"), cannotEdit, allowReplace, policy("create-only")), Hold, "create-only"},
		{"under sync", changed(list("x"), list("y"), policy("sync")), Edit, ""},
		{"a thread that grew", changed(list("x"), list("x", "y")), Edit, ""},
		{"a thread that grew where nothing can be edited", changed(list("x"), list("x", "y"), cannotEdit), Edit, ""},
		{"a thread that grew and changed there", changed(list("x"), list("z", "y"), cannotEdit), Hold, "cannot edit"},
		{"a thread that grew where there are none", changed(list("x"), list("x", "y"), func(a *Account) { a.Capabilities.Thread = false }), Hold, "has no threads"},
		{"a thread that shrank", changed(list("x", "y"), list("x")), Hold, "a part of the thread is gone"},
		{"a thread that shrank, with leave", changed(list("x", "y"), list("x"), allowReplace), Replace, "a part of the thread is gone"},
		{"a thread in another order", changed(list("x", "y"), list("y", "x")), Hold, "another order"},
		{"a thread in another order, with leave", changed(list("x", "y"), list("y", "x"), allowReplace), Replace, ""},
		{"a part put in between", changed(list("x", "z"), list("x", "y", "z")), Hold, "another order"},
		{"a part that says the same twice, then not", changed(list("x", "x"), list("x", "y")), Edit, ""},
		{"published, and not recorded as what", changed(list("x"), list("y"), func(e *ledger.Entry) { e.Segments = nil }), Hold, "smmctl resolve x@a"},
		{"published by a person, its id unknown", changed(list("x"), list("y"), func(e *ledger.Entry) { e.Segments[0].ID = "" }), Hold, "id on the platform is not known"},
		{"its new form needs another", changed(list("x"), list("y"), func(p *content.Publication) {
			p.DependsOn = []content.Key{key("y@a")}
		}), Hold, "waits for y@a"},
		{"its new form needs another that goes out now", func(w *world) {
			w.post("y@a")
			changed(list("x"), list("z"), func(p *content.Publication) { p.DependsOn = []content.Key{key("y@a")} })(w)
		}, Wait, "its new form waits for y@a"},
		{"what an interrupted run left of a thread is completed", changed(list("x"), list("x", "y"), func(e *ledger.Entry) { e.Digest = "" }), Edit, ""},
	})
}

func TestEditShowsBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld()
	changed(list("one", "two"), list("one", "2", "three"))(w)
	w.Desired[0].Segments[1].Language = "fr"
	c := says(t, w.plan(), "x@a", Edit, "")
	want := []FieldChange{
		{"segments[1].text", "two", "2"}, {"segments[1].language", "", "fr"}, {"segments[2].text", "", "three"},
	}
	if !slices.Equal(c.Fields, want) {
		t.Errorf("fields %v, want %v", c.Fields, want)
	}
	if len(c.Remote) != 2 || c.Remote[1] != (Remote{"id-x-1", "https://a.example/id-x-1"}) {
		t.Errorf("remote %v", c.Remote)
	}
	if c.Generation != 1 || c.Revision != 7 || c.Segments != 3 || !c.At.Equal(at(-24*time.Hour)) {
		t.Errorf("%+v", c)
	}
}

func TestReplaceRaisesTheGeneration(t *testing.T) {
	t.Parallel()
	w := newWorld()
	changed(list("x", "y"), list("z"), allowReplace, func(p *content.Publication) { p.Pin = true })(w)
	c := says(t, w.plan(), "x@a", Replace, "")
	want := []FieldChange{{"segments[0].text", "x", "z"}, {"segments[1].text", "y", ""}}
	if c.Generation != 2 || !c.Pin || !slices.Equal(c.Fields, want) {
		t.Errorf("%+v", c)
	}
}

func TestImmutable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fixed, path string
		want        bool
	}{
		{"options.visibility", "segments[0].options.visibility", true},
		{"options", "segments[0].options.visibility", true},
		{"media", "segments[3].media[0].file", true},
		{"poll", "segments[0].poll.options[0]", true},
		{"text", "segments[0].text", true},
		{"options.visibility", "segments[0].options.visibility_note", false},
		{"tex", "segments[0].text", false},
	} {
		got := immutable([]FieldChange{{Path: c.path}}, []string{c.fixed}) != ""
		if got != c.want {
			t.Errorf("%s with %s fixed: %v", c.path, c.fixed, got)
		}
	}
	fixed := func(a *Account) { a.Capabilities.Immutable = []string{"options.visibility"} }
	narrower := func(p *content.Publication) { option("visibility", "private")(p) }
	runRows(t, []row{
		{"held", changed(list("x"), list("x"), fixed, narrower), Hold, "cannot change options.visibility of what is published"},
		{"replaced with leave", changed(list("x"), list("x"), fixed, narrower, allowReplace), Replace, ""},
		{"edited where it can be", changed(list("x"), list("x"), narrower), Edit, ""},
		{"other fields are edited", changed(list("x"), list("y"), fixed), Edit, ""},
		{"new parts may have what they like", changed(list("x"), list("x", "y"), fixed, func(p *content.Publication) {
			p.Segments[1].Options = map[string]string{"visibility": "private"}
		}), Edit, ""},
	})
}

func TestPin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		make       func(*world)
		action     Action
		pin, unpin bool
	}{
		{"wanted and not there", func(w *world) {
			w.steady("x@a", func(p *content.Publication) { p.Pin = true })
		}, Edit, true, false},
		{"wanted and there", func(w *world) {
			_, e := w.steady("x@a", func(p *content.Publication) { p.Pin = true })
			e.Pinned = true
		}, "", false, false},
		{"over", func(w *world) {
			_, e := w.steady("x@a", func(p *content.Publication) { p.Pin, p.PinUntil = true, noon })
			e.Pinned = true
		}, Edit, false, true},
		{"over before it was done", func(w *world) {
			w.steady("x@a", func(p *content.Publication) { p.Pin, p.PinUntil = true, noon })
		}, "", false, false},
		{"taken out of the file", func(w *world) {
			_, e := w.steady("x@a")
			e.Pinned = true
		}, Edit, false, true},
		{"together with an edit", changed(list("x"), list("y"), func(p *content.Publication) { p.Pin = true }), Edit, true, false},
		{"where the platform cannot", func(w *world) {
			w.steady("x@a", func(p *content.Publication) { p.Pin = true })
			w.account("a", func(a *Account) { a.Capabilities.Pin = false })
		}, "", false, false},
		{"of a draft stays as it is", func(w *world) {
			_, e := w.steady("x@a", func(p *content.Publication) { p.Ready = false })
			e.Pinned = true
		}, "", false, false},
		{"of a post that is not valid stays as it is", func(w *world) {
			w.steady("x@a", func(p *content.Publication) { p.Pin, p.Invalid = true, "bad" })
		}, "", false, false},
		{"of an object whose id is not known", func(w *world) {
			_, e := w.steady("x@a", func(p *content.Publication) { p.Pin = true })
			e.Segments[0].ID = ""
		}, "", false, false},
		{"of what is held", changed(list("x"), list("y"), cannotEdit, func(p *content.Publication) { p.Pin = true }), Hold, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			c.make(w)
			got := says(t, w.plan(), "x@a", c.action, "")
			if got.Pin != c.pin || got.Unpin != c.unpin {
				t.Errorf("pin %v unpin %v", got.Pin, got.Unpin)
			}
			if c.pin && got.Reason != "pin is written in the file" && got.Reason != "changed in the file" {
				t.Errorf("reason %q", got.Reason)
			}
			if c.unpin && got.Reason != "pin is over, or no longer in the file" {
				t.Errorf("reason %q", got.Reason)
			}
			if (c.pin || c.unpin) && !slices.Contains(fieldPaths(got), "pinned") {
				t.Errorf("fields %v do not show the pin", got.Fields)
			}
		})
	}
}

func TestVanished(t *testing.T) {
	t.Parallel()
	gone := func(changes ...func(*Account)) func(*world) {
		return func(w *world) {
			w.published("x@a")
			w.post("other@a", due(time.Hour))
			w.account("a", changes...)
		}
	}
	runRows(t, []row{
		{"under upsert", gone(), Hold, "stays live under policy upsert: write retract: true or removed: true"},
		{"under create-only", gone(policy("create-only")), Hold, "policy create-only"},
		{"under sync", gone(policy("sync")), Retract, "policy is sync"},
		{"under upsert, while some file cannot be read", func(w *world) {
			gone()(w)
			w.Incomplete = true
		}, Hold, "some file cannot be read"},
		{"under sync, and the platform cannot delete", gone(policy("sync"), cannotRetract), Hold, "cannot delete"},
		{"under sync, imported", func(w *world) {
			gone(policy("sync"))(w)
			w.Ledger.Entries[key("x@a")].Imported = true
		}, Hold, "imported"},
		{"under sync, while some file cannot be read", func(w *world) {
			gone(policy("sync"))(w)
			w.Incomplete = true
		}, Hold, "some file cannot be read"},
		{"and gone from the platform", func(w *world) {
			gone()(w)
			w.steady("y@a")
			w.unlist("a", "id-x-0")
		}, Hold, "smmctl forget x@a"},
		{"with its account", func(w *world) {
			gone()(w)
			delete(w.Accounts, "a")
		}, Hold, "the account's file is gone"},
		{"its account alone", func(w *world) {
			w.steady("x@a")
			delete(w.Accounts, "a")
		}, Hold, "the account's file is gone"},
		{"its account, and it was never published", func(w *world) {
			w.entry("x@a", ledger.Planned)
			w.post("other@b")
			delete(w.Accounts, "a")
		}, "", ""},
		{"its account, and it is a tombstone", func(w *world) {
			w.entry("x@a", ledger.Retracted)
			w.post("other@b")
			delete(w.Accounts, "a")
		}, "", ""},
		{"its account, and nobody knows what became of it", func(w *world) {
			w.entry("x@a", ledger.Unknown)
			w.post("other@b")
			delete(w.Accounts, "a")
		}, Hold, "smmctl resolve x@a"},
		{"was never published", func(w *world) {
			w.entry("x@a", ledger.Planned)
			w.post("other@a", due(time.Hour))
		}, "", ""},
	})
}

func TestIncompleteRetractsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", policy("sync"))
	w.published("gone@a")
	w.steady("asked@a", func(p *content.Publication) { p.Retract = true })
	w.steady("over@a", func(p *content.Publication) { p.Unpublish = noon })
	w.post("new@a")
	if n := w.plan().Summary.Retract; n != 3 {
		t.Fatalf("%d retractions, want 3: the test would prove nothing", n)
	}
	w.Incomplete = true
	p := w.plan()
	says(t, p, "gone@a", Hold, "cannot be read")
	says(t, p, "asked@a", Hold, "cannot be read")
	says(t, p, "over@a", Hold, "cannot be read")
	says(t, p, "new@a", Publish, "")
}

func TestUnknownState(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.entry("x@a", "flying", records(w.post("x@a")))
	c := says(t, w.plan(), "x@a", Hold, `"flying"`)
	if !c.Unknown {
		t.Error("not marked unknown")
	}
}
