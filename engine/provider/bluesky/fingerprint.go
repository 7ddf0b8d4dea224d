package bluesky

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/smmctl/smmctl/engine/content"
)

// essence is what a post is recognised by.
type essence struct {
	text string
	alts []string // one a medium
}

// fingerprintOf condenses a segment as described at essence.fingerprint.
func fingerprintOf(s content.Segment) string {
	e := essence{text: s.Text}
	for _, m := range s.Media {
		e.alts = append(e.alts, m.Alt)
	}
	return e.fingerprint()
}

// fingerprint is a digest of the text's letters and of how many media there are.
// A server keeps a text to the byte; what the letters leave out is how a person
// may have typed the same words by hand, whose post is then not posted again.
// Where there are no letters the signs count, and where there is nothing, the
// alternative texts.
func (e essence) fingerprint() string {
	text := keep(e.text, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r)
	})
	if text == "" {
		text = keep(e.text, func(r rune) bool { return !unicode.IsSpace(r) })
	}
	if text == "" {
		text = "|" + strings.Join(e.alts, "|")
	}
	return content.Digest("bluesky-1", text, fmt.Sprint(len(e.alts)))
}

func keep(s string, ok func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, norm.NFC.String(strings.ToLower(strings.ToValidUTF8(s, ""))))
}
