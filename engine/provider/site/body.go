package site

import (
	"html/template"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/smmctl/smmctl/engine/content"
)

// allowed are the elements that a body may have, with their attributes. Others
// are unwrapped: their text stays.
var allowed = map[string][]string{
	"p": nil, "br": nil, "hr": nil, "blockquote": nil, "pre": nil, "ul": nil, "li": nil, "ol": {"start"},
	"h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil,
	"em": nil, "strong": nil, "del": nil, "s": nil, "sub": nil, "sup": nil, "code": {"class"}, "a": {"href", "title"},
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": nil, "td": nil, "dl": nil, "dt": nil, "dd": nil,
}

// dropped are the elements whose content is no text to read.
var dropped = []string{
	"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "textarea", "select",
	"title", "head", "audio", "video", "canvas", "form", "button", "frameset", "noframes", "noembed", "xmp", "plaintext",
}

// body returns a part's markup, fit to stand in a page below its title. The
// renderer makes it without raw HTML, but a record on disk can be edited.
func body(p *part) template.HTML {
	root := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"}
	nodes, err := html.ParseFragment(strings.NewReader(p.HTML), root)
	if err != nil { // nested beyond reason
		return template.HTML(paragraphs(p.Text, nil)) // escaped there
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	sanitise(root)
	dropTitle(root, p.Title)
	demote(root)
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return template.HTML(paragraphs(p.Text, nil)) // escaped there
		}
	}
	return template.HTML(strings.TrimSpace(b.String()))
}

// sanitise keeps what is allowed among n's children.
func sanitise(n *html.Node) {
	for _, c := range slices.Collect(n.ChildNodes()) {
		switch {
		case c.Type == html.TextNode:
		case c.Type != html.ElementNode || c.Namespace != "" || slices.Contains(dropped, c.Data):
			n.RemoveChild(c)
		case c.Data == "img":
			n.InsertBefore(&html.Node{Type: html.TextNode, Data: attribute(c, "alt")}, c)
			n.RemoveChild(c)
		default:
			sanitise(c)
			if !keeps(c) {
				unwrap(c)
			}
		}
	}
}

// keeps reports whether the element stays, and takes off what it may not carry.
func keeps(n *html.Node) bool {
	names, ok := allowed[n.Data]
	if n.Data == "h1" {
		ok = true // demoted below
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return a.Namespace != "" || !slices.Contains(names, a.Key) || !fits(a)
	})
	return ok && (n.Data != "a" || len(n.Attr) > 0)
}

func fits(a html.Attribute) bool {
	switch a.Key {
	case "href":
		return safeURL(a.Val)
	case "class":
		return strings.HasPrefix(a.Val, "language-") && !strings.ContainsAny(a.Val, " \t\n\"")
	case "start":
		return a.Val != "" && len(a.Val) < 7 && strings.Trim(a.Val, "0123456789") == ""
	}
	return true
}

// safeURL accepts addresses that a reader may follow. Relative ones would lead
// elsewhere from every page, and are not.
func safeURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "mailto", "tel":
		return true
	}
	return false
}

func unwrap(n *html.Node) {
	for _, c := range slices.Collect(n.ChildNodes()) {
		n.RemoveChild(c)
		n.Parent.InsertBefore(c, n)
	}
	n.Parent.RemoveChild(n)
}

// dropTitle removes a first heading that the page's own title repeats.
func dropTitle(root *html.Node, title string) {
	for c := range root.ChildNodes() {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" {
			continue
		}
		if heading(c) > 0 && title != "" && squeeze(textOf(c)) == squeeze(title) {
			root.RemoveChild(c)
		}
		return
	}
}

// demote makes room for the page's own h1.
func demote(root *html.Node) {
	var heads []*html.Node
	top := 7
	for n := range root.Descendants() {
		if l := heading(n); l > 0 {
			heads, top = append(heads, n), min(top, l)
		}
	}
	level := 1 // of the heading before, so that none is skipped
	for _, n := range heads {
		level = min(heading(n)-top+2, level+1, 6)
		n.Data = "h" + string(rune('0'+level))
		n.DataAtom = atom.Lookup([]byte(n.Data))
	}
}

// heading returns 1 to 6 for a heading, else 0.
func heading(n *html.Node) int {
	if n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
		return int(n.Data[1] - '0')
	}
	return 0
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// paragraphs makes markup of plain text: an empty line parts paragraphs, a line
// end breaks a line, and links are marked.
func paragraphs(text string, facets []content.Facet) string {
	var b strings.Builder
	at := 0
	for _, f := range facets {
		if f.Kind != "link" || f.Start < at || f.End <= f.Start || f.End > len(text) || !safeURL(f.Value) {
			continue
		}
		b.WriteString(html.EscapeString(text[at:f.Start]))
		b.WriteString(`<a href="` + html.EscapeString(f.Value) + `">` + html.EscapeString(text[f.Start:f.End]) + "</a>")
		at = f.End
	}
	b.WriteString(html.EscapeString(text[at:]))
	s := strings.TrimSpace(clean(b.String()))
	if s == "" {
		return ""
	}
	return "<p>" + strings.NewReplacer("\n\n", "</p>\n<p>", "\n", "<br>\n").Replace(s) + "</p>"
}

// excerpt cuts text at a word, with an ellipsis.
func excerpt(s string, limit int) (string, bool) {
	s = squeeze(s)
	if utf8.RuneCountInString(s) <= limit {
		return s, false
	}
	cut := string([]rune(s)[:limit])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.–—-") + "…", true
}
