package render

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"
)

// Plain is the form that a text has once it was published: valid UTF-8 with \n
// for line ends, without control characters, without white space at the ends of
// lines, and without blank lines around it.
func Plain(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(clean(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	return strings.TrimLeft(strings.TrimRight(strings.Join(lines, "\n"), " \t\n\u00a0"), "\n")
}

// Escape writes a plain text as Markdown that means just that text: rendered, it
// gives Plain(text) again. Addresses stay links.
func Escape(text string) string {
	var b strings.Builder
	blank := 0
	for i, line := range strings.Split(Plain(text), "\n") {
		if line == "" {
			blank++
			continue
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		if blank > 0 { // one parts paragraphs; others have to be said
			b.WriteByte('\n')
			b.WriteString(strings.Repeat("&#10;", blank-1))
		}
		e := escaper{line: line, raw: []byte(line), out: &b, bare: blank < 2}
		e.all()
		blank = 0
	}
	return b.String()
}

// escaper writes one line. Bare says that an address may stand at i as it is:
// the parser looks for addresses only behind what triggers it.
type escaper struct {
	line string
	raw  []byte // line again
	out  *strings.Builder
	i    int
	bare bool
}

func (e *escaper) all() {
	e.lead()
	for e.i < len(e.line) {
		if e.address() {
			continue
		}
		r, size := utf8.DecodeRuneInString(e.line[e.i:])
		escaped := e.special(r, size)
		if escaped {
			e.out.WriteByte('\\')
		}
		e.out.WriteString(e.line[e.i : e.i+size])
		// At the start of a line the parser also takes one behind a letter.
		first := e.i == 0 && e.bare && size == 1 && r != 'h' && r != 'H' && isWordRune(r)
		e.bare = first || !escaped && strings.ContainsRune(" \t(\"'", r)
		e.i += size
	}
}

// lineStart begins a heading, a list, a quotation, a fence or an underline.
var lineStart = regexp.MustCompile(`^(#{1,6}([ \t]|$)|[-+]([ \t]|$)|--|==?|>|~~~)`)

// lineNumber begins a numbered list.
var lineNumber = regexp.MustCompile(`^\d{1,9}[.)]([ \t]|$)`)

// lead writes what only the start of a line needs: white space that Markdown
// would drop, and what opens a block.
func (e *escaper) lead() {
	for e.i < len(e.line) && (e.line[e.i] == ' ' || e.line[e.i] == '\t') {
		if e.line[e.i] == ' ' {
			e.out.WriteString("&#32;")
		} else {
			e.out.WriteString("&#9;")
		}
		e.bare = false
		e.i++
	}
	rest := e.line[e.i:]
	switch {
	case lineStart.MatchString(rest):
		e.out.WriteString(`\` + rest[:1])
		e.i, e.bare = e.i+1, false
	case lineNumber.MatchString(rest):
		n := strings.IndexAny(rest, ".)")
		e.out.WriteString(rest[:n] + `\` + rest[n:n+1])
		e.i, e.bare = e.i+n+1, false
	}
}

// address writes an address that begins here, between angle brackets where the
// parser would not find its ends by itself.
func (e *escaper) address() bool {
	rest := e.line[e.i:]
	if rest[0] != 'h' && rest[0] != 'H' {
		return false
	}
	n := addressLen(e.raw[e.i:])
	before, _ := utf8.DecodeLastRuneInString(e.line[:e.i])
	if n == 0 || isWordRune(before) && !e.bare {
		return false
	}
	if e.bare && !e.escapesBehind(n) {
		e.out.WriteString(rest[:n])
	} else {
		e.out.WriteString("<" + rest[:n] + ">")
	}
	e.i, e.bare = e.i+n, false
	return true
}

// escapesBehind reports whether what follows the address, up to where any
// address ends, needs a backslash: it would become a part of the address.
func (e *escaper) escapesBehind(n int) bool {
	for at := e.i + n; at < len(e.line); {
		r, size := utf8.DecodeRuneInString(e.line[at:])
		if endsAddress(r) {
			return r == '<' || r == '`'
		}
		if (&escaper{line: e.line, raw: e.raw, i: at}).special(r, size) {
			return true
		}
		at += size
	}
	return false
}

// special reports whether the character at i means something to Markdown there.
func (e *escaper) special(r rune, size int) bool {
	rest := e.line[e.i+size:]
	switch r {
	case '\\':
		return rest == "" || util.IsPunct(rest[0]) || addressLen(e.raw[e.i+size:]) > 0 // which may get a bracket
	case '`', '*', '[', '<':
		return true
	case '_':
		before, _ := utf8.DecodeLastRuneInString(e.line[:e.i])
		after, _ := utf8.DecodeRuneInString(rest)
		return e.i == 0 || rest == "" || !isWordRune(before) || !isWordRune(after)
	case '&':
		end := strings.IndexByte(rest[:min(len(rest), maxReference)], ';')
		return end > 0
	case ':': // a scheme that leads nowhere: the backslashes behind it would be an address
		at := strings.LastIndexFunc(e.line[:e.i], func(r rune) bool { return !isWordRune(r) }) + 1
		return strings.HasPrefix(rest, "//") && e.i-at <= len("xhttps") && addressLen(e.raw[at:]) == 0 && strings.Contains(strings.ToLower(e.line[at:e.i]), "http")
	case '{':
		return strings.HasPrefix(rest, mentionOpen[1:])
	}
	return false
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
