package markdown

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
)

const tableHead = "| when | where | post | what happens |\n|---|---|---|---|\n"

// rows are the table of publications, by time.
func rows(r *engine.Review) []string {
	list := slices.Clone(r.Plan.Changes)
	slices.SortStableFunc(list, func(a, b plan.Change) int { return compareTimes(a.At, b.At) })
	var out []string
	for i := range list {
		c := &list[i]
		out = append(out, fmt.Sprintf("| %s | %s | %s | %s |\n", when(c.At, c.Timezone), where(c), code(c.Post), happening(r, c)))
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

// happening is what happens, less what stands under the problems, and how late.
func happening(r *engine.Review, c *plan.Change) string {
	shown := *c
	if c.Action == plan.Hold && c.Awaits == "" && named(r, c.Path, c.Reason) {
		shown.Reason = seeProblems
	}
	s := what(&shown)
	if c.Action == plan.Publish && c.At != nil && c.At.Before(r.Now) {
		s += "<br>at once on merge" + late(r.Now.Sub(*c.At))
	}
	return s
}

const seeProblems = "see Problems"

// named reports whether a text says what one of the problems that are listed says.
func named(r *engine.Review, path, text string) bool {
	return slices.ContainsFunc(r.Diagnostics, func(d engine.ReviewedDiagnostic) bool {
		return d.New && d.Severity == diag.Error && d.Path == path && d.Summary != "" && strings.Contains(text, d.Summary)
	})
}

// late is how long ago, roughly, as a comment is not made anew each minute.
func late(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf(" (%d days late)", d/(24*time.Hour))
	case d >= time.Hour:
		return fmt.Sprintf(" (%d h late)", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf(" (%d min late)", d/time.Minute)
	}
	return ""
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
	switch {
	case c.Awaits != "": // whose approval, stands below
		s = "<b>" + inline(string(c.Awaits)) + "</b> once it is approved"
	case c.Reason != "":
		s += ": " + prose(c.Reason, 300)
	}
	if c.Action == plan.Wait && c.Lacking() != "" {
		s += "; not approved yet"
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
