package markdown

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
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
	awaiting := 0
	for i := range p.Changes {
		if p.Changes[i].Awaits != "" {
			awaiting++
		}
	}
	waiting := "waiting for their time"
	if s.Wait == 1 {
		waiting = "waiting for its time"
	}
	var parts []string
	for _, c := range []struct {
		n    int
		text string
	}{
		{s.Publish, "to publish"}, {s.Schedule, "to schedule"}, {s.Edit, "to edit"},
		{s.Replace, "to replace"}, {s.Retract, "to retract"}, {s.Reschedule, "to reschedule"}, {s.Unschedule, "to unschedule"},
		{s.Adopt, "to adopt"}, {s.Forget, "to forget"}, {s.Accept, "to accept"}, {s.Revert, "to revert"},
		{s.Wait, waiting}, {awaiting, "once approved"}, {s.Hold - awaiting, "held"}, {s.Missed, "missed"}, {s.Unknown, "unknown"}, {len(p.Drift), "drifted"}, {len(p.Refusals), "refused"},
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

// path is a file's, cut where it is endless.
func path(s string) string {
	s, _ = clip(s, 160)
	return code(s)
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
	if r.Rules {
		b.WriteString("- **This changes whose approval is needed for what.**\n")
	}
	if len(r.Freed) > 0 {
		fmt.Fprintf(&b, "- From now on nobody has to approve: %s\n", paths(keyNames(r.Freed)))
	}
	if n := len(r.Asked); n > 0 {
		keys := keyNames(r.Asked)
		which := "1 publication that is merged already needs"
		if n > 1 {
			which = fmt.Sprintf("%d publications that are merged already need", n)
		}
		fmt.Fprintf(&b, "- From now on %s an approval: %s\n", which, paths(keys))
	}
	return b.String()
}

func keyNames(keys []content.Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, k.String())
	}
	return out
}

const manyPaths = 10

// paths names the first of a list.
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
	return s + "</sub>\n" // no time: the comment is edited where it says something new
}

func commit(id string) string {
	if id == "" {
		return "nothing"
	}
	return code(id[:min(len(id), 10)])
}
