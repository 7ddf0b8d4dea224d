package render

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
)

// attachments describes the post's media, all of which go with the first
// segment. What cannot be described is a problem and left out.
func (v *view) attachments() []content.Attachment {
	var out []content.Attachment
	for i := range v.p.Media {
		m, field := &v.p.Media[i], fmt.Sprintf("media[%d]", i)
		a, ok := v.described(field, m)
		a.Alt, a.Focus = clean(unix(m.Alt)), slices.Clone(m.Focus)
		if !ok {
			if a.URL = m.URL; a.URL != "" { // what needs no file is said before there is one
				v.altText(field, &a)
			}
			v.companions(field, m, nil)
			continue
		}
		a.Plain = m.Watermark != nil && !*m.Watermark
		v.companions(field, m, &a)
		v.fit(field, m, &a)
		if !v.caps().Focus && (a.Make == nil || a.Make.Crop == nil) {
			a.Focus = nil // nothing depends on it there
		}
		out = append(out, a)
	}
	v.mediaTogether(out)
	return out
}

// described is one medium as it is in the workspace, or was fetched.
func (v *view) described(field string, m *content.Media) (content.Attachment, bool) {
	if m.File == "" {
		if m.URL == "" {
			return content.Attachment{}, false
		}
		return v.fetched(field, m)
	}
	a, err := v.media(m.File)
	if err != nil {
		v.fail(mediaRule(err), field+".file", "", "%v", err)
		return a, false
	}
	if m.SHA256 != "" && !strings.EqualFold(m.SHA256, a.SHA256) {
		v.fail("media-changed", field+".sha256", "write "+a.SHA256, "%s is not the file with this SHA-256", m.File)
	}
	return a, true
}

func mediaRule(err error) string {
	for _, r := range mediaRules {
		if errors.Is(err, r.err) {
			return r.rule
		}
	}
	return "media-unreadable"
}

var mediaRules = []struct {
	err  error
	rule string
}{
	{media.ErrMissing, "media-missing"}, {media.ErrWrongType, "media-type"}, {media.ErrLFSPointer, "media-lfs"},
	{media.ErrTooLarge, "media-too-large"}, {media.ErrOutside, "media-outside"}, {media.ErrDamaged, "media-damaged"},
}

func isImage(a *content.Attachment) bool { return strings.HasPrefix(a.Type, "image/") }
func isVideo(a *content.Attachment) bool { return strings.HasPrefix(a.Type, "video/") }

// fit decides what is done to one file so that the account takes it.
func (v *view) fit(field string, m *content.Media, a *content.Attachment) {
	v.altText(field, a)
	at := field + ".file"
	if a.URL != "" {
		at = field + ".url"
	}
	switch {
	case isSubtitles(a):
		v.fail("media-type-unsupported", at, "write it under `subtitles:` of its video", "subtitles are no medium of their own")
	case isImage(a):
		v.fitPicture(at, a, v.pictureLimits(), v.watermark(field, m, a))
	default:
		v.otherLimits(at, a)
	}
}

// pictureLimits are what the account takes of pictures.
func (v *view) pictureLimits() media.Limits {
	l := &v.limits
	types := l.MediaTypes
	if len(l.ImageTypes) > 0 {
		types = l.ImageTypes
	}
	return media.Limits{Types: types, Bytes: l.ImageBytes, Pixels: l.ImagePixels, Side: l.ImageSide, RatioMin: l.RatioMin, RatioMax: l.RatioMax}
}

// fitPicture decides about a picture, or says why it cannot be made to fit.
func (v *view) fitPicture(field string, a *content.Attachment, l media.Limits, logo *content.Logo) {
	done, err := media.Decide(*a, l, logo)
	a.Make = done
	var unfit *media.Unfit
	switch {
	case errors.As(err, &unfit) && unfit.Rule == "media-type-unsupported":
		v.fail("media-type-unsupported", field, unfit.Hint+"; it takes "+strings.Join(l.Types, ", "), "%s does not take %s: %s", v.who(), a.Source(), unfit.Why)
	case errors.As(err, &unfit):
		v.fail(unfit.Rule, field, unfit.Hint, "%s cannot go to %s: %s", a.Source(), v.who(), unfit.Why)
	case err != nil:
		v.fail("media-unreadable", field, "", "%v", err)
	}
}

