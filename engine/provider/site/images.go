package site

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/smmctl/smmctl/engine/content"
)

const (
	maxImageBytes = 40 << 20
	maxVideoBytes = 200 << 20
	maxPixels     = 50_000_000
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
func (s *site) convert(a content.Attachment) (made, error) {
	data, err := s.original(a)
	if err != nil {
		return made{}, err
	}
	switch a.Type {
	case "image/jpeg", "image/png", "image/webp":
		return convertImage(a, data)
	case "video/mp4":
		return copied(a, data, "mp4"), nil
	case "video/webm":
		return copied(a, data, "webm"), nil
	}
	return made{}, unsupported(fmt.Sprintf("%s (%s)", a.Type, a.File))
}

func copied(a content.Attachment, data []byte, ext string) made {
	n := file{Name: hash(data)[:32] + "." + ext, Width: max(a.Width, 0), Height: max(a.Height, 0)}
	return made{a.Type, []variant{{n, data}}}
}

// original reads the file and holds it against the digest that was reviewed.
func (s *site) original(a content.Attachment) ([]byte, error) {
	if s.files == nil {
		return nil, rejected("%s: there are no files to read it from", a.File)
	}
	r, err := s.files.Open(a.File)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, rejected("%w", err)
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	limit := int64(maxImageBytes)
	if a.Type == "video/mp4" || a.Type == "video/webm" {
		limit = maxVideoBytes
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, rejected("%s: larger than %d MB", a.File, limit>>20)
	}
	if a.SHA256 != "" && hash(data) != a.SHA256 {
		return nil, rejected("%s: changed since it was planned", a.File)
	}
	return data, nil
}

func convertImage(a content.Attachment, data []byte) (made, error) {
	img, err := decode(data, a.Type)
	if err != nil {
		return made{}, rejected("%s: %w", a.File, err)
	}
	out := made{mime: "image/jpeg"}
	if !opaque(img) || a.Type == "image/png" {
		out.mime = "image/png"
	}
	for _, w := range widthsFor(img.Bounds().Dx()) {
		v, err := scaled(img, w, out.mime)
		if err != nil {
			return made{}, rejected("%s: %w", a.File, err)
		}
		out.variants = append(out.variants, v)
	}
	return out, nil
}

// decode looks at the size before it makes the pixels.
func decode(data []byte, mime string) (image.Image, error) {
	size, full := jpeg.DecodeConfig, jpeg.Decode
	switch mime {
	case "image/png":
		size, full = png.DecodeConfig, png.Decode
	case "image/webp":
		size, full = webp.DecodeConfig, webp.Decode
	}
	c, err := size(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("not %s: %w", mime, err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels {
		return nil, fmt.Errorf("%d×%d pixels: at most %d million", c.Width, c.Height, maxPixels/1_000_000)
	}
	img, err := full(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("not %s: %w", mime, err)
	}
	if mime == "image/jpeg" {
		img = upright(img, orientation(data))
	}
	return img, nil
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// widthsFor never enlarges; the widest is the original or the last of widths.
func widthsFor(w int) []int {
	out := slices.DeleteFunc(slices.Clone(widths), func(x int) bool { return x >= w })
	if w <= widths[len(widths)-1] {
		out = append(out, w)
	}
	return out
}

func scaled(img image.Image, w int, mime string) (variant, error) {
	b := img.Bounds()
	h := max(1, (b.Dy()*w+b.Dx()/2)/b.Dx())
	if w != b.Dx() {
		dst := image.NewNRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(dst, dst.Bounds(), img, b, draw.Src, nil)
		img = dst
	}
	var buf bytes.Buffer
	ext := "jpg"
	err := error(nil)
	if mime == "image/png" {
		ext = "png"
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&buf, img)
	} else {
		err = jpeg.Encode(&buf, img, &jpeg.Options{Quality: jpegQuality})
	}
	n := fmt.Sprintf("%s-%d.%s", hash(buf.Bytes())[:32], w, ext)
	return variant{file{n, w, h}, buf.Bytes()}, err
}

// orientation reads the Exif tag 0x0112 of a JPEG: 1 to 8, 1 where there is none.
// CIPA DC-008-2019 (Exif 2.32), 4.6.4 and 4.7.2; read 2026-11-23.
func orientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xFF && data[at+1] != 0xDA; {
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + n
		if n < 2 || end > len(data) {
			break
		}
		if seg := data[at+4 : end]; data[at+1] == 0xE1 && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
			return exifOrientation(seg[6:])
		}
		at = end
	}
	return 1
}

func exifOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if len(tiff) < 8 {
		return 1
	}
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	n := int(order.Uint16(tiff[at:]))
	dir := tiff[at+2:]
	for ; n > 0 && len(dir) >= 12; n, dir = n-1, dir[12:] {
		if order.Uint16(dir) != 0x0112 {
			continue
		}
		if v := int(order.Uint16(dir[8:])); v >= 1 && v <= 8 {
			return v
		}
	}
	return 1
}

// upright turns and mirrors a picture as its camera asked for.
func upright(img image.Image, o int) image.Image {
	if o == 1 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	src := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(src, src.Bounds(), img, b.Min, draw.Src)
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewNRGBA(size)
	for y := range h {
		for x := range w {
			dx, dy := turned(o, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(dx, dy):], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// turned maps a stored pixel to where it is seen.
func turned(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
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
