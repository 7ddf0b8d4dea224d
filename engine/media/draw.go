package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

var decoders = map[string]func(io.Reader) (image.Image, error){
	"image/jpeg": jpeg.Decode, "image/png": png.Decode, "image/gif": gif.Decode, "image/webp": webp.Decode,
}

// decode makes a picture's pixels, as they are stored. Its header is asked first:
// what is larger than MaxPixels is refused unseen.
func decode(kind string, data []byte) (img image.Image, err error) {
	full, ok := decoders[kind]
	if !ok {
		return nil, fmt.Errorf("%s cannot be decoded here", kind)
	}
	w, h, err := dimensions(kind, data)
	if err != nil {
		return nil, err
	}
	if (extent{w, h}).pixels() > MaxPixels {
		return nil, fmt.Errorf("%d×%d pixels: at most %d million are decoded", w, h, MaxPixels/1_000_000)
	}
	defer func() { // a decoder that a hostile file leads astray
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("%w (%v)", ErrDamaged, r)
		}
	}()
	img, err = full(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	if got := img.Bounds(); got.Dx() != w || got.Dy() != h {
		if kind != "image/gif" { // whose first frame may be smaller than its screen
			return nil, fmt.Errorf("%w: %d×%d pixels where its header says %d×%d", ErrDamaged, got.Dx(), got.Dy(), w, h)
		}
		return onScreen(img, w, h), nil
	}
	return img, nil
}

// onScreen puts a GIF's frame where it belongs.
func onScreen(frame image.Image, w, h int) image.Image {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return dst
}

// Upright is a picture with what is needed to draw it as it is seen.
type Upright struct {
	img  image.Image
	turn int // Exif orientation
	icc  []byte
}

// Open decodes a picture's file. Orientation and colour profile are kept beside
// the pixels; all other metadata are left behind.
func Open(kind string, data []byte) (*Upright, error) {
	img, err := decode(kind, data)
	if err != nil {
		return nil, err
	}
	l := lay(kind, data)
	return &Upright{img, max(l.traits.Turn, 1), rgbProfile(l.icc)}, nil
}

// rgbProfile keeps a profile that speaks of red, green and blue, which is what is
// written. ICC.1:2022, 7.2.6: bytes 16 to 19.
func rgbProfile(icc []byte) []byte {
	if len(icc) < 128 || len(icc) > maxProfile || string(icc[16:20]) != "RGB " {
		return nil
	}
	return icc
}

// Size is that of the picture as it is seen.
func (u *Upright) Size() (w, h int) {
	b := u.img.Bounds()
	if u.turn >= 5 {
		return b.Dy(), b.Dx()
	}
	return b.Dx(), b.Dy()
}

