package render

import (
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// card is what the post's link looks like under the last segment, where the link
// goes, on a network that draws cards from what we send.
func (v *view) card(to string) *content.Card {
	l := v.p.Link
	if !v.caps().Card || to == "" {
		return nil
	}
	c := &content.Card{URL: to, Title: clean(l.Title), Description: clean(l.Description)}
	if c.Title == "" {
		c.Title = cardTitle(to)
	}
	if l.Image != "" {
		c.Image = v.cardImage(l.Image)
	}
	return c
}

// cardTitle is where an address leads, for people: without a query, which is for
// counting.
func cardTitle(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.") + strings.TrimSuffix(u.Path, "/")
}

func (v *view) cardImage(file string) *content.Attachment {
	a, err := v.media(file)
	switch {
	case err != nil:
		v.fail(mediaRule(err), "link.image", "", "%v", err)
		return nil
	case a.Type != "" && !isImage(&a):
		v.fail("media-type-unsupported", "link.image", "", "%s is no picture (%s)", a.File, a.Type)
		return nil
	}
	v.fitPicture("link.image", &a, v.pictureLimits(), nil)
	return &a
}
