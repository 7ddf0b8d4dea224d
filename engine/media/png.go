package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngStays are the chunks that the pixels, their colours and their movement need.
// PNG, third edition (W3C, 2025), 11; read 2026-11-24.
var pngStays = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true,
	"sBIT": true, "sRGB": true, "bKGD": true, "hIST": true, "pHYs": true, "cICP": true, "mDCV": true, "cLLI": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

// maxProfile bounds a colour profile; a larger one is left behind.
const maxProfile = 1 << 20

// layPNG walks the chunks.
func layPNG(d []byte) *layout {
	l := &layout{frames: 1}
	l.traits.Damaged = true
	if !bytes.HasPrefix(d, []byte(pngMagic)) {
		return l
	}
	at := len(pngMagic)
	l.add(0, at, "")
	for at+12 <= len(d) {
		n := uint64(binary.BigEndian.Uint32(d[at:]))
		if n > uint64(len(d)-at-12) {
			return l
		}
		name, end := string(d[at+4:at+8]), at+12+int(n)
		body := d[at+8 : end-4]
		l.add(at, end, pngDrop(name))
		l.pngChunk(name, body)
		at = end
		if name == "IEND" {
			if at < len(d) {
				l.add(at, len(d), "trailer")
			}
			l.traits.Damaged = false
			return l
		}
	}
	return l
}

func pngDrop(name string) string {
	switch {
	case pngStays[name]:
		return ""
	case name == "eXIf":
		return "exif"
	case name == "tEXt", name == "zTXt", name == "iTXt":
		return "text"
	case name == "tIME":
		return "time"
	}
	return "application data"
}

func (l *layout) pngChunk(name string, body []byte) {
	switch name {
	case "IHDR":
		l.traits.Alpha = len(body) > 9 && body[9]&4 != 0
	case "tRNS":
		l.traits.Alpha = true
	case "acTL":
		l.traits.Animated = true
	case "eXIf":
		if t := exifTurn(body); t > 1 {
			l.traits.Turn = t
		}
	case "iCCP":
		if _, packed, ok := bytes.Cut(body, []byte{0}); ok && len(packed) > 1 {
			l.icc = unzip(packed[1:])
		}
	}
}

// unzip inflates a colour profile, or gives nothing where it is broken or large.
func unzip(packed []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(out) > maxProfile {
		return nil
	}
	return out
}

// pngProfile is an iCCP chunk.
func pngProfile(icc []byte) []byte {
	var body bytes.Buffer
	body.WriteString("iCCPicc\x00\x00")
	z := zlib.NewWriter(&body)
	_, _ = z.Write(icc) // a buffer does not fail
	_ = z.Close()
	out := binary.BigEndian.AppendUint32(nil, uint32(body.Len()-4))
	out = append(out, body.Bytes()...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body.Bytes()))
}
