package discord

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/smmctl/smmctl/engine/content"
)

// essence is what of a message survives what Discord does to it: it trims, and
// takes out characters that it does not name (resources/webhook, 2026-08-06).
type essence struct {
	text     string
	question string
	box      string // the words of embeds
	embeds   int
	alts     []string // one an attachment
	answers  int
}

func (e *essence) add(own *embed) {
	e.embeds++
	e.box += own.Title + own.Description
}

// fingerprintOf condenses a segment as described at essence.fingerprint.
func fingerprintOf(s content.Segment) string {
	d := draftOf(s)
	e := essence{text: d.text, question: d.question}
	if d.embed != nil {
		e.add(d.embed)
	}
	for _, m := range s.Media {
		e.alts = append(e.alts, m.Alt)
	}
	if s.Poll != nil {
		e.answers = len(s.Poll.Options)
	}
	return e.fingerprint()
}

// fingerprint is a digest of the letters of the text and of a poll's question,
// and of how many files and answers there are. Where there are no letters, the
// symbols stand in, then an embed's words, then the alternative texts.
func (e essence) fingerprint() string {
	words := letters(e.text + e.question)
	if words == "" {
		words = symbols(e.text + e.question)
	}
	if words == "" {
		words = letters(e.box)
	}
	if words == "" {
		words = letters(strings.Join(e.alts, "|"))
	}
	return content.Digest("discord-1", words, fmt.Sprint(len(e.alts)), fmt.Sprint(e.answers))
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
		return unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Variation_Selector, r)
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
