package render

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/smmctl/smmctl/engine/provider"
)

// This file writes what only some networks can show: emphasis, code, quotations
// and headings, as marked runs (Entities) or as marks in the text (Markdown).

// quotation writes a block that is quoted. Runs of quotation do not contain one
// another, and lists cannot hold one: there, and elsewhere, lines get a mark.
func (w *writer) quotation(n *ast.Blockquote) {
	inside := func() { w.blocks(n.FirstChild(), false) }
	if w.markup != provider.Entities || w.quoted || w.prefix != "" || w.hasLead {
		w.nested("> ", "> ", inside)
		return
	}
	w.quoted = true
	w.around("quote", "", inside)
	w.quoted = false
}

// codeBlock writes the lines of a code block as they are.
func (w *writer) codeBlock(n ast.Node) {
	language := ""
	if f, ok := n.(*ast.FencedCodeBlock); ok {
		language = strings.Map(languageRune, string(f.Language(w.src)))
	}
	switch {
	case w.markup == provider.Markdown:
		w.write([]byte("```" + strings.ToLower(language)))
		w.newline()
		w.code(n)
		w.newline()
		w.write([]byte("```"))
	case w.prefix != "" || w.hasLead: // in a list, where a run would hold its indentation
		w.code(n)
	case w.markup == provider.Entities:
		w.around("pre", language, func() { w.code(n) })
	default:
		w.code(n)
	}
}

// languageRune keeps what a language's name is made of.
func languageRune(r rune) rune {
	if isTagRune(r) || strings.ContainsRune("+-.#", r) {
		return r
	}
	return -1
}

// heading writes a line of its own: bold, or with Markdown's own mark up to the
// third level.
func (w *writer) heading(n *ast.Heading) {
	switch {
	case w.markup == provider.Entities:
		w.marked("bold", "", func() { w.inlines(n) })
	case w.markup != provider.Markdown:
		w.inlines(n)
	case n.Level <= 3:
		w.write([]byte(strings.Repeat("#", n.Level) + " "))
		w.inlines(n)
	default:
		w.between("**", n)
	}
}

// emphasis writes italics and bold; where there is neither, only what is in it.
func (w *writer) emphasis(n *ast.Emphasis) {
	kind, mark := "italic", "*"
	if n.Level > 1 {
		kind, mark = "bold", "**"
	}
	switch w.markup {
	case provider.Entities:
		w.marked(kind, "", func() { w.inlines(n) })
	case provider.Markdown:
		w.between(mark, n)
	default:
		w.inlines(n)
	}
}

func (w *writer) between(mark string, n ast.Node) {
	w.write([]byte(mark))
	w.inlines(n)
	w.write([]byte(mark))
}

// codeSpan writes code on a line.
func (w *writer) codeSpan(n ast.Node) {
	var code []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		switch {
		case !ok:
		case c == n.FirstChild() && c.NextSibling() == nil: // most
			code = t.Segment.Value(w.src)
		default:
			code = append(code, t.Segment.Value(w.src)...)
		}
	}
	if bytes.IndexByte(code, '\n') >= 0 {
		code = bytes.ReplaceAll(code, []byte{'\n'}, []byte{' '})
	}
	switch w.markup {
	case provider.Entities:
		w.marked("code", "", func() { w.write(code) })
	case provider.Markdown:
		w.write(markdownCode(code))
	default:
		w.write(code)
	}
}

// literal writes text that is to be seen as it stands.
func (w *writer) literal(s []byte) {
	if w.markup == provider.Markdown {
		s = w.escaped(s)
	}
	w.write(s)
}

// escaped is what shows s in Markdown, where it is to be written.
func (w *writer) escaped(s []byte) []byte {
	var before []byte // it on its line
	if w.inLine {
		before = w.out[w.begins:]
	}
	return escapeMarkdown(before, s)
}

// masked writes a link with a label in Markdown. A label that looks like an
// address is shown beside the address: readers are not led elsewhere, and Discord
// does not make a link of it.
func (w *writer) masked(address string, label []byte, write func()) {
	if bytes.Contains(label, []byte("://")) || bytes.Contains(label, []byte("www.")) || !isWeb(address) {
		write()
		w.write([]byte(" " + shown(address)))
		return
	}
	w.write([]byte("["))
	write()
	w.write([]byte("](" + parentheses.Replace(address) + ")"))
}

// parentheses would end a link's address.
var parentheses = strings.NewReplacer("(", "%28", ")", "%29")

// markdownMarker is a list's mark in the Markdown that Discord knows.
func markdownMarker(l *ast.List) string {
	if l.IsOrdered() {
		return "."
	}
	return "-"
}

// markdownCode fences code with more backticks than it holds.
func markdownCode(code []byte) []byte {
	if !bytes.Contains(code, []byte{'`'}) {
		return append(append([]byte{'`'}, code...), '`')
	}
	return append(append([]byte("`` "), bytes.ReplaceAll(code, []byte("``"), []byte("`\u200b`"))...), " ``"...)
}

// escapeMarkdown puts a backslash before what Discord would take for markup.
// Whether a character opens anything depends on what is around it, and an escape
// too many is not seen: so all are escaped, and those that count only at a line's
// start there.
func escapeMarkdown(before, s []byte) []byte {
	number := allDigits(before) // and a full stop would begin a list
	if len(before) > 0 && !number && !bytes.ContainsAny(s, markdownMarks+"@") && bytes.Count(s, []byte{':'}) < 2 {
		return s // most
	}
	out := make([]byte, 0, len(s)+8)
	for i, c := range s {
		first := len(before)+i == 0
		if strings.IndexByte(markdownMarks, c) >= 0 || first && opensLine(s) ||
			c == '.' && number && allDigits(s[:i]) && !first || opensName(s[i:]) {
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return out
}

// opensLine reports whether a line that begins so may become a heading, small
// print, a quotation or a list; what follows may be another piece of text.
func opensLine(s []byte) bool {
	rest := bytes.TrimLeft(s[1:], "#")
	return s[0] == '>' || strings.IndexByte("#-+", s[0]) >= 0 && (len(rest) == 0 || rest[0] == ' ')
}

const markdownMarks = "\\*_~`|[]<"

// names are what Discord draws as an emoji, or as a call to everybody.
var names = regexp.MustCompile(`^(?::[\w+-]+:|@everyone|@here)`)

func opensName(s []byte) bool {
	return (s[0] == ':' || s[0] == '@') && names.Match(s)
}

// allDigits reports whether there is nothing else: a number and a full stop begin
// a list.
func allDigits(s []byte) bool { return len(bytes.Trim(s, "0123456789")) == 0 }
