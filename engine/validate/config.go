package validate

import (
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// config checks smm.yaml.
func (c *checker) config() {
	p, cfg := placeOf(c.ws.Config), &c.ws.Config.Value
	c.add(p.zone("timezone", cfg.Timezone)...)
	for _, name := range sorted(cfg.Rules) {
		c.add(p.rule(name)...)
	}
	for i, w := range cfg.Freeze {
		c.freeze(p, fmt.Sprintf("freeze[%d]", i), w)
	}
	c.approvals(p, &cfg.Approvals)
	c.add(c.byProvider(p, "defaults.options", cfg.Defaults.Options)...)
}

func (p place) rule(name string) findings {
	r, ok := ruleSet[name]
	switch {
	case !ok:
		return findings{suggest(p.diag("unknown-rule", "rules."+name+":", "rule %q does not exist", name), name, RuleNames())}
	case r.Fixed:
		return findings{p.diag("fixed-rule", "rules."+name+":", "rule %q cannot be changed: what it finds is never safe to publish", name)}
	}
	return nil
}

func (c *checker) freeze(p place, field string, w content.FreezeWindow) {
	c.add(p.window(field+".until", w.From, w.Until, c.scope.Zone)...)
	for i, a := range w.Accounts {
		c.add(c.names.account(p, fmt.Sprintf("%s.accounts[%d]", field, i), a)...)
	}
	for i, b := range w.Brands {
		c.add(p.reference("unknown-brand", fmt.Sprintf("%s.brands[%d]", field, i), "brand", b, keySet(c.names.brands))...)
	}
}

// zone reports a time zone that does not exist.
func (p place) zone(field, name string) findings {
	if _, err := time.LoadLocation(name); err != nil {
		return findings{p.diag("unknown-timezone", field, "time zone %q does not exist", name).
			WithHint("write a name such as Europe/Paris")}
	}
	return nil
}

// window reports a window that ends before it begins. A time that does not
// exist in the zone is reported as well.
func (p place) window(field string, from, until content.Time, zone *time.Location) (out findings) {
	if from.IsZero() || until.IsZero() {
		return nil
	}
	a, errFrom := from.In(zone)
	b, errUntil := until.In(zone)
	for _, err := range []error{errFrom, errUntil} {
		if err != nil {
			out = append(out, p.diag("time-in-zone", field, "%v", err).WithHint("add an offset, such as +01:00"))
		}
	}
	if out == nil && b.Before(a) {
		out = append(out, p.diag("time-window", field, "the window ends (%s) before it begins (%s)", until.Text, from.Text))
	}
	return out
}
