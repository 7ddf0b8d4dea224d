package media

import "bytes"

// layGIF walks the blocks: GIF89a (CompuServe, 1990), read 2026-11-24.
func layGIF(d []byte) *layout {
	l := &layout{}
	l.traits.Damaged = true
	if len(d) < 13 {
		return l
	}
	at := 13 + colourTable(d[10])
	if at > len(d) {
		return l
	}
	l.add(0, at, "")
	for at < len(d) {
		start := at
		drop := ""
		switch d[at] {
		case 0x3B:
			l.add(at, at+1, "")
			if at+1 < len(d) {
				l.add(at+1, len(d), "trailer")
			}
			l.traits.Damaged = false
			return l
		case 0x2C:
			if at+11 > len(d) {
				return l
			}
			l.frames++
			at = subBlocks(d, at+11+colourTable(d[at+9]))
		case 0x21:
			if at+2 >= len(d) {
				return l
			}
			drop = l.gifExtension(d[at+1], d[at+2:])
			at = subBlocks(d, at+2)
		default:
			return l
		}
		if at < 0 {
			return l
		}
		l.add(start, at, drop)
	}
	return l
}

// colourTable is the size of the table that a descriptor's flags announce.
func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// subBlocks returns where a chain of sub-blocks ends, or -1 where it does not.
func subBlocks(d []byte, at int) int {
	for at < len(d) {
		n := int(d[at])
		at += n + 1
		if n == 0 {
			return at
		}
	}
	return -1
}

// gifExtension names what an extension holds where it must not go out.
func (l *layout) gifExtension(label byte, rest []byte) string {
	switch label {
	case 0xFE:
		return "comment"
	case 0xFF:
		for _, stays := range []string{"NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"} {
			if bytes.HasPrefix(rest, append([]byte{11}, stays...)) {
				return ""
			}
		}
		if bytes.HasPrefix(rest, []byte("\x0bXMP Data")) {
			return "xmp"
		}
		return "application data"
	case 0xF9:
		l.traits.Alpha = l.traits.Alpha || len(rest) > 1 && rest[1]&1 != 0
	}
	return ""
}
