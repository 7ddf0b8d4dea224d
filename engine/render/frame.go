package render

import (
	"path"
	"slices"
	"strconv"

	"github.com/smmctl/smmctl/engine/content"
)

// frame condenses what shows on a publication and is not in its source: the
// parameters that its campaign adds to links, and the logo that its brand puts on
// pictures. Neither edits what is published; who approves a post approves both.
func (v *view) frame() string {
	var parts []string
	for _, p := range v.campaignParams() {
		parts = append(parts, p.key, p.value)
	}
	if w := v.brandMark(); w != nil && len(v.p.Media) > 0 {
		logo, err := v.find(w.Logo, path.Join("strategies", v.p.Brand), ".")
		if err != nil {
			logo.SHA256 = "unread:" + w.Logo
		}
		parts = append(parts, "watermark", logo.SHA256, orDefault(w.Corner, logoCorner),
			number(valueOr(w.Width, logoWidth)), number(valueOr(w.Margin, logoMargin)), number(valueOr(w.Opacity, 1)))
	}
	if len(parts) == 0 {
		return ""
	}
	return content.Digest(parts...)
}

// brandMark is the rule of the brand's watermark where it is about the post.
func (v *view) brandMark() *content.Watermark {
	strategy := v.s.Strategies[v.p.Brand]
	if strategy == nil || strategy.Watermark == nil {
		return nil
	}
	w := strategy.Watermark
	if len(w.Pillars) > 0 && !slices.Contains(w.Pillars, v.p.Pillar) {
		return nil
	}
	return w
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
