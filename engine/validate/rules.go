package validate

import (
	"maps"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// Rule is one thing that is checked. docs/rules.md is written from the table.
type Rule struct {
	Stage    string // of the check, the heading in docs/rules.md
	Name     string
	Severity diag.Severity // unless smm.yaml's rules say otherwise
	// Fixed rules guard what would be unsafe to publish: smm.yaml cannot change
	// them.
	Fixed bool
	// Draft rules only warn in a draft or an idea: it is not finished yet.
	Draft bool
	Doc   string
}

// Off is the severity in smm.yaml that silences a rule.
const Off = "off"

// Rules returns every rule by name.
func Rules() map[string]Rule {
	out := make(map[string]Rule, len(table))
	for _, r := range table {
		out[r.Name] = r
	}
	return out
}

// RuleNames returns the rules' names in order.
func RuleNames() []string { return slices.Sorted(maps.Keys(Rules())) }

// severities applies smm.yaml's rules to diagnostics.
type severities struct {
	rules map[string]Rule
	set   map[string]string
}

func newSeverities(set map[string]string) severities { return severities{Rules(), set} }

// apply returns d as smm.yaml wants it, or false where it is silenced.
func (s severities) apply(d diag.Diagnostic) (diag.Diagnostic, bool) {
	wanted, ok := s.set[d.Rule]
	if !ok || s.rules[d.Rule].Fixed {
		return d, true
	}
	if wanted == Off {
		return d, false
	}
	if known := diag.Severity(wanted); known == diag.Error || known == diag.Warning || known == diag.Info {
		d.Severity = known
	}
	return d, true
}

// all applies smm.yaml's rules to a list, in place.
func (s severities) all(list diag.List) diag.List {
	if len(s.set) == 0 {
		return list
	}
	kept := list[:0]
	for _, d := range list {
		if d, ok := s.apply(d); ok {
			kept = append(kept, d)
		}
	}
	return kept
}

// soften turns the errors that a draft may have into warnings.
func (s severities) soften(list diag.List, status content.Status) {
	switch status {
	case content.Ready, content.InReview, content.OnHold:
		return
	}
	for i, d := range list {
		if d.Severity == diag.Error && s.rules[d.Rule].Draft {
			list[i] = d.Warn()
		}
	}
}
