package render

import (
	"maps"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// companions checks the files beside a medium, its cover and its subtitles, and
// says where the network cannot carry them.
func (v *view) companions(field string, m *content.Media) {
	if m.Cover != "" {
		v.companion(field+".cover", m.Cover, "picture", isImage)
		if !v.caps().Cover {
			v.warn("cover-unsupported", field+".cover", "", "%s takes no cover: the video goes out without it", v.who())
		}
	}
	for _, language := range slices.Sorted(maps.Keys(m.Subtitles)) {
		v.companion(field+".subtitles."+language, m.Subtitles[language], "subtitle file", isSubtitles)
	}
	if len(m.Subtitles) > 0 && !v.caps().Subtitles {
		v.warn("subtitles-unsupported", field+".subtitles", "", "%s takes no subtitles: the video goes out without them", v.who())
	}
}

// companion checks one such file.
func (v *view) companion(field, file, what string, is func(*content.Attachment) bool) {
	a, err := v.media(file)
	switch {
	case err != nil:
		v.fail(mediaRule(err), field, "", "%v", err)
	case a.Type != "" && !is(&a):
		v.fail("media-type-unsupported", field, "", "%s is no %s (%s)", a.File, what, a.Type)
	}
}

func isSubtitles(a *content.Attachment) bool {
	return a.Type == "text/vtt" || a.Type == "application/x-subrip"
}
