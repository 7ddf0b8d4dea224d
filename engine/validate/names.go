package validate

import (
	"maps"
	"slices"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/load"
)

// names are the ids that files may refer to.
type names struct {
	accounts  map[string]bool
	campaigns map[string]bool
	providers map[string]bool
	brands    map[string]brandNames
	// unread holds the ids of accounts whose files give no value: a reference to
	// one is no mistake of the file that refers.
	unread map[string]bool
	// slips remembers which unknown providers look like a slip of the pen: the
	// search takes longer than the rest of a post's references together.
	slips *sync.Map
}

type brandNames struct {
	known                                  bool // its strategy could be read
	pillars, objectives, audiences, groups map[string]bool
	mentions                               map[string]bool
}

func newNames(ws *load.Workspace, o Options) names {
	n := names{
		accounts: keySet(ws.Accounts), campaigns: keySet(ws.Campaigns), providers: keySet(o.Drivers),
		brands: map[string]brandNames{}, unread: map[string]bool{}, slips: &sync.Map{},
	}
	for _, f := range ws.Strategies {
		n.brands[f.Value.Brand] = namesOf(&f.Value)
	}
	for _, path := range ws.Unreadable {
		if id, ok := accountFile(path); ok {
			n.unread[id] = true
		}
	}
	return n
}

func namesOf(s *content.Strategy) brandNames {
	return brandNames{
		known:      true,
		pillars:    idSet(s.Pillars, func(p content.Pillar) string { return p.ID }),
		objectives: idSet(s.Objectives, func(o content.Objective) string { return o.ID }),
		audiences:  idSet(s.Audiences, func(a content.Audience) string { return a.ID }),
		groups:     keySet(s.Groups),
		mentions:   keySet(s.Mentions),
	}
}

func keySet[V any](m map[string]V) map[string]bool {
	out := make(map[string]bool, len(m))
	for k := range m {
		out[k] = true
	}
	return out
}

func idSet[T any](list []T, id func(T) string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, v := range list {
		out[id(v)] = true
	}
	return out
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// reference reports a word that is no known name.
func (p place) reference(rule, field, what, word string, known map[string]bool) findings {
	if word == "" || known[word] {
		return nil
	}
	return findings{suggest(p.diag(rule, field, "%s %q does not exist", what, word), word, sorted(known))}
}

// account reports a word that is no account.
func (n *names) account(p place, field, word string) findings {
	if n.unread[word] {
		return nil
	}
	return p.reference("unknown-account", field, "account", word, n.accounts)
}

// accountOrGroup reports a word that is neither an account nor a group of the
// brand.
func (n *names) accountOrGroup(p place, brand, field, word string) findings {
	groups := n.brands[brand].groups
	if word == "" || n.accounts[word] || n.unread[word] || groups[word] {
		return nil
	}
	known := append(sorted(n.accounts), sorted(groups)...)
	return findings{suggest(p.diag("unknown-account", field, "%q is neither an account nor a group", word), word, known)}
}

// topics reports a pillar, objective, audience or campaign that does not exist.
func (n *names) topics(p place, brand string, t topics) (out findings) {
	if b := n.brands[brand]; b.known {
		out = append(out, p.reference("unknown-pillar", "pillar", "pillar", t.pillar, b.pillars)...)
		out = append(out, p.reference("unknown-objective", "objective", "objective", t.objective, b.objectives)...)
		out = append(out, p.reference("unknown-audience", "audience", "audience", t.audience, b.audiences)...)
	}
	return append(out, p.reference("unknown-campaign", "campaign", "campaign", t.campaign, n.campaigns)...)
}

// topics are what a post and a slot both may refer to.
type topics struct{ pillar, objective, audience, campaign string }
