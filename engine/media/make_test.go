package media

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/content"
)

// decided probes a file and decides about it.
func decided(t testing.TB, fsys fstest.MapFS, name string, l Limits, logo *content.Logo, focus ...float64) content.Attachment {
	t.Helper()
	a, err := Probe(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	a.Focus = focus
	if a.Make, err = Decide(a, l, logo); err != nil {
		t.Fatal(err)
	}
	if a.Make == nil {
		t.Fatal("nothing is to be made")
	}
	return a
}

func decoded(t testing.TB, m Made) image.Image {
	t.Helper()
	img, err := decode(m.Type, m.Data)
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != m.Width || b.Dy() != m.Height {
		t.Fatalf("%v, and it says %d×%d", b, m.Width, m.Height)
	}
	return img
}

// quarter names the colour at a point, in percent.
func quarter(img image.Image, x, y int) string {
	b := img.Bounds()
	r, g, bl, _ := img.At(b.Min.X+x*b.Dx()/100, b.Min.Y+y*b.Dy()/100).RGBA()
	switch {
	case r > 0x9000 && g < 0x6000:
		return "red"
	case g > 0x9000 && r < 0x6000:
		return "green"
	case bl > 0x9000 && r < 0x6000:
		return "blue"
	}
	return "grey"
}

func quarters(img image.Image) string {
	return strings.Join([]string{quarter(img, 20, 20), quarter(img, 80, 20), quarter(img, 20, 80), quarter(img, 80, 80)}, " ")
}

// What the camera says of how it was held is carried out, for each of the eight
// ways, and nothing of what it says goes out.
func TestOrientation(t *testing.T) {
	t.Parallel()
	for turn, want := range []string{1: "red green blue grey", 2: "green red grey blue", 3: "grey blue green red", 4: "blue grey red green",
		5: "red blue green grey", 6: "blue red grey green", 7: "grey green blue red", 8: "green grey red blue"} {
		if turn == 0 {
			continue
		}
		for name, data := range map[string][]byte{"a.jpg": dirtyJPEG(t, photo(64, 32), uint16(turn)), "a.png": dirtyPNG(t, photo(64, 32), uint16(turn))} {
			fsys := fstest.MapFS{name: file(data)}
			for _, l := range []Limits{{}, {Side: 32}} {
				made, err := Make(fsys, decided(t, fsys, name, l, nil))
				if err != nil {
					t.Fatal(err)
				}
				img := decoded(t, made)
				if got := quarters(img); got != want {
					t.Errorf("%s, orientation %d: %s, want %s", name, turn, got, want)
				}
				if tall := img.Bounds().Dy() > img.Bounds().Dx(); tall != (turn >= 5) {
					t.Errorf("%s, orientation %d: %v", name, turn, img.Bounds())
				}
				if bytes.Contains(made.Data, []byte(secret)) || len(lay(made.Type, made.Data).traits.Metadata) > 0 {
					t.Errorf("%s, orientation %d: metadata got out", name, turn)
				}
			}
		}
	}
}

// The crop is around the focus: x to the right, y upwards.
func TestCropAroundFocus(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a.png": file(asPNG(t, photo(100, 100)))}
	for want, focus := range map[string][]float64{"red": {-0.9, 0.9}, "green": {0.9, 0.9}, "blue": {-0.9, -0.9}, "grey": {0.9, -0.9}} {
		a := decided(t, fsys, "a.png", Limits{RatioMax: 0.5}, nil, focus...)
		if a.Make.Crop.Width != 50 {
			t.Errorf("%+v", a.Make.Crop)
		}
		made, err := Make(fsys, a)
		if err != nil {
			t.Fatal(err)
		}
		img := decoded(t, made)
		if got := quarter(img, 50, 25+50*int((1-focus[1])/1)/2); got != want {
			t.Errorf("focus %v: %s", focus, got)
		}
	}
}

// Whatever the picture and the limits, what is made is within them, or nothing is.
func TestMadeKeepsLimits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 11))
	made := 0
	for i := range 120 {
		img := photo(1+r.IntN(300), 1+r.IntN(300))
		if i%3 == 0 { // nothing is harder to compress
			for j := range img.Pix {
				img.Pix[j] = uint8(r.UintN(256))
			}
		}
		name, data := "a.jpg", []byte(nil)
		switch r.IntN(3) {
		case 0:
			data = dirtyJPEG(t, img, uint16(1+r.IntN(8)))
		case 1:
			name, data = "a.png", dirtyPNG(t, img, uint16(1+r.IntN(8)))
		default:
			for j := range img.Pix {
				img.Pix[j] &= 0x7F // half transparent
			}
			name, data = "a.png", asPNG(t, img)
		}
		l := Limits{Side: r.IntN(200), Pixels: int64(r.IntN(20_000)), Bytes: int64(r.IntN(20_000)), Types: [][]string{nil, {"image/jpeg"}, {"image/png"}}[r.IntN(3)]}
		if r.IntN(2) == 0 {
			l.RatioMin = 0.3 + r.Float64()
			l.RatioMax = l.RatioMin + r.Float64()
		}
		fsys := fstest.MapFS{name: file(data)}
		a, err := Probe(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		a.Focus = []float64{r.Float64()*2 - 1, r.Float64()*2 - 1}
		if a.Make, err = Decide(a, l, nil); err != nil || a.Make == nil {
			continue
		}
		got, err := Make(fsys, a)
		if err != nil {
			if a.Make.MaxBytes == 0 || !strings.Contains(err.Error(), "cannot be brought") {
				t.Errorf("%dx%d, %+v: %v", a.Width, a.Height, l, err)
			}
			continue
		}
		made++
		decoded(t, got)
		if !takes(l.Types, got.Type) || l.Bytes > 0 && int64(len(got.Data)) > l.Bytes && !a.Make.Strip || !(extent{got.Width, got.Height}).within(l) {
			t.Errorf("%dx%d, %+v: %s %dx%d, %d bytes", a.Width, a.Height, l, got.Type, got.Width, got.Height, len(got.Data))
		}
		if again, err := Make(fsys, a); err != nil || !bytes.Equal(again.Data, got.Data) {
			t.Errorf("%v: other bytes the second time", err)
		}
	}
	if made < 60 {
		t.Errorf("only %d were made", made)
	}
}

