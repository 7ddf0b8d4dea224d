package media

import (
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// layout is what a picture's file is made of, in order: what stays, and what
// tells of people, places or machines and must not go out. Reading one decodes no
// pixels, and works on hostile bytes: whatever is wrong ends it early.
type layout struct {
	pieces []piece
	traits content.Traits
	icc    []byte // the colour profile, which stays
	frames int
}

// piece is a run of the file's bytes. drop names the kind of metadata in it; the
// empty one stays.
type piece struct {
	from, to int
	drop     string
}

// add appends a piece.
func (l *layout) add(from, to int, drop string) {
	l.pieces = append(l.pieces, piece{from, to, drop})
	if drop != "" && !slices.Contains(l.traits.Metadata, drop) {
		l.traits.Metadata = append(l.traits.Metadata, drop)
	}
}

// kept joins what stays.
func (l *layout) kept(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for _, p := range l.pieces {
		if p.drop == "" {
			out = append(out, data[p.from:p.to]...)
		}
	}
	return out
}

// lay reads a picture's layout; nil for a type whose parts are not known here.
func lay(kind string, data []byte) *layout {
	read, ok := map[string]func([]byte) *layout{
		"image/jpeg": layJPEG, "image/png": layPNG, "image/gif": layGIF, "image/webp": layWebP,
	}[kind]
	if !ok {
		return nil
	}
	l := read(data)
	slices.Sort(l.traits.Metadata)
	l.traits.Animated = l.traits.Animated || l.frames > 1
	return l
}

// strip takes the metadata out of a picture and leaves its pixels as they are.
func strip(kind string, data []byte) ([]byte, error) {
	l := lay(kind, data)
	if l == nil || l.traits.Damaged {
		return nil, ErrDamaged
	}
	out := l.kept(data)
	if kind == "image/webp" {
		mendWebP(out)
	}
	return out, nil
}