// Opaque reports whether no pixel lets anything through.
func (u *Upright) Opaque() bool {
	o, ok := u.img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// Draw gives a part of the picture, in upright pixels, in a size.
func (u *Upright) Draw(part image.Rectangle, w, h int) image.Image {
	stored := u.stored(part)
	if u.turn >= 5 {
		w, h = h, w
	}
	if stored.Dx() == w && stored.Dy() == h && u.turn == 1 {
		if s, ok := u.img.(interface {
			SubImage(image.Rectangle) image.Image
		}); ok {
			return s.SubImage(stored)
		}
	}
	return turned(Scale(u.img, stored, w, h), u.turn)
}

// stored maps a rectangle of the upright picture to where it is stored.
func (u *Upright) stored(r image.Rectangle) image.Rectangle {
	w, h := u.img.Bounds().Dx(), u.img.Bounds().Dy()
	var out image.Rectangle
	switch u.turn {
	case 2:
		out = image.Rect(w-r.Max.X, r.Min.Y, w-r.Min.X, r.Max.Y)
	case 3:
		out = image.Rect(w-r.Max.X, h-r.Max.Y, w-r.Min.X, h-r.Min.Y)
	case 4:
		out = image.Rect(r.Min.X, h-r.Max.Y, r.Max.X, h-r.Min.Y)
	case 5:
		out = image.Rect(r.Min.Y, r.Min.X, r.Max.Y, r.Max.X)
	case 6:
		out = image.Rect(r.Min.Y, h-r.Max.X, r.Max.Y, h-r.Min.X)
	case 7:
		out = image.Rect(w-r.Max.Y, h-r.Max.X, w-r.Min.Y, h-r.Min.X)
	case 8:
		out = image.Rect(w-r.Max.Y, r.Min.X, w-r.Min.Y, r.Max.X)
	default:
		out = r
	}
	return out.Add(u.img.Bounds().Min)
}

// turned turns and mirrors a picture as its camera asked for.
func turned(src *image.RGBA, turn int) *image.RGBA {
	if turn == 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			dx, dy := seenAt(turn, x, y, w, h)
			copy(dst.Pix[dst.PixOffset(dx, dy):], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// seenAt maps a stored pixel to where it is seen.
func seenAt(turn, x, y, w, h int) (int, int) {
	switch turn {
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

// onWhite puts a transparent picture on white, for JPEG.
func onWhite(img image.Image) image.Image {
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		return img
	}
	dst := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Rect, img, img.Bounds().Min, draw.Over)
	return dst
}

// errFull stops an encoder whose output is too large already.
var errFull = errors.New("too many bytes")

// bounded is a buffer that takes so many bytes; 0: any number.
type bounded struct {
	buf  bytes.Buffer
	most int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.most > 0 && int64(b.buf.Len()+len(p)) > b.most {
		return 0, errFull
	}
	return b.buf.Write(p)
}

// slowPixels is up to how many a PNG is packed as small as can be.
const slowPixels = 4_000_000

// Thumbnail is the whole picture in another width, as JPEG or PNG, with its colour
// profile and nothing else. Quality, to 100, is JPEG's.
func (u *Upright) Thumbnail(width int, kind string, quality int) (Made, error) {
	w, h := u.Size()
	size := extent{width, max(1, (h*width+w/2)/w)}
	data, err := encode(u.Draw(image.Rect(0, 0, w, h), size.w, size.h), kind, quality, u.icc, 0)
	return Made{kind, size.w, size.h, data}, err
}

// encode writes at most so many bytes, or returns errFull; 0: any number.
func encode(img image.Image, kind string, quality int, icc []byte, most int64) ([]byte, error) {
	buf := &bounded{most: most}
	var err error
	profile, at := []byte(nil), 0
	switch kind {
	case "image/jpeg":
		profile, at = jpegProfile(icc), 2
		err = jpeg.Encode(buf, onWhite(img), &jpeg.Options{Quality: quality})
	case "image/png":
		if len(icc) > 0 {
			profile, at = pngProfile(icc), len(pngMagic)+25
		}
		level := png.DefaultCompression
		if (extent{img.Bounds().Dx(), img.Bounds().Dy()}).pixels() <= slowPixels {
			level = png.BestCompression
		}
		err = (&png.Encoder{CompressionLevel: level}).Encode(buf, img)
	default:
		return nil, fmt.Errorf("%s cannot be written here", kind)
	}
	if err != nil {
		return nil, err
	}
	out := buf.buf.Bytes()
	if len(profile) > 0 {
		out = bytes.Join([][]byte{out[:at], profile, out[at:]}, nil)
	}
	if most > 0 && int64(len(out)) > most {
		return nil, errFull
	}
	return out, nil
}

// jpegProfile is a profile's APP2 segments. ICC.1:2022, annex B.4.
func jpegProfile(icc []byte) []byte {
	const most = 65_519
	count := (len(icc) + most - 1) / most
	var out []byte
	for i := range count {
		part := icc[i*most : min((i+1)*most, len(icc))]
		n := len(part) + 16
		out = append(out, 0xFF, 0xE2, byte(n>>8), byte(n))
		out = append(out, "ICC_PROFILE\x00"...)
		out = append(out, byte(i+1), byte(count))
		out = append(out, part...)
	}
	return out
}
