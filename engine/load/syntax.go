package load

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/diag"
)

// maxBisect is the largest text in which the very place of a syntax error is
// searched by parsing parts of it, in bytes.
const maxBisect = 64 << 10

// syntaxProblem turns the YAML parser's error into a diagnostic. The parser
// names at most a line, often that of the surrounding group; the place is found
// again here, and the slips that people make most have hints of their own.
func syntaxProblem(path string, src []byte, offset int, err error) diag.Diagnostic {
	var several errSeveral
	if errors.As(err, &several) {
		return diag.New("yaml-syntax", path, diag.Pos{Line: int(several) + offset, Column: 1}, "",
			"a second YAML document begins here; a file holds one").WithHint("take the line of dashes away")
	}
	e := parseSyntaxError(err)
	at := e.locate(src)
	if t, ok := findTrap(src, at.Line); ok {
		at = diag.Pos{Line: t.at.Line + offset, Column: t.at.Column}
		return diag.New(t.rule, path, at, "", "%s", t.summary).WithHint("%s", t.hint)
	}
	says := e.words()
	at.Line += offset
	return diag.New("yaml-syntax", path, at, "", "%s", says.summary).WithHint("%s", says.hint)
}

// syntaxError is the parser's message, without its line.
type syntaxError struct {
	message string
	line    int // 0: not named
}

func parseSyntaxError(err error) syntaxError {
	m := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(m, "line "); ok {
		if n, text, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(n); err == nil {
				return syntaxError{text, line}
			}
		}
	}
	return syntaxError{m, 0}
}

// inParser reports whether the grammar refused, rather than the scanner: such
// errors count lines from 0.
func (e syntaxError) inParser() bool { return strings.HasPrefix(e.message, "did not find expected") }

func (e syntaxError) locate(src []byte) diag.Pos {
	line := max(e.line, 1)
	if e.inParser() {
		line = e.line + 1
	}
	line = min(line, bytes.Count(bytes.TrimRight(src, "\n"), []byte("\n"))+1)
	switch {
	case strings.HasPrefix(e.message, "unknown anchor"):
		name := strings.Split(e.message, "'")[1]
		return posAt(src, max(bytes.Index(src, []byte("*"+name)), 0))
	case strings.HasPrefix(e.message, "control characters"):
		return posAt(src, max(bytes.IndexFunc(src, isControl), 0))
	case strings.HasPrefix(e.message, "did not find expected ','"):
		for line > 1 && !strings.ContainsAny(lineAt(src, line), "[{") {
			line--
		}
		return inLine(src, line, "[{")
	case strings.HasPrefix(e.message, "found unexpected end of stream"):
		return inLine(src, line, `"'`)
	case len(src) <= maxBisect:
		if at, ok := e.bisect(src); ok {
			return at
		}
	}
	return inLine(src, line, "")
}

func isControl(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}

// bisect finds the shortest beginning of src that is refused for the same
// reason; its last character is where the trouble is.
func (e syntaxError) bisect(src []byte) (diag.Pos, bool) {
	refused := func(n int) bool {
		_, err := parse(src[:n])
		return err != nil && parseSyntaxError(err).message == e.message
	}
	lo, hi := 0, len(src) // refused(hi), and not refused(lo)
	if !refused(hi) {
		return diag.Pos{}, false
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; refused(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	at := hi - 1
	for at > 0 && !utf8.RuneStart(src[at]) {
		at--
	}
	return posAt(src, at), true
}

// posAt turns a byte offset into a place.
func posAt(src []byte, at int) diag.Pos {
	before := src[:min(at, len(src))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return diag.Pos{Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[start:]) + 1}
}

// inLine returns the place of the first of chars in a line, or of its first
// word.
func inLine(src []byte, line int, chars string) diag.Pos {
	l := lineAt(src, line)
	i := strings.IndexAny(l, chars)
	if i < 0 {
		i = len(l) - len(strings.TrimLeft(l, " \t"))
	}
	return diag.Pos{Line: line, Column: utf8.RuneCountInString(l[:i]) + 1}
}

func lineAt(src []byte, line int) string {
	for ; line > 1; line-- {
		_, rest, ok := bytes.Cut(src, []byte("\n"))
		if !ok {
			return ""
		}
		src = rest
	}
	l, _, _ := bytes.Cut(src, []byte("\n"))
	return strings.TrimRight(string(l), "\r")
}

// saying is what a person is told.
type saying struct{ summary, hint string }

// words says what the parser's message means. The parser's own words stand
// where nothing better is known.
func (e syntaxError) words() saying {
	for _, s := range sayings {
		if strings.HasPrefix(e.message, s.message) {
			return s.saying
		}
	}
	return saying{"this is not YAML: " + clip(e.message), "a text with : # [ ] { } or quotes in it must be in quotes"}
}

var sayings = []struct {
	message string
	saying
}{
	{"mapping values are not allowed", saying{"a second value cannot begin here", "put a text that holds a colon in quotes; keys of one group begin in the same column"}},
	{"did not find expected key", saying{"a key was expected here", "put the whole value in quotes; keys of one group begin in the same column"}},
	{"did not find expected ',' or ']'", saying{"the list that begins here has no end, or lacks a comma", "close it with ], and separate its values with commas"}},
	{"did not find expected ',' or '}'", saying{"the group that begins here has no end, or lacks a comma", "close it with }, and separate its values with commas"}},
	{"did not find expected '-' indicator", saying{"a list's item was expected here", "each item begins with `- ` in the same column"}},
	{"did not find expected <document start>", saying{"there is something behind the end of the text", "keys of one group begin in the same column"}},
	{"could not find expected ':'", saying{"a key without a value", "write `key: value`, with a blank after the colon"}},
	{"found unexpected end of stream", saying{"the quotes that open here are never closed", "close them on the same line"}},
	{"did not find expected alphabetic", saying{"* begins a reference, and & a name for one", "put a text that begins with * or & in quotes"}},
	{"unknown anchor", saying{"a * begins a reference to something that is not there", "put a text that begins with * in quotes"}},
	{"control characters are not allowed", saying{"a control character that cannot be seen stands here", "take it away"}},
	{"found unknown escape character", saying{"a backslash in double quotes begins an escape, and this one is unknown", "use single quotes, or write \\\\"}},
	{"found a tab character", saying{"a tab cannot indent", "use blanks"}},
	{"found character that cannot start any token", saying{"a value cannot begin with this character", "put the value in quotes"}},
	{"exceeded max depth", saying{"values are nested too deeply", "write it flatter"}},
}

// trap is a slip that is known, found in a line by its looks.
type trap struct {
	rule string
	at   diag.Pos
	saying
}

var traps = []struct {
	rule string
	find *regexp.Regexp // its first group is the place; the hint may repeat $1 and $2
	saying
}{
	{"tab-indent", regexp.MustCompile(`^ *(\t)()`),
		saying{"a tab cannot indent", "use blanks; most editors can be told to"}},
	{"yaml-syntax", regexp.MustCompile(`[:\[,-]\s+(\{\{)([^}]*)`),
		saying{"a value cannot begin with {{", "put the whole value in quotes"}},
	{"yaml-syntax", regexp.MustCompile(`[\[,]\s*(#)([^\s,\]]*)`),
		saying{"a # begins a comment: what follows it in this line is not read", `put the tag in quotes: ["#$2"]`}},
	{"yaml-syntax", regexp.MustCompile(`(?:^\s*-\s+|[\[,{:]\s*)(@)([^\s,\]}]*)`),
		saying{"a value cannot begin with @", `put it in quotes: "@$2"`}},
	{"yaml-syntax", regexp.MustCompile(`(?:[:,\[]|^\s*-)\s+([%` + "`" + `])()`),
		saying{"a value cannot begin with this character", "put the whole value in quotes"}},
	{"yaml-syntax", regexp.MustCompile(`^\s*(?:- +)?([a-z_]+):([^\s/:"'][^:]*)$`),
		saying{"a blank is missing after the colon", "write `$1: $2`"}},
	{"yaml-syntax", regexp.MustCompile(`:\s+(')[^']*'([^\s,\]}#])`),
		saying{"the text ends at its second apostrophe", `put it in double quotes, or write '' for an apostrophe`}},
}

// findTrap looks for a known slip on a line, then on its neighbours: the parser
// often stumbles one line later, or names the line before.
func findTrap(src []byte, line int) (trap, bool) {
	for _, n := range []int{line, line - 1, line + 1} {
		l := lineAt(src, n)
		for _, t := range traps {
			m := t.find.FindStringSubmatchIndex(l)
			if n < 1 || m == nil || quoted(l[:m[2]]) {
				continue
			}
			at := diag.Pos{Line: n, Column: utf8.RuneCountInString(l[:m[2]]) + 1}
			said := saying{t.summary, strings.NewReplacer("$1", clip(l[m[2]:m[3]]), "$2", clip(strings.TrimSpace(l[m[4]:m[5]]))).Replace(t.hint)}
			return trap{t.rule, at, said}, true
		}
	}
	return trap{}, false
}

// quoted reports whether double quotes are open at the end of s.
func quoted(s string) bool { return strings.Count(s, `"`)%2 == 1 }
