package render

import (
	"testing"

	"github.com/smmctl/smmctl/engine/content"
)

func TestCards(t *testing.T) {
	t.Parallel()
	link := content.Link{URL: "https://www.example.org/winter/?a=b", Title: "Winter", Description: "Warm", Image: "card.png"}
	bare := content.Link{URL: "https://www.example.org/winter/?a=b"}
	picture := []content.Media{{File: "a.png", Alt: "A coat"}}
	for name, c := range map[string]struct {
		account, body string
		link          content.Link
		media         []content.Media
		segments      []string
		card          string // its title, on the last segment
		rules         []string
	}{
		"a card takes the link's place":   {"acme-bluesky", "Hi", link, nil, []string{"Hi"}, "Winter", nil},
		"a card alone":                    {"acme-bluesky", "", link, nil, []string{""}, "Winter", nil},
		"its title is the address":        {"acme-bluesky", "Hi", bare, nil, []string{"Hi"}, "example.org/winter", nil},
		"the body has the link":           {"acme-bluesky", "See " + bare.URL, bare, nil, []string{"See " + bare.URL}, "example.org/winter", nil},
		"media are in its place":          {"acme-bluesky", "Hi", link, picture, []string{"Hi\n\n" + link.URL}, "", nil},
		"under the last part of a thread": {"acme-bluesky", "Hi\n\n---\n\nHo", link, picture, []string{"Hi", "Ho"}, "Winter", nil},
		"no cards of ours there":          {"acme-mastodon", "Hi", link, nil, []string{"Hi\n\n" + link.URL}, "", nil},
		"not live yet":                    {"acme-bluesky", "Hi", content.Link{Post: "other"}, nil, []string{"Hi"}, "{link}", nil},
		"it leads nowhere":                {"acme-bluesky", "Hi", content.Link{Title: "Winter"}, nil, []string{"Hi"}, "", []string{"link-address"}},
		"to no address":                   {"acme-bluesky", "Hi", content.Link{URL: "winter"}, nil, []string{"Hi"}, "", []string{"link-address"}},
		"a picture that is none":          {"acme-bluesky", "Hi", content.Link{URL: link.URL, Image: "card.mp4"}, nil, []string{"Hi"}, "example.org/winter", []string{"media-type-unsupported"}},
		"a picture that is missing":       {"acme-bluesky", "Hi", content.Link{URL: link.URL, Image: "card.txt"}, nil, []string{"Hi"}, "example.org/winter", []string{"media-unreadable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := post(t, c.body, c.account)
			p.Link, p.Media = c.link, c.media
			pub, problems := filled(t, scope(t), p)
			wantRules(t, problems, c.rules...)
			for i, want := range c.segments {
				if got := pub.Segments[i].Text; got != want {
					t.Errorf("segment %d is %q, want %q", i, got, want)
				}
			}
			got := ""
			if card := pub.Segments[len(pub.Segments)-1].Card; card != nil {
				got = card.Title
			}
			if got != c.card {
				t.Errorf("card %q, want %q", got, c.card)
			}
		})
	}
}

// What a card says is part of what readers see, where there are cards.
func TestCardsCountAsChanges(t *testing.T) {
	t.Parallel()
	digest := func(account string, l content.Link) string {
		p := post(t, "Hi", account)
		p.Link = l
		pub, _ := filled(t, scope(t), p)
		return pub.Digest
	}
	a, b := content.Link{URL: "https://example.org"}, content.Link{URL: "https://example.org", Title: "New"}
	if digest("acme-bluesky", a) == digest("acme-bluesky", b) {
		t.Error("a new title changes nothing where it is shown")
	}
	if digest("acme-mastodon", a) != digest("acme-mastodon", b) {
		t.Error("a new title is a change where it is not shown")
	}
}
