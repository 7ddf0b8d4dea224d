package wordpress

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// live is the status of what readers see. A private post, one that waits for
// review and the trash are not there.
const (
	live  = "publish"
	later = "future"
)

// object makes an Object of a post. Its fields are those that only an edit
// changes; counters, the time of the last change and whether it is sticky are
// none. The markup is compared by its digest, for an article is long.
func (p *post) object() provider.Object {
	text, alts := readContent(p.Content.String())
	title := html.UnescapeString(p.Title.String())
	f := map[string]string{"text": text, "html": content.Digest(p.Content.String()), "status": p.Status}
	set := func(path, value string) {
		if value != "" {
			f[path] = value
		}
	}
	set("title", title)
	set("excerpt", html.UnescapeString(p.Excerpt.String()))
	set("slug", p.Slug)
	set("categories", idsText(p.Categories))
	set("tags", idsText(p.Tags))
	set("comments", p.Comments)
	if p.Password != "" {
		f["password"] = "set"
	}
	if p.FeaturedMedia > 0 {
		f["featured.id"] = idText(p.FeaturedMedia)
		for _, m := range p.Embedded.Featured {
			set("featured.alt", m.Alt)
		}
	}
	o := provider.Object{
		ID: idText(p.ID), URL: p.Link, Fields: f, Pinned: p.Sticky,
		Fingerprint: essence{title: title, text: text, alts: alts}.fingerprint(),
	}
	if p.Status == later {
		o.ScheduledAt = moment(p.DateGMT)
	} else {
		o.CreatedAt = moment(p.DateGMT)
	}
	return o
}

// blankLines are what the frames of blocks leave between two texts.
var blankLines = regexp.MustCompile(`\n{3,}`)

// readContent makes plain text of a post's stored HTML, and lists the alternative
// texts of its pictures.
func readContent(markup string) (text string, alts []string) {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(blankLines.ReplaceAllString(b.String(), "\n\n")), alts
		case html.TextToken:
			b.WriteString(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			switch t := z.Token(); t.Data {
			case "br":
				b.WriteByte('\n')
			case "img", "video":
				alt := ""
				for _, a := range t.Attr {
					if a.Key == "alt" {
						alt = a.Val
					}
				}
				alts = append(alts, alt)
			}
		}
	}
}
