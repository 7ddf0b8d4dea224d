package render

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestWhatANetworkCannotCarry(t *testing.T) {
	t.Parallel()
	png := func(alt string) content.Media { return content.Media{File: "a.png", Alt: alt} }
	web := content.Ref{URL: "https://example.org/1"}
	cases := []struct {
		name    string
		account string
		change  func(*content.Post)
		rules   []string
	}{
		{"nothing", "acme-mastodon", func(*content.Post) {}, nil},
		{"nothing on the site", "acme-site", func(*content.Post) {}, nil},
		{"poll", "acme-site", func(p *content.Post) { p.Poll = &content.Poll{Options: []string{"a", "b"}} }, []string{"poll-unsupported"}},
		{"first comment", "acme-site", func(p *content.Post) { p.FirstComment = "x" }, []string{"first-comment-unsupported"}},
		{"quote", "acme-mastodon", func(p *content.Post) { p.Quote = web }, []string{"quote-unsupported"}},
		{"repost", "acme-mastodon", func(p *content.Post) { p.Repost = web }, []string{"repost-unsupported"}},
		{"reply", "acme-site", func(p *content.Post) { p.ReplyTo = web }, []string{"reply-unsupported"}},
		{"reply to ours", "acme-site", func(p *content.Post) { p.ReplyTo = content.Ref{Post: "x"} }, []string{"reply-unsupported"}},
		{"reply where it can", "acme-mastodon", func(p *content.Post) { p.ReplyTo = web }, nil},
		{"pin", "acme-site", func(p *content.Post) { p.Pin = &content.Pin{} }, []string{"pin-unsupported?"}},
		{"thread", "acme-bare", func(p *content.Post) { p.Body = "a\n\n---\n\nb" }, []string{"media-required", "thread-unsupported"}},
		{"unpublish", "acme-bare", func(p *content.Post) { p.UnpublishAt = when(t, "2027-01-01T00:00") }, []string{"media-required", "unpublish-unsupported?"}},
		{"too long", "acme-bare", func(p *content.Post) { p.Body = strings.Repeat("a", 21) }, []string{"media-required", "text-too-long"}},
		{"empty", "acme-mastodon", func(p *content.Post) { p.Body = " \n\n<!-- note -->\n" }, []string{"empty"}},
		{"empty on the site", "acme-site", func(p *content.Post) { p.Body = "\n---\n" }, []string{"empty"}},
		{"a picture alone", "acme-mastodon", func(p *content.Post) { p.Body, p.Media = "", []content.Media{png("A")} }, nil},
		{"alt missing", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{png(" ")} }, []string{"alt-missing"}},
		{"alt missing where there is none", "acme-bare", func(p *content.Post) { p.Media = []content.Media{png("")} }, nil},
		{"alt too long", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{png(strings.Repeat("é", 1501))} }, []string{"alt-too-long"}},
		{"too many", "acme-mastodon", func(p *content.Post) { p.Media = slices.Repeat([]content.Media{png("A")}, 5) }, []string{"media-count"}},
		{"type", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "a.heic", Alt: "A"}} }, []string{"media-type-unsupported"}},
		{"made to fit", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "a.gif", Alt: "A"}} }, nil},
		{"bytes and pixels", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "huge.png", Alt: "A"}} }, []string{"media-pixels"}},
		{"two videos", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "a.mp4", Alt: "A"}, {File: "b.mp4", Alt: "B"}} }, []string{"media-videos"}},
		{"mixed", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "a.mp4", Alt: "A"}, png("B")} }, []string{"media-mixed"}},
		{"unreadable", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "a.txt", Alt: "A"}} }, []string{"media-unreadable"}},
		{"by address", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{URL: "https://example.org/a.png", Alt: "A"}} }, []string{"media-digest"}},
		{"by http", "acme-mastodon", func(p *content.Post) {
			p.Media = []content.Media{{URL: "http://example.org/a.png", SHA256: "x", Alt: "A"}}
		}, []string{"media-url"}},
		{"changed", "acme-mastodon", func(p *content.Post) { p.Media = []content.Media{{File: "a.png", Alt: "A", SHA256: "00"}} }, []string{"media-changed"}},
		{"format", "acme-mastodon", func(p *content.Post) { p.Format = "story" }, []string{"format-unsupported"}},
		{"format and content", "acme-mastodon", func(p *content.Post) { p.Format = "image" }, []string{"format-mismatch?"}},
		{"link target", "acme-mastodon", func(p *content.Post) { p.Link = content.Link{URL: "example.org"} }, []string{"link-address"}},
		{"unsafe cta", "acme-site", func(p *content.Post) { p.CTA = &content.CTA{Label: "x", URL: "data:text/html,x"} }, []string{"link-address"}},
		{"unsafe link", "acme-site", func(p *content.Post) { p.Body = "[x](javascript:alert(1)) [y](/relative) [z](JAVASCRIPT&#58;x)" }, []string{"link-address"}},
		{"picture in the text", "acme-site", func(p *content.Post) { p.Body = "a ![b](c.png)" }, []string{"body-image"}},
		{"html", "acme-site", func(p *content.Post) { p.Body = "a <b>c</b>\n\n<div>\nd\n</div>" }, []string{"raw-html"}},
		{"unknown name", "acme-mastodon", func(p *content.Post) { p.Body = "{{@makr}}" }, []string{"unknown-mention"}},
		{"no handle there", "acme-mastodon", func(p *content.Post) { p.Body = "{{@shy}}" }, []string{"mention-handle?"}},
		{"poll and media", "acme-mastodon", func(p *content.Post) {
			p.Poll, p.Media = &content.Poll{Options: []string{"a", "b"}}, []content.Media{png("A")}
		}, []string{"poll-with-media"}},
		{"poll of one", "acme-mastodon", func(p *content.Post) { p.Poll = &content.Poll{Options: []string{"a"}} }, []string{"poll-options"}},
		{"poll of five", "acme-mastodon", func(p *content.Post) { p.Poll = &content.Poll{Options: []string{"a", "b", "c", "d", "e"}} }, []string{"poll-options"}},
		{"poll answers", "acme-mastodon", func(p *content.Post) {
			p.Poll = &content.Poll{Options: []string{"a", "a", " ", strings.Repeat("x", 51)}}
		}, []string{"poll-option"}},
		{"poll too short", "acme-mastodon", func(p *content.Post) { p.Poll = &content.Poll{Options: []string{"a", "b"}, ExpiresIn: "1m"} }, []string{"poll-duration"}},
		{"poll too long", "acme-mastodon", func(p *content.Post) { p.Poll = &content.Poll{Options: []string{"a", "b"}, ExpiresIn: "31d"} }, []string{"poll-duration"}},
		{"poll for how long", "acme-mastodon", func(p *content.Post) { p.Poll = &content.Poll{Options: []string{"a", "b"}, ExpiresIn: "soon"} }, []string{"poll-duration"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := post(t, "Hello", c.account)
			c.change(p)
			_, problems := filled(t, scope(t), p)
			if c.account == "acme-bare" && len(p.Media) == 0 && !slices.Contains(c.rules, "media-required") {
				c.rules = append(c.rules, "media-required")
			}
			wantRules(t, problems, c.rules...)
			for _, pr := range problems {
				if pr.Account != c.account || pr.Field == "" || pr.Path != p.Path || pr.Summary == "" {
					t.Errorf("incomplete: %+v", pr)
				}
			}
		})
	}
}

