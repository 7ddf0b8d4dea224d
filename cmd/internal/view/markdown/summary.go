package markdown

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
)

func title(o Options) string {
	if o.Workspace == "" {
		return "### What merging this does\n\n"
	}
	return "### What merging this does in " + path(o.Workspace) + "\n\n"
}

// summaryLine is all that somebody in a hurry reads.
func summaryLine(r *engine.Review) string {
	parts := []string{"**" + Counts(r.Plan) + "**"}
	errors, warnings, old := countProblems(r)
	if errors > 0 {
		parts = append(parts, "**"+count(errors, "error")+"**")
	}
	if warnings > 0 {
		parts = append(parts, count(warnings, "warning"))
	}
	if old > 0 {
		parts = append(parts, count(old, "problem")+" from before")
	}
	switch {
	case r.Because != "":
		parts = append(parts, "offline: "+prose(r.Because, 300))
	case r.Offline:
		parts = append(parts, "offline: no platform was asked")
	default:
		parts = append(parts, "compared with what is live")
	}
	return strings.Join(parts, " · ") + "\n"
}

// Counts says in a few words what a plan comes to: 2 to publish, 1 held.
func Counts(p *plan.Plan) string {
	s := p.Summary
	var parts []string
	for _, c := range []struct {
		n    int
		text string
	}{
		{s.Publish, "to publish"}, {s.Schedule, "to schedule"}, {s.Wait, "waiting for their time"}, {s.Edit, "to edit"},
		{s.Replace, "to replace"}, {s.Retract, "to retract"}, {s.Reschedule, "to reschedule"}, {s.Unschedule, "to unschedule"},
		{s.Adopt, "to adopt"}, {s.Forget, "to forget"}, {s.Accept, "to accept"}, {s.Revert, "to revert"},
		{s.Hold, "held"}, {s.Missed, "missed"}, {s.Unknown, "unknown"}, {len(p.Drift), "drifted"}, {len(p.Refusals), "refused"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.text))
		}
	}
	if len(parts) == 0 {
		return "No publication changes"
	}
	return strings.Join(parts, ", ")
}

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

// path is a file's, cut where it is endless.
func path(s string) string {
	s, _ = clip(s, 160)
	return code(s)
}

const tableHead = "| when | where | post | what happens |\n|---|---|---|---|\n"

// rows are the table of publications, by time.
func rows(r *engine.Review) []string {
	list := slices.Clone(r.Plan.Changes)
	slices.SortStableFunc(list, func(a, b plan.Change) int { return compareTimes(a.At, b.At) })
	var out []string
	for i := range list {
		c := &list[i]
		out = append(out, fmt.Sprintf("| %s | %s | %s | %s |\n", when(c.At, c.Timezone), where(c), code(c.Post), what(c)))
	}
	return out
}

func compareTimes(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

func where(c *plan.Change) string {
	s := code(c.Account)
	if c.Provider != "" {
		s += "<br>" + inline(c.Provider)
	}
	return s
}

// what happens, why, and what is still missing.
func what(c *plan.Change) string {
	s := "<b>" + inline(string(c.Action)) + "</b>"
	if c.Generation > 1 {
		s += fmt.Sprintf(" (generation %d)", c.Generation)
	}
	if c.Segments > 1 {
		s += fmt.Sprintf(", a thread of %d", c.Segments)
	}
	if c.Reason != "" {
		s += ": " + prose(c.Reason, 300)
	}
	for _, n := range c.Notes {
		s += "<br>" + prose(n, 300)
	}
	for _, n := range c.Needs {
		s += "<br>" + need(n)
	}
	if c.Action != plan.Publish {
		for _, r := range c.Remote {
			s += "<br>" + code(r.URL)
		}
	}
	return s
}

// need says who has approved, or who still can.
func need(n plan.Need) string {
	given := "approved by " + names(n.Given)
	missing := n.Count - len(n.Given)
	if missing <= 0 {
		return given
	}
	open := slices.DeleteFunc(slices.Clone(n.From), func(s string) bool { return slices.Contains(n.Given, s) })
	s := fmt.Sprintf("needs %d of: %s", missing, names(open))
	if n.Rule != "" {
		s += " (" + inline(n.Rule) + ")"
	}
	if len(n.Given) > 0 {
		s += "; " + given
	}
	return s
}

func names(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, inline(strings.TrimPrefix(s, "@")))
	}
	return strings.Join(out, ", ")
}

// when is a time on the account's wall and in UTC.
func when(at *time.Time, zone string) string {
	if at == nil || at.IsZero() {
		return ""
	}
	local := at.In(location(zone))
	s := local.Format("Mon 2 Jan 2006") + "<br><b>" + local.Format("15:04") + "</b> " + local.Format("MST")
	if utc := at.UTC(); local.Format("2006-01-02 15:04") != utc.Format("2006-01-02 15:04") {
		s += " (" + utc.Format("15:04") + " UTC)"
	}
	return s
}

// moment is when on one line.
func moment(at time.Time, zone string) string {
	return strings.ReplaceAll(when(&at, zone), "<br>", " ")
}

func location(zone string) *time.Location {
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// guards are what stops publications beside what their own rows say.
func guards(r *engine.Review) []string {
	var out []string
	for _, f := range r.Plan.Refusals {
		account := "everything"
		if f.Account != "" {
			account = code(f.Account)
		}
		out = append(out, fmt.Sprintf("- **refused** %s, by %s: %s\n", account, code(f.Guard), prose(f.Detail, 400)))
	}
	for i := range r.Plan.Changes {
		if c := &r.Plan.Changes[i]; c.Action == plan.Missed || c.Unknown {
			word := "missed"
			if c.Unknown {
				word = "unknown"
			}
			out = append(out, fmt.Sprintf("- **%s** %s: %s\n", word, code(c.Key.String()), prose(c.Reason, 300)))
		}
	}
	for _, d := range r.Plan.Drift {
		out = append(out, fmt.Sprintf("- **drift** %s was changed on the platform since it was published: %s\n", code(d.Key.String()), fields(d.Fields)))
	}
	return out
}

func fields(list []plan.FieldChange) string {
	var out []string
	for _, f := range list {
		out = append(out, code(f.Path))
	}
	return strings.Join(out, ", ")
}

// sides are what a reviewer should know beside the posts.
func sides(r *engine.Review) string {
	var b strings.Builder
	if len(r.Sensitive) > 0 {
		fmt.Fprintf(&b, "- This changes where things go, or with whose credentials: %s\n", paths(r.Sensitive))
	}
	if len(r.Both) > 0 {
		fmt.Fprintf(&b, "- Changed on the base branch, too, since this left it: %s\n", paths(r.Both))
	}
	return b.String()
}

const manyPaths = 10

func paths(list []string) string {
	var out []string
	for _, p := range list[:min(len(list), manyPaths)] {
		out = append(out, path(p))
	}
	s := strings.Join(out, ", ")
	if more := len(list) - manyPaths; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

func foot(r *engine.Review) string {
	s := fmt.Sprintf("<sub>%s compared with %s", commit(r.Head), commit(r.Base))
	if r.MergeBase != "" && r.MergeBase != r.Base {
		s += ", which it left at " + commit(r.MergeBase)
	}
	return s + ", " + r.Now.UTC().Format("2 Jan 2006 15:04") + " UTC</sub>\n"
}

func commit(id string) string {
	if id == "" {
		return "nothing"
	}
	return code(id[:min(len(id), 10)])
}
