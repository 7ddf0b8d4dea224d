package validate

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
)

type blobID string

// revision is a workspace whose files tell their content, as a commit's do.
func revision(files map[string]string) fstest.MapFS {
	fsys := with(files)
	for _, f := range fsys {
		f.Sys = blobID(content.Digest(string(f.Data)))
	}
	return fsys
}

// Checking again what differs comes to the very same as checking all, whichever
// posts differ and however wrong they are, from any state to any other.
func TestAgainIsAsFromTheStart(t *testing.T) {
	t.Parallel()
	dot := func(side int) string {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	third := strings.NewReplacer("id: second-post", "id: third-post", "-08T", "-09T").Replace
	pictured := "media: [{file: media/a.png, alt: x}]"
	states := []map[string]string{
		{},
		{hello: "-"},
		{hello: post("pillar: nothing")},
		{hello: "---\nid: [\n---\n"},
		{month + "b.md": another("link: {post: hello-world}")},
		{month + "b.md": another("link: {post: hello-world}"), hello: "-"},
		{month + "b.md": another("link: {post: hello-world}"), hello: post("pillar: nothing")},
		{month + "b.md": another(""), month + "c.md": third(another("reply_to: {post: second-post}"))},
		{month + "b.md": strings.Replace(another(""), "second-post", "hello-world", 1)},
		{month + "b.md": strings.Replace(another(""), "reason: news", "slot: 2026-12-03-morning", 1)},
		{month + "hello.acme-blog.md": "---\n---\nFor the blog.\n"},
		{month + "hello.acme-blog.md": "---\nlate: 6 hours\n---\n"},
		{hello: post(pictured)},
		{hello: post(pictured), month + "media/a.png": dot(4)},
		{hello: post(pictured), month + "media/a.png": dot(5)},
		{hello: post("removed: true"), month + "new.md": another("")},
	}
	for i, from := range states {
		for j, to := range states {
			t.Run(fmt.Sprint(i, " to ", j), func(t *testing.T) {
				t.Parallel()
				o := Options{Drivers: drivers(), Keep: true}
				a, b := revision(from), revision(to)
				first := check(t, a, o)
				asIt := asText(first)
				ws, err := Open(b, o)
				if err != nil {
					t.Fatal(err)
				}
				got, err := first.Again(t.Context(), ws, o, func(p string) bool {
					return (a[p] == nil) != (b[p] == nil) || a[p] != nil && a[p].Sys != b[p].Sys
				})
				if err != nil {
					t.Fatal(err)
				}
				if want := check(t, b, o); asText(got) != asText(want) {
					t.Errorf("again\n%s\nfrom the start\n%s", asText(got), asText(want))
				}
				if asText(first) != asIt {
					t.Error("the first report has become another")
				}
				if i == j && got.Stats.Decoded > 0 {
					t.Errorf("%+v", got.Stats)
				}
			})
		}
	}
}

// asText is all of a report that others see.
func asText(r *Report) string {
	return fmt.Sprintf("%v\n%+v\n%v\n%v\n%v\n%v", r.Files, r.Posts, lines(r.Diagnostics), r.Accounts, r.Profiles, r.Incomplete)
}

// A report that was not kept cannot be built on, and says so.
func TestAgainNeedsAKeptReport(t *testing.T) {
	t.Parallel()
	r := check(t, revision(nil), Options{Drivers: drivers()})
	ws, err := Open(revision(nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Again(t.Context(), ws, Options{Drivers: drivers()}, nil); err != ErrAfresh { //nolint:errorlint // itself
		t.Error(err)
	}
}

// What is read from a cache that nothing is written to is believed all the same.
func TestReadOnlyCache(t *testing.T) {
	t.Parallel()
	cache := memoryCache{}
	o := Options{Drivers: drivers(), Cache: ReadOnly(cache)}
	check(t, revision(nil), o)
	if len(cache) != 0 {
		t.Fatal("it was written to")
	}
	ws, err := Open(revision(nil), o)
	if err != nil {
		t.Fatal(err)
	}
	if Warm(ws, o) {
		t.Error("an empty cache is warm")
	}
	check(t, revision(nil), Options{Drivers: drivers(), Cache: cache})
	saved := memoryCache{}
	for k, v := range cache {
		saved[k] = bytes.Clone(v)
	}
	if !Warm(ws, o) {
		t.Error("a full cache is not warm")
	}
	if r := check(t, revision(map[string]string{hello: post("tags: [x]")}), o); r.Stats.Decoded != 1 {
		t.Errorf("%+v", r.Stats)
	}
	if !reflect.DeepEqual(saved, cache) {
		t.Error("it was written to")
	}
}
