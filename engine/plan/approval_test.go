package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// wants adds an approval rule.
func (w *world) wants(name string, count int, c Choice, from ...string) {
	w.Approvals.Rules = append(w.Approvals.Rules, ApprovalRule{Name: name, Choice: c, From: from, Count: count})
}

// approves records a yes to publications as they stand.
func (w *world) approves(by string, names ...string) *ledger.Approval {
	a := ledger.Approval{
		Consent: ledger.Consent{By: by, At: at(-time.Hour), Source: "gitea", URL: "https://forge.example/pulls/7#" + by},
		Pull:    7, Author: "kim", Binds: map[content.Key]string{},
	}
	for _, name := range names {
		a.Binds[key(name)] = w.binding(name)
	}
	w.Ledger.Approvals = append(w.Ledger.Approvals, a)
	return &w.Ledger.Approvals[len(w.Ledger.Approvals)-1]
}

func (w *world) binding(name string) string {
	for _, p := range w.Desired {
		if p.Key == key(name) {
			a := w.Accounts[p.Key.Account]
			return Binding(p, &a)
		}
	}
	panic(name + " is not wanted")
}

func TestApproval(t *testing.T) {
	t.Parallel()
	hold := "hold: approval: rule desk needs 1 of lena, tomas; nobody has approved what stands in the file now"
	for name, c := range map[string]struct {
		setup func(*world, *content.Publication)
		want  string // the change of p@a, and whose yes let it go
	}{
		"no rules":               {func(w *world, _ *content.Publication) { w.Approvals.Rules = nil }, "publish"},
		"nobody":                 {func(*world, *content.Publication) {}, hold},
		"one of two":             {func(w *world, _ *content.Publication) { w.approves("tomas", "p@a") }, "publish [tomas]"},
		"both":                   {func(w *world, _ *content.Publication) { w.approves("tomas", "p@a"); w.approves("lena", "p@a") }, "publish [lena tomas]"},
		"login in other letters": {func(w *world, _ *content.Publication) { w.approves("Lena", "p@a") }, "publish [Lena]"},
		"somebody else":          {func(w *world, _ *content.Publication) { w.approves("mallory", "p@a") }, hold},
		"another post":           {func(w *world, _ *content.Publication) { w.post("q@a"); w.approves("lena", "q@a") }, hold},
		"another account":        {func(w *world, _ *content.Publication) { w.post("p@b"); w.approves("lena", "p@b") }, hold},
		"their own":              {func(w *world, _ *content.Publication) { w.approves("lena", "p@a").Author = "@LENA" }, hold},
		"another comma":          {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); p.Digest += "," }, hold},
		"another link":           {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); p.Frame = "utm" }, hold},
		"another time":           {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); p.At = at(-time.Hour) }, hold},
		"another server": {func(w *world, _ *content.Publication) {
			w.approves("lena", "p@a")
			w.account("a", func(a *Account) { a.Where = "elsewhere" })
		}, hold},
		"later, if need be":        {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); p.Late.Any = true }, hold},
		"replace: allow":           {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); p.Replace = true }, hold},
		"another pillar":           {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); p.Pillar = "offers" }, hold},
		"an override":              {func(w *world, p *content.Publication) { w.approves("lena", "p@a"); lift("min_gap", time.Time{})(p) }, hold},
		"an override of the guard": {func(_ *world, p *content.Publication) { lift("approval", time.Time{})(p) }, hold},
		"kept within the day": {func(w *world, p *content.Publication) {
			w.Approvals.KeepWithinDay = true
			w.approves("lena", "p@a")
			p.At = at(-time.Hour)
		}, "publish [lena]"},
		"not kept over the day": {func(w *world, p *content.Publication) {
			w.Approvals.KeepWithinDay = true
			p.At = at(-24 * time.Hour)
			p.Late.Any = true
			w.approves("lena", "p@a")
			p.At = at(-time.Hour)
		}, hold},
		"the day is the account's": {func(w *world, p *content.Publication) {
			w.Approvals.KeepWithinDay = true
			w.account("a", func(a *Account) { a.Zone = time.FixedZone("", -11*3600) })
			w.approves("lena", "p@a")
			p.At = at(-2 * time.Hour)
		}, hold},
		"other words, within a day": {func(w *world, p *content.Publication) {
			w.Approvals.KeepWithinDay = true
			w.approves("lena", "p@a")
			p.Digest += ","
		}, hold},
		"back again": {func(w *world, p *content.Publication) {
			was := *p
			w.approves("lena", "p@a")
			p.Digest += ","
			*p = was
		}, "publish [lena]"},
		"given beside the ledger": {func(w *world, _ *content.Publication) {
			w.approves("lena", "p@a")
			w.Given, w.Ledger.Approvals = w.Ledger.Approvals, nil
		}, "publish [lena]"},
		"no ledger":       {func(w *world, _ *content.Publication) { w.Ledger = nil }, hold},
		"two wanted, one": {func(w *world, _ *content.Publication) { w.Approvals.Rules[0].Count = 2; w.approves("lena", "p@a") }, "hold: approval: rule desk needs 2 of lena, tomas; lena did"},
		"two wanted, one twice": {func(w *world, _ *content.Publication) {
			w.Approvals.Rules[0].Count = 2
			w.approves("lena", "p@a")
			w.approves("@LENA", "p@a").Pull = 8
		}, "hold: approval: rule desk needs 2 of lena, tomas; lena did"},
		"two wanted, two": {func(w *world, _ *content.Publication) {
			w.Approvals.Rules[0].Count = 2
			w.approves("lena", "p@a")
			w.approves("tomas", "p@a")
		}, "publish [lena tomas]"},
		"two rules, one satisfied": {func(w *world, _ *content.Publication) {
			w.wants("client", 1, Choice{}, "anna")
			w.approves("lena", "p@a")
		}, "hold: approval: rule client needs 1 of anna; nobody has approved what stands in the file now"},
		"two rules, both": {func(w *world, _ *content.Publication) {
			w.wants("client", 1, Choice{}, "anna")
			w.approves("lena", "p@a")
			w.approves("anna", "p@a")
		}, "publish [anna lena]"},
		"two rules, one person": {func(w *world, _ *content.Publication) {
			w.wants("client", 1, Choice{}, "lena")
			w.approves("lena", "p@a")
		}, "publish [lena]"},
		"rule of another brand":   {func(w *world, _ *content.Publication) { w.Approvals.Rules[0].Brands = []string{"other"} }, "publish"},
		"rule of another account": {func(w *world, _ *content.Publication) { w.Approvals.Rules[0].Accounts = []string{"b"} }, "publish"},
		"rule of a campaign": {func(w *world, p *content.Publication) {
			w.Approvals.Rules[0].Campaigns = []string{"sale"}
			p.Campaign = "sale"
		}, hold},
		"rule of a pillar": {func(w *world, p *content.Publication) {
			w.Approvals.Rules[0].Pillars = []string{"offers"}
			p.Pillar = "craft"
		}, "publish"},
		"rule of both": {func(w *world, p *content.Publication) {
			w.Approvals.Rules[0].Choice = Choice{Pillars: []string{"offers"}, Campaigns: []string{"sale"}}
			p.Pillar = "offers"
		}, "publish"},
		"rule of nobody": {func(w *world, _ *content.Publication) { w.Approvals.Rules[0].From = nil; w.approves("lena", "p@a") }, "hold: approval: rule desk needs 1 of ; nobody has approved what stands in the file now"},
		"rules that are no rules": {func(w *world, _ *content.Publication) {
			w.Approvals.Problem = "smm.yaml:3: odd"
			w.approves("lena", "p@a")
		}, "hold: approval: smm.yaml:3: odd"},
		"fast lane":               {func(w *world, _ *content.Publication) { w.fastLane("kim"); w.goesFirst("kim") }, "publish [kim, first]"},
		"fast lane, not theirs":   {func(w *world, _ *content.Publication) { w.fastLane("kim"); w.goesFirst("lee") }, hold},
		"fast lane, closed since": {func(w *world, _ *content.Publication) { w.goesFirst("kim") }, hold},
		"fast lane, elsewhere": {func(w *world, _ *content.Publication) {
			w.fastLane("kim")
			w.Approvals.FastLane[0].Accounts = []string{"b"}
			w.goesFirst("kim")
		}, hold},
		"fast lane, changed since": {func(w *world, p *content.Publication) { w.fastLane("kim"); w.goesFirst("kim"); p.Digest += "," }, hold},
		"fast lane, two rules": {func(w *world, _ *content.Publication) {
			w.wants("client", 1, Choice{}, "anna")
			w.fastLane("kim")
			w.goesFirst("kim")
		}, "publish [kim, first]"},
		"reviewed and fast": {func(w *world, _ *content.Publication) {
			w.fastLane("kim")
			w.approves("lena", "p@a")
			w.goesFirst("kim")
		}, "publish [kim, first lena]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.wants("desk", 1, Choice{}, "lena", "tomas")
			c.setup(w, w.post("p@a"))
			if got := verdict(only2(w.plan(), key("p@a"))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func (w *world) fastLane(people ...string) {
	w.Approvals.FastLane = append(w.Approvals.FastLane, FastLane{People: people})
}

func (w *world) goesFirst(by string) {
	a := w.approves(by, "p@a")
	a.Author, a.FastLane = by, true
}

func verdict(c Change) string {
	out := string(c.Action)
	if c.Action == Hold {
		out += ": " + c.Reason
	}
	var by []string
	for _, a := range c.Approved {
		who := a.By
		if a.FastLane {
			who += ", first"
		}
		by = append(by, who)
	}
	if len(by) > 0 {
		out += fmt.Sprint(" ", by)
	}
	return out
}

// What changes nothing that people see, or takes something away from them, needs
// nobody's yes; what was begun is finished.
func TestApprovalIsAskedForWhatIsSeen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setup func(*world)
		want  string
	}{
		"edit": {func(w *world) { w.published("p@a"); w.post("p@a", texts("new")) }, "hold"},
		"replace": {func(w *world) {
			w.published("p@a", texts("1", "2"))
			w.post("p@a", func(p *content.Publication) { p.Replace = true })
		}, "hold"},
		"profile": {func(w *world) {
			w.post("p@a", func(p *content.Publication) { p.Key = key("profile@a") }, face("Acme", "Coats"))
		}, "hold"},
		"schedule": {func(w *world) { w.post("p@a", due(time.Hour), func(p *content.Publication) { p.Native = true }) }, "hold"},
		"pin":      {func(w *world) { w.steady("p@a"); w.Desired[0].Pin = true }, "hold"},
		"republish": {func(w *world) {
			w.entry("p@a", ledger.Retracted)
			w.post("p@a", func(p *content.Publication) { p.Republish = 2 })
		}, "hold"},
		"end of pin": {func(w *world) { _, e := w.steady("p@a"); e.Pinned = true }, "edit"},
		"retract":    {func(w *world) { w.steady("p@a"); w.Desired[0].Retract = true }, "retract"},
		"forget":     {func(w *world) { w.steady("p@a"); w.Desired[0].Removed = true }, "forget"},
		"unschedule": {func(w *world) { w.entry("p@a", ledger.Scheduled, func(e *ledger.Entry) { e.At = at(time.Hour) }) }, "unschedule"},
		"revert": {func(w *world) {
			w.account("a", func(a *Account) { a.Drift = "revert" })
			w.steady("p@a")
			w.deface("a", "id-p-0", "evil")
		}, "revert"},
		"accept": {func(w *world) {
			w.account("a", func(a *Account) { a.Drift = "accept" })
			w.steady("p@a")
			w.deface("a", "id-p-0", "evil")
		}, "accept"},
		"moved": {func(w *world) {
			w.published("old@a")
			w.post("p@a", func(p *content.Publication) { p.MovedFrom = "old" })
		}, "adopt"},
		"begun": {func(w *world) {
			w.published("p@a").State = ledger.Intent
			w.Ledger.Entries[key("p@a")].Action = string(Edit)
			w.post("p@a")
		}, "edit"},
		"not its day": {func(w *world) { w.post("p@a", due(time.Hour)) }, "wait"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.wants("desk", 1, Choice{}, "lena")
			c.setup(w)
			p := w.plan()
			i := slices.IndexFunc(p.Changes, func(c Change) bool { return c.Key == key("p@a") || c.Key.IsProfile() })
			if i < 0 || string(p.Changes[i].Action) != c.want {
				t.Fatalf("want %s: %+v", c.want, p.Changes)
			}
			if ch := p.Changes[i]; ch.Action == Hold && !strings.Contains(ch.Reason, "approval: rule desk needs 1 of lena") {
				t.Errorf("held for another reason: %s", ch.Reason)
			}
		})
	}
}

