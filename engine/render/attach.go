package render

import (
	"errors"
	"fmt"
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
	for i, m := range v.p.Media {
		field := fmt.Sprintf("media[%d]", i)
		v.companions(field, &m)
		if m.File == "" {
			if m.URL != "" {
				v.fail("media-url", field+".url", "put the file into the repository and write `file:`", "%s cannot attach a file by its address", v.who())
			}
			continue
		}
		a, err := v.media(m.File)
		if err != nil {
			v.fail(mediaRule(err), field+".file", "", "%v", err)
			continue
		}
		if m.SHA256 != "" && !strings.EqualFold(m.SHA256, a.SHA256) {
			v.fail("media-changed", field+".sha256", "write "+a.SHA256, "%s is not the file with this SHA-256", m.File)
		}
		a.Alt, a.Focus = clean(unix(m.Alt)), slices.Clone(m.Focus)
		v.mediaLimits(field, &a)
		out = append(out, a)
	}
	v.mediaTogether(out)
	return out
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

// mediaLimits checks one file against the account's limits.
func (v *view) mediaLimits(field string, a *content.Attachment) {
	l := &v.limits
	types := l.MediaTypes
	if isImage(a) && len(l.ImageTypes) > 0 {
		types = l.ImageTypes
	}
	if isSubtitles(a) {
		v.fail("media-type-unsupported", field+".file", "write it under `subtitles:` of its video", "subtitles are no medium of their own")
	} else if len(types) > 0 && !slices.Contains(types, a.Type) {
		v.fail("media-type-unsupported", field+".file", "it takes "+strings.Join(types, ", "), "%s does not take %s", v.who(), a.Type)
	}
	most := l.VideoBytes
	if isImage(a) {
		most = l.ImageBytes
	}
	if most > 0 && a.Bytes > most {
		v.fail("media-bytes", field+".file", "make it smaller", "the file has %d bytes, %s takes %d", a.Bytes, v.who(), most)
	}
	if pixels := int64(a.Width) * int64(a.Height); isImage(a) && l.ImagePixels > 0 && pixels > l.ImagePixels {
		v.fail("media-pixels", field+".file", "make it smaller", "the picture has %d × %d pixels, %s takes %d in all", a.Width, a.Height, v.who(), l.ImagePixels)
	}
	v.altText(field, a)
}

func (v *view) altText(field string, a *content.Attachment) {
	if !v.caps().AltText {
		return
	}
	if strings.TrimSpace(a.Alt) == "" {
		v.fail("alt-missing", field, "write `alt:`: what does the picture show?", "%s has no alternative text", a.File)
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
