package render

import (
	"path"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// Defaults of a watermark, in percent of the picture's width.
const (
	logoCorner = "bottom-right"
	logoWidth  = 12
	logoMargin = 3
)

// watermark is the logo that the brand's rule puts on a picture, or nil.
func (v *view) watermark(field string, m *content.Media, a *content.Attachment) *content.Logo {
	w := v.brandMark()
	if a.Plain || w == nil {
		return nil
	}
	if a.Traits.Animated || a.Type == "image/heic" || a.Type == "image/avif" {
		v.warn("watermark-skipped", field, "write `watermark: false`", "%s goes out without the logo of %s: nothing can be drawn on it", a.Source(), v.p.Brand)
		return nil
	}
	logo, err := v.find(w.Logo, path.Join("strategies", v.p.Brand), ".")
	switch {
	case err != nil:
		v.fail(mediaRule(err), field, "see `watermark:` of the strategy", "the logo of %s: %v", v.p.Brand, err)
		return nil
	case logo.Type != "" && !slices.Contains([]string{"image/png", "image/jpeg", "image/webp"}, logo.Type):
		v.fail("media-type-unsupported", field, "see `watermark:` of the strategy", "the logo of %s is %s: it has to be PNG, JPEG or WebP", v.p.Brand, logo.Type)
		return nil
	}
	corner := orDefault(w.Corner, logoCorner)
	return &content.Logo{
		File: logo.File, SHA256: logo.SHA256, Corner: corner,
		Width: valueOr(w.Width, logoWidth), Margin: valueOr(w.Margin, logoMargin), Opacity: valueOr(w.Opacity, 1),
	}
}

func valueOr(p *float64, d float64) float64 {
	if p == nil {
		return d
	}
	return *p
}

// find describes a file whose path is relative to one of some folders: the first
// in which it is. The error is the first folder's.
func (v *view) find(file string, folders ...string) (content.Attachment, error) {
	var first error
	for _, folder := range folders {
		name := path.Join(folder, file)
		if v.s.Media == nil {
			return content.Attachment{File: name}, nil
		}
		a, err := v.s.Media(name)
		if err == nil {
			return a, nil
		}
		if first == nil {
			first = err
		}
	}
	return content.Attachment{}, first
}
