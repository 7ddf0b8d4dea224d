package measure

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

var seeds = []string{
	"", "a https://example.com/(a)?b=c @x@y.z", "\xff@\xff", "https://пример.рф/(", "👨‍👩‍👧://", "@a@b@c", "https://a.b.c.d.e",
	"これは日本語です。example.com中国語t.co/abcde한국twitter.com", "http://t.co/a-b?c=d", "1\u20e3🇫🇷🏴☠\ufe0f❤\ufe0f©", "Élan.com/пример.рф/x", "e\u0301\ufeff<#a#b>", "xn--é.com𠮷.co/",
}

// FuzzLength: no counter panics or counts below nothing, and they relate to each
// other as their rules say.
func FuzzLength(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range []*dialect{&mastodonDialect, &xDialect} {
			inOrder(t, s, d.addresses(nil, s))
		}
		inOrder(t, s, entities(s))
		g, c := Length("graphemes", s), Length("codepoints", s)
		if want := uniseg.GraphemeClusterCount(s); g != want {
			t.Fatalf("%q: %d graphemes, want %d", s, g, want)
		}
		if g > c || c > Length("utf16", s) || c > len(s) {
			t.Fatalf("%q: %d graphemes, %d code points", s, g, c)
		}
		if n := Length("mastodon", s); n < 0 || n > g+DefaultURLLength*strings.Count(s, "://") {
			t.Fatalf("%q: mastodon %d, graphemes %d", s, n, g)
		}
		if n := Length("threads", s); n < c && utf8.ValidString(s) || n > len(s) {
			t.Fatalf("%q: threads %d, code points %d, bytes %d", s, n, c, len(s))
		}
		if n := Length("x", s); n < 0 || n > 2*3*c+xAddress*strings.Count(s, ".") { // normal form C has at most three times as many
			t.Fatalf("%q: x %d, code points %d", s, n, c)
		}
		for unit, count := range things {
			if n := count(s); n < 0 || n > len(s) {
				t.Fatalf("%q: %d %s", s, n, unit)
			}
		}
		longer(t, s, g)
	})
}

func inOrder(t *testing.T, s string, found []entity) {
	t.Helper()
	last := 0
	for _, e := range found {
		if e.start < last || e.end <= e.start || e.end > len(s) || !e.url && (e.local <= e.start || e.local > e.end) {
			t.Fatalf("entity %+v in %q", e, s)
		}
		last = e.end
	}
}

// longer: another line makes a text longer by what it has, in each unit where
// nothing reaches over a line's end.
func longer(t *testing.T, s string, g int) {
	t.Helper()
	if !utf8.ValidString(s) || strings.HasSuffix(s, "\r") {
		return
	}
	if Length("graphemes", s+"\na") != g+2 {
		t.Fatalf("%q: graphemes", s)
	}
	for _, unit := range []Unit{X, Threads, UTF16, Codepoints, Bytes} {
		if n := Length(string(unit), s); Length(string(unit), s+"\na") != n+2 {
			t.Fatalf("%q: %s: %d is not two less", s, unit, n)
		}
	}
}

// FuzzNetworks: a text that fits is one that each bound allows, and no text breaks
// a network that has no bounds.
func FuzzNetworks(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range Networks() {
			r := n.Measure(s)
			ok := r.Limit == 0 || r.Length <= r.Limit
			for _, c := range r.Also {
				ok = ok && c.OK && c.Length <= c.Limit
			}
			if r.OK != ok || r.Length < 0 || len(r.Also) != len(n.Also) {
				t.Fatalf("%s: %q: %+v", n.Name, s, r)
			}
		}
	})
}
