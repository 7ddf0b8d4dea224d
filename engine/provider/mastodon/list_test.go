package mastodon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
)

const listing = "GET /api/v1/accounts/1/statuses"

// lister serves n posts, at most `most` a page, with links or without.
func lister(n, most int, links, obeys bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		from := n
		if m, err := strconv.Atoi(r.URL.Query().Get("max_id")); err == nil && obeys {
			from = m - 1
		}
		page := []map[string]any{}
		for id := from; id > 0 && len(page) < min(limit, most); id-- {
			page = append(page, map[string]any{"id": strconv.Itoa(id), "content": fmt.Sprintf("<p>%d</p>", id), "created_at": start.Add(time.Duration(id) * time.Minute).Format(time.RFC3339)})
		}
		if links && len(page) > 0 {
			last := page[len(page)-1]["id"]
			w.Header().Set("Link", fmt.Sprintf(`<https://elsewhere.example/x?limit=%d&max_id=%v>; rel="next", <https://elsewhere.example/x?min_id=1>; rel="prev"`, limit, last))
		}
		_ = json.NewEncoder(w).Encode(page)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serve    http.HandlerFunc
		want     int
		requests int
		fails    bool
	}{
		"none":                                 {lister(0, 40, true, true), 0, 1, false},
		"one page":                             {lister(7, 40, false, true), 7, 1, false},
		"a thousand and more, links":           {lister(1210, 40, true, true), 1210, 32, false},
		"a thousand and more, no links":        {lister(1210, 40, false, true), 1210, 31, false},
		"pages of twenty though forty asked":   {lister(95, 20, false, true), 95, 5, false},
		"the same page for ever":               {lister(400, 40, false, false), 40, 2, true},
		"the same page for ever, with links":   {lister(400, 40, true, false), 40, 2, true},
		"a short page for ever, no links":      {lister(25, 40, false, false), 25, 2, false},
		"a short page for ever, with links":    {lister(25, 40, true, false), 25, 2, true},
		"not a list":                           {says(200, `{"error":"x"}`), 0, 1, true},
		"HTML":                                 {says(200, `<html>`), 0, 1, true},
		"null":                                 {says(200, `null`), 0, 1, false},
		"a post without an id":                 {says(200, `[{"content":"x","created_at":"2026-12-03T09:30:00Z"}]`), 0, 1, true},
		"a post without a time":                {says(200, `[{"id":"1","content":"x"}]`), 0, 1, true},
		"a number in the list":                 {says(200, `[5]`), 0, 1, true},
		"a failure":                            {says(502, `<html>`), 0, 1, true},
		"a failure on the second page":         {inTurn(lister(60, 40, true, true), says(500, "")), 40, 2, true},
		"an empty page before the end":         {inTurn(lister(60, 40, true, true), says(200, "[]")), 40, 2, false},
		"wrong types where they do not matter": {says(200, `[{"id":5,"content":"<p>x</p>","created_at":"2026-12-03T09:30:00Z","poll":"no","media_attachments":{},"mentions":[1],"sensitive":"yes","language":7,"account":[]}]`), 1, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{listing: c.serve})
			got, err := collect(t, s.open(t))
			if len(got) != c.want || (err != nil) != c.fails {
				t.Errorf("%d posts, %v: want %d, error %t", len(got), err, c.want, c.fails)
			}
			if n := len(s.requests(listing)); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			for _, r := range s.requests(listing) {
				if !strings.Contains(r.query, "limit=40") || !strings.Contains(r.query, "exclude_reblogs=true") {
					t.Errorf("asked %s", r.query)
				}
			}
		})
	}
}

