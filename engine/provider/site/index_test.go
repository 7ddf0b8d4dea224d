package site

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// many publishes n posts, one a day, the newest last.
func (w *world) many(a *provider.Account, n int) {
	w.t.Helper()
	for i := range n {
		g := text(fmt.Sprintf("Post %d.", i))
		g.Tags = []string{"all"}
		g.Date = start.AddDate(0, 0, i-n)
		w.publish(a, fmt.Sprintf("post-%03d", i), g)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]struct{ newest, archives int }{
		0: {0, 0}, 1: {1, 0}, 20: {20, 0}, 39: {39, 0}, 40: {20, 1}, 59: {39, 1}, 61: {21, 2},
	} {
		w := newWorld(t)
		a := w.open()
		w.many(a, n)
		if n == 0 {
			_, err := a.Profile.SetProfile(context.Background(), content.Face{Name: "Acme"})
			must(t, err)
		}
		w.finish(a)
		if got := strings.Count(w.read("index.html"), "<li class=\"entry"); got != want.newest {
			t.Errorf("%d posts: %d on the index", n, got)
		}
		got := 0
		for w.exists(fmt.Sprintf("archive/%d/index.html", got+1)) {
			got++
			if c := strings.Count(w.read(fmt.Sprintf("archive/%d/index.html", got)), "<li class=\"entry"); c != perPage {
				t.Errorf("%d posts: %d in archive %d", n, c, got)
			}
		}
		if got != want.archives || w.exists("tags/all/1/index.html") != (got > 0) {
			t.Errorf("%d posts: %d archives", n, got)
		}
	}
}

// A new post leaves full archives as they are, so that a site of ten thousand
// posts is not written anew each day.
func TestArchivesKeepTheirPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.many(a, 61)
	w.finish(a)
	before := w.read("archive/1/index.html")
	contains(t, before, "Post 0.", "Post 19.", `href="../../archive/2/index.html" rel="prev"`)
	contains(t, w.read("index.html"), `href="archive/2/index.html" rel="next"`)
	w.publish(a, "newest", text("The newest."))
	w.finish(a)
	if w.read("archive/1/index.html") != before {
		t.Error("an old archive changed")
	}
}

func TestPins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	ctx := context.Background()
	w.many(a, 45)
	w.finish(a)
	page := w.read("posts/post-003/index.html")
	must(t, a.Pins.Pin(ctx, "post-003/0"))
	must(t, a.Pins.Pin(ctx, "post-003/0"))
	w.finish(a)
	index := w.read("index.html")
	if first := index[strings.Index(index, "<li class=\"entry"):]; strings.Index(first, "Post 3.") > strings.Index(first, "</li>") {
		t.Error("the pinned post is not the first")
	}
	if n := strings.Count(index, "Pinned"); n != 1 {
		t.Errorf("%d marks", n)
	}
	before, _, _ := strings.Cut(page, "<!-- smmctl")
	if !strings.HasPrefix(w.read("posts/post-003/index.html"), before) {
		t.Error("pinning altered the page")
	}
	for _, o := range w.list(a) {
		if o.Pinned != (o.ID == "post-003/0") {
			t.Errorf("%s: pinned %t", o.ID, o.Pinned)
		}
	}
	must(t, a.Pins.Unpin(ctx, "post-003/0"))
	w.finish(a)
	if strings.Contains(w.read("index.html"), "Pinned") {
		t.Error("still pinned")
	}
}

func TestTagsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	g := text("Coats.")
	g.Tags = []string{"Winter", "#winter", "winter", "C++", "C#", "Зима", "2026", "..", "/", " ", "a/b"}
	w.publish(a, "coats", g)
	w.finish(a)
	for _, dir := range []string{"winter", "зима"} {
		contains(t, w.read("tags/"+dir+"/index.html"), "Coats.")
	}
	list := w.read("tags/index.html")
	contains(t, list, "C&#43;&#43;", "C#", ">Winter<", ">..<")
	if n := strings.Count(list, `rel="tag"`); n != 8 {
		t.Errorf("%d tags:\n%s", n, list)
	}
	if w.exists("tags/2026") {
		t.Error("a tag's folder could be a page's number")
	}
	must(t, a.Posts.Delete(context.Background(), "coats/0"))
	w.finish(a)
	for f := range w.tree() {
		if strings.HasPrefix(f, "tags/") && f != "tags/index.html" {
			t.Errorf("%s stays", f)
		}
	}
	contains(t, w.read("index.html"), "Nothing has been published yet.")
}

func TestFinishDoesNothingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.many(a, 3)
	w.finish(a)
	before := w.tree()
	writes := 0
	quiet := w.site(func(string, string) error { writes++; return nil })
	w.finish(quiet)
	if writes != 0 {
		t.Errorf("%d changes on disk", writes)
	}
	for _, f := range []string{"index.html", "feed.xml", "tags/all/index.html", "style.css"} {
		w.remove(f)
		w.finish(a)
		sameTree(t, w.tree(), before)
	}
}

// Another version's look is carried to every page and is no drift.
func TestNewLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.publish(w.open(), "coats", text("Coats."))
	w.finish(w.open())
	w.cfg.Account.Options["base_url"] = "https://new.example"
	a := w.open()
	w.finish(a)
	contains(t, w.read("posts/coats/index.html"), "https://new.example/posts/coats/")
	contains(t, w.read("feed.xml"), "https://new.example/posts/coats/")
	got, err := a.Posts.Get(context.Background(), made.ID)
	must(t, err)
	if got.Fields["page"] != made.Fields["page"] {
		t.Error("drift")
	}
}

var hostile = []string{
	"</title><script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "' onmouseover='x", "]]></content><evil/>", "-->", "--!>", "{{.Title}}",
	"<!-- smmctl {} -->", "a\x00b\x1b[31mc", "\u202Eevil", "\xff\xfe", strings.Repeat("w", 5000), "&lt;b&gt;", "javascript:alert(1)", "\uFFFEx",
}

// TestHostileText puts each text wherever a person can write.
func TestHostileText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Account.Options["title"] = hostile[0]
	w.cfg.Account.Options["description"] = hostile[1]
	a := w.open()
	for i, s := range hostile {
		pic := w.picture("a.png", "image/png", 4, 4)
		pic.Alt = s
		g := content.Segment{Title: s, Text: s, HTML: "<p>" + s + "</p>", Tags: []string{s}, Language: s, Date: start, Media: []content.Attachment{pic}}
		w.publish(a, fmt.Sprintf("post-%d", i), g, content.Segment{Text: "more " + s, Title: s})
	}
	_, err := a.Profile.SetProfile(context.Background(), content.Face{Name: hostile[0], Bio: hostile[3], Fields: []content.FieldValue{{Path: hostile[1], Value: hostile[13]}}})
	must(t, err)
	w.finish(a)
	for _, o := range w.list(a) {
		if o.Fields["page"] != "as published" {
			t.Errorf("%s: %s", o.ID, o.Fields["page"])
		}
	}
	w.checkAll()
}

// checkAll parses every file and follows every link on disk.
func (w *world) checkAll() {
	w.t.Helper()
	tree := w.tree()
	for f, b := range tree {
		switch path.Ext(f) {
		case ".html":
			w.checkHTML(tree, f, b)
		case ".xml":
			d := xml.NewDecoder(strings.NewReader(b))
			for {
				_, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					w.t.Errorf("%s: %v", f, err)
					break
				}
			}
		case ".json":
			if !json.Valid([]byte(b)) {
				w.t.Errorf("%s: no JSON", f)
			}
		}
	}
}

func (w *world) checkHTML(tree map[string]string, file, text string) {
	w.t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		w.t.Errorf("%s: %v", file, err)
		return
	}
	count := map[string]int{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				w.t.Errorf("%s: %s runs", file, a.Key)
			}
			if a.Key == "href" || a.Key == "src" {
				w.checkLink(tree, file, a.Val)
			}
		}
	}
	for _, tag := range []string{"html", "title", "h1", "main", "body"} {
		if count[tag] != 1 {
			w.t.Errorf("%s: %d × %s", file, count[tag], tag)
		}
	}
	for _, tag := range []string{"script", "iframe", "evil", "style"} {
		if count[tag] != 0 {
			w.t.Errorf("%s: %s", file, tag)
		}
	}
}

