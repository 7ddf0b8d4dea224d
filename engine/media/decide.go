package media

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// Limits are what a network takes of pictures. 0 and none: no limit known.
type Limits struct {
	Types    []string // MIME
	Bytes    int64
	Pixels   int64
	Side     int     // pixels of the longer side
	RatioMin float64 // width over height
	RatioMax float64
}

// Unfit is why a picture cannot be made to fit: a rule's name, and words.
type Unfit struct {
	Rule string
	Why  string
	Hint string
}

// Error says why.
func (u *Unfit) Error() string { return u.Why }

// Decide says what is done to a picture before it is sent: nil where it goes as
// it is, which it does only where nothing in it tells of people and places. The
// pixels stay untouched where they can: then only metadata are taken out. The
// error is an *Unfit. What is no picture goes as it is.
func Decide(a content.Attachment, l Limits, logo *content.Logo) (*content.Make, error) {
	if !strings.HasPrefix(a.Type, "image/") {
		return nil, nil
	}
	whole := extent{a.Width, a.Height}
	if whole.pixels() > MaxPixels {
		return nil, &Unfit{"media-pixels", fmt.Sprintf("%d × %d pixels: more than %d million are not decoded", a.Width, a.Height, MaxPixels/1_000_000), "make it smaller"}
	}
	if a.Traits.Damaged {
		return nil, &Unfit{"media-damaged", "the picture ends early, or is damaged", "export it anew"}
	}
	if a.Type == "image/heic" || a.Type == "image/avif" {
		return nil, asItIs(a, l)
	}
	if why := whyNot(a, l); why != "" || logo != nil && !a.Traits.Animated || a.Traits.Turn > 1 && !a.Traits.Animated {
		if a.Traits.Animated {
			return nil, &Unfit{"media-animated", "it moves, and " + why, "export a smaller one, or a video: it is not made a still picture"}
		}
		return redraw(a, l, logo)
	}
	if len(a.Traits.Metadata) == 0 {
		return nil, nil
	}
	return &content.Make{Type: a.Type, Width: a.Width, Height: a.Height, Strip: true}, nil
}

// whyNot says what of a picture a network does not take, or nothing.
func whyNot(a content.Attachment, l Limits) string {
	size := extent{a.Width, a.Height}
	switch {
	case !takes(l.Types, a.Type):
		return a.Type + " is not taken there"
	case l.Bytes > 0 && a.Bytes > l.Bytes:
		return fmt.Sprintf("it has %d bytes of %d", a.Bytes, l.Bytes)
	case a.Width > 0 && a.Height > 0 && !size.within(l):
		return fmt.Sprintf("%d × %d pixels are not taken there", a.Width, a.Height)
	}
	return ""
}

func takes(types []string, kind string) bool { return len(types) == 0 || slices.Contains(types, kind) }

// asItIs is for pictures that are neither decoded nor taken apart here.
func asItIs(a content.Attachment, l Limits) error {
	const hint = "export it as JPEG"
	switch why := whyNot(a, l); {
	case !takes(l.Types, a.Type):
		return &Unfit{"media-type-unsupported", why + ", and cannot be converted here", hint}
	case why != "":
		return &Unfit{"media-bytes", why + ", and it cannot be made smaller here", hint}
	case len(a.Traits.Metadata) > 0:
		return &Unfit{"media-metadata", fmt.Sprintf("it holds metadata (%s), which may say where it was taken and cannot be removed here", strings.Join(a.Traits.Metadata, ", ")), hint}
	}
	return nil
}

// redraw decides how a picture is drawn anew.
func redraw(a content.Attachment, l Limits, logo *content.Logo) (*content.Make, error) {
	whole := extent{a.Width, a.Height}
	if a.Width <= 0 || a.Height <= 0 {
		return nil, &Unfit{"media-damaged", "its size is not known", "export it anew"}
	}
	cut := whole.ratioed(l.RatioMin, l.RatioMax)
	out := cut
	if cut.w > 0 && cut.h > 0 {
		out = cut.fitted(l)
	}
	if !out.within(l) {
		return nil, &Unfit{"media-pixels", fmt.Sprintf("%d × %d pixels cannot be cropped and scaled to what is taken there", a.Width, a.Height), "use another picture"}
	}
	kind := outputType(a, l, float64(out.pixels())/float64(whole.pixels()))
	if kind == "" {
		return nil, &Unfit{"media-type-unsupported", a.Type + " is not taken there, and neither JPEG nor PNG", "use another picture"}
	}
	return &content.Make{
		Type: kind, Crop: cropAround(whole, cut, a.Focus), Width: out.w, Height: out.h, MaxBytes: l.Bytes,
		RatioMin: l.RatioMin, RatioMax: l.RatioMax, Logo: logo,
	}, nil
}

// outputType is JPEG for what was one, PNG for what may be transparent, and PNG
// for other PNG and GIF unless that would have too many bytes. share is how much
// of the pixels is left.
func outputType(a content.Attachment, l Limits, share float64) string {
	order := []string{"image/jpeg", "image/png"}
	fromPNG := a.Type == "image/png" || a.Type == "image/gif"
	tooMany := l.Bytes > 0 && float64(a.Bytes)*share > float64(l.Bytes)
	if a.Traits.Alpha || fromPNG && !tooMany {
		slices.Reverse(order)
	}
	for _, kind := range order {
		if takes(l.Types, kind) {
			return kind
		}
	}
	return ""
}
