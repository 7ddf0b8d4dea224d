package bluesky

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func isVideo(a content.Attachment) bool { return strings.HasPrefix(a.Type, "video/") }

// checkMedia refuses what one post cannot carry.
func (l *login) checkMedia(op string, all []content.Attachment) error {
	videos := 0
	for _, m := range all {
		if isVideo(m) {
			videos++
		}
		if len(m.Subtitles) > captionsMost {
			return provider.Refused(op, "%s has subtitles in %d languages, and a video takes %d", m.File, len(m.Subtitles), captionsMost)
		}
	}
	switch {
	case l.limits.Media > 0 && len(all) > l.limits.Media:
		return provider.Refused(op, "%d files, and a post takes %d", len(all), l.limits.Media)
	case videos > 0 && len(all) > 1:
		return provider.Refused(op, "a post takes pictures or one video")
	}
	return nil
}

// attach uploads what a segment carries and makes its embed, of which a post has
// one: media win over a link's card.
func (l *login) attach(ctx context.Context, op string, s content.Segment) (*embed, error) {
	switch {
	case len(s.Media) > 0 && isVideo(s.Media[0]):
		return l.video(ctx, op, s.Media[0])
	case len(s.Media) > 0:
		return l.pictures(ctx, op, s.Media)
	case s.Card != nil:
		return l.card(ctx, op, *s.Card)
	}
	return nil, nil
}

func (l *login) pictures(ctx context.Context, op string, all []content.Attachment) (*embed, error) {
	e := &embed{Type: imagesEmbed}
	for _, m := range all {
		b, f, err := l.upload(ctx, op, m, "", l.limits.ImageBytes)
		if err != nil {
			return nil, err
		}
		e.Images = append(e.Images, picture{b, m.Alt, ratioOf(f)})
	}
	return e, nil
}

func (l *login) video(ctx context.Context, op string, m content.Attachment) (*embed, error) {
	b, f, err := l.upload(ctx, op, m, "", l.limits.VideoBytes)
	if err != nil {
		return nil, err
	}
	e := &embed{Type: videoEmbed, Video: b, Alt: m.Alt, AspectRatio: ratioOf(f)}
	for _, lang := range slices.Sorted(maps.Keys(m.Subtitles)) {
		b, _, err := l.upload(ctx, op, m.Subtitles[lang], "text/vtt", captionBytes)
		if err != nil {
			return nil, err
		}
		e.Captions = append(e.Captions, caption{lang, b})
	}
	return e, nil
}

func (l *login) card(ctx context.Context, op string, c content.Card) (*embed, error) {
	x := &external{URI: c.URL, Title: c.Title, Description: c.Description}
	if c.Image != nil {
		b, _, err := l.upload(ctx, op, *c.Image, "", thumbBytes)
		if err != nil {
			return nil, err
		}
		x.Thumb = b
	}
	return &embed{Type: externalEmbed, External: x}, nil
}

// ratioOf is a picture's own size; clients keep a place for it before it loads.
func ratioOf(f provider.File) *ratio {
	if f.Width <= 0 || f.Height <= 0 {
		return nil
	}
	return &ratio{f.Width, f.Height}
}

// upload sends one file; kind is its type where the file does not say it. A file
// that no record names is swept away by the server after some hours, so whatever
// goes wrong here, nothing was published: doubt is Unsent. The same file sent
// again is the same blob.
func (l *login) upload(ctx context.Context, op string, m content.Attachment, kind string, most int64) (*blob, provider.File, error) {
	op += ": upload " + m.File
	f, err := l.file(ctx, m)
	if ctx.Err() != nil {
		return nil, f, &provider.Error{Kind: provider.Unsent, Op: op, Err: ctx.Err()}
	}
	if err != nil {
		return nil, f, provider.Refused(op, "%w", err)
	}
	if kind == "" {
		kind = f.Type
	}
	if most > 0 && f.Bytes > most {
		return nil, f, provider.Refused(op, "the file has %d bytes, and the server takes %d", f.Bytes, most)
	}
	resp, err := l.send(ctx, op, "com.atproto.repo.uploadBlob", nil, &payload{kind, f.Bytes, f.Open})
	var out struct {
		Blob *blob `json:"blob"`
	}
	if err == nil {
		err = decode(op, resp, &out)
	}
	if err != nil {
		return nil, f, provider.Harmless(op, err)
	}
	if out.Blob.cid() == "" || out.Blob.Type != "blob" {
		return nil, f, &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the answer names no blob")}
	}
	return out.Blob, f, nil
}
