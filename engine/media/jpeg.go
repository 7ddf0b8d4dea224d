package media

import (
	"bytes"
	"encoding/binary"
)

// Markers of JPEG, ITU-T T.81 (1992), table B.1; read 2026-11-24.
const (
	jpegSOI  = 0xD8
	jpegEOI  = 0xD9
	jpegSOS  = 0xDA
	jpegAPP0 = 0xE0
	jpegCOM  = 0xFE
)

// layJPEG walks the segments. What stands behind the end of the picture, where
// telephones put films and second pictures, is dropped.
func layJPEG(d []byte) *layout {
	l := &layout{frames: 1}
	l.traits.Damaged = true
	if len(d) < 2 || d[0] != 0xFF || d[1] != jpegSOI {
		return l
	}
	l.add(0, 2, "")
	for at := 2; at+1 < len(d) && d[at] == 0xFF; {
		marker := d[at+1]
		switch {
		case marker == 0xFF: // a fill byte
			at++
			continue
		case marker == jpegEOI:
			l.add(at, at+2, "")
			if at+2 < len(d) {
				l.add(at+2, len(d), "trailer")
			}
			l.traits.Damaged = false
			return l
		case marker >= 0xD0 && marker < jpegEOI || marker == 1: // alone
			l.add(at, at+2, "")
			at += 2
			continue
		}
		if at+4 > len(d) {
			return l
		}
		end := at + 2 + int(binary.BigEndian.Uint16(d[at+2:]))
		if end < at+4 || end > len(d) {
			return l
		}
		l.add(at, end, l.jpegSegment(marker, d[at+4:end]))
		at = end
		if marker == jpegSOS {
			at = endOfScan(d, end)
			l.add(end, at, "")
		}
	}
	return l
}

// endOfScan finds the marker after a scan's entropy-coded bytes.
func endOfScan(d []byte, at int) int {
	for {
		n := bytes.IndexByte(d[at:], 0xFF)
		if n < 0 || at+n+1 >= len(d) {
			return len(d)
		}
		at += n
		if next := d[at+1]; next != 0 && (next < 0xD0 || next > 0xD7) {
			return at
		}
		at += 2
	}
}

// jpegSegment names what a segment holds where it must not go out: all that is
// for applications, but for what the colours need.
func (l *layout) jpegSegment(marker byte, p []byte) (drop string) {
	has := func(s string) bool { return bytes.HasPrefix(p, []byte(s)) }
	switch {
	case marker == jpegCOM:
		return "comment"
	case marker < jpegAPP0 || marker > 0xEF:
		return ""
	case marker == 0xE0 && has("JFIF\x00") && len(p) == 14, marker == 0xEE && has("Adobe") && len(p) <= 12:
		return ""
	case marker == 0xE0:
		return "thumbnail"
	case marker == 0xE1 && has("Exif\x00"):
		if t := exifTurn(p[min(len(p), 6):]); t > 1 {
			l.traits.Turn = t
		}
		return "exif"
	case marker == 0xE1 && has("http://ns.adobe.com/"):
		return "xmp"
	case marker == 0xE2 && has("ICC_PROFILE\x00") && len(p) > 14:
		l.icc = append(l.icc, p[14:]...)
		return ""
	case marker == 0xE2 && has("MPF\x00"):
		return "other pictures"
	case marker == 0xED:
		return "iptc"
	}
	return "application data"
}

// exifTurn reads the tag 0x0112 of a TIFF block: 1 to 8, 1 where there is none.
// CIPA DC-008-2019 (Exif 2.32), 4.6.4 and 4.7.2; read 2026-11-23.
func exifTurn(tiff []byte) int {
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
