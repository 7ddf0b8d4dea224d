package render

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
)

// gallery is a scope whose files are what the map says, by their base names.
func gallery(t *testing.T, files map[string]content.Attachment) *Scope {
	t.Helper()
	s := scope(t)
	s.Media = func(path string) (content.Attachment, error) {
		for name, a := range files {
			if strings.HasSuffix(path, name) {
				a.File = path
				if a.SHA256 == "" {
					a.SHA256 = "of " + name
				}
				return a, nil
			}
		}
		return content.Attachment{}, media.ErrMissing
	}
	return s
}

func jpg(w, h int, traits content.Traits) content.Attachment {
	return content.Attachment{Type: "image/jpeg", Width: w, Height: h, Bytes: 1000, Traits: traits}
}

func made(t *testing.T, s *Scope, account string, m content.Media) (content.Attachment, []Problem) {
	t.Helper()
	p := post(t, "Look.", account)
	m.Alt = "A"
	p.Media = []content.Media{m}
	pub, problems := filled(t, s, p)
	if len(pub.Segments[0].Media) == 0 {
		return content.Attachment{}, problems
	}
	return pub.Segments[0].Media[0], problems
}

// What is done to a file is decided for each account by its own limits.
func TestMediaAreMadeToFit(t *testing.T) {
	t.Parallel()
	s := gallery(t, map[string]content.Attachment{
		"plain.jpg": jpg(100, 50, content.Traits{}), "gps.jpg": jpg(100, 50, content.Traits{Metadata: []string{"exif"}}),
		"a.webp": {Type: "image/webp", Width: 100, Height: 50, Bytes: 1000}, "moving.gif": {Type: "image/gif", Width: 9, Height: 9, Bytes: 9, Traits: content.Traits{Animated: true}},
		"gps.heic": {Type: "image/heic", Bytes: 9, Traits: content.Traits{Metadata: []string{"exif"}}},
	})
	s.Drivers["mastodon"].Limits.RatioMax, s.Drivers["mastodon"].Limits.ImageSide = 1, 40
	for _, c := range []struct {
		account, file, done string
		rules               []string
	}{
		{"acme-mastodon", "plain.jpg", "cropped to 1:1 around the focus, 100×50 → 40×40, JPEG, at most 1 MB", nil},
		{"acme-mastodon", "gps.jpg", "cropped to 1:1 around the focus, 100×50 → 40×40, JPEG, at most 1 MB, metadata removed", nil},
		{"acme-mastodon", "a.webp", "cropped to 1:1 around the focus, 100×50 → 40×40, JPEG, at most 1 MB", nil},
		{"acme-mastodon", "moving.gif", "as it is", []string{"media-animated"}},
		{"acme-mastodon", "gps.heic", "as it is", []string{"media-type-unsupported"}},
		{"acme-bluesky", "plain.jpg", "as it is", nil},
		{"acme-bluesky", "gps.jpg", "metadata removed: exif", nil},
		{"acme-bluesky", "moving.gif", "as it is", nil},
		{"acme-bluesky", "gps.heic", "as it is", []string{"media-metadata"}},
	} {
		a, problems := made(t, s, c.account, content.Media{File: c.file, Focus: []float64{0.5, 0.5}})
		wantRules(t, problems, c.rules...)
		if got := a.Done(); got != c.done {
			t.Errorf("%s on %s: %q, want %q", c.file, c.account, got, c.done)
		}
	}
}

func TestVideoLimits(t *testing.T) {
	t.Parallel()
	film := content.Attachment{Type: "video/mp4", Bytes: 100, Traits: content.Traits{Duration: 61 * time.Second, Codec: "h264"}}
	here := film
	here.Traits.Metadata = []string{"location"}
	s := gallery(t, map[string]content.Attachment{"a.mp4": film, "here.mp4": here, "cut.mp4": {Type: "video/mp4", Traits: content.Traits{Damaged: true}}, "a.webm": {Type: "video/webm", Bytes: 3 << 20}})
	_, problems := made(t, s, "acme-mastodon", content.Media{File: "a.mp4"})
	wantRules(t, problems)
	_, problems = made(t, s, "acme-mastodon", content.Media{File: "a.webm"})
	wantRules(t, problems, "media-type-unsupported", "media-bytes")
	_, problems = made(t, s, "acme-mastodon", content.Media{File: "here.mp4"})
	wantRules(t, problems, "media-location")
	if want := `ffmpeg -i "here.mp4" -map 0:v -map 0:a? -map_metadata -1 -c copy "here-clean.mp4"`; problems[0].Hint != want {
		t.Errorf("%q", problems[0].Hint)
	}
	_, problems = made(t, s, "acme-mastodon", content.Media{File: "cut.mp4"})
	wantRules(t, problems, "media-damaged")
	s.Drivers["mastodon"].Limits.VideoLength = time.Minute
	_, problems = made(t, s, "acme-mastodon", content.Media{File: "a.mp4"})
	wantRules(t, problems, "media-length")
}

