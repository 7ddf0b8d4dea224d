package plan

import (
	"fmt"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// Stale says why a saved plan no longer holds, one reason a line and Key, or
// nothing. It binds per Change to the digest, the entry's revision and
// generation, and as a whole to the policy: each effective change of saved must
// be in fresh as it was. What moved besides does not matter.
func Stale(saved, fresh *Plan) []string {
	var out []string
	if saved.FormatVersion != fresh.FormatVersion {
		return []string{fmt.Sprintf("the plan has format %d, and this version writes %d", saved.FormatVersion, fresh.FormatVersion)}
	}
	if saved.LedgerID != fresh.LedgerID {
		out = append(out, "the plan was made with another ledger")
	}
	if saved.PolicyDigest != fresh.PolicyDigest {
		out = append(out, "the accounts or smm.yaml have changed since the plan was made")
	}
	now := byKey(fresh.Changes)
	for i := range saved.Changes {
		was := &saved.Changes[i]
		if !was.Action.Effective() {
			continue
		}
		if why := differs(was, now[was.Key]); why != "" {
			out = append(out, fmt.Sprintf("%s: %s", was.Key, why))
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
	}
	return ""
}

// Restrict returns p without the effective changes that saved does not have: they
// become holds. p itself, with its guards' work, is what is carried out; saved is
// an assertion and never trusted.
func (p *Plan) Restrict(saved *Plan) *Plan {
	asked := byKey(saved.Changes)
	out := *p
	out.Changes = slices.Clone(p.Changes)
	for i := range out.Changes {
		c := &out.Changes[i]
		if was := asked[c.Key]; c.Action.Effective() && (was == nil || !was.Action.Effective()) {
			stop(c, "not in the saved plan")
		}
	}
	none, foreign := p.Summary.None, p.Summary.Foreign
	out.Summary = summarize(out.Changes)
	out.Summary.None, out.Summary.Foreign = none, foreign
	return &out
}
