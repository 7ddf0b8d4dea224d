package site

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// feedLength is how many posts the feeds have.
const feedLength = 50

// sitemapLength is the most that one sitemap may have (sitemaps.org/protocol,
// read 2026-11-23).
const sitemapLength = 50_000

// urn is an id that stays the same wherever the site moves: a UUID of version 8
// (RFC 9562, 5.8) made of names.
func urn(names ...string) string {
	h := sha256.New()
	for _, n := range names {
		fmt.Fprintf(h, "%d:%s", len(n), n)
	}
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0F | 0x80
	u[8] = u[8]&0x3F | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func (g *generator) feeds() error {
	if err := g.atom(); err != nil {
		return err
	}
	return g.jsonFeed()
}

// link is absolute where the site has an address; else it is relative to the
// root, where the feeds are.
func (g *generator) link(path string) string { return cmp.Or(g.absolute(path), path) }

func (g *generator) postLink(r *record) string {
	return cmp.Or(g.absolute("posts/"+r.Slug+"/"), pageFile(r.Slug))
}

func (g *generator) updated() time.Time {
	t := time.Unix(0, 0)
	for i := range g.newest {
		if u := updated(&g.newest[i]); u.After(t) {
			t = u
		}
	}
	return t.UTC()
}

func updated(r *record) time.Time {
	t := r.Parts[0].Updated
	for _, p := range r.Parts {
		if p.Updated.After(t) {
			t = p.Updated
		}
	}
	return t.UTC()
}

// The Atom Syndication Format, RFC 4287.
type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr,omitempty"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Author   atomAuthor  `xml:"author"`
	Gen      string      `xml:"generator"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	Lang       string         `xml:"xml:lang,attr,omitempty"`
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Link       atomLink       `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Content    atomContent    `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func (g *generator) atom() error {
	feed := atomFeed{
		Lang:     g.language,
		ID:       urn(name, g.account),
		Title:    g.who.Title,
		Subtitle: squeeze(g.who.Bio),
		Updated:  g.updated().Format(time.RFC3339),
		Author:   atomAuthor{g.who.Title},
		Gen:      "smmctl",
		Links:    []atomLink{{"alternate", "text/html", g.link("index.html")}},
	}
	if self := g.absolute("feed.xml"); self != "" {
		feed.Links = append(feed.Links, atomLink{"self", "application/atom+xml", self})
	}
	for i := range g.newest {
		e, err := g.atomEntry(&g.newest[i])
		if err != nil {
			return err
		}
		feed.Entries = append(feed.Entries, e)
	}
	return g.xmlFile("feed.xml", feed)
}

func (g *generator) xmlFile(file string, v any) error {
	data, err := xml.MarshalIndent(v, "", "  ")
	g.files[file] = append([]byte(xml.Header), append(data, '\n')...)
	return err
}

func (g *generator) atomEntry(r *record) (atomEntry, error) {
	content, err := g.feedHTML(r)
	e := atomEntry{
		ID:        urn(name, g.account, r.Slug),
		Title:     headline(r),
		Published: r.Parts[0].Created.UTC().Format(time.RFC3339),
		Updated:   updated(r).Format(time.RFC3339),
		Link:      atomLink{"alternate", "text/html", g.postLink(r)},
		Content:   atomContent{"html", content},
	}
	if l := r.Parts[0].Language; l != g.language {
		e.Lang = l
	}
	for _, t := range tagsOf(r) {
		e.Categories = append(e.Categories, atomCategory{t.Label})
	}
	return e, err
}

// feedHTML is all parts of a post with their media.
func (g *generator) feedHTML(r *record) (string, error) {
	var b bytes.Buffer
	for i, p := range r.Parts {
		if i > 0 {
			b.WriteString("<hr>\n")
		}
		b.WriteString(string(body(&p)) + "\n")
		media := partView{Media: views(p.Media, g.link("posts/"+r.Slug+"/"))}
		if err := templates().ExecuteTemplate(&b, "media", media); err != nil {
			return "", err
		}
	}
	return strings.TrimSpace(b.String()), nil
}

// JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/ (read 2026-11-23).
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePageURL string       `json:"home_page_url,omitempty"`
	FeedURL     string       `json:"feed_url,omitempty"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language,omitempty"`
	Authors     []jsonAuthor `json:"authors"`
	Items       []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

type jsonItem struct {
	ID            string   `json:"id"`
	URL           string   `json:"url"`
	Title         string   `json:"title,omitempty"`
	ContentHTML   string   `json:"content_html"`
	Image         string   `json:"image,omitempty"`
	DatePublished string   `json:"date_published"`
	DateModified  string   `json:"date_modified"`
	Tags          []string `json:"tags,omitempty"`
	Language      string   `json:"language,omitempty"`
}

func (g *generator) jsonFeed() error {
	feed := jsonFeed{
		Version:     "https://jsonfeed.org/version/1.1",
		Title:       g.who.Title,
		HomePageURL: g.absolute(""),
		FeedURL:     g.absolute("feed.json"),
		Description: g.who.Bio,
		Language:    g.language,
		Authors:     []jsonAuthor{{g.who.Title}},
		Items:       []jsonItem{},
	}
	for i := range g.newest {
		item, err := g.jsonItem(&g.newest[i])
		if err != nil {
			return err
		}
		feed.Items = append(feed.Items, item)
	}
	data, err := json.MarshalIndent(feed, "", "  ")
	g.files["feed.json"] = append(data, '\n')
	return err
}

func (g *generator) jsonItem(r *record) (jsonItem, error) {
	content, err := g.feedHTML(r)
	item := jsonItem{
		ID:            urn(name, g.account, r.Slug),
		URL:           g.postLink(r),
		Title:         squeeze(r.Parts[0].Title),
		ContentHTML:   content,
		DatePublished: r.Parts[0].Created.UTC().Format(time.RFC3339),
		DateModified:  updated(r).Format(time.RFC3339),
		Language:      r.Parts[0].Language,
	}
	item.Image, _ = g.previewImage(r)
	for _, t := range tagsOf(r) {
		item.Tags = append(item.Tags, t.Label)
	}
	return item, err
}

type sitemap struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc string `xml:"loc"`
}

// sitemap needs absolute addresses, and lists the newest posts first.
func (g *generator) sitemap() error {
	if g.baseURL == "" {
		return nil
	}
	m := sitemap{URLs: []sitemapURL{{g.absolute("")}}}
	for i := len(g.entries) - 1; i >= 0 && len(m.URLs) < sitemapLength; i-- {
		m.URLs = append(m.URLs, sitemapURL{g.absolute("posts/" + g.entries[i].slug + "/")})
	}
	return g.xmlFile("sitemap.xml", m)
}
