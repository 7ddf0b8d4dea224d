package measure

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// graphemes counts extended grapheme clusters (Unicode Annex 29). Two simple
// characters side by side are always two clusters, so that only what lies
// around others needs the rules: ten times faster on most texts.
func graphemes(text string) int {
	n := 0
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != '\r' {
			n++
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if simple(r) {
			n++
			i += size
			continue
		}
		end := tangle(text, i)
		if i > 0 { // the simple character before may be the base of a cluster
			_, back := utf8.DecodeLastRuneInString(text[:i])
			i -= back
			n--
		}
		n += uniseg.GraphemeClusterCount(text[i:end])
		i = end
	}
	return n
}

// tangle returns where the run of characters from i ends that need the rules:
// after a simple one that another simple one follows.
func tangle(text string, i int) int {
	last := false
	for i < len(text) {
		r, size := decode(text[i:])
		s := simple(r)
		if s && last {
			break
		}
		last = s
		i += size
	}
	return i
}

func decode(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	return utf8.DecodeRuneInString(s)
}

// simple reports whether r never joins another such character: ASCII but CR,
// the letters of Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic, common
// punctuation and symbols, kana, Han, Korean syllables, and emoji by themselves.
func simple(r rune) bool {
	switch {
	case r < 0x300:
		return r != '\r'
	case r < 0x2010:
		return 0x370 <= r && r <= 0x482 || 0x48A <= r && r <= 0x58F || 0x5D0 <= r && r <= 0x5EA ||
			0x620 <= r && r <= 0x64A || 0x1E00 <= r && r <= 0x1FFE
	case r < 0x3041:
		return r <= 0x2027 || 0x2030 <= r && r <= 0x205E || 0x20A0 <= r && r <= 0x20BF ||
			0x2100 <= r && r <= 0x2BFF || 0x3000 <= r && r <= 0x3029
	case r < 0x1F000:
		return r <= 0x3096 || 0x30A1 <= r && r <= 0x30FF || 0x4E00 <= r && r <= 0x9FFF || 0xAC00 <= r && r <= 0xD7A3 ||
			0xFF01 <= r && r <= 0xFF9D
	}
	return r <= 0x1FAFF && !isRegion(r) && (r < 0x1F3FB || r > 0x1F3FF)
}
