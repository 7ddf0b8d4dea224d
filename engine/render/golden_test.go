package render

import (
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/content"
)

// example is one of the documentation's: a Markdown source and what it becomes.
type example struct {
	name, source string
	want         map[string]string // by kind of markup
}

// examples reads the fenced blocks of docs/rendering.md.
func examples(t *testing.T) []example {
	t.Helper()
	doc, err := os.ReadFile("../../docs/rendering.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []example
	name := ""
	for _, m := range fences(string(doc)) {
		switch {
		case m.kind == "":
			name = m.text
		case m.kind == "markdown":
			out = append(out, example{name, m.text, map[string]string{}})
		case len(out) > 0:
			out[len(out)-1].want[m.kind] = m.text
		}
	}
	return out
}

type block struct{ kind, text string }

// fences lists headings (kind "") and fenced blocks in order.
func fences(doc string) []block {
	var out []block
	var open, kind string
	var body []string
	for _, line := range strings.Split(doc, "\n") {
		switch {
		case open == "" && strings.HasPrefix(line, "#"):
			out = append(out, block{"", strings.TrimLeft(line, "# ")})
		case open == "" && strings.HasPrefix(line, "```"):
			kind = strings.TrimLeft(line, "`")
			open, body = strings.TrimSuffix(line, kind), nil
		case open != "" && line == open:
			out = append(out, block{kind, strings.Join(body, "\n")})
			open = ""
		case open != "":
			body = append(body, line)
		}
	}
	return out
}

func (e example) post(t *testing.T, account string) *content.Post {
	t.Helper()
	p := post(t, e.source, account)
	front, body, ok := strings.Cut(strings.TrimPrefix(e.source, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(e.source, "---\n") {
		return p
	}
	var m map[string]any
	if err := yaml.Unmarshal([]byte(front), &m); err != nil {
		t.Fatal(err)
	}
	if err := content.Decode(m, p); err != nil {
		t.Fatal(err)
	}
	p.Body = body
	return p
}

func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	all := examples(t)
	if len(all) < 9 {
		t.Fatalf("only %d examples were found", len(all))
	}
	for _, e := range all {
		for kind, account := range map[string]string{"plain": "acme-mastodon", "facets": "acme-bluesky", "entities": "acme-telegram", "discord": "acme-discord", "html": "acme-site"} {
			want, ok := e.want[kind]
			if !ok {
				continue
			}
			t.Run(e.name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				s := scope(t)
				pub, problems := filled(t, s, e.post(t, account))
				wantRules(t, problems)
				var got []string
				for _, seg := range pub.Segments {
					got = append(got, written(kind, &seg))
				}
				if g := strings.Join(got, "\n=====\n"); g != want {
					t.Errorf("got\n%s\nwant\n%s", g, want)
				}
			})
		}
	}
}

// written shows a segment as the documentation does.
func written(kind string, seg *content.Segment) string {
	switch kind {
	case "html":
		title := ""
		if seg.Title != "" {
			title = "title: " + seg.Title + "\n"
		}
		return title + strings.TrimSuffix(seg.HTML, "\n")
	case "facets", "entities":
		out, _ := runs(seg.Text, 0, len(seg.Text), seg.Facets)
		if c := seg.Card; c != nil {
			out += "\ncard: " + c.Title + " <" + c.URL + ">"
		}
		return out
	}
	return seg.Text
}

// runs shows the text from at to end, with the runs in it, and returns those
// behind it.
func runs(text string, at, end int, facets []content.Facet) (string, []content.Facet) {
	var b strings.Builder
	for len(facets) > 0 && facets[0].Start < end {
		f := facets[0]
		b.WriteString(text[at:f.Start] + "⟦" + strings.TrimSuffix(f.Kind+":"+f.Value, ":") + "|")
		var inner string
		inner, facets = runs(text, f.Start, f.End, facets[1:])
		b.WriteString(inner + "⟧")
		at = f.End
	}
	return b.String() + text[at:end], facets
}
