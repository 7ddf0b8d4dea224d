package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
	"github.com/smmctl/smmctl/engine/provider"
)

const (
	maxImageBytes = 40 << 20
	maxVideoBytes = 200 << 20
	maxPixels     = media.MaxPixels
	jpegQuality   = 82
)

// widths are those that a page offers: a phone, a phone with a dense screen, and
// the text column on a dense screen.
var widths = []int{480, 960, 1600}

// made is what an attachment becomes.
type made struct {
	mime     string
	variants []variant
}

type variant struct {
	file file
	data []byte
}

// convert reads an attachment and makes the files that a page shows. Pictures
// are drawn anew, which leaves their metadata (places, cameras, names) behind.
func (s *site) convert(ctx context.Context, a content.Attachment) (made, error) {
	kind, data, err := s.original(ctx, a)
	if err != nil {
		return made{}, err
	}
	switch kind {
	case "image/jpeg", "image/png", "image/webp":
		return convertImage(a.File, kind, data)
	case "video/mp4":
		return copied(a, data, "mp4"), nil
	case "video/webm":
		return copied(a, data, "webm"), nil
	}
	return made{}, unsupported(fmt.Sprintf("%s (%s)", kind, a.File))
}

func copied(a content.Attachment, data []byte, ext string) made {
	n := file{Name: hash(data)[:32] + "." + ext, Width: max(a.Width, 0), Height: max(a.Height, 0)}
	return made{a.Type, []variant{{n, data}}}
}

// original reads the file as it is to be published, by its type.
func (s *site) original(ctx context.Context, a content.Attachment) (string, []byte, error) {
	f, err := s.file(ctx, a)
	if err != nil {
		return "", nil, refused(ctx, err)
	}
	r, err := f.Open()
	if err != nil {
		return "", nil, refused(ctx, err)
	}
	defer r.Close()
	limit := int64(maxImageBytes)
	if f.Type == "video/mp4" || f.Type == "video/webm" {
		limit = maxVideoBytes
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case errors.Is(err, provider.ErrChanged):
		return "", nil, rejected("%w", err)
	case err != nil:
		return "", nil, err
	case int64(len(data)) > limit:
		return "", nil, rejected("%s: larger than %d MB", a.File, limit>>20)
	}
	return f.Type, data, nil
}

// refused is a file that cannot be read or made, unless time ran out meanwhile.
func refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return rejected("%w", err)
}

func convertImage(name, kind string, data []byte) (made, error) {
	picture, err := media.Open(kind, data)
	if err != nil {
		return made{}, rejected("%s: %w", name, err)
	}
	out := made{mime: "image/jpeg"}
	if !picture.Opaque() || kind == "image/png" {
		out.mime = "image/png"
	}
	width, _ := picture.Size()
	for _, w := range widthsFor(width) {
		v, err := scaled(picture, w, out.mime)
		if err != nil {
			return made{}, rejected("%s: %w", name, err)
		}
		out.variants = append(out.variants, v)
	}
	return out, nil
}

// widthsFor never enlarges; the widest is the original or the last of widths.
func widthsFor(w int) []int {
	out := slices.DeleteFunc(slices.Clone(widths), func(x int) bool { return x >= w })
	if w <= widths[len(widths)-1] {
		out = append(out, w)
	}
	return out
}

func scaled(picture *media.Upright, w int, mime string) (variant, error) {
	thumb, err := picture.Thumbnail(w, mime, jpegQuality)
	ext := "jpg"
	if mime == "image/png" {
		ext = "png"
	}
	n := fmt.Sprintf("%s-%d.%s", hash(thumb.Data)[:32], w, ext)
	return variant{file{n, w, thumb.Height}, thumb.Data}, err
}

// readMedia reads a file that may be as large as a video.
func (f *folder) readMedia(file string) ([]byte, error) {
	r, err := f.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxVideoBytes))
}