// A cover and subtitles go with the video where the network takes them, made to
// fit as all else.
func TestCompanionsGoWithTheVideo(t *testing.T) {
	t.Parallel()
	s := gallery(t, map[string]content.Attachment{
		"a.mp4": {Type: "video/mp4", Bytes: 100}, "c.jpg": jpg(10, 10, content.Traits{Metadata: []string{"exif"}}),
		"fr.srt": {Type: "application/x-subrip", Bytes: 10}, "en.vtt": {Type: "text/vtt", Bytes: 10},
	})
	m := content.Media{File: "a.mp4", Cover: "c.jpg", Subtitles: map[string]string{"fr": "fr.srt", "en": "en.vtt"}}
	a, _ := made(t, s, "acme-mastodon", m)
	if a.Cover != nil || a.Subtitles != nil {
		t.Errorf("where none are taken: %+v", a)
	}
	d := s.Drivers["mastodon"]
	d.Capabilities.Cover, d.Capabilities.Subtitles = true, true
	a, problems := made(t, s, "acme-mastodon", m)
	wantRules(t, problems)
	if a.Cover == nil || a.Cover.Make == nil || !a.Cover.Make.Strip || len(a.Subtitles) != 2 || a.Subtitles["fr"].Make != nil {
		t.Errorf("%+v", a)
	}
	d.Limits.MediaTypes = append(d.Limits.MediaTypes, "text/vtt")
	a, problems = made(t, s, "acme-mastodon", m)
	wantRules(t, problems)
	if fr := a.Subtitles["fr"]; fr.Make == nil || fr.Make.Type != "text/vtt" || a.Subtitles["en"].Make != nil {
		t.Errorf("%+v", a.Subtitles)
	}
}

