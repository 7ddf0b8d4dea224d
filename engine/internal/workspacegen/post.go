package workspacegen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// post is one generated post, before it is written down.
type post struct {
	id, month, at, slot string
	accounts            []string
	pillar, objective   string
	audience, funnel    string
}

var (
	pillars    = []string{"craft", "offers", "people", "care"}
	objectives = []string{"reach", "clicks"}
	audiences  = []string{"commuters", "makers"}
	funnel     = []string{"awareness", "consideration", "conversion", "loyalty"}
	words      = strings.Fields("the coat a seam wool and button from our workshop in winter street with care that lasts long warm dry simple light pocket line thread colour red blue grey morning evening train people who make it by hand every day slowly again for you we show how this is made where it comes from what it costs why it matters")
)

func newPost(rng *rand.Rand, month string, n, inMonth, slotOf int) post {
	minute := inMonth * 97 % (27 * 24 * 60) // spread over the month, no two at one time
	p := post{
		id:        fmt.Sprintf("%s-%06d", pick(rng, words[20:32]), n),
		month:     month,
		at:        fmt.Sprintf("%s-%02dT%02d:%02d", month, minute/1440+1, 4+minute/60%20, minute%60),
		accounts:  someAccounts(rng),
		pillar:    pick(rng, pillars),
		objective: pick(rng, objectives),
		audience:  pick(rng, audiences),
		funnel:    pick(rng, funnel),
	}
	if inMonth%slotOf == 0 {
		p.slot = fmt.Sprintf("%s-%04d", month, inMonth)
	}
	return p
}

// someAccounts picks one account, or two for every other post.
func someAccounts(rng *rand.Rand) []string {
	a := rng.IntN(len(Accounts))
	if rng.IntN(2) == 0 {
		return []string{Accounts[a]}
	}
	return []string{Accounts[a], Accounts[(a+1+rng.IntN(len(Accounts)-1))%len(Accounts)]}
}

func (p post) slotLine() string {
	return fmt.Sprintf("  - {id: %s, at: %s, pillar: %s, accounts: [%s], owner: \"@social-team\", brief: \"What %s is about\"}\n",
		p.slot, p.at, p.pillar, strings.Join(p.accounts, ", "), p.id)
}

// file is about 1.76 KB: 0.74 KB of front matter with some 15 keys and 1 KB of
// Markdown.
func (p post) file(rng *rand.Rand) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "---\n# yaml-language-server: $schema=../../../schemas/post.schema.json\nid: %s\naccounts: [%s]\nstatus: ready\nformat: link\n",
		p.id, strings.Join(p.accounts, ", "))
	if p.slot != "" {
		fmt.Fprintf(&b, "slot: %s\n", p.slot)
	} else {
		fmt.Fprintf(&b, "publish_at: %s\nreason: \"%s\"\n", p.at, sentence(rng, 6))
	}
	fmt.Fprintf(&b, "pillar: %s\nobjective: %s\naudience: %s\nfunnel_stage: %s\ncampaign: winter-sale\nlanguage: en\n",
		p.pillar, p.objective, p.audience, p.funnel)
	fmt.Fprintf(&b, "link: https://example.org/%s/%s\ntags: [%s, %s, %s]\n", p.month, p.id, pick(rng, words[3:10]), "winter", "coats")
	fmt.Fprintf(&b, "disclosure: {paid_partnership: false, ai_generated: false}\nlate: 6h\nreplace: deny\ndelivery: auto\n")
	fmt.Fprintf(&b, "mentions: {maker: {mastodon: \"@maker@social.example\", bluesky: \"@maker.example\"}}\n")
	fmt.Fprintf(&b, "overrides: [{guard: min_gap, reason: \"%s\", until: 2036-12-04T00:00}]\n---\n", sentence(rng, 8))
	p.body(&b, rng)
	return []byte(b.String())
}

func (p post) body(b *strings.Builder, rng *rand.Rand) {
	fmt.Fprintf(b, "# %s\n\n", sentence(rng, 5))
	for range 4 {
		fmt.Fprintf(b, "%s %s **%s** %s\n\n", sentence(rng, 13), sentence(rng, 12), pick(rng, words), sentence(rng, 12))
	}
	fmt.Fprintf(b, "- %s\n- %s\n- %s\n\n", sentence(rng, 7), sentence(rng, 6), sentence(rng, 8))
	fmt.Fprintf(b, "Read more in [our %s](https://example.org/%s/notes), with {{@maker}}. #winter\n", pick(rng, words[3:10]), p.month)
}

func sentence(rng *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = pick(rng, words)
	}
	return strings.ToUpper(out[0][:1]) + strings.Join(out, " ")[1:] + "."
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }
