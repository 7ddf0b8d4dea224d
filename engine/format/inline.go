package format

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// inline formats a value on its key's (or its dash's) line: one blank before
// it, lists and groups written evenly. Where last is not set, the value goes on
// in the next lines and only what is before it may change.
func (f *formatter) inline(line string, key, v *yaml.Node, shape reflect.Type, whole bool) string {
	at, ok := byteAt(line, v.Column)
	if !ok {
		return line
	}
	head, text := line[:at], line[at:]
	if key != nil && text != "" && v.Value+v.Tag != "!!null" {
		if t := strings.TrimRight(head, " \t"); strings.HasSuffix(t, ":") {
			head = t + " "
		}
	}
	if !whole {
		return head + text
	}
	if v.Style&yaml.FlowStyle != 0 {
		p := flow{text: text}
		if end, ok := p.end(); ok {
			if out, ok := evenly(line, v, shape); ok {
				text = out + text[end:]
			}
		}
	}
	return trimEnd(head + text)
}

// byteAt turns a column (from 1, in code points) into an offset.
func byteAt(line string, column int) (int, bool) {
	n := 1
	for i := range line {
		if n == column {
			return i, true
		}
		n++
	}
	return len(line), n == column
}

// flow finds the end of a list or group that begins text.
type flow struct{ text string }

// end returns the offset behind the closing bracket; false where it is not on
// this line, or where a comment is inside.
func (p flow) end() (int, bool) {
	depth := 0
	for i := 0; i < len(p.text); i++ {
		switch c := p.text[i]; c {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1, true
			}
		case '"', '\'':
			if !p.opensQuote(i) {
				continue
			}
			n, ok := quotedLen(p.text[i:])
			if !ok {
				return 0, false
			}
			i += n - 1
		case '#':
			if i > 0 && (p.text[i-1] == ' ' || p.text[i-1] == '\t') {
				return 0, false
			}
		}
	}
	return 0, false
}

// opensQuote reports whether a quote begins a value, rather than being part of
// a plain one, as in it's.
func (p flow) opensQuote(i int) bool {
	before := strings.TrimRight(p.text[:i], " \t")
	return before == "" || strings.ContainsRune("[{,:", rune(before[len(before)-1]))
}

// quotedLen returns the length of the quoted text that begins s.
func quotedLen(s string) (int, bool) {
	q := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case q == '"' && s[i] == '\\':
			i++
		case s[i] == q && q == '\'' && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1, true
		}
	}
	return 0, false
}

// evenly writes a value that stands on one line, with its scalars as they were
// written; false for what it does not know.
func evenly(line string, n *yaml.Node, shape reflect.Type) (string, bool) {
	if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		return "", false
	}
	switch n.Kind {
	case yaml.SequenceNode:
		var items []string
		for _, c := range n.Content {
			s, ok := evenly(line, c, elemOf(shape))
			if !ok {
				return "", false
			}
			items = append(items, s)
		}
		return "[" + strings.Join(items, ", ") + "]", true
	case yaml.MappingNode:
		return evenGroup(line, n, shape)
	case yaml.ScalarNode:
		return rawScalar(line, n)
	}
	return "", false
}

func evenGroup(line string, n *yaml.Node, shape reflect.Type) (string, bool) {
	type pair struct {
		rank int
		text string
	}
	var pairs []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, ok1 := rawScalar(line, n.Content[i])
		v, ok2 := evenly(line, n.Content[i+1], fieldOf(shape, n.Content[i].Value))
		if !ok1 || !ok2 {
			return "", false
		}
		pairs = append(pairs, pair{rankOf(shape, n.Content[i].Value), k + ": " + v})
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.rank, b.rank) })
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p.text
	}
	return "{" + strings.Join(texts, ", ") + "}", true
}

// rawScalar returns a scalar as it was written.
func rawScalar(line string, n *yaml.Node) (string, bool) {
	at, ok := byteAt(line, n.Column)
	if !ok || n.Value == "" && n.Style == 0 || n.Anchor != "" {
		return "", false
	}
	rest := line[at:]
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		end, ok := quotedLen(rest + " ")
		if !ok {
			return "", false
		}
		return rest[:min(end, len(rest))], true
	}
	return n.Value, n.Style == 0 && strings.HasPrefix(rest, n.Value)
}
