package measure

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Emoji as X's published counter knows them: those of Emoji 11, in sequences that
// are recommended for interchange. A newer sequence is no emoji there and weighs
// by its parts.
// https://github.com/twitter/twemoji-parser (11.0.2, on which twitter-text's js 3.1.0 stands), 2026-11-24
const (
	zwj       = "\u200D" // joins emoji
	emojiForm = "\uFE0F" // asks for an emoji's picture
	keycap    = "\u20E3"
)

// mayBeEmoji reports whether an emoji may begin with r that weighs otherwise than
// its characters do one by one.
func mayBeEmoji(r rune) bool {
	switch {
	case r < 0xA9:
		return r == '#' || r == '*' || '0' <= r && r <= '9'
	case r < 0x203C:
		return r == '©' || r == '®'
	}
	return r < 0x3300 || r >= 0x1F000
}

// emoji measures the emoji at the start of s that weighs otherwise than its
// characters do one by one; 0 for none. Any other single emoji weighs like any
// heavy character and is not looked up.
func emoji(s string) int {
	r, size := decode(s)
	switch {
	case r < 0xA9:
		return keycapLen(s)
	case r == '©', r == '®', r == '™', r == '♟':
		if n := formLen(s[size:]); n > 0 {
			return size + n
		}
		return 0
	}
	if n := pictureLen(s, r, size); n > size {
		return n
	}
	return 0
}

// keycapLen measures a digit, # or * in a keycap.
func keycapLen(s string) int {
	rest := strings.TrimPrefix(s[1:], emojiForm)
	if !strings.HasPrefix(rest, keycap) {
		return 0
	}
	return len(s) - len(rest) + len(keycap)
}

// formLen measures the sign at the start of s that asks for a picture.
func formLen(s string) int {
	if strings.HasPrefix(s, emojiForm) {
		return len(emojiForm)
	}
	return 0
}

// pictureLen measures the emoji that begins with r.
func pictureLen(s string, r rune, size int) int {
	after := s[size:]
	switch {
	case isRegion(r):
		return size + regionLen(r, after)
	case r == '🏴':
		return size + longest(after, flagTails)
	}
	if n := longest(after, joinedTails[r]); n > 0 {
		return size + n
	}
	tone := toneLen(after)
	if n := joinedLen(r, after, tone); n > 0 {
		return size + n
	}
	switch {
	case within(modifiable, r):
		return size + tone
	case within(modifiableText, r):
		form := formLen(after)
		return size + form + toneLen(after[form:])
	case within(textEmoji, r):
		return size + formLen(after)
	}
	return size
}

// joinedLen measures what follows a person: a tone, and a job or a gender.
func joinedLen(r rune, after string, tone int) int {
	switch {
	case r == '👨' || r == '👩':
		if n := longest(after[tone:], jobs); n > 0 {
			return tone + n
		}
	case within(gendered, r):
		if n := longest(after[tone:], genders); n > 0 {
			return tone + n
		}
	case strings.ContainsRune("🏋🏌🕴🕵⛹", r):
		between := max(tone, formLen(after))
		if n := longest(after[between:], genders); n > 0 && between > 0 {
			return between + n
		}
	}
	return 0
}

// toneLen measures a skin tone at the start of s.
func toneLen(s string) int {
	if r, size := utf8.DecodeRuneInString(s); 0x1F3FB <= r && r <= 0x1F3FF {
		return size
	}
	return 0
}

// longest measures the first of tails, which stand longest first, that s begins with.
func longest(s string, tails []string) int {
	for _, t := range tails {
		if strings.HasPrefix(s, t) {
			return len(t)
		}
	}
	return 0
}

// regionLen measures the second letter of a flag after the first.
func regionLen(first rune, after string) int {
	r, size := utf8.DecodeRuneInString(after)
	if !isRegion(r) || strings.IndexByte(flags[first-firstRegion], byte('A'+r-firstRegion)) < 0 {
		return 0
	}
	return size
}

const firstRegion = 0x1F1E6

func isRegion(r rune) bool { return firstRegion <= r && r < firstRegion+26 }

// within reports whether a sorted table of ranges has r.
func within(table [][2]rune, r rune) bool {
	_, found := slices.BinarySearchFunc(table, r, func(e [2]rune, r rune) int {
		switch {
		case e[1] < r:
			return -1
		case e[0] > r:
			return 1
		}
		return 0
	})
	return found
}
