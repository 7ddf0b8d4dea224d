package measure

import (
	"strings"
	"unicode/utf8"
)

// Addresses are found as twitter-text finds them. Mastodon takes its Ruby
// version and changes some expressions; for X its JavaScript version is followed.
// Written as a scanner, since the originals' expressions backtrack: each run of
// labels and dots is looked at once.
// https://github.com/twitter/twitter-text (regex.rb; js 3.1.0, extractUrlsWithIndices) and
// https://github.com/mastodon/mastodon/blob/main/config/initializers/twitter_regex.rb, 2026-11-24

// dialect is what one version of twitter-text takes for an address.
type dialect struct {
	protocols  []string
	javascript bool  // an address without a protocol counts; see the places where it is asked for
	label      class // of a domain, beside - and _
	path       class // beside balanced parentheses
	paired     class // within parentheses that end a path
	pathEnd    class
	query      class
	queryEnd   class
}

const (
	maxURL   = 4096 // twitter-text's MAX_URL_LENGTH, in UTF-16 units
	maxLabel = 63   // of a domain in Punycode, in bytes
	maxSlug  = 40   // of a shortened address, https://t.co/…
)

// finder looks for addresses in a text, from left to right.
type finder struct {
	*dialect
	text  string
	free  int // the end of the last match; a match may take one character before it
	found []entity
}

// addresses appends what d finds in text to found, in order.
func (d *dialect) addresses(found []entity, text string) []entity {
	f := finder{dialect: d, text: text, found: found}
	var buf [4]label
	for at := 0; ; {
		dot := strings.IndexByte(text[at:], '.')
		if dot < 0 {
			return f.found
		}
		labels := f.labels(buf[:0], at, at+dot)
		for i := range labels[:len(labels)-1] {
			f.match(labels[i], labels[i+1])
		}
		at = max(f.free, labels[len(labels)-1].end)
	}
}

// label is one of a run of labels that are joined by dots.
type label struct {
	start, end int
	plain      int // where its part after the last _ begins
	top        int // where the top-level domain at its start ends; 0: none
	reach      int // where the longest domain ends that has this label as its first; 0: none
}

// labels takes apart the run around the dot, which is the first one after from.
func (f *finder) labels(run []label, from, dot int) []label {
	start := dot
	for start > from {
		r, size := utf8.DecodeLastRuneInString(f.text[from:start])
		if !f.inLabel(r) {
			break
		}
		start -= size
	}
	for {
		l := label{start: start, end: start}
		for l.end < len(f.text) {
			r, size := decode(f.text[l.end:])
			if !f.inLabel(r) {
				break
			}
			l.end += size
		}
		l.plain = l.start + strings.LastIndexByte(f.text[l.start:l.end], '_') + 1
		if len(run) > 0 {
			if n := f.topLevel(f.text[l.start:]); n > 0 {
				l.top = l.start + n
			}
		}
		run = append(run, l)
		if l.end == len(f.text) || f.text[l.end] != '.' {
			break
		}
		start = l.end + 1
	}
	for i := len(run) - 2; i >= 0; i-- {
		run[i].reach = f.domain(run[i], run[i].start, run[i+1])
	}
	return run
}

// domain returns where the longest domain ends that begins at i within l and goes
// on in next; 0 for none. A label begins and ends with neither - nor _, and that
// right before the top-level domain has no _.
func (f *finder) domain(l label, i int, next label) int {
	switch {
	case i == l.end || joiner(f.text[i]) || joiner(f.text[l.end-1]):
		return 0
	case next.reach > 0:
		return next.reach
	case i >= l.plain:
		return next.top
	}
	return 0
}

func (f *finder) inLabel(r rune) bool { return r == '-' || r == '_' || f.label.has(r) }

func joiner(c byte) bool { return c == '-' || c == '_' }

// match takes the first address whose domain begins in l and goes on in next.
func (f *finder) match(l, next label) {
	if next.reach == 0 && next.top == 0 {
		return
	}
	if l.start >= f.free && l.reach > 0 {
		if begin := f.protocol(l.start); begin < l.start {
			if before, ok := f.mayStart(begin); ok {
				f.take(before, begin, l.start, l.reach)
				return
			}
		}
	}
	for i := f.first(l); i < l.end; {
		if before, ok := f.mayStart(i); ok {
			if end := f.domain(l, i, next); end > 0 {
				f.take(before, i, i, end)
				return
			}
		}
		_, size := decode(f.text[i:])
		i += size
	}
}

// first returns where the first domain in l may begin. At a text's start the
// original tries a character as the one before the address first of all.
func (f *finder) first(l label) int {
	if l.start == 0 && f.free == 0 && l.end > 0 {
		if r, size := decode(f.text); size < l.end && precedes(r) && !joiner(f.text[size]) {
			return size
		}
	}
	return max(l.start, f.free)
}

