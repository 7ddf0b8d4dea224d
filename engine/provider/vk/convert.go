package vk

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// ownerText writes the id of a wall's owner.
func ownerText(owner int64) string { return strconv.FormatInt(owner, 10) }

// objectID names a post as VK does, without the word wall.
func objectID(owner, id int64) string { return fmt.Sprintf("%d_%d", owner, id) }

// parseID reads an id of objectID; ok is whether it is of this wall.
func (l *login) parseID(id string) (n int64, ok bool) {
	owner, number, _ := strings.Cut(id, "_")
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil && n > 0 && owner == ownerText(l.owner())
}

// object makes an Object of a published post. Its fields are those that only an
// edit changes: no counters, no addresses of pictures.
func (p *post) object() provider.Object {
	f, e := p.fields()
	id := objectID(p.Owner, p.ID)
	return provider.Object{
		ID: id, URL: "https://vk.com/wall" + id, CreatedAt: time.Unix(p.Date, 0).UTC(),
		Fields: f, Fingerprint: e.fingerprint(), Pinned: bool(p.Pinned),
	}
}

// scheduled makes an Object of a postponed post. It has no address that the
// published post will keep.
func (p *post) scheduled() provider.Object {
	f, e := p.fields()
	return provider.Object{
		ID: objectID(p.Owner, p.ID), ScheduledAt: time.Unix(p.Date, 0).UTC(),
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

func (f fields) mark(path string, value bool) {
	if value {
		f[path] = "true"
	}
}

func (p *post) fields() (fields, essence) {
	words := plain(p.Text)
	f := fields{"text": words}
	e := essence{text: words}
	f.set(optSource, p.Copyright.Link)
	f.mark(optSigned, p.Signer != 0)
	f.mark(optAds, bool(p.Ads))
	f.mark(optClosed, bool(p.Comments.CanOpen))
	for _, a := range p.Attachments {
		switch {
		case a.kind == "link":
			f.set("link", a.url)
		case a.poll != nil:
			f.poll(a)
			e.options = len(a.poll.Answers)
		default:
			f.set(mediaPath(e.media), a.named())
			e.media++
		}
	}
	return f, e
}

// named is an attachment's name, or its kind where it has none.
func (a attachment) named() string {
	if r := a.ref(); r != "" {
		return r
	}
	return a.kind
}

func (f fields) poll(a attachment) {
	f.set("poll.id", a.ref())
	f.set("poll.question", plain(a.poll.Question))
	for i, answer := range a.poll.Answers {
		f.set(fmt.Sprintf("poll.options[%d]", i), plain(answer.Text))
	}
	f.set("poll.multiple", strconv.FormatBool(bool(a.poll.Multiple)))
	if a.poll.Ends > 0 {
		f.set("poll.ends", time.Unix(a.poll.Ends, 0).UTC().Format(time.RFC3339))
	}
}

func mediaPath(i int) string { return fmt.Sprintf("media[%d].id", i) }

var (
	entity   = regexp.MustCompile(`&(amp|lt|gt|quot|#\d{1,6});`)
	unpaired = regexp.MustCompile(`[<>]`)
)

// plain undoes the escaping of HTML that VK does to some texts, and perhaps not to
// posts: it is not documented, and seen for messages (python273/vk_api#264, 2019).
// A text that holds a bare < or >, or an & that begins nothing, was not escaped
// and is left alone. What remains in doubt is an author's own "&amp;".
func plain(s string) string {
	bare := entity.ReplaceAllString(s, "")
	if unpaired.MatchString(s) || strings.Contains(bare, "&") {
		return s
	}
	return entity.ReplaceAllStringFunc(s, html.UnescapeString)
}
