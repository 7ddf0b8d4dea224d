package wordpress_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/wordpress"
	"github.com/smmctl/smmctl/engine/provider/wordpress/wordpresstest"
)

func article(id, text string) provider.Request {
	now := time.Now().UTC()
	return provider.Request{
		Key: content.Key{Post: id, Account: "subject"}, Generation: 1, ClientKey: content.Digest(id), IntentAt: now, At: now,
		Segment: content.Segment{Title: "Winter", Text: text, HTML: "<p>" + text + "</p>", Options: map[string]string{}},
	}
}

// picture is one of the suite's files.
func picture(name, alt string) content.Attachment {
	return content.Attachment{File: "media/square." + name, Alt: alt, Type: "image/" + name}
}

func (r *rig) publish(t *testing.T, q provider.Request) provider.Object {
	t.Helper()
	o, err := r.acc.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatalf("publish %s: %v", q.Key, err)
	}
	return o
}

func (r *rig) edit(t *testing.T, q provider.Request, o provider.Object, s content.Segment) provider.Object {
	t.Helper()
	sent := map[string]string{}
	for _, v := range q.Segment.FieldValues() {
		sent[v.Path] = v.Value
	}
	q.Segment, q.Prior, q.PriorSent = s, o.Fields, sent
	got, err := r.acc.Posts.Edit(context.Background(), o.ID, q)
	if err != nil {
		t.Fatalf("edit %s: %v", q.Key, err)
	}
	return got
}

func (r *rig) list(t *testing.T) []provider.Object {
	t.Helper()
	var out []provider.Object
	for o, err := range r.acc.Posts.List(context.Background()) {
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		out = append(out, o)
	}
	return out
}

func wantKind(t *testing.T, err error, want provider.Kind) {
	t.Helper()
	if err == nil || provider.KindOf(err) != want {
		t.Errorf("%v is %q, want %q", err, provider.KindOf(err), want)
	}
}

// library lists the ids of the account's media.
func (r *rig) library(t *testing.T) []int {
	t.Helper()
	var found []struct{ ID int }
	r.Do(t, http.MethodGet, fmt.Sprintf("media?author=%d&orderby=id&order=asc&per_page=100", r.ID), nil, &found)
	var ids []int
	for _, m := range found {
		ids = append(ids, m.ID)
	}
	return ids
}

// TestTerms: categories and tags are found by their names, made where they are
// missing, and taken away by an edit that names none.
func TestTerms(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "editor")
	var old struct{ ID int }
	r.Do(t, http.MethodPost, "categories", map[string]any{"name": "R&D", "slug": "research"}, &old)
	q := article("terms", "With terms.")
	q.Segment.Options["categories"] = "R&D,Fresh coats,research"
	q.Segment.Tags = []string{"Winter", "Ça va"}
	o := r.publish(t, q)
	if got := strings.Split(o.Fields["categories"], ","); len(got) != 2 || !slices.Contains(got, fmt.Sprint(old.ID)) {
		t.Errorf("categories %v, want that of id %d and a new one", got, old.ID)
	}
	second := r.open(t) // remembers nothing
	q.Key.Post, q.Segment.Tags = "terms-again", []string{"ça va", "winter"}
	again, err := second.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"categories", "tags"} {
		if again.Fields[f] != o.Fields[f] {
			t.Errorf("the same %s are %s, then %s", f, o.Fields[f], again.Fields[f])
		}
	}
	bare := q.Segment
	bare.Tags, bare.Options = nil, map[string]string{}
	if got := r.edit(t, q, again, bare); got.Fields["tags"] != "" || got.Fields["categories"] != "" {
		t.Errorf("after an edit without terms: %v", got.Fields)
	}
}

// TestAuthorsTerms: an author may make tags and no categories, and is told so
// before anything is published.
func TestAuthorsTerms(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("authors-terms", "No such category.")
	q.Segment.Options["categories"] = "Of nobody"
	_, err := r.acc.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Rejected)
	if !strings.Contains(fmt.Sprint(err), "manage_categories") || len(r.Accepted()) > 0 {
		t.Errorf("%v; published %v", err, r.Accepted())
	}
}

