package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/plan"
)

// sign is how an action looks at the start of its line.
var sign = map[plan.Action]struct {
	mark string
	role role
}{
	plan.Publish: {"+", good}, plan.Schedule: {"+", good}, plan.Unschedule: {"-", bad}, plan.Reschedule: {"~", change},
	plan.Edit: {"~", change}, plan.Replace: {"±", warn}, plan.Retract: {"-", bad}, plan.Adopt: {"=", change},
	plan.Forget: {"=", warn}, plan.Accept: {"=", change}, plan.Revert: {"~", warn},
	plan.Wait: {"·", dim}, plan.Hold: {"!", warn}, plan.Missed: {"×", bad},
}

// Plan writes a plan for people: what, where, when and why, with what changes in
// the words.
func (p *Printer) Plan(pl *plan.Plan) {
	for i := range pl.Changes {
		p.change(&pl.Changes[i])
	}
	p.drift(pl.Drift)
	for _, r := range pl.Refusals {
		where := r.Account
		if where == "" {
			where = "everything"
		}
		p.printf("%s %s: %s\n", p.paint(bad, "refused "+flat(where)), flat(r.Guard), flat(r.Detail))
	}
	for _, e := range pl.Errors {
		place := flat(e.Path) + ":"
		if e.Summary != "" && (e.Summary[0] < '0' || e.Summary[0] > '9') {
			place += " " // no line and column follow
		}
		p.printf("%s %s%s\n", p.paint(bad, "error"), place, oneLine(e.Summary, 400))
	}
	p.printf("%s\n", p.paint(strong, Counts(pl)))
}

func (p *Printer) change(c *plan.Change) {
	s := sign[c.Action]
	what := string(c.Action)
	if c.Generation > 1 {
		what += fmt.Sprintf(" (generation %d)", c.Generation)
	}
	line := []string{p.paint(s.role, s.mark+" "+pad(what, 10)) + " " + pad(flat(c.Key.String()), 44), p.paint(dim, when(c))}
	if c.Segments > 1 {
		line = append(line, fmt.Sprintf("thread of %d", c.Segments))
	}
	p.printf("%s\n    %s\n", strings.TrimRight(strings.Join(line, "  "), " "), p.paint(dim, flat(c.Reason)))
	if by := approvedBy(c.Approved); by != "" {
		p.printf("    %s\n", p.paint(good, by))
	} else if lacks := c.Lacking(); lacks != "" && !strings.Contains(c.Reason, lacks) {
		p.printf("    %s\n", p.paint(warn, oneLine("approval: "+lacks, 300)))
	}
	for _, n := range c.Notes {
		p.printf("    %s\n", p.paint(warn, oneLine(n, 300)))
	}
	if c.Action == plan.Wait || c.Action == plan.Missed || c.Action == plan.Hold && len(c.Fields) == 0 {
		return
	}
	for _, f := range c.Fields {
		if technical(f.Path) && len(c.Fields) > 1 {
			continue
		}
		p.field(f)
	}
	for _, m := range c.Media {
		if m.Make != nil {
			p.printf("      %s %s: %s\n", p.paint(dim, pad("made", 18)), flat(m.File), flat(m.Done))
		}
	}
	if c.Action != plan.Publish {
		for _, r := range c.Remote {
			p.printf("      %s\n", p.paint(dim, flat(r.URL)))
		}
	}
}

// when shows the account's wall clock and UTC.
func when(c *plan.Change) string {
	if c.At == nil {
		return ""
	}
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		zone = time.UTC
	}
	local := c.At.In(zone)
	if local.Format("15:04") == c.At.UTC().Format("15:04") {
		return local.Format("Mon 2006-01-02 15:04 MST")
	}
	return local.Format("Mon 2006-01-02 15:04 MST") + c.At.UTC().Format(" (15:04Z)")
}

// technical fields tell a person nothing beside others.
func technical(path string) bool {
	return strings.HasSuffix(path, ".html") || strings.HasSuffix(path, ".facets") || strings.HasSuffix(path, ".sha256")
}

const fieldWidth = 160

func (p *Printer) field(f plan.FieldChange) {
	name := p.paint(dim, pad(flat(strings.TrimPrefix(f.Path, "segments[0].")), 18))
	switch {
	case f.Before == "":
		p.printf("      %s %s\n", name, p.paint(good, oneLine(f.After, fieldWidth)))
	case f.After == "":
		p.printf("      %s %s\n", name, p.paint(bad, oneLine(f.Before, fieldWidth)))
	default:
		p.printf("      %s %s\n", name, p.words(f.Before, f.After))
	}
}

func (p *Printer) drift(drift []plan.Drift) {
	for _, d := range drift {
		p.printf("%s %s  %s\n", p.paint(warn, "≠ drift     "), flat(d.Key.String()), p.paint(dim, "changed on the platform since it was published"))
		for _, f := range d.Fields {
			p.field(f)
		}
	}
}

// Counts is a plan's last line.
func Counts(pl *plan.Plan) string {
	s := pl.Summary
	var parts []string
	for _, c := range []struct {
		n    int
		text string
	}{
		{s.Publish, "to publish"}, {s.Schedule, "to schedule"}, {s.Unschedule, "to unschedule"}, {s.Reschedule, "to reschedule"},
		{s.Edit, "to edit"}, {s.Replace, "to replace"}, {s.Retract, "to retract"}, {s.Adopt, "to adopt"}, {s.Forget, "to forget"},
		{s.Accept, "to accept"}, {s.Revert, "to revert"}, {s.Wait, "waiting"}, {s.Hold, "held"}, {s.Missed, "missed"},
		{s.Unknown, "unknown"}, {len(pl.Drift), "drifted"}, {len(pl.Refusals), "refused"}, {s.None, "unchanged"}, {s.Foreign, "not ours"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.text))
		}
	}
	head := "Nothing to do now"
	if pl.HasEffect() {
		head = "Plan"
	}
	if len(parts) == 0 {
		return head + "."
	}
	return head + ": " + strings.Join(parts, ", ") + "."
}

func pad(s string, n int) string {
	if d := n - len([]rune(s)); d > 0 {
		return s + strings.Repeat(" ", d)
	}
	return s
}
