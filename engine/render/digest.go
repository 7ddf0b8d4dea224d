package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// source is what a publication is made of: whatever, when changed, changes what
// readers see. Times, status, slot, campaign and lifecycle are not in it. Its
// JSON is digested, so that its members are spelt out here: a new field of a
// shared type must not make every published post look edited. A new member must
// be left out of the JSON where it is empty. The body, which is the same for most
// accounts, stands before the others and is encoded once.
type source struct {
	Format       string            `json:"format,omitempty"`
	Language     string            `json:"language,omitempty"`
	Media        []sourceMedia     `json:"media,omitempty"`
	Link         string            `json:"link,omitempty"`
	Card         []string          `json:"card,omitempty"`
	Quote        string            `json:"quote,omitempty"`
	Repost       string            `json:"repost,omitempty"`
	ReplyTo      string            `json:"reply_to,omitempty"`
	CTA          []string          `json:"cta,omitempty"`
	Poll         []string          `json:"poll,omitempty"`
	FirstComment string            `json:"first_comment,omitempty"`
	Tags         []string          `json:"tags,omitempty"`
	Disclosure   []string          `json:"disclosure,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
	Mentions     map[string]string `json:"mentions,omitempty"`
}

type sourceMedia struct {
	SHA256    string            `json:"sha256"`
	Alt       string            `json:"alt,omitempty"`
	Focus     []float64         `json:"focus,omitempty"`
	Cover     string            `json:"cover,omitempty"`
	Subtitles map[string]string `json:"subtitles,omitempty"` // by language
	Plain     bool              `json:"plain,omitempty"`     // without the brand's watermark
}

// digest condenses the source. Line ends do not count.
func (v *view) digest() string {
	p := v.p
	src := source{
		Format: p.Format, Language: v.language(), Media: v.mediaSource(),
		Link: v.refSource(p.Link.Ref()), Quote: v.refSource(p.Quote), Repost: v.refSource(p.Repost), ReplyTo: v.refSource(p.ReplyTo),
		FirstComment: unix(p.FirstComment), Tags: p.Tags, Options: v.options(), Mentions: v.mentionsUsed(),
	}
	if l := p.Link; l.Title+l.Description+l.Image != "" && v.caps().Card {
		src.Card = []string{l.Title, l.Description, ""}
		if l.Image != "" {
			src.Card[2] = v.sum(l.Image)
		}
	}
	if p.CTA != nil {
		src.CTA = []string{p.CTA.Label, p.CTA.URL}
	}
	if p.Poll != nil {
		src.Poll = append([]string{p.Poll.ExpiresIn, fmt.Sprint(p.Poll.Multiple)}, p.Poll.Options...)
	}
	if d := p.Disclosure; d != nil {
		src.Disclosure = []string{fmt.Sprint(d.PaidPartnership), d.Sponsor, fmt.Sprint(d.AIGenerated), d.ERID}
	}
	rest, err := src.appendJSON(nil)
	if err != nil { // an infinite focus
		return content.Digest(unix(p.Body), fmt.Sprintf("%+v", src))
	}
	return v.r.digest(unix(p.Body), rest)
}

// digest condenses the source as one JSON object: the body, then the rest.
// Accounts that have the same source have the same digest.
func (r *Rendering) digest(body string, rest []byte) string {
	if r.bodyJSON == nil || r.body != body {
		r.body, r.bodyJSON, r.digests = body, appendString(nil, body), map[string]string{}
	}
	if d, ok := r.digests[string(rest)]; ok {
		return d
	}
	out := make([]byte, 0, len(r.bodyJSON)+len(rest)+len(`{"body":,}`))
	out = append(append(append(out, `{"body":`...), r.bodyJSON...), rest...)
	d := content.DigestOf(append(out, '}'))
	r.digests[string(rest)] = d
	return d
}

// appendJSON appends the members that are not empty as encoding/json writes them,
// each after a comma: the digests of years depend on these bytes, and it is done
// for each account.
func (s *source) appendJSON(b []byte) ([]byte, error) {
	text := func(name, value string) {
		if value != "" {
			b = appendString(append(append(append(b, `,"`...), name...), `":`...), value)
		}
	}
	texts := func(name string, values []string) {
		if len(values) == 0 {
			return
		}
		b = append(append(append(b, `,"`...), name...), `":[`...)
		for i, v := range values {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, v)
		}
		b = append(b, ']')
	}
	named := func(name string, values map[string]string) {
		if len(values) == 0 {
			return
		}
		b = append(append(append(b, `,"`...), name...), `":{`...)
		for i, k := range slices.Sorted(maps.Keys(values)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(append(appendString(b, k), ':'), values[k])
		}
		b = append(b, '}')
	}
	text("format", s.Format)
	text("language", s.Language)
	if len(s.Media) > 0 {
		media, err := json.Marshal(s.Media)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"media":`...), media...)
	}
	text("link", s.Link)
	texts("card", s.Card)
	text("quote", s.Quote)
	text("repost", s.Repost)
	text("reply_to", s.ReplyTo)
	texts("cta", s.CTA)
	texts("poll", s.Poll)
	text("first_comment", s.FirstComment)
	texts("tags", s.Tags)
	texts("disclosure", s.Disclosure)
	named("options", s.Options)
	named("mentions", s.Mentions)
	return b, nil
}

// appendString appends a JSON string. Most need no escapes.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			j, _ := json.Marshal(s) // a string always encodes
			return append(b, j...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func (v *view) mediaSource() []sourceMedia {
	out := make([]sourceMedia, len(v.p.Media))
	for i, m := range v.p.Media {
		out[i] = sourceMedia{SHA256: m.SHA256, Alt: m.Alt, Focus: m.Focus, Plain: m.Watermark != nil && !*m.Watermark}
		if m.File != "" {
			out[i].SHA256 = v.sum(m.File)
		}
		if m.Cover != "" {
			out[i].Cover = v.sum(m.Cover)
		}
		for language, file := range m.Subtitles {
			if out[i].Subtitles == nil {
				out[i].Subtitles = map[string]string{}
			}
			out[i].Subtitles[language] = v.sum(file)
		}
	}
	return out
}

// sum is what a file's content adds to the digest.
func (v *view) sum(file string) string {
	a, err := v.media(file)
	if err != nil {
		return "unread:" + file
	}
	return a.SHA256
}

// media describes a file named in the post, relative to the post's folder.
func (v *view) media(file string) (content.Attachment, error) {
	name := path.Join(path.Dir(v.source.Path), file)
	if v.s.Media == nil {
		return content.Attachment{File: name}, nil
	}
	return v.s.Media(name)
}

func (v *view) refSource(r content.Ref) string {
	if r.Post != "" {
		return v.key(r).String()
	}
	return r.URL
}

// mentionsUsed gives the handles of the names that the text has.
func (v *view) mentionsUsed() map[string]string {
	var out map[string]string
	for _, text := range []string{v.p.Body, v.p.FirstComment} {
		for {
			_, rest, ok := strings.Cut(text, mentionOpen)
			if !ok {
				break
			}
			name, _, ok := strings.Cut(rest, mentionClose)
			if ok && len(name) <= maxName {
				if out == nil {
					out = map[string]string{}
				}
				handle, _ := v.handle(name)
				out[name] = handle
			}
			text = rest
		}
	}
	return out
}

func unix(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
