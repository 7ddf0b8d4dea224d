package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"testing"
)

// secret is what must never go out.
const secret = "Secret Street 1"

// photo is a picture whose quarters tell which side is up: red, green, blue and
// grey, with a little noise.
func photo(w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(1, uint64(w)<<32|uint64(h)))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [3]uint8{90, 90, 90}
			switch {
			case x < w/2 && y < h/2:
				c = [3]uint8{200, 20, 20}
			case y < h/2:
				c = [3]uint8{20, 200, 20}
			case x < w/2:
				c = [3]uint8{20, 20, 200}
			}
			n := uint8(r.UintN(8))
			img.SetRGBA(x, y, color.RGBA{c[0] + n, c[1] + n, c[2] + n, 255})
		}
	}
	return img
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, 0, jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, 0, png.Encode(&b, img))
	return b.Bytes()
}

// exif is a TIFF block with an orientation and a GPS directory.
func exif(turn uint16, order binary.ByteOrder) []byte {
	var b bytes.Buffer
	mark := "MM\x00*"
	if order == binary.LittleEndian {
		mark = "II*\x00"
	}
	b.WriteString(mark)
	for _, v := range []any{uint32(8), uint16(2),
		uint16(0x0112), uint16(3), uint32(1), turn, uint16(0),
		uint16(0x8825), uint16(4), uint32(1), uint32(38), // the GPS directory
		uint32(0)} {
		_ = binary.Write(&b, order, v)
	}
	b.WriteString("GPSLatitude " + secret)
	return b.Bytes()
}

func segment(marker byte, payload string) []byte {
	n := len(payload) + 2
	return append([]byte{0xFF, marker, byte(n >> 8), byte(n)}, payload...)
}

// icc is the beginning of a profile of a colour space.
func icc(space string) string {
	b := make([]byte, 200)
	copy(b[16:], space)
	return string(b)
}

// dirtyJPEG holds what cameras, programs and telephones write beside the picture.
func dirtyJPEG(t testing.TB, img image.Image, turn uint16) []byte {
	clean := asJPEG(t, img)
	return slices.Concat(clean[:2],
		segment(0xE0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"),
		segment(0xE0, "JFXX\x00"+secret),
		segment(0xE1, "Exif\x00\x00"+string(exif(turn, binary.BigEndian))),
		segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secret+"</x>"),
		segment(0xE2, "ICC_PROFILE\x00\x01\x01"+icc("RGB ")),
		segment(0xE2, "MPF\x00"+secret),
		segment(0xED, "Photoshop 3.0\x008BIM"+secret),
		segment(0xEB, secret),
		segment(0xFE, secret),
		clean[2:], []byte("\x00\x00\x00\x18ftypmp42"+secret))
}

func chunk(name, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, name+body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+body)))
}

// dirtyPNG has its chunks after the header.
func dirtyPNG(t testing.TB, img image.Image, turn uint16) []byte {
	clean := asPNG(t, img)
	const head = len(pngMagic) + 25
	return slices.Concat(clean[:head], pngProfile([]byte(icc("RGB "))),
		chunk("eXIf", string(exif(turn, binary.LittleEndian))), chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret),
		chunk("tEXt", "Author\x00"+secret), chunk("tIME", "\x07\xEA\x01\x01\x01\x01\x01"), chunk("caBX", secret),
		clean[head:], []byte(secret))
}

func riff(name string, body []byte) []byte {
	out := append([]byte(name), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// dirtyWebP is an extended file around the picture of webpOf, 8 by 6.
func dirtyWebP(turn uint16, flags byte) []byte {
	vp8x := []byte{flags | webpExif | webpXMP, 0, 0, 0, 7, 0, 0, 5, 0, 0}
	body := slices.Concat([]byte("WEBP"), riff("VP8X", vp8x), riff("ICCP", []byte(icc("RGB "))), webpOf()[12:],
		riff("EXIF", exif(turn, binary.LittleEndian)), riff("XMP ", []byte(secret)), riff("mine", []byte(secret)))
	return append(riff("RIFF", body), secret...)
}

// dirtyGIF has a comment and XMP, and as many frames.
func dirtyGIF(t testing.TB, frames int) []byte {
	g := &gif.GIF{}
	for i := range frames {
		p := image.NewPaletted(image.Rect(0, 0, 8, 6), color.Palette{color.Black, color.White})
		p.SetColorIndex(i, 0, 1)
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	must(t, 0, gif.EncodeAll(&b, g))
	clean := b.Bytes()
	head := 13 + colourTable(clean[10])
	comment := "\x21\xFE" + string(byte(len(secret))) + secret + "\x00"
	xmp := "\x21\xFF\x0BXMP DataXMP" + string(byte(len(secret))) + secret + "\x00"
	return slices.Concat(clean[:head], []byte(comment+xmp), clean[head:], []byte(secret))
}