func TestWatermark(t *testing.T) {
	t.Parallel()
	no, half := false, 0.5
	s := gallery(t, map[string]content.Attachment{
		"strategies/acme/logo.png": {Type: "image/png", SHA256: "logo", Width: 10, Height: 10, Bytes: 10}, "anim.gif": {Type: "image/gif", Width: 9, Height: 9, Bytes: 9, Traits: content.Traits{Animated: true}},
		"a.jpg": jpg(100, 50, content.Traits{}), "a.mp4": {Type: "video/mp4", Bytes: 100}, "strategies/acme/logo.gif": {Type: "image/gif"},
	})
	strategy := s.Strategies["acme"]
	for name, c := range map[string]struct {
		rule  *content.Watermark
		media content.Media
		want  *content.Logo
		rules []string
	}{
		"no rule":      {nil, content.Media{File: "a.jpg"}, nil, nil},
		"defaults":     {&content.Watermark{Logo: "logo.png"}, content.Media{File: "a.jpg"}, &content.Logo{File: "strategies/acme/logo.png", SHA256: "logo", Corner: "bottom-right", Width: 12, Margin: 3, Opacity: 1}, nil},
		"written":      {&content.Watermark{Logo: "logo.png", Corner: "top-left", Width: &half, Margin: &half, Opacity: &half}, content.Media{File: "a.jpg"}, &content.Logo{File: "strategies/acme/logo.png", SHA256: "logo", Corner: "top-left", Width: 0.5, Margin: 0.5, Opacity: 0.5}, nil},
		"left off":     {&content.Watermark{Logo: "logo.png"}, content.Media{File: "a.jpg", Watermark: &no}, nil, nil},
		"other pillar": {&content.Watermark{Logo: "logo.png", Pillars: []string{"offers"}}, content.Media{File: "a.jpg"}, nil, nil},
		"a video":      {&content.Watermark{Logo: "logo.png"}, content.Media{File: "a.mp4"}, nil, nil},
		"moving":       {&content.Watermark{Logo: "logo.png"}, content.Media{File: "anim.gif"}, nil, []string{"watermark-skipped?"}},
		"no logo":      {&content.Watermark{Logo: "none.png"}, content.Media{File: "a.jpg"}, nil, []string{"media-missing"}},
		"not drawn":    {&content.Watermark{Logo: "logo.gif"}, content.Media{File: "a.jpg"}, nil, []string{"media-type-unsupported"}},
	} {
		strategy.Watermark = c.rule
		a, problems := made(t, s, "acme-bluesky", c.media)
		wantRules(t, problems, c.rules...)
		var got *content.Logo
		if a.Make != nil {
			got = a.Make.Logo
		}
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// The brand's rule edits nothing that is published; the post's own word does.
func TestWatermarkAndDigest(t *testing.T) {
	t.Parallel()
	s := gallery(t, map[string]content.Attachment{"logo.png": {Type: "image/png", Width: 10, Height: 10}, "a.jpg": jpg(100, 50, content.Traits{})})
	no := false
	of := func(m content.Media) (string, []content.FieldValue) {
		p := post(t, "Look.", "acme-bluesky")
		m.File, m.Alt = "a.jpg", "A"
		p.Media = []content.Media{m}
		pub, _ := filled(t, s, p)
		return pub.Digest, pub.Segments[0].FieldValues()
	}
	d1, f1 := of(content.Media{})
	s.Strategies["acme"].Watermark = &content.Watermark{Logo: "logo.png"}
	if d2, f2 := of(content.Media{}); d1 != d2 || !slices.Equal(f1, f2) {
		t.Errorf("the rule: %s, %v", d2, f2)
	}
	if d3, f3 := of(content.Media{Watermark: &no}); d3 == d1 || slices.Equal(f1, f3) {
		t.Errorf("the post's word: %s, %v", d3, f3)
	}
}

// Media of the web are what was reviewed, or the post waits.
func TestFetchedMedia(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("a", 64)
	files := map[string]content.Attachment{}
	s := gallery(t, files)
	m := content.Media{URL: "https://cdn.example/a.jpg", SHA256: strings.ToUpper(sum)}
	p := post(t, "Look.", "acme-bluesky")
	m.Alt = "A"
	p.Media = []content.Media{m}

	p.Media[0].Alt = ""
	_, problems := filled(t, s, p)
	wantRules(t, problems, "media-not-fetched?", "alt-missing")
	p.Media[0].Alt = "A"
	_, problems = filled(t, s, p)
	wantRules(t, problems, "media-not-fetched?")
	if !problems[0].Holds || !strings.Contains(problems[0].Summary, "not fetched yet") {
		t.Errorf("it would go out without its picture: %+v", problems)
	}
	asked := 0
	s.Fetch = func(url, want string) error {
		asked++
		if url != m.URL || want != sum {
			t.Errorf("%s, %s", url, want)
		}
		return &media.FetchError{URL: url, Err: media.ErrNotFile}
	}
	_, problems = filled(t, s, p)
	wantRules(t, problems, "media-not-fetched?")
	if !problems[0].Holds || !strings.Contains(problems[0].Summary, "cannot be fetched") {
		t.Errorf("%+v", problems)
	}
	s.Fetch = func(url, want string) error { return &media.OtherError{URL: url, Want: want, Got: "bb"} }
	_, problems = filled(t, s, p)
	wantRules(t, problems, "media-changed")

	spoilt := jpg(10, 10, content.Traits{})
	spoilt.SHA256 = "cc"
	files[media.FetchedName(sum)] = spoilt
	s.Fetch = func(string, string) error {
		asked++
		good := jpg(10, 10, content.Traits{})
		good.SHA256 = sum
		files[media.FetchedName(sum)] = good
		return nil
	}
	for range 2 {
		pub, problems := filled(t, s, p)
		wantRules(t, problems)
		if a := pub.Segments[0].Media[0]; pub.Invalid != "" || a.Source() != m.URL || a.File != media.FetchedName(sum) {
			t.Errorf("%+v %+v", pub, a)
		}
	}
	if asked != 2 {
		t.Errorf("fetched %d times", asked)
	}
}

// A profile's pictures lose their metadata, too.
func TestPortraits(t *testing.T) {
	t.Parallel()
	s := gallery(t, map[string]content.Attachment{
		"me.jpg": jpg(100, 50, content.Traits{Metadata: []string{"exif"}}), "wide.webp": {Type: "image/webp", Width: 300, Height: 100, Bytes: 10}, "moving.gif": {Type: "image/gif", Width: 9, Height: 9, Traits: content.Traits{Animated: true}},
	})
	a := s.Accounts["acme-mastodon"]
	a.Profile = &content.Profile{Name: "Acme", Avatar: "me.jpg", Header: "wide.webp"}
	pub, problems := Profile(s, a)
	wantRules(t, problems)
	if f := pub.Profile; f.Avatar.Make == nil || !f.Avatar.Make.Strip || f.Header.Make == nil || f.Header.Make.Type != "image/jpeg" {
		t.Errorf("%+v %+v", f.Avatar, f.Header)
	}
	a.Profile.Avatar = "moving.gif"
	pub, problems = Profile(s, a)
	wantRules(t, problems, "media-animated")
	if pub.Invalid == "" {
		t.Error("it would be set")
	}
}

// A focal point is for networks that take one, and for what is cropped.
func TestFocusWhereItMatters(t *testing.T) {
	t.Parallel()
	for account, want := range map[string]int{"acme-mastodon": 2, "acme-site": 0} {
		p := post(t, "Hi", account)
		p.Media = []content.Media{{File: "a.png", Alt: "A coat", Focus: []float64{0.1, -0.2}}}
		pub, problems := filled(t, scope(t), p)
		wantRules(t, problems)
		if got := len(pub.Segments[0].Media[0].Focus); got != want {
			t.Errorf("%s: %d numbers, want %d", account, got, want)
		}
	}
}
