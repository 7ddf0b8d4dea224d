package render

import (
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
)

// What an author writes as text is seen as text on a network whose markup is
// Markdown.
func TestEscapedMarkdown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`plain words, 1.5 and a-b`:               `plain words, 1.5 and a-b`,
		`5 \* 3 \_ 2 ~ \` + "`x`" + ` | [a] <b`:  `5 \* 3 \_ 2 \~ ` + "\\`x\\`" + ` \| \[a\] \<b`,
		`\# no heading`:                          `\# no heading`,
		`\- no list`:                             `\- no list`,
		`1\. no list`:                            `1\. no list`,
		`\> no quotation`:                        `\> no quotation`,
		`:smile: at 10:30:00`:                    `\:smile: at 10\:30:00`,
		`hi @everyone and @here, @ada`:           `hi \@everyone and \@here, @ada`,
		`<@42> \<@42>`:                           `\<@42> \<@42>`,
		"*a* **b** ***c***":                      "*a* **b** ***c***",
		"one  \n\\# two":                         "one\n\\# two",
		"1\\. one  \n2024\\. two":                "1\\. one\n2024\\. two",
		"see 1. and v1.2":                        "see 1. and v1.2",
		"> \\# quoted":                           "> \\# quoted",
		"+ a\n+ b":                               "- a\n- b",
		"3) a\n4) b":                             "3. a\n4. b",
		"#### deep":                              "**deep**",
		"``a ` b``":                              "`` a ` b ``",
		"~~~ SH`x\nls ``` x\n~~~":                "```shx\nls `\u200b`` x\n```",
		"[see](https://e.example/a_(b))":         "[see](https://e.example/a_%28b%29)",
		"[https://a.example](https://b.example)": "https://a.example https://b.example",
	} {
		pub, _ := filled(t, scope(t), post(t, in, "acme-discord"))
		if got := pub.Segments[0].Text; got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

// Runs of styles contain one another, never cross, and are not in lists where
// they would hold indentation.
func TestEntities(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"**bold *both***":                 "⟦bold|bold ⟦italic|both⟧⟧",
		"[**see** it](https://e.example)": "⟦link:https://e.example|⟦bold|see⟧ it⟧",
		"> a\n>\n> > b":                   "⟦quote|a\n\n> b⟧",
		"> - a\n> - b":                    "⟦quote|- a\n- b⟧",
		"- > a":                           "- > a",
		"- a\n\n      code":               "- a\n\n  code",
		"> ```go\n> x\n> ```":             "⟦quote|⟦pre:go|x⟧⟧",
		"# A `b`":                         "⟦bold|A ⟦code|b⟧⟧",
		"https://e.example and #tag":      "⟦link:https://e.example|https://e.example⟧ and #tag",
	} {
		pub, _ := filled(t, scope(t), post(t, in, "acme-telegram"))
		if got := written("entities", &pub.Segments[0]); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, strings.ReplaceAll(got, "\n", "↵"), strings.ReplaceAll(want, "\n", "↵"))
		}
	}
}

// With media a text has less room where captions are short; bytes count beside
// characters.
func TestCaptionsAndBytes(t *testing.T) {
	t.Parallel()
	p := post(t, strings.Repeat("a", 41), "acme-telegram")
	pub, problems := filled(t, scope(t), p)
	if wantRules(t, problems); pub.Segments[0].Limit != 4096 {
		t.Errorf("limit %d", pub.Segments[0].Limit)
	}
	p.Media = append(p.Media, content.Media{File: "a.png", Alt: "A coat"})
	pub, problems = filled(t, scope(t), p)
	wantRules(t, problems, "text-too-long")
	if s := problems[0].Summary; pub.Segments[0].OK || !strings.Contains(s, "with media") || !strings.Contains(s, "1 too many") {
		t.Errorf("%+v: %s", pub.Segments[0], s)
	}
	s := scope(t)
	s.Drivers["bluesky"].Limits.TextBytes = 10
	for text, rule := range map[string]string{"ééééé": "", "éééééé": "text-too-long"} {
		pub, problems := filled(t, s, post(t, text, "acme-bluesky"))
		if got := strings.Join(rules(problems), " "); got != rule || pub.Segments[0].OK != (rule == "") {
			t.Errorf("%s: %q, %+v", text, got, pub.Segments[0])
		}
	}
}