// TestListHasAnEnd: a server that always has one more post, in pages long or
// short, is not believed for ever.
func TestListHasAnEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fresh, repeated, posts int }{
		"one post a page":           {1, 0, 2500},
		"one more, the rest as was": {1, 19, 2500},
		"large pages":               {100, 0, 100_000},
	} {
		page := 0
		s := newStub(t, map[string]http.HandlerFunc{listing: func(w http.ResponseWriter, _ *http.Request) {
			var b strings.Builder
			for i := range c.fresh + c.repeated {
				id := fmt.Sprintf("fresh-%d-%d", page, i)
				if i >= c.fresh {
					id = fmt.Sprintf("old-%d", i)
				}
				fmt.Fprintf(&b, `,{"id":%q,"created_at":"2026-12-03T09:30:00Z"}`, id)
			}
			page++
			w.Header().Set("Link", fmt.Sprintf(`<https://x.example/?max_id=%d>; rel="next"`, page))
			_, _ = fmt.Fprintf(w, "[%s]", b.String()[1:])
		}})
		got, err := 0, error(nil)
		for _, e := range s.open(t).Posts.List(context.Background()) {
			if got++; e != nil {
				err = e
				got--
			}
		}
		if err == nil || !strings.Contains(err.Error(), "no end") || got != c.posts+c.repeated || page > 2500 || got == 100_000 && page > 1000 {
			t.Errorf("%s: %d posts, %d pages, %v", name, got, page, err)
		}
	}
}

// TestListIsOurs: boosts and others' posts are left out, replies are in.
func TestListIsOurs(t *testing.T) {
	t.Parallel()
	one := func(id, more string) string {
		return `{"id":"` + id + `","created_at":"2026-12-03T09:30:00Z","content":"` + id + `"` + more + `}`
	}
	s := newStub(t, map[string]http.HandlerFunc{listing: says(200, "["+strings.Join([]string{
		one("9", `,"reblog":{"id":"3"}`), one("8", `,"account":{"id":"2"}`), one("7", `,"in_reply_to_id":"6","account":{"id":"1"}`),
		one("6", `,"reblog":null,"account":{"id":1}`), one("6", ``),
	}, ",")+"]")})
	got, err := collect(t, s.open(t))
	if err != nil || len(got) != 2 || got[0].ID != "7" || got[0].ParentID != "6" || got[1].ID != "6" {
		t.Errorf("%+v, %v", texts(got), err)
	}
}

// TestListIsLazy: who stops early asks for no further page.
func TestListIsLazy(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{listing: lister(400, 40, true, true)})
	n := 0
	for range s.open(t).Posts.List(context.Background()) {
		if n++; n == 40 {
			break
		}
	}
	if got := len(s.requests(listing)); got != 1 {
		t.Errorf("%d requests for 40 posts, want 1", got)
	}
}

func TestLimitsOfServers(t *testing.T) {
	t.Parallel()
	for flavour, want := range map[mastodontest.Flavour]provider.Limits{
		mastodontest.Mastodon:   {Characters: 500, Unit: "mastodon", Media: 4, AltText: 1500, Pins: 5, URLLength: 23, PollOptions: 4, ProfileFields: 4},
		mastodontest.GoToSocial: {Characters: 5000, Unit: "codepoints", Media: 6, AltText: 1500, Pins: 10, PollOptions: 6, ProfileFields: 6},
		mastodontest.Pleroma:    {Characters: 5000, Unit: "graphemes", AltText: 5000, Pins: 1, PollOptions: 20, ProfileFields: 10},
		mastodontest.Pixelfed:   {Characters: 500, Unit: "codepoints", Media: 4, AltText: 1000, MediaRequired: true, ProfileFields: 4},
	} {
		r := newRig(t, mastodontest.Options{Flavour: flavour})
		l := r.Limits
		got := provider.Limits{Characters: l.Characters, Unit: l.Unit, Media: l.Media, AltText: l.AltText, Pins: l.Pins, URLLength: l.URLLength, PollOptions: l.PollOptions, ProfileFields: l.ProfileFields, MediaRequired: l.MediaRequired}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", flavour, got, want)
		}
		if c := r.Capabilities; c.Poll != (flavour != mastodontest.Pixelfed) || c.Schedule != c.Poll || c.Pin != c.Poll || !c.Edit {
			t.Errorf("%s: %+v", flavour, c)
		}
	}
}