// TestMedia: the first picture is featured, the others stand in the body; an edit
// keeps what is there, and the same upload is never made twice.
func TestMedia(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("media", "With pictures.")
	q.Segment.Media = []content.Attachment{picture("png", "Blue"), picture("jpeg", `A "quoted" [alt]`), picture("gif", "Third")}
	o := r.publish(t, q)
	if o.Fields["featured.alt"] != "Blue" || o.Fields["featured.id"] == "" {
		t.Errorf("featured: %v", o.Fields)
	}
	var stored struct {
		Content struct{ Raw, Rendered string }
	}
	r.Do(t, http.MethodGet, "posts/"+o.ID+"?context=edit", nil, &stored)
	if n := strings.Count(stored.Content.Raw, "<!-- wp:image "); n != 2 {
		t.Errorf("%d pictures in the body, want 2:\n%s", n, stored.Content.Raw)
	}
	if !strings.Contains(stored.Content.Rendered, `alt="A &quot;quoted&quot; &#091;alt]"`) {
		t.Errorf("readers get\n%s", stored.Content.Rendered)
	}
	next := q.Segment
	next.Media = []content.Attachment{picture("png", "Blue stripes"), picture("gif", "Third")}
	got := r.edit(t, q, o, next)
	if got.Fields["featured.id"] != o.Fields["featured.id"] || got.Fields["featured.alt"] != "Blue stripes" {
		t.Errorf("after the edit: %v", got.Fields)
	}
	if n := len(r.library(t)); n != 3 {
		t.Errorf("%d files in the library, want 3", n)
	}
	inBody := next
	inBody.Options = map[string]string{"featured": "false"}
	if got := r.edit(t, q, got, inBody); got.Fields["featured.id"] != "" || got.Fields["html"] == o.Fields["html"] {
		t.Errorf("not featured any more: %v", got.Fields)
	}
}

// TestPictureAlone: a picture without any words is a post, and is recognised.
func TestPictureAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("picture-alone", "")
	q.Segment = content.Segment{Media: []content.Attachment{picture("png", "Blue")}}
	o := r.publish(t, q)
	if o.Fields["featured.id"] != "" || o.Fingerprint != wordpress.Driver().Fingerprint(q.Segment) {
		t.Errorf("fields %v", o.Fields)
	}
	if all := r.list(t); len(all) != 1 || all[0].Fingerprint != o.Fingerprint {
		t.Errorf("listed %+v", all)
	}
}

// TestSlugs: a slug that is taken is changed by WordPress, and stays as it became.
func TestSlugs(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	r.Post(t, map[string]any{"status": "publish", "content": "Taken", "slug": "taken-slug"})
	q := article("slugs", "Two of one name.")
	q.Segment.Options["slug"] = "taken-slug"
	o := r.publish(t, q)
	if o.Fields["slug"] != "taken-slug-2" || !strings.HasSuffix(o.URL, "/taken-slug-2/") {
		t.Errorf("slug %q at %s", o.Fields["slug"], o.URL)
	}
	next := q.Segment
	next.HTML = "<p>Two of one name, mended.</p>"
	if got := r.edit(t, q, o, next); got.URL != o.URL {
		t.Errorf("an edit moved it from %s to %s", o.URL, got.URL)
	}
	other := next
	other.Options = map[string]string{"slug": "a-name-of-its-own"}
	if got := r.edit(t, q, o, other); got.Fields["slug"] != "a-name-of-its-own" {
		t.Errorf("slug %q", got.Fields["slug"])
	}
	q = article("repeated", "An occurrence.")
	q.Key.Occurrence = "2027-01-05"
	if got := r.publish(t, q); got.Fields["slug"] != "repeated-2027-01-05" {
		t.Errorf("slug %q", got.Fields["slug"])
	}
}

// TestOptions: excerpt and comments, and their way back.
func TestOptions(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("options", "With options.")
	q.Segment.Title = `<b>R&D</b> [gallery] "quoted"`
	q.Segment.Options = map[string]string{"excerpt": "Half the price & more", "comments": "closed"}
	o := r.publish(t, q)
	if o.Fields["excerpt"] != "Half the price & more" || o.Fields["comments"] != "closed" || o.Fields["title"] != q.Segment.Title {
		t.Errorf("fields %v", o.Fields)
	}
	bare := q.Segment
	bare.Options = map[string]string{}
	if got := r.edit(t, q, o, bare); got.Fields["excerpt"] != "" {
		t.Errorf("the excerpt is still %q", got.Fields["excerpt"])
	}
}

