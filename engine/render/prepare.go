package render

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// bare marks a link whose text is its address, so that it is not written twice.
var bare = []byte("bare")

// prepare notes names and links, and turns what has no place in a text (pictures,
// HTML, addresses that are none) into problems.
func (t *prose) prepare() {
	for _, part := range t.parts {
		for i, block := range part {
			if html, ok := block.(*ast.HTMLBlock); ok {
				part[i] = t.htmlBlock(html)
				continue
			}
			t.prepareBlock(block)
		}
	}
}

func (t *prose) prepareBlock(block ast.Node) {
	var later []ast.Node // what is replaced; a walk must not change its own tree
	_ = ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				t.words(n)
			case *mention:
				t.mentions = append(t.mentions, n)
			case *ast.Link, *ast.AutoLink, *ast.Image, *ast.RawHTML, *ast.HTMLBlock:
				later = append(later, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range later {
		t.replace(n)
	}
}

// tidied marks a text whose words are not those of the source: without its
// backslashes, references and control characters.
var tidied = []byte("tidied")

func (t *prose) words(n *ast.Text) {
	value := n.Segment.Value(t.src)
	if plainWords(value) {
		return
	}
	words := value
	if !n.IsRaw() && bytes.ContainsAny(words, `\&`) {
		words = resolve(words)
	}
	if words = appendClean(nil, words); !bytes.Equal(words, value) {
		n.SetAttribute(tidied, words)
	}
}

// plainWords reports whether a text is printable ASCII that says what it means.
func plainWords(s []byte) bool {
	for _, c := range s {
		if c < ' ' || c > '~' || c == '\\' || c == '&' {
			return false
		}
	}
	return true
}

func (t *prose) replace(n ast.Node) {
	parent := n.Parent()
	if parent == nil {
		return
	}
	switch n := n.(type) {
	case *ast.Link:
		t.link(n)
	case *ast.AutoLink:
		parent.ReplaceChild(parent, n, t.autoLink(n))
	case *ast.Image:
		t.problem("body-image", offsetOf(n), "attach it with `media:`", "a picture in the text is not sent")
		parent.RemoveChild(parent, n)
	case *ast.RawHTML:
		parent.ReplaceChild(parent, n, t.rawHTML(n))
	case *ast.HTMLBlock:
		parent.ReplaceChild(parent, n, t.htmlBlock(n))
	}
}

// problem records an error at an offset, unless there are maxProblems.
func (t *prose) problem(rule string, offset int, hint, format string, args ...any) {
	if len(t.problems) >= maxProblems {
		return
	}
	t.problems = append(t.problems, Problem{Rule: rule, Offset: offset, Hint: hint, Summary: fmt.Sprintf(format, args...)})
}

// mention looks a name up and notes the handle.
func (v *view) mention(m *mention, field string) {
	handle, known := v.handle(m.name)
	m.handle, m.linked = handle, handle != "" && v.caps().Mentions && !inLink(m)
	switch {
	case !known:
		v.add(Problem{Rule: "unknown-mention", Field: field, Offset: m.offset, Hint: didYouMean(m.name, v.names()), Summary: fmt.Sprintf("%s%s%s: nobody of that name is in `mentions` of the post or the strategy", mentionOpen, m.name, mentionClose)})
	case handle == "" && v.caps().Mentions:
		v.add(Problem{Rule: "mention-handle", Warning: true, Field: field, Offset: m.offset, Hint: fmt.Sprintf("add %s to %s in `mentions`", v.account.Provider, m.name), Summary: fmt.Sprintf("%s has no handle on %s: the name is written instead", m.name, v.account.Provider)})
	}
	if handle == "" {
		m.handle = m.name
	}
}

// handle returns the handle of a name on this network, and whether the name is
// known at all. The post's own directory wins over the brand's.
func (v *view) handle(name string) (string, bool) {
	own, known := v.p.Mentions[name]
	if h := own[v.account.Provider]; h != "" {
		return clean(h), true
	}
	strategy := v.s.Strategies[v.p.Brand]
	if strategy == nil {
		return "", known
	}
	shared, inStrategy := strategy.Mentions[name]
	return clean(shared[v.account.Provider]), known || inStrategy
}

func (v *view) names() []string {
	out := slices.Collect(maps.Keys(v.p.Mentions))
	if strategy := v.s.Strategies[v.p.Brand]; strategy != nil {
		out = slices.AppendSeq(out, maps.Keys(strategy.Mentions))
	}
	return out
}

// link notes where a link leads; one that leads nowhere keeps its text only.
func (t *prose) link(n *ast.Link) {
	dest := clean(string(resolve(n.Destination)))
	if why := badAddress(dest); why != "" {
		t.problem("link-address", offsetOf(n), "write a whole address: https://…", "%q is no address to link to: %s", short(dest), why)
		unwrap(n)
		return
	}
	label := string(labelOf(n, t.src))
	if label == dest || strings.TrimSpace(label) == "" || "mailto:"+label == dest {
		n.SetAttribute(bare, true)
	}
	n.Title = nil
	t.links = append(t.links, address{n, dest})
}

// autoLink makes a link of <address> and of a bare address.
func (t *prose) autoLink(n *ast.AutoLink) ast.Node {
	label := clean(string(n.Label(t.src)))
	dest := label
	if n.AutoLinkType == ast.AutoLinkEmail {
		dest = "mailto:" + strings.TrimPrefix(label, "mailto:")
	}
	if badAddress(dest) != "" || inLink(n) {
		return rawText([]byte(label))
	}
	l := ast.NewLink()
	t.links = append(t.links, address{l, dest})
	l.SetAttribute(bare, true)
	l.AppendChild(l, rawText([]byte(label)))
	return l
}

// inLink reports whether a node is in a link's text, where no other link can be.
func inLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

func unwrap(n ast.Node) {
	parent := n.Parent()
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		parent.InsertBefore(parent, n, c)
		c = next
	}
	parent.RemoveChild(parent, n)
}

