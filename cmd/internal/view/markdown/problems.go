package markdown

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
)

func countProblems(r *engine.Review) (errors, warnings, old int) {
	errors = len(Unread(r))
	for _, d := range r.Diagnostics {
		switch {
		case d.Severity == diag.Info:
		case !d.New:
			old++
		case d.Severity == diag.Error:
			errors++
		default:
			warnings++
		}
	}
	return errors, warnings, old
}

var weight = map[diag.Severity]int{diag.Error: 0, diag.Warning: 1, diag.Info: 2}

// Foremost returns diagnostics in the order in which they matter to a reviewer:
// errors first, then those on lines that the proposal changes.
func Foremost(list []engine.ReviewedDiagnostic) []engine.ReviewedDiagnostic {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b engine.ReviewedDiagnostic) int {
		return cmp.Or(cmp.Compare(weight[a.Severity], weight[b.Severity]), cmp.Compare(rank(a), rank(b)),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return out
}

func rank(d engine.ReviewedDiagnostic) int {
	if d.ChangedLine {
		return 0
	}
	return 1
}

// problems are those that the proposal brings, and what could not be read.
func problems(r *engine.Review) []string {
	var out []string
	for _, p := range Unread(r) {
		out = append(out, fmt.Sprintf("- **error** %s: %s\n", path(p.Path), prose(p.Summary, 400)))
	}
	for _, d := range Foremost(r.Diagnostics) {
		if !d.New {
			continue
		}
		line := fmt.Sprintf("- **%s** %s: %s", severity(d.Severity), path(fmt.Sprintf("%s:%d", d.Path, d.Line)), prose(d.Summary, 400))
		if d.Hint != "" {
			line += "<br>→ " + prose(d.Hint, 400)
		}
		out = append(out, line+"\n")
	}
	return out
}

// Remark is a problem in a comment on its line.
func Remark(d diag.Diagnostic) string {
	s := fmt.Sprintf("**%s**: %s", severity(d.Severity), prose(d.Summary, 600))
	if d.Hint != "" {
		s += "<br>→ " + prose(d.Hint, 600)
	}
	return s + "\n"
}

func severity(s diag.Severity) diag.Severity {
	if _, known := weight[s]; known {
		return s
	}
	return diag.Error
}

// older counts the problems that were there before.
func older(r *engine.Review) string {
	n := map[diag.Severity]int{}
	for _, d := range r.Diagnostics {
		if !d.New {
			n[d.Severity]++
		}
	}
	if n[diag.Error]+n[diag.Warning] == 0 {
		return ""
	}
	return fmt.Sprintf("- From before this proposal: %s, %s; `smmctl validate` names them.\n",
		count(n[diag.Error], "error"), count(n[diag.Warning], "warning"))
}

// Unread are the plan's errors that are no diagnostics: accounts that could not
// be read.
func Unread(r *engine.Review) []plan.Problem {
	told := map[plan.Problem]bool{}
	for _, d := range r.Diagnostics {
		told[plan.Problem{Path: d.Path, Summary: fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Summary)}] = true
	}
	return slices.DeleteFunc(slices.Clone(r.Plan.Errors), func(p plan.Problem) bool { return told[p] })
}
