package vk

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// maxAttachments bounds what hangs on a post (dev.vk.com, wall.post: 10 photos and
// videos; what else counts is not said, so all does).
const maxAttachments = 10

// check refuses, before anything is uploaded, what VK would refuse or take apart.
func (l *login) check(op string, r provider.Request) error {
	s := r.Segment
	switch n := measure.Length(l.limits.Unit, s.Text); {
	case r.ParentID != "" || r.ParentURL != "" || r.Index > 0 || s.IsComment:
		return unsupported(op, "VK's wall has neither threads nor replies")
	case !utf8.ValidString(s.Text):
		return provider.Refused(op, "the text is not valid UTF-8")
	case strings.TrimSpace(s.Text) == "" && len(s.Media) == 0:
		return provider.Refused(op, "a post needs a text, a picture or a document")
	case l.limits.Characters > 0 && n > l.limits.Characters:
		return provider.Refused(op, "the text has %d characters, VK takes %d", n, l.limits.Characters)
	}
	documents := 0
	for _, m := range s.Media {
		switch kindOf(m) {
		case "":
			return unsupported(op, "%s: %s cannot be sent to VK", m.File, m.Type)
		case documentKind:
			documents++
		}
	}
	hanging := len(s.Media) + len(links(s))
	if s.Poll != nil {
		hanging++
	}
	switch {
	case l.limits.Media > 0 && len(s.Media) > l.limits.Media, hanging > maxAttachments:
		return provider.Refused(op, "%d pictures, documents, polls and links: VK takes %d", hanging, min(max(l.limits.Media, 1), maxAttachments))
	case documents > 1:
		return provider.Refused(op, "%d documents and moving pictures: VK takes one", documents)
	}
	return l.checkPoll(op, s)
}

// params are what both a new post and an edit send.
func (l *login) params(s content.Segment, attachments []string) url.Values {
	p := url.Values{"owner_id": {ownerText(l.owner())}, "message": {s.Text}}
	p.Set("attachments", strings.Join(attachments, ","))
	for _, o := range []string{optSigned, optClosed, optAds} {
		p.Set(o, zeroOne(s.Options[o] == "true"))
	}
	if v := s.Options[optSource]; v != "" {
		p.Set("copyright", v)
	}
	return p
}

// creation adds what only a new post takes. What is left at its default is not
// sent: closed comments depend on the community's settings.
func (l *login) creation(r provider.Request, attachments []string) url.Values {
	p := l.params(r.Segment, attachments)
	for _, name := range []string{optSigned, optClosed, optAds} {
		if p.Get(name) == "0" {
			p.Del(name)
		}
	}
	if len(attachments) == 0 {
		p.Del("attachments")
	}
	p.Set("from_group", "1")
	if r.Segment.Options[optMute] == "true" {
		p.Set(optMute, "1")
	}
	return p
}

func zeroOne(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// guid makes VK's key of ours, in the form of a UUID: its lifetime, scope and
// length are not documented for wall.post, so nothing relies on it.
func guid(key ...string) string {
	d := content.Digest(key...)
	return fmt.Sprintf("%s-%s-%s-%s-%s", d[:8], d[8:12], d[12:16], d[16:20], d[20:32])
}

var attachable = regexp.MustCompile(`(?i)\bhttps?://[^\s,<>"]+`)

// links is the address to attach, or none: the text's last, where the option says
// so. VK takes one.
func links(s content.Segment) []string {
	all := attachable.FindAllString(s.Text, -1)
	if s.Options[optLink] != "true" || len(all) == 0 {
		return nil
	}
	return []string{strings.TrimRight(all[len(all)-1], ".;:!?)")}
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
