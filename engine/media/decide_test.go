package media

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	jpg := content.Attachment{Type: "image/jpeg", Width: 4032, Height: 3024, Bytes: 3 << 20}
	with := func(a content.Attachment, change func(*content.Attachment)) content.Attachment {
		change(&a)
		return a
	}
	dirty := with(jpg, func(a *content.Attachment) { a.Traits.Metadata = []string{"exif"} })
	png := with(jpg, func(a *content.Attachment) { a.Type = "image/png" })
	clear := with(png, func(a *content.Attachment) { a.Traits.Alpha = true })
	webp := with(jpg, func(a *content.Attachment) { a.Type = "image/webp" })
	moving := with(jpg, func(a *content.Attachment) { a.Type, a.Traits.Animated = "image/gif", true })
	heic := content.Attachment{Type: "image/heic", Bytes: 1 << 20}
	logo := &content.Logo{File: "logo.png"}
	only := func(types ...string) Limits { return Limits{Types: types} }
	for name, c := range map[string]struct {
		a    content.Attachment
		l    Limits
		logo *content.Logo
		want *content.Make
		rule string
	}{
		"clean":             {jpg, Limits{}, nil, nil, ""},
		"metadata":          {dirty, Limits{}, nil, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024, Strip: true}, ""},
		"turned":            {with(dirty, func(a *content.Attachment) { a.Traits.Turn = 6 }), Limits{}, nil, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024}, ""},
		"side":              {jpg, Limits{Side: 1080}, nil, &content.Make{Type: "image/jpeg", Width: 1080, Height: 810}, ""},
		"pixels":            {jpg, Limits{Pixels: 1_000_000}, nil, &content.Make{Type: "image/jpeg", Width: 1154, Height: 866}, ""},
		"bytes":             {jpg, Limits{Bytes: 1 << 20}, nil, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024, MaxBytes: 1 << 20}, ""},
		"ratio":             {jpg, Limits{RatioMax: 0.8, RatioMin: 0.8, Side: 1350}, nil, &content.Make{Type: "image/jpeg", Crop: &content.Crop{X: 807, Y: 0, Width: 2419, Height: 3024}, Width: 1080, Height: 1350, RatioMin: 0.8, RatioMax: 0.8}, ""},
		"logo":              {jpg, Limits{}, logo, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024, Logo: logo}, ""},
		"webp to jpeg":      {webp, only("image/jpeg", "image/png"), nil, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024}, ""},
		"webp to png":       {with(webp, func(a *content.Attachment) { a.Traits.Alpha = true }), only("image/jpeg", "image/png"), nil, &content.Make{Type: "image/png", Width: 4032, Height: 3024}, ""},
		"png stays":         {png, Limits{Side: 100}, nil, &content.Make{Type: "image/png", Width: 100, Height: 75}, ""},
		"png to jpeg":       {png, only("image/jpeg"), nil, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024}, ""},
		"heavy png to jpeg": {png, Limits{Bytes: 1 << 20}, nil, &content.Make{Type: "image/jpeg", Width: 4032, Height: 3024, MaxBytes: 1 << 20}, ""},
		"clear png stays":   {clear, Limits{Bytes: 1 << 20}, nil, &content.Make{Type: "image/png", Width: 4032, Height: 3024, MaxBytes: 1 << 20}, ""},
		"moving":            {moving, Limits{}, logo, nil, ""},
		"moving, stripped":  {with(moving, func(a *content.Attachment) { a.Traits.Metadata = []string{"comment"} }), Limits{}, nil, &content.Make{Type: "image/gif", Width: 4032, Height: 3024, Strip: true}, ""},
		"moving, too large": {moving, Limits{Bytes: 10}, nil, nil, "media-animated"},
		"moving, not taken": {moving, only("image/jpeg"), nil, nil, "media-animated"},
		"heic":              {heic, Limits{}, nil, nil, ""},
		"heic, not taken":   {heic, only("image/jpeg"), nil, nil, "media-type-unsupported"},
		"heic, too large":   {heic, Limits{Bytes: 10}, nil, nil, "media-bytes"},
		"heic that tells":   {with(heic, func(a *content.Attachment) { a.Traits.Metadata = []string{"exif"} }), Limits{}, nil, nil, "media-metadata"},
		"bomb":              {with(jpg, func(a *content.Attachment) { a.Width, a.Height = 10_000, 10_000 }), Limits{}, nil, nil, "media-pixels"},
		"damaged":           {with(jpg, func(a *content.Attachment) { a.Traits.Damaged = true }), Limits{}, nil, nil, "media-damaged"},
		"nothing taken":     {jpg, only("image/avif"), nil, nil, "media-type-unsupported"},
		"a thread's width":  {with(jpg, func(a *content.Attachment) { a.Width, a.Height = 1, 4000 }), Limits{RatioMin: 2}, nil, nil, "media-pixels"},
		"a video":           {content.Attachment{Type: "video/mp4"}, only("image/jpeg"), logo, nil, ""},
	} {
		got, err := Decide(c.a, c.l, c.logo)
		var unfit *Unfit
		if errors.As(err, &unfit) && unfit.Rule != c.rule || (err == nil) != (c.rule == "") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.want == nil != (got == nil) || got != nil && !sameMake(*got, *c.want) {
			t.Errorf("%s:\n got %+v %+v\nwant %+v", name, got, cropOf(got), c.want)
		}
	}
}

