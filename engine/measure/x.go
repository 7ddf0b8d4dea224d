package measure

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What things weigh on X (configuration 3 of twitter-text, at a scale of 100
// that is left out here: every weight is a whole number).
// https://github.com/twitter/twitter-text/blob/master/config/v3.json, 2026-11-24
const (
	xHeavy   = 2  // defaultWeight: whatever is not light, and every emoji
	xLight   = 1  // the ranges of light
	xAddress = 23 // transformedURLLength
)

// x weighs as X's published library does (parseTweet): the text in normal form C,
// each address 23, each emoji 2, each other character by its range.
// https://docs.x.com/fundamentals/counting-characters, 2026-11-24
func x(text string) int {
	if ascii(text) {
		return xASCII(text)
	}
	if !composed(text) {
		text = norm.NFC.String(text)
	}
	n, at := 0, 0
	for _, e := range xDialect.addresses(nil, text) {
		n += weight(text[at:e.start]) + addressWeight(text, e)
		at = e.end
	}
	return n + weight(text[at:])
}

// xASCII weighs a text where only addresses weigh otherwise than their letters.
func xASCII(text string) int {
	n := len(text)
	for _, e := range xDialect.addresses(nil, text) {
		n += addressWeight(text, e) - (e.end - e.start)
	}
	return n
}

func addressWeight(text string, e entity) int {
	if e.disputed {
		return max(xAddress, weight(text[e.start:e.end]))
	}
	return xAddress
}

// weight weighs text without addresses.
func weight(text string) int {
	n := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && (i+1 == len(text) || text[i+1] < utf8.RuneSelf) {
			n += xLight
			i++
			continue
		}
		r, size := decode(text[i:])
		if mayBeEmoji(r) {
			if length := emoji(text[i:]); length > 0 {
				n += xHeavy
				i += length
				continue
			}
		}
		if light(r) {
			n += xLight
		} else {
			n += xHeavy
		}
		i += size
	}
	return n
}

// light reports whether a character weighs 1: those up to Georgian, and common
// spaces, dashes, quotation marks and primes.
func light(r rune) bool {
	return r <= 4351 || 8192 <= r && r <= 8205 || 8208 <= r && r <= 8223 || 8242 <= r && r <= 8247
}

// composed reports whether text is in normal form C already, for the characters
// of which most texts are made without the tables.
func composed(text string) bool {
	for _, r := range text {
		if !plain(r) {
			return norm.NFC.IsNormalString(text)
		}
	}
	return true
}

// plain reports whether r is in normal form C beside any other such character.
func plain(r rune) bool {
	switch {
	case r < 0x300:
		return true
	case r < 0x2010:
		return 0x400 <= r && r <= 0x482 || 0x48A <= r && r <= 0x52F || 0x5D0 <= r && r <= 0x5EA || 0x620 <= r && r <= 0x64A
	case r < 0x3001:
		return r <= 0x2027 || 0x2030 <= r && r <= 0x205E || 0x20A0 <= r && r <= 0x20BF || 0x2600 <= r && r <= 0x27BF
	case r < 0x1F000:
		return r <= 0x3029 || 0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FF || 0x4E00 <= r && r <= 0x9FFF ||
			0xAC00 <= r && r <= 0xD7A3 || r == 0xFE0F || 0xFF01 <= r && r <= 0xFF5E
	}
	return r <= 0x1FAFF
}
