package workspacegen

type file struct{ path, text string }

// fixed are the files that every generated workspace has.
func fixed() []file {
	out := []file{
		{"smm.yaml", "format: 1\ntimezone: Europe/Paris\nlanguage: en\nbranch: main\nledger: {id: 0123456789abcdef0123456789abcdef, remote: none}\n"},
		{"strategies/" + Brand + "/strategy.yaml", strategy},
		{"strategies/" + Brand + "/campaigns/winter-sale.yaml", campaign},
	}
	for i, id := range Accounts {
		text := mastodon
		if i < 2 {
			text = site
		}
		out = append(out, file{"strategies/" + Brand + "/accounts/" + id + ".yaml", "id: " + id + "\n" + text})
	}
	return out
}

func planHead(month string) []byte { return []byte("month: " + month + "\ntheme: Coats\nslots:\n") }

const (
	site = `provider: site
server: public/site
language: en
policy: sync
late: any
guards: {per_run: 0, edits_per_run: 0}
`
	mastodon = `provider: mastodon
server: https://mastodon.example
handle: "@acme"
language: en
timezone: Europe/Paris
credentials: {token: "env:ACME_TOKEN"}
policy: upsert
platform_limits: {characters: 5000}
guards: {per_run: 5, edits_per_run: 20, min_gap: 30m, quiet_hours: ["02:00-03:00"]}
`
	campaign = `id: winter-sale
goal: Sell coats
objective: reach
from: 2005-01-01
until: 2040-12-31
utm: {source: acme, medium: social, campaign: winter-sale}
accounts: [acme-mastodon]
`
	strategy = `brand: acme
audiences: [{id: commuters, description: People on trains, languages: [en, fr], where: [mastodon]}, {id: makers, description: People who sew}]
objectives: [{id: reach, kpi: reach, period: month, baseline: 12000, target: 20000, by: 2036-03-31, accounts: [acme-mastodon]}, {id: clicks, kpi: clicks, period: month, baseline: 1, target: 2}]
pillars: [{id: craft, share: 40, tolerance: 10}, {id: offers, share: 20, max: 25, promotional: true}, {id: people, share: 20}, {id: care, share: 20}]
voice: {do: [plain words], avoid: [hype], words: {banned: [cheap], preferred: {e-mail: email}}}
hashtags: {branded: ["#acme"], banned: ["#spam"]}
cadence: [{account: acme-mastodon, per_week: {min: 3, max: 7}, best_times: ["08:30", "18:00"]}]
groups: {french: [acme-fr-mastodon]}
mentions: {maker: {mastodon: "@maker@social.example"}}
budget: {currency: EUR, paid: 300, production: 150}
`
)
