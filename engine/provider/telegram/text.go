package telegram

import (
	"unicode/utf8"
)

// tidied is a text as the server keeps it. Places in it are UTF-16 code units.
type tidied struct {
	runes []rune
	units []int // the place of each rune, and of the end
	at    []int // for each byte of the source, and its end: the index of its rune
}

// tidy does to a text what the server would: control characters become spaces,
// carriage returns, line and paragraph separators, overrides of the writing
// direction and three combining lines are dropped (TDLib, clean_input_string,
// read 2026-11-24). So runs are counted in what the reader gets. Bytes that are
// no UTF-8, which the server refuses, become replacement characters.
func tidy(text string) *tidied {
	t := &tidied{at: make([]int, len(text)+1)}
	units := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		for j := range size {
			t.at[i+j] = len(t.runes)
		}
		i += size
		if dropped(r) {
			continue
		}
		if r < ' ' && r != '\n' {
			r = ' '
		}
		t.runes, t.units = append(t.runes, r), append(t.units, units)
		units += unitsOf(r)
	}
	t.at[len(text)] = len(t.runes)
	t.units = append(t.units, units)
	return t
}

func dropped(r rune) bool {
	return r == '\r' || r >= '\u2028' && r <= '\u202e' || r == '\u0333' || r == '\u033f' || r == '\u030a'
}

func unitsOf(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// trim narrows a run of runes to what is neither a space nor a line's end at its
// edges; the server trims these two and no others.
func (t *tidied) trim(from, to int) (int, int) {
	for from < to && blank(t.runes[from]) {
		from++
	}
	for to > from && blank(t.runes[to-1]) {
		to--
	}
	return from, to
}

func blank(r rune) bool { return r == ' ' || r == '\n' }

// plain is the whole text, trimmed.
func plain(text string) string {
	t := tidy(text)
	from, to := t.trim(0, len(t.runes))
	return string(t.runes[from:to])
}