// What waits shows what is still missing, and what another guard holds as well.
func TestNeedsOfWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.wants("desk", 2, Choice{}, "lena", "tomas")
	w.post("later@a", due(time.Hour))
	w.post("bad@a", func(p *content.Publication) { p.Invalid = "too long" })
	w.approves("tomas", "later@a")
	p := w.plan()
	for name, given := range map[string]string{"later@a": "[tomas]", "bad@a": "[]"} {
		c := only2(p, key(name))
		if len(c.Needs) != 1 || fmt.Sprint(c.Needs[0].Given) != given || c.Needs[0].Count != 2 || c.Approved != nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// Nothing that a rule chooses goes out without as many different people of the
// rule having approved of it as it stands, whatever else is the case.
func TestNothingGoesOutUnapproved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := draw{rt, true}
		w := d.world()
		people := []string{"lena", "tomas", "anna", "kim"}
		for i := range rapid.IntRange(1, 3).Draw(rt, "rules") {
			choice := Choice{Accounts: pick(d, "accounts", nil, []string{"a"}, []string{"b"}), Pillars: pick(d, "pillars", nil, []string{"offers"})}
			w.wants(fmt.Sprint("rule-", i), rapid.IntRange(1, 2).Draw(rt, "count"), choice, rapid.Permutation(people).Draw(rt, "from")[:2]...)
		}
		w.Approvals.KeepWithinDay = d.chance("within the day", 50)
		for _, p := range w.Desired {
			p.Pillar = pick(d, "pillar", "", "offers")
		}
		bound := map[content.Key]map[string]bool{} // who approved what stands there
		for range rapid.IntRange(0, 12).Draw(rt, "approvals") {
			if len(w.Desired) == 0 {
				break
			}
			p := rapid.SampledFrom(w.Desired).Draw(rt, "of")
			by, author := pick(d, "by", people...), pick(d, "author", people...)
			w.approves(by, p.Key.String()).Author = author
			stale := d.chance("of other words", 30)
			if stale {
				w.Ledger.Approvals[len(w.Ledger.Approvals)-1].Binds[p.Key] = "other@2026-12-03T12:00:00Z/2026-12-03"
			}
			if !stale && by != author {
				if bound[p.Key] == nil {
					bound[p.Key] = map[string]bool{}
				}
				bound[p.Key][by] = true
			}
		}
		pubs := newModel(w).pubs
		for _, c := range w.plan().Changes {
			if !begins(&c) || !publishes(&c) && c.Action != Reschedule && (c.Action != Edit || c.Unpin) {
				continue
			}
			p := pubs[c.Key]
			for _, r := range w.Approvals.Rules {
				if len(r.Accounts) > 0 && r.Accounts[0] != c.Account || len(r.Pillars) > 0 && r.Pillars[0] != p.Pillar {
					continue
				}
				n := 0
				for _, who := range r.From {
					if bound[c.Key][who] {
						n++
					}
				}
				if n < r.Count {
					rt.Fatalf("%s %s with %d yeses, and %s needs %d: %+v", c.Action, c.Key, n, r.Name, r.Count, c)
				}
			}
		}
	})
}

