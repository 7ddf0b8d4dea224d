package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

type publicationsJSON struct {
	FormatVersion int               `json:"format_version"`
	Publications  []publicationJSON `json:"publications"`
}

type publicationJSON struct {
	Key      content.Key   `json:"key"`
	Account  string        `json:"account"`
	Provider string        `json:"provider"`
	At       *time.Time    `json:"at"`
	Invalid  string        `json:"invalid"` // why it cannot be published; empty: it can
	Segments []segmentJSON `json:"segments"`
}

type segmentJSON struct {
	Text   string            `json:"text"`
	Length int               `json:"length"`
	Limit  int               `json:"limit"`
	OK     bool              `json:"ok"`
	Facets []content.Facet   `json:"facets"`
	Media  []mediaJSON       `json:"media"`
	Title  string            `json:"title,omitempty"`
	HTML   string            `json:"html,omitempty"`
	Poll   *pollJSON         `json:"poll,omitempty"`
	Card   *content.Card     `json:"card,omitempty"`
	Lang   string            `json:"language,omitempty"`
	Tags   []string          `json:"tags,omitempty"`
	Opts   map[string]string `json:"options,omitempty"`
}

type mediaJSON struct {
	File   string `json:"file"`
	Alt    string `json:"alt"`
	Type   string `json:"type"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int64  `json:"bytes"`
	// Done says what is done to the file before it is sent, in words, and Make
	// exactly; null: it goes as it is. Type and size above are the file's own.
	Done string        `json:"done"`
	Make *content.Make `json:"make"`
	URL  string        `json:"url,omitempty"` // where File was fetched from
}

type pollJSON struct {
	Options  []string `json:"options"`
	Expires  string   `json:"expires"`
	Multiple bool     `json:"multiple"`
}

// Publications is what render gives to programs.
func Publications(pubs []*content.Publication) any {
	out := publicationsJSON{FormatVersion: 1, Publications: []publicationJSON{}}
	for _, p := range pubs {
		j := publicationJSON{Key: p.Key, Account: p.Key.Account, Provider: p.Provider, Invalid: p.Invalid, Segments: []segmentJSON{}}
		if !p.At.IsZero() {
			at := p.At.UTC()
			j.At = &at
		}
		for i := range p.Segments {
			j.Segments = append(j.Segments, segmentOf(&p.Segments[i]))
		}
		out.Publications = append(out.Publications, j)
	}
	return out
}

func segmentOf(s *content.Segment) segmentJSON {
	j := segmentJSON{
		Text: s.Text, Length: s.Length, Limit: s.Limit, OK: s.OK, Facets: append([]content.Facet{}, s.Facets...), Media: []mediaJSON{},
		Title: s.Title, HTML: s.HTML, Lang: s.Language, Tags: s.Tags, Opts: s.Options, Card: s.Card,
	}
	for _, m := range s.Media {
		j.Media = append(j.Media, mediaJSON{m.File, m.Alt, m.Type, m.Width, m.Height, m.Bytes, m.Done(), m.Make, m.URL})
	}
	if s.Poll != nil {
		j.Poll = &pollJSON{append([]string{}, s.Poll.Options...), content.FormatDuration(s.Poll.Expires), s.Poll.Multiple}
	}
	return j
}

// Publications writes what each network will get.
func (p *Printer) Publications(pubs []*content.Publication) {
	for i, pub := range pubs {
		if i > 0 {
			p.printf("\n")
		}
		at := "no time yet"
		if !pub.At.IsZero() {
			at = pub.At.UTC().Format("2006-01-02 15:04Z")
		}
		p.printf("%s  %s\n", p.paint(strong, flat(pub.Key.String())), p.paint(dim, flat(pub.Provider)+", "+at))
		if pub.Invalid != "" {
			p.printf("%s\n", p.paint(bad, "Cannot be published: "+oneLine(pub.Invalid, 400)))
		}
		for j := range pub.Segments {
			p.segment(&pub.Segments[j], j, len(pub.Segments))
		}
	}
}

func (p *Printer) segment(s *content.Segment, i, n int) {
	p.printf("%s\n", p.paint(dim, "── "+heading(s, i, n)))
	if s.Title != "" {
		p.printf("%s\n", p.paint(strong, oneLine(s.Title, 400)))
	}
	p.printf("%s\n", Safe(s.Text))
	for _, f := range s.Facets {
		if f.Start >= 0 && f.Start <= f.End && f.End <= len(s.Text) {
			p.printf("  %s %s", p.paint(change, pad(f.Kind, 7)), oneLine(s.Text[f.Start:f.End], 60))
			if f.Value != "" { // a style leads nowhere
				p.printf(" → %s", oneLine(f.Value, 200))
			}
			p.printf("\n")
		}
	}
	p.card(s.Card)
	for _, m := range s.Media {
		p.printf("  %s %s (%s%s, %s)\n", p.paint(change, "media  "), flat(m.Source()), flat(m.Type), pixels(m), Bytes(m.Bytes))
		if m.Make != nil {
			p.printf("          %s\n", flat(m.Done()))
		}
		if m.Alt != "" {
			p.printf("          %s\n", p.paint(dim, oneLine(m.Alt, 200)))
		}
	}
	if s.Poll != nil {
		p.printf("  %s %s (for %s)\n", p.paint(change, "poll   "), oneLine(strings.Join(s.Poll.Options, " | "), 200), content.FormatDuration(s.Poll.Expires))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Options)) {
		p.printf("  %s %s: %s\n", p.paint(change, "option "), flat(k), oneLine(s.Options[k], 200))
	}
}

// card is what the post's link looks like under it.
func (p *Printer) card(c *content.Card) {
	if c == nil {
		return
	}
	p.printf("  %s %s → %s\n", p.paint(change, "card   "), oneLine(c.Title, 100), oneLine(c.URL, 200))
	for _, line := range []string{c.Description, pictureOf(c)} {
		if line != "" {
			p.printf("          %s\n", p.paint(dim, oneLine(line, 200)))
		}
	}
}

func pictureOf(c *content.Card) string {
	if c.Image == nil {
		return ""
	}
	return c.Image.File
}

// heading says which segment it is and how long.
func heading(s *content.Segment, i, n int) string {
	what := "text"
	switch {
	case s.IsComment:
		what = "first comment"
	case n > 1:
		what = fmt.Sprintf("segment %d of %d", i+1, n)
	}
	length := fmt.Sprint(s.Length)
	if s.Limit > 0 {
		length += fmt.Sprintf(" of %d", s.Limit)
	}
	if !s.OK {
		length += ", too long"
		if s.Limit == 0 || s.Length <= s.Limit {
			length = fmt.Sprint(s.Length) + ", cannot be sent"
		}
	}
	return what + " (" + length + ")"
}

func pixels(m content.Attachment) string {
	if m.Width == 0 || m.Height == 0 {
		return ""
	}
	return fmt.Sprintf(", %d×%d", m.Width, m.Height)
}
