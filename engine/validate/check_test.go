package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/provider"
)

// base is a small workspace without a fault.
var base = map[string]string{
	"smm.yaml": `format: 1
timezone: Europe/Paris
language: en
`,
	"strategies/acme/strategy.yaml": `brand: acme
audiences: [{id: commuters, description: People on trains}]
objectives: [{id: reach, kpi: reach, period: month, baseline: 1, target: 2, accounts: [acme-blog]}]
pillars: [{id: craft, share: 60}, {id: offers, share: 40}]
voice: {words: {banned: [cheap], preferred: {e-mail: email}}}
hashtags: {banned: ["#spam"]}
cadence: [{account: acme-blog, per_week: {min: 1, max: 2}}]
groups: {everywhere: [acme-blog, acme-notes]}
blackouts: [{from: 2026-12-25, to: 2026-12-26, reason: Holidays}]
`,
	"strategies/acme/accounts/acme-blog.yaml":  "id: acme-blog\nprovider: paper\n",
	"strategies/acme/accounts/acme-notes.yaml": "id: acme-notes\nprovider: paper\n",
	"strategies/acme/campaigns/winter-sale.yaml": `id: winter-sale
goal: Sell
from: 2026-12-01
until: 2026-12-20
accounts: [acme-blog]
`,
	"content/acme/2026-12/plan.yaml": `month: 2026-12
slots:
  - {id: 2026-12-03-morning, at: 2026-12-03T09:30, pillar: craft, accounts: [acme-blog]}
  - {id: 2026-12-04-morning, at: 2026-12-04T09:30, accounts: [acme-blog]}
`,
	"content/acme/2026-12/hello.md": `---
id: hello-world
accounts: [acme-blog]
status: ready
slot: 2026-12-03-morning
---
Hello.
`,
}

func drivers() map[string]*provider.Driver {
	caps := provider.Capabilities{
		Formats: []string{"text", "image", "link", "article"}, Markup: provider.Plain, Edit: true, Thread: true, ReplyTo: true, AltText: true,
		Retract: true, Pin: true, Profile: []string{"name", "bio", "pinned"},
	}
	return map[string]*provider.Driver{
		"paper": {Name: "paper", Capabilities: caps, Limits: provider.Limits{Characters: 200, Unit: "codepoints", Bio: 20},
			PostOptions:    `{"type": "object", "properties": {"size": {"type": "integer"}}, "additionalProperties": false}`,
			AccountOptions: `{"type": "object", "properties": {"base_url": {"type": "string"}}, "additionalProperties": false}`},
		"club": {Name: "club", Capabilities: caps, Credentials: []string{"token"}, NeedsServer: true},
		"wire": {Name: "wire", Capabilities: caps, NeedsHandle: true,
			AccountOptions: `{"type": "object", "properties": {"chat": {"type": "string"}}, "required": ["chat"], "additionalProperties": false}`},
	}
}

