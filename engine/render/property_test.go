package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
)

var pieces = []string{
	"word ", "*", "**", "_", "`", "```\n", "[", "](https://example.org/a_b)", "](javascript:x)", "![", "<b>", "<!-- ", "-->", "<div>\n", "\n", "\n\n", "---\n", "\n\n---\n\n",
	"# ", "> ", "- ", "1. ", "    ", "\t", "{{@maker}}", "{{@", "}}", "{{@nobody}}", "https://example.org/(a)_b?c=d#e", "https://", "#tag", "&amp;", "&#7;", "&#x202e;", "\\", "\\*",
	"é", "日本", "👩‍👩‍👧", "\u0000", "\u0007", "\u009b", "\xff", "\r\n", "\u202e", "<https://example.org>", "<a@b.example>", "[x]: https://example.org\n", "[x]", "|", "~", "(", ")",
}

func drawMarkdown(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "pieces"), "")
}

// checkSegments is what holds for every text, whatever was written.
func checkSegments(t interface{ Fatalf(string, ...any) }, body string, pub *content.Publication) {
	if len(pub.Segments) == 0 {
		t.Fatalf("%q: no segment", body)
	}
	for _, seg := range pub.Segments {
		if !utf8.ValidString(seg.Text) || !utf8.ValidString(seg.HTML) {
			t.Fatalf("%q: not UTF-8: %q", body, seg.Text)
		}
		if strings.IndexFunc(seg.Text+seg.HTML+seg.Title, isControl) >= 0 {
			t.Fatalf("%q: a control character in %q", body, seg.Text+seg.HTML)
		}
		if strings.TrimRight(seg.Text, " \n\t") != seg.Text || strings.HasPrefix(seg.Text, "\n") {
			t.Fatalf("%q: white space around %q", body, seg.Text)
		}
		var around []content.Facet // the runs that are open
		for _, f := range seg.Facets {
			for len(around) > 0 && around[len(around)-1].End <= f.Start {
				around = around[:len(around)-1]
			}
			outer := content.Facet{End: len(seg.Text)}
			if len(around) > 0 {
				if outer = around[len(around)-1]; pub.Provider != "telegram" {
					t.Fatalf("%q: facet %+v in %+v", body, f, outer)
				}
			}
			if f.Start < outer.Start || f.End <= f.Start || f.End > outer.End || !utf8.ValidString(seg.Text[f.Start:f.End]) {
				t.Fatalf("%q: facet %+v of %q", body, f, seg.Text)
			}
			around = append(around, f)
		}
		for _, bad := range []string{"<script", "<b>", "<div", "href=\"javascript", "<img", "onerror"} {
			if strings.Contains(strings.ToLower(seg.HTML), bad) {
				t.Fatalf("%q: %s in %s", body, bad, seg.HTML)
			}
		}
	}
}

func TestAnyMarkdownRenders(t *testing.T) {
	t.Parallel()
	s := scope(t)
	rapid.Check(t, func(rt *rapid.T) {
		body := drawMarkdown(rt)
		p := post(t, body, "acme-mastodon", "acme-bluesky", "acme-telegram", "acme-discord", "acme-site", "acme-bare")
		p.Tags, p.Campaign, p.Link = []string{"x"}, "sale", content.Link{URL: "https://example.org"}
		p.FirstComment = body
		r := Of(s, p)
		pubs, _ := r.Expand()
		for i := range pubs {
			problems := r.Fill(&pubs[i])
			for _, pr := range problems {
				if pr.Field == "body" && (pr.Offset < -1 || pr.Offset > len(body)) {
					rt.Fatalf("%q: %+v", body, pr)
				}
			}
			checkSegments(rt, body, &pubs[i])
			again := pubs[i]
			again.Segments = nil
			Of(s, p).Fill(&again)
			for j := range again.Segments {
				if again.Segments[j].Text != pubs[i].Segments[j].Text || again.Segments[j].HTML != pubs[i].Segments[j].HTML {
					rt.Fatalf("%q: rendered twice, it differs", body)
				}
			}
		}
	})
}

