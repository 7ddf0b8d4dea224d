package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// Staleness is what no longer holds of a saved plan.
type Staleness struct {
	// All says why nothing of it may be carried out.
	All []string
	// Changes says why of single ones.
	Changes map[content.Key]string
}

// Any reports whether something does not hold.
func (s Staleness) Any() bool { return len(s.All)+len(s.Changes) > 0 }

// Reasons lists all of it, the changes by their keys.
func (s Staleness) Reasons() []string {
	out := slices.Clone(s.All)
	for _, k := range slices.SortedFunc(maps.Keys(s.Changes), compareKeys) {
		out = append(out, fmt.Sprintf("%s: %s", k, s.Changes[k]))
	}
	return out
}

// Stale says what of a saved plan no longer holds. As a whole it binds to the
// policy, each effective change to the digest, the binding, the entry's revision and
// its generation, and must be in fresh as it was. What moved besides does not matter.
func Stale(saved, fresh *Plan) Staleness {
	out := Staleness{Changes: map[content.Key]string{}}
	if saved.FormatVersion != fresh.FormatVersion {
		out.All = append(out.All, fmt.Sprintf("the plan has format %d, and this version writes %d", saved.FormatVersion, fresh.FormatVersion))
		return out
	}
	if saved.LedgerID != fresh.LedgerID {
		out.All = append(out.All, "the plan was made with another ledger")
	}
	if saved.PolicyDigest != fresh.PolicyDigest {
		out.All = append(out.All, "the accounts or smm.yaml have changed since the plan was made")
	}
	now := byKey(fresh.Changes)
	for i := range saved.Changes {
		was := &saved.Changes[i]
		if !was.Action.Effective() {
			continue
		}
		if why := differs(was, now[was.Key]); why != "" {
			out.Changes[was.Key] = why
		}
	}
	return out
}

func byKey(changes []Change) map[content.Key]*Change {
	m := make(map[content.Key]*Change, len(changes))
	for i := range changes {
		m[changes[i].Key] = &changes[i]
	}
	return m
}

func differs(was, is *Change) string {
	switch {
	case is == nil:
		return fmt.Sprintf("the plan says %s, and nothing is left to do", was.Action)
	case is.Action != was.Action:
		return fmt.Sprintf("the plan says %s, and now it is %s: %s", was.Action, is.Action, is.Reason)
	case is.Digest != was.Digest:
		return "its file has changed since the plan was made"
	case is.Revision != was.Revision || is.Generation != was.Generation:
		return "the ledger's entry has changed since the plan was made"
	case is.Pin != was.Pin || is.Unpin != was.Unpin || is.Resume != was.Resume || is.From != was.From:
		return "what is to be done has changed since the plan was made"
	case is.Binding != was.Binding:
		return "what is to be published has changed since the plan was made: its time, its lateness, its campaign, its watermark or where it goes"
	}
	return ""
}

// Restrict returns p without the effective changes that saved does not have: they
// become holds. p itself, with its guards' work, is what is carried out; saved is
// an assertion and never trusted.
func (p *Plan) Restrict(saved *Plan) *Plan {
	asked := byKey(saved.Changes)
	return p.holding(func(c *Change) string {
		if was := asked[c.Key]; was == nil || !was.Action.Effective() {
			return "not in the saved plan"
		}
		return ""
	})
}

// Without returns p with the changes held that a saved plan no longer speaks for.
func (p *Plan) Without(s Staleness) *Plan {
	return p.holding(func(c *Change) string {
		if why := s.Changes[c.Key]; why != "" {
			return "the saved plan is stale: " + why
		}
		return ""
	})
}

// holding returns a copy of p in which the effective changes are holds that why
// gives a reason for.
func (p *Plan) holding(why func(*Change) string) *Plan {
	out := *p
	out.Changes = slices.Clone(p.Changes)
	for i := range out.Changes {
		c := &out.Changes[i]
		if !c.Action.Effective() {
			continue
		}
		if reason := why(c); reason != "" {
			stop(c, "%s", reason)
		}
	}
	none, foreign := p.Summary.None, p.Summary.Foreign
	out.Summary = summarize(out.Changes)
	out.Summary.None, out.Summary.Foreign = none, foreign
	return &out
}
