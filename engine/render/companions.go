package render

import (
	"maps"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// companions adds the files beside a medium, its cover and its subtitles, and
// says where the network cannot carry them. They are checked even where the
// medium itself is none (nil), and go with videos only.
func (v *view) companions(field string, m *content.Media, a *content.Attachment) {
	if a != nil && !isVideo(a) {
		a = nil
	}
	if m.Cover != "" {
		cover := v.companion(field+".cover", m.Cover, "picture", isImage)
		if !v.caps().Cover {
			v.warn("cover-unsupported", field+".cover", "", "%s takes no cover: the video goes out without it", v.who())
		} else if cover != nil && a != nil {
			l := v.pictureLimits()
			l.RatioMin, l.RatioMax = 0, 0 // the video has its own
			v.fitPicture(field+".cover", cover, l, nil)
			a.Cover = cover
		}
	}
	for _, language := range slices.Sorted(maps.Keys(m.Subtitles)) {
		s := v.companion(field+".subtitles."+language, m.Subtitles[language], "subtitle file", isSubtitles)
		if s != nil && a != nil && v.caps().Subtitles {
			v.addSubtitles(a, language, *s)
		}
	}
	if len(m.Subtitles) > 0 && !v.caps().Subtitles {
		v.warn("subtitles-unsupported", field+".subtitles", "", "%s takes no subtitles: the video goes out without them", v.who())
	}
}

// addSubtitles adds one language, as WebVTT where the network takes only that.
func (v *view) addSubtitles(a *content.Attachment, language string, s content.Attachment) {
	types := v.limits.MediaTypes
	if s.Type == subRip && slices.Contains(types, webVTT) && !slices.Contains(types, subRip) {
		s.Make = &content.Make{Type: webVTT}
	}
	if a.Subtitles == nil {
		a.Subtitles = map[string]content.Attachment{}
	}
	a.Subtitles[language] = s
}

// companion describes one such file; nil where it is not what it has to be.
func (v *view) companion(field, file, what string, is func(*content.Attachment) bool) *content.Attachment {
	a, err := v.media(file)
	switch {
	case err != nil:
		v.fail(mediaRule(err), field, "", "%v", err)
	case a.Type != "" && !is(&a):
		v.fail("media-type-unsupported", field, "", "%s is no %s (%s)", a.File, what, a.Type)
	default:
		return &a
	}
	return nil
}

const (
	webVTT = "text/vtt"
	subRip = "application/x-subrip"
)

func isSubtitles(a *content.Attachment) bool { return a.Type == webVTT || a.Type == subRip }
