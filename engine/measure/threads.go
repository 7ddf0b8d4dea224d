package measure

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// threads counts an emoji as its UTF-8 bytes, every other code point as one.
// Addresses have no discount. What is an emoji is not documented: here whatever
// has a pictograph, a region's letter or a keycap in it, which errs towards more.
// https://developers.facebook.com/documentation/threads/posts, 2026-04-14
func threads(text string) int {
	if ascii(text) {
		return len(text)
	}
	n := 0
	for i := 0; i < len(text); {
		r, size := decode(text[i:])
		if simple(r) && alone(text[i+size:]) {
			n++
			if isPictograph(r) {
				n += size - 1
			}
			i += size
			continue
		}
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text[i:], -1)
		if isEmoji(cluster) {
			n += len(cluster)
		} else {
			n += utf8.RuneCountInString(cluster)
		}
		i += len(cluster)
	}
	return n
}

// alone reports whether what comes after a simple character leaves it by itself.
func alone(after string) bool {
	if after == "" {
		return true
	}
	next, _ := decode(after)
	return simple(next)
}

// isEmoji reports whether a grapheme cluster is shown as an emoji.
func isEmoji(cluster string) bool {
	for _, r := range cluster {
		if isPictograph(r) || isRegion(r) || string(r) == keycap {
			return true
		}
	}
	return false
}

// isPictograph reports whether r has a picture of its own; most texts need no table.
func isPictograph(r rune) bool {
	return r == '©' || r == '®' || r >= 0x203C && (r < 0x3300 || r >= 0x1F000) && within(pictographs, r)
}
