package vk

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/smmctl/smmctl/engine/content"
)

// essence is what of a post survives VK's rewriting.
type essence struct {
	text    string
	media   int // photos and documents
	options int // of a poll
}

func fingerprintOf(s content.Segment) string {
	e := essence{text: s.Text, media: len(s.Media)}
	if s.Poll != nil {
		e.options = len(s.Poll.Options)
	}
	return e.fingerprint()
}

// fingerprint is a digest of a text's letters and digits in one form and case,
// without addresses, and of how many media and poll options there are. Of a
// mention only its label counts. Where there are no letters, symbols stand in.
func (e essence) fingerprint() string {
	text := bare(e.text)
	kept := keep(text, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r)
	})
	if kept == "" {
		kept = keep(text, func(r rune) bool {
			return unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Variation_Selector, r)
		})
	}
	return content.Digest("vk-1", kept, fmt.Sprint(e.media), fmt.Sprint(e.options))
}

var (
	address = regexp.MustCompile(`(?i)\bhttps?://\S+`)
	// VK turns @club1 (Makers) into [club1|Makers], and @club1 into [club1|@club1].
	wiki   = regexp.MustCompile(`\[[A-Za-z0-9_.]+\|([^\[\]|]*)\]`)
	spoken = regexp.MustCompile(`[@*][A-Za-z0-9_.]+\s*\(([^()\[\]|]*)\)`)
)

// maxEscaped bounds the levels of escaping in a hostile text.
const maxEscaped = 32

// bare takes out what VK rewrites. Whether VK escapes a text is not known, so
// every level of escaping is undone, of what was sent as of what is read.
func bare(s string) string {
	for range maxEscaped {
		once := entity.ReplaceAllStringFunc(s, html.UnescapeString)
		if once == s {
			break
		}
		s = once
	}
	s = wiki.ReplaceAllString(s, "$1")
	s = spoken.ReplaceAllString(s, "$1")
	return address.ReplaceAllString(s, " ")
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