const htmlHint = "write Markdown; put it into `backticks` to show it"

// rawHTML shows inline HTML as it was written, and drops a comment.
func (t *prose) rawHTML(n *ast.RawHTML) ast.Node {
	raw := n.Segments.Value(t.src)
	if bytes.HasPrefix(raw, []byte("<!--")) {
		return rawText(nil)
	}
	at := -1
	if n.Segments.Len() > 0 {
		at = n.Segments.At(0).Start
	}
	t.problem("raw-html", at, htmlHint, "HTML in the text is not carried out: %s", short(string(raw)))
	return rawText(raw)
}

// htmlBlock is rawHTML for a block.
func (t *prose) htmlBlock(n *ast.HTMLBlock) ast.Node {
	raw := n.Lines().Value(t.src)
	if n.HasClosure() {
		raw = append(raw, n.ClosureLine.Value(t.src)...)
	}
	raw = bytes.TrimSpace(raw)
	p := ast.NewParagraph()
	if n.HTMLBlockType == ast.HTMLBlockType2 {
		return p
	}
	at := -1
	if n.Lines().Len() > 0 {
		at = n.Lines().At(0).Start
	}
	t.problem("raw-html", at, htmlHint, "HTML in the text is not carried out: %s", short(string(raw)))
	p.AppendChild(p, rawText(raw))
	return p
}

func rawText(b []byte) *ast.String {
	s := ast.NewString(b)
	s.SetRaw(true)
	return s
}

// labelOf is the plain text inside a node.
func labelOf(n ast.Node, src []byte) []byte {
	w := &writer{src: src}
	w.inlines(n)
	return w.out
}

// offsetOf is where a node's text begins in the source, or -1.
func offsetOf(n ast.Node) int {
	at := -1
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			at = t.Segment.Start
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return at
}

func short(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
