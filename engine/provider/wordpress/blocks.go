package wordpress

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/smmctl/smmctl/engine/content"
)

// blocksOf writes a segment's text as the editor's blocks: HTML between comments
// that name each block. The same HTML gives the same blocks.
func blocksOf(s content.Segment) string {
	markup := s.HTML
	if markup == "" && s.Text != "" {
		markup = "<p>" + html.EscapeString(s.Text) + "</p>"
	}
	root := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(markup), root)
	if err != nil { // nested beyond reason
		return block("paragraph", nil, "<p>"+escape(s.Text)+"</p>")
	}
	return blocks(nodes)
}

// block frames a block's HTML. The attributes must not end the comment they stand
// in (serialize_block_attributes, 6.1.9).
func block(name string, attributes map[string]any, inner string) string {
	head := name
	if len(attributes) > 0 {
		b, err := json.Marshal(attributes) // in the order of their names
		if err == nil {
			head += " " + strings.ReplaceAll(string(b), "--", `\u002d\u002d`)
		}
	}
	return "<!-- wp:" + head + " -->\n" + inner + "\n<!-- /wp:" + name + " -->"
}

// blocks writes nodes that stand side by side. What is inline among them becomes
// a paragraph.
func blocks(nodes []*html.Node) string {
	var out []string
	var line strings.Builder
	flush := func() {
		if s := strings.TrimSpace(line.String()); s != "" {
			out = append(out, block("paragraph", nil, "<p>"+s+"</p>"))
		}
		line.Reset()
	}
	for _, n := range nodes {
		if write := writerOf(n); write != nil {
			flush()
			if s := write(n); s != "" {
				out = append(out, s)
			}
			continue
		}
		inline(&line, n)
	}
	flush()
	return strings.Join(out, "\n\n")
}

// writerOf returns what writes an element that is a block of its own, or nil.
func writerOf(n *html.Node) func(*html.Node) string {
	if n.Type != html.ElementNode || n.Namespace != "" {
		return nil
	}
	switch n.Data {
	case "p":
		return paragraph
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return heading
	case "ul", "ol":
		return list
	case "blockquote":
		return quote
	case "pre":
		return code
	case "hr":
		return separator
	}
	return nil
}

func paragraph(n *html.Node) string {
	s := children(n)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return block("paragraph", nil, "<p>"+s+"</p>")
}

// heading writes a heading; the first level is the post's title and nothing else.
func heading(n *html.Node) string {
	level := max(int(n.Data[1]-'0'), 2)
	var attributes map[string]any
	if level != 2 {
		attributes = map[string]any{"level": level}
	}
	tag := "h" + string(rune('0'+level))
	return block("heading", attributes, "<"+tag+">"+children(n)+"</"+tag+">")
}

func quote(n *html.Node) string {
	return block("quote", nil, `<blockquote class="wp-block-quote">`+blocks(slices.Collect(n.ChildNodes()))+"</blockquote>")
}

func separator(*html.Node) string {
	return block("separator", nil, `<hr class="wp-block-separator has-alpha-channel-opacity"/>`)
}

var languagePattern = regexp.MustCompile(`^language-[A-Za-z0-9+#.]+(-[A-Za-z0-9+#.]+)*$`)

// code writes a block of code; its language becomes a class of the block, where
// extensions that colour it look.
func code(n *html.Node) string {
	class, attributes := "wp-block-code", map[string]any(nil)
	for c := range n.ChildNodes() {
		if v := attribute(c, "class"); c.Data == "code" && languagePattern.MatchString(v) {
			class, attributes = class+" "+v, map[string]any{"className": v}
		}
	}
	text := strings.TrimSuffix(textContent(n), "\n")
	return block("code", attributes, `<pre class="`+class+`"><code>`+escape(text)+"</code></pre>")
}

func list(n *html.Node) string {
	tag, attributes, start := n.Data, map[string]any{}, ""
	if tag == "ol" {
		attributes["ordered"] = true
		if v, err := strconv.Atoi(attribute(n, "start")); err == nil && v >= 0 && v != 1 && v < 1_000_000 {
			attributes["start"], start = v, ` start="`+strconv.Itoa(v)+`"`
		}
	}
	var items strings.Builder
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode && c.Data == "li" {
			items.WriteString(block("list-item", nil, "<li>"+item(c)+"</li>"))
		}
	}
	return block("list", attributes, "<"+tag+start+">"+items.String()+"</"+tag+">")
}

// item writes what a list's item holds. It is one line of text and lists below
// it; paragraphs are parted by empty lines, other blocks stand as they are.
func item(n *html.Node) string {
	var out strings.Builder
	begun := false
	for c := range n.ChildNodes() {
		write := writerOf(c)
		switch {
		case write != nil && c.Data == "p":
			if begun {
				out.WriteString("<br><br>")
			}
			out.WriteString(children(c))
		case write != nil:
			out.WriteString(write(c))
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) == "":
			continue
		default:
			inline(&out, c)
		}
		begun = true
	}
	return strings.TrimSpace(out.String())
}

// inlineElements may stand in a line; a link is written by itself.
var inlineElements = []string{"em", "strong", "code", "del", "s", "sub", "sup"}

// inline writes a node within a line. Markup that is none of ours is shown, not
// carried out.
func inline(b *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(escape(n.Data))
	case n.Type != html.ElementNode:
	case n.Data == "br":
		b.WriteString("<br>")
	case n.Data == "a" && safeURL(attribute(n, "href")):
		b.WriteString(`<a href="` + escape(attribute(n, "href")) + `">` + children(n) + "</a>")
	case slices.Contains(inlineElements, n.Data) && n.Namespace == "":
		b.WriteString("<" + n.Data + ">" + children(n) + "</" + n.Data + ">")
	default:
		var source bytes.Buffer
		if html.Render(&source, n) == nil {
			b.WriteString(escape(source.String()))
		}
	}
}

func children(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		inline(&b, c)
	}
	return b.String()
}

// escape makes text safe in HTML, in attributes too. An opening bracket would
// begin a shortcode, which WordPress carries out wherever it stands.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "[", "&#091;")

func escape(s string) string { return escaper.Replace(s) }

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func textContent(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textContent(c))
	}
	return b.String()
}

func safeURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" || u.Scheme == "mailto"
}
