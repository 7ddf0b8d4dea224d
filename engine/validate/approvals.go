package validate

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// approvals checks who has to agree to what. A rule that chooses nothing by a slip
// of the pen would let everything out.
func (c *checker) approvals(p place, a *content.Approvals) {
	names := map[string]bool{}
	for i, r := range a.Rules {
		field := fmt.Sprintf("approvals.rules[%d]", i)
		c.chosen(p, field, r.Brands, r.Accounts, r.Campaigns, r.Pillars)
		people := c.people(p, field+".from", r.From)
		if r.Count > people {
			c.add(p.diag("approval-rule", field+".count", "rule %s needs %d approvals, and names %s", r.Name, r.Count, peopleWord(people)).
				WithHint("name more people in `from`, or ask for fewer"))
		}
		if r.Name != "" && names[r.Name] {
			c.add(p.diag("approval-rule", field+".name", "two approval rules are called %q", r.Name))
		}
		names[r.Name] = true
	}
	for i, f := range a.FastLane {
		field := fmt.Sprintf("approvals.fast_lane[%d]", i)
		c.chosen(p, field, f.Brands, f.Accounts, f.Campaigns, f.Pillars)
		c.people(p, field+".people", f.People)
	}
}

// people counts different logins, and reports those that are none or named twice.
func (c *checker) people(p place, field string, logins []string) int {
	seen := map[string]bool{}
	for i, who := range logins {
		login, at := content.Login(who), fmt.Sprintf("%s[%d]", field, i)
		switch {
		case login == "":
			c.add(p.diag("approval-rule", at, "%q is no login", who))
			continue
		case strings.ContainsAny(login, "/ "):
			c.add(p.diag("approval-rule", at, "%q is no login: teams are not looked up", who).WithHint("name its people"))
		case seen[login]:
			c.add(p.diag("approval-rule", at, "%s is named twice: a person counts once", who))
		}
		seen[login] = true
	}
	return len(seen)
}

func peopleWord(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// chosen reports names that do not exist. Where a file that may hold the name
// cannot be read, only groups are still asked for: without it, nobody knows whom
// they mean.
func (c *checker) chosen(p place, field string, brands, accounts, campaigns, pillars []string) {
	report := func(list, what string, words []string, known map[string]bool) {
		for i, word := range words {
			c.add(p.reference("approval-reference", fmt.Sprintf("%s.%s[%d]", field, list, i), what, word, known)...)
		}
	}
	groups, allPillars := map[string]bool{}, map[string]bool{}
	for _, b := range c.names.brands {
		maps.Copy(groups, b.groups)
		maps.Copy(allPillars, b.pillars)
	}
	maps.Copy(groups, c.names.accounts)
	maps.Copy(groups, c.names.unread)
	report("accounts", "account or group", accounts, groups)
	if !c.unreadable("strategies/*/strategy.yaml") {
		report("brands", "brand", brands, keySet(c.names.brands))
		report("pillars", "pillar", pillars, allPillars)
	}
	if !c.unreadable("strategies/*/campaigns/*.yaml") {
		report("campaigns", "campaign", campaigns, c.names.campaigns)
	}
}

func (c *checker) unreadable(pattern string) bool {
	return slices.ContainsFunc(c.ws.Unreadable, func(name string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}
