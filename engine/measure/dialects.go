package measure

import (
	"unicode"
	"unicode/utf8"
)

// mastodonDialect is twitter-text's Ruby version with Mastodon's own protocols,
// paths and queries. An address without a protocol is none there, but what it
// covers is not looked at again.
var mastodonDialect = dialect{
	protocols: []string{"https://", "http://", "dat://", "dweb://", "ipfs://", "ipns://", "ssb://", "gopher://", "gemini://"},
	label:     classOf("\\", foreignLabel),
	path:      anyBut(asciiSpace+"<>()?", notSpace),
	paired:    classOf(pathEnds+pathChars, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Pd) || isLatinAccent(r) }),
	pathEnd:   anyBut(asciiSpace+"<>()?!*\"';:=,.$%[]~&|@", func(r rune) bool { return notSpace(r) && r != '「' && r != '」' }),
	query:     classOf(queryChars+"^", foreignQuery),
	queryEnd:  classOf(queryEnds, foreignQuery),
}

// xDialect is twitter-text's JavaScript version. Its domains may hold quotation
// marks and control characters.
var xDialect = dialect{
	protocols:  []string{"https://", "http://"},
	javascript: true,
	label:      anyBut(asciiSpace+"!#$%&'()*+,-./:;<=>?@[\\]^_{|}~", foreignLabel),
	path:       xPath,
	paired:     xPath,
	pathEnd:    classOf(pathEnds, foreignPath),
	query:      classOf(queryChars, nil),
	queryEnd:   classOf(queryEnds, nil),
}

var xPath = classOf(pathEnds+pathChars, func(r rune) bool { return foreignPath(r) || r == '\u2013' })

// What both versions have in common, beside letters and digits.
const (
	asciiSpace = " \t\n\v\f\r"
	pathEnds   = "+-=_#/"
	pathChars  = "!*';:,.$%[]~@|&"
	queryChars = "!?*'();:&=+$/%#[]-_.,~|@"
	queryEnds  = "_&=#/-"
)

func notSpace(r rune) bool { return !unicode.IsSpace(r) }

// foreignPath reports whether r, not ASCII, may stand in a path on X.
func foreignPath(r rune) bool { return 0x400 <= r && r <= 0x4FF || isLatinAccent(r) }

// foreignQuery reports whether r, not ASCII, may stand in a query on Mastodon.
func foreignQuery(r rune) bool {
	switch {
	case r < 0xA0, 0xFDD0 <= r && r < 0xFDF0, 0xFFF0 <= r && r < 0x10000, 0xE0000 <= r && r < 0xE1000:
		return false
	}
	return r&0xFFFE != 0xFFFE
}

// foreignLabel reports whether r, not ASCII, may stand in a domain: anything but
// spaces, marks of direction and what X takes for no text.
func foreignLabel(r rune) bool {
	switch {
	case r < 0x1680:
		return r != 0x85 && r != 0xA0 && r != 0x61C
	case r == 0x1680, r == 0x180E, r == 0x205F, r == 0x3000, isInvalid(r), r == utf8.RuneError:
		return false
	case 0x2000 <= r && r <= 0x206F:
		return 0x200B <= r && r <= 0x200D || 0x2010 <= r && r <= 0x2027 || 0x2030 <= r && r < 0x2066 || r > 0x2069
	}
	return true
}

// isLatinAccent reports whether r is one of twitter-text's Latin letters with
// accents.
func isLatinAccent(r rune) bool { return r >= 0xC0 && unicode.Is(latinAccents, r) }

// isInvalid reports whether r makes a text invalid on X.
func isInvalid(r rune) bool { return r == 0xFFFE || r == 0xFEFF || r == 0xFFFF }
