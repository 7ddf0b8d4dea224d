package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// The guard below asks whether people have agreed to what is about to be seen. No
// override lifts it: whoever writes a post could lift it then.

// approvalNeeds notes beside each change whose yes its publication needs, and who
// has given it. What waits, or is held by another guard, is noted as well, so that
// a report can show what is still missing.
func approvalNeeds(s *scene, changes []Change) []Refusal {
	if len(s.Approvals.Rules) == 0 {
		return nil
	}
	given := s.yeses()
	for i := range changes {
		c := &changes[i]
		p, a := s.desired[c.Key], s.accounts[c.Account]
		if p == nil || a == nil || c.Unknown {
			continue
		}
		if c.Asks() || Bindable(p) && (c.Action == Wait || c.Action == Hold) {
			s.weigh(c, p, a, given[c.Key])
		}
	}
	return nil
}

// unapproved holds what a rule still lacks a yes for.
func unapproved(s *scene, changes []Change) []Refusal {
	for i := range changes {
		c := &changes[i]
		if !begins(c) || !c.Asks() {
			continue
		}
		switch why := c.Lacking(); {
		case s.Approvals.Problem != "":
			stop(c, "approval: %s", s.Approvals.Problem)
		case len(s.Approvals.Rules) > 0 && s.desired[c.Key] == nil:
			stop(c, "approval: no file says what there is to approve")
		case why != "":
			c.Awaits = c.Action
			stop(c, "approval: %s", why)
		}
	}
	return nil
}

// Asks reports whether a change shows people something that has to be approved,
// where there are rules. Taking down, and sending again what had gone out, need
// nobody's yes; nor does the end of a pin.
func (c *Change) Asks() bool {
	switch c.Action {
	case Publish, Schedule, Reschedule, Replace:
		return true
	case Edit:
		return !c.Unpin || len(c.Fields) > 1
	}
	return false
}

// weigh fills in what the rules want of a publication and who has agreed to it as
// it stands in the file now.
func (s *scene) weigh(c *Change, p *content.Publication, a *Account, given []ledger.Approval) {
	for i := range s.Approvals.Rules {
		r := &s.Approvals.Rules[i]
		if r.Chooses(p, a) {
			c.Needs = append(c.Needs, Need{Rule: r.Name, From: slices.Clone(r.From), Count: max(r.Count, 1), Given: []string{}})
		}
	}
	if len(c.Needs) == 0 {
		return
	}
	now := ""
	if Bindable(p) {
		now = Binding(p, a)
	}
	var yes []ledger.Consent
	fast := false
	for _, g := range given {
		if !SameBinding(g.Binds[c.Key], now, s.Approvals.KeepWithinDay) {
			continue
		}
		switch {
		case g.FastLane:
			if s.mayGoFirst(content.Login(g.By), p, a) {
				yes, fast = append(yes, g.Consent), true
			}
		case content.Login(g.By) != content.Login(g.Author):
			if c.count(content.Login(g.By)) {
				yes = append(yes, g.Consent)
			}
		}
	}
	if s.Approvals.Problem == "" && (fast || c.Lacking() == "") {
		c.Approved = yes
	}
}

// count notes a person's yes with every rule that wants theirs. It reports whether
// one did that had not got it yet.
func (c *Change) count(by string) (counted bool) {
	for i := range c.Needs {
		n := &c.Needs[i]
		if slices.Contains(n.From, by) && !slices.Contains(n.Given, by) {
			n.Given = append(n.Given, by)
			slices.Sort(n.Given)
			counted = true
		}
	}
	return counted
}

// Lacking says which approval rules are not satisfied yet, for people, or nothing.
func (c *Change) Lacking() string {
	if slices.ContainsFunc(c.Approved, func(a ledger.Consent) bool { return a.FastLane }) {
		return ""
	}
	var why []string
	for _, n := range c.Needs {
		if len(n.Given) >= n.Count {
			continue
		}
		so := "nobody has approved what stands in the file now"
		if len(n.Given) > 0 {
			so = strings.Join(n.Given, ", ") + " did"
		}
		why = append(why, fmt.Sprintf("rule %s needs %d of %s; %s", n.Rule, n.Count, strings.Join(n.From, ", "), so))
	}
	return strings.Join(why, "; ")
}

// mayGoFirst reports whether a fast lane of smm.yaml as it is now lets a person's
// own work out first.
func (s *scene) mayGoFirst(by string, p *content.Publication, a *Account) bool {
	return slices.ContainsFunc(s.Approvals.FastLane, func(f FastLane) bool {
		return f.Chooses(p, a) && slices.Contains(f.People, by)
	})
}

// Chooses reports whether a publication on an account is chosen. An empty choice
// chooses all.
func (c *Choice) Chooses(p *content.Publication, a *Account) bool {
	has := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	return has(c.Brands, a.Brand) && has(c.Accounts, a.ID) && has(c.Campaigns, p.Campaign) && has(c.Pillars, p.Pillar)
}

// yeses are the approvals that are known, by Key, in an order of their own.
func (s *scene) yeses() map[content.Key][]ledger.Approval {
	var all []ledger.Approval
	if s.Ledger != nil {
		all = append(all, s.Ledger.Approvals...)
	}
	all = append(all, s.Given...)
	slices.SortStableFunc(all, func(a, b ledger.Approval) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.By, b.By), cmp.Compare(a.Source, b.Source), cmp.Compare(a.URL, b.URL), cmp.Compare(a.Pull, b.Pull))
	})
	out := map[content.Key][]ledger.Approval{}
	for _, g := range all {
		for key := range g.Binds {
			out[key] = append(out[key], g)
		}
	}
	return out
}
