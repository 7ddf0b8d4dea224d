package validate

import (
	"fmt"
	"math"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
)

// strategies checks every brand's strategy.
func (c *checker) strategies() {
	for _, brand := range sorted(c.ws.Strategies) {
		c.strategy(c.ws.Strategies[brand])
	}
}

func (c *checker) strategy(f *load.File[content.Strategy]) {
	p, s := placeOf(f), &f.Value
	c.add(p.shares(s.Pillars)...)
	for i, o := range s.Objectives {
		for j, a := range o.Accounts {
			c.add(c.names.accountOrGroup(p, s.Brand, fmt.Sprintf("objectives[%d].accounts[%d]", i, j), a)...)
		}
	}
	c.groups(p, s)
	c.cadences(p, s)
	for i, b := range s.Blackouts {
		c.add(p.window(fmt.Sprintf("blackouts[%d].to", i), b.From, b.To, c.scope.Zone)...)
	}
	if w := s.Watermark; w != nil {
		for i, pillar := range w.Pillars {
			c.add(p.reference("unknown-pillar", fmt.Sprintf("watermark.pillars[%d]", i), "pillar", pillar, c.names.brands[s.Brand].pillars)...)
		}
	}
	for _, name := range sorted(s.Mentions) {
		c.add(c.names.misspelt(p, "mentions."+name, s.Mentions[name])...)
	}
}

// groups checks that groups hold accounts and are named like nothing else that
// a variant's selector may mean.
func (c *checker) groups(p place, s *content.Strategy) {
	for _, name := range sorted(s.Groups) {
		if c.names.providers[name] {
			c.add(p.diag("group-name", "groups."+name+":", "group %q is named like a provider", name).
				WithHint("give it another name: a post or a variant could mean either"))
		}
		for i, a := range s.Groups[name] {
			c.add(c.names.account(p, fmt.Sprintf("groups.%s[%d]", name, i), a)...)
		}
	}
}

func (c *checker) cadences(p place, s *content.Strategy) {
	for i, d := range s.Cadence {
		field := fmt.Sprintf("cadence[%d]", i)
		c.add(c.names.accountOrGroup(p, s.Brand, field+".account", d.Account)...)
		if d.PerWeek.Max > 0 && d.PerWeek.Max < d.PerWeek.Min {
			c.add(p.diag("cadence-range", field+".per_week", "at most %d posts a week is less than at least %d", d.PerWeek.Max, d.PerWeek.Min))
		}
	}
}

// shares reports pillars whose shares do not make a whole.
func (p place) shares(pillars []content.Pillar) findings {
	total, written := 0.0, 0
	for _, x := range pillars {
		total += x.Share
		if x.Share > 0 {
			written++
		}
	}
	if written == 0 || written < len(pillars) && total <= 100 || math.Abs(total-100) < 0.01 {
		return nil
	}
	return findings{p.diag("pillar-shares", "pillars", "the pillars' shares add up to %g, not to 100", total)}
}

// misspelt reports providers that look like a slip of the pen. Others may be
// networks that this version does not know yet.
func (n *names) misspelt(p place, field string, byProvider map[string]string) (out findings) {
	for name := range byProvider {
		if near := n.slip(name); near != "" {
			out = append(out, p.diag("unknown-provider", field+"."+name+":", "provider %q does not exist", name).
				WithHint("did you mean %q?", near).Warn())
		}
	}
	return out
}

// slip returns the provider that name was meant to be, or "".
func (n *names) slip(name string) string {
	if n.providers[name] {
		return ""
	}
	if near, ok := n.slips.Load(name); ok {
		return near.(string)
	}
	near := nearest(name, sorted(n.providers))
	n.slips.Store(name, near)
	return near
}
