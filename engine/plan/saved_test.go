package plan

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// saved writes the plan and reads it again, as a file would.
func saved(t *testing.T, p *Plan) *Plan {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out Plan
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestSavedPlanIsThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld()
	changed(list("x"), list("y"))(w)
	w.post("new@a", texts("one", "two"), func(p *content.Publication) { p.Pin = true })
	w.published("old@b")
	w.post("moved@b", func(p *content.Publication) { p.MovedFrom = "old" })
	w.post("profile@b", face("Acme", ""))
	w.deface("a", "id-x-0", "other")
	w.Problems = []Problem{{"b.md", "two"}, {"a.md", "one"}}
	p := w.plan()
	if got := saved(t, p); !reflect.DeepEqual(got, p) {
		t.Errorf("read back:\n%+v\nwant:\n%+v", got, p)
	}
	if p.Errors[0].Path != "a.md" || w.Problems[0].Path != "b.md" {
		t.Error("problems are sorted, and the input is left as it was")
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	start := func() *world {
		w := newWorld()
		changed(list("x"), list("y"))(w)
		w.post("new@a")
		w.post("later@a", due(time.Hour))
		w.entry("new@a", ledger.Planned).Revision = 3
		return w
	}
	for _, c := range []struct {
		name string
		move func(*world)
		want string // in the only reason; empty: fresh
	}{
		{"nothing moved", func(*world) {}, ""},
		{"time passed", func(w *world) { w.Now = at(30 * time.Minute) }, ""},
		{"another commit", func(w *world) { w.Commit = "other" }, ""},
		{"the ledger moved elsewhere", func(w *world) {
			w.Ledger.Revision = "r2"
			w.steady("other@b")
		}, ""},
		{"another post came", func(w *world) { w.post("another@a") }, ""},
		{"a waiting post is due", func(w *world) { w.Now = at(time.Hour) }, ""},
		{"a waiting post changed", func(w *world) { w.Desired[2].Digest = "other" }, ""},
		{"foreign objects came", func(w *world) { w.foreign("a", "1", "theirs") }, ""},
		{"the policy changed", func(w *world) { w.PolicyDigest = "other" }, "accounts or smm.yaml"},
		{"another ledger", func(w *world) { w.Ledger.ID = "other" }, "another ledger"},
		{"its file changed", func(w *world) { w.Desired[1].Digest = "other" }, "new@a: its file has changed"},
		{"its campaign's parameters changed", func(w *world) { w.Desired[1].Frame = "other" }, "new@a: what is to be published has changed"},
		{"it moved to another time that is due, too", func(w *world) { w.Desired[1].At = at(-time.Hour) }, "new@a: what is to be published has changed"},
		{"it may be later", func(w *world) { w.Desired[1].Late.Max = 3 * time.Hour }, "new@a: what is to be published has changed"},
		{"it goes elsewhere", func(w *world) {
			w.account("a", func(a *Account) { a.Where = "other" })
		}, "new@a: what is to be published has changed"},
		{"a waiting post moved", func(w *world) { w.Desired[2].At = at(2 * time.Hour) }, ""},
		{"another account goes elsewhere", func(w *world) {
			w.account("b", func(a *Account) { a.Where = "other" })
		}, ""},
		{"its entry changed", func(w *world) { w.Ledger.Entries[key("new@a")].Revision++ }, "new@a: the ledger's entry has changed"},
		{"its generation changed", func(w *world) { w.Ledger.Entries[key("new@a")].Generation++ }, "new@a: the ledger's entry has changed"},
		{"it is too late now", func(w *world) { w.Now = at(9 * time.Hour) }, "new@a: the plan says publish, and now it is missed"},
		{"a guard holds it now", func(w *world) { w.Freezes = []Freeze{{Accounts: []string{"a"}, Reason: "crisis"}} }, "now it is hold: frozen: crisis"},
		{"its draft is back", func(w *world) { w.Desired[1].Ready = false }, "new@a: the plan says publish, and nothing is left to do"},
		{"it was carried out", func(w *world) {
			w.publishedAt("new@a", 0)
		}, "new@a: the plan says publish, and nothing is left to do"},
		{"a pin came", func(w *world) { w.Desired[1].Pin = true }, "new@a: what is to be done has changed"},
		{"it was begun", func(w *world) {
			e := w.entry("new@a", ledger.Intent, records(w.Desired[1]))
			e.Action, e.Revision = string(Publish), 3
		}, "new@a: what is to be done has changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			old := saved(t, start().plan())
			w := start()
			c.move(w)
			got := Stale(old, w.plan()).Reasons()
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("stale: %q", got)
			case c.want != "" && (len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), c.want)):
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestStaleFormat(t *testing.T) {
	t.Parallel()
	p := newWorld().plan()
	old := saved(t, p)
	old.FormatVersion = 2
	if got := Stale(old, p).Reasons(); len(got) != 1 || !strings.Contains(got[0], "format 2") {
		t.Errorf("%q", got)
	}
}

func TestRestrict(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("asked@a")
	w.post("later@a", due(time.Hour))
	w.foreign("b", "1", "theirs")
	w.steady("still@b")
	old := saved(t, w.plan())
	w.post("another@a")
	w.Now = at(time.Hour)
	fresh := w.plan()
	if fresh.Summary.Publish != 3 {
		t.Fatalf("summary %+v", fresh.Summary)
	}
	p := fresh.Restrict(old)
	says(t, p, "asked@a", Publish, "")
	says(t, p, "another@a", Hold, "not in the saved plan")
	says(t, p, "later@a", Hold, "not in the saved plan") // it was to wait when people looked
	if want := (Summary{Publish: 1, Hold: 2, None: 1, Foreign: 1}); p.Summary != want {
		t.Errorf("summary %+v, want %+v", p.Summary, want)
	}
	if fresh.Summary.Publish != 3 || only(t, fresh, "another@a").Action != Publish {
		t.Error("the plan itself was changed")
	}
}

// A retraction of what no file wants any more binds to no file.
func TestStaleWithoutAFile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.Policy = "sync" })
	w.published("gone@a")
	w.steady("still@a")
	old := saved(t, w.plan())
	if c := only(t, old, "gone@a"); c.Action != Retract || c.Binding != "" {
		t.Fatalf("%+v", c)
	}
	w.account("a", func(a *Account) { a.Where = "other" })
	if got := Stale(old, w.plan()).Reasons(); len(got) > 0 {
		t.Errorf("stale: %q", got)
	}
}

