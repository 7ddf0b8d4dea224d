package view

import (
	"path/filepath"
	"strings"

	"github.com/smmctl/smmctl/engine/scaffold"
)

// Made writes what a new workspace is, or what an existing one got, and what to
// do next.
func (p *Printer) Made(m *scaffold.Made) {
	if m.Existing {
		p.workflowsMade(m)
		return
	}
	p.printf("%s %s\n", p.paint(good, "A workspace for "+flat(m.Brand)+" in"), flat(m.Dir))
	if p.Quiet {
		return
	}
	p.renamed(m)
	p.kept(m)
	p.next(m, []string{"smmctl validate", "smmctl diff", "smmctl apply        # publishes the first post to public/site"})
}

func (p *Printer) workflowsMade(m *scaffold.Made) {
	p.printf("%s %s\n", p.paint(good, "Workflows for the workspace in"), flat(m.Dir))
	if p.Quiet {
		return
	}
	p.kept(m)
	p.printf("Nothing else was changed. Next, in the repository's root:\n  git add %s && git commit -m \"Workflows for smmctl\"\n", strings.Join(m.Workflows, " "))
}

// renamed says that the brand is not called as its folder is.
func (p *Printer) renamed(m *scaffold.Made) {
	if name := filepath.Base(m.Dir); !strings.EqualFold(name, m.Brand) {
		p.printf("  The brand is called %s: %q is no name for one (3 to 40 of a-z, 0-9 and -).\n", flat(m.Brand), flat(name))
	}
}

// kept writes what else there is, and what was there already.
func (p *Printer) kept(m *scaffold.Made) {
	if len(m.Workflows) > 0 {
		p.printf("  %s show plans in pull requests and publish on merge.\n", strings.Join(m.Workflows, " and "))
		p.printf("  The first lines of the second say what to fill in before anything is published from there.\n")
	}
	for _, f := range m.Kept {
		p.printf("  %s was there already and was left alone.\n", flat(f))
		if f == ".gitignore" {
			p.printf("  Add /public/ and .smmctl/ to it: they can always be made again.\n")
		}
	}
}

func (p *Printer) next(m *scaffold.Made, next []string) {
	if m.Commit == "" {
		next = append([]string{`git add . && git commit -m "A workspace for smmctl"   # this repository has commits: this one is yours`}, next...)
	}
	p.printf("Next, in that folder:\n  %s\n", strings.Join(next, "\n  "))
}