// The same input gives the same bytes in every process and on every machine. Where
// this fails because the encoders of the standard library changed, or ours, raise
// encoderVersion and write the new digests here.
func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"a.png": file(asPNG(t, photo(301, 199))), "turned.png": file(dirtyPNG(t, photo(301, 199), 6)), "logo.png": file(asPNG(t, photo(20, 10))),
	}
	logo := &content.Logo{File: "logo.png", Corner: "top-left", Width: 20, Margin: 5, Opacity: 0.5}
	for name, c := range map[string]struct {
		file string
		l    Limits
		logo *content.Logo
		want string
	}{
		"scaled":  {"a.png", Limits{Side: 100}, nil, "scaled"},
		"jpeg":    {"a.png", Limits{Types: []string{"image/jpeg"}}, nil, "jpeg"},
		"light":   {"a.png", Limits{Types: []string{"image/jpeg"}, Bytes: 6000}, nil, "light"},
		"cropped": {"turned.png", Limits{RatioMin: 1, RatioMax: 1, Side: 77}, nil, "cropped"},
		"logo":    {"a.png", Limits{Side: 150}, logo, "logo"},
	} {
		made, err := Make(fsys, decided(t, fsys, c.file, c.l, c.logo, 0.3, -0.2))
		if err != nil {
			t.Fatal(err)
		}
		if got := digest(made.Data); got != goldenDigests[c.want] {
			t.Errorf("%q: %q,", name, got)
		}
	}
}

var goldenDigests = map[string]string{
	"scaled":  "650477b2253b9e81dafb322aa445b5e8f3dc13622efdb68954b224c7fe0289dc",
	"cropped": "265ab4853df1726e4c19afe80a23aa28852487d3b277e86d85f2736319753ee0",
	"jpeg":    "8a3fadec997575c60bec0ed985803d4150a5346326f17899f53a8822b3bbbf09",
	"light":   "29fc3de032611be4c42353e80f0a08222002229e6f8b6c7a155ab3f36c274c3a",
	"logo":    "1465afab1efb658517ce29471695bd3acc25e6e6c3e30e2f6665d2332654f365",
}