// with returns the base workspace with files replaced; "-" deletes one.
func with(files map[string]string) fstest.MapFS {
	all := maps.Clone(base)
	maps.Copy(all, files)
	out := fstest.MapFS{}
	for path, text := range all {
		if text != "-" {
			out[path] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func report(t *testing.T, files map[string]string) *Report {
	t.Helper()
	return check(t, with(files), Options{Drivers: drivers()})
}

// lines are diagnostics in short: file:line:column rule severity.
func lines(list diag.List) []string {
	var out []string
	for _, d := range list {
		path := d.Path[strings.LastIndex(d.Path, "/")+1:]
		out = append(out, fmt.Sprintf("%s:%d:%d %s %s", path, d.Line, d.Column, d.Rule, d.Severity))
	}
	return out
}

func TestBaseIsSound(t *testing.T) {
	t.Parallel()
	r := report(t, nil)
	if len(r.Diagnostics) > 0 || r.Incomplete || len(r.Posts) != 1 {
		t.Fatalf("%v, %+v", lines(r.Diagnostics), r)
	}
	p := r.Posts[0]
	if p.ID != "hello-world" || p.Status != content.Ready || len(p.Publications) != 1 {
		t.Fatalf("%+v", p)
	}
	if pub := p.Publications[0]; pub.Key.String() != "hello-world@acme-blog" || pub.Invalid != "" || pub.Segments != nil {
		t.Errorf("%+v", pub)
	}
}

const (
	month  = "content/acme/2026-12/"
	hello  = month + "hello.md"
	plan   = month + "plan.yaml"
	accts  = "strategies/acme/accounts/"
	strat  = "strategies/acme/strategy.yaml"
	config = "smm.yaml"
)

// post is a ready post with further front matter.
func post(front string) string {
	return "---\nid: hello-world\naccounts: [acme-blog]\nstatus: ready\nslot: 2026-12-03-morning\n" + front + "\n---\nHello.\n"
}

// another is a second post with a reason instead of a slot.
func another(front string) string {
	return "---\nid: second-post\naccounts: [acme-blog]\nstatus: ready\nreason: news\npublish_at: 2026-12-08T10:00\n" + front + "\n---\nHello again.\n"
}

func TestRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"account": {map[string]string{hello: strings.Replace(post(""), "acme-blog", "acme-blgo", 1)}, []string{"hello.md:3:12 unknown-account error"}},
		"group":   {map[string]string{hello: strings.Replace(post(""), "acme-blog", "everywhere", 1)}, nil},
		"slot": {map[string]string{hello: strings.Replace(post(""), "-03-", "-05-", 1) + "\n"},
			[]string{"hello.md:4:9 time-missing error", "hello.md:5:7 unknown-slot error"}},
		"pillar":                {map[string]string{hello: post("pillar: crafts")}, []string{"hello.md:6:9 unknown-pillar error"}},
		"objective":             {map[string]string{hello: post("objective: rich")}, []string{"hello.md:6:12 unknown-objective error"}},
		"audience":              {map[string]string{hello: post("audience: computers")}, []string{"hello.md:6:11 unknown-audience error"}},
		"campaign":              {map[string]string{hello: post("campaign: summer")}, []string{"hello.md:6:11 unknown-campaign error"}},
		"translation":           {map[string]string{hello: post("translation_of: nobody")}, []string{"hello.md:6:17 unknown-post error"}},
		"itself":                {map[string]string{hello: post("translation_of: hello-world")}, []string{"hello.md:6:17 self-reference error"}},
		"link to post":          {map[string]string{hello: post("link: {post: nobody, account: nowhere}")}, []string{"hello.md:6:14 unknown-post error", "hello.md:6:31 unknown-account error"}},
		"reply elsewhere":       {map[string]string{month + "b.md": another("reply_to: {post: hello-world, account: acme-notes}")}, []string{"b.md:7:18 reference-account error"}},
		"moved from":            {map[string]string{month + "b.md": another("moved: {from: hello-world}")}, []string{"b.md:7:15 moved-from-exists error"}},
		"moved from itself":     {map[string]string{month + "b.md": another("moved: {from: second-post}")}, []string{"b.md:7:15 moved-from-exists error"}},
		"guard":                 {map[string]string{hello: post("overrides: [{guard: min_gpa, reason: launch}]")}, []string{"hello.md:6:21 unknown-guard error"}},
		"time zone":             {map[string]string{hello: post("timezone: Europe/Pari")}, []string{"hello.md:6:11 unknown-timezone error"}},
		"option":                {map[string]string{hello: post("options: {paper: {szie: 3}}")}, []string{"hello.md:6:19 provider-options error"}},
		"option's type":         {map[string]string{hello: post("options: {paper: {size: big}}")}, []string{"hello.md:6:25 provider-options error"}},
		"options' provider":     {map[string]string{hello: post("options: {papr: {size: 3}}")}, []string{"hello.md:6:11 unknown-provider warning"}},
		"mention's provider":    {map[string]string{hello: post("mentions: {maker: {papr: x}}")}, []string{"hello.md:6:20 unknown-provider warning"}},
		"both lifecycles":       {map[string]string{hello: post("removed: true\nretract: true")}, []string{"hello.md:7:10 lifecycle error"}},
		"no slot":               {map[string]string{month + "b.md": strings.Replace(another(""), "reason: news\n", "", 1)}, []string{"b.md:2:5 post-without-slot warning"}},
		"slot twice":            {map[string]string{month + "z.md": strings.Replace(post(""), "hello-world", "second-post", 1)}, []string{"z.md:5:7 slot-filled-twice error"}},
		"slot of two accounts":  {map[string]string{month + "z.md": strings.NewReplacer("hello-world", "second-post", "acme-blog", "acme-notes").Replace(post(""))}, nil},
		"slot of the cancelled": {map[string]string{month + "z.md": strings.NewReplacer("hello-world", "second-post", "ready", "cancelled").Replace(post(""))}, nil},
		"one id twice": {map[string]string{month + "b.md": strings.Replace(another(""), "second-post", "hello-world", 1)},
			[]string{"b.md:2:5 duplicate-id error", "hello.md:2:5 duplicate-id error"}},
		"other month":            {map[string]string{month + "b.md": strings.Replace(another(""), "2026-12-08", "2027-01-08", 1)}, []string{"b.md:6:13 publish-at-month warning"}},
		"slot's month":           {map[string]string{"content/acme/2026-11/b.md": strings.NewReplacer("hello-world", "second-post", "-03-", "-04-").Replace(post(""))}, []string{"b.md:5:7 slot-folder warning"}},
		"slot's time":            {map[string]string{hello: post("publish_at: 2026-12-03T10:00")}, []string{"hello.md:6:13 slot-time info"}},
		"slot's brand":           {map[string]string{"content/other/2026-12/b.md": strings.NewReplacer("hello-world", "second-post", "-03-", "-04-").Replace(post(""))}, []string{"b.md:5:7 slot-brand error"}},
		"slot outside its month": {map[string]string{plan: base[plan] + "  - {id: 2027-01-01-x, at: 2027-01-01T09:00}\n"}, []string{"plan.yaml:5:28 slot-month error"}},
		"slot's pillar":          {map[string]string{plan: base[plan] + "  - {id: 2026-12-05-x, at: 2026-12-05T09:00, pillar: x, accounts: [y]}\n"}, []string{"plan.yaml:5:54 unknown-pillar error", "plan.yaml:5:68 unknown-account error"}},
		"embargo":                {map[string]string{hello: post("embargo_until: 2026-12-04T08:00")}, []string{"hello.md:6:16 embargo error"}},
		"unpublish":              {map[string]string{hello: post("unpublish_at: 2026-12-03T08:00")}, []string{"hello.md:6:15 unpublish-before error"}},
		"pin":                    {map[string]string{hello: post("pin: {until: 2026-12-03T08:00}")}, []string{"hello.md:6:14 pin-before warning"}},
		"campaign dates":         {map[string]string{month + "b.md": strings.Replace(another("campaign: winter-sale"), "-08T", "-22T", 1)}, []string{"b.md:7:11 campaign-dates warning"}},
		"last day of a campaign": {map[string]string{month + "b.md": strings.Replace(another("campaign: winter-sale"), "-08T10", "-20T23", 1)}, nil},
		"blackout":               {map[string]string{month + "b.md": strings.Replace(another(""), "-08T", "-26T", 1)}, []string{"b.md:6:13 blackout warning"}},
		"banned word":            {map[string]string{hello: strings.Replace(post(""), "Hello.", "Not cheapest.\nÉté: Cheap!", 1)}, []string{"hello.md:9:6 banned-word warning"}},
		"preferred word":         {map[string]string{hello: strings.Replace(post(""), "Hello.", "By e-mail.", 1)}, []string{"hello.md:8:4 preferred-word info"}},
		"banned hashtag":         {map[string]string{hello: post("tags: [Spam]")}, []string{"hello.md:6:8 banned-hashtag warning"}},
		"draft":                  {map[string]string{hello: strings.Replace(post("pillar: crafts"), "ready", "draft", 1)}, []string{"hello.md:6:9 unknown-pillar warning"}},

		"provider":           {map[string]string{accts + "acme-blog.yaml": "id: acme-blog\nprovider: papr\n"}, []string{"acme-blog.yaml:2:11 unknown-provider error"}},
		"credential missing": {map[string]string{accts + "c.yaml": "id: acme-club\nprovider: club\nserver: https://club.example\n"}, []string{"c.yaml:1:1 credential-missing error"}},
		"credential unknown": {map[string]string{accts + "c.yaml": "id: acme-club\nprovider: club\nserver: https://club.example\ncredentials: {token: \"env:T\", tokn: \"env:T\"}\n"}, []string{"c.yaml:4:31 unknown-credential warning"}},
		"server missing":     {map[string]string{accts + "c.yaml": "id: acme-club\nprovider: club\ncredentials: {token: \"env:T\"}\n"}, []string{"c.yaml:1:1 server-missing error"}},
		"handle missing":     {map[string]string{accts + "w.yaml": "id: acme-wire\nprovider: wire\noptions: {chat: a}\n"}, []string{"w.yaml:1:1 handle-missing error"}},
		"options missing":    {map[string]string{accts + "w.yaml": "id: acme-wire\nprovider: wire\nhandle: acme\n"}, []string{"w.yaml:1:1 provider-options error"}},
		"account option":     {map[string]string{accts + "acme-blog.yaml": "id: acme-blog\nprovider: paper\noptions: {base_ulr: x}\n"}, []string{"acme-blog.yaml:3:11 provider-options error"}},
		"account zone":       {map[string]string{accts + "acme-blog.yaml": "id: acme-blog\nprovider: paper\ntimezone: Mars/Base\n"}, []string{"acme-blog.yaml:3:11 unknown-timezone error"}},
		"pinned":             {map[string]string{accts + "acme-blog.yaml": "id: acme-blog\nprovider: paper\nprofile: {pinned: nobody}\n"}, []string{"acme-blog.yaml:3:19 unknown-post error"}},
		"pinned elsewhere":   {map[string]string{accts + "acme-notes.yaml": "id: acme-notes\nprovider: paper\nprofile: {pinned: hello-world}\n"}, []string{"acme-notes.yaml:3:19 pinned-elsewhere warning"}},

		"rule":         {map[string]string{config: base[config] + "rules: {banned-wrod: off}\n"}, []string{"smm.yaml:4:9 unknown-rule error"}},
		"fixed rule":   {map[string]string{config: base[config] + "rules: {unknown-key: off}\n"}, []string{"smm.yaml:4:9 fixed-rule error"}},
		"freeze":       {map[string]string{config: base[config] + "freeze: [{from: 2026-12-26T18:00, until: 2026-12-24T08:00, reason: x}]\n"}, []string{"smm.yaml:4:42 time-window error"}},
		"frozen brand": {map[string]string{config: base[config] + "freeze: [{from: 2026-12-24T18:00, until: 2026-12-26T08:00, reason: x, brands: [acne], accounts: [b]}]\n"}, []string{"smm.yaml:4:80 unknown-brand error", "smm.yaml:4:98 unknown-account error"}},
		"approvals": {map[string]string{config: base[config] + `approvals:
  rules:
    - {name: desk, from: ["@Lena", lena], count: 2}
    - {name: desk, brands: [acne], accounts: [everywher], campaigns: [winter-sal], pillars: [ofers], from: ["@"]}
  fast_lane: [{people: [kim], accounts: [everywhere, acme-blo], reason: Outages}]
`}, []string{
			"smm.yaml:6:36 approval-rule error", "smm.yaml:6:50 approval-rule error", "smm.yaml:7:14 approval-rule error",
			"smm.yaml:7:29 approval-reference error", "smm.yaml:7:47 approval-reference error", "smm.yaml:7:71 approval-reference error",
			"smm.yaml:7:94 approval-reference error", "smm.yaml:7:109 approval-rule error", "smm.yaml:8:54 approval-reference error",
		}},
		"approval rules cannot be turned off": {map[string]string{config: base[config] + `approvals: {rules: [{name: desk, pillars: [x], from: [a]}]}
rules: {approval-reference: off}
`}, []string{"smm.yaml:4:44 approval-reference error", "smm.yaml:5:9 fixed-rule error"}},
		"approval of a team": {map[string]string{config: base[config] + "approvals: {rules: [{name: desk, from: [\"@acme/desk\"]}]}\n"}, []string{"smm.yaml:4:41 approval-rule error"}},
		"approval of nobody": {map[string]string{config: base[config] + "approvals: {rules: [{name: desk, from: []}]}\n"}, []string{"smm.yaml:4:40 empty-value error"}},
		"zone":               {map[string]string{config: strings.Replace(base[config], "Paris", "Pariss", 1)}, []string{"smm.yaml:2:11 unknown-timezone error"}},

		"pillars' shares":  {map[string]string{strat: strings.Replace(base[strat], "share: 40", "share: 30", 1)}, []string{"strategy.yaml:4:10 pillar-shares warning"}},
		"objective's":      {map[string]string{strat: strings.Replace(base[strat], "target: 2, accounts: [acme-blog]", "target: 2, accounts: [blog]", 1)}, []string{"strategy.yaml:3:88 unknown-account error"}},
		"group's member":   {map[string]string{strat: strings.Replace(base[strat], "acme-notes]", "acme-note]", 1)}, []string{"strategy.yaml:8:34 unknown-account error"}},
		"group's name":     {map[string]string{strat: strings.Replace(base[strat], "everywhere:", "paper:", 1)}, []string{"strategy.yaml:8:10 group-name error"}},
		"cadence":          {map[string]string{strat: strings.Replace(base[strat], "max: 2", "max: 0", 1)}, nil},
		"cadence's range":  {map[string]string{strat: strings.Replace(base[strat], "min: 1", "min: 3", 1)}, []string{"strategy.yaml:7:42 cadence-range error"}},
		"blackout's dates": {map[string]string{strat: strings.Replace(base[strat], "to: 2026-12-26", "to: 2026-12-20", 1)}, []string{"strategy.yaml:9:36 time-window error"}},
		"campaign's post":  {map[string]string{"strategies/acme/campaigns/winter-sale.yaml": base["strategies/acme/campaigns/winter-sale.yaml"] + "ads: [{account: acme-blog, post: hello-wrld, amount: 3, audience: x}]\n"}, []string{"winter-sale.yaml:6:34 unknown-post error", "winter-sale.yaml:6:67 unknown-audience error"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report(t, c.files)
			if got := lines(r.Diagnostics); !slices.Equal(got, c.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
				for _, d := range r.Diagnostics {
					t.Logf("%+v", d)
				}
			}
		})
	}
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	r := report(t, map[string]string{hello: post("pillar: crafts")})
	if len(r.Diagnostics) != 1 || r.Diagnostics[0].Hint != `did you mean "craft"?` {
		t.Errorf("%+v", r.Diagnostics)
	}
}
