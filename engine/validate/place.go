package validate

import (
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
)

// place is where diagnostics of one file point.
type place struct {
	path string
	pos  func(field string) diag.Pos
}

func placeOf[T any](f *load.File[T]) place { return place{f.Path, f.Pos} }

// diag makes a diagnostic of a rule at a field, with the rule's own severity.
func (p place) diag(rule, field, format string, args ...any) diag.Diagnostic {
	return at(rule, p.path, p.pos(field), field, format, args...)
}

// at makes a diagnostic of a rule, with the rule's own severity.
func at(rule, path string, pos diag.Pos, field, format string, args ...any) diag.Diagnostic {
	d := diag.New(rule, path, pos, field, format, args...)
	if r, ok := ruleSet[rule]; ok {
		d.Severity = r.Severity
	}
	return d
}
