package measure

import (
	"strings"
	"unicode/utf8"
)

// class is a set of characters.
type class struct {
	ascii   [utf8.RuneSelf]bool
	foreign func(rune) bool // all others; nil: none
}

func (c *class) has(r rune) bool {
	if uint32(r) < utf8.RuneSelf {
		return c.ascii[r]
	}
	return c.foreign != nil && c.foreign(r)
}

// classOf is the set of letters and digits, those of more, and what foreign has.
func classOf(more string, foreign func(rune) bool) class {
	c := class{foreign: foreign}
	for r := range rune(utf8.RuneSelf) {
		c.ascii[r] = r != '_' && isUserRune(r)
	}
	for i := range len(more) {
		c.ascii[more[i]] = true
	}
	return c
}

// anyBut is the set of all in ASCII but less, and what foreign has.
func anyBut(less string, foreign func(rune) bool) class {
	c := class{foreign: foreign}
	for r := range c.ascii {
		c.ascii[r] = strings.IndexByte(less, byte(r)) < 0
	}
	return c
}
