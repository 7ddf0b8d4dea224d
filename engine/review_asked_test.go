package engine_test

import (
	"testing"

	"github.com/smmctl/smmctl/engine"
)

// Rules that are new hold what is merged already: a review names it.
func TestReviewOfNewRules(t *testing.T) {
	t.Parallel()
	w, base := magazine(t)
	rules := func(text string) func() { return func() { w.write("smm.yaml", w.file("smm.yaml")+text) } }
	desk := "approvals: {rules: [{name: desk, accounts: [one], from: [lena]}]}\n"
	guarded := w.propose(base, rules(desk))
	for _, c := range []struct {
		name, base string
		change     func()
		want       []string
	}{
		{"on", base, rules(desk), []string{"later@one", "pic@one", "slotted@one", "wide@one"}},
		{"on, and a post", base, func() { rules(desk)(); w.edit("content/acme/2026-12/later.md", "Later", "Later on") }, []string{"pic@one", "slotted@one", "wide@one"}},
		{"another setting", base, func() { w.edit("smm.yaml", "max_retracts: 0", "max_retracts: 1") }, nil},
		{"wider", guarded, func() { w.edit("smm.yaml", "accounts: [one]", "accounts: [both]") }, []string{"wide@two"}},
		{"another name", guarded, func() { w.edit("smm.yaml", "name: desk", "name: table") }, nil},
		{"off", guarded, func() { w.write("smm.yaml", config) }, nil},
		{"a post under them", guarded, func() { w.edit("content/acme/2026-12/later.md", "Later", "Later on") }, nil},
	} {
		head := w.propose(c.base, c.change)
		r, err := w.engine().Review(bg, engine.ReviewOptions{Base: c.base, Head: head, Offline: true})
		must(t, err)
		var got []string
		for _, k := range r.Asked {
			got = append(got, k.String())
		}
		same(t, c.name, got, c.want...)
	}
}

// Rules are switched off in smm.yaml, and where nobody looks: by a group's members.
func TestReviewOfRulesThatGo(t *testing.T) {
	t.Parallel()
	w, base := magazine(t)
	guarded := w.propose(base, func() {
		w.write("smm.yaml", w.file("smm.yaml")+"approvals: {rules: [{name: desk, accounts: [both], from: [lena]}]}\n")
		w.write("content/acme/2026-12/direct.md", "---\nid: direct\naccounts: [two]\nstatus: ready\npublish_at: 2026-12-20T09:00\nreason: test\n---\nDirect.\n")
	})
	for _, c := range []struct {
		name   string
		change func()
		rules  bool
		want   []string
	}{
		{"off", func() { w.write("smm.yaml", config) }, true, []string{"direct@two", "later@one", "pic@one", "slotted@one", "wide@one", "wide@two"}},
		{"out of the group", func() { w.edit("strategies/acme/strategy.yaml", "both: [one, two]", "both: [one]") }, true, []string{"direct@two"}},
		{"another word", func() { w.edit("content/acme/2026-12/later.md", "Later", "Later on") }, false, nil},
	} {
		head := w.propose(guarded, c.change)
		r, err := w.engine().Review(bg, engine.ReviewOptions{Base: guarded, Head: head, Offline: true})
		must(t, err)
		var got []string
		for _, k := range r.Freed {
			got = append(got, k.String())
		}
		same(t, c.name, got, c.want...)
		if r.Rules != c.rules {
			t.Errorf("%s: rules %v", c.name, r.Rules)
		}
	}
}
