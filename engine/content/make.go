package content

import (
	"fmt"
	"iter"
	"math"
	"strings"
)

// Source is where the file is from, as a person wrote it: an address, or a path
// in the workspace.
func (a *Attachment) Source() string {
	if a.URL != "" {
		return a.URL
	}
	return a.File
}

// Attachments yields every file that a publication sends, those that go with
// others after them.
func (p *Publication) Attachments() iter.Seq[*Attachment] {
	return func(yield func(*Attachment) bool) {
		for i := range p.Segments {
			for j := range p.Segments[i].Media {
				if !p.Segments[i].Media[j].each(yield) {
					return
				}
			}
			if c := p.Segments[i].Card; c != nil && !c.Image.each(yield) {
				return
			}
		}
		if f := p.Profile; f != nil {
			_ = f.Avatar.each(yield) && f.Header.each(yield)
		}
	}
}

// each yields the file, its cover and its subtitles by language. A nil one is
// none.
func (a *Attachment) each(yield func(*Attachment) bool) bool {
	if a == nil {
		return true
	}
	if !yield(a) || !a.Cover.each(yield) {
		return false
	}
	for _, language := range sortedKeys(a.Subtitles) {
		s := a.Subtitles[language]
		if !s.each(yield) {
			return false
		}
	}
	return true
}

// Done says for people what is done to the file before it is sent.
func (a *Attachment) Done() string {
	m := a.Make
	switch {
	case m == nil:
		return "as it is"
	case m.Type == "text/vtt":
		return "SubRip written as WebVTT"
	case m.Strip:
		return "metadata removed: " + strings.Join(a.Traits.Metadata, ", ")
	}
	var parts []string
	if m.Crop != nil {
		crop := "cropped to " + ratio(m.Crop.Width, m.Crop.Height)
		if len(a.Focus) == 2 {
			crop += " around the focus"
		}
		parts = append(parts, crop)
	}
	if m.Width != a.Width || m.Height != a.Height {
		parts = append(parts, fmt.Sprintf("%d×%d → %d×%d", a.Width, a.Height, m.Width, m.Height))
	}
	if a.Traits.Turn > 1 {
		parts = append(parts, "turned upright")
	}
	if a.Traits.Alpha && m.Type == "image/jpeg" {
		parts = append(parts, "on white")
	}
	if m.Logo != nil {
		parts = append(parts, "with the logo "+m.Logo.Corner)
	}
	parts = append(parts, strings.ToUpper(strings.TrimPrefix(m.Type, "image/")))
	if m.MaxBytes > 0 {
		parts = append(parts, "at most "+size(m.MaxBytes))
	}
	if len(a.Traits.Metadata) > 0 {
		parts = append(parts, "metadata removed")
	}
	return strings.Join(parts, ", ")
}

// ratios are those that have a name.
var ratios = []struct {
	value float64
	name  string
}{
	{1, "1:1"}, {4.0 / 5, "4:5"}, {5.0 / 4, "5:4"}, {3.0 / 4, "3:4"}, {4.0 / 3, "4:3"}, {2.0 / 3, "2:3"},
	{3.0 / 2, "3:2"}, {9.0 / 16, "9:16"}, {16.0 / 9, "16:9"}, {1.91, "1.91:1"},
}

func ratio(w, h int) string {
	r := float64(w) / float64(max(h, 1))
	for _, known := range ratios {
		if math.Abs(r/known.value-1) < 0.004 {
			return known.name
		}
	}
	if r < 1 {
		return fmt.Sprintf("1:%.2f", 1/max(r, 1e-9))
	}
	return fmt.Sprintf("%.2f:1", r)
}

// size writes a number of bytes, rounded down so that it promises nothing.
func size(n int64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%g MB", math.Floor(float64(n)/1e5)/10)
	case n >= 1e3:
		return fmt.Sprintf("%g kB", math.Floor(float64(n)/1e2)/10)
	}
	return fmt.Sprintf("%d B", n)
}