// protocol returns where the protocol before i begins; i where there is none.
func (f *finder) protocol(i int) int {
	if !strings.HasSuffix(f.text[:i], "://") {
		return i
	}
	for _, p := range f.protocols {
		if begin := i - len(p); begin >= f.free && strings.EqualFold(f.text[begin:i], p) {
			return begin
		}
	}
	return i
}

// mayStart reports whether an address may begin at i, and after which character:
// 0 at the text's start. JavaScript takes characters outside the basic plane
// apart, so that one of them can both precede an address and begin its domain.
func (f *finder) mayStart(i int) (before rune, ok bool) {
	if i == 0 {
		return 0, true
	}
	before, size := utf8.DecodeLastRuneInString(f.text[:i])
	if i-size >= f.free && precedes(before) {
		return before, true
	}
	return 0, f.javascript && f.text[i] >= 0xF0
}

// precedes reports whether an address may come after r: no letter or digit of
// ASCII, @, $ or #.
func precedes(r rune) bool {
	switch r {
	case '@', '＠', '$', '#', '＃':
		return false
	}
	return (r == '_' || !isUserRune(r)) && !isInvalid(r)
}

// take records the address from begin whose domain is there. What it covers is
// not looked at again, also where it turns out to be none.
func (f *finder) take(before rune, begin, domain, end int) {
	stop := end
	stop += port(f.text[stop:])
	path := stop
	stop += f.pathLen(f.text[stop:])
	hasPath := stop > path
	stop += f.queryLen(f.text[stop:])
	f.free = stop
	if !f.validDomain(domain, end) || utf16Units(f.text[begin:stop])+len("https://") > maxURL {
		return
	}
	switch {
	case begin < domain:
		if stop = f.shortened(begin, domain, end, stop); stop > 0 {
			f.found = append(f.found, entity{start: begin, end: stop, url: true, disputed: isDisputed(f.text[domain:end])})
		}
	case f.javascript && !strings.ContainsRune("-_./", before):
		had := len(f.found)
		f.found = f.latinDomains(f.found, domain, end)
		if hasPath && len(f.found) > had {
			f.found[len(f.found)-1].lengthen(f.text, end, stop)
		}
	}
}

// lengthen adds the path and query from domain to stop. Where other letters stand
// between, the original counts as many UTF-16 units on as the path and query have.
func (e *entity) lengthen(text string, domain, stop int) {
	if e.end == domain {
		e.end = stop
		return
	}
	for units := utf16Units(text[domain:stop]); e.end < stop; {
		r, size := decode(text[e.end:])
		if units--; r > 0xFFFF {
			units--
		}
		if units < 0 {
			return
		}
		e.end += size
	}
}

// shortened cuts an address of X's shortener after its slug; 0 where the slug
// is too long for one. Others stay as they are.
func (f *finder) shortened(begin, domain, end, stop int) int {
	if !strings.EqualFold(f.text[domain:end], "t.co") || !strings.EqualFold(f.text[begin:domain][:4], "http") || end == stop || f.text[end] != '/' {
		return stop
	}
	rest := f.text[end+1 : stop]
	n := 0
	for n < len(rest) && rest[n] != '_' && isUserRune(rune(rest[n])) {
		n++
	}
	switch {
	case n == 0:
		return stop
	case n > maxSlug:
		return 0
	}
	stop = end + 1 + n
	if f.javascript { // the Ruby version drops the query
		stop += f.queryLen(rest[n:])
	}
	return stop
}

// latinDomains appends the parts of a domain that are domains in Latin letters
// alone: those only are addresses where there is no protocol.
func (f *finder) latinDomains(found []entity, from, end int) []entity {
	domain := f.text[from:end]
	for i := 0; i < len(domain); {
		last, at := 0, i
		for {
			n := latinLabel(domain[at:])
			if n == 0 || at+n >= len(domain) || domain[at+n] != '.' {
				at += n
				break
			}
			at += n + 1
			if t := f.topLevel(domain[at:]); t > 0 {
				last = at + t
			}
		}
		if last > 0 {
			found = append(found, entity{start: from + i, end: from + last, url: true, disputed: isDisputed(domain[i:last])})
			i = last
			continue
		}
		if at == i {
			_, size := decode(domain[at:])
			at += size
		}
		i = at
	}
	return found
}

// latinLabel measures the letters at the start of s that a domain without a
// protocol may have.
func latinLabel(s string) int {
	for i, r := range s {
		latin := r == '-' || r != '_' && isUserRune(r) || isLatinAccent(r)
		if !latin {
			return i
		}
	}
	return len(s)
}

// validDomain reports whether each label fits into the name system in Punycode.
func (f *finder) validDomain(from, end int) bool {
	domain := f.text[from:end]
	if strings.HasPrefix(domain, "xn--") && !ascii(domain) && len(f.latinDomains(nil, from, end)) == 0 {
		return false
	}
	for l := range strings.SplitSeq(domain, ".") {
		if !f.validLabel(l) {
			return false
		}
	}
	return true
}
