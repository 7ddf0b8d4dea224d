package media

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
)

// A part of a turned picture is the same part of the picture that was turned.
func TestPartsOfTurnedPictures(t *testing.T) {
	t.Parallel()
	src := photo(23, 17)
	r := rand.New(rand.NewPCG(3, 3))
	for turn := 1; turn <= 8; turn++ {
		u := &Upright{img: src, turn: turn}
		whole := turned(Scale(src, src.Rect, 23, 17), turn)
		w, h := u.Size()
		for range 50 {
			x, y := r.IntN(w), r.IntN(h)
			part := image.Rect(x, y, x+1+r.IntN(w-x), y+1+r.IntN(h-y))
			samePixels(t, whole.SubImage(part), u.Draw(part, part.Dx(), part.Dy()))
		}
	}
}

// A picture that would fill the memory is refused by its header: what follows it
// is not even there to be decoded.
func TestBombsAreRefusedUnseen(t *testing.T) {
	t.Parallel()
	wide := []byte("GIF89a\x10\x27\x10\x27\x00\x00\x00")
	webp := dirtyWebP(1, 0)
	copy(webp[24:], []byte{0x0F, 0x27, 0, 0x0F, 0x27, 0}) // 10,000 by 10,000
	for name, c := range map[string]struct {
		kind string
		data []byte
	}{
		"png": {"image/png", bomb()}, "gif": {"image/gif", wide}, "webp": {"image/webp", webp},
		"jpeg": {"image/jpeg", append(append([]byte("\xff\xd8"), segment(0xE0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")...), segment(0xC0, "\x08\x27\x10\x27\x10\x01\x01\x11\x00")...)},
	} {
		_, err := Open(c.kind, c.data)
		if err == nil || !strings.Contains(err.Error(), "10000×10000 pixels") {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, err := Probe(fstest.MapFS{"a.png": file(bomb())}, "a.png")
	if err != nil {
		t.Fatal(err)
	}
	var unfit *Unfit
	if _, err := Decide(a, Limits{}, nil); !errors.As(err, &unfit) || unfit.Rule != "media-pixels" {
		t.Errorf("%v", err)
	}
}

// The frame of a GIF is put where it belongs on its screen.
func TestSmallFrame(t *testing.T) {
	t.Parallel()
	p := image.NewPaletted(image.Rect(5, 5, 10, 10), color.Palette{color.RGBA{255, 0, 0, 255}})
	var b bytes.Buffer
	must(t, 0, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{p}, Delay: []int{0}, Config: image.Config{Width: 10, Height: 10}}))
	fsys := fstest.MapFS{"a.gif": file(b.Bytes())}
	made, err := Make(fsys, decided(t, fsys, "a.gif", Limits{Types: []string{"image/png"}}, nil))
	if err != nil {
		t.Fatal(err)
	}
	img := decoded(t, made)
	if _, _, _, a := img.At(1, 1).RGBA(); a != 0 || quarter(img, 80, 80) != "red" {
		t.Errorf("%v, %s", a, quarter(img, 80, 80))
	}
}

// JPEG has no transparency: what is behind is white.
func TestTransparencyOnWhite(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a.png": file(asPNG(t, image.NewNRGBA(image.Rect(0, 0, 20, 20))))}
	a := decided(t, fsys, "a.png", Limits{Types: []string{"image/jpeg"}}, nil)
	if !strings.Contains(a.Done(), "on white") {
		t.Error(a.Done())
	}
	made, err := Make(fsys, a)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := decoded(t, made).At(9, 9).RGBA(); min(r, g, b) < 0xFE00 {
		t.Errorf("%x %x %x", r, g, b)
	}
}

// A colour profile of red, green and blue goes with the new picture; one of ink
// does not, for what is written is no ink.
func TestProfileStays(t *testing.T) {
	t.Parallel()
	for space, stays := range map[string]bool{"RGB ": true, "CMYK": false} {
		clean := asJPEG(t, photo(64, 64))
		data := append(clean[:2:2], append(segment(0xE2, "ICC_PROFILE\x00\x01\x01"+icc(space)), clean[2:]...)...)
		fsys := fstest.MapFS{"a.jpg": file(data)}
		for _, types := range [][]string{{"image/jpeg"}, {"image/png"}} {
			made, err := Make(fsys, decided(t, fsys, "a.jpg", Limits{Side: 32, Types: types}, nil))
			if err != nil {
				t.Fatal(err)
			}
			decoded(t, made)
			if got := lay(made.Type, made.Data).icc; (string(got) == icc(space)) != stays {
				t.Errorf("%s in %s: %d bytes", space, made.Type, len(got))
			}
		}
	}
}

// A flat picture stays what it was, whatever the factor, and nothing is brighter
// than it is opaque.
func TestScaleKeepsFlatColours(t *testing.T) {
	t.Parallel()
	for _, c := range []color.RGBA{{255, 255, 255, 255}, {0, 0, 0, 255}, {17, 200, 3, 255}, {50, 0, 100, 100}, {}} {
		src := image.NewRGBA(image.Rect(0, 0, 31, 19))
		draw.Draw(src, src.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		for _, size := range []extent{{31, 19}, {30, 18}, {7, 3}, {1, 1}, {60, 40}} {
			dst := Scale(src, src.Rect, size.w, size.h)
			for i := range dst.Pix {
				if d := int(dst.Pix[i]) - int([]uint8{c.R, c.G, c.B, c.A}[i%4]); d < -1 || d > 1 {
					t.Fatalf("%v at %v: %v", c, size, dst.Pix[:4])
				}
			}
		}
	}
	src := photo(64, 64)
	r := rand.New(rand.NewPCG(5, 5))
	for i := 0; i < len(src.Pix); i += 4 {
		a := uint8(r.UintN(256))
		src.Pix[i], src.Pix[i+1], src.Pix[i+2], src.Pix[i+3] = min(src.Pix[i], a), a, 0, a
	}
	dst := Scale(src, src.Rect, 29, 23)
	for i := 0; i < len(dst.Pix); i += 4 {
		if max(dst.Pix[i], dst.Pix[i+1], dst.Pix[i+2]) > dst.Pix[i+3] {
			t.Fatal("a colour exceeds its opacity")
		}
	}
	samePixels(t, src, Scale(src, src.Rect, 64, 64))
}

// Real WebP, lossless with transparency and lossy, becomes what is taken.
func TestWebPIsConverted(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"clear.webp": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "lossy.webp": "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
	} {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = file(data)
	}
	for name, want := range map[string]string{"clear.webp": "image/png", "lossy.webp": "image/jpeg"} {
		made, err := Make(fsys, decided(t, fsys, name, Limits{Types: []string{"image/jpeg", "image/png"}}, nil))
		if err != nil || made.Type != want {
			t.Fatalf("%s: %+v, %v", name, made, err)
		}
		if _, _, _, a := decoded(t, made).At(0, 0).RGBA(); (a == 0) != (want == "image/png") {
			t.Errorf("%s: opacity %x", name, a)
		}
	}
}

// A thumbnail keeps the ratio, and tells nothing.
func TestThumbnail(t *testing.T) {
	t.Parallel()
	u, err := Open("image/jpeg", dirtyJPEG(t, photo(64, 32), 6))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"image/jpeg", "image/png"} {
		made, err := u.Thumbnail(16, kind, 80)
		if err != nil || made.Width != 16 || made.Height != 32 || !u.Opaque() {
			t.Fatalf("%+v, %v", made, err)
		}
		if l := lay(kind, made.Data); len(l.traits.Metadata) > 0 || quarters(decoded(t, made)) != "blue red grey green" {
			t.Errorf("%s: %+v, %s", kind, l.traits, quarters(decoded(t, made)))
		}
	}
	if _, err := u.Thumbnail(16, "image/webp", 80); err == nil {
		t.Error("WebP cannot be written")
	}
}
