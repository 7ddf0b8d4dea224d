package telegramtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg" // photos
	_ "image/png"
)

// stored is a file on the server.
type stored struct {
	kind   string
	unique string
	name   string
	sha256 string
	w, h   int
	cover  bool
}

const (
	photoBytes = 10 << 20
	fileBytes  = 50 << 20
)

// file takes an upload. Every upload is a new file.
func (s *Server) file(kind string, u *upload) (stored, error) {
	if u == nil {
		return stored{}, bad("there is no %s in the request", kind)
	}
	most := fileBytes
	if kind == "photo" {
		most = photoBytes
	}
	if len(u.data) == 0 {
		return stored{}, bad("file must be non-empty")
	}
	if len(u.data) > most {
		return stored{}, failure{413, "Request Entity Too Large", nil}
	}
	s.uploads++
	sum := sha256.Sum256(u.data)
	f := stored{kind: kind, unique: fmt.Sprintf("AQAD%04d", s.uploads), name: u.name, sha256: hex.EncodeToString(sum[:])}
	if kind != "photo" {
		return f, nil
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(u.data))
	if err != nil {
		return stored{}, bad("IMAGE_PROCESS_FAILED")
	}
	f.w, f.h = c.Width, c.Height
	if short, long := min(f.w, f.h), max(f.w, f.h); short+long > 10_000 || long > 20*short {
		return stored{}, bad("PHOTO_INVALID_DIMENSIONS")
	}
	return f, nil
}

// medium takes the file of an InputMedia or a method, with cover and thumbnail.
func (s *Server) medium(kind string, p *params, v any) (stored, error) {
	f, err := s.file(kind, p.attached(v))
	if err != nil {
		return stored{}, err
	}
	if u := p.attached(p.object["thumbnail"]); u != nil {
		c, format, err := image.DecodeConfig(bytes.NewReader(u.data))
		if err != nil || format != "jpeg" || len(u.data) >= 200_000 || max(c.Width, c.Height) > 320 {
			s.complain("the thumbnail is no JPEG of 320 × 320 and 200 kB at most")
		}
	}
	if cover, given := p.object["cover"]; given {
		if _, err := s.file("photo", p.attached(cover)); err != nil {
			return stored{}, err
		}
		f.cover = true
	}
	if kind == "video" {
		f.w, f.h = int(p.number("width")), int(p.number("height"))
	}
	return f, nil
}

// show adds a file to a message.
func (f stored) show(m object) {
	one := func(size string, w, h int) object {
		return object{"file_id": f.unique + size, "file_unique_id": f.unique + size, "width": w, "height": h, "file_size": 1000}
	}
	switch f.kind {
	case "photo":
		m["photo"] = []any{one("s", f.w/2, f.h/2), one("x", f.w, f.h)}
	case "video":
		m["video"] = one("", f.w, f.h)
	case "animation":
		m["animation"], m["document"] = one("", f.w, f.h), object{"file_id": f.unique, "file_unique_id": f.unique}
	default:
		m["document"] = object{"file_id": f.unique, "file_unique_id": f.unique, "file_name": f.name}
	}
}
