package load

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/diag"
)

// document is a file's YAML as it was parsed: positions are found by walking
// it, and only when somebody asks.
type document struct {
	path     string
	root     *yaml.Node // a mapping, or nil
	offset   int        // lines before the YAML's first
	body     string     // Markdown, line ends normalised, for a post
	bodyLine int        // the body's first line, or 0

	// later is the YAML of a document whose tree is not kept: it is parsed (again)
	// when somebody asks for a place.
	later []byte
	once  sync.Once
}

// forget drops the tree, which takes thirty times the room of its text.
func (d *document) forget(src []byte) { d.root, d.later = nil, src }

func (d *document) parseLater() {
	d.once.Do(func() {
		if d.root == nil && d.later != nil {
			d.root, _ = parse(d.later) // it could be parsed when its values became known
		}
	})
}

// Pos returns the place of a field, or of its nearest ancestor that was
// written. The field "body" is the text's first line. With a trailing colon it
// is the place of the key.
func (f *File[T]) Pos(field string) diag.Pos {
	for a := field; f.At != nil; {
		if p, ok := f.At[a]; ok {
			return p
		}
		i := strings.LastIndexAny(a, ".[:")
		if i <= 0 {
			break
		}
		a = a[:i]
	}
	return f.doc.pos(field)
}

// PosIn is Pos in one of the files that a post is made of: its own, or a
// variant's.
func (f *File[T]) PosIn(path, field string) diag.Pos {
	if d := f.in(path); d != f.doc {
		return d.pos(field)
	}
	return f.Pos(field)
}

// BodyPos returns the place of a byte offset into the body that path holds.
func (f *File[T]) BodyPos(path string, offset int) diag.Pos {
	return f.in(path).bodyPos(offset)
}

func (f *File[T]) in(path string) *document {
	for _, d := range f.variants {
		if d.path == path {
			return d
		}
	}
	return f.doc
}

func (d *document) bodyPos(offset int) diag.Pos {
	if d == nil || d.bodyLine == 0 {
		return diag.Pos{Line: 1, Column: 1}
	}
	before := d.body[:min(max(offset, 0), len(d.body))]
	start := strings.LastIndexByte(before, '\n') + 1
	return diag.Pos{Line: d.bodyLine + strings.Count(before, "\n"), Column: utf8.RuneCountInString(before[start:]) + 1}
}

func (d *document) pos(field string) diag.Pos {
	if d == nil {
		return diag.Pos{Line: 1, Column: 1}
	}
	d.parseLater()
	if d.root == nil {
		return diag.Pos{Line: 1, Column: 1}
	}
	if field == "body" && d.bodyLine > 0 {
		return diag.Pos{Line: d.bodyLine, Column: 1}
	}
	path, wantKey := strings.CutSuffix(field, ":")
	key, value, all := d.find(splitField(path))
	if all && wantKey && key != nil {
		return d.place(key)
	}
	return d.place(value)
}

// place turns a node's position in the YAML into one in the file.
func (d *document) place(n *yaml.Node) diag.Pos {
	if n == nil || n == d.root && d.offset > 0 {
		return diag.Pos{Line: 1, Column: 1} // the front matter as a whole
	}
	return diag.Pos{Line: max(n.Line, 1) + d.offset, Column: max(n.Column, 1)}
}

// find walks down as far as there are nodes, and reports whether it came to the
// end. Within an alias the place is that of what it stands for.
func (d *document) find(path []string) (key, value *yaml.Node, all bool) {
	value = d.root
	if value == nil {
		return nil, nil, false
	}
	for _, step := range path {
		k, v := child(value, step)
		if v == nil {
			return key, value, false
		}
		key, value = k, v
	}
	return key, value, true
}

// child returns what a step of a path leads to: a mapping's key and value, or a
// sequence's item.
func child(n *yaml.Node, step string) (key, value *yaml.Node) {
	for hops := 0; n.Kind == yaml.AliasNode && hops < maxDepth; hops++ {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return nil, n.Content[i]
		}
	}
	return nil, nil
}

// splitField takes "media[0].alt" apart into media, 0, alt.
func splitField(field string) []string {
	if field == "" {
		return nil
	}
	steps := strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	return steps
}

// joinField is the inverse of splitField: numbers become indices.
func joinField(steps []string) string {
	var b strings.Builder
	for _, s := range steps {
		if _, err := strconv.Atoi(s); err == nil && b.Len() > 0 {
			b.WriteString("[" + s + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s)
	}
	return b.String()
}