func TestLimitsAreReadLiberally(t *testing.T) {
	t.Parallel()
	const v2, v1 = "GET /api/v2/instance", "GET /api/v1/instance"
	for name, c := range map[string]struct {
		routes   map[string]http.HandlerFunc
		declared map[string]int
		chars    int
		unit     string
	}{
		"of a fork":           {map[string]http.HandlerFunc{v2: says(200, `{"version":"4.4.0+glitch","configuration":{"statuses":{"max_characters":2000}}}`)}, nil, 2000, "mastodon"},
		"in a string":         {map[string]http.HandlerFunc{v2: says(200, `{"version":"4.4.0","configuration":{"statuses":{"max_characters":"2000"}}}`)}, nil, 2000, "mastodon"},
		"of wrong types":      {map[string]http.HandlerFunc{v2: says(200, `{"version":4,"configuration":{"statuses":[],"polls":"x","media_attachments":{"supported_mime_types":"x"}}}`)}, nil, 500, "mastodon"},
		"negative and absurd": {map[string]http.HandlerFunc{v2: says(200, `{"version":"4.4.0","configuration":{"statuses":{"max_characters":-5,"max_media_attachments":1e300}}}`)}, nil, 500, "mastodon"},
		"only the first":      {map[string]http.HandlerFunc{v2: says(404, ""), v1: says(200, `{"uri":"x","version":"3.5.0","configuration":{"statuses":{"max_characters":700}}}`)}, nil, 700, "mastodon"},
		"of old forks":        {map[string]http.HandlerFunc{v2: says(404, ""), v1: says(200, `{"uri":"x","version":"2.9.3","max_toot_chars":1234}`)}, nil, 1234, "mastodon"},
		"of Akkoma":           {map[string]http.HandlerFunc{v2: says(200, `{"domain":"x","version":"2.7.2 (compatible; Akkoma 3.13.2)","configuration":{"statuses":{"max_characters":9000}}}`)}, nil, 9000, "graphemes"},
		"of GoToSocial":       {map[string]http.HandlerFunc{v2: says(200, `{"domain":"x","version":"0.17.3 git-abc"}`)}, nil, 5000, "codepoints"},
		"declared":            {map[string]http.HandlerFunc{}, map[string]int{"characters": 640}, 640, "mastodon"},
	} {
		s := newStub(t, c.routes)
		s.account.PlatformLimits = c.declared
		l := s.open(t).Limits
		if l.Characters != c.chars || l.Unit != c.unit || l.Media <= 0 && c.unit == "mastodon" {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRig(t, mastodontest.Options{})
	avatar := square()
	set, err := r.Profile.SetProfile(ctx, content.Face{
		Name: "Acme", Bio: "Coats that last.\nSince 1999.", Avatar: &avatar,
		Fields: []content.FieldValue{{Path: "Web", Value: "https://acme.example"}, {Path: "Mail", Value: "hi@acme.example"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"name": "Acme", "bio": "Coats that last.\nSince 1999.", "fields[0]": "Web: https://acme.example", "fields[1]": "Mail: hi@acme.example", "header": "/headers/original/missing.png"} {
		if set[k] != v {
			t.Errorf("%s is %q, want %q", k, set[k], v)
		}
	}
	// What is not managed stays.
	again, err := r.Profile.SetProfile(ctx, content.Face{Bio: "Coats."})
	if err != nil || again["name"] != "Acme" || again["avatar"] != set["avatar"] || again["fields[1]"] != set["fields[1]"] || again["bio"] != "Coats." {
		t.Errorf("%v, %v", again, err)
	}
	if _, err := r.Profile.SetProfile(ctx, content.Face{Name: strings.Repeat("x", 31)}); !provider.Is(err, provider.Rejected) {
		t.Errorf("a long name: %v", err)
	}
}

// TestProfileWithoutSource reads the texts out of HTML where a server gives
// nothing else.
func TestProfileWithoutSource(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{"GET /api/v1/accounts/verify_credentials": says(200,
		`{"id":"1","acct":"acme","display_name":"Acme","note":"<p>Coats &amp; hats<br>for all</p>","avatar":"https://cdn.example/a/b.png?3","fields":[{"name":"Web","value":"<a href=\"https://acme.example\">https://acme.example</a>"}]}`)})
	got, err := s.open(t).Profile.GetProfile(context.Background())
	if err != nil || got["bio"] != "Coats & hats\nfor all" || got["avatar"] != "/a/b.png" || got["fields[0]"] != "Web: https://acme.example" {
		t.Errorf("%v, %v", got, err)
	}
}
