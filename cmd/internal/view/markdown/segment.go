package markdown

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/content"
)

// segment writes one message: its text, or the words that change in it, and what
// hangs on it.
func segment(b *strings.Builder, before, after *content.Segment, clipAt int) {
	if after.Title != "" {
		fmt.Fprintf(b, "\n<b>%s</b>\n", prose(after.Title, 400))
	}
	switch {
	case before == nil || before.Text == after.Text:
		b.WriteString("\n" + text(after.Text, clipAt))
	case alike(before.Text, after.Text):
		b.WriteString("\n" + difference(before.Text, after.Text, clipAt))
	default:
		b.WriteString("\nBefore:\n\n" + text(before.Text, clipAt) + "\nNow:\n\n" + text(after.Text, clipAt))
	}
	var items []string
	items = append(items, attached(after)...)
	if before != nil {
		items = append(items, changed(before.FieldValues(), after.FieldValues())...)
	}
	if len(items) > 0 {
		b.WriteString("\n- " + strings.Join(items, "\n- ") + "\n")
	}
}

// text is what people will read, as a quote.
func text(s string, clipAt int) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return "_no text_\n"
	}
	s, left := clip(s, clipAt)
	q := quote(s)
	if left > 0 {
		q += fmt.Sprintf("\n<sub>and %d more characters</sub>\n", left)
	}
	return q
}

// alike reports whether enough is kept for the differences to be easier to read
// than both texts.
func alike(before, after string) bool {
	kept := 0
	for _, run := range view.Words(before, after) {
		if !run.Gone && !run.New {
			kept += len(run.Text)
		}
	}
	return kept*3 >= max(len(before), len(after))
}

// difference is a quote in which what is gone is struck out and what is new is
// underlined and bold.
func difference(before, after string, clipAt int) string {
	var b strings.Builder
	b.WriteString("> ")
	runs := view.Words(strings.TrimSpace(before), strings.TrimSpace(after))
	for i, run := range runs {
		switch {
		case run.Gone:
			b.WriteString("<del>" + visible(run.Text) + "</del>")
		case run.New:
			b.WriteString("<ins><b>" + visible(run.Text) + "</b></ins>")
		default:
			b.WriteString(lines(middle(run.Text, clipAt, i == 0, i == len(runs)-1), i == 0))
		}
	}
	return b.String() + "\n"
}

// visible marks line breaks that come or go, which nobody would see.
func visible(s string) string {
	return strings.ReplaceAll(lines(s, false), "<br>", "⏎<br>")
}

const around = 120

// middle shortens an unchanged run to what stands beside a change, where room is
// short.
func middle(s string, clipAt int, first, last bool) string {
	r := []rune(s)
	if clipAt == 0 || len(r) <= 3*around {
		return s
	}
	head, tail := string(r[:around])+" … ", " … "+string(r[len(r)-around:])
	switch {
	case first:
		return tail
	case last:
		return head
	}
	return head + strings.TrimPrefix(tail, " … ")
}

// attached are what hangs on a message, one item each.
func attached(s *content.Segment) []string {
	var out []string
	for i := range s.Media {
		out = append(out, medium(&s.Media[i]))
	}
	if c := s.Card; c != nil {
		out = append(out, card(c))
	}
	for _, l := range links(s) {
		out = append(out, "link "+l)
	}
	if p := s.Poll; p != nil {
		out = append(out, poll(p))
	}
	var small []string
	if len(s.Tags) > 0 {
		small = append(small, "tags: "+prose(strings.Join(s.Tags, ", "), 300))
	}
	if s.Language != "" {
		small = append(small, "language: "+prose(s.Language, 40))
	}
	if len(small) > 0 {
		out = append(out, strings.Join(small, " · "))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Options)) {
		out = append(out, "option "+code(k)+": "+prose(s.Options[k], 300))
	}
	return out
}

func medium(m *content.Attachment) string {
	s := "media " + code(m.Source())
	var facts []string
	if m.Width > 0 && m.Height > 0 {
		facts = append(facts, fmt.Sprintf("%d×%d", m.Width, m.Height))
	}
	if m.Type != "" {
		facts = append(facts, inline(m.Type))
	}
	if m.Bytes > 0 {
		facts = append(facts, view.Bytes(m.Bytes))
	}
	if len(facts) > 0 {
		s += ", " + strings.Join(facts, ", ")
	}
	s += "; sent " + inline(m.Done())
	if m.Alt == "" {
		return s + "<br>no description (alt text)"
	}
	return s + "<br>described as “" + prose(m.Alt, 1000) + "”"
}

func card(c *content.Card) string {
	s := "link card “" + prose(c.Title, 200) + "”, leads to " + code(c.URL)
	if c.Description != "" {
		s += "<br>" + prose(c.Description, 300)
	}
	if c.Image != nil {
		s += "<br>picture " + code(c.Image.Source())
	}
	return s
}

func poll(p *content.PollSpec) string {
	var options []string
	for _, o := range p.Options {
		options = append(options, "“"+prose(o, 100)+"”")
	}
	kind := "one answer each"
	if p.Multiple {
		kind = "several answers each"
	}
	return fmt.Sprintf("poll: %s; open for %s, %s", strings.Join(options, ", "), content.FormatDuration(p.Expires), kind)
}

// unsaid are fields whose values tell a person nothing, or which are shown above.
func unsaid(path string) bool {
	switch path {
	case "text", "html", "facets":
		return true
	}
	return strings.HasSuffix(path, ".file") || strings.HasSuffix(path, "card.image")
}

// changed lists the fields, beside the text, that are not what they were.
func changed(before, after []content.FieldValue) []string {
	was, is := values(before), values(after)
	paths := append(slices.Collect(maps.Keys(was)), slices.Collect(maps.Keys(is))...)
	slices.Sort(paths)
	var out []string
	for _, p := range slices.Compact(paths) {
		switch {
		case was[p] == is[p] || unsaid(p):
		case strings.HasSuffix(p, "sha256") || strings.HasSuffix(p, ".cover") || strings.Contains(p, ".subtitles."):
			out = append(out, "changed: the file at "+code(strings.TrimSuffix(p, ".sha256")))
		default:
			out = append(out, "changed: "+code(p)+" "+pair(was[p], is[p]))
		}
	}
	return out
}

func values(list []content.FieldValue) map[string]string {
	out := map[string]string{}
	for _, f := range list {
		out[f.Path] = f.Value
	}
	return out
}

func pair(before, after string) string {
	var out []string
	if before != "" {
		out = append(out, "<del>"+prose(before, 300)+"</del>")
	}
	if after != "" {
		out = append(out, "<ins><b>"+prose(after, 300)+"</b></ins>")
	}
	return strings.Join(out, " ")
}

// face is an account's profile, and what changes in it.
func face(before, after *content.Publication) string {
	var was []content.FieldValue
	if before != nil && before.Profile != nil {
		was = before.Profile.FieldValues()
	}
	items := changed(was, after.Profile.FieldValues())
	if len(items) == 0 {
		return "The profile stays as it is.\n"
	}
	return "- " + strings.Join(items, "\n- ") + "\n"
}
