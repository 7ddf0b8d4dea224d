package mastodon

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/smmctl/smmctl/engine/content"
)

// essence is what of a post survives every server's rewriting.
type essence struct {
	text    string
	warning string
	alts    []string // one a medium
	options int      // of a poll
}

// fingerprintOf condenses a segment as described at essence.fingerprint.
func fingerprintOf(s content.Segment) string {
	e := essence{text: s.Text, warning: s.Options[optWarning]}
	for _, m := range s.Media {
		e.alts = append(e.alts, m.Alt)
	}
	if s.Poll != nil {
		e.options = len(s.Poll.Options)
	}
	return e.fingerprint()
}

// fingerprint is a digest of the letters of warning and text, without addresses
// and without the domains of mentions, and of how many media and poll options
// there are. Warning and text are taken together: Mastodon moves a warning over
// an empty text into it, or fills the text with a full stop or a picture
// character (PostStatusService, read 2026-11-23).
//
// Where that leaves nothing, as in a post that is only a picture, the beginnings
// of the alternative texts stand in; all four kinds of server give them back,
// but some cut them.
func (e essence) fingerprint() string {
	text := letters(e.text)
	if e.warning != "" {
		text = letters(e.warning) + text
	}
	if text == "" && e.warning == "" {
		text = symbols(e.text)
	}
	if text == "" {
		for _, alt := range e.alts {
			text += "|" + prefix(letters(alt), altPrefix)
		}
	}
	return content.Digest("mastodon-1", text, fmt.Sprint(len(e.alts)), fmt.Sprint(e.options))
}

// altPrefix is how much of an alternative text counts, in code points: far below
// the shortest limit of the servers that we know (Pixelfed, 1000).
const altPrefix = 60

var (
	addressPattern = regexp.MustCompile(`(?i)\bhttps?://\S+`)
	mentionPattern = regexp.MustCompile(`@([\p{L}\p{N}_][\p{L}\p{N}_.\-]*)@[\p{L}\p{N}][\p{L}\p{N}.\-]*(:\d+)?`)
)

// bare takes out what servers rewrite: addresses and the domains of mentions.
func bare(s string) string {
	return mentionPattern.ReplaceAllString(addressPattern.ReplaceAllString(s, " "), " @$1 ")
}

// letters keeps letters, digits and the marks on them, in one form and case.
func letters(s string) string {
	return keep(bare(s), func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r)
	})
}

// symbols keeps what a text without letters is made of: emoji, and punctuation.
func symbols(s string) string {
	return keep(bare(s), func(r rune) bool {
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

func prefix(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
