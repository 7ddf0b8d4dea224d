package render

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// writer writes Markdown's tree as a network's text. docs/rendering.md has the
// rules, and examples that are this file's test.
type writer struct {
	src    []byte
	markup provider.Markup
	out    []byte
	facets []content.Facet

	prefix  string // of every line: quotation marks, indentation
	quoted  bool   // inside a run that is marked as a quotation
	lead    string // of the next line alone, where it differs
	hasLead bool
	inLine  bool // something stands on the line already
	begins  int  // where the line's own text does, behind its prefix
}

// write appends text that may hold line breaks.
func (w *writer) write(s []byte) {
	for len(s) > 0 {
		line, rest, more := bytes.Cut(s, []byte{'\n'})
		if len(line) > 0 {
			w.open()
			w.out = appendClean(w.out, line)
		}
		if more {
			w.newline()
		}
		s = rest
	}
}

// open writes the line's prefix where the line is still empty.
func (w *writer) open() {
	if w.inLine {
		return
	}
	w.inLine = true
	if w.hasLead {
		w.out = append(w.out, w.lead...)
		w.hasLead = false
	} else {
		w.out = append(w.out, w.prefix...)
	}
	w.begins = len(w.out)
}

// newline ends the line, without white space at its end.
func (w *writer) newline() {
	if !w.inLine {
		if w.hasLead {
			w.open()
		} else {
			w.out = append(w.out, w.prefix...)
		}
	}
	w.out = bytes.TrimRight(w.out, " \t")
	for i := range w.facets { // none reaches into what is gone
		w.facets[i].End = min(w.facets[i].End, len(w.out))
	}
	w.out = append(w.out, '\n')
	w.inLine = false
}

// blocks writes sibling blocks, with a blank line between them unless tight.
func (w *writer) blocks(first ast.Node, tight bool) {
	for n := first; n != nil; n = n.NextSibling() {
		w.block(n)
		if n.NextSibling() != nil {
			w.separate(tight)
		}
	}
}

// part writes the blocks of one segment.
func (w *writer) part(blocks []ast.Node) {
	for _, n := range blocks {
		if isEmpty(n) {
			continue
		}
		w.paragraph()
		w.block(n)
	}
}

// paragraph makes room for another one.
func (w *writer) paragraph() {
	if len(w.out) > 0 {
		w.separate(false)
	}
}

func (w *writer) separate(tight bool) {
	if w.inLine {
		w.newline()
	}
	if !tight {
		w.newline()
	}
}

// isEmpty reports whether a paragraph holds nothing, as a dropped comment does.
func isEmpty(n ast.Node) bool {
	return n.Kind() == ast.KindParagraph && n.FirstChild() == nil
}

func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.List:
		w.list(n)
	case *ast.Blockquote:
		w.quotation(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		w.codeBlock(n)
	case *ast.Heading:
		w.heading(n)
	case *ast.ThematicBreak: // inside a quotation or a list
		w.write([]byte("---"))
	default:
		w.inlines(n)
	}
}

// nested writes with a mark before the first line and a prefix before the rest.
func (w *writer) nested(mark, prefix string, body func()) {
	outer := w.prefix
	if !w.hasLead {
		w.lead = outer
	}
	w.lead, w.hasLead = w.lead+mark, true
	w.prefix = outer + prefix
	body()
	if w.hasLead {
		w.open() // an empty item keeps its mark
	}
	w.prefix = outer
}

func (w *writer) list(l *ast.List) {
	number, marker := l.Start, string(l.Marker)
	if w.markup == provider.Markdown {
		marker = markdownMarker(l)
	}
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		mark := marker + " "
		if l.IsOrdered() {
			mark = strconv.Itoa(number) + mark
			number++
		}
		w.nested(mark, strings.Repeat(" ", len(mark)), func() { w.blocks(item.FirstChild(), l.IsTight) })
		if item.NextSibling() != nil {
			w.separate(l.IsTight)
		}
	}
}

// code writes the lines of a code block as they are.
func (w *writer) code(n ast.Node) {
	lines := n.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		value := line.Value(w.src)
		if i == lines.Len()-1 {
			value = bytes.TrimRight(value, "\n")
		}
		if w.markup == provider.Markdown { // it would end the block
			value = bytes.ReplaceAll(value, []byte("```"), []byte("`\u200b``"))
		}
		w.write(value)
	}
}

func (w *writer) inlines(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.inline(c)
	}
}

func (w *writer) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.text(n)
	case *ast.String:
		w.literal(n.Value)
	case *ast.CodeSpan:
		w.codeSpan(n)
	case *ast.Emphasis:
		w.emphasis(n)
	case *mention:
		w.mention(n)
	case *ast.Link:
		w.link(n)
	default:
		w.inlines(n)
	}
}