func cropOf(m *content.Make) content.Crop {
	if m == nil || m.Crop == nil {
		return content.Crop{}
	}
	return *m.Crop
}

func sameMake(a, b content.Make) bool {
	same := cropOf(&a) == cropOf(&b) && (a.Crop == nil) == (b.Crop == nil)
	a.Crop, b.Crop = nil, nil
	return same && a == b
}

// What is decided is within the limits, whatever they are, never larger than the
// picture, and the crop is within it and holds the focus where it can.
func TestDecideKeepsLimits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 200_000 {
		a := content.Attachment{Type: "image/jpeg", Width: 1 + r.IntN(7000), Height: 1 + r.IntN(7000), Bytes: 1}
		l := Limits{Types: []string{"image/png"}}
		if r.IntN(2) == 0 {
			l.Side = 1 + r.IntN(5000)
		}
		if r.IntN(2) == 0 {
			l.Pixels = 1 + r.Int64N(30_000_000)
		}
		if r.IntN(2) == 0 {
			l.RatioMin = 0.1 + r.Float64()*2
		}
		if r.IntN(2) == 0 {
			l.RatioMax = l.RatioMin + r.Float64()*2
		}
		if r.IntN(2) == 0 {
			a.Focus = []float64{r.Float64()*2 - 1, r.Float64()*2 - 1}
		}
		m, err := Decide(a, l, nil)
		var unfit *Unfit
		if errors.As(err, &unfit) {
			if unfit.Rule != "media-pixels" {
				t.Fatal(a, l, err)
			}
			continue
		}
		crop := content.Crop{Width: a.Width, Height: a.Height}
		if m.Crop != nil {
			crop = *m.Crop
		}
		if !(extent{m.Width, m.Height}).within(l) || m.Width > crop.Width || m.Height > crop.Height ||
			crop.X < 0 || crop.Y < 0 || crop.X+crop.Width > a.Width || crop.Y+crop.Height > a.Height {
			t.Fatalf("%dx%d, %+v: %+v %+v", a.Width, a.Height, l, m, crop)
		}
		if len(a.Focus) == 2 {
			x, y := (a.Focus[0]+1)/2*float64(a.Width), (1-a.Focus[1])/2*float64(a.Height)
			if x < float64(crop.X)-1 || x > float64(crop.X+crop.Width)+1 || y < float64(crop.Y)-1 || y > float64(crop.Y+crop.Height)+1 {
				t.Fatalf("%dx%d, focus %v: %+v does not hold %g, %g", a.Width, a.Height, a.Focus, crop, x, y)
			}
		}
	}
}

// A picture of usual proportions is never refused for its size.
func TestUsualPicturesFit(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	for range 10_000 {
		a := content.Attachment{Type: "image/png", Width: 300 + r.IntN(6000), Height: 300 + r.IntN(6000), Bytes: 9 << 20}
		for _, l := range []Limits{{RatioMin: 0.8, RatioMax: 1.91, Side: 1440}, {RatioMin: 1, RatioMax: 1}, {Pixels: 1 << 20}, {Side: 2000, RatioMin: 0.05, RatioMax: 20}} {
			if _, err := Decide(a, l, nil); err != nil && a.Width*a.Height <= MaxPixels {
				t.Fatal(a, l, err)
			}
		}
	}
}

func TestFocusIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, focus := range [][]float64{{math.NaN(), math.Inf(1)}, {-9, 9}, {1}, nil} {
		if c := cropAround(extent{100, 100}, extent{50, 100}, focus); c.X != 25 {
			t.Errorf("%v: %+v", focus, c)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	a := content.Attachment{Type: "image/jpeg", Width: 4032, Height: 3024, Bytes: 9 << 20, Focus: []float64{0.2, 0.4}}
	l := Limits{Types: []string{"image/png", "image/jpeg"}, Bytes: 1 << 20, Pixels: 8_000_000, Side: 1440, RatioMin: 0.8, RatioMax: 1.91}
	for b.Loop() {
		if _, err := Decide(a, l, nil); err != nil {
			b.Fatal(err)
		}
	}
}
