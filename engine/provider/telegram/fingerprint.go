package telegram

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/smmctl/smmctl/engine/content"
)

// fingerprintOf condenses a segment as fingerprint does a message.
func fingerprintOf(s content.Segment) string {
	options := 0
	if s.Poll != nil {
		options = len(s.Poll.Options)
	}
	return fingerprint(s.Text, len(s.Media), options)
}

// fingerprint is a digest of what of a text is seen, without spaces, and of how
// many media and poll options there are. Styles, and the files themselves, are
// not in it: a message tells them in a form of its own.
func fingerprint(text string, media, options int) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.C) {
			return -1
		}
		return r
	}, plain(text))
	return content.Digest("telegram-1", seen, fmt.Sprint(media), fmt.Sprint(options))
}