func TestTooLongSaysByHowMuch(t *testing.T) {
	t.Parallel()
	_, problems := filled(t, scope(t), post(t, strings.Repeat("a", 512), "acme-mastodon"))
	if want := "the text has 512 characters, acme-mastodon (mastodon) takes 500: 12 too many"; len(problems) != 1 || problems[0].Summary != want {
		t.Errorf("%v, want %s", problems, want)
	}
}

func TestLengthCountsTheContentWarningAndTheServersLimits(t *testing.T) {
	t.Parallel()
	s, p := scope(t), post(t, "See https://example.com/a/very/long/path/indeed", "acme-mastodon")
	p.Options = map[string]map[string]any{"mastodon": {"content_warning": "Food"}}
	pub, _ := filled(t, s, p)
	if seg := pub.Segments[0]; seg.Length != 4+4+23 || seg.Limit != 500 || !seg.OK {
		t.Errorf("%d of %d", seg.Length, seg.Limit)
	}
	s.Accounts["acme-mastodon"].PlatformLimits = map[string]int{"characters": 30}
	pub, problems := filled(t, s, p)
	wantRules(t, problems, "text-too-long")
	if seg := pub.Segments[0]; seg.Limit != 30 || seg.OK {
		t.Errorf("platform_limits: %d of %d", seg.Length, seg.Limit)
	}
	limits := s.Drivers["mastodon"].Limits
	limits.Unit, limits.Characters = "codepoints", 5000
	s.Limits = map[string]provider.Limits{"acme-mastodon": limits}
	pub, _ = filled(t, s, p)
	if seg := pub.Segments[0]; seg.Length != 4+47 || seg.Limit != 5000 {
		t.Errorf("the server's limits: %d of %d", seg.Length, seg.Limit)
	}
}