func TestLogo(t *testing.T) {
	t.Parallel()
	white := image.NewRGBA(image.Rect(0, 0, 10, 5))
	draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
	fsys := fstest.MapFS{"a.png": file(asPNG(t, image.NewGray(image.Rect(0, 0, 200, 100)))), "logo.png": file(asPNG(t, white)), "bad.png": file([]byte("no"))}
	for corner, at := range map[string]image.Point{"top-left": {20, 15}, "top-right": {180, 15}, "bottom-left": {20, 85}, "bottom-right": {180, 85}} {
		logo := &content.Logo{File: "logo.png", Corner: corner, Width: 10, Margin: 5, Opacity: 0.5}
		a := decided(t, fsys, "a.png", Limits{}, logo)
		if !strings.Contains(a.Done(), corner) {
			t.Error(a.Done())
		}
		made, err := Make(fsys, a)
		if err != nil {
			t.Fatal(err)
		}
		img := decoded(t, made)
		for other, p := range map[string]image.Point{"top-left": {20, 15}, "top-right": {180, 15}, "bottom-left": {20, 85}, "bottom-right": {180, 85}} {
			r, _, _, _ := img.At(p.X, p.Y).RGBA()
			if (r > 0x7000 && r < 0x9000) != (p == at) {
				t.Errorf("%s: %x at %s", corner, r, other)
			}
		}
	}
	for _, l := range []content.Logo{{File: "none.png"}, {File: "bad.png"}, {File: "logo.png", SHA256: strings.Repeat("0", 64)}, {File: "../logo.png"}} {
		l.Width = 10
		if _, err := Make(fsys, decided(t, fsys, "a.png", Limits{}, &l)); err == nil || !strings.Contains(err.Error(), "logo") {
			t.Errorf("%+v: %v", l, err)
		}
	}
	huge := &content.Logo{File: "logo.png", Width: 100, Margin: 49, Opacity: 1} // no room is left
	if _, err := Make(fsys, decided(t, fsys, "a.png", Limits{}, huge)); err != nil {
		t.Error(err)
	}
}

// What was planned is what is made: another file is refused.
func TestChangedFile(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a.jpg": file(dirtyJPEG(t, photo(40, 20), 1))}
	a := decided(t, fsys, "a.jpg", Limits{}, nil)
	fsys["a.jpg"] = file(dirtyJPEG(t, photo(41, 20), 1))
	if _, err := Make(fsys, a); !errors.Is(err, ErrChanged) {
		t.Errorf("%v", err)
	}
	delete(fsys, "a.jpg")
	if _, err := Make(fsys, a); !errors.Is(err, ErrMissing) {
		t.Errorf("%v", err)
	}
}

// FuzzMake gives the decoders what nobody drew.
func FuzzMake(f *testing.F) {
	f.Add(dirtyJPEG(f, photo(9, 9), 6))
	f.Add(dirtyPNG(f, photo(9, 9), 6))
	f.Add(dirtyGIF(f, 1))
	f.Add(webpOf())
	f.Fuzz(func(t *testing.T, data []byte) {
		kind := sniff(data[:min(len(data), sniffLen)])
		if _, ok := decoders[kind]; !ok {
			return
		}
		if w, h, err := dimensions(kind, data); err != nil || w*h > 1<<16 {
			return // of what is larger, only the time differs
		}
		u, err := Open(kind, data)
		if err != nil {
			return
		}
		m := &content.Make{Type: "image/png", Width: 5, Height: 4}
		w, h := u.Size()
		if made, err := u.squeeze(m, image.Rect(0, 0, w, h), nil); err == nil {
			if _, err := png.Decode(bytes.NewReader(made.Data)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// BenchmarkMake is a photograph of 12 megapixels for a network that takes 1080.
func BenchmarkMake(b *testing.B) {
	var buf bytes.Buffer
	must(b, 0, jpeg.Encode(&buf, photo(4032, 3024), &jpeg.Options{Quality: 90}))
	fsys := fstest.MapFS{"a.jpg": file(buf.Bytes())}
	a := decided(b, fsys, "a.jpg", Limits{Side: 1080, Bytes: 1 << 20}, nil)
	b.SetBytes(int64(buf.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Make(fsys, a); err != nil {
			b.Fatal(err)
		}
	}
}
