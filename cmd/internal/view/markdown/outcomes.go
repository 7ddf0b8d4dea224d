package markdown

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/plan"
)

// maxOutcomes bounds a table, so that a comment stays under the 65,536 characters
// that GitHub takes (its API answers "body is too long" above; seen 2026-11).
const (
	maxOutcomes = 120
	maxReason   = 160
	maxNotes    = 20
	maxOutput   = 60_000
)

// Outcomes is the comment that a merged pull request is told: where each of its
// publications stands. It depends on nothing but r.
func Outcomes(r *engine.PullReport) string {
	o := &outcomes{}
	o.say("### %s\n\n", outcomeTitle(r.Rows))
	o.table(r.Rows)
	o.settling(r.Rows)
	o.say("\n<sub>%s keeps this comment up to date until everything is settled.</sub>\n", code("smmctl ci publish"))
	return o.String()
}

// Summary is a run's, for the page of the job: what it changed, what waits for a
// person, and why.
func Summary(d *engine.Delivery, failure error) string {
	o := &outcomes{}
	o.say("### smmctl ci publish\n\n")
	if failure != nil {
		o.say("**The run did not end well:** %s\n\n", prose(failure.Error(), 600))
	}
	if d != nil && d.Outcome != nil && d.Plan != nil {
		o.delivery(d)
	}
	if d != nil && d.Telling != nil {
		o.say("\n**Not everybody was told.** It changes nothing of what is published. %s\n", prose(d.Telling.Error(), 600))
	}
	return o.String()
}

// outcomes is a text on its way.
type outcomes struct{ strings.Builder }

func (o *outcomes) say(format string, args ...any) { fmt.Fprintf(o, format, args...) }

func (o *outcomes) delivery(d *engine.Delivery) {
	for _, f := range d.Freezes {
		o.say("**Frozen:** %s%s. Nothing is published there meanwhile.\n\n", prose(f.Reason, maxReason), frozenScope(f))
	}
	if len(d.Rows) == 0 {
		o.say("Nothing to do, and nothing that needs anybody.")
	} else {
		o.say("%s\n\n", outcomeTitle(d.Rows))
		o.table(d.Rows)
	}
	if n := waitingIn(d.After); n > 0 {
		o.say("\n%s not come yet.\n", plural(n, "publication's time has", "publications' times have"))
	}
	o.settling(d.Rows)
	for _, r := range d.Plan.Refusals {
		o.say("\n**Refused** by %s%s: %s\n", code(r.Guard), onAccount(r.Account), prose(r.Detail, maxReason*2))
	}
	for i, p := range d.Plan.Errors {
		if i == maxNotes {
			o.say("\nand %d more problems: %s names them.\n", len(d.Plan.Errors)-i, code("smmctl validate"))
			break
		}
		o.say("\n**Left out:** %s: %s\n", code(p.Path), prose(p.Summary, maxReason*2))
	}
	for _, n := range d.Notes[:min(len(d.Notes), maxNotes)] {
		o.say("\n**Approvals:** %s\n", prose(n, maxReason*2))
	}
}

func (o *outcomes) table(rows []engine.Standing) {
	o.say("| publication | state | when | approved by |\n|---|---|---|---|\n")
	for i, s := range rows {
		row := fmt.Sprintf("| %s | %s | %s | %s |\n", code(s.Key.String()), state(s), times(s), approvals(s))
		if i == maxOutcomes || o.Len()+len(row) > maxOutput {
			o.say("| and %d more | | | |\n", len(rows)-i)
			return
		}
		o.WriteString(row)
	}
}

// state is where it stands, with the address of what is live.
func state(s engine.Standing) string {
	out := "**" + string(s.Stand) + "**"
	switch s.Stand {
	case engine.StandPublished, engine.StandUnknown:
		if s.URL != "" {
			out += ", " + liveLink(s.URL)
		}
	case engine.StandDue:
		out = "**due**: the next run does it"
	case engine.StandElsewhere:
		out = "not planned"
	}
	if s.Why != "" {
		out += "<br>" + prose(s.Why, maxReason)
	}
	if s.Coming != "" {
		out += "<br>still to come: " + prose(s.Coming, maxReason)
	}
	if s.Owed != nil {
		out += "<br>⚠ published first: **review owed until** " + moment(*s.Owed, s.Timezone)
	}
	return out
}

// times is when it went out, or is to.
func times(s engine.Standing) string {
	at := s.PublishedAt
	if at == nil {
		at = s.At
	}
	out := when(at, s.Timezone)
	switch {
	case out == "":
		return "–"
	case s.Stand == engine.StandWaiting || s.Stand == engine.StandScheduled:
		return "until " + out
	}
	return out
}

func approvals(s engine.Standing) string {
	var out []string
	for _, c := range s.Approved {
		who := inline(strings.TrimPrefix(c.By, "@"))
		if linkable(c.URL) {
			who = "[" + who + "](" + c.URL + ")"
		}
		if c.FastLane {
			who += " (fast lane)"
		}
		out = append(out, who)
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, ", ")
}

// settling says how a person settles what only a person can.
func (o *outcomes) settling(rows []engine.Standing) {
	said := 0
	for _, s := range rows {
		if s.Stand != engine.StandUnknown {
			continue
		}
		if said++; said == 1 {
			o.say("\nNobody knows whether these are live: an answer was lost, and the platform cannot tell. Look there, then run one of:\n\n")
		}
		if said > maxNotes {
			o.say("- … and the same for the others that are unknown\n")
			return
		}
		key := s.Key.String()
		o.say("- %s or %s\n", code("smmctl resolve "+key+" --published URL"), code("smmctl resolve "+key+" --not-published"))
	}
}

// liveLink is a platform's address: a link where it can be nothing else.
func liveLink(u string) string {
	if !linkable(u) {
		return code(u)
	}
	parsed, _ := url.Parse(u) // linkable has
	return "[" + inline(parsed.Host) + "](" + u + ")"
}

// linkable reports whether an address is one of the web, and made only of
// characters that mean nothing in Markdown, in a table or in HTML.
func linkable(u string) bool {
	p, err := url.Parse(u)
	return err == nil && p.Scheme == "https" && p.Host != "" && p.User == nil && len(u) < 500 &&
		!strings.ContainsFunc(u, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune("<>()[]{}|\\`\"'*&;", r)
		})
}

// outcomeTitle counts the rows by where they stand.
func outcomeTitle(rows []engine.Standing) string {
	n := map[engine.Stand]int{}
	for _, s := range rows {
		n[s.Stand]++
	}
	var parts []string
	for _, s := range []engine.Stand{
		engine.StandPublished, engine.StandScheduled, engine.StandWaiting, engine.StandDue, engine.StandHeld, engine.StandRefused,
		engine.StandMissed, engine.StandUnknown, engine.StandRetracted, engine.StandForgotten, engine.StandElsewhere,
	} {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	if len(parts) == 0 {
		return "No publication"
	}
	return strings.Join(parts, ", ")
}

func waitingIn(p *plan.Plan) int {
	if p == nil {
		return 0
	}
	return p.Summary.Wait
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func onAccount(id string) string {
	if id == "" {
		return ""
	}
	return " on " + code(id)
}

func frozenScope(f plan.Freeze) string {
	scope := append(append([]string{}, f.Brands...), f.Accounts...)
	if len(scope) == 0 {
		return " (everything)"
	}
	return " (" + prose(strings.Join(scope, ", "), maxReason) + ")"
}
