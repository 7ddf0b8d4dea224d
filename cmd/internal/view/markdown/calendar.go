package markdown

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
)

// manyInDay bounds a day's cell.
const manyInDay = 8

// month is a brand's month, weeks as rows, with its holes and collisions. The
// last one explains the signs.
func month(r *engine.Review, m *engine.ReviewedMonth, last bool) string {
	zone := r.Timezone
	first, err := time.Parse("2006-01", m.Month)
	if err != nil {
		return ""
	}
	days := cells(m, zone, first, held(r))
	var b strings.Builder
	fmt.Fprintf(&b, "#### %s, %s\n\n| Mon | Tue | Wed | Thu | Fri | Sat | Sun |\n|---|---|---|---|---|---|---|\n", first.Format("January 2006"), inline(m.Brand))
	end := first.AddDate(0, 1, -1).Day()
	offset := (int(first.Weekday()) + 6) % 7 // Monday is the week's first day
	for start := 1 - offset; start <= end; start += 7 {
		for d := start; d < start+7; d++ {
			if d < 1 || d > end {
				b.WriteString("| ")
				continue
			}
			b.WriteString("| " + day(d, days[d]) + " ")
		}
		b.WriteString("|\n")
	}
	b.WriteString(gaps(m, zone))
	if last {
		b.WriteString("\n<sub>**bold**: changed here · ✓ published · ✗ held, or with errors · ○ free slot · ⚠ too close together · _slanted_: not ready</sub>\n")
	}
	return b.String()
}

// held are the publications that stand still until somebody does something about
// them; those that only an approval is missing for are not among them.
func held(r *engine.Review) map[content.Key]bool {
	out := map[content.Key]bool{}
	for _, p := range r.Posts {
		for _, pub := range p.Publications {
			if pub.After != nil && pub.After.Invalid != "" {
				out[pub.Key] = true
			}
		}
	}
	for i := range r.Plan.Changes {
		if c := &r.Plan.Changes[i]; c.Action == plan.Hold && c.Awaits == "" {
			out[c.Key] = true
		}
	}
	return out
}

func day(d int, entries []entry) string {
	s := fmt.Sprintf("<sub>%d</sub>", d)
	for _, e := range entries[:min(len(entries), manyInDay)] {
		s += "<br>" + e.String()
	}
	if more := len(entries) - manyInDay; more > 0 {
		s += fmt.Sprintf("<br>and %d more", more)
	}
	return s
}

// entry is a post, or a free slot, at a time of a day.
type entry struct {
	at, name                           string
	accounts                           int
	changed, live, hole, close, sketch bool
	held                               bool
}

func (e entry) String() string {
	name := inline(e.name)
	if e.sketch {
		name = "<i>" + name + "</i>"
	}
	if e.changed {
		name = "<b>" + name + "</b>"
	}
	s := e.at + " " + name
	if e.accounts > 1 {
		s += fmt.Sprintf(" ×%d", e.accounts)
	}
	if e.held {
		s = "✗ " + s
	}
	switch {
	case e.close:
		s = "⚠ " + s
	case e.hole:
		s = "○ " + s
	case e.live:
		s = "✓ " + s
	}
	return s
}

// cells sorts a month's entries into its days.
func cells(m *engine.ReviewedMonth, zone string, first time.Time, held map[content.Key]bool) map[int][]entry {
	days := map[int][]entry{}
	near := map[content.Key]bool{}
	for _, c := range m.Collisions {
		for _, k := range c.Keys {
			near[k] = true
		}
	}
	for _, it := range m.Items {
		z := it.Zone
		if z == "" {
			z = zone
		}
		local := it.At.In(location(z))
		add(days, dayIn(local, first), entry{
			at: local.Format("15:04"), name: it.Key.Post, accounts: 1, changed: it.Changed, live: it.Live, close: near[it.Key], held: held[it.Key] && !it.Live,
			sketch: it.Status != content.Ready && it.Status != "" && !it.Live,
		})
	}
	for _, h := range m.Holes {
		local := h.At.In(location(zone))
		add(days, dayIn(local, first), entry{at: local.Format("15:04"), name: h.Slot, hole: true})
	}
	for d := range days {
		slices.SortStableFunc(days[d], func(a, b entry) int { return strings.Compare(a.at, b.at) })
	}
	return days
}

// add puts one post's accounts at one time together.
func add(days map[int][]entry, d int, e entry) {
	for i, old := range days[d] {
		same := old
		same.accounts, same.close = e.accounts, e.close
		if same == e && !e.hole {
			days[d][i].accounts++
			days[d][i].close = old.close || e.close
			return
		}
	}
	days[d] = append(days[d], e)
}

// dayIn is the day of the month; what a zone moves out of it stays at its edge.
func dayIn(t, first time.Time) int {
	switch month := t.Format("2006-01"); {
	case month < first.Format("2006-01"):
		return 1
	case month > first.Format("2006-01"):
		return first.AddDate(0, 1, -1).Day()
	}
	return t.Day()
}

// gaps lists the holes and the collisions.
func gaps(m *engine.ReviewedMonth, zone string) string {
	var b strings.Builder
	for _, h := range m.Holes {
		what := "free slot"
		if h.Flexible {
			what = "slot kept free on purpose"
		}
		var accounts []string
		for _, a := range h.Accounts {
			accounts = append(accounts, code(a))
		}
		fmt.Fprintf(&b, "- ○ %s %s, %s", what, code(h.Slot), moment(h.At, zone))
		if len(accounts) > 0 {
			b.WriteString(", for " + strings.Join(accounts, ", "))
		}
		b.WriteString("\n")
	}
	for _, c := range m.Collisions {
		var keys []string
		for _, k := range c.Keys {
			keys = append(keys, code(k.String()))
		}
		fmt.Fprintf(&b, "- ⚠ %s, %s: %s: %s\n", code(c.Account), moment(c.At, zone), strings.Join(keys, ", "), prose(c.Why, 300))
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + b.String()
}

// mix is how the months' posts share the pillars, against the strategy.
func mix(list []engine.PillarShare) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| month | pillar | posts | share | wanted | |\n|---|---|---|---|---|---|\n")
	for _, s := range list {
		name := "_none_"
		if s.Pillar != "" {
			name = inline(s.Pillar)
		}
		verdict := "within"
		switch {
		case !s.OK:
			verdict = "⚠ <b>outside</b>"
		case wanted(s) == nothing:
			verdict = ""
		}
		fmt.Fprintf(&b, "| %s, %s | %s | %d of %d | %s | %s | %s |\n", inline(s.Month), inline(s.Brand), name, s.Posts, s.Of, percent(s), wanted(s), verdict)
	}
	return b.String()
}

// nothing is said of.
const nothing = "–"

func percent(s engine.PillarShare) string {
	if s.Of == 0 {
		return nothing
	}
	return fmt.Sprintf("%.0f %%", 100*float64(s.Posts)/float64(s.Of))
}

func wanted(s engine.PillarShare) string {
	if s.Share == 0 && s.Max == 0 {
		return nothing
	}
	text := fmt.Sprintf("%g %%", s.Share)
	if s.Tolerance > 0 {
		text += fmt.Sprintf(" ± %g", s.Tolerance)
	}
	if s.Max > 0 {
		text += fmt.Sprintf(", at most %g %%", s.Max)
	}
	return text
}
