// Package format gives a workspace's files their canonical form: the keys in
// the order of content's structs, one blank between things, comments kept. It
// moves and trims the text that is there instead of printing the values anew,
// so that quotes, comments, blank lines and long texts stay as they were
// written; and it compares the values before and after, so that a form that it
// does not understand is left alone rather than changed in meaning. It imports
// content (for the order) and load (to read).
package format

import (
	"bytes"
	"fmt"
	"path"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
)

// Kind is a kind of file, by which the keys are ordered.
type Kind string

// The kinds.
const (
	Workspace Kind = "workspace"
	Strategy  Kind = "strategy"
	Account   Kind = "account"
	Campaign  Kind = "campaign"
	Playbook  Kind = "playbook"
	Plan      Kind = "plan"
	Post      Kind = "post"
	Variant   Kind = "variant"
)

// KindOf tells a file's kind by its path in the workspace; false for a file
// that is none of ours.
func KindOf(name string) (Kind, bool) {
	p := strings.Split(path.Clean(name), "/")
	switch {
	case len(p) == 1 && p[0] == "smm.yaml":
		return Workspace, true
	case p[0] == "strategies" && len(p) == 3 && p[2] == "strategy.yaml":
		return Strategy, true
	case p[0] == "strategies" && len(p) == 3 && p[2] == "playbook.yaml":
		return Playbook, true
	case p[0] == "strategies" && len(p) == 4 && p[2] == "accounts" && path.Ext(p[3]) == ".yaml":
		return Account, true
	case p[0] == "strategies" && len(p) == 4 && p[2] == "campaigns" && path.Ext(p[3]) == ".yaml":
		return Campaign, true
	case p[0] == "content" && len(p) == 4 && p[3] == "plan.yaml":
		return Plan, true
	case p[0] == "content" && len(p) == 4 && path.Ext(p[3]) == ".md" && !strings.EqualFold(p[3], "README.md"):
		if strings.Contains(strings.TrimSuffix(p[3], ".md"), ".") {
			return Variant, true
		}
		return Post, true
	}
	return "", false
}

// Markdown reports whether files of the kind are Markdown with front matter.
func (k Kind) Markdown() bool { return k == Post || k == Variant }

func (k Kind) shape() reflect.Type {
	switch k {
	case Workspace:
		return reflect.TypeFor[content.Workspace]()
	case Strategy:
		return reflect.TypeFor[content.Strategy]()
	case Account:
		return reflect.TypeFor[content.Account]()
	case Campaign:
		return reflect.TypeFor[content.Campaign]()
	case Playbook:
		return reflect.TypeFor[content.Playbook]()
	case Plan:
		return reflect.TypeFor[content.MonthPlan]()
	}
	return reflect.TypeFor[content.Post]()
}

// Error is a file that cannot be formatted, because it cannot be read.
type Error struct{ Diagnostics diag.List }

// Error says the first problem.
func (e *Error) Error() string {
	d := e.Diagnostics[0]
	return fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Summary)
}

// File formats a file by its kind.
func File(src []byte, kind Kind) ([]byte, error) {
	if kind.Markdown() {
		return Markdown(src, kind)
	}
	return YAML(src, kind)
}

// YAML returns a YAML file in its canonical form. A file that cannot be read is
// an *Error.
func YAML(src []byte, kind Kind) ([]byte, error) {
	s, problems := load.SourceOf("", src, false)
	if problems.HasErrors() {
		return nil, &Error{problems}
	}
	return reorder(s, kind), nil
}

// Markdown returns a post or a variant with its front matter in canonical form.
// The body is left as it is, but for one line end at its end. A variant without
// front matter is all body.
func Markdown(src []byte, kind Kind) ([]byte, error) {
	s, problems := load.SourceOf("", src, true)
	if problems.HasErrors() {
		if kind == Variant && problems[0].Rule == "front-matter-missing" {
			return endLine(src, eol(src)), nil
		}
		return nil, &Error{problems}
	}
	nl := eol(src)
	rest := src[s.Offset+len(s.YAML):]
	_, body, _ := bytes.Cut(rest, []byte("\n")) // behind the closing line
	var out bytes.Buffer
	out.WriteString("---" + nl)
	out.Write(reorder(s, kind))
	out.WriteString("---" + nl)
	if len(bytes.TrimRight(body, "\r\n")) > 0 {
		out.Write(endLine(body, nl))
	}
	return out.Bytes(), nil
}

// eol returns the file's line end, which its canonical form keeps.
func eol(src []byte) string {
	if first, _, ok := bytes.Cut(src, []byte("\n")); ok && bytes.HasSuffix(first, []byte("\r")) {
		return "\r\n"
	}
	return "\n"
}

// endLine gives text one line end at its end; nothing stays nothing.
func endLine(src []byte, nl string) []byte {
	text := bytes.TrimRight(src, "\r\n")
	if len(text) == 0 {
		return nil
	}
	return append(bytes.Clone(text), nl...)
}

// reorder returns the YAML in canonical form, or what comes nearest to it and
// means the same.
func reorder(s load.Source, kind Kind) []byte {
	nl := eol(s.YAML)
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(string(s.YAML), "\r\n", "\n"), "\n"), "\n")
	if s.Root != nil && !hasAnchors(s.Root) {
		f := formatter{lines: lines}
		if out := tidy(f.document(s.Root, kind.shape()), nl); means(out, s) {
			return out
		}
	}
	if out := endLine(s.YAML, nl); means(out, s) {
		return out
	}
	return s.YAML
}

// means reports whether out says what s does.
func means(out []byte, s load.Source) bool {
	after, problems := load.SourceOf("", out, false)
	if len(problems) == 1 && problems[0].Rule == "empty-file" {
		return len(s.Values) == 0
	}
	return !problems.HasErrors() && reflect.DeepEqual(after.Values, s.Values)
}

// tidy joins lines; blank ones at both ends go.
func tidy(lines []string, nl string) []byte {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, nl) + nl)
}

// hasAnchors reports whether the order of keys can matter.
func hasAnchors(n *yaml.Node) bool {
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		return true
	}
	for _, c := range n.Content {
		if hasAnchors(c) {
			return true
		}
	}
	return false
}
