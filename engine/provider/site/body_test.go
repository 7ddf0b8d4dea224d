package site

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
)

func TestBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ title, in, want string }{
		"kept":             {"", `<p>A <strong>b</strong> <em>c</em> <code>d</code></p>`, `<p>A <strong>b</strong> <em>c</em> <code>d</code></p>`},
		"link":             {"", `<a href="https://a.example/?b=1&amp;c=2" title="t" onclick="x()">l</a>`, `<a href="https://a.example/?b=1&amp;c=2" title="t">l</a>`},
		"script":           {"", `a<script>alert(1)</script>b`, `ab`},
		"style":            {"", `<style>p{}</style><p style="x" class="y">a</p>`, `<p>a</p>`},
		"javascript":       {"", `<a href="javascript:alert(1)">l</a>`, `l`},
		"data":             {"", `<a href="data:text/html,x">l</a>`, `l`},
		"relative":         {"", `<a href="../x">l</a>`, `l`},
		"scheme-less":      {"", `<a href="//evil.example">l</a>`, `l`},
		"tabbed scheme":    {"", "<a href=\"java\tscript:alert(1)\">l</a>", `l`},
		"handler":          {"", `<p onmouseover="x()">a</p>`, `<p>a</p>`},
		"image":            {"", `<p><img src="https://t.example/x.gif" alt="A coat"></p>`, `<p>A coat</p>`},
		"unknown element":  {"", `<marquee><b>a</b></marquee>`, `a`},
		"frame":            {"", `<iframe src="https://a.example">x</iframe>y`, `y`},
		"svg":              {"", `<svg><script>x</script><a href="https://a.example">b</a></svg>c`, `c`},
		"closed too often": {"", `</div></article></main><p>a`, `<p>a</p>`},
		"never closed":     {"", `<p>a<blockquote>b`, `<p>a</p><blockquote>b</blockquote>`},
		"comment":          {"", `a<!-- smmctl {} -->b`, `ab`},
		"title said twice": {"Coats", `<h1>Coats</h1><p>a</p>`, `<p>a</p>`},
		"other heading":    {"Coats", `<h1>Hats</h1><p>a</p><h3>b</h3><h2>c</h2>`, `<h2>Hats</h2><p>a</p><h3>b</h3><h3>c</h3>`},
		"code":             {"", `<pre><code class="language-go evil" >x &lt; y</code></pre>`, `<pre><code>x &lt; y</code></pre>`},
		"language":         {"", `<code class="language-go">x</code>`, `<code class="language-go">x</code>`},
		"list":             {"", `<ol start="3"><li>a</li></ol>`, `<ol start="3"><li>a</li></ol>`},
		"list, hostile":    {"", `<ol start="x"><li>a</li></ol>`, `<ol><li>a</li></ol>`},
		"textarea":         {"", `<textarea></p><script>x</script></textarea>a`, `a`},
	} {
		if got := string(body(&part{Title: c.title, HTML: c.in})); got != c.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", name, c.in, got, c.want)
		}
	}
}

func TestBodyNestedBeyondReason(t *testing.T) {
	t.Parallel()
	p := part{Text: "what <b> it says", HTML: strings.Repeat("<blockquote>", 100_000)}
	if got := string(body(&p)); got != "<p>what &lt;b&gt; it says</p>" {
		t.Error(cut(got))
	}
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	text := "A <b> & link https://a.example\nnext\n\nlast"
	link := content.Facet{Kind: "link", Start: 13, End: 30, Value: "https://a.example"}
	evil := content.Facet{Kind: "link", Start: 0, End: 1, Value: "javascript:x"}
	beyond := content.Facet{Kind: "link", Start: 30, End: 3000, Value: "https://a.example"}
	back := content.Facet{Kind: "link", Start: 2, End: 1, Value: "https://a.example"}
	want := `<p>A &lt;b&gt; &amp; link <a href="https://a.example">https://a.example</a><br>` + "\nnext</p>\n<p>last</p>"
	if got := paragraphs(text, []content.Facet{evil, link, beyond, back}); got != want {
		t.Errorf("%s", got)
	}
}

// However hostile the markup, what comes out is only what is allowed, and parses
// to itself.
func TestBodyProperties(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"<p>", "</p>", "<a href=\"javascript:x\">", "<a href='https://a.example'>", "</a>", "<script>", "</script>",
			"<svg>", "</svg>", "<math>", "<style>", "</style>", "<table>", "<td>", "</table>", "<!--", "-->", "<h1>", "</h1>", "<ul><li>",
			"<template>", "</template>", "<noscript>", "<title>", "<textarea>", "<select>", "<option>", "<img alt='\"<' src=x onerror=y>", "&lt;", "&#x0;",
			"<plaintext>", "<foreignObject>", "<mtext>", "<pre>\n\n", "</pre>", "<code>", "<body onload=x>", "<html>", "<frameset>", "]]>", "<![CDATA["}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		p := part{HTML: strings.Join(rapid.SliceOf(piece).Draw(t, "html"), ""), Title: "T", Text: "text"}
		out := string(body(&p))
		for _, n := range mustParse(t, out) {
			checkNode(t, n)
		}
		again := part{HTML: out, Title: "", Text: "text"}
		_ = body(&again)
	})
}

func mustParse(t *rapid.T, s string) []*html.Node {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"})
	if err != nil {
		t.Fatalf("%v: %s", err, s)
	}
	return nodes
}

func checkNode(t *rapid.T, n *html.Node) {
	if n.Type == html.CommentNode {
		t.Fatalf("a comment: %q", n.Data)
	}
	if n.Type == html.ElementNode {
		if _, ok := allowed[n.Data]; !ok || n.Namespace != "" {
			t.Fatalf("element %s", n.Data)
		}
		for _, a := range n.Attr {
			if !fits(a) || strings.HasPrefix(a.Key, "on") {
				t.Fatalf("attribute %s=%q", a.Key, a.Val)
			}
		}
	}
	for c := range n.ChildNodes() {
		checkNode(t, c)
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, want string
		limit    int
	}{
		{"short", "short", 10},
		{"  two \n lines ", "two lines", 10},
		{"one two three", "one two…", 9},
		{"оченьдлинноеслово", "оченьдлинн…", 10},
		{"a, b, c", "a…", 3},
	} {
		if got, _ := excerpt(c.in, c.limit); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
}
