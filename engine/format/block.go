package format

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// formatter rearranges a YAML text's lines. A region is a half-open range of
// lines; every method returns what its region becomes.
type formatter struct{ lines []string }

// entry is one key of a block mapping, or one item of a block sequence, with
// the lines that are its own.
type entry struct {
	gap  int // blank lines and comments before it begin here
	line int // its key's line, or its dash's
	end  int
	key  *yaml.Node // nil for an item
	val  *yaml.Node
}

// document formats the whole: comments at the top stay at the top, and those at
// the end at the end.
func (f *formatter) document(root *yaml.Node, shape reflect.Type) []string {
	if root.Style&yaml.FlowStyle != 0 {
		return f.lines
	}
	end := f.gapBefore(len(f.lines), 0, root.Column)
	head := f.header(root.Content[0].Line - 1)
	out := squeeze(f.lines[:head])
	out = append(out, f.mapping(root, shape, head, end)...)
	return append(out, squeeze(f.lines[end:])...)
}

// header returns how many lines before the first key are the file's own, not
// the key's: all down to the last blank one, or to the editor's schema line.
func (f *formatter) header(first int) int {
	for i := first; i > 0; i-- {
		if l := strings.TrimSpace(f.lines[i-1]); l == "" || !strings.HasPrefix(l, "#") {
			return i // a blank line, or the --- that begins a document
		} else if strings.HasPrefix(l, "# yaml-language-server:") {
			return first
		}
	}
	return 0
}

// gapBefore walks up from a key's line over blank lines and over comments in
// the key's own column (from 1), no further than stop.
func (f *formatter) gapBefore(line, stop, column int) int {
	for line > stop {
		l := f.lines[line-1]
		t := strings.TrimLeft(l, " ")
		if strings.TrimSpace(l) != "" && (!strings.HasPrefix(t, "#") || len(l)-len(t) != column-1) {
			break
		}
		line--
	}
	return line
}

// mapping formats a block mapping whose first key may stand behind a dash.
func (f *formatter) mapping(n *yaml.Node, shape reflect.Type, start, end int) []string {
	entries := f.entries(n, start, end)
	if len(entries) == 0 {
		return f.lines[start:end]
	}
	order := slices.Clone(entries)
	slices.SortStableFunc(order, func(a, b entry) int { return rankOf(shape, a.key.Value) - rankOf(shape, b.key.Value) })
	lead := f.lines[entries[0].line][:n.Column-1] // blanks, or the dash
	if strings.TrimSpace(lead) != "" && order[0].gap < order[0].line && order[0].key != entries[0].key {
		order = entries // its comment would have to go before the dash
	}
	var out []string
	for i, e := range order {
		gap := indent(squeeze(f.lines[e.gap:e.line]), len(lead))
		if i == 0 && start == e.line || i == 0 && len(gap) > 0 && gap[0] == "" {
			gap = slices.DeleteFunc(gap, func(l string) bool { return l == "" })
		}
		body := f.entry(e, fieldOf(shape, e.key.Value))
		if i == 0 {
			body[0] = lead + body[0][len(lead):]
		} else {
			body[0] = strings.Repeat(" ", len(lead)) + body[0][len(lead):]
		}
		out = append(append(out, gap...), body...)
	}
	tail := f.lines[entries[len(entries)-1].end:end] // stays at the end
	return append(out, indent(squeeze(tail), len(lead))...)
}

// entries finds each key's lines; nil where the text is not laid out one key a
// line in one column.
func (f *formatter) entries(n *yaml.Node, start, end int) []entry {
	var out []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		e := entry{line: k.Line - 1, key: k, val: v}
		if e.line < start || e.line >= end || k.Column != n.Column || len(f.lines[e.line]) < n.Column-1 {
			return nil
		}
		lead := f.lines[e.line][:n.Column-1]
		if i > 0 && strings.Trim(lead, " ") != "" || i == 0 && strings.Trim(lead, " -") != "" {
			return nil
		}
		e.gap = start
		if i > 0 {
			last := &out[len(out)-1]
			if e.line <= last.line {
				return nil
			}
			e.gap = f.gapBefore(e.line, last.line+1, n.Column)
			last.end = e.gap
		}
		out = append(out, e)
	}
	if len(out) > 0 {
		last := &out[len(out)-1]
		last.end = f.gapBefore(end, last.line+1, n.Column)
	}
	return out
}

