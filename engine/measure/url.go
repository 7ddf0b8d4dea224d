package measure

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Addresses are found as twitter-text finds them, with the changes that Mastodon
// makes to it: a protocol that it knows, a domain under a real top-level domain,
// and a path that does not take the punctuation after it. Written as a scanner,
// since the original's expressions backtrack.
// https://github.com/twitter/twitter-text (regex.rb) and
// https://github.com/mastodon/mastodon/blob/main/config/initializers/twitter_regex.rb, 2026-11-23

// maxURL is the longest address in characters, maxLabel a domain label's bytes.
// maxLabels is what DNS allows, and keeps the scanner linear.
const (
	maxURL    = 4096
	maxLabel  = 63
	maxLabels = 127
)

var protocols = []string{"https://", "http://", "dat://", "dweb://", "ipfs://", "ipns://", "ssb://", "gopher://", "gemini://"}

// urls finds the addresses of text. Only words with a protocol somewhere in them
// are looked at. An address without one is none, but what it covers is not looked
// at again, as in the original.
func urls(text string) []entity {
	var found []entity
	free := 0 // a match may take the character before the address from here on
	for i := 0; ; {
		at := strings.Index(text[i:], "://")
		if at < 0 {
			return found
		}
		end := i + at + len("://")
		i += strings.LastIndexFunc(text[i:i+at], unicode.IsSpace) + 1
		for i < end {
			e, protocol := urlAt(text, i, free)
			if e.end == 0 {
				i++
				continue
			}
			if protocol && utf8.RuneCountInString(text[e.start:e.end]) <= maxURL {
				found = append(found, e)
			}
			i, free = e.end, e.end
		}
	}
}

// mayStart reports whether an address may begin at i: at a line's start, or
// after a character that is no letter, digit, @, $ or #.
func mayStart(text string, i, free int) bool {
	if c := text[i]; c < utf8.RuneSelf && !isUserRune(rune(c)) || c >= utf8.RuneSelf && !utf8.RuneStart(c) {
		return false
	}
	if i == 0 || text[i-1] == '\n' {
		return true
	}
	prev, size := utf8.DecodeLastRuneInString(text[:i])
	if i-size < free {
		return false
	}
	switch prev {
	case '@', '＠', '$', '#', '＃', 0xFFFE, 0xFEFF, 0xFFFF:
		return false
	}
	return prev == '_' || !isUserRune(prev)
}

func urlAt(text string, i, free int) (e entity, protocol bool) {
	if !mayStart(text, i, free) {
		return entity{}, false
	}
	at := i
	for _, p := range protocols {
		if len(text)-i >= len(p) && strings.EqualFold(text[i:i+len(p)], p) {
			at, protocol = i+len(p), true
			break
		}
	}
	n := domain(text[at:])
	if n == 0 {
		return entity{}, false
	}
	at += n
	at += port(text[at:])
	at += path(text[at:])
	at += query(text[at:])
	return entity{start: i, end: at, url: true}, protocol
}

// domain measures the longest domain at the start of s whose last label is a
// top-level domain; 0 for none.
func domain(s string) int {
	end, start := 0, 0
	underscore := false // in the label before
	for n := range maxLabels {
		label := labelLen(s[start:])
		if n > 0 && !underscore {
			if t := topLevel(s[start : start+label]); t > 0 {
				end = start + t
			}
		}
		l := s[start : start+label]
		if !validLabel(l) || start+label >= len(s) || s[start+label] != '.' {
			return end
		}
		underscore = strings.Contains(l, "_")
		start += label + 1
	}
	return end
}

// labelLen measures a label; one that is too long is cut, which no dot follows.
func labelLen(s string) int {
	for i, r := range s {
		if i > maxLabel || !domainRune(r) && r != '-' && r != '_' {
			return i
		}
	}
	return len(s)
}

// validLabel reports whether a label begins and ends with a letter or the like.
func validLabel(l string) bool {
	return l != "" && len(l) <= maxLabel && !strings.ContainsAny(l[:1]+l[len(l)-1:], "-_")
}

// domainRune reports whether r may stand in a domain: anything but punctuation,
// space and control characters.
func domainRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return isUserRune(r) && r != '_'
	case r == utf8.RuneError, r == 0x180E, r == 0x061C, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return !unicode.IsSpace(r) && !unicode.Is(unicode.Bidi_Control, r)
}

// topLevel measures the top-level domain at the start of a label. It must not
// go on in ASCII letters, digits or a hyphen.
func topLevel(label string) int {
	if len(label) > 4 && strings.EqualFold(label[:4], "xn--") {
		return 4 + strings.IndexFunc(label[4:]+" ", func(r rune) bool { return r == '_' || r == '-' || !isUserRune(r) })
	}
	n := strings.IndexFunc(label+" ", func(r rune) bool { return r != '-' && (r == '_' || !isUserRune(r)) })
	if n == 0 {
		return foreignTopLevel(label)
	}
	if knownTopLevel(label[:n]) {
		return n
	}
	return 0
}

// foreignTopLevel takes a label outside ASCII whole: which of them exist is not
// worth a table of their Punycode.
func foreignTopLevel(label string) int {
	return strings.IndexFunc(label+" ", func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M) })
}

// knownTopLevel looks a domain up among those that exist (the public suffix
// list's, which has all of IANA's): .com is one, .example is not.
func knownTopLevel(name string) bool {
	if len(name) < 2 || strings.Contains(name, "-") {
		return false
	}
	_, icann := publicsuffix.PublicSuffix("a." + strings.ToLower(name))
	return icann
}

func port(s string) int {
	if !strings.HasPrefix(s, ":") {
		return 0
	}
	n := strings.IndexFunc(s[1:]+" ", func(r rune) bool { return r < '0' || r > '9' })
	if n == 0 {
		return 0
	}
	return n + 1
}

// path measures a path: everything up to a space, a bracket or a question mark,
// with balanced parentheses, less the punctuation at its end.
func path(s string) int {
	if !strings.HasPrefix(s, "/") {
		return 0
	}
	end := 1
	for i := 1; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == '(' {
			n := balanced(s[i:], 1)
			if n == 0 {
				break
			}
			i += n
			end = i
			continue
		}
		if !pathRune(r) {
			break
		}
		i += size
		if pathEnd(r) {
			end = i
		}
	}
	return end
}

// balanced measures a pair of parentheses at the start of s that is not empty
// and holds at most one more pair.
func balanced(s string, depth int) int {
	inner, nested := 0, false
	for i := 1; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == ')':
			if inner == 0 {
				return 0
			}
			return i + 1
		case r == '(' && depth > 0 && !nested:
			n := balanced(s[i:], depth-1)
			if n == 0 {
				return 0
			}
			nested, inner = true, inner+1
			i += n
		case pathRune(r):
			inner++
			i += size
		default:
			return 0
		}
	}
	return 0
}

func pathRune(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune("<>()?", r) }

func pathEnd(r rune) bool { return !strings.ContainsRune("!*\"'「」;:=,.$%[]~&|", r) }

func query(s string) int {
	if !strings.HasPrefix(s, "?") {
		return 0
	}
	end := 0
	for i, r := range s {
		if i == 0 {
			continue
		}
		letter := isUserRune(r) || r >= 0xA0 && r != utf8.RuneError
		if !letter && !strings.ContainsRune("!?*'();:&=+$/%#[]-.,~|@^", r) {
			break
		}
		if letter || strings.ContainsRune("&=#/-", r) {
			end = i + utf8.RuneLen(r)
		}
	}
	return end
}