func TestOptionsAreFlattened(t *testing.T) {
	t.Parallel()
	s, p := scope(t), post(t, "Hi\n\n---\n\nthere", "acme-mastodon")
	s.Config.Defaults.Options = map[string]map[string]any{"mastodon": {"visibility": "public", "sensitive": true}}
	s.Accounts["acme-mastodon"].Options = map[string]any{"folder": "x"}
	p.Options = map[string]map[string]any{
		"mastodon": {"visibility": "unlisted", "n": int64(3), "f": 1.5, "list": []any{"a", 2}, "deep": map[string]any{"k": false}, "sensitive": nil},
		"telegram": {"silent": true},
	}
	pub, _ := filled(t, s, p)
	want := map[string]string{"visibility": "unlisted", "n": "3", "f": "1.5", "list": "a,2", "deep.k": "false"}
	for _, seg := range pub.Segments {
		if !maps.Equal(seg.Options, want) {
			t.Errorf("%v, want %v", seg.Options, want)
		}
	}
}

func TestLinkToAPublicationOfOurs(t *testing.T) {
	t.Parallel()
	s, p := scope(t), post(t, "Read on", "acme-mastodon")
	p.Link = content.Link{Post: "article", Account: "acme-site"}
	pub, problems := filled(t, s, p)
	wantRules(t, problems)
	if seg := pub.Segments[0]; seg.Text != "Read on\n\n{link}" || seg.Length != 9+23 {
		t.Errorf("%q of length %d", seg.Text, seg.Length)
	}
	before := pub.Digest
	s.URL = func(k content.Key) string { return "https://blog.example.org/" + k.Post }
	pub, _ = filled(t, s, p)
	if pub.Segments[0].Text != "Read on\n\nhttps://blog.example.org/article" || pub.Digest != before {
		t.Errorf("%q", pub.Segments[0].Text)
	}
}

