package measure

import "strings"

// port measures a port at the start of s.
func port(s string) int {
	if !strings.HasPrefix(s, ":") {
		return 0
	}
	n := 1
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	if n == 1 {
		return 0
	}
	return n
}

// pathLen measures a path: what may stand in one, with balanced parentheses,
// less the punctuation at its end.
func (d *dialect) pathLen(s string) int {
	if !strings.HasPrefix(s, "/") {
		return 0
	}
	end := 1
	for i := 1; i < len(s); {
		r, size := decode(s[i:])
		if r == '(' {
			n := balanced(s[i:], &d.path, 1)
			if n == 0 {
				break
			}
			// The JavaScript expression takes a pair for an end only right after
			// another end, since its alternatives are not grouped.
			if balanced(s[i:], &d.paired, 1) == n && (!d.javascript || end == i) {
				end = i + n
			}
			i += n
			continue
		}
		if !d.path.has(r) {
			break
		}
		i += size
		if d.pathEnd.has(r) {
			end = i
		}
	}
	return end
}

// balanced measures a pair of parentheses at the start of s that is not empty
// and holds at most one more pair.
func balanced(s string, within *class, depth int) int {
	inner, nested := 0, false
	for i := 1; i < len(s); {
		r, size := decode(s[i:])
		switch {
		case r == ')':
			if inner == 0 {
				return 0
			}
			return i + 1
		case r == '(' && depth > 0 && !nested:
			n := balanced(s[i:], within, depth-1)
			if n == 0 {
				return 0
			}
			nested, inner = true, inner+1
			i += n
		case within.has(r):
			inner++
			i += size
		default:
			return 0
		}
	}
	return 0
}

func (d *dialect) queryLen(s string) int {
	if !strings.HasPrefix(s, "?") {
		return 0
	}
	end := 0
	for i := 1; i < len(s); {
		r, size := decode(s[i:])
		if !d.query.has(r) {
			break
		}
		i += size
		if d.queryEnd.has(r) {
			end = i
		}
	}
	return end
}
