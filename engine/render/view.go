package render

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// view is a post as one account gets it: its variants merged, the slot's
// defaults filled in. It collects the problems found on the way.
type view struct {
	r        *Rendering
	s        *Scope
	source   *content.Post // as written
	p        *content.Post // as the account gets it
	account  *content.Account
	driver   *provider.Driver
	limits   provider.Limits
	variants []string // paths of the variants applied, the most particular last
	problems []Problem

	occurrence string
	utm        []param
	seen       []string // addresses in the text, as written
}

// newView merges p for an account. Without a driver the view has an empty one,
// so that nothing downstream asks.
func newView(r *Rendering, account *content.Account) *view {
	s, p := r.s, r.p
	v := &view{r: r, s: s, source: p, p: p, account: account, driver: s.Drivers[account.Provider]}
	if v.driver == nil {
		v.driver = &provider.Driver{Name: account.Provider}
	}
	limits, ok := s.Limits[account.ID]
	if !ok {
		limits = v.driver.Limits.Declare(account.PlatformLimits)
	}
	v.limits = limits
	merged, paths, err := p.For(account, s.groupsOf(p.Brand, account.ID))
	v.variants = paths
	if err != nil {
		v.variantProblem(err)
		merged = p
	}
	v.p = withSlot(merged, s.Slots[merged.Slot])
	return v
}

func (v *view) caps() *provider.Capabilities { return &v.driver.Capabilities }

// withSlot gives a post what it leaves out from the slot that it fills.
func withSlot(p *content.Post, slot *content.Slot) *content.Post {
	if slot == nil {
		return p
	}
	c := *p
	c.Pillar = cmp.Or(p.Pillar, slot.Pillar)
	c.Format = cmp.Or(p.Format, slot.Format)
	c.Campaign = cmp.Or(p.Campaign, slot.Campaign)
	c.Objective = cmp.Or(p.Objective, slot.Objective)
	c.Audience = cmp.Or(p.Audience, slot.Audience)
	c.FunnelStage = cmp.Or(p.FunnelStage, slot.FunnelStage)
	c.Language = cmp.Or(p.Language, slot.Language)
	if len(p.Accounts) == 0 {
		c.Accounts = slot.Accounts
	}
	return &c
}

// language is the post's, else the account's, else the workspace's.
func (v *view) language() string {
	l := cmp.Or(v.p.Language, v.account.Language)
	if l == "" && v.s.Config != nil {
		l = v.s.Config.Language
	}
	return l
}

func (v *view) defaults() content.Defaults {
	if v.s.Config == nil {
		return content.Defaults{}
	}
	return v.s.Config.Defaults
}

// groupsOf returns the names of a brand's groups that hold account, sorted.
func (s *Scope) groupsOf(brand, account string) []string {
	strategy := s.Strategies[brand]
	if strategy == nil {
		return nil
	}
	var out []string
	for name, members := range strategy.Groups {
		if slices.Contains(members, account) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// add records a problem at a field of the post or of the variant that wrote it.
func (v *view) add(p Problem) *Problem {
	p.Path = v.pathOf(p.Field)
	p.Account = v.account.ID
	if p.Field != "body" {
		p.Offset = -1
	}
	v.problems = append(v.problems, p)
	return &v.problems[len(v.problems)-1]
}

func (v *view) fail(rule, field, hint, format string, args ...any) {
	v.add(Problem{Rule: rule, Field: field, Offset: -1, Hint: hint, Summary: fmt.Sprintf(format, args...)})
}

func (v *view) warn(rule, field, hint, format string, args ...any) {
	v.add(Problem{Rule: rule, Field: field, Offset: -1, Hint: hint, Summary: fmt.Sprintf(format, args...), Warning: true})
}

// who names the account and its network, for what only this one cannot carry.
func (v *view) who() string { return fmt.Sprintf("%s (%s)", v.account.ID, v.driver.Name) }

// pathOf returns the file in which a field was written last.
func (v *view) pathOf(field string) string {
	key, _, _ := strings.Cut(field, ".")
	key, _, _ = strings.Cut(key, "[")
	for _, applied := range slices.Backward(v.variants) {
		for _, variant := range v.source.Variants {
			_, set := variant.Set[key]
			if variant.Path == applied && (set || key == "body" && variant.Body != nil) {
				return applied
			}
		}
	}
	return v.source.Path
}

// invalid is why the publication must not go out: the first error, or "".
func (v *view) invalid() string {
	for _, p := range v.problems {
		if !p.Warning {
			return p.Summary
		}
	}
	return ""
}

// variantProblem says why the account's variants could not be merged.
func (v *view) variantProblem(err error) {
	var two *content.AmbiguousVariantError
	var fields content.FieldErrors
	switch {
	case errors.As(err, &two):
		v.fail("variant-ambiguous", "id", "keep one of the two, or merge them", "two variants by %s apply to %s: %s", two.Kind, two.Account, baseNames(two.Paths))
	case errors.As(err, &fields):
		for _, f := range fields {
			v.fail("variant-value", f.Field, "", "%s: %v", f.Field, f.Err)
		}
	default:
		v.fail("variant-value", "id", "", "%v", err)
	}
}

func baseNames(paths []string) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = path.Base(p)
	}
	return strings.Join(names, " and ")
}
