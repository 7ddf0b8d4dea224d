package telegram

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// entity is a MessageEntity. Offset and Length count UTF-16 code units.
type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
}

// markup is a message's text with its entities, ready to be sent.
type markup struct {
	text     string
	entities []entity
	length   int // in UTF-16 code units
}

// styles are the kinds that may lie in one another, and be cut in pieces.
var styles = map[string]string{"bold": "bold", "italic": "italic", "strike": "strikethrough"}

// run is a facet in a tidied text, in runes.
type run struct {
	content.Facet
	shown    string // its text as it was written
	from, to int
	inside   []*run // what it lies in, the outermost first
}

// convert makes of a text with facets what the server keeps of it, so that the
// server has nothing to mend: trimmed, runs nested and never crossing, none in or
// around code, quotes and links not in one another.
func convert(text string, facets []content.Facet) (markup, error) {
	t := tidy(text)
	from, to := t.trim(0, len(t.runes))
	m := markup{text: string(t.runes[from:to]), length: t.units[to] - t.units[from]}
	runs, err := nested(text, t, facets)
	if err != nil {
		return markup{}, err
	}
	marks := 0
	for _, r := range runs {
		for _, piece := range r.pieces(runs) {
			a, b := t.trim(max(piece[0], from), min(piece[1], to))
			if a >= b {
				continue
			}
			marks++
			if e, ok := r.entity(); ok {
				e.Offset, e.Length = t.units[a]-t.units[from], t.units[b]-t.units[a]
				m.entities = append(m.entities, e)
			}
		}
	}
	if marks > maxEntities {
		return markup{}, fmt.Errorf("the text has %d marked runs (links, mentions, tags, styles), Telegram keeps %d: take some out", marks, maxEntities)
	}
	slices.SortStableFunc(m.entities, func(a, b entity) int {
		return cmp.Or(a.Offset-b.Offset, b.Length-a.Length)
	})
	return m, nil
}

// nested reads the facets as runs, each knowing what it lies in, and leaves out
// those that may not be where they are.
func nested(text string, t *tidied, facets []content.Facet) ([]*run, error) {
	sorted := slices.Clone(facets)
	slices.SortStableFunc(sorted, func(a, b content.Facet) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	var all, open []*run
	for _, f := range sorted {
		if f.Start < 0 || f.Start > f.End || f.End > len(text) {
			return nil, fmt.Errorf("the run %s %d–%d is outside the text", f.Kind, f.Start, f.End)
		}
		for len(open) > 0 && open[len(open)-1].End <= f.Start {
			open = open[:len(open)-1]
		}
		if n := len(open); n > 0 && f.End > open[n-1].End {
			return nil, fmt.Errorf("the runs %s and %s cross each other", open[n-1].Kind, f.Kind)
		}
		r := &run{Facet: f, shown: text[f.Start:f.End], from: t.at[f.Start], to: t.at[f.End], inside: slices.Clone(open)}
		open = append(open, r)
		if r.allowed() {
			all = append(all, r)
		}
	}
	return all, nil
}

// allowed says whether a run may lie where it does. Where two exclude each other
// the outer one stays, as on the server: a link is worth more than the code in it.
func (r *run) allowed() bool {
	for _, outer := range r.inside {
		switch {
		case outer.solid(), outer.Kind == r.Kind:
			return false
		case outer.whole() && styles[r.Kind] == "":
			return false
		}
	}
	return true
}

// solid runs have nothing in them nor around them but a quote.
func (r *run) solid() bool { return r.Kind == "code" || r.Kind == "pre" }

// whole runs cannot lie in one another nor be cut.
func (r *run) whole() bool { return styles[r.Kind] == "" && r.Kind != "quote" }

// pieces are what is left of a style when code is cut out of it. A quote in it
// cuts it, too: code in the quote would leave a piece that crosses its edge.
func (r *run) pieces(all []*run) [][2]int {
	out := [][2]int{{r.from, r.to}}
	if styles[r.Kind] == "" {
		return out
	}
	for _, other := range all {
		if (other.solid() || other.Kind == "quote") && slices.Contains(other.inside, r) {
			out = cut(out, other)
		}
	}
	return out
}

// cut splits spans at a run's edges; what lies in code is dropped.
func cut(spans [][2]int, at *run) [][2]int {
	var out [][2]int
	for _, s := range spans {
		before, after := min(s[1], at.from), max(s[0], at.to)
		within := [2]int{max(s[0], at.from), min(s[1], at.to)}
		if s[0] < before {
			out = append(out, [2]int{s[0], before})
		}
		if within[0] < within[1] && !at.solid() {
			out = append(out, within)
		}
		if after < s[1] {
			out = append(out, [2]int{after, s[1]})
		}
	}
	return out
}

// entity is what is sent of a run. Addresses, mentions and tags that stand in the
// text as they are the server finds by itself, and ignores when they are sent.
func (r *run) entity() (entity, bool) {
	switch r.Kind {
	case "link":
		return entity{Type: "text_link", URL: r.Value}, hides(r.Value, r.shown)
	case "mention":
		name := strings.TrimPrefix(r.Value, "@")
		return entity{Type: "text_link", URL: "https://t.me/" + name}, name != "" && !strings.EqualFold(r.shown, "@"+name)
	case "code":
		return entity{Type: "code"}, true
	case "pre":
		return entity{Type: "pre", Language: r.Value}, true
	case "quote":
		return entity{Type: "blockquote"}, true
	}
	return entity{Type: styles[r.Kind]}, styles[r.Kind] != ""
}

// hides reports whether an address is to be sent beside the text that is shown. It
// is not where the server finds it in the text, which takes a dot in its host; nor
// where it is of a kind that a text_link does not take.
func hides(address, shown string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "tg" {
		return false
	}
	return shown != address || !strings.Contains(u.Host, ".")
}
