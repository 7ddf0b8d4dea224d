package view

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)
	after := func(d time.Duration) *time.Time { at := now.Add(d); return &at }
	for name, c := range map[string]struct {
		check engine.AccountCheck
		want  []string
	}{
		"pinned":        {engine.AccountCheck{Account: "a", OK: true, ID: "1", Handle: "@a", Server: "x.example", Pinned: true}, []string{"ok ", "@a on x.example (the login that the ledger knows)"}},
		"new":           {engine.AccountCheck{Account: "a", OK: true, ID: "1", Can: []string{"write", "read"}}, []string{"not pinned yet", "may   write, read"}},
		"lacks":         {engine.AccountCheck{Account: "a", Lacks: []string{"upload"}}, []string{"FAIL", "lacks upload"}},
		"ends soon":     {engine.AccountCheck{Account: "a", OK: true, Expires: after(3*24*time.Hour + time.Hour)}, []string{"expires on 2026-12-06 10:00Z, in 3 days"}},
		"has ended":     {engine.AccountCheck{Account: "a", Expires: after(-time.Hour)}, []string{"FAIL", "expired on 2026-12-03 08:00Z"}},
		"ends some day": {engine.AccountCheck{Account: "a", OK: true, Expires: after(100 * 24 * time.Hour)}, []string{"expires on 2027-03-13"}},
		"hostile":       {engine.AccountCheck{Account: "a", ID: "1", Handle: "@\x1b[31m\nx", Error: "no\x1b[0m\nthing"}, []string{"FAIL", "on  (not pinned"}},
	} {
		var b bytes.Buffer
		(&Printer{W: &b}).Accounts([]engine.AccountCheck{c.check}, now)
		for _, w := range c.want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: %q has no %q", name, b.String(), w)
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("%s: a control character in %q", name, b.String())
		}
	}
}
