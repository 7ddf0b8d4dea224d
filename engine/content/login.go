package content

import "strings"

// Login is a login in the form in which two are compared: without its @, in lower
// case. Forges take ASCII only; other letters stay as they are.
func Login(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, strings.TrimPrefix(strings.TrimSpace(s), "@"))
}