// otherLimits checks a video or a document, which go as they are or not at all.
func (v *view) otherLimits(field string, a *content.Attachment) {
	l := &v.limits
	if len(l.MediaTypes) > 0 && !slices.Contains(l.MediaTypes, a.Type) {
		v.fail("media-type-unsupported", field, "it takes "+strings.Join(l.MediaTypes, ", "), "%s does not take %s", v.who(), a.Type)
	}
	if l.VideoBytes > 0 && a.Bytes > l.VideoBytes {
		v.fail("media-bytes", field, "make it smaller", "the file has %d bytes, %s takes %d", a.Bytes, v.who(), l.VideoBytes)
	}
	if l.VideoLength > 0 && a.Traits.Duration > l.VideoLength {
		v.fail("media-length", field, "cut it", "the video lasts %s, %s takes %s", a.Traits.Duration.Round(time.Second/10), v.who(), l.VideoLength)
	}
	if a.Traits.Damaged {
		v.fail("media-damaged", field, "export it anew", "%s ends early, or is damaged", a.Source())
	}
	if slices.Contains(a.Traits.Metadata, "location") {
		v.fail("media-location", field, withoutPlace(a.Source()), "%s says where it was filmed", a.Source())
	}
}

// withoutPlace is the command that copies a film without what tells of places:
// videos are never written here.
func withoutPlace(file string) string {
	base := path.Base(file)
	ext := path.Ext(base)
	return fmt.Sprintf("ffmpeg -i %q -map 0:v -map 0:a? -map_metadata -1 -c copy %q", base, strings.TrimSuffix(base, ext)+"-clean"+ext)
}

func (v *view) altText(field string, a *content.Attachment) {
	if !v.caps().AltText {
		return
	}
	if strings.TrimSpace(a.Alt) == "" {
		v.fail("alt-missing", field, "write `alt:`: what does the picture show?", "%s has no alternative text", a.Source())
		return
	}
	if n := len([]rune(a.Alt)); v.limits.AltText > 0 && n > v.limits.AltText {
		v.fail("alt-too-long", field+".alt", "", "the alternative text has %d characters, %s takes %d: %d too many", n, v.who(), v.limits.AltText, n-v.limits.AltText)
	}
}

// mediaTogether checks the number and the mixture.
func (v *view) mediaTogether(all []content.Attachment) {
	images, videos := 0, 0
	for i := range all {
		if isVideo(&all[i]) {
			videos++
		} else {
			images++
		}
	}
	l := &v.limits
	if l.Media > 0 && len(all) > l.Media {
		v.fail("media-count", fmt.Sprintf("media[%d]", l.Media), "make a thread or a variant", "%d files, and %s takes %d", len(all), v.who(), l.Media)
	}
	if l.VideoPerPost > 0 && videos > l.VideoPerPost {
		v.fail("media-videos", "media", "", "%d videos, and %s takes %d", videos, v.who(), l.VideoPerPost)
	}
	if videos > 0 && images > 0 && l.VideoPerPost > 0 && !l.MixImageAndVideo {
		v.fail("media-mixed", "media", "keep one kind", "%s does not take pictures and a video together", v.who())
	}
}

// defaultPoll is how long a poll is open where the post does not say.
const defaultPoll = 24 * time.Hour

// poll is the post's poll, ready to send; nil where there is none or the network
// has no polls.
func (v *view) poll() *content.PollSpec {
	p := v.p.Poll
	if p == nil || !v.caps().Poll {
		return nil
	}
	spec := &content.PollSpec{Options: make([]string, len(p.Options)), Expires: defaultPoll, Multiple: p.Multiple}
	for i, o := range p.Options {
		spec.Options[i] = strings.TrimSpace(clean(o))
	}
	if p.ExpiresIn != "" {
		d, err := content.ParseDuration(p.ExpiresIn)
		if err != nil {
			v.fail("poll-duration", "poll.expires_in", "", "%v", err)
			return spec
		}
		spec.Expires = d
	}
	v.pollLimits(spec)
	return spec
}
