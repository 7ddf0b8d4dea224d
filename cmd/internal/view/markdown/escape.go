package markdown

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

// Whatever comes from files, people and platforms goes through inline, code or
// quote, and through nothing else.
//
// Three layers keep it harmless. What Markdown or HTML could obey is written as a
// character reference, which neither forge's parser takes for structure, in a
// cell, a quote, a summary or plain text alike. What forges look for afterwards
// in the finished page (@name, #1, GH-1, a commit, an address, :emoji:) is broken
// by a zero-width space; within <code> they look for nothing. And no such text
// holds a line break; a quote alone may start a line with it.

const gap = "\u200b" // zero width: seen by a forge's search, not by a reader

// inline is text on one line, outside of code.
func inline(s string) string {
	return escape(strings.Join(strings.Fields(view.Safe(s)), " "), true, false)
}

// code is text as it stands in a file: an id, a path, an address.
func code(s string) string {
	s = strings.Join(strings.Fields(view.Safe(s)), " ")
	if s == "" {
		return ""
	}
	return "<code>" + escape(s, false, false) + "</code>"
}

// quote is a text with its line breaks and spaces, as a block of its own.
func quote(s string) string { return "> " + lines(s, true) + "\n" }

// lines keeps line breaks as <br>, and spaces that HTML would swallow. start says
// that a line of Markdown starts with s.
func lines(s string, start bool) string {
	s = view.Safe(strings.NewReplacer("\t", "    ", "\r\n", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s))
	var out []string
	for i, line := range strings.Split(s, "\n") {
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		first := start && i == 0 && indent == 0
		margin := strings.Repeat("&nbsp;", indent)
		if i == 0 && !start && indent > 0 { // within a line
			margin = " " + margin[len("&nbsp;"):]
		}
		out = append(out, margin+strings.ReplaceAll(escape(body, true, first), "  ", " &nbsp;"))
	}
	return strings.Join(out, "<br>")
}

// escape writes s, which has no line break; gaps are for text outside of code, and
// first says that a line starts with s.
func escape(s string, gaps, first bool) string {
	var b strings.Builder
	r := []rune(s)
	for i, c := range r {
		www := c == '.' && wwwEnds(r, i-1) // an address to Markdown itself, also within <code>
		if strings.ContainsRune(special, c) || www || first && i == 0 && strings.ContainsRune(leading, c) {
			fmt.Fprintf(&b, "&#%d;", c)
		} else {
			b.WriteRune(c)
		}
		if gaps && attracts(r, i) {
			b.WriteString(gap)
		}
	}
	return b.String()
}

const (
	special = "&<>`*_~[]{}|\\#@!:$^"
	leading = "-+=.0123456789"
)

// attracts reports whether a forge might make something of what r[i] begins or
// goes on with.
func attracts(r []rune, i int) bool {
	before, after := at(r, i-1), at(r, i+1)
	switch r[i] {
	case '@', '＠', '﹫', '#', '＃', '﹟':
		return true
	case '!', '[', '$':
		return digit(after) || after == r[i]
	case ':', '：':
		return after != 0 && after != ' '
	case '-':
		return letter(before) && (digit(after) || before < 'a')
	case 'w', 'W':
		return after == '.' && wwwEnds(r, i)
	}
	return hexDigit(r[i]) && hexBefore(r, i)%6 == 5
}

// hexBefore counts the hexadecimal digits right before r[i]: seven in a row may be
// a commit.
func hexBefore(r []rune, i int) int {
	n := 0
	for i--; i >= 0 && hexDigit(r[i]); i-- {
		n++
	}
	return n
}

func wwwEnds(r []rune, i int) bool { return i >= 2 && strings.EqualFold(string(r[i-2:i+1]), "www") }

func at(r []rune, i int) rune {
	if i < 0 || i >= len(r) {
		return 0
	}
	return r[i]
}

func digit(c rune) bool    { return c >= '0' && c <= '9' }
func letter(c rune) bool   { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func hexDigit(c rune) bool { return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// prose is inline text, cut where it is endless, in which `code` is code.
func prose(s string, n int) string {
	s, _ = clip(s, n)
	parts := strings.Split(strings.Join(strings.Fields(view.Safe(s)), " "), "`")
	if len(parts)%2 == 0 { // one backtick is left alone
		return inline(s)
	}
	for i, p := range parts {
		if i%2 == 1 {
			parts[i] = code(p)
		} else {
			parts[i] = escape(p, true, false)
		}
	}
	return strings.Join(parts, "")
}

// clip cuts s to n code points, and says how many are left out; 0 keeps it whole.
func clip(s string, n int) (string, int) {
	r := []rune(s)
	if n <= 0 || len(r) <= n+n/5 { // not for the sake of a few
		return s, 0
	}
	return string(r[:n]) + "…", len(r) - n
}