// What has moved is held by itself; the rest of the saved plan still speaks.
func TestStaleChangeByChange(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("moves@a")
	w.post("stays@a")
	old := saved(t, w.plan())
	w.Desired[0].Digest = "other"
	fresh := w.plan()
	stale := Stale(old, fresh)
	if !stale.Any() || len(stale.All) != 0 || len(stale.Changes) != 1 {
		t.Fatalf("%+v", stale)
	}
	p := fresh.Restrict(old).Without(stale)
	says(t, p, "moves@a", Hold, "the saved plan is stale: its file has changed")
	says(t, p, "stays@a", Publish, "")
	if want := (Summary{Publish: 1, Hold: 1}); p.Summary != want {
		t.Errorf("summary %+v", p.Summary)
	}
	w.PolicyDigest = "other"
	if stale := Stale(old, w.plan()); len(stale.All) != 1 {
		t.Errorf("another policy: %+v", stale)
	}
}

// A saved plan cannot make anything happen that a new plan would not do.
func TestRestrictAddsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("x@a", func(p *content.Publication) { p.Invalid = "bad" })
	forged := &Plan{FormatVersion: 1, Changes: []Change{{Key: key("x@a"), Action: Publish}, {Key: key("y@a"), Action: Retract}}}
	if n := len(effective(w.plan().Restrict(forged))); n != 0 {
		t.Errorf("%d changes", n)
	}
}
