package measure

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNetworksAreComplete(t *testing.T) {
	t.Parallel()
	want := []string{
		"mastodon", "bluesky", "telegram", "vk", "discord", "x", "facebook", "threads", "linkedin", "matrix", "nostr",
		"instagram", "youtube", "pinterest", "tiktok", "reddit", "google-business",
	}
	form := regexp.MustCompile(`^[a-z][a-z-]*$`)
	var names []string
	for _, n := range Networks() {
		names = append(names, n.Name)
		if !form.MatchString(n.Name) || !slices.Contains(Units(), n.Unit) || n.Source == "" || n.Note == "" || n.Limit < 0 {
			t.Errorf("%s: incomplete: %+v", n.Name, n)
		}
		if _, err := time.Parse(time.DateOnly, n.Date); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
		if n.Title.Limit > 0 && !slices.Contains(Units(), n.Title.Unit) {
			t.Errorf("%s: title in %q", n.Name, n.Title.Unit)
		}
		for _, b := range n.Also {
			if b.Unit != Bytes && things[b.Unit] == nil {
				t.Errorf("%s: unit %q", n.Name, b.Unit)
			}
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("got %q", names)
	}
	if _, ok := Lookup("myspace"); ok {
		t.Error("a network that does not exist was found")
	}
}

// The last text that fits and the first that does not, for each bound.
func TestBounds(t *testing.T) {
	t.Parallel()
	many := func(n int, s string) string { return strings.Repeat(s, n) }
	cases := []struct{ network, fits, tooLong string }{
		{"mastodon", many(500, "é"), many(501, "é")},
		{"bluesky", many(300, "é"), many(301, "é")},
		{"bluesky", many(120, "👨‍👩‍👧‍👦"), many(121, "👨‍👩‍👧‍👦")}, // 25 bytes each, and only 121 graphemes
		{"telegram", many(2048, "😀"), many(2048, "😀") + "a"},
		{"vk", many(2048, "ж"), many(16385, "ж")},
		{"discord", many(1000, "😀"), many(1001, "😀")},
		{"x", many(140, "語"), many(141, "語")},
		{"x", "a", "a\ufeff"},
		{"facebook", many(63206, "a"), many(63207, "a")},
		{"threads", many(125, "😀"), many(125, "😀") + "a"},
		{"threads", many(500, "é"), many(501, "é")},
		{"threads", "a.co b.co c.co d.co e.co a.co", "a.co b.co c.co d.co e.co https://f.co"},
		{"linkedin", many(3000, "a"), many(3001, "a")},
		{"matrix", many(15000, "é"), many(15000, "é") + "a"},
		{"instagram", many(2200, "a"), many(2201, "a")},
		{"instagram", many(30, "#a "), many(31, "#a ")},
		{"instagram", many(20, "@a "), many(21, "@a ")},
		{"youtube", many(2500, "é"), many(2501, "é")},
		{"youtube", "a = b", "a > b"},
		{"pinterest", many(500, "😀"), many(501, "😀")},
		{"tiktok", many(1100, "😀"), many(1101, "😀")},
		{"reddit", many(40000, "😀"), many(40001, "😀")},
		{"google-business", many(1500, "a"), many(1501, "a")},
	}
	seen := map[string]bool{"nostr": true} // without a bound
	for _, c := range cases {
		seen[c.network] = true
		n, _ := Lookup(c.network)
		if r := n.Measure(c.fits); !r.OK {
			t.Errorf("%s: %d of %d is too long: %+v", c.network, r.Length, r.Limit, r.Also)
		}
		if r := n.Measure(c.tooLong); r.OK {
			t.Errorf("%s: %d of %d fits: %+v", c.network, r.Length, r.Limit, r.Also)
		}
	}
	for _, n := range Networks() {
		if !seen[n.Name] {
			t.Errorf("%s has no case", n.Name)
		}
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "plain": 5, "été": 3, "привет": 6, "日本語": 3, "e\u0301": 2, "𝒜": 1,
		"😀": 4, "a😀b": 6, "👍🏽": 8, "👨‍👩‍👧‍👦": 25, "🇫🇷": 8, "1\ufe0f\u20e3": 7, "❤\ufe0f": 6, "❤": 3, "©": 2, "a©b": 4,
		"https://example.com": 19, "\r\n": 2, "\xff": 1,
	} {
		if got := Length("threads", text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestThings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		unit Unit
		text string
		want int
	}{
		{Hashtags, "#a #b#c word#d # #é #日本 ## #", 4},
		{Hashtags, "no tags", 0},
		{Mentions, "@a, (@b) me@example.com @ @日 @c.d", 3},
		{Links, "example.com https://example.com example.com/a example.com", 3},
		{Links, "none.there", 0},
		{AngleBrackets, "a <b> > c", 3},
		{Invalid, "a\ufeffb\uffff\ufffe", 3},
	}
	for _, c := range cases {
		if got := Length(string(c.unit), c.text); got != c.want {
			t.Errorf("%s: %q: %d, want %d", c.unit, c.text, got, c.want)
		}
	}
}
