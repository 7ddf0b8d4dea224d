package render

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// drivers are one of each markup, with all that there is, and bare, which can do
// nothing but text.
func drivers() map[string]*provider.Driver {
	rich := provider.Capabilities{
		Formats: []string{"text", "image", "carousel", "video", "link", "poll"}, Markup: provider.Plain,
		Edit: true, Retract: true, Thread: true, Schedule: true, Pin: true, Poll: true, FirstComment: true,
		ReplyTo: true, ReplyToURL: true, AltText: true, Focus: true, Mentions: true,
		Profile: []string{"name", "bio", "avatar", "header", "links", "pinned"},
	}
	facets := rich
	facets.Markup, facets.Card = provider.Facets, true
	entities := rich
	entities.Markup = provider.Entities
	markdown := rich
	markdown.Markup = provider.Markdown
	limits := provider.Limits{
		Characters: 500, Unit: "mastodon", URLLength: 23, Media: 4, AltText: 1500, ImageBytes: 1 << 20, ImagePixels: 33_177_600, VideoBytes: 2 << 20,
		ImageTypes: []string{"image/png", "image/jpeg"}, MediaTypes: []string{"image/png", "image/jpeg", "video/mp4"}, VideoPerPost: 1,
		PollOptions: 4, PollOption: 50, PollMin: 5 * time.Minute, PollMax: 30 * 24 * time.Hour,
		Name: 30, Bio: 500, ProfileFields: 4, ProfileField: 255,
	}
	return map[string]*provider.Driver{
		"mastodon":  {Name: "mastodon", Capabilities: rich, Limits: limits},
		"bluesky":   {Name: "bluesky", Capabilities: facets, Limits: provider.Limits{Characters: 300, Unit: "graphemes"}},
		"telegram":  {Name: "telegram", Capabilities: entities, Limits: provider.Limits{Characters: 4096, Unit: "utf16", Caption: 40, Media: 10}},
		"discord":   {Name: "discord", Capabilities: markdown, Limits: provider.Limits{Characters: 2000, Unit: "utf16", Media: 10}},
		"vk":        {Name: "vk", Capabilities: rich, Limits: provider.Limits{Characters: 16384, Unit: "utf16", Media: 10}},
		"wordpress": {Name: "wordpress", Capabilities: provider.Capabilities{Formats: []string{"article"}, Markup: provider.HTML, AltText: true}},
		"site": {Name: "site", Capabilities: provider.Capabilities{
			Formats: []string{"text", "image", "carousel", "video", "link", "article"}, Markup: provider.HTML, Edit: true, Retract: true, Thread: true, AltText: true,
			Profile: []string{"name", "bio", "links"},
		}, Limits: provider.Limits{Title: 200}},
		"bare": {Name: "bare", Capabilities: provider.Capabilities{Markup: provider.Plain}, Limits: provider.Limits{Characters: 20, Unit: "codepoints", MediaRequired: true}},
	}
}

// scope is a workspace with one account on each of the drivers.
func scope(t testing.TB) *Scope {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{
		Config: &content.Workspace{Timezone: "Europe/Paris", Language: "en"}, Zone: paris,
		Accounts: map[string]*content.Account{}, Drivers: drivers(),
		Strategies: map[string]*content.Strategy{"acme": {
			Brand:    "acme",
			Groups:   map[string][]string{"social": {"acme-mastodon", "acme-bluesky"}, "all": {"acme-site", "acme-mastodon"}},
			Mentions: map[string]map[string]string{"maker": {"mastodon": "@maker@social.example", "bluesky": "@maker.example", "telegram": "@maker", "discord": "<@42>"}, "shy": {"bluesky": "@shy.example"}},
		}},
		Campaigns: map[string]*content.Campaign{
			"sale":  {ID: "sale", UTM: map[string]string{"content": "a b"}},
			"plain": {ID: "plain"},
		},
		Slots: map[string]*content.Slot{"slot": {
			ID: "slot", At: when(t, "2026-12-03T09:30"), Pillar: "offers", Format: "text", Accounts: []string{"acme-mastodon"}, Campaign: "sale", Language: "fr",
		}},
		Media: func(path string) (content.Attachment, error) {
			switch {
			case strings.HasSuffix(path, ".mp4"):
				return content.Attachment{File: path, SHA256: "v" + path, Type: "video/mp4", Bytes: 100}, nil
			case strings.HasSuffix(path, "huge.png"):
				return content.Attachment{File: path, SHA256: "h", Type: "image/png", Width: 10_000, Height: 10_000, Bytes: 2 << 20}, nil
			case strings.HasSuffix(path, ".png"):
				return content.Attachment{File: path, SHA256: "p" + path, Type: "image/png", Width: 10, Height: 10, Bytes: 100}, nil
			case strings.HasSuffix(path, ".heic"):
				return content.Attachment{File: path, SHA256: "h" + path, Type: "image/heic", Bytes: 100}, nil
			case strings.HasSuffix(path, ".gif"):
				return content.Attachment{File: path, SHA256: "g" + path, Type: "image/gif", Width: 10, Height: 10, Bytes: 100}, nil
			}
			return content.Attachment{}, errors.New(path + ": cannot be read")
		},
		URL: func(content.Key) string { return "" },
	}
	for name := range s.Drivers {
		id := "acme-" + name
		s.Accounts[id] = &content.Account{ID: id, Provider: name, Brand: "acme", Path: "strategies/acme/accounts/" + id + ".yaml"}
	}
	return s
}

func when(t testing.TB, text string) content.Time {
	t.Helper()
	at, err := content.ParseTime(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// post is a ready post with a body, for the accounts named.
func post(t testing.TB, body string, accounts ...string) *content.Post {
	t.Helper()
	return &content.Post{
		ID: "hello", Accounts: accounts, Status: content.Ready, PublishAt: when(t, "2026-12-03T09:30"),
		Body: body, Brand: "acme", Month: "2026-12", Path: "content/acme/2026-12/hello.md",
	}
}

// filled expands a post and fills its only publication.
func filled(t testing.TB, s *Scope, p *content.Post) (*content.Publication, []Problem) {
	t.Helper()
	pubs, problems := Of(s, p).Expand()
	if len(pubs) != 1 {
		t.Fatalf("%d publications, want 1: %+v", len(pubs), problems)
	}
	return &pubs[0], append(problems, Of(s, p).Fill(&pubs[0])...)
}

func texts(pub *content.Publication) []string {
	var out []string
	for _, s := range pub.Segments {
		out = append(out, s.Text)
	}
	return out
}

func rules(problems []Problem) []string {
	var out []string
	for _, p := range problems {
		r := p.Rule
		if p.Warning {
			r += "?"
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	slices.Sort(out)
	return out
}

func wantRules(t testing.TB, problems []Problem, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := rules(problems); !slices.Equal(got, want) {
		t.Errorf("rules %v, want %v\n%s", got, want, show(problems))
	}
}

func show(problems []Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "  %s %s %s@%d: %s (%s)\n", p.Path, p.Rule, p.Field, p.Offset, p.Summary, p.Hint)
	}
	return b.String()
}
