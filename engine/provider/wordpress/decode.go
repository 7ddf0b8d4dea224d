package wordpress

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// user is who a password belongs to, in context=edit.
type user struct {
	ID           int64           `json:"id"`
	Slug         string          `json:"slug"`
	Capabilities map[string]bool `json:"capabilities"`
}

// post is a post in context=edit.
type post struct {
	ID            int64   `json:"id"`
	Date          string  `json:"date"`     // in the site's zone: the order of listings
	DateGMT       string  `json:"date_gmt"` // when it was, or is to be, published
	Slug          string  `json:"slug"`
	Status        string  `json:"status"`
	Link          string  `json:"link"`
	Author        int64   `json:"author"`
	Title         raw     `json:"title"`
	Content       raw     `json:"content"`
	Excerpt       raw     `json:"excerpt"`
	FeaturedMedia int64   `json:"featured_media"`
	Comments      string  `json:"comment_status"`
	Password      string  `json:"password"`
	Sticky        bool    `json:"sticky"`
	Categories    []int64 `json:"categories"`
	Tags          []int64 `json:"tags"`
	Embedded      struct {
		Featured []medium `json:"wp:featuredmedia"`
	} `json:"_embedded"`
}

// raw is a text as it is stored; nil where the answer is for readers only.
type raw struct {
	Raw *string `json:"raw"`
}

func (r raw) String() string {
	if r.Raw == nil {
		return ""
	}
	return *r.Raw
}

// medium is a file in the site's library.
type medium struct {
	ID     int64  `json:"id"`
	Slug   string `json:"slug"`
	Author int64  `json:"author"`
	URL    string `json:"source_url"`
	Alt    string `json:"alt_text"`
}

// postFields are the parts of a post that are asked for. Rendered text is none of
// them: the site would run every extension over it.
const postFields = "id,date,date_gmt,slug,status,link,author,title.raw,content.raw,excerpt.raw,featured_media," +
	"comment_status,password,sticky,categories,tags,_links,_embedded"

// view asks for a post in the form that is compared, whatever is done to it. The
// featured picture comes with it, for its alternative text is kept there.
func view(pairs ...string) map[string][]string {
	return query(append(pairs, "context", "edit", "_fields", postFields, "_embed", "wp:featuredmedia")...)
}

func decode(b []byte, v any) error { return json.Unmarshal(b, v) }

var errNoPost = errors.New("the answer is no post")

// decodePost reads a post with all that an Object needs.
func decodePost(b []byte) (post, error) {
	var p post
	if err := decode(b, &p); err != nil {
		return post{}, errNoPost
	}
	return p, p.sound()
}

func (p *post) sound() error {
	if p.ID <= 0 || p.Status == "" || p.Content.Raw == nil || p.Title.Raw == nil || moment(p.DateGMT).IsZero() {
		return errNoPost
	}
	return nil
}

// dateLayout is how the API writes a moment: without a zone.
const dateLayout = "2006-01-02T15:04:05"

func moment(s string) time.Time {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// needed are the rights that a brand's posts need; an author has them all.
var needed = []string{"publish_posts", "edit_published_posts", "delete_published_posts", "upload_files"}

// access tells what the account may do. An application password has all the
// rights of its user and does not end.
func (u *user) access() provider.Access {
	var a provider.Access
	for _, name := range append(slices.Clone(needed), "manage_categories", "edit_others_posts", "manage_options", "unfiltered_html") {
		if u.Capabilities[name] {
			a.Can = append(a.Can, name)
		} else if slices.Contains(needed, name) {
			a.Lacks = append(a.Lacks, name)
		}
	}
	return a
}

// narrow takes out of c what the account may not do.
func (u *user) narrow(c provider.Capabilities) provider.Capabilities {
	if !u.Capabilities["publish_posts"] {
		c.Pin, c.Schedule = false, false
	}
	if !u.Capabilities["edit_published_posts"] {
		c.Edit, c.Pin = false, false
	}
	if !u.Capabilities["delete_published_posts"] {
		c.Retract = false
	}
	if !u.Capabilities["upload_files"] {
		c.Formats = slices.DeleteFunc(c.Formats, func(f string) bool { return f == "image" || f == "carousel" || f == "video" })
	}
	if !u.Capabilities["manage_options"] {
		c.Profile = nil
	}
	return c
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// idsText writes ids in order: WordPress keeps a set of them.
func idsText(ids []int64) string {
	ids = slices.Sorted(slices.Values(ids))
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = idText(id)
	}
	return strings.Join(out, ",")
}

// validID reads a post's id as the ledger has it.
func validID(op, id string) (string, error) {
	if n, err := strconv.ParseInt(id, 10, 64); err != nil || n <= 0 || idText(n) != id {
		return "", notThere(op, "no post has such an id")
	}
	return "posts/" + id, nil
}
