package render

import (
	"bytes"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// markup writes blocks as HTML. What was unsafe in them has been taken out by
// prepare: there is no HTML of the author's, and links lead to http, https and
// mailto only.
func markup(blocks []ast.Node, src []byte) string {
	var b page
	b.Grow(len(src) * 3 / 2)
	r := markdown().Renderer()
	for _, n := range blocks {
		if isEmpty(n) {
			continue
		}
		if err := r.Render(&b, src, n); err != nil {
			break // a buffer does not fail
		}
	}
	return clean(b.String())
}

// page is a buffer in the shape that goldmark writes to: all of it is kept.
type page struct{ bytes.Buffer }

// Buffered and Flush implement util.BufWriter.
func (p *page) Buffered() int { return 0 }

// Flush has nothing to do.
func (p *page) Flush() error { return nil }

var _ util.BufWriter = (*page)(nil)

func paragraphHTML(inner string) string { return "<p>" + inner + "</p>\n" }

func anchorHTML(address, label string) string {
	return `<a href="` + href(address) + `">` + escape(label) + "</a>"
}

func href(address string) string {
	return string(util.EscapeHTML(util.URLEscape([]byte(address), false)))
}

func escape(s string) string { return html.EscapeString(clean(s)) }

// heading takes a heading off the front of blocks and returns its text.
func heading(blocks []ast.Node, src []byte) (string, []ast.Node) {
	if len(blocks) == 0 || blocks[0].Kind() != ast.KindHeading {
		return "", blocks
	}
	title := &writer{src: src, markup: "html"}
	title.inlines(blocks[0])
	text, _ := title.finish()
	return text, blocks[1:]
}
