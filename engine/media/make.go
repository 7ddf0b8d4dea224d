package media

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"io/fs"
	"runtime"

	"github.com/smmctl/smmctl/engine/content"
)

// encoderVersion is raised when Make gives other bytes for the same input.
const encoderVersion = "smmctl-media-1"

// Made is a file as it is to be sent.
type Made struct {
	Type   string
	Width  int // 0 for what is no picture
	Height int
	Data   []byte
}

// key names what Make gives for an attachment: the same key, the same bytes. The
// encoders are the standard library's, and so its version is in it.
func key(a content.Attachment) (string, error) {
	b, err := json.Marshal(a.Make)
	return content.Digest(encoderVersion, runtime.Version(), a.SHA256, a.Type, string(b)), err
}

// Make carries out what was decided, on the file that it was decided for. The
// same input gives the same bytes.
func Make(fsys fs.FS, a content.Attachment) (Made, error) {
	if a.Make == nil {
		return Made{}, fmt.Errorf("%s: there is nothing to make", a.Source())
	}
	data, err := load(fsys, a.File, a.SHA256)
	if err != nil {
		return Made{}, err
	}
	made, err := carryOut(fsys, a, data)
	if err != nil {
		return Made{}, fmt.Errorf("%s: %w", a.Source(), err)
	}
	return made, nil
}

// ErrChanged is of a file that is not the one that the plan was made of.
var ErrChanged = errors.New("the file has changed since the post was rendered")

// load reads a whole picture and holds it against its digest.
func load(fsys fs.FS, name, sum string) ([]byte, error) {
	if _, err := stat(fsys, name); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, missing(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxPicture+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > MaxPicture:
		return nil, fmt.Errorf("%s: %w", name, ErrTooLarge)
	case sum != "" && digest(data) != sum:
		return nil, fmt.Errorf("%s: %w", name, ErrChanged)
	}
	return data, nil
}

func carryOut(fsys fs.FS, a content.Attachment, data []byte) (Made, error) {
	m := a.Make
	switch {
	case m.Type == "text/vtt":
		out, err := WebVTT(data)
		return Made{Type: m.Type, Data: out}, err
	case m.Strip:
		out, err := strip(m.Type, data)
		return Made{m.Type, m.Width, m.Height, out}, err
	}
	u, err := Open(a.Type, data)
	if err != nil {
		return Made{}, err
	}
	part, err := u.part(m)
	if err != nil {
		return Made{}, err
	}
	var logo *Upright
	if m.Logo != nil {
		if logo, err = openLogo(fsys, m.Logo); err != nil {
			return Made{}, err
		}
	}
	return u.squeeze(m, part, logo)
}

// part is the rectangle that stays, which must be within the picture.
func (u *Upright) part(m *content.Make) (image.Rectangle, error) {
	w, h := u.Size()
	whole := image.Rect(0, 0, w, h)
	part := whole
	if c := m.Crop; c != nil {
		part = image.Rect(c.X, c.Y, c.X+c.Width, c.Y+c.Height)
	}
	if part.Empty() || !part.In(whole) || m.Width <= 0 || m.Height <= 0 || (extent{m.Width, m.Height}).pixels() > MaxPixels {
		return part, fmt.Errorf("%w: it was decided for another size", ErrChanged)
	}
	return part, nil
}

// The ladder: JPEG's quality is lowered to what still looks well, and then the
// picture is drawn smaller.
var qualities = []int{92, 88, 84, 80, 75, 70, 62}

const (
	smaller  = 0.85
	leastDim = 16
)

// squeeze draws the part until it is small enough.
func (u *Upright) squeeze(m *content.Make, part image.Rectangle, logo *Upright) (Made, error) {
	size := extent{m.Width, m.Height}
	for {
		img := u.Draw(part, size.w, size.h)
		if logo != nil {
			img = withLogo(img, logo, m.Logo)
		}
		data, err := lighter(img, m, u.icc)
		if err == nil {
			return Made{m.Type, size.w, size.h, data}, nil
		}
		if !errors.Is(err, errFull) {
			return Made{}, err
		}
		next := size.scaled(smaller, m.RatioMin, m.RatioMax)
		if min(next.w, next.h) < leastDim || next == size {
			return Made{}, fmt.Errorf("it cannot be brought to %d bytes", m.MaxBytes)
		}
		size = next
	}
}

// lighter encodes, at lower and lower quality where the type has one.
func lighter(img image.Image, m *content.Make, icc []byte) (data []byte, err error) {
	steps := qualities
	if m.Type != "image/jpeg" {
		steps = qualities[:1]
	}
	for _, q := range steps {
		if data, err = encode(img, m.Type, q, icc, m.MaxBytes); !errors.Is(err, errFull) {
			return data, err
		}
	}
	return nil, err
}

// maxLogo bounds a logo's pixels.
const maxLogo = 4_000_000

func openLogo(fsys fs.FS, l *content.Logo) (*Upright, error) {
	data, err := load(fsys, l.File, l.SHA256)
	if err != nil {
		return nil, fmt.Errorf("logo: %w", err)
	}
	kind := sniff(data[:min(len(data), sniffLen)])
	if _, ok := decoders[kind]; !ok {
		return nil, fmt.Errorf("logo: %s: %w", l.File, ErrWrongType)
	}
	if w, h, err := dimensions(kind, data); err != nil || (extent{w, h}).pixels() > maxLogo {
		return nil, fmt.Errorf("logo: %s: %w, or more than %d million pixels", l.File, ErrDamaged, maxLogo/1_000_000)
	}
	u, err := Open(kind, data)
	if err != nil {
		return nil, fmt.Errorf("logo: %s: %w", l.File, err)
	}
	return u, nil
}

// withLogo draws the logo into a corner. It is made as wide as was asked for, but
// never higher or wider than the picture has room.
func withLogo(img image.Image, logo *Upright, l *content.Logo) image.Image {
	b := img.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(dst, dst.Rect, img, b.Min, draw.Src)
	lw, lh := logo.Size()
	margin := percent(b.Dx(), l.Margin)
	w := min(percent(b.Dx(), l.Width), b.Dx()-2*margin)
	h := w * lh / lw
	if room := b.Dy() - 2*margin; h > room {
		w, h = room*lw/lh, room
	}
	if w < 1 || h < 1 {
		return dst
	}
	at := image.Pt(b.Dx()-margin-w, b.Dy()-margin-h)
	if l.Corner == "top-left" || l.Corner == "bottom-left" {
		at.X = margin
	}
	if l.Corner == "top-left" || l.Corner == "top-right" {
		at.Y = margin
	}
	mark := logo.Draw(image.Rect(0, 0, lw, lh), w, h)
	mask := image.NewUniform(color.Alpha{A: uint8(percent(255, 100*min(max(l.Opacity, 0), 1)))})
	draw.DrawMask(dst, image.Rectangle{at, at.Add(image.Pt(w, h))}, mark, mark.Bounds().Min, mask, image.Point{}, draw.Over)
	return dst
}

// percent is a share of n, rounded down.
func percent(n int, share float64) int { return int(float64(float64(n)*share) / 100) }

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