func (w *world) checkLink(tree map[string]string, file, link string) {
	w.t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		w.t.Errorf("%s: link %q", file, link)
		return
	}
	if u.Scheme != "" || u.Path == "" {
		return
	}
	if _, ok := tree[path.Join(path.Dir(file), u.Path)]; !ok {
		w.t.Errorf("%s: link %q leads nowhere", file, link)
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "https://acme.example/blog"} {
		w := newWorld(t)
		w.cfg.Account.Options["base_url"] = base
		demo(w, w.open())
		w.checkAll()
	}
}

// demo fills a site with one of each kind.
func demo(w *world, a *provider.Account) {
	w.many(a, 45)
	g := text("Coats.")
	g.Title, g.Tags = "Coats", []string{"Зима", "C++", "a & b"}
	g.Media = []content.Attachment{w.picture("a.jpg", "image/jpeg", 1700, 20), w.picture("b.png", "image/png", 10, 10)}
	g.HTML = "<h1>Coats</h1><p>A <a href=\"https://a.example/\">link</a>.</p><h3>More</h3><ul><li>one</li></ul><pre><code class=\"language-go\">x</code></pre>" +
		"<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table><blockquote><p>c</p></blockquote>"
	w.publish(a, "coats", g, text("Second."), text("Third."))
	film := text("פילם.")
	film.Language = "he"
	film.Media = []content.Attachment{w.attach("a.mp4", "video/mp4", []byte("x"), 640, 360)}
	w.publish(a, "film", film)
	ctx := context.Background()
	must(w.t, a.Pins.Pin(ctx, "post-001/0"))
	_, err := a.Profile.SetProfile(ctx, content.Face{Name: "Acme", Bio: "Coats & hats.", Fields: []content.FieldValue{{Path: "Link", Value: "https://acme.example"}}})
	must(w.t, err)
	w.finish(a)
}

func TestAtom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	demo(w, w.open())
	var f atomFeed
	must(t, xml.Unmarshal([]byte(w.read("feed.xml")), &f))
	// RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have.
	if f.ID == "" || f.Title != "Acme" || f.Author.Name == "" || len(f.Links) != 2 || len(f.Entries) != 47 {
		t.Errorf("%+v", f)
	}
	ids := map[string]bool{f.ID: true}
	for _, e := range f.Entries {
		if _, err := url.Parse(e.ID); err != nil || ids[e.ID] || !strings.HasPrefix(e.ID, "urn:uuid:") || e.Title == "" || e.Content.Type != "html" {
			t.Errorf("%+v", e)
		}
		ids[e.ID] = true
		for _, at := range []string{e.Updated, e.Published} {
			if _, err := time.Parse(time.RFC3339, at); err != nil || at > f.Updated {
				t.Errorf("%s: %v", at, err)
			}
		}
		if u, err := url.Parse(e.Link.Href); err != nil || !u.IsAbs() {
			t.Errorf("link %q", e.Link.Href)
		}
	}
}

func TestJSONFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	demo(w, w.open())
	var f jsonFeed
	must(t, json.Unmarshal([]byte(w.read("feed.json")), &f))
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Title != "Acme" || f.FeedURL != "https://acme.example/blog/feed.json" || len(f.Items) != 47 {
		t.Errorf("%+v", f)
	}
	for _, i := range f.Items {
		if i.ID == "" || i.ContentHTML == "" || !strings.HasPrefix(i.URL, "https://acme.example/blog/posts/") {
			t.Errorf("%+v", i)
		}
	}
}

// A feed's ids outlive a move to another address.
func TestFeedIDsStay(t *testing.T) {
	t.Parallel()
	ids := func(base string) string {
		w := newWorld(t)
		w.cfg.Account.Options["base_url"] = base
		a := w.open()
		w.publish(a, "coats", text("Coats."))
		w.finish(a)
		var f atomFeed
		must(t, xml.Unmarshal([]byte(w.read("feed.xml")), &f))
		return f.ID + " " + f.Entries[0].ID
	}
	if a, b := ids(""), ids("https://moved.example"); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}
