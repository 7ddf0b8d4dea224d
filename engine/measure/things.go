package measure

import "strings"

// things are what some networks bound beside a text's length.
var things = map[Unit]func(string) int{
	Hashtags:      func(text string) int { return tagged(text, '#', isWord) },
	Mentions:      func(text string) int { return tagged(text, '@', isHandleRune) },
	Links:         links,
	AngleBrackets: func(text string) int { return strings.Count(text, "<") + strings.Count(text, ">") },
	Invalid:       invalid,
}

// tagged counts words that begin with sign: not after a letter or digit, and
// each as often as it stands there. What Instagram takes for one is not
// documented; this errs towards more.
func tagged(text string, sign byte, word func(rune) bool) int {
	n := 0
	inWord := false
	for i, r := range text {
		if r == rune(sign) && !inWord && i+1 < len(text) {
			if next, _ := decode(text[i+1:]); word(next) {
				n++
			}
		}
		inWord = isWord(r)
	}
	return n
}

func isHandleRune(r rune) bool { return r == '.' || isUserRune(r) }

// links counts different addresses, with and without a protocol, as Threads does.
// https://developers.facebook.com/documentation/threads/create-posts/text-attachments, 2026-07-02
func links(text string) int {
	found := xDialect.addresses(nil, text)
	if len(found) < 2 {
		return len(found)
	}
	seen := map[string]bool{}
	for _, e := range found {
		seen[text[e.start:e.end]] = true
	}
	return len(seen)
}

// invalid counts the characters that make a text invalid on X.
// https://github.com/twitter/twitter-text (invalidCharsGroup of js 3.1.0), 2026-11-24
func invalid(text string) int {
	n := 0
	for _, r := range text {
		if isInvalid(r) {
			n++
		}
	}
	return n
}
