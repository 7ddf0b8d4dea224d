package engine_test

import (
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/plan"
)

// A pull request that changes what lies around a post shows nobody its words: a yes
// to it is none to them, unless somebody gave that before.
func TestWordsAreNotApprovedByTheWay(t *testing.T) {
	t.Parallel()
	const (
		strategy = "strategies/acme/strategy.yaml"
		sale     = "strategies/acme/campaigns/sale.yaml"
		month    = "content/acme/2026-12/plan.yaml"
		one      = "strategies/acme/accounts/one.yaml"
	)
	lane := strings.Replace(desk, "rules:", "fast_lane: [{people: [support], reason: Outages}], rules:", 1)
	for name, c := range map[string]struct{ file, old, now string }{
		"a campaign's parameters": {sale, "medium: social", "medium: post"},
		"a slot's pillar":         {month, "pillar: news", "pillar: other"},
		"a slot's campaign":       {month, "campaign: sale", "campaign: more"},
		"an account's handle":     {one, "id: one", "id: one\nhandle: acme"},
		"an account's late":       {one, "id: one", "id: one\nlate: 5h"},
	} {
		for _, who := range []string{"nobody", "lena", "the lane"} {
			t.Run(name+" after "+who, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "one")
				w.write(strategy, "brand: acme\npillars: [{id: news, share: 50}, {id: other, share: 50}]\n")
				text := "id: sale\ngoal: g\nfrom: 2026-11-24\nuntil: 2026-12-24\nutm: {medium: social}\n"
				w.write(sale, text)
				w.write("strategies/acme/campaigns/more.yaml", strings.Replace(text, "sale", "more", 1))
				w.write(month, "month: 2026-12\nslots:\n  - {id: s1, at: 2026-12-03T09:00, pillar: news, campaign: sale, accounts: [one]}\n")
				d := w.desks(lane)
				p := d.open("kim", func() {
					w.write(p1, "---\nid: post1\nslot: s1\nstatus: ready\nreason: r\nlink: https://acme.example/x\n---\nWords\n")
				})
				if who == "lena" {
					d.says(p, "lena", forge.Approved)
				}
				d.merge(p, "merge")
				d.gather()
				author := "kim"
				if who == "the lane" {
					author = "support"
				}
				around := d.open(author, func() { w.write(c.file, strings.Replace(w.file(c.file), c.old, c.now, 1)) })
				if who != "the lane" {
					d.says(around, "lena", forge.Approved)
				}
				d.merge(around, "merge")
				d.gather()
				want := plan.Hold
				if who == "lena" {
					want = plan.Publish
				}
				if got := w.planned("post1@one"); got.Action != want {
					t.Errorf("%s: %s, want %s", got.Action, got.Reason, want)
				}
			})
		}
	}
}
