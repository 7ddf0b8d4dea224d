package telegram

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// The kinds of media, as the API names them.
const (
	photo     = "photo"
	video     = "video"
	animation = "animation"
	document  = "document"
)

// methods send one medium of a kind.
var methods = map[string]string{photo: "sendPhoto", video: "sendVideo", animation: "sendAnimation", document: "sendDocument"}

// kindOf says as what a file is sent.
func kindOf(a content.Attachment) string {
	switch a.Type {
	case "image/jpeg", "image/png":
		return photo
	case "image/gif":
		return animation
	case "video/mp4":
		return video
	}
	return document
}

// class groups the kinds that may stand for one another and together in an album.
func class(kind string) string {
	if kind == video {
		return photo
	}
	return kind
}

// medium is one file, in memory, with what is said of it.
type medium struct {
	kind   string
	params map[string]any // of the method or the InputMedia, without the files
	files  []upload       // the file itself, then cover and thumbnail
}

// prepare reads a segment's media. All are in memory before the first request, so
// that a file that has changed since it was planned stops it.
func (l *login) prepare(ctx context.Context, op string, s content.Segment) ([]medium, error) {
	if err := l.together(op, s.Media); err != nil {
		return nil, err
	}
	out := make([]medium, len(s.Media))
	for i, a := range s.Media {
		var err error
		if out[i], err = l.read(ctx, a, i, s.Options); err != nil {
			return nil, provider.Refused(op, "%w", err)
		}
	}
	return out, nil
}

// together refuses what cannot be one message or album.
func (l *login) together(op string, all []content.Attachment) error {
	if len(all) > l.limits.Media {
		return provider.Refused(op, "%d media are more than the %d of an album", len(all), l.limits.Media)
	}
	for _, a := range all[min(1, len(all)):] {
		switch first, kind := kindOf(all[0]), kindOf(a); {
		case first == animation || kind == animation:
			return unsupported(op, "an animation goes alone, not in an album")
		case class(first) != class(kind):
			return unsupported(op, "an album is of pictures and videos, or of documents")
		}
	}
	return nil
}

func (l *login) read(ctx context.Context, a content.Attachment, i int, options map[string]string) (medium, error) {
	m := medium{kind: kindOf(a), params: map[string]any{}}
	main, f, err := l.load(ctx, a, m.kind, i)
	if err != nil {
		return m, err
	}
	if err := l.allowed(m.kind, f, a.File); err != nil {
		return m, err
	}
	m.files = []upload{main}
	if m.kind != document && options[optSpoiler] == "true" {
		m.params["has_spoiler"] = true
	}
	if m.kind == video || m.kind == animation {
		if f.Width > 0 && f.Height > 0 {
			m.params["width"], m.params["height"] = f.Width, f.Height
		}
	}
	if m.kind == video && a.Cover != nil {
		return m, l.cover(ctx, &m, *a.Cover, i)
	}
	return m, nil
}

// load reads one file whole. Its field is its kind and its place.
func (l *login) load(ctx context.Context, a content.Attachment, kind string, i int) (upload, provider.File, error) {
	f, err := l.file(ctx, a)
	if err != nil {
		return upload{}, f, err
	}
	most := l.limits.VideoBytes
	if kind == photo {
		most = l.limits.ImageBytes
	}
	if most > 0 && f.Bytes > most {
		return upload{}, f, fmt.Errorf("%s has %d bytes, Telegram takes %d", a.File, f.Bytes, most)
	}
	data, err := f.Read()
	if err != nil {
		return upload{}, f, err
	}
	f.Width, f.Height = max(f.Width, 0), max(f.Height, 0)
	if f.Width == 0 {
		f.Width, f.Height = a.Width, a.Height
	}
	return upload{field: kind + strconv.Itoa(i), name: f.Name, kind: f.Type, data: data}, f, nil
}

// allowed refuses a photo whose sides the server would.
func (l *login) allowed(kind string, f provider.File, name string) error {
	if kind != photo || f.Width == 0 || f.Height == 0 {
		return nil
	}
	short, long := min(f.Width, f.Height), max(f.Width, f.Height)
	switch {
	case short+long > maxSides:
		return fmt.Errorf("%s is %d × %d, Telegram takes a width and height of %d together", name, f.Width, f.Height, maxSides)
	case long > short*maxRatio:
		return fmt.Errorf("%s is %d × %d, Telegram takes sides of at most 1 to %d", name, f.Width, f.Height, maxRatio)
	}
	return nil
}

// cover adds a video's picture, and the same as thumbnail where it is small enough
// for one.
func (l *login) cover(ctx context.Context, m *medium, a content.Attachment, i int) error {
	u, f, err := l.load(ctx, a, photo, i)
	if err != nil {
		return err
	}
	u.field = "cover" + strconv.Itoa(i)
	m.files, m.params["cover"] = append(m.files, u), attached(u)
	if f.Type == "image/jpeg" && f.Bytes < maxThumbBytes && f.Width > 0 && max(f.Width, f.Height) <= maxThumbSide {
		u.field = "thumbnail" + strconv.Itoa(i)
		m.files, m.params["thumbnail"] = append(m.files, u), attached(u)
	}
	return nil
}

// attached is how JSON means a file of the same form.
func attached(u upload) string { return "attach://" + u.field }

// input is a medium as an InputMedia, in an album or an edit.
func (m medium) input() map[string]any {
	in := map[string]any{"type": m.kind, "media": attached(m.files[0])}
	for k, v := range m.params {
		in[k] = v
	}
	return in
}

// alone makes a medium the parameters and files of its own method.
func (m medium) alone(params map[string]any) []upload {
	for k, v := range m.params {
		params[k] = v
	}
	files := slices.Clone(m.files)
	files[0].field = m.kind
	return files
}
