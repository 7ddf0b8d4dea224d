package load

import (
	"regexp"
	"strings"

	"github.com/smmctl/smmctl/engine/diag"
)

// checkBody looks for lines of dashes that could be taken for what they are
// not. A thematic break, which begins the next segment of a thread, is --- with
// a blank line before and after it; right under a text, the same line makes the
// text a heading (a setext heading, CommonMark 0.31.2 section 4.3). Lines in
// fenced code are left alone.
func checkBody(path, body string, firstLine int) (out diag.List) {
	var fence string
	before, line := "", firstLine-1
	lines := strings.Split(body, "\n")
	for i, l := range lines {
		line++
		if fence != "" {
			if closes(l, fence) {
				fence = ""
			}
			before = l
			continue
		}
		at := diag.Pos{Line: line, Column: len(l) - len(strings.TrimLeft(l, " ")) + 1}
		switch {
		case opens(l) != "":
			fence = opens(l)
		case isUnderline(l) && isText(before):
			out = append(out, diag.New("setext-heading", path, at, "body", "this line makes a heading of the text above it").
				WithHint("for a new segment of a thread leave a blank line before and after ---; for a heading write `# ` before the text"))
		case isBreak(l) && !isBlank(before):
			out = append(out, diag.New("setext-heading", path, at, "body", "a thematic break needs a blank line before it").
				WithHint("leave a blank line before and after ---"))
		case isBreak(l) && i+1 < len(lines) && !isBlank(lines[i+1]):
			out = append(out, diag.New("thematic-break", path, at, "body", "a thematic break needs a blank line after it").Warn().
				WithHint("leave a blank line before and after ---"))
		}
		if len(out) >= maxProblems {
			return out
		}
		before = l
	}
	return out
}

func isBlank(l string) bool { return strings.Trim(l, " \t") == "" }

// unindent takes up to three blanks away: with four, a line is code or goes on.
func unindent(l string) (string, bool) {
	t := strings.TrimLeft(l, " ")
	return strings.TrimRight(t, " \t"), len(l)-len(t) <= 3
}

// isUnderline reports whether a line is only = or only -, as under a heading.
func isUnderline(l string) bool {
	t, ok := unindent(l)
	return ok && t != "" && (strings.Trim(t, "=") == "" || strings.Trim(t, "-") == "")
}

func isBreak(l string) bool {
	t, ok := unindent(l)
	return ok && len(t) >= 3 && strings.Trim(t, "-") == ""
}

// isText reports whether a line is a paragraph's: what dashes below it would
// make a heading.
func isText(l string) bool {
	t, ok := unindent(l)
	if !ok || t == "" || isUnderline(l) {
		return false
	}
	return !notText.MatchString(t)
}

// notText begins what is no paragraph: a heading, a quotation, HTML, a list.
var notText = regexp.MustCompile(`^(#{1,6}( |$)|>|<|[-*+] |\d{1,9}[.)] )`)

// opens returns the fence that a line of code begins with, or "".
func opens(l string) string {
	t, ok := unindent(l)
	for _, c := range []string{"`", "~"} {
		n := len(t) - len(strings.TrimLeft(t, c))
		if ok && n >= 3 && (c == "~" || !strings.Contains(t[n:], "`")) {
			return t[:n]
		}
	}
	return ""
}

func closes(l, fence string) bool {
	t, ok := unindent(l)
	return ok && len(t) >= len(fence) && strings.Trim(t, fence[:1]) == ""
}
