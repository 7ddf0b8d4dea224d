package view

import (
	"cmp"
	"strings"

	"github.com/smmctl/smmctl/engine/migrate"
	"github.com/smmctl/smmctl/engine/scaffold"
)

// shownNotes is how many notes are printed; --json has all.
const shownNotes = 20

// TakenOver writes what a workspace was made of, what was left out, and what to
// do next.
func (p *Printer) TakenOver(m *scaffold.Made, s *migrate.Summary) {
	p.printf("%s %s\n", p.paint(good, "A workspace for "+flat(m.Brand)+" in"), flat(m.Dir))
	if p.Quiet {
		return
	}
	found := []string{}
	for _, c := range []string{countIf(s.Posts, "post"), countIf(s.Slots, "slot"), countIf(s.Media, "media file")} {
		if c != "" {
			found = append(found, c)
		}
	}
	p.printf("Taken over from %s: %s\n", s.From, cmp.Or(strings.Join(found, ", "), "nothing"))
	p.renamed(m)
	p.states(s)
	p.targets(m, s)
	p.notes(s)
	p.kept(m)
	next := []string{"smmctl validate", "smmctl diff --offline   # what would be published: nothing that was published before"}
	p.next(m, next)
}

func (p *Printer) states(s *migrate.Summary) {
	if s.Published > 0 {
		p.printf("  %d published already: never published again (`removed: true`, and an `origin`)\n", s.Published)
	}
	if s.Assumed > 0 {
		p.printf("    %d of them only because their time has passed: look whether they really were\n", s.Assumed)
	}
	if s.Drafts > 0 {
		p.printf("  %s: switch the old tool off, then write `status: ready` in what is to go out\n", count(s.Drafts, "draft"))
	}
	if s.Ready > 0 {
		p.printf("  %d ready: smmctl publishes at the time that is written. Switch the old tool off first, or it goes out twice\n", s.Ready)
	}
}

func (p *Printer) targets(m *scaffold.Made, s *migrate.Summary) {
	for i, a := range s.Accounts {
		if i == shownNotes {
			p.printf("  … and %s more; --json lists all\n", count(len(s.Accounts)-i, "account"))
			return
		}
		name := flat(a.Name)
		if name == "" {
			name = "posts that name no account"
		}
		p.printf("  %s → %s: %s\n", name, flat(a.Account), count(a.Posts, "post"))
		if a.Account == m.Account {
			p.printf("    the embedded site: no account was described for it (--account, or later `smmctl new account`)\n")
		}
	}
}

func (p *Printer) notes(s *migrate.Summary) {
	if len(s.Notes) == 0 {
		return
	}
	p.printf("Left out or decided:\n")
	for i, n := range s.Notes {
		if i == shownNotes {
			p.printf("  … and %d more; --json lists all\n", len(s.Notes)-i)
			return
		}
		p.printf("  %s: %s\n", flat(n.Where), flat(n.Why))
	}
}

// countIf counts what there is, and says nothing of what there is not.
func countIf(n int, what string) string {
	if n == 0 {
		return ""
	}
	return count(n, what)
}
