package media

import "encoding/binary"

// Flags of a VP8X chunk. RFC 9649, 2.7.1; read 2026-11-24.
const (
	webpAnimated = 0x02
	webpXMP      = 0x04
	webpExif     = 0x08
	webpAlpha    = 0x10
)

// layWebP walks the chunks of the container, RFC 9649.
func layWebP(d []byte) *layout {
	l := &layout{frames: 1}
	l.traits.Damaged = true
	if len(d) < 12 || string(d[:4]) != "RIFF" || string(d[8:12]) != "WEBP" {
		return l
	}
	whole := uint64(binary.LittleEndian.Uint32(d[4:])) + 8
	if whole > uint64(len(d)) || whole < 12 {
		return l
	}
	l.add(0, 12, "")
	at, end := 12, int(whole)
	for at+8 <= end {
		n := uint64(binary.LittleEndian.Uint32(d[at+4:]))
		if n > uint64(end-at-8) {
			return l
		}
		name, body := string(d[at:at+4]), d[at+8:at+8+int(n)]
		next := min(at+8+int(n+n&1), end)
		l.add(at, next, l.webpChunk(name, body))
		at = next
	}
	if at < len(d) {
		l.add(at, len(d), "trailer")
	}
	l.traits.Damaged = false
	return l
}

func (l *layout) webpChunk(name string, body []byte) (drop string) {
	switch name {
	case "VP8X":
		l.traits.Animated = len(body) > 0 && body[0]&webpAnimated != 0
		l.traits.Alpha = l.traits.Alpha || len(body) > 0 && body[0]&webpAlpha != 0
	case "VP8L":
		l.traits.Alpha = l.traits.Alpha || len(body) > 4 && body[4]&0x10 != 0
	case "ALPH":
		l.traits.Alpha = true
	case "ICCP":
		if len(body) <= maxProfile {
			l.icc = body
		}
	case "VP8 ", "ANIM", "ANMF":
	case "EXIF":
		if len(body) > 6 && string(body[:6]) == "Exif\x00\x00" { // as some programs write it
			body = body[6:]
		}
		if t := exifTurn(body); t > 1 {
			l.traits.Turn = t
		}
		return "exif"
	case "XMP ":
		return "xmp"
	default:
		return "application data"
	}
	return ""
}

// mendWebP writes the size and the flags anew after metadata were taken out.
func mendWebP(d []byte) {
	binary.LittleEndian.PutUint32(d[4:], uint32(len(d)-8))
	if len(d) > 20 && string(d[12:16]) == "VP8X" {
		d[20] &^= webpExif | webpXMP
	}
}
