// Package diag holds diagnostics: problems in what a person wrote, each with
// the place of the very key or word. It imports only the standard library. An
// error value, by contrast, is a failure of ours or of the world.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says how much a diagnostic weighs. Only Error holds a post.
type Severity string

// The severities, heaviest first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Pos is a place in a file. Lines and columns start at 1; columns count code
// points. The zero Pos stands for the whole file.
type Pos struct {
	Line   int
	Column int
}

// Diagnostic is one problem. Its JSON form is part of the contract.
type Diagnostic struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Path     string   `json:"path"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Summary  string   `json:"summary"`
	Detail   string   `json:"detail"`
	Hint     string   `json:"hint"`
	Field    string   `json:"field"`
}

// New makes an error diagnostic; the other severities are set on the result.
func New(rule, path string, at Pos, field, format string, args ...any) Diagnostic {
	return Diagnostic{
		Rule: rule, Severity: Error, Path: path,
		Line: max(at.Line, 1), Column: max(at.Column, 1),
		Field: field, Summary: fmt.Sprintf(format, args...),
	}
}

// Warn returns d as a warning.
func (d Diagnostic) Warn() Diagnostic { d.Severity = Warning; return d }

// WithHint returns d with what to do next.
func (d Diagnostic) WithHint(format string, args ...any) Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithDetail returns d with an explanation.
func (d Diagnostic) WithDetail(format string, args ...any) Diagnostic {
	d.Detail = fmt.Sprintf(format, args...)
	return d
}

// List is a set of diagnostics in a report's order.
type List []Diagnostic

// HasErrors reports whether any diagnostic is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns how many diagnostics have severity s.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}

// Sort orders l by path, line, column, rule and summary, so that two runs over
// the same files print the same bytes.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Summary, b.Summary),
		)
	})
}