func FuzzFill(f *testing.F) {
	for _, p := range pieces {
		f.Add(p + pieces[len(p)%len(pieces)] + p)
	}
	f.Add("<!-- a\n\nb -->\n\n1. \n\n   - ")
	f.Add("> - > 1. ```\n> - > x")
	f.Fuzz(func(t *testing.T, body string) {
		s := scope(t)
		p := post(t, body, "acme-mastodon", "acme-bluesky", "acme-telegram", "acme-discord", "acme-site")
		p.FirstComment, p.Campaign = body, "sale"
		pubs, _ := Of(s, p).Expand()
		for i := range pubs {
			Of(s, p).Fill(&pubs[i])
			checkSegments(t, body, &pubs[i])
		}
	})
}

func FuzzRepeat(f *testing.F) {
	for _, r := range []string{"FREQ=DAILY;COUNT=3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "FREQ=WEEKLY;INTERVAL=0;COUNT=2", "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=+5MO;COUNT=9", "FREQ=DAILY;UNTIL=99991231", "FREQ=YEARLY;BYEASTER=0;COUNT=3", "FREQ=DAILY;COUNT=-1", "FREQ=YEARLY;BYWEEKNO=53;COUNT=4", "FREQ=DAILY;INTERVAL=-3;COUNT=4"} {
		f.Add(r)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		p := post(t, "Hi", "acme-site")
		p.Repeat = &content.Repeat{RRule: rule}
		pubs, _ := Of(scope(t), p).Expand()
		if len(pubs) > maxOccurrences {
			t.Fatalf("%d occurrences", len(pubs))
		}
		seen := map[string]bool{}
		for _, pub := range pubs {
			if pub.Key.Occurrence == "" || seen[pub.Key.Occurrence] {
				t.Fatalf("%q: %v", rule, pub.Key)
			}
			seen[pub.Key.Occurrence] = true
		}
	})
}

// body is a typical post's: 1 KB.
const body = `# Before you merge, read the plan

A monthly reminder, because it is the habit that pays most.

A pull request shows what changes in the files. The plan shows what changes for your readers. They are *not* the same: one word, ` + "`draft`" + ` turned into ` + "`ready`" + `, can publish a post at once, and a new name for a whole folder does nothing.

Run ` + "`smmctl diff`" + ` and read three things, as [the guide](https://example.org/guide/plan) says:

- **the last line first:** do the counts fit what you meant to do?
- **every reason:** each line says why it is there. “Due since 09:00” and “text changed” are different stories.
- **what is missing:** a post that you expected and do not see is usually still a draft.

The plan changes nothing. Run it as often as you like, with {{@maker}} or alone, at https://example.org/plan.

It costs a second, needs no credentials with the flag for it, and has saved more than one Monday morning. Whoever reads it once before a merge keeps reading it, and we have yet to meet anybody who went back.
`

func benchmarkFill(b *testing.B, account string) {
	s := scope(b)
	p := post(b, body, account)
	p.Tags, p.Link = []string{"howto", "plan"}, content.Link{URL: "https://example.org/winter"}
	pubs, _ := Of(s, p).Expand()
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		Of(s, p).Fill(&pubs[0])
	}
}

func BenchmarkRender(b *testing.B)       { benchmarkFill(b, "acme-mastodon") }
func BenchmarkRenderFacets(b *testing.B) { benchmarkFill(b, "acme-bluesky") }
func BenchmarkRenderHTML(b *testing.B)   { benchmarkFill(b, "acme-site") }

// BenchmarkSeven renders one post for seven networks, from its words to what each
// is sent: expanded, parsed, written, counted and checked.
func BenchmarkSeven(b *testing.B) {
	s := scope(b)
	accounts := []string{"acme-mastodon", "acme-bluesky", "acme-telegram", "acme-discord", "acme-site", "acme-vk", "acme-wordpress"}
	p := post(b, body, accounts...)
	p.Tags, p.Link = []string{"howto", "plan"}, content.Link{URL: "https://example.org/winter"}
	b.ReportAllocs()
	for b.Loop() {
		r := Of(s, p)
		pubs, _ := r.Expand()
		for i := range pubs {
			r.Fill(&pubs[i])
		}
	}
}

func BenchmarkExpand(b *testing.B) {
	s := scope(b)
	p := post(b, body, "social", "acme-site")
	p.Tags, p.Slot = []string{"howto", "plan"}, "slot"
	b.ReportAllocs()
	for b.Loop() {
		Of(s, p).Expand()
	}
}

// BenchmarkParse is the floor: goldmark alone on the same text.
func BenchmarkParse(b *testing.B) {
	md, src := goldmark.New(), []byte(body)
	b.ReportAllocs()
	for b.Loop() {
		md.Parser().Parse(text.NewReader(src))
	}
}