// entry formats one key with its value.
func (f *formatter) entry(e entry, shape reflect.Type) []string {
	body := slices.Clone(f.lines[e.line:e.end])
	v := e.val
	switch {
	case v.Style&yaml.TaggedStyle != 0:
		return body
	case v.Kind == yaml.MappingNode && v.Style&yaml.FlowStyle == 0 && v.Line-1 > e.line:
		rest := f.mapping(v, shape, e.line+1, e.end)
		return append([]string{trimEnd(body[0])}, rest...)
	case v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle == 0 && v.Line-1 > e.line:
		rest := f.sequence(v, shape, e.line+1, e.end)
		return append([]string{trimEnd(body[0])}, rest...)
	case v.Line-1 == e.line:
		body[0] = f.inline(body[0], e.key, v, shape, f.isOneLine(e))
	}
	return body
}

// isOneLine reports whether only comments follow an entry's first line.
func (f *formatter) isOneLine(e entry) bool {
	if e.val.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return false
	}
	return !slices.ContainsFunc(f.lines[e.line+1:e.end], func(l string) bool {
		l = strings.TrimSpace(l)
		return l != "" && l[0] != '#'
	})
}

// sequence formats a block sequence: its items keep their order.
func (f *formatter) sequence(n *yaml.Node, shape reflect.Type, start, end int) []string {
	elem := elemOf(shape)
	items := f.items(n, start, end)
	if len(items) == 0 {
		return f.lines[start:end]
	}
	var out []string
	for _, e := range items {
		out = append(out, squeeze(f.lines[e.gap:e.line])...)
		if e.val.Kind == yaml.MappingNode && e.val.Style&(yaml.FlowStyle|yaml.TaggedStyle) == 0 {
			out = append(out, f.mapping(e.val, elem, e.line, e.end)...)
			continue
		}
		body := slices.Clone(f.lines[e.line:e.end])
		if len(body) == 1 {
			body[0] = f.inline(body[0], nil, e.val, elem, true)
		}
		out = append(out, body...)
	}
	return append(out, squeeze(f.lines[items[len(items)-1].end:end])...)
}

// items finds each item's lines; nil where an item does not begin behind its
// dash.
func (f *formatter) items(n *yaml.Node, start, end int) []entry {
	var out []entry
	for i, v := range n.Content {
		e := entry{line: v.Line - 1, val: v, gap: start}
		if e.line < start || e.line >= end || len(f.lines[e.line]) < v.Column-1 || strings.Trim(f.lines[e.line][:v.Column-1], " ") != "-" {
			return nil
		}
		if i > 0 {
			last := &out[len(out)-1]
			if e.line <= last.line {
				return nil
			}
			dash := strings.IndexByte(f.lines[e.line], '-') + 1
			e.gap = f.gapBefore(e.line, last.line+1, dash)
			last.end = e.gap
		}
		out = append(out, e)
	}
	if len(out) > 0 {
		last := &out[len(out)-1]
		last.end = f.gapBefore(end, last.line+1, strings.IndexByte(f.lines[last.line], '-')+1)
	}
	return out
}

// indent moves comments into their key's column: further right, they could
// become part of a text above them.
func indent(comments []string, n int) []string {
	for i, l := range comments {
		if l != "" {
			comments[i] = strings.Repeat(" ", n) + strings.TrimLeft(l, " ")
		}
	}
	return comments
}

// squeeze returns comments and blank lines with no two blank ones in a row.
func squeeze(lines []string) []string {
	var out []string
	for _, l := range lines {
		l = trimEnd(l)
		if l == "" && len(out) > 0 && out[len(out)-1] == "" {
			continue
		}
		out = append(out, l)
	}
	return out
}

func trimEnd(l string) string { return strings.TrimRight(l, " \t") }
