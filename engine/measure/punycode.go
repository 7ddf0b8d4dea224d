package measure

import (
	"slices"
	"strings"
)

// validLabel reports whether a label of a domain fits into the name system.
// Chinese and Japanese full stops part it once more: the JavaScript version
// measures the parts as one, the Ruby version one by one.
func (d *dialect) validLabel(l string) bool {
	if ascii(l) {
		return len(l) <= maxLabel
	}
	whole := 0
	for part := l; ; whole++ {
		at := strings.IndexFunc(part, fullStop)
		if at < 0 {
			at = len(part)
		}
		n := punycodeLen(part[:at])
		if !d.javascript && (n == 0 || n > maxLabel) {
			return false
		}
		whole += n
		if at == len(part) {
			return !d.javascript || whole <= maxLabel
		}
		part = part[at+len("。"):]
	}
}

func fullStop(r rune) bool { return r == '。' || r == '．' || r == '｡' }

// punycodeLen is the length of s in Punycode with its prefix (RFC 3492, section
// 6.3). It gives up on what is too long, since the algorithm is not linear.
func punycodeLen(s string) int {
	if ascii(s) {
		return len(s)
	}
	runes := []rune(s)
	if len(runes) > maxLabel {
		return maxLabel + 1
	}
	basic := 0
	for _, r := range runes {
		if r < 0x80 {
			basic++
		}
	}
	length := len("xn--") + basic
	if basic > 0 {
		length++
	}
	ordered := slices.Compact(slices.Sorted(slices.Values(runes)))
	delta, bias, done, last := 0, 72, basic, rune(0x80)
	for _, r := range ordered {
		if r < 0x80 {
			continue
		}
		delta += int(r-last) * (done + 1)
		last = r
		for _, c := range runes {
			if c < r {
				delta++
			}
			if c == r {
				length += digits(delta, bias)
				bias = adapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		last++
	}
	return length
}

// digits is how many digits of base 36 a delta takes.
func digits(delta, bias int) int {
	n := 1
	for k := 36; ; k += 36 {
		t := min(max(k-bias, 1), 26)
		if delta < t {
			return n
		}
		delta = (delta - t) / (36 - t)
		n++
	}
}

// adapt is the bias for the next delta.
func adapt(delta, points int, first bool) int {
	if first {
		delta /= 700
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (36-1)*26/2; k += 36 {
		delta /= 36 - 1
	}
	return k + (36-1+1)*delta/(delta+38)
}
