package site

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestWidths(t *testing.T) {
	t.Parallel()
	for w, want := range map[int][]int{
		1: {1}, 479: {479}, 480: {480}, 481: {480, 481}, 1000: {480, 960, 1000}, 1600: {480, 960, 1600}, 9000: {480, 960, 1600},
	} {
		if got := widthsFor(w); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", w, got, want)
		}
	}
}

// withExif puts an orientation and a name that must not get out into a JPEG.
func withExif(jpg []byte, orientation byte, order binary.ByteOrder) []byte {
	var tiff bytes.Buffer
	mark := "MM\x00*"
	if order == binary.LittleEndian {
		mark = "II*\x00"
	}
	tiff.WriteString(mark)
	for _, v := range []any{uint32(8), uint16(1), uint16(0x0112), uint16(3), uint32(1), uint16(orientation), uint16(0), uint32(0)} {
		_ = binary.Write(&tiff, order, v)
	}
	tiff.WriteString("Secret Street 1")
	seg := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	head := []byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 0}
	binary.BigEndian.PutUint16(head[4:], uint16(len(seg)+2))
	return slices.Concat(head, seg, jpg[2:])
}

// corner is a picture that is black but for its upper left, which is red.
func corner(t *testing.T, w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.Black)
			if x < w/2 && y < h/2 {
				img.Set(x, y, color.RGBA{255, 0, 0, 255})
			}
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}))
	return b.Bytes()
}

// TestOrientation: the red corner goes where the camera says that it is seen.
func TestOrientation(t *testing.T) {
	t.Parallel()
	jpg := corner(t, 64, 32)
	for o, want := range []string{0: "left top", 1: "left top", 2: "right top", 3: "right bottom", 4: "left bottom",
		5: "left top", 6: "right top", 7: "right bottom", 8: "left bottom", 9: "left top"} {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			data := withExif(jpg, byte(o), order)
			m, err := convertImage("a.jpg", "image/jpeg", data)
			must(t, err)
			v := m.variants[0]
			if bytes.Contains(v.data, []byte("Secret")) || bytes.Contains(v.data, []byte("Exif")) {
				t.Error("metadata got out")
			}
			img, err := jpeg.Decode(bytes.NewReader(v.data))
			must(t, err)
			if tall := img.Bounds().Dy() > img.Bounds().Dx(); tall != (o >= 5 && o <= 8) {
				t.Errorf("orientation %d: %v", o, img.Bounds())
			}
			if got := redCorner(img); got != want {
				t.Errorf("orientation %d: %s, want %s", o, got, want)
			}
		}
	}
}

func redCorner(img image.Image) string {
	b := img.Bounds()
	for name, at := range map[string]image.Point{
		"left top": {b.Dx() / 8, b.Dy() / 8}, "right top": {b.Dx() * 7 / 8, b.Dy() / 8},
		"left bottom": {b.Dx() / 8, b.Dy() * 7 / 8}, "right bottom": {b.Dx() * 7 / 8, b.Dy() * 7 / 8},
	} {
		if r, _, _, _ := img.At(at.X, at.Y).RGBA(); r > 0x8000 {
			return name
		}
	}
	return "none"
}

// bomb is a PNG that says it is larger than memory.
func bomb(w, h uint32) []byte {
	ihdr := make([]byte, 17)
	copy(ihdr, "IHDR")
	binary.BigEndian.PutUint32(ihdr[4:], w)
	binary.BigEndian.PutUint32(ihdr[8:], h)
	ihdr[12], ihdr[13] = 8, 2
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}

func TestFilesThatArePublishedByNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	good := w.picture("good.png", "image/png", 4, 4)
	changed := good
	changed.SHA256 = strings.Repeat("0", 64)
	missing := good
	missing.File = "missing.png"
	outside := good
	outside.File = "../../etc/passwd"
	mistaken := w.picture("mistaken.png", "image/jpeg", 4, 4)
	mistaken.Type = "image/png"
	for name, c := range map[string]struct {
		a content.Attachment
		k provider.Kind
	}{
		"changed":    {changed, provider.Rejected},
		"missing":    {missing, provider.Rejected},
		"outside":    {outside, provider.Rejected},
		"mistaken":   {mistaken, provider.Rejected},
		"bomb":       {w.attach("bomb.png", "image/png", bomb(60_000, 60_000), 4, 4), provider.Rejected},
		"just over":  {w.attach("over.png", "image/png", bomb(10_000, 5_001), 4, 4), provider.Rejected},
		"no size":    {w.attach("none.png", "image/png", bomb(0, 0), 4, 4), provider.Rejected},
		"cut short":  {w.attach("cut.png", "image/png", bomb(4, 4), 4, 4), provider.Rejected},
		"svg":        {w.attach("x.svg", "image/svg+xml", []byte("<svg/>"), 4, 4), provider.Unsupported},
		"empty":      {w.attach("empty.jpg", "image/jpeg", nil, 4, 4), provider.Rejected},
		"broken":     {w.attach("x.webp", "image/webp", []byte("RIFF????WEBPVP8 "), 4, 4), provider.Rejected},
		"too larger": {w.attach("large.jpg", "image/jpeg", make([]byte, maxImageBytes+1), 4, 4), provider.Rejected},
	} {
		g := text("A picture.")
		g.Media = []content.Attachment{c.a}
		_, err := a.Posts.Publish(context.Background(), w.request("picture", 0, g))
		if !provider.Is(err, c.k) {
			t.Errorf("%s: %v (%s)", name, err, provider.KindOf(err))
		}
	}
	if got := w.tree(); len(got) != 0 {
		t.Errorf("files were made: %d", len(got))
	}
}

func TestTransparencyStays(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 600, 10))
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	m, err := convertImage("a.png", "image/png", b.Bytes())
	must(t, err)
	for _, v := range m.variants {
		got, err := png.Decode(bytes.NewReader(v.data))
		must(t, err)
		if _, _, _, alpha := got.At(0, 0).RGBA(); alpha != 0 {
			t.Errorf("%s is opaque", v.file.Name)
		}
	}
	if len(m.variants) != 2 {
		t.Errorf("%d files", len(m.variants))
	}
}

func TestVideo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.open()
	g := text("A film.")
	g.Media = []content.Attachment{w.attach("a.mp4", "video/mp4", []byte("not looked into"), 640, 360)}
	w.publish(a, "film", g)
	w.finish(a)
	contains(t, w.read("posts/film/index.html"), "<video controls", `width="640" height="360"`, `aria-label="About a.mp4"`, ".mp4")
	contains(t, w.read("feed.xml"), "&lt;video controls")
}
