package site

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestPublishIsReadBackTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	g := text("Coats that last.")
	g.Title, g.Tags, g.Language = "Coats", []string{"winter"}, "en"
	g.Media = []content.Attachment{w.picture("media/coat.jpg", "image/jpeg", 1000, 500)}
	made := w.publish(a, "coats", g)

	got, err := a.Posts.Get(context.Background(), "coats/0")
	if err != nil || !reflect.DeepEqual(got, made) {
		t.Errorf("Get: %+v, %v; want %+v", got, err, made)
	}
	if l := w.list(a); len(l) != 1 || !reflect.DeepEqual(l[0], made) {
		t.Errorf("List: %+v", l)
	}
	if made.URL != "https://acme.example/blog/posts/coats/" || !made.CreatedAt.Equal(g.Date) {
		t.Errorf("url %s, created %s", made.URL, made.CreatedAt)
	}
	if made.Fingerprint != Driver().Fingerprint(g) {
		t.Error("the object's fingerprint is not the segment's")
	}
	want := map[string]string{
		"title": "Coats", "text": "Coats that last.", "language": "en", "tags[0]": "winter", "page": "as published",
		"media[0].alt": "About media/coat.jpg", "media[0].sha256": g.Media[0].SHA256, "html": content.Digest(g.HTML),
	}
	if !maps.Equal(made.Fields, want) {
		t.Errorf("fields %v, want %v", made.Fields, want)
	}
	page := w.read("posts/coats/index.html")
	contains(t, page, `<html lang="en">`, "<h1>Coats</h1>", "<p>Coats that last.</p>", `datetime="2026-11-20T07:00:00Z"`,
		`<link rel="canonical" href="https://acme.example/blog/posts/coats/">`, `property="og:image"`, `loading="lazy"`,
		`480w`, `960w`, `1000w`, `width="1000" height="500"`, `alt="About media/coat.jpg"`, `../../tags/winter/index.html`)
}

func TestWithoutBaseURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Account.Options = nil
	a := w.open()
	o := w.publish(a, "coats", text("Coats."), text("More."))
	w.finish(a)
	if o.URL != "public/site/posts/coats/index.html" {
		t.Error(o.URL)
	}
	second, err := a.Posts.Get(context.Background(), "coats/1")
	if err != nil || second.URL != "public/site/posts/coats/index.html#part-2" {
		t.Error(second.URL, err)
	}
	if w.exists("sitemap.xml") {
		t.Error("a sitemap without absolute addresses")
	}
	for f, b := range w.tree() {
		if strings.Contains(b, `"http`) || strings.Contains(b, "file:") {
			if f != "feed.xml" && f != "feed.json" { // they name their formats
				t.Errorf("%s has an absolute address", f)
			}
		}
	}
}

func TestPublishAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	made := w.publish(a, "coats", text("Coats."))
	before := w.tree()
	w.clock.advance(time.Hour)
	r := w.request("coats", 0, text("Other coats."))
	again, err := a.Posts.Publish(context.Background(), r)
	if err != nil || !reflect.DeepEqual(again, made) {
		t.Errorf("%+v, %v", again, err)
	}
	sameTree(t, w.tree(), before)

	r.ClientKey = "another"
	_, err = a.Posts.Publish(context.Background(), r)
	wantKind(t, err, provider.Rejected)
	sameTree(t, w.tree(), before)
}

func TestEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	g := text("Coats.")
	g.Media = []content.Attachment{w.picture("a.jpg", "image/jpeg", 500, 500), w.picture("b.png", "image/png", 20, 20)}
	made := w.publish(a, "coats", g)
	if n := len(w.under("posts/coats")); n != 4 {
		t.Errorf("%d files", n)
	}
	w.clock.advance(time.Hour)
	next := text("Coats and hats.")
	next.Media = g.Media[1:]
	got, err := a.Posts.Edit(context.Background(), made.ID, w.request("coats", 0, next))
	if err != nil || got.Fields["text"] != "Coats and hats." || !got.CreatedAt.Equal(made.CreatedAt) {
		t.Fatalf("%+v, %v", got, err)
	}
	if n := len(w.under("posts/coats")); n != 2 {
		t.Errorf("%d files: what is no longer shown must go", n)
	}
	w.finish(a)
	contains(t, w.read("feed.xml"), "<updated>2026-11-20T09:00:00Z</updated>", "<published>2026-11-20T07:00:00Z</published>")

	_, err = a.Posts.Edit(context.Background(), "nothing/0", w.request("nothing", 0, next))
	wantKind(t, err, provider.NotFound)
	if w.exists("posts/nothing") {
		t.Error("an edit made a page")
	}
}

