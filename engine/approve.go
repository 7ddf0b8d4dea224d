package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/repo"
)

// approvals are smm.yaml's rules, with groups resolved to accounts. Where
// something in them is wrong the plan holds what they might have chosen.
func approvals(w *world) plan.Approvals {
	out := w.policy()
	out.Problem = firstOf(approvalsProblem(w), emptied(w, out))
	return out
}

func (w *world) policy() plan.Approvals {
	cfg := w.ws.Config.Value.Approvals
	out := plan.Approvals{KeepWithinDay: cfg.KeepWithinDay}
	for _, r := range cfg.Rules {
		out.Rules = append(out.Rules, plan.ApprovalRule{
			Name: r.Name, Choice: w.choice(r.Brands, r.Accounts, r.Campaigns, r.Pillars), From: logins(r.From), Count: r.Count,
		})
	}
	for _, f := range cfg.FastLane {
		out.FastLane = append(out.FastLane, plan.FastLane{
			Choice: w.choice(f.Brands, f.Accounts, f.Campaigns, f.Pillars), People: logins(f.People),
		})
	}
	return out
}

// emptied says which rule is about accounts and has none left, as when a group in
// strategy.yaml loses its last: what it held would go out unasked.
func emptied(w *world, a plan.Approvals) string {
	none := func(c plan.Choice) bool {
		return len(c.Accounts) > 0 && !slices.ContainsFunc(c.Accounts, func(id string) bool { return w.ws.Accounts[id] != nil })
	}
	for _, r := range a.Rules {
		if none(r.Choice) {
			return fmt.Sprintf("rule %s of smm.yaml is left without an account; nothing goes out until its groups in strategy.yaml name one", r.Name)
		}
	}
	return ""
}

// approvalsProblem says what is wrong with the rules as they are written. A key
// that smm.yaml does not have may be `approvals` misspelt.
func approvalsProblem(w *world) string {
	for _, d := range w.report.Diagnostics {
		if d.Severity != diag.Error || d.Path != repo.WorkspaceFile {
			continue
		}
		misspelt := d.Rule == "unknown-key" && !strings.ContainsAny(d.Field, ".[")
		if misspelt || strings.HasPrefix(d.Field, "approvals") {
			return fmt.Sprintf("smm.yaml:%d: %s; nothing goes out until the rules can be read", d.Line, d.Summary)
		}
	}
	return ""
}

func (w *world) choice(brands, accounts, campaigns, pillars []string) plan.Choice {
	c := plan.Choice{Brands: brands, Campaigns: campaigns, Pillars: pillars}
	for _, name := range accounts {
		ids := []string{name}
		if w.ws.Accounts[name] == nil {
			for _, s := range w.ws.Strategies {
				ids = append(ids, s.Value.Groups[name]...)
			}
		}
		c.Accounts = append(c.Accounts, ids...)
	}
	slices.Sort(c.Accounts)
	c.Accounts = slices.Compact(c.Accounts)
	return c
}

func logins(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if l := content.Login(s); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// where identifies what an account's file sends publications to. The credentials
// are not in it: the ledger's pin holds them to one login.
func where(a *content.Account) string {
	options, err := json.Marshal(a.Options)
	if err != nil {
		options = []byte(err.Error())
	}
	return content.Digest(a.Provider, bareServer(a.Server), a.Handle, string(options))
}