func TestLinkAndCallToAction(t *testing.T) {
	t.Parallel()
	const a, b = "https://example.org/a", "https://example.org/b"
	for _, c := range []struct{ body, link, cta, want string }{
		{"Hi", a, "", "Hi\n\n" + a},
		{"Hi " + a, a, "", "Hi " + a},
		{"[Hi](" + a + ")", a, "", "Hi " + a},
		{"Hi", a, b, "Hi\n\nShop " + b + "\n\n" + a},
		{"Hi", a, a, "Hi\n\nShop " + a},
		{"Hi " + b, a, b, "Hi " + b + "\n\n" + a},
		{"`" + a + "`", a, "", a + "\n\n" + a}, // code is no link
	} {
		p := post(t, c.body, "acme-mastodon")
		p.Link = content.Link{URL: c.link}
		if c.cta != "" {
			p.CTA = &content.CTA{Label: "Shop", URL: c.cta}
		}
		pub, problems := filled(t, scope(t), p)
		wantRules(t, problems)
		if got := pub.Segments[0].Text; got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestCampaignParameters(t *testing.T) {
	t.Parallel()
	params := []param{{"utm_source", "mastodon"}, {"utm_medium", "so&cial"}}
	for in, want := range map[string]string{
		"https://example.org":                  "https://example.org?utm_source=mastodon&utm_medium=so%26cial",
		"https://example.org/?a=1":             "https://example.org/?a=1&utm_source=mastodon&utm_medium=so%26cial",
		"https://example.org/?":                "https://example.org/?utm_source=mastodon&utm_medium=so%26cial",
		"https://example.org/#x?y":             "https://example.org/?utm_source=mastodon&utm_medium=so%26cial#x?y",
		"https://example.org?UTM_SOURCE=x":     "https://example.org?UTM_SOURCE=x&utm_medium=so%26cial",
		"mailto:hello@example.org":             "mailto:hello@example.org",
		"https://example.org/путь?q=%D0%B0+b":  "https://example.org/путь?q=%D0%B0+b&utm_source=mastodon&utm_medium=so%26cial",
		"https://example.org/?a=1&utm_source=": "https://example.org/?a=1&utm_source=&utm_medium=so%26cial",
	} {
		got := withParams(in, params)
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
		if again := withParams(got, params); again != got {
			t.Errorf("%s: twice gives %s", in, again)
		}
	}
	p := post(t, "Hi https://example.org/a", "acme-mastodon")
	p.Campaign = "plain"
	if pub, _ := filled(t, scope(t), p); pub.Segments[0].Text != "Hi https://example.org/a" {
		t.Errorf("a campaign without utm: %q", pub.Segments[0].Text)
	}
}

func TestFirstSegmentHasMediaAndPoll(t *testing.T) {
	t.Parallel()
	p := post(t, "One\n\n---\n\nTwo", "acme-mastodon")
	p.Media = []content.Media{{File: "media/a.png", Alt: "A\u0007", Focus: []float64{0.1, -0.2}}}
	p.Tags, p.FirstComment = []string{"x"}, "Comment *here*"
	pub, _ := filled(t, scope(t), p)
	if got, want := texts(pub), []string{"One", "Two\n\n#x", "Comment here"}; !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	first, last := pub.Segments[0], pub.Segments[2]
	if len(first.Media) != 1 || first.Media[0].File != "content/acme/2026-12/media/a.png" || first.Media[0].Alt != "A" || len(first.Media[0].Focus) != 2 {
		t.Errorf("media %+v", first.Media)
	}
	if !last.IsComment || len(last.Media) != 0 || !slices.Equal(first.Tags, []string{"x"}) || first.Language != "en" || !first.Date.Equal(pub.At) {
		t.Errorf("%+v", pub.Segments)
	}
	p.Media, p.Poll = nil, &content.Poll{Options: []string{" Red ", "Blue"}, ExpiresIn: "2d", Multiple: true}
	pub, _ = filled(t, scope(t), p)
	if poll := pub.Segments[0].Poll; poll == nil || poll.Options[0] != "Red" || poll.Expires.Hours() != 48 || !poll.Multiple || pub.Segments[1].Poll != nil {
		t.Errorf("poll %+v", pub.Segments[0].Poll)
	}
}

func TestProblemsPointIntoTheBody(t *testing.T) {
	t.Parallel()
	for body, at := range map[string]int{
		"abc {{@makr}}":               4,
		"ab [text](javascript:x)":     4,
		"ab\n\n> ![picture](a.png)":   8,
		"ab <i>c</i>":                 3,
		"ab\n\n<div>\nd\n</div>\n":    4,
		"- a\n- b {{@makr}} and more": 8,
	} {
		_, problems := filled(t, scope(t), post(t, body, "acme-mastodon"))
		if len(problems) == 0 || problems[0].Field != "body" || problems[0].Offset != at {
			t.Errorf("%q: %+v, want offset %d", body, problems, at)
		}
	}
}

func TestDisclosureInTheLanguageOfThePost(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{"en": "#ad · Acme · AI-generated · erid: 2Vt\n\nHi", "ru": "#реклама · Acme · Создано ИИ · erid: 2Vt\n\nHi", "fr-CA": "#publicité · Acme · Généré par IA · erid: 2Vt\n\nHi", "xx": "#ad · Acme · AI-generated · erid: 2Vt\n\nHi"} {
		p := post(t, "Hi", "acme-mastodon")
		p.Language, p.Disclosure = language, &content.Disclosure{Sponsor: "Acme", AIGenerated: true, ERID: "2Vt"}
		if pub, _ := filled(t, scope(t), p); pub.Segments[0].Text != want {
			t.Errorf("%s: %q", language, pub.Segments[0].Text)
		}
	}
}

func TestHTMLIsSafe(t *testing.T) {
	t.Parallel()
	p := post(t, "<script>alert(1)</script>\n\n[a](javascript:x) [b](https://e.org/\"onx=) {{@evil}} ![i](data:x) <img src=x onerror=y> `<b>`", "acme-site")
	p.Mentions = map[string]map[string]string{"evil": {"site": "<script>x</script>"}}
	p.Link = content.Link{URL: "https://example.org/?a=\"><script>"}
	p.CTA = &content.CTA{Label: "<b>Go</b>", URL: "https://example.org/x"}
	p.Disclosure = &content.Disclosure{Sponsor: "<i>"}
	pub, _ := filled(t, scope(t), p)
	html := pub.Segments[0].HTML
	for _, bad := range []string{"<script", "<img", "<i>", "<b>", "javascript:", "data:", `"onx`, "onerror=y>"} {
		if strings.Contains(html, bad) {
			t.Errorf("%q is in %s", bad, html)
		}
	}
	if !strings.Contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Errorf("HTML is not shown as it was written: %s", html)
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	s := scope(t)
	a := s.Accounts["acme-mastodon"]
	if pub, problems := Profile(s, a); pub != nil || problems != nil {
		t.Fatalf("an account without a profile has %+v", pub)
	}
	a.Profile = &content.Profile{
		Name: "Acme", Bio: "Coats\u0007 that last.", Avatar: "media/avatar.png",
		Links: []string{"https://www.acme.example/a"}, Fields: map[string]string{"Since": "1911", "In": "Paris"}, Pinned: "welcome",
	}
	pub, problems := Profile(s, a)
	wantRules(t, problems)
	if pub.Key.String() != "profile@acme-mastodon" || !pub.Ready || pub.Path != a.Path || pub.Digest == "" {
		t.Errorf("%+v", pub)
	}
	face := pub.Profile
	want := []content.FieldValue{{Path: "acme.example", Value: "https://www.acme.example/a"}, {Path: "In", Value: "Paris"}, {Path: "Since", Value: "1911"}}
	if face.Name != "Acme" || face.Bio != "Coats that last." || face.Avatar == nil || face.Header != nil || !slices.Equal(face.Fields, want) {
		t.Errorf("%+v", face)
	}
	before := pub.Digest
	a.Profile.Bio = strings.Repeat("b", 501)
	a.Profile.Name = strings.Repeat("n", 31)
	a.Profile.Links = []string{"a.example", "https://b.example", "https://c.example"}
	a.Profile.Header = "header.txt"
	pub, problems = Profile(s, a)
	wantRules(t, problems, "profile-too-long", "profile-fields", "link-address", "media-unreadable")
	if pub.Digest == before || pub.Invalid == "" {
		t.Errorf("%+v", pub)
	}
	site := s.Accounts["acme-site"]
	site.Profile = &content.Profile{Name: "Acme", Header: "a.png", Pinned: "welcome"}
	_, problems = Profile(s, site)
	wantRules(t, problems, "profile-unsupported?")
}

func TestHashtags(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"winter": "#winter", "#winter": "#winter", "winter sale": "#winterSale", "c++": "#c", "café": "#café", "--": "", "2026": "#2026", "зима": "#зима"} {
		if got := hashtag(tag); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
	for text, want := range map[string][]string{
		"#a (#b) a#c ##d https://e.org/#f #1 #1a #é": {"a", "b", "1a", "é"},
		"": nil,
	} {
		var got []string
		for _, f := range withTags(text, nil) {
			got = append(got, f.Value)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// A hashtag ends where a link begins, so that no two facets overlap.
func TestTagBeforeALink(t *testing.T) {
	t.Parallel()
	pub, _ := filled(t, scope(t), post(t, "#tag<https://example.org>", "acme-bluesky"))
	checkSegments(t, "", pub)
	if f := pub.Segments[0].Facets; len(f) != 2 || f[0].Value != "tag" || f[1].Kind != "link" {
		t.Errorf("%+v", f)
	}
}
