package wordpress

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/smmctl/smmctl/engine/content"
)

// essence is what of a post survives WordPress's filters. Featured picture,
// categories and tags are no part of it: WordPress stores them after the post
// itself, and a request that dies between leaves them out.
type essence struct {
	title string
	text  string
	alts  []string // of the pictures and videos in the body
}

// fingerprintOf condenses a segment as described at essence.fingerprint.
func fingerprintOf(s content.Segment) string {
	text, _ := readContent(blocksOf(s))
	e := essence{title: s.Title, text: text}
	for i, m := range s.Media {
		if i != featured(s) {
			e.alts = append(e.alts, alt(m))
		}
	}
	return e.fingerprint()
}

// fingerprint is a digest of the letters of title and text. Where there are none
// it is of the symbols, and where there are none of those, of the alternative
// texts.
func (e essence) fingerprint() string {
	title, text := letters(e.title), letters(e.text)
	if title+text == "" {
		title, text = symbols(e.title), symbols(e.text)
	}
	if title+text == "" {
		for _, alt := range e.alts {
			text += "|" + letters(alt)
		}
		text += fmt.Sprint(len(e.alts))
	}
	return content.Digest("wordpress-1", title, text)
}

// letters keeps letters, digits and the marks on them, in one form and case.
func letters(s string) string {
	return keep(s, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r)
	})
}

// symbols keeps what a text without letters is made of: emoji, and punctuation.
func symbols(s string) string {
	return keep(s, func(r rune) bool {
		return r != unicode.ReplacementChar && unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Variation_Selector, r)
	})
}

// keep normalises (compatibility forms, case) and drops what ok refuses. Case is
// folded before composing: lowering may take a composed letter apart.
func keep(s string, ok func(rune) bool) string {
	s = norm.NFKC.String(strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, ""))))
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, s)
}