func (w *writer) text(n *ast.Text) {
	value := n.Segment.Value(w.src)
	if words, ok := n.Attribute(tidied); ok {
		value = words.([]byte)
	}
	if w.markup == provider.Markdown {
		value = w.escaped(value)
	}
	switch {
	case bytes.IndexByte(value, '\n') >= 0: // by a reference: &#10;
		w.write(value)
	case len(value) > 0:
		w.open()
		w.out = append(w.out, value...)
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		w.newline()
	}
}

// resolve takes backslashes off punctuation and puts characters for references
// such as &eacute;.
func resolve(s []byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			i++
			out = append(out, s[i])
		case s[i] == '&':
			end := bytes.IndexByte(s[i:min(len(s), i+maxReference)], ';')
			if end < 0 {
				out = append(out, '&')
				continue
			}
			out = append(out, util.ResolveEntityNames(util.ResolveNumericReferences(s[i:i+end+1]))...)
			i += end
		default:
			out = append(out, s[i])
		}
	}
	return out
}

// maxReference is longer than any character reference.
const maxReference = 40

func (w *writer) mention(m *mention) {
	if m.linked {
		w.marked("mention", m.handle, func() { w.write([]byte(m.handle)) })
		return
	}
	w.write([]byte(m.handle))
}

// link writes text and address, or the text alone where the network marks runs
// of text or takes markup.
func (w *writer) link(n *ast.Link) {
	address := string(n.Destination)
	_, isBare := n.Attribute(bare)
	switch {
	case isBare:
		w.address(address)
	case w.markup.Marks():
		w.marked("link", address, func() { w.inlines(n) })
	case w.markup == provider.Markdown:
		w.masked(address, labelOf(n, w.src), func() { w.inlines(n) })
	default:
		w.inlines(n)
		if w.markup != provider.HTML {
			w.write([]byte(" " + shown(address)))
		}
	}
}

// address writes an address that is its own text.
func (w *writer) address(address string) {
	w.marked("link", address, func() { w.write([]byte(shown(address))) })
}

func shown(address string) string {
	if len(address) > 7 && strings.EqualFold(address[:7], "mailto:") {
		return address[7:]
	}
	return address
}

// marked notes a facet around what write writes, where the network has facets.
func (w *writer) marked(kind, value string, write func()) {
	w.open()
	w.around(kind, value, write)
}

// around is marked for what may begin with a line's own mark.
func (w *writer) around(kind, value string, write func()) {
	if !w.markup.Marks() {
		write()
		return
	}
	i, start := len(w.facets), len(w.out)
	w.facets = append(w.facets, content.Facet{Kind: kind, Start: start, Value: value})
	write()
	if w.facets[i].End = len(w.out); w.facets[i].End == start {
		w.facets = slices.Delete(w.facets, i, i+1)
	}
}

// line appends a paragraph of plain text.
func (w *writer) line(s string) {
	w.paragraph()
	w.literal([]byte(s))
}

// finish returns the text without blank lines before it and white space behind
// it.
func (w *writer) finish() (string, []content.Facet) {
	out := bytes.TrimRight(w.out, " \t\n\u00a0")
	lead := len(out) - len(bytes.TrimLeft(out, "\n"))
	text := string(out[lead:])
	facets := []content.Facet{}
	for _, f := range w.facets {
		f.Start, f.End = max(f.Start-lead, 0), min(f.End-lead, len(text))
		if f.Start < f.End {
			facets = append(facets, f)
		}
	}
	return text, facets
}

// appendClean appends text without control characters and without bytes that are
// no UTF-8.
func appendClean(out, s []byte) []byte {
	for i := 0; i < len(s); {
		n := i
		for n < len(s) && s[n] >= ' ' && s[n] < 0x7F || n < len(s) && s[n] == '\t' {
			n++
		}
		out = append(out, s[i:n]...)
		if n == len(s) {
			break
		}
		r, size := utf8.DecodeRune(s[n:])
		if !isControl(r) && (r != utf8.RuneError || size > 1) {
			out = append(out, s[n:n+size]...)
		}
		i = n + size
	}
	return out
}

func isControl(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r < 0xA0
}

func cleanASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c > '~' {
			return false
		}
	}
	return true
}

// clean is appendClean for a string; line breaks stay.
func clean(s string) string {
	if cleanASCII(s) || strings.IndexFunc(s, isControl) < 0 && utf8.ValidString(s) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = string(appendClean(nil, []byte(l)))
	}
	return strings.Join(lines, "\n")
}
