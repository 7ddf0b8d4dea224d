package markdown

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// post is one changed post, written twice: whole, and with its texts cut.
type post struct {
	full, short string
	same        bool // nothing that a network shows is different
}

// shortText is what is kept of a long text where room is short, in code points.
const shortText = 500

func newPost(r *engine.Review, p *engine.ReviewedPost) post {
	groups := together(p.Publications)
	return post{
		full: fold(r, p, groups, 0), short: fold(r, p, groups, shortText),
		same: !slices.ContainsFunc(p.Publications, func(r engine.ReviewedPublication) bool { return appearance(r.Before) != appearance(r.After) }),
	}
}

// fold is a post behind a line that opens it. The blank lines are what makes both
// forges read Markdown inside.
func fold(r *engine.Review, p *engine.ReviewedPost, groups [][]engine.ReviewedPublication, clipAt int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s</summary>\n\n%s\n", heading(r, p), code(p.Path))
	for _, g := range groups {
		b.WriteString("\n" + networks(g))
		b.WriteString(moved(&g[0], r.Timezone))
		if a := g[0].After; a != nil && a.Invalid != "" {
			why := seeProblems
			if !named(r, p.Path, a.Invalid) {
				why = prose(a.Invalid, 400)
			}
			fmt.Fprintf(&b, "\n**Cannot be published**: %s\n", why)
		}
		shown(&b, &g[0], g, clipAt)
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// heading is what is seen of a folded post.
func heading(r *engine.Review, p *engine.ReviewedPost) string {
	parts, zone := []string{"<b>" + inline(p.ID) + "</b>", inline(p.Kind)}, r.Timezone
	if unreadable(r, p) {
		parts = append(parts, "cannot be read, "+seeProblems)
	} else if p.Status != "" && p.Status != content.Ready {
		parts = append(parts, inline(strings.ReplaceAll(string(p.Status), "_", " ")))
	}
	var names []string
	first := time.Time{}
	for _, r := range p.Publications {
		names = append(names, inline(r.Key.Account))
		if r.After != nil && first.IsZero() {
			first = r.After.At
		}
		if z := zoneOf(&r); z != "" {
			zone = z
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) > 3 {
		names = append(names[:3], fmt.Sprintf("%d more", len(names)-3))
	}
	parts = append(parts, strings.Join(names, ", "))
	if !first.IsZero() {
		parts = append(parts, first.In(location(zone)).Format("Mon 2 Jan 15:04"))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// unreadable reports whether nothing could be made of a post's file.
func unreadable(r *engine.Review, p *engine.ReviewedPost) bool {
	return p.Kind != "removed" &&
		!slices.ContainsFunc(p.Publications, func(pub engine.ReviewedPublication) bool { return pub.After != nil }) &&
		slices.ContainsFunc(r.Diagnostics, func(d engine.ReviewedDiagnostic) bool {
			return d.Path == p.Path && d.Severity == diag.Error
		})
}

func zoneOf(r *engine.ReviewedPublication) string {
	if r.Change == nil {
		return ""
	}
	return r.Change.Timezone
}

// together groups publications that look the same, before and after.
func together(list []engine.ReviewedPublication) [][]engine.ReviewedPublication {
	var out [][]engine.ReviewedPublication
	where := map[[2]string]int{}
	for _, r := range list {
		looks := [2]string{appearance(r.Before), appearance(r.After)}
		if i, ok := where[looks]; ok {
			out[i] = append(out[i], r)
			continue
		}
		where[looks] = len(out)
		out = append(out, []engine.ReviewedPublication{r})
	}
	return out
}

// appearance is all of a publication that people will see, and nothing else.
func appearance(p *content.Publication) string {
	if p == nil {
		return ""
	}
	type look struct {
		Invalid  string
		Segments []content.Segment
		Profile  *content.Face
		Links    []string
	}
	l := look{Invalid: p.Invalid, Profile: p.Profile}
	for _, s := range p.Segments {
		l.Links = append(l.Links, links(&s)...)
		s.HTML, s.Facets, s.Date, s.Length, s.Limit = "", nil, time.Time{}, 0, 0
		l.Segments = append(l.Segments, s)
	}
	b, err := json.Marshal(l)
	if err != nil { // a number that JSON cannot hold: then it is like no other
		return p.Key.String()
	}
	return string(b)
}

// networks names the accounts of a group.
func networks(group []engine.ReviewedPublication) string {
	var accounts, kinds []string
	for _, r := range group {
		name := r.Key.Account
		if r.Key.Occurrence != "" {
			name += " " + r.Key.Occurrence
		}
		accounts = append(accounts, inline(name))
		for _, p := range []*content.Publication{r.After, r.Before} {
			if p != nil && p.Provider != "" {
				kinds = append(kinds, inline(p.Provider))
				break
			}
		}
	}
	slices.Sort(kinds)
	s := "<b>" + strings.Join(accounts, ", ") + "</b>"
	if kinds = slices.Compact(kinds); len(kinds) > 0 {
		s += " (" + strings.Join(kinds, ", ") + ")"
	}
	return s + "\n"
}

// moved says that the time is another one.
func moved(r *engine.ReviewedPublication, zone string) string {
	if r.Before == nil || r.After == nil || r.Before.At.Equal(r.After.At) || r.Before.At.IsZero() || r.After.At.IsZero() {
		return ""
	}
	if z := zoneOf(r); z != "" {
		zone = z
	}
	return fmt.Sprintf("\nMoved from %s to %s\n", moment(r.Before.At, zone), moment(r.After.At, zone))
}

// shown is what the networks of a group show.
func shown(b *strings.Builder, r *engine.ReviewedPublication, group []engine.ReviewedPublication, clipAt int) {
	switch {
	case r.After == nil && r.Before == nil:
		return
	case r.After == nil:
		b.WriteString("\nNo longer there. It was:\n")
		for i := range r.Before.Segments {
			b.WriteString("\n" + text(r.Before.Segments[i].Text, clipAt))
		}
		return
	}
	if r.After.Profile != nil {
		b.WriteString("\n" + face(r.Before, r.After))
	}
	for i := range r.After.Segments {
		b.WriteString("\n" + label(group, i) + "\n")
		var before *content.Segment
		if r.Before != nil && i < len(r.Before.Segments) {
			before = &r.Before.Segments[i]
		}
		segment(b, before, &r.After.Segments[i], clipAt)
	}
	if r.Before != nil && len(r.Before.Segments) > len(r.After.Segments) {
		fmt.Fprintf(b, "\n%s taken out of the thread.\n", count(len(r.Before.Segments)-len(r.After.Segments), "part"))
	}
}

// label says which part it is, and how long on each network of the group.
func label(group []engine.ReviewedPublication, i int) string {
	s := &group[0].After.Segments[i]
	parts := len(group[0].After.Segments)
	if parts > 0 && group[0].After.Segments[parts-1].IsComment {
		parts--
	}
	what := "text"
	switch {
	case s.IsComment:
		what = "first comment"
	case parts > 1:
		what = fmt.Sprintf("part %d of %d", i+1, parts)
	}
	var counts []string
	for _, r := range group {
		counts = append(counts, lengthOf(&r.After.Segments[i]))
	}
	if slices.ContainsFunc(counts, func(c string) bool { return c != counts[0] }) {
		for k, r := range group {
			counts[k] = inline(r.Key.Account) + " " + counts[k]
		}
	} else {
		counts = counts[:1]
	}
	return "<sub>" + what + ": " + strings.Join(counts, ", ") + "</sub>"
}

func lengthOf(s *content.Segment) string {
	length := count(s.Length, "character")
	if s.Limit > 0 {
		length = fmt.Sprintf("%d of %d", s.Length, s.Limit)
	}
	switch {
	case s.OK:
		return length
	case s.Limit > 0 && s.Length > s.Limit:
		return "<b>" + length + ", too long</b>"
	}
	return "<b>" + length + ", cannot be sent</b>"
}
