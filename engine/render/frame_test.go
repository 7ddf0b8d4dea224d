package render

import (
	"testing"

	"github.com/smmctl/smmctl/engine/content"
)

// What shows on a publication without standing in its file is in its frame, and
// never in its digest: it is approved, and edits nothing that is published.
func TestFrame(t *testing.T) {
	t.Parallel()
	of := func(change func(*Scope, *content.Post)) content.Publication {
		s, p := scope(t), post(t, "Hi https://example.org", "acme-mastodon")
		s.Media = func(name string) (content.Attachment, error) {
			return content.Attachment{File: name, SHA256: "sum of " + name, Type: "image/png"}, nil
		}
		change(s, p)
		pubs, _ := Of(s, p).Expand()
		return pubs[0]
	}
	picture := func(p *content.Post) { p.Media = []content.Media{{File: "a.png", Alt: "A"}} }
	mark := func(s *Scope, w content.Watermark) { s.Strategies["acme"].Watermark = &w }
	half := 0.5
	plain := of(func(*Scope, *content.Post) {})
	if plain.Frame != "" {
		t.Errorf("a frame of nothing: %q", plain.Frame)
	}
	seen := map[string]string{"": "nothing"}
	for name, change := range map[string]func(*Scope, *content.Post){
		"campaign":       func(_ *Scope, p *content.Post) { p.Campaign = "sale" },
		"its parameters": func(s *Scope, p *content.Post) { p.Campaign = "sale"; s.Campaigns["sale"].UTM["term"] = "x" },
		"logo":           func(s *Scope, p *content.Post) { picture(p); mark(s, content.Watermark{Logo: "logo.png"}) },
		"another logo":   func(s *Scope, p *content.Post) { picture(p); mark(s, content.Watermark{Logo: "other.png"}) },
		"corner": func(s *Scope, p *content.Post) {
			picture(p)
			mark(s, content.Watermark{Logo: "logo.png", Corner: "top-left"})
		},
		"width": func(s *Scope, p *content.Post) {
			picture(p)
			mark(s, content.Watermark{Logo: "logo.png", Width: &half})
		},
		"opacity": func(s *Scope, p *content.Post) {
			picture(p)
			mark(s, content.Watermark{Logo: "logo.png", Opacity: &half})
		},
		"both": func(s *Scope, p *content.Post) {
			picture(p)
			p.Campaign = "sale"
			mark(s, content.Watermark{Logo: "logo.png"})
		},
	} {
		got := of(change)
		if other, twice := seen[got.Frame]; twice {
			t.Errorf("%s has the frame of %s", name, other)
		}
		seen[got.Frame] = name
		if campaign := name == "campaign" || name == "its parameters"; campaign && got.Digest != plain.Digest {
			t.Errorf("%s is in the digest", name)
		}
	}
	for name, change := range map[string]func(*Scope, *content.Post){
		"a logo and no picture": func(s *Scope, _ *content.Post) { mark(s, content.Watermark{Logo: "logo.png"}) },
		"of another pillar": func(s *Scope, p *content.Post) {
			picture(p)
			mark(s, content.Watermark{Logo: "logo.png", Pillars: []string{"offers"}})
		},
		"a plain campaign": func(_ *Scope, p *content.Post) { p.Campaign = "plain" },
	} {
		if got := of(change); got.Frame != "" {
			t.Errorf("%s: %q", name, got.Frame)
		}
	}
	slotted := of(func(_ *Scope, p *content.Post) { p.Slot = "slot" })
	if slotted.Pillar != "offers" || slotted.Campaign != "sale" || slotted.Frame != of(func(_ *Scope, p *content.Post) { p.Campaign = "sale" }).Frame {
		t.Errorf("of its slot: %+v", slotted)
	}
}