// under lists a folder of the output.
func (w *world) under(dir string) []string {
	var out []string
	for f := range w.tree() {
		if strings.HasPrefix(f, dir+"/") {
			out = append(out, f)
		}
	}
	return out
}

func TestThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	ctx := context.Background()
	first := w.publish(a, "story", text("One."), text("Two."))
	_, err := a.Posts.Publish(ctx, w.request("story", 2, text("Three.")))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := a.Posts.Get(ctx, "story/0"); !reflect.DeepEqual(got, first) {
		t.Errorf("a longer thread altered its first part: %+v", got)
	}
	if got := w.ids(a); got != "story/2 story/1 story/0" {
		t.Error(got)
	}
	two, _ := a.Posts.Get(ctx, "story/1")
	if two.ParentID != "story/0" || two.URL != "https://acme.example/blog/posts/story/#part-2" {
		t.Errorf("%+v", two)
	}
	contains(t, w.read("posts/story/index.html"), `id="part-2"`, `id="part-3"`)
	if n := strings.Count(w.read("posts/story/index.html"), `<article>`); n != 1 {
		t.Errorf("%d articles", n)
	}

	for _, id := range []string{"story/2", "story/1"} {
		if err := a.Posts.Delete(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := a.Posts.Get(ctx, "story/0"); !reflect.DeepEqual(got, first) {
		t.Errorf("%+v", got)
	}
	wantKind(t, a.Posts.Delete(ctx, "story/1"), provider.NotFound)
	if err := a.Posts.Delete(ctx, "story/0"); err != nil {
		t.Fatal(err)
	}
	if w.exists("posts/story") {
		t.Error("the page's folder stays")
	}
	wantKind(t, a.Posts.Delete(ctx, "story/0"), provider.NotFound)
}

// A thread stays on its page though the post's id has changed (moved: {from}).
func TestThreadOfAMovedPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.publish(a, "old-id", text("One."))
	r := w.request("new-id", 1, text("Two."))
	r.RootID, r.ParentID = "old-id/0", "old-id/0"
	o, err := a.Posts.Publish(context.Background(), r)
	if err != nil || o.ID != "old-id/1" || w.exists("posts/new-id") {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestGenerationsDoNotMix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.publish(a, "story", text("One."), text("Two."))
	if err := a.Posts.Delete(context.Background(), "story/0"); err != nil {
		t.Fatal(err)
	}
	r := w.request("story", 0, text("Anew."))
	r.Generation, r.ClientKey = 2, "second"
	_, err := a.Posts.Publish(context.Background(), r)
	wantKind(t, err, provider.Rejected)
}

func TestHandEditedPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	ctx := context.Background()
	made := w.publish(a, "coats", text("Coats."))
	w.finish(a)
	edited := strings.Replace(w.read("posts/coats/index.html"), "<p>Coats.</p>", "<p>Goats.</p>", 1)
	w.write("posts/coats/index.html", edited)

	got, err := a.Posts.Get(ctx, made.ID)
	if err != nil || got.Fields["page"] == made.Fields["page"] {
		t.Errorf("no drift: %+v, %v", got, err)
	}
	for f, v := range made.Fields {
		if f != "page" && got.Fields[f] != v {
			t.Errorf("%s: %q", f, got.Fields[f])
		}
	}
	_, err = a.Posts.Publish(ctx, w.request("coats", 1, text("More.")))
	wantKind(t, err, provider.Rejected)
	if err := a.Pins.Pin(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Profile.SetProfile(ctx, content.Face{Name: "New name"}); err != nil {
		t.Fatal(err)
	}
	w.finish(a)
	contains(t, w.read("posts/coats/index.html"), "<p>Goats.</p>")
	if got, _ = a.Posts.Get(ctx, made.ID); got.Fields["page"] == made.Fields["page"] {
		t.Error("drift was lost")
	}

	back, err := a.Posts.Edit(ctx, made.ID, w.request("coats", 0, text("Coats.")))
	if err != nil || !maps.Equal(back.Fields, made.Fields) || !back.Pinned {
		t.Errorf("%+v, %v", back, err)
	}
	contains(t, w.read("posts/coats/index.html"), "<p>Coats.</p>", "New name")
}

// Anything that is not a page of ours is as good as absent, and is not written.
func TestPagesThatAreNotOurs(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(page string) string{
		"foreign":        func(string) string { return "<p>mine</p>" },
		"without record": func(p string) string { return p[:strings.Index(p, "<!-- smmctl")] },
		"broken record":  func(p string) string { return strings.Replace(p, `"format"`, `"farmat`, 1) },
		"newer record":   func(p string) string { return strings.Replace(p, `"format":1`, `"format":2`, 1) },
		"a copy":         func(p string) string { return strings.Replace(p, `"slug":"coats"`, `"slug":"boots"`, 1) },
		"no parts":       func(p string) string { return p[:strings.Index(p, `"parts"`)] + `"parts":[]} -->` },
		"evil file name": func(p string) string {
			return strings.Replace(p, `"text":`, `"media":[{"files":[{"name":"../../x.jpg"}]}],"text":`, 1)
		},
		"empty": func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.open()
			ctx := context.Background()
			w.publish(a, "coats", text("Coats."))
			w.publish(a, "hats", text("Hats."))
			w.write("posts/coats/index.html", spoil(w.read("posts/coats/index.html")))
			want := w.read("posts/coats/index.html")
			w.finish(a)
			if got := w.ids(a); got != "hats/0" {
				t.Error(got)
			}
			_, err := a.Posts.Get(ctx, "coats/0")
			wantKind(t, err, provider.Rejected)
			_, err = a.Posts.Publish(ctx, w.request("coats", 0, text("Coats.")))
			wantKind(t, err, provider.Rejected)
			wantKind(t, a.Posts.Delete(ctx, "coats/0"), provider.Rejected)
			if got := w.read("posts/coats/index.html"); got != want {
				t.Error("it was written")
			}
		})
	}
}

func TestMissingPageIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.publish(a, "coats", text("Coats."))
	w.finish(a)
	want := w.tree()
	w.remove("posts/coats/index.html")
	if got := w.list(a); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	_, err := a.Posts.Get(context.Background(), "coats/0")
	wantKind(t, err, provider.NotFound)
	w.publish(a, "coats", text("Coats."))
	w.finish(a)
	sameTree(t, w.tree(), want)
}

func TestWhatAPageCannotCarry(t *testing.T) {
	t.Parallel()
	reply := func(r *provider.Request) { r.ParentURL = "https://social.example/1" }
	for name, c := range map[string]struct {
		change func(*provider.Request)
		kind   provider.Kind
	}{
		"poll":      {func(r *provider.Request) { r.Segment.Poll = &content.PollSpec{} }, provider.Unsupported},
		"comment":   {func(r *provider.Request) { r.Segment.IsComment = true }, provider.Unsupported},
		"reply":     {reply, provider.Unsupported},
		"own reply": {func(r *provider.Request) { r.ParentID = "hats/0" }, provider.Unsupported},
		"too long":  {func(r *provider.Request) { r.Segment.Text = strings.Repeat("x", maxSegment+1) }, provider.Rejected},
		"index":     {func(r *provider.Request) { r.Index = -1 }, provider.Rejected},
		"endless":   {func(r *provider.Request) { r.Index = maxParts }, provider.Rejected},
		"media": {func(r *provider.Request) { r.Segment.Media = make([]content.Attachment, limits().Media+1) },
			provider.Rejected},
		"path":       {func(r *provider.Request) { r.Key.Post = "../../etc" }, provider.Rejected},
		"absolute":   {func(r *provider.Request) { r.Key.Post = "/etc" }, provider.Rejected},
		"no id":      {func(r *provider.Request) { r.Key.Post = "" }, provider.Rejected},
		"capital":    {func(r *provider.Request) { r.Key.Post = "A" }, provider.Rejected},
		"occurrence": {func(r *provider.Request) { r.Key.Occurrence = "../../../x" }, provider.Rejected},
		"root": {func(r *provider.Request) { r.Index, r.RootID = 1, "../../x/0" },
			provider.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.open()
			r := w.request("coats", 0, text("Coats."))
			c.change(&r)
			_, err := a.Posts.Publish(context.Background(), r)
			wantKind(t, err, c.kind)
			if got := w.tree(); len(got) != 0 {
				t.Errorf("files were made: %v", slices.Sorted(maps.Keys(got)))
			}
		})
	}
}

func TestHostileIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.publish(a, "coats", text("Coats."))
	for _, id := range []string{"", "/", "coats", "coats/", "coats/00", "coats/-1", "coats/+0", "coats/0/0", "../coats/0", "coats/1",
		"./coats/0", "COATS/0", "coats/9999999999999999999", "coats\x00/0", "posts/coats/0", "..\\coats/0"} {
		_, err := a.Posts.Get(context.Background(), id)
		wantKind(t, err, provider.NotFound)
		wantKind(t, a.Posts.Delete(context.Background(), id), provider.NotFound)
		wantKind(t, a.Pins.Pin(context.Background(), id), provider.NotFound)
	}
	if w.ids(a) != "coats/0" {
		t.Error("the page is gone")
	}
}

func TestOccurrencesHavePagesOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	for i, day := range []string{"2026-12-01", "2027-01-01"} {
		g := text("Evergreen.")
		g.Date = start.AddDate(0, i+1, 0)
		r := w.request("evergreen", 0, g)
		r.Key.Occurrence, r.ClientKey = day, day
		if _, err := a.Posts.Publish(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.ids(a); got != "evergreen.2027-01-01/0 evergreen.2026-12-01/0" {
		t.Error(got)
	}
}

func TestListIsNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	for i, id := range []string{"b", "a", "c"} {
		g := text(id)
		g.Date = start.Add(time.Duration(i) * time.Hour)
		w.publish(a, id, g)
	}
	if got := w.ids(a); got != "c/0 a/0 b/0" {
		t.Error(got)
	}
	n := 0
	for range a.Posts.List(context.Background()) {
		if n++; n == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range a.Posts.List(ctx) {
		wantKind(t, err, provider.Unsent)
	}
}

// What a listing shows is what is on disk, whatever order was noted before.
func TestListAfterHandiwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.many(a, 4)
	w.finish(a)
	saved := w.tree()
	w.remove("posts/post-003")
	w.remove("posts/post-001/index.html")
	if got := w.ids(a); got != "post-002/0 post-000/0" {
		t.Error(got)
	}
	w.write(orderFile, "nonsense\n2026-99-99T00:00:00Z post-000/0\n2020-01-01T00:00:00Z ../../x/0\n\n")
	w.write("posts/post-001/index.html", saved["posts/post-001/index.html"])
	if got := w.ids(a); got != "post-002/0 post-001/0 post-000/0" {
		t.Error(got)
	}
	w.publish(a, "newest", text("Newest."))
	if got := w.ids(w.open()); got != "newest/0 post-002/0 post-001/0 post-000/0" {
		t.Error(got)
	}
}

// A listing that is left early has not read what it did not show.
func TestListReadsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	w.many(a, 4)
	w.finish(a)
	// Were it read, this page would now come first.
	page := w.read("posts/post-000/index.html")
	w.write("posts/post-000/index.html", strings.Replace(page, `"created":"2026-`, `"created":"2036-`, 1))
	if got := w.first(a, 2); got[0].ID != "post-003/0" || got[1].ID != "post-002/0" {
		t.Errorf("%s, %s", got[0].ID, got[1].ID)
	}
	w.write(dirtyFile, "")
	if got := w.first(a, 1); got[0].ID != "post-000/0" {
		t.Errorf("the noted order is taken for new: %s", got[0].ID)
	}
}

func (w *world) first(a *provider.Account, n int) (out []provider.Object) {
	for o, err := range a.Posts.List(context.Background()) {
		must(w.t, err)
		if out = append(out, o); len(out) == n {
			break
		}
	}
	return out
}

func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	build := func(swap bool) map[string]string {
		w := newWorld(t)
		a := w.open()
		g := text("Coats.")
		g.Tags = []string{"winter", "Пальто"}
		g.Media = []content.Attachment{w.picture("a.jpg", "image/jpeg", 700, 300)}
		posts := []string{"coats", "hats", "boots"}
		if swap {
			slices.Reverse(posts)
			w.clock.advance(time.Hour)
		}
		for _, id := range posts {
			w.publish(a, id, g)
		}
		w.finish(a)
		return w.tree()
	}
	sameTree(t, build(true), build(false))
}