// Everything that decides what goes out, where, when and how is in a binding.
func TestBinding(t *testing.T) {
	t.Parallel()
	base := func() (*content.Publication, *Account) {
		return &content.Publication{Key: key("p@a"), Digest: "d", At: noon}, &Account{ID: "a", Zone: time.UTC}
	}
	p, a := base()
	plain := Binding(p, a)
	seen := map[string]string{plain: "nothing"}
	for name, change := range map[string]func(*content.Publication, *Account){
		"words": func(p *content.Publication, _ *Account) { p.Digest = "e" }, "key": func(p *content.Publication, _ *Account) { p.Key.Occurrence = "2026-12-03" },
		"frame": func(p *content.Publication, _ *Account) { p.Frame = "f" }, "provider": func(p *content.Publication, _ *Account) { p.Provider = "x" },
		"where": func(_ *content.Publication, a *Account) { a.Where = "x" }, "pillar": func(p *content.Publication, _ *Account) { p.Pillar = "x" },
		"campaign": func(p *content.Publication, _ *Account) { p.Campaign = "x" }, "embargo": func(p *content.Publication, _ *Account) { p.Embargo = noon },
		"unpublish": func(p *content.Publication, _ *Account) { p.Unpublish = noon }, "pin": func(p *content.Publication, _ *Account) { p.Pin = true },
		"pin until": func(p *content.Publication, _ *Account) { p.PinUntil = noon }, "late": func(p *content.Publication, _ *Account) { p.Late.Max = 1 },
		"any": func(p *content.Publication, _ *Account) { p.Late.Any = true }, "set": func(p *content.Publication, _ *Account) { p.Late.Set = true },
		"reminder": func(p *content.Publication, _ *Account) { p.Reminder = true }, "replace": func(p *content.Publication, _ *Account) { p.Replace = true },
		"imported": func(p *content.Publication, _ *Account) { p.Imported = true }, "republish": func(p *content.Publication, _ *Account) { p.Republish = 2 },
		"moved": func(p *content.Publication, _ *Account) { p.MovedFrom = "o" }, "override": func(p *content.Publication, _ *Account) { lift("freeze", noon)(p) },
		"time": func(p *content.Publication, _ *Account) { p.At = at(time.Minute) }, "no time": func(p *content.Publication, _ *Account) { p.At = time.Time{} },
	} {
		p, a := base()
		change(p, a)
		got := Binding(p, a)
		if other, twice := seen[got]; twice {
			t.Errorf("%s binds as %s does", name, other)
		}
		seen[got] = name
		if within := SameBinding(plain, got, true); within != (name == "time") {
			t.Errorf("%s: kept within the day: %v", name, within)
		}
	}
	for name, change := range map[string]func(*content.Publication){
		"status": func(p *content.Publication) { p.Ready = true }, "its file": func(p *content.Publication) { p.Path = "x" },
		"validity": func(p *content.Publication) { p.Invalid = "x" }, "rendering": func(p *content.Publication) { p.Segments = []content.Segment{{}} },
	} {
		p, a := base()
		if change(p); Binding(p, a) != plain {
			t.Errorf("%s is in the binding", name)
		}
	}
	if SameBinding("", "", true) || SameBinding("", "", false) {
		t.Error("nothing was approved, and it counts")
	}
}

// A report says what an approval would let go.
func TestHoldSaysWhatItAwaits(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.Approvals.Rules = []ApprovalRule{{Name: "desk", From: []string{"lena"}}}
	w.post("p@a")
	w.post("frozen@b")
	w.Freezes = []Freeze{{Accounts: []string{"b"}, Reason: "crisis"}}
	p := w.plan()
	if c := only(t, p, "p@a"); c.Action != Hold || c.Awaits != Publish {
		t.Errorf("%s, awaits %q", c.Action, c.Awaits)
	}
	if c := only(t, p, "frozen@b"); c.Action != Hold || c.Awaits != "" {
		t.Errorf("held for another reason: %s, awaits %q", c.Action, c.Awaits)
	}
}
