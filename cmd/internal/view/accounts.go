package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
)

// soon is when an end that comes is worth a warning.
const soon = 14 * 24 * time.Hour

// Accounts writes what signing in to each account has shown.
func (p *Printer) Accounts(all []engine.AccountCheck, now time.Time) {
	for _, c := range all {
		state := p.paint(good, "ok  ")
		if !c.OK {
			state = p.paint(bad, "FAIL")
		}
		p.printf("%s  %s %s %s\n", state, p.paint(strong, pad(flat(c.Account), 24)), pad(flat(c.Provider), 10), login(c))
		if c.Error != "" {
			p.printf("      %s\n", p.paint(bad, oneLine(c.Error, 400)))
		}
		if len(c.Can) > 0 {
			p.printf("      %s %s\n", p.paint(dim, "may  "), oneLine(strings.Join(c.Can, ", "), 400))
		}
		if len(c.Lacks) > 0 {
			p.printf("      %s %s\n", p.paint(bad, "lacks"), oneLine(strings.Join(c.Lacks, ", "), 400))
		}
		if c.Expires != nil {
			p.expiry(*c.Expires, now)
		}
	}
}

// login says who one is there, and whether the ledger has known it before.
func login(c engine.AccountCheck) string {
	if c.ID == "" {
		return ""
	}
	pin := "not pinned yet: the first apply does that"
	if c.Pinned {
		pin = "the login that the ledger knows"
	}
	return fmt.Sprintf("%s on %s (%s)", flat(c.Handle), flat(c.Server), pin)
}

func (p *Printer) expiry(at, now time.Time) {
	left := at.Sub(now)
	text := at.UTC().Format("2006-01-02 15:04Z")
	switch {
	case left <= 0:
		p.printf("      %s\n", p.paint(bad, "expired on "+text))
	case left < soon:
		p.printf("      %s\n", p.paint(warn, fmt.Sprintf("expires on %s, in %d days: make a new one", text, int(left.Hours()/24))))
	default:
		p.printf("      %s %s\n", p.paint(dim, "expires on"), text)
	}
}
