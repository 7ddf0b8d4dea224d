package render

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// Expand returns the publications that a post makes, one an account and an
// occurrence, without their segments. A publication that cannot go out says why
// in Invalid: it is never left out, so that it does not look deleted.
func (r *Rendering) Expand() ([]content.Publication, []Problem) {
	accounts, problems := targets(r.s, r.p)
	out := make([]content.Publication, 0, len(accounts))
	for _, a := range accounts {
		v := r.view(a)
		out = append(out, v.publications()...)
		problems = append(problems, v.problems...)
	}
	return out, problems
}

// targets resolves a post's accounts and groups, in the order written.
func targets(s *Scope, p *content.Post) ([]*content.Account, []Problem) {
	names := p.Accounts
	if slot := s.Slots[p.Slot]; len(names) == 0 && slot != nil {
		names = slot.Accounts
	}
	if len(names) == 0 {
		return nil, []Problem{{Rule: "accounts-missing", Path: p.Path, Field: "accounts", Offset: -1, Summary: "the post goes to no account", Hint: "write `accounts:`, or a slot that has them"}}
	}
	var groups map[string][]string
	if strategy := s.Strategies[p.Brand]; strategy != nil {
		groups = strategy.Groups
	}
	var out []*content.Account
	var problems []Problem
	for i, name := range names {
		ids, ok := groups[name]
		if s.Accounts[name] != nil || !ok {
			ids = []string{name}
		}
		for _, id := range ids {
			a := s.Accounts[id]
			if a == nil {
				problems = append(problems, unknownAccount(s, p, groups, i, id))
			} else if !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out, problems
}

func unknownAccount(s *Scope, p *content.Post, groups map[string][]string, i int, name string) Problem {
	known := slices.AppendSeq(slices.Collect(maps.Keys(s.Accounts)), maps.Keys(groups))
	return Problem{
		Rule: "unknown-account", Path: p.Path, Field: fmt.Sprintf("accounts[%d]", i), Offset: -1, Account: name,
		Summary: fmt.Sprintf("%q is no account and no group of brand %q", name, p.Brand), Hint: didYouMean(name, known),
	}
}

// publications returns the account's publication, or one an occurrence.
func (v *view) publications() []content.Publication {
	pub := v.publication()
	switch {
	case v.p.Repeat == nil:
		pub.Invalid = v.invalid()
		return []content.Publication{pub}
	case pub.At.IsZero():
		return nil // without a first time there is no date, and so no Key
	}
	return v.repeated(pub)
}

// publication fills in all but the segments.
func (v *view) publication() content.Publication {
	p, d := v.p, v.defaults()
	pub := content.Publication{
		Key: content.Key{Post: v.source.ID, Account: v.account.ID}, Provider: v.account.Provider, Path: v.source.Path,
		Late: v.lateness(), Ready: p.Status == content.Ready, OnHold: p.Status == content.OnHold,
		Reminder: orDefault(p.Delivery, d.Delivery) == "reminder",
		Replace:  orDefault(p.Replace, d.Replace) == "allow",
		Native:   orDefault(v.account.Schedule, d.Schedule) == "native" && v.caps().Schedule,
		Removed:  p.Removed, Retract: p.Retract, Republish: p.Republish, Imported: p.Origin != nil,
		Pillar: p.Pillar, Campaign: p.Campaign,
	}
	if p.Moved != nil {
		pub.MovedFrom = p.Moved.From
	}
	if v.s.Drivers[v.account.Provider] == nil {
		v.fail("unknown-provider", "accounts", "", "account %s: provider %q does not exist", v.account.ID, v.account.Provider)
	}
	v.times(&pub)
	v.references(&pub)
	pub.Digest, pub.Frame = v.digest(), v.frame()
	return pub
}

// references notes the publications that this one waits for.
func (v *view) references(pub *content.Publication) {
	for _, ref := range []content.Ref{v.p.Link.Ref(), v.p.ReplyTo, v.p.Quote, v.p.Repost} {
		if key := v.key(ref); key != (content.Key{}) && !slices.Contains(pub.DependsOn, key) {
			pub.DependsOn = append(pub.DependsOn, key)
		}
	}
	pub.ReplyTo, pub.ReplyToURL = v.key(v.p.ReplyTo), v.p.ReplyTo.URL
}

// key is the Key of an own publication referred to; by default on the account
// that refers.
func (v *view) key(ref content.Ref) content.Key {
	if ref.Post == "" {
		return content.Key{}
	}
	return content.Key{Post: ref.Post, Account: orDefault(ref.Account, v.account.ID)}
}

func orDefault(s, d string) string {
	if s != "" {
		return s
	}
	return d
}

// defaultLate is how late a post may go out where nothing says otherwise.
const defaultLate = 2 * time.Hour

// lateness is the post's, else the account's, else the workspace's.
func (v *view) lateness() content.Lateness {
	for _, l := range []content.Lateness{v.p.Late, v.account.Late, v.defaults().Late} {
		if l.Set {
			return l
		}
	}
	return content.Lateness{Set: true, Max: defaultLate}
}
