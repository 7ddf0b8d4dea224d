package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// maxBox bounds the box that is looked into: of a film of hours, moov has some
// megabytes.
const maxBox = 64 << 20

// film is what an ISO base media file (ISO/IEC 14496-12) tells of itself.
type film struct {
	traits        content.Traits
	width, height int
	listed        bool // a film's moov, or a picture's items, were found
}

// readFilm walks the boxes of a film or of a HEIF picture, in one pass and
// without going back: moov may come last. What it cannot make sense of is not
// known.
func readFilm(r io.Reader) (film, error) {
	var f film
	for {
		name, size, err := boxHeader(r)
		if err != nil {
			return f, ended(err)
		}
		if size > maxBox || name != "moov" && name != "meta" && name != "uuid" {
			if _, err := io.CopyN(io.Discard, r, size); err != nil {
				return f, ended(err)
			}
			continue
		}
		body, err := io.ReadAll(io.LimitReader(r, size))
		if err != nil {
			return f, err
		}
		f.top(name, body)
	}
}

// ended makes the file's end no error.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errNoBox) {
		return nil
	}
	return err
}

var errNoBox = errors.New("no box")

// boxHeader reads a box's name and the size of what is in it.
func boxHeader(r io.Reader) (string, int64, error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:8]); err != nil {
		return "", 0, err
	}
	size, name := int64(binary.BigEndian.Uint32(head[:])), string(head[4:8])
	switch size {
	case 0: // to the file's end
		return name, 1 << 62, nil
	case 1:
		if _, err := io.ReadFull(r, head[8:]); err != nil {
			return "", 0, err
		}
		size = int64(binary.BigEndian.Uint64(head[8:])) - 8
	}
	if size < 8 {
		return "", 0, errNoBox
	}
	return name, size - 8, nil
}

// each calls do for the boxes in b.
func each(b []byte, do func(name string, body []byte)) {
	for r := bytes.NewReader(b); ; {
		name, size, err := boxHeader(r)
		if err != nil {
			return
		}
		size = min(size, int64(r.Len()))
		from := len(b) - r.Len()
		do(name, b[from:from+int(size)])
		_, _ = r.Seek(size, io.SeekCurrent) // within the reader
	}
}

func (f *film) top(name string, body []byte) {
	switch name {
	case "moov":
		f.listed = true
		each(body, f.movie)
	case "meta":
		f.picture(body)
	case "uuid":
		f.note("location", body, []byte("GPS")) // XMP
	}
}

func (f *film) movie(name string, body []byte) {
	switch name {
	case "mvhd":
		f.traits.Duration = max(f.traits.Duration, duration(body))
	case "trak":
		f.track(body)
	case "udta", "meta":
		f.places(name, body)
	}
}

// places looks for where a film was made: the boxes ©xyz (QuickTime) and loci
// (3GPP TS 26.244), and Apple's key, in the film's own metadata.
func (f *film) places(name string, body []byte) {
	f.note("location", body, []byte("\xa9xyz"), []byte("loci"), []byte("location.ISO6709"), []byte("GPSCoordinates"), []byte("exif:GPS"))
}

// note adds a kind of metadata where any of the marks is in the body.
func (f *film) note(kind string, body []byte, marks ...[]byte) {
	for _, m := range marks {
		if bytes.Contains(body, m) && !slices.Contains(f.traits.Metadata, kind) {
			f.traits.Metadata = append(f.traits.Metadata, kind)
			slices.Sort(f.traits.Metadata)
		}
	}
}

// duration reads a film's header: version 0 has 32 bits of time, version 1 has 64.
func duration(b []byte) time.Duration {
	var scale, units uint64
	switch {
	case len(b) >= 20 && b[0] == 0:
		scale, units = uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
		if units == 1<<32-1 {
			units = 0 // not known
		}
	case len(b) >= 32 && b[0] == 1:
		scale, units = uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	}
	if scale == 0 || units/scale > 1<<31 {
		return 0
	}
	return time.Duration(units/scale)*time.Second + time.Duration(units%scale)*time.Second/time.Duration(scale)
}

// track reads one track: a picture's size and codec, or a camera's positions.
func (f *film) track(body []byte) {
	var head []byte
	kind, codec := "", ""
	each(body, func(name string, body []byte) {
		switch name {
		case "tkhd":
			head = body
		case "udta", "meta":
			f.places(name, body)
		case "mdia":
			each(body, func(name string, body []byte) {
				switch {
				case name == "hdlr" && len(body) >= 12:
					kind = string(body[8:12])
				case name == "minf":
					codec = sample(body)
				}
			})
		}
	})
	switch codec {
	case "gpmd", "camm": // GoPro's and Google's: positions second by second
		f.note("location", []byte(codec), []byte(codec))
	}
	if kind == "vide" && f.traits.Codec == "" {
		f.traits.Codec = codecName(codec)
		f.width, f.height = trackSize(head)
	}
}

// sample is the four letters of a track's first sample description.
func sample(minf []byte) (codec string) {
	each(minf, func(name string, body []byte) {
		if name != "stbl" {
			return
		}
		each(body, func(name string, body []byte) {
			if name == "stsd" && len(body) >= 16 {
				codec = string(body[12:16])
			}
		})
	})
	return codec
}

// codecs are the usual names of what is in a sample description.
var codecs = map[string]string{
	"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc", "vp09": "vp9", "vp08": "vp8", "av01": "av1",
	"mp4v": "mpeg4", "apcn": "prores", "apch": "prores", "apcs": "prores", "apco": "prores", "ap4h": "prores", "jpeg": "mjpeg",
}

func codecName(letters string) string {
	if name, ok := codecs[letters]; ok {
		return name
	}
	for _, c := range []byte(letters) {
		if c < 0x20 || c > 0x7E {
			return "unknown"
		}
	}
	return letters
}

// trackSize reads width and height, as the film is seen: a telephone held upright
// turns it by the matrix.
func trackSize(b []byte) (int, int) {
	at := 76
	if len(b) > 0 && b[0] == 1 {
		at = 88
	}
	if len(b) < at+8 {
		return 0, 0
	}
	w, h := int(binary.BigEndian.Uint32(b[at:])>>16), int(binary.BigEndian.Uint32(b[at+4:])>>16)
	if matrix := b[at-36:]; binary.BigEndian.Uint32(matrix) == 0 && binary.BigEndian.Uint32(matrix[4:]) != 0 {
		return h, w
	}
	return w, h
}

// picture reads a HEIF picture's list of items (ISO/IEC 23008-12): whether there
// are metadata among them. They cannot be taken out here.
func (f *film) picture(meta []byte) {
	if len(meta) < 4 {
		return
	}
	each(meta[4:], func(name string, body []byte) {
		if name != "iinf" {
			return
		}
		f.listed = true
		f.note("exif", body, []byte("Exif"))
		f.note("xmp", body, []byte("mime"), []byte("rdf+xml"))
	})
}
