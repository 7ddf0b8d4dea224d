package mastodon

import (
	"fmt"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// object makes an Object of a status. Its fields are those that only an edit
// changes: no counters, cards, file addresses or edit times.
func (s *status) object() provider.Object {
	text := plain(string(s.content()), s.Mentions)
	o := provider.Object{
		ID:        string(s.ID),
		URL:       string(s.URL),
		CreatedAt: s.CreatedAt.Time,
		ParentID:  string(s.InReplyTo),
		Pinned:    bool(s.Pinned),
	}
	if o.URL == "" {
		o.URL = string(s.URI)
	}
	f := fields{"text": text}
	f.common(s.Spoiler, s.Visibility, s.Language, s.Sensitive)
	e := essence{text: text, warning: string(s.Spoiler)}
	e.alts = f.media(s.Media)
	if s.Poll != nil {
		titles := make([]str, len(s.Poll.Options))
		for i, opt := range s.Poll.Options {
			titles[i] = opt.Title
		}
		f.poll(titles, s.Poll.Multiple)
		f.set("poll.expires_at", when(s.Poll.ExpiresAt.Time))
		e.options = len(titles)
	}
	o.Fields, o.Fingerprint = f, e.fingerprint()
	return o
}

func (s *status) content() str {
	if s.Content == nil {
		return ""
	}
	return *s.Content
}

// scheduled makes an Object of an entry of the server's schedule. Its
// fingerprint is that of the post that will come of it.
func (s *status) scheduled() provider.Object {
	p := s.Params
	f := fields{"text": string(p.Text)}
	f.common(p.Spoiler, p.Visibility, p.Language, p.Sensitive)
	e := essence{text: string(p.Text), warning: string(p.Spoiler)}
	e.alts = f.media(s.Media)
	if p.Poll != nil {
		f.poll(p.Poll.Options, p.Poll.Multiple)
		e.options = len(p.Poll.Options)
	}
	return provider.Object{
		ID: string(s.ID), ParentID: string(p.InReplyTo), ScheduledAt: s.ScheduledAt.Time,
		Fields: f, Fingerprint: e.fingerprint(),
	}
}

// fields are paths and values; an empty value is left out.
type fields map[string]string

func (f fields) set(path, value string) {
	if value != "" {
		f[path] = value
	}
}

func (f fields) common(spoiler, visibility, language str, sensitive flag) {
	f.set("content_warning", string(spoiler))
	f.set("visibility", string(visibility))
	f.set("language", string(language))
	if sensitive {
		f["sensitive"] = strconv.FormatBool(true)
	}
}

// media sets the fields of attachments and returns their alternative texts. The
// kind of a medium is left out: it reads «unknown» until the server has looked.
func (f fields) media(all []attachment) (alts []string) {
	for i, m := range all {
		f.set(mediaPath(i, "id"), string(m.ID))
		f.set(mediaPath(i, "description"), string(m.Description))
		alts = append(alts, string(m.Description))
	}
	return alts
}

func (f fields) poll(titles []str, multiple flag) {
	for i, t := range titles {
		f.set(fmt.Sprintf("poll.options[%d]", i), string(t))
	}
	f.set("poll.multiple", strconv.FormatBool(bool(multiple)))
}

func mediaPath(i int, name string) string { return fmt.Sprintf("media[%d].%s", i, name) }

// when writes a moment to the second: servers disagree on fractions.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}
