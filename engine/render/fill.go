package render

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// Fill renders a publication's segments, and says what its network cannot carry.
func (r *Rendering) Fill(pub *content.Publication) []Problem {
	account := r.s.Accounts[pub.Key.Account]
	if account == nil || r.s.Drivers[account.Provider] == nil {
		return nil // said by Expand
	}
	v := r.view(account)
	v.problems, v.seen = nil, v.seen[:0] // Expand has told its own
	v.occurrence = pub.Key.Occurrence
	v.utm = v.campaignParams()
	pub.Segments = v.segments(pub)
	v.check(pub)
	return v.problems
}

// segments renders the body's parts, with what goes before and after them, and
// the first comment.
func (v *view) segments(pub *content.Publication) []content.Segment {
	t := v.r.text(v.body())
	v.bind(t, "body")
	parts := t.parts
	if len(parts) == 0 {
		parts = [][]ast.Node{nil}
	}
	ends := v.endings()
	var card *content.Card
	if len(parts) > 1 || len(v.p.Media) == 0 { // where media are, there is no place for one
		if card = v.card(ends.to); card != nil {
			ends.link = ""
		}
	}
	out := make([]content.Segment, 0, len(parts)+1)
	for i, blocks := range parts {
		out = append(out, v.word(t, i, blocks, v.disclosure(i == 0), ends.of(i == len(parts)-1)))
	}
	out[len(out)-1].Card = card
	first := &out[0]
	first.Media = append(first.Media, v.attachments()...)
	first.Poll = v.poll()
	first.Tags = v.p.Tags
	if v.p.FirstComment != "" && v.caps().FirstComment {
		out = append(out, v.comment())
	}
	v.complete(out, pub)
	return out
}

// body is the Markdown, with the occurrence's date where the post repeats.
func (v *view) body() string {
	body := unix(v.p.Body)
	if v.occurrence != "" {
		body = strings.ReplaceAll(body, datePlaceholder, v.occurrence)
	}
	return body
}

// wording is all that a segment's words depend on.
type wording struct {
	markup                 provider.Markup
	text                   *prose
	part                   int
	before                 string
	tags, cta, label, link string
	handles                string // and parameters
}

// word renders a part of a text, or takes the words of an account that gets the
// same.
func (v *view) word(t *prose, part int, blocks []ast.Node, before string, end ending) content.Segment {
	key := wording{
		markup: v.caps().Markup, text: t, part: part, before: before, handles: t.bound,
		tags: strings.Join(end.tags, " "), cta: end.cta, label: end.label, link: end.link,
	}
	seg, ok := v.r.written[key]
	if !ok {
		seg = v.write(blocks, t.src, before, end)
		v.r.written[key] = seg
	}
	seg.Media, seg.Facets = []content.Attachment{}, slices.Clone(seg.Facets)
	return seg
}

// write renders one segment.
func (v *view) write(blocks []ast.Node, src []byte, before string, end ending) content.Segment {
	seg := content.Segment{}
	kind := v.caps().Markup
	if kind == provider.HTML {
		seg.Title, blocks = heading(blocks, src)
		seg.HTML = markup(blocks, src)
		if before != "" {
			seg.HTML = paragraphHTML(escape(before)) + seg.HTML
		}
		seg.HTML += v.endHTML(end)
	}
	w := &writer{src: src, markup: kind, out: v.r.scratch[:0]}
	if before != "" {
		w.line(before)
	}
	w.part(blocks)
	v.endText(w, end)
	seg.Text, seg.Facets = w.finish()
	v.r.scratch = w.out
	if kind == provider.Facets {
		seg.Facets = withTags(seg.Text, seg.Facets)
	}
	return seg
}

// comment renders the first comment.
func (v *view) comment() content.Segment {
	t := v.r.text(unix(v.p.FirstComment))
	v.bind(t, "first_comment")
	seg := v.word(t, -1, slices.Concat(t.parts...), "", ending{})
	seg.IsComment = true
	return seg
}

// complete fills in what all segments share, and counts.
func (v *view) complete(segments []content.Segment, pub *content.Publication) {
	options, language := v.options(), v.language()
	for i := range segments {
		seg := &segments[i]
		seg.Options, seg.Language, seg.Date = options, language, pub.At
		seg.Length, seg.Limit = v.length(seg), v.limits.Characters
		if v.limits.Caption > 0 && len(seg.Media) > 0 {
			seg.Limit = v.limits.Caption
		}
		if v.limits.PollQuestion > 0 && seg.Poll != nil {
			seg.Limit = v.limits.PollQuestion
		}
		seg.OK = seg.Limit == 0 || seg.Length <= seg.Limit
	}
}

// typicalAddress stands for an address that is not known yet.
var typicalAddress = "https://example.com/" + strings.Repeat("x", 60)

// length counts as the account's server does; a content warning counts in.
func (v *view) length(seg *content.Segment) int {
	text := seg.Text
	if strings.Contains(text, linkPlaceholder) {
		text = strings.ReplaceAll(text, linkPlaceholder, typicalAddress)
	}
	c := measure.Counter{Unit: measure.Unit(v.limits.Unit), URLLength: v.limits.URLLength}
	return c.WithWarning(seg.Options["content_warning"], text)
}
