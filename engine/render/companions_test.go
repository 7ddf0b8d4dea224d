package render

import (
	"errors"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
)

// beside is a scope whose files are by their names what the tests need.
func beside(t *testing.T) *Scope {
	t.Helper()
	s := scope(t)
	others := s.Media
	s.Media = func(path string) (content.Attachment, error) {
		switch path {
		case "content/acme/2026-12/media/fr.srt":
			return content.Attachment{File: path, SHA256: "s", Type: "application/x-subrip", Bytes: 10}, nil
		case "content/acme/2026-12/media/fr.vtt":
			return content.Attachment{File: path, SHA256: "w", Type: "text/vtt", Bytes: 10}, nil
		case "content/acme/2026-12/media/none.png":
			return content.Attachment{}, media.ErrMissing
		case "content/acme/2026-12/media/lfs.srt":
			return content.Attachment{}, media.ErrLFSPointer
		case "content/secret.png":
			return content.Attachment{}, media.ErrOutside
		case "content/acme/2026-12/media/bad.srt":
			return content.Attachment{}, errors.Join(media.ErrWrongType)
		}
		return others(path)
	}
	return s
}

// A video's cover and subtitles are looked at like any file, and a network that
// cannot carry them is named.
func TestCoverAndSubtitles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cover     string
		subtitles map[string]string
		want      []string
	}{
		"none":               {"", nil, nil},
		"both":               {"media/a.png", map[string]string{"fr": "media/fr.srt", "en": "media/fr.vtt"}, []string{"cover-unsupported?", "subtitles-unsupported?"}},
		"cover":              {"media/a.png", nil, []string{"cover-unsupported?"}},
		"missing":            {"media/none.png", nil, []string{"cover-unsupported?", "media-missing"}},
		"outside":            {"../../secret.png", nil, []string{"cover-unsupported?", "media-outside"}},
		"no picture":         {"media/b.mp4", nil, []string{"cover-unsupported?", "media-type-unsupported"}},
		"not fetched":        {"", map[string]string{"fr": "media/lfs.srt"}, []string{"subtitles-unsupported?", "media-lfs"}},
		"no subtitles":       {"", map[string]string{"fr": "media/a.png"}, []string{"subtitles-unsupported?", "media-type-unsupported"}},
		"another's contents": {"", map[string]string{"fr": "media/bad.srt"}, []string{"subtitles-unsupported?", "media-type"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := beside(t)
			p := post(t, "Look.", "acme-mastodon")
			p.Media = []content.Media{{File: "media/a.mp4", Alt: "A", Cover: c.cover, Subtitles: c.subtitles}}
			_, problems := filled(t, s, p)
			wantRules(t, problems, c.want...)
			s.Drivers["mastodon"].Capabilities.Cover, s.Drivers["mastodon"].Capabilities.Subtitles = true, true
			_, problems = filled(t, s, p)
			for _, pr := range problems {
				if pr.Warning {
					t.Errorf("a network that can: %+v", pr)
				}
			}
		})
	}
}

// Subtitles are no medium of their own, whatever a network says that it takes.
func TestSubtitlesAreNoMedium(t *testing.T) {
	t.Parallel()
	s := beside(t)
	p := post(t, "Look.", "acme-bluesky")
	p.Media = []content.Media{{File: "media/fr.srt", Alt: "A"}}
	_, problems := filled(t, s, p)
	wantRules(t, problems, "media-type-unsupported")
}

// What is beside a medium counts as a change of the post, and posts without it
// keep the digest that the ledger has.
func TestDigestOfCompanions(t *testing.T) {
	t.Parallel()
	s := beside(t)
	digest := func(m content.Media) string {
		m.File, m.Alt = "media/a.mp4", "A"
		p := post(t, "Look.", "acme-mastodon")
		p.Media = []content.Media{m}
		pubs, _ := Of(s, p).Expand()
		return pubs[0].Digest
	}
	const recorded = "51eb7d6621f25b00150b5d74dc166dce4304da9bd885afd0d5215d1cf8a24b98"
	if got := digest(content.Media{}); got != recorded {
		t.Errorf("a post that has neither: %s", got)
	}
	seen := map[string]bool{recorded: true}
	for _, m := range []content.Media{
		{Cover: "media/a.png"}, {Cover: "media/b.png"}, {Cover: "media/none.png"},
		{Subtitles: map[string]string{"fr": "media/fr.srt"}}, {Subtitles: map[string]string{"en": "media/fr.srt"}},
		{Subtitles: map[string]string{"fr": "media/fr.vtt"}}, {Cover: "media/a.png", Subtitles: map[string]string{"fr": "media/fr.srt"}},
	} {
		if d := digest(m); seen[d] {
			t.Errorf("%+v has another's digest", m)
		} else {
			seen[d] = true
		}
	}
}
