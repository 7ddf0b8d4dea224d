package render

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// ending is what goes after the text of the last segment: hashtags, the call to
// action and, last of all, the link.
type ending struct {
	tags  []string
	label string // of the call to action
	cta   string
	link  string
	to    string // where the post's link leads, in the text or not
}

func (e ending) of(last bool) ending {
	if last {
		return e
	}
	return ending{}
}

// endings leaves out what the text has already.
func (v *view) endings() ending {
	e := ending{link: v.target("link", v.p.Link.Ref())}
	if l := v.p.Link; l.Ref().IsZero() && l != (content.Link{}) {
		v.fail("link-address", "link", "write `url:` or `post:`", "the link leads nowhere")
	}
	if e.to = e.link; e.to != linkPlaceholder {
		e.to = withParams(e.to, v.utm)
	}
	if slices.Contains(v.seen, e.link) {
		e.link = ""
	}
	if c := v.p.CTA; c != nil {
		address := v.target("cta.url", content.Ref{URL: c.URL})
		if address != "" && !slices.Contains(v.seen, address) {
			e.label, e.cta = clean(c.Label), address
		}
	}
	if e.cta != "" && e.cta == e.link {
		e.link = "" // the call to action has it, with its label
	}
	if e.link != "" {
		e.link = e.to
	}
	e.cta = withParams(e.cta, v.utm)
	if v.caps().Markup != provider.HTML { // pages list their tags themselves
		e.tags = v.hashtags()
	}
	return e
}

// endText writes the ending as paragraphs.
func (v *view) endText(w *writer, e ending) {
	if len(e.tags) > 0 {
		if tags := missingTags(string(w.out), e.tags); tags != "" {
			w.line(tags)
		}
	}
	if e.cta != "" {
		w.paragraph()
		v.ctaText(w, e)
	}
	switch e.link {
	case "":
	case linkPlaceholder:
		w.line(linkPlaceholder)
	default:
		w.paragraph()
		w.address(e.link)
	}
}

func (v *view) ctaText(w *writer, e ending) {
	switch {
	case e.label == "":
		w.address(e.cta)
	case w.markup.Marks():
		w.marked("link", e.cta, func() { w.write([]byte(e.label)) })
	case w.markup == provider.Markdown:
		w.masked(e.cta, []byte(e.label), func() { w.literal([]byte(e.label)) })
	case w.markup == provider.HTML:
		w.write([]byte(e.label))
	default:
		w.write([]byte(e.label + " "))
		w.address(e.cta)
	}
}

func (v *view) endHTML(e ending) string {
	out := ""
	if e.cta != "" {
		out += paragraphHTML(anchorHTML(e.cta, orDefault(e.label, shown(e.cta))))
	}
	if e.link == linkPlaceholder {
		return out + paragraphHTML(linkPlaceholder)
	}
	if e.link != "" {
		out += paragraphHTML(anchorHTML(e.link, shown(e.link)))
	}
	return out
}

// hashtags writes the post's tags as networks take them.
func (v *view) hashtags() []string {
	var out []string
	for _, t := range v.p.Tags {
		if h := hashtag(t); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// hashtag keeps letters, digits and underscores; a letter after what was dropped
// is a capital: "winter sale" is #winterSale.
func hashtag(tag string) string {
	var b strings.Builder
	upper := false
	for _, r := range strings.TrimPrefix(tag, "#") {
		switch {
		case !isTagRune(r):
			upper = b.Len() > 0
		case upper:
			b.WriteRune(unicode.ToUpper(r))
			upper = false
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "#" + b.String()
}

func isTagRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// missingTags joins the hashtags that the text does not have.
func missingTags(text string, tags []string) string {
	have := map[string]bool{}
	for _, f := range withTags(text, nil) {
		have[strings.ToLower(f.Value)] = true
	}
	var out []string
	for _, t := range tags {
		name := strings.ToLower(t[1:])
		if !have[name] {
			have[name] = true
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// withTags adds a facet for each hashtag outside the given facets, in order.
func withTags(text string, facets []content.Facet) []content.Facet {
	if strings.IndexByte(text, '#') < 0 {
		return facets
	}
	out, next := []content.Facet{}, 0
	for i := 0; ; {
		n := strings.IndexByte(text[i:], '#')
		if n < 0 {
			return append(out, facets[next:]...)
		}
		i += n
		for next < len(facets) && facets[next].End <= i {
			out = append(out, facets[next])
			next++
		}
		end := len(text) // a tag does not reach into a link
		if next < len(facets) {
			end = facets[next].Start
		}
		if end <= i { // inside one
			i = facets[next].End
			continue
		}
		n = tagLen(text[i+1 : end])
		if behind := next > 0 && facets[next-1].End == i; n == 0 || behind || !opensTag(text[:i]) {
			i++
			continue
		}
		out = append(out, content.Facet{Kind: "tag", Start: i, End: i + 1 + n, Value: text[i+1 : i+1+n]})
		i += 1 + n
	}
}

// opensTag reports whether a hashtag can follow what is before it.
func opensTag(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || !isTagRune(r) && r != '&' && r != '/' && r != '#'
}

// tagLen measures a hashtag's name, which is not of digits alone.
func tagLen(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return !isTagRune(r) })
	if n < 0 {
		n = len(s)
	}
	if strings.IndexFunc(s[:n], unicode.IsLetter) < 0 {
		return 0
	}
	return n
}

// labels are the words of a disclosure by language; English elsewhere.
var labels = map[string]struct{ ad, ai string }{
	"en": {"#ad", "AI-generated"},
	"fr": {"#publicité", "Généré par IA"},
	"de": {"#anzeige", "KI-generiert"},
	"es": {"#publicidad", "Generado con IA"},
	"ru": {"#реклама", "Создано ИИ"},
}

// disclosure is the line that goes before the first segment.
func (v *view) disclosure(first bool) string {
	d := v.p.Disclosure
	if d == nil || !first {
		return ""
	}
	language, _, _ := strings.Cut(strings.ToLower(v.language()), "-")
	l, ok := labels[language]
	if !ok {
		l = labels["en"]
	}
	var parts []string
	if d.PaidPartnership || d.Sponsor != "" {
		parts = append(parts, l.ad)
	}
	if d.Sponsor != "" {
		parts = append(parts, clean(d.Sponsor))
	}
	if d.AIGenerated {
		parts = append(parts, l.ai)
	}
	if d.ERID != "" {
		parts = append(parts, "erid: "+clean(d.ERID))
	}
	return strings.Join(parts, " · ")
}
