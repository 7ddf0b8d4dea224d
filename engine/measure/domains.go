package measure

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// maxForeign is the longest top-level domain outside ASCII, in characters.
const maxForeign = 17

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// topLevel measures the top-level domain at the start of s; 0 for none. It does
// not go on in letters or digits of ASCII, a hyphen, @ or +.
func (d *dialect) topLevel(s string) int {
	n := 0
	for n < len(s) && (s[n] == '-' || s[n] != '_' && isUserRune(rune(s[n]))) {
		n++
	}
	if n > 4 && strings.EqualFold(s[:4], "xn--") {
		if d.javascript { // its expression has hyphens in Punycode
			return n
		}
		if i := strings.IndexByte(s[4:n], '-'); i >= 0 {
			n = 4 + i
		}
		return n
	}
	if n < len(s) && (s[n] == '@' || s[n] == '+') {
		return 0
	}
	if n > 1 && knownTopLevel(s[:n]) {
		return n
	}
	if n < len(s) && s[n] >= utf8.RuneSelf {
		return foreignTopLevel(s)
	}
	return 0
}

// knownTopLevel looks a domain in ASCII up among those that exist (the public
// suffix list's, which has all of IANA's, and the disputed): .com is one, .example
// is not.
func knownTopLevel(name string) bool {
	switch name {
	case "com", "org", "net", "de", "fr", "uk", "ru", "io", "co", "social":
		return true
	}
	if len(name) > maxLabel || strings.IndexByte(name, '-') >= 0 {
		return false
	}
	name = strings.ToLower(name)
	_, icann := publicsuffix.PublicSuffix("a." + name)
	return icann || disputed[name]
}

// foreignTopLevel measures the longest top-level domain outside ASCII at the
// start of s.
func foreignTopLevel(s string) int {
	found, count := 0, 0
	for i, r := range s {
		if i > 0 && endsForeign(r) && foreignDomain(s[:i]) {
			found = i
		}
		if count++; count > maxForeign+1 || r == '.' || r == '/' {
			return found
		}
	}
	if count <= maxForeign && foreignDomain(s) {
		return len(s)
	}
	return found
}

func foreignDomain(s string) bool {
	s = strings.ToLower(s)
	return foreignDomains[s] || disputed[s]
}

// isDisputed reports whether a domain is below a disputed top-level domain.
func isDisputed(domain string) bool {
	return disputed[strings.ToLower(domain[strings.LastIndexByte(domain, '.')+1:])]
}

func endsForeign(after rune) bool {
	return after != '@' && after != '+' && after != '-' && (after == '_' || !isUserRune(after))
}