// TestTakenDownByHand: what an editor has taken down is not there, and no edit
// brings it back.
func TestTakenDownByHand(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	for _, change := range []struct {
		method string
		body   map[string]any
	}{
		{http.MethodPost, map[string]any{"status": "draft"}},
		{http.MethodPost, map[string]any{"status": "private"}},
		{http.MethodPost, map[string]any{"status": "pending"}},
		{http.MethodDelete, nil},
	} {
		q := article("by-hand", "Taken down.")
		o := r.publish(t, q)
		var is struct{ Status string }
		r.Do(t, change.method, "posts/"+o.ID, change.body, &is)
		_, err := r.acc.Posts.Get(context.Background(), o.ID)
		wantKind(t, err, provider.NotFound)
		if len(r.list(t)) > 0 {
			t.Errorf("%s: still listed", is.Status)
		}
		q.Prior = o.Fields
		_, err = r.acc.Posts.Edit(context.Background(), o.ID, q)
		wantKind(t, err, provider.NotFound)
		if live := r.Live(); len(live) > 0 {
			t.Errorf("%s: an edit brought back %v", is.Status, live)
		}
		if err := r.acc.Posts.Delete(context.Background(), o.ID); err != nil {
			wantKind(t, err, provider.NotFound)
		}
	}
}

// TestSetTime: the moment of publication is the site's, whatever the file's
// time; what an editor sets later is told.
func TestSetTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("set-time", "Now, not then.")
	q.At = q.At.Add(-100 * 24 * time.Hour)
	o := r.publish(t, q)
	if d := time.Since(o.CreatedAt); d < -2*time.Second || d > time.Minute {
		t.Errorf("created %v ago", d)
	}
}

// TestWithPassword: a password that an editor sets is drift, and is not shown.
func TestWithPassword(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	o := r.publish(t, article("with-password", "For few."))
	var is struct{ ID int }
	r.Do(t, http.MethodPost, "posts/"+o.ID, map[string]any{"password": "open sesame"}, &is)
	got, err := r.acc.Posts.Get(context.Background(), o.ID)
	if err != nil || got.Fields["password"] != "set" || strings.Contains(fmt.Sprint(got), "sesame") {
		t.Errorf("%v, %v", got.Fields, err)
	}
}

// TestKeptForReview: an extension keeps the post instead of publishing it. It is
// refused, and nothing is left behind.
func TestKeptForReview(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("for-review", "Please look at it.")
	q.Segment.Title = "For review: winter"
	_, err := r.acc.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Rejected)
	var waiting []struct{ ID int }
	r.Do(t, http.MethodGet, fmt.Sprintf("posts?author=%d&status=pending", r.ID), nil, &waiting)
	if len(waiting) > 0 || len(r.Accepted()) > 0 {
		t.Errorf("waiting: %v, published: %v", waiting, r.Accepted())
	}
}

// TestAccess: what an account may do is told by the site.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := wordpresstest.Shared(t)
	for role, want := range map[string]struct {
		lacks   []string
		profile bool
		edit    bool
	}{
		"subscriber":    {lacks: []string{"publish_posts", "edit_published_posts", "delete_published_posts", "upload_files"}},
		"contributor":   {lacks: []string{"publish_posts", "edit_published_posts", "delete_published_posts", "upload_files"}},
		"author":        {edit: true},
		"editor":        {edit: true},
		"administrator": {edit: true, profile: true},
	} {
		acc := newRig(t, s, role).acc
		if !slices.Equal(acc.Access.Lacks, want.lacks) || (acc.Profile != nil) != want.profile || acc.Capabilities.Edit != want.edit {
			t.Errorf("%s: lacks %v, profile %t, edit %t", role, acc.Access.Lacks, acc.Profile != nil, acc.Capabilities.Edit)
		}
	}
	r := newRig(t, s, "contributor")
	_, err := r.acc.Posts.Publish(context.Background(), article("contributor", "May I?"))
	wantKind(t, err, provider.Unauthorized)
	r.Secrets["app_password"] = "wrong wrong wrong wrong"
	_, err = wordpress.Driver().Open(context.Background(), r.config())
	wantKind(t, err, provider.Unauthorized)
}

// TestProfile: an administrator's account has the site's title and tagline.
func TestProfile(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.New(t), "administrator")
	ctx := context.Background()
	set, err := r.acc.Profile.SetProfile(ctx, content.Face{Name: `Acme & "Sons"`, Bio: "Coats <that> last."})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.acc.Profile.GetProfile(ctx)
	if err != nil || got["name"] != set["name"] || got["bio"] != set["bio"] || got["name"] != `Acme & "Sons"` {
		t.Errorf("set %v, got %v, %v", set, got, err)
	}
	set, err = r.acc.Profile.SetProfile(ctx, content.Face{Bio: "Hats, too."})
	if err != nil || set["name"] != got["name"] || set["bio"] != "Hats, too." {
		t.Errorf("%v, %v", set, err)
	}
}

// TestSchedule: a due post appears when the site's clock is run, once, with the
// same id; before that it stays in the schedule, however late.
func TestSchedule(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.New(t), "author")
	ctx := context.Background()
	q := article("scheduled", "In a while.")
	q.At = time.Now().UTC().Add(time.Hour).Truncate(time.Second)
	o, err := r.acc.Schedules.Schedule(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r.Backdate(t, o.ID, time.Hour+time.Minute) // its time comes
	late, err := r.acc.Schedules.ListScheduled(ctx)
	if err != nil || len(late) != 1 || late[0].ID != o.ID || !late[0].ScheduledAt.Before(time.Now()) {
		t.Fatalf("missed: %+v, %v", late, err)
	}
	if len(r.list(t)) > 0 || len(r.Accepted()) > 0 {
		t.Error("published before the site's clock was run")
	}
	r.Cron(t)
	r.Cron(t)
	got := r.list(t)
	if len(got) != 1 || got[0].ID != o.ID || got[0].Fingerprint != o.Fingerprint || len(r.Accepted()) != 1 {
		t.Fatalf("live: %+v; accepted %v", got, r.Accepted())
	}
	if left, err := r.acc.Schedules.ListScheduled(ctx); err != nil || len(left) > 0 {
		t.Errorf("still scheduled: %v, %v", left, err)
	}
	wantKind(t, r.acc.Schedules.Unschedule(ctx, o.ID), provider.NotFound)
	_, err = r.acc.Schedules.Reschedule(ctx, o.ID, q.At.Add(time.Hour))
	wantKind(t, err, provider.NotFound)
	if len(r.Live()) != 1 {
		t.Error("calling off what had been published took it down")
	}
	_, err = r.acc.Schedules.Schedule(ctx, article("too-soon", "At once?"))
	wantKind(t, err, provider.Rejected)
}

// TestPlainAddresses: a site whose web server rewrites nothing is found at
// ?rest_route=.
func TestPlainAddresses(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	cfg := r.config()
	base := cfg.HTTP.Transport
	pretty := 0
	cfg.HTTP = &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
		if strings.HasPrefix(q.URL.Path, "/wp-json/") {
			pretty++
			q = q.Clone(q.Context())
			q.URL.Path, q.URL.RawQuery = "/wp-content/uploads/none", ""
		}
		return base.RoundTrip(q)
	})}
	acc, err := wordpress.Driver().Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	o, err := acc.Posts.Publish(context.Background(), article("plain-address", "Without rewriting."))
	if err != nil || pretty != 1 {
		t.Fatalf("%v; %d requests to /wp-json/", err, pretty)
	}
	if got, err := acc.Posts.Get(context.Background(), o.ID); err != nil || got.Fingerprint != o.Fingerprint {
		t.Errorf("%v, %v", got, err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNotAFile: a file that is not what its name says is refused for good.
func TestNotAFile(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	q := article("not-a-file", "With a program.")
	cfg := r.config()
	cfg.Make = func(context.Context, content.Attachment) (provider.File, error) {
		f, err := provider.Config{Files: providertest.Files()}.File(context.Background(), picture("png", ""))
		f.Name = "program.php"
		return f, err
	}
	acc, err := wordpress.Driver().Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	m := picture("png", "")
	m.Make = &content.Make{}
	q.Segment.Media = []content.Attachment{m}
	_, err = acc.Posts.Publish(context.Background(), q)
	wantKind(t, err, provider.Rejected)
	var e *provider.Error
	if !errors.As(err, &e) || len(r.Accepted()) > 0 {
		t.Errorf("%v; accepted %v", err, r.Accepted())
	}
}

// TestVideo: a video stands before the text, where readers can play it.
func TestVideo(t *testing.T) {
	t.Parallel()
	r := newRig(t, wordpresstest.Shared(t), "author")
	clip := "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41\x00\x00\x00\x08free\x00\x00\x00\x08mdat"
	cfg := r.config()
	cfg.Files = fstest.MapFS{"media/clip.mp4": &fstest.MapFile{Data: []byte(clip), Mode: 0o644}}
	acc, err := wordpress.Driver().Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	q := article("video", "With a video.")
	q.Segment.Media = []content.Attachment{{File: "media/clip.mp4", Alt: "A coat", Type: "video/mp4"}}
	o, err := acc.Posts.Publish(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if o.Fields["featured.id"] != "" || o.Fingerprint != wordpress.Driver().Fingerprint(q.Segment) {
		t.Errorf("fields %v", o.Fields)
	}
	var stored struct{ Content struct{ Rendered string } }
	r.Do(t, http.MethodGet, "posts/"+o.ID+"?context=edit", nil, &stored)
	shown := stored.Content.Rendered
	if i := strings.Index(shown, "<video controls"); i < 0 || i > strings.Index(shown, "With a video.") {
		t.Errorf("readers get\n%s", shown)
	}
}
