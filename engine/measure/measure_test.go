package measure

import (
	"slices"
	"strings"
	"testing"
)

func TestLengthByUnit(t *testing.T) {
	t.Parallel()
	const family = "👨‍👩‍👧" // three people and two joiners
	cases := []struct {
		text                                           string
		mastodon, graphemes, codepoints, utf16s, bytes int
	}{
		{"", 0, 0, 0, 0, 0},
		{"plain", 5, 5, 5, 5, 5},
		{"é", 1, 1, 1, 1, 2},
		{"e\u0301", 1, 1, 2, 2, 3},
		{"🇫🇷", 1, 1, 2, 4, 8},
		{family, 1, 1, 5, 8, 18},
		{"привет", 6, 6, 6, 6, 12},
		{"a\r\nb", 3, 3, 4, 4, 4},
		{"a\nb", 3, 3, 3, 3, 3},
		{"   \n", 0, 4, 4, 4, 4}, // a blank text counts nothing on Mastodon
		{"see https://example.com/a/long/enough/path/to/count", 27, 51, 51, 51, 51},
		{"\xff\xfe", 2, 2, 2, 2, 2},
	}
	for _, c := range cases {
		for unit, want := range map[Unit]int{Mastodon: c.mastodon, Graphemes: c.graphemes, Codepoints: c.codepoints, UTF16: c.utf16s, Bytes: c.bytes} {
			if got := Length(string(unit), c.text); got != want {
				t.Errorf("Length(%s, %q) = %d, want %d", unit, c.text, got, want)
			}
		}
	}
	if got := Length("no such unit", "é"); got != 1 {
		t.Errorf("an unknown unit counts %d, want code points", got)
	}
}

// The cases of Mastodon's own specification of its counter, by what they assert:
// spec/validators/status_length_validator_spec.rb of mastodon/mastodon, 2026-11-23.
func TestMastodonSpecification(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("b", 30) + ".com"
	cases := []struct {
		name, warning, text string
		fits                bool
	}{
		{"exactly 500", "", strings.Repeat("a", 500), true},
		{"one more", "", strings.Repeat("a", 501), false},
		{"a warning alone", strings.Repeat("a", 501), "", false},
		{"both together", strings.Repeat("a", 250), strings.Repeat("b", 251), false},
		{"an address is 23", "", strings.Repeat("a", 476) + " http://" + long + "/example", true},
		{"an address that is not linked is not", "", strings.Repeat("a", 476) + "http://" + long + "/example", false},
		{"nor one that is too long", "", "http://example.com/valid?" + strings.Repeat("#foo?", 1000), false},
		{"an emoji is one character", "", strings.Repeat("✨", 500), true},
		{"so is one that is joined", "", strings.Repeat("🏳\ufe0f\u200d⚧\ufe0f", 500), true},
		{"one too many", "", strings.Repeat("🏳\ufe0f\u200d⚧\ufe0f", 501), false},
		{"a remote mention is its local part", "", strings.Repeat("a", 493) + " @alice@" + long, true},
		{"but not with an endless domain", "", "@alice@" + strings.Repeat("b", 500) + ".com", false},
		{"a warning has no discount", strings.Repeat("a", 470) + " http://" + long + "/example", "", false},
	}
	for _, c := range cases {
		if n := (Counter{Unit: Mastodon}).WithWarning(c.warning, c.text); n <= 500 != c.fits {
			t.Errorf("%s: %d, fits %t", c.name, n, c.fits)
		}
	}
}

func TestWithWarningInOtherUnits(t *testing.T) {
	t.Parallel()
	if got := (Counter{Unit: Codepoints}).WithWarning("été", "https://example.com"); got != 3+19 {
		t.Errorf("GoToSocial counts %d, want 22: no discount", got)
	}
	if got := (Counter{Unit: Mastodon, URLLength: 30}).Length("https://example.com"); got != 30 {
		t.Errorf("the server's own length of an address: %d, want 30", got)
	}
}

// What is an address follows twitter-text's conformance suite (extract.yml) and
// Mastodon's changes to its expressions, 2026-11-23.
func TestURLs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want []string
	}{
		{"http://example.com", []string{"http://example.com"}},
		{"HTTPS://Example.COM/a", []string{"HTTPS://Example.COM/a"}},
		{"see example.com and www.example.org/x", nil}, // no protocol
		{"https://example.com/a.", []string{"https://example.com/a"}},
		{"(https://example.com/a)", []string{"https://example.com/a"}},
		{"https://example.com/a_(b)", []string{"https://example.com/a_(b)"}},
		{"https://example.com/a_(b_(c))d", []string{"https://example.com/a_(b_(c))d"}},
		{"https://example.com/a(", []string{"https://example.com/a"}},
		{"https://example.com/a()", []string{"https://example.com/a"}},
		{"https://example.com:8080/a", []string{"https://example.com:8080/a"}},
		{"https://example.com: yes", []string{"https://example.com"}},
		{"https://example.com?a=1&b=2!", []string{"https://example.com?a=1&b=2"}},
		{"https://example.com/?", []string{"https://example.com/"}},
		{"https://example.com#top", []string{"https://example.com"}},
		{"https://example.com/#top", []string{"https://example.com/#top"}},
		{"https://example.com/Русские_слова, да", []string{"https://example.com/Русские_слова"}},
		{"https://example.com/日本_(a)", []string{"https://example.com/日本_(a)"}},
		{"https://example.com/日本_(語)", []string{"https://example.com/日本_"}}, // the pair at the end by twitter-text's own letters
		{"https://example.com/日本_(語)語", []string{"https://example.com/日本_(語)語"}},
		{"https://example.com/@", []string{"https://example.com/"}},
		{"https://t.co/abc?d=e", []string{"https://t.co/abc"}}, // X's shortener, without its query
		{"https://t.co/abc-d", []string{"https://t.co/abc"}},
		{"https://。.com", nil},
		{"https://日本。example.com", []string{"https://日本。example.com"}},
		{"https://example.com/日本語「x」", []string{"https://example.com/日本語「x"}},
		{"https://example.com/a..........", []string{"https://example.com/a"}},
		{"https://a_b.c-d.com", []string{"https://a_b.c-d.com"}},
		{"https://twitter_underscore.com", nil},
		{"https://-leading.example.com", nil},
		{"https://trailing-.example.com", nil},
		{"https://no-tld", nil},
		{"https://localhost:8080/a", nil},
		{"https://acme.example/a", nil}, // a reserved name is no top-level domain
		{"https://127.0.0.1/a", nil},
		{"https://example.com1", nil},
		{"https://a..com", nil},
		{"https://example.com-that", nil},
		{"https://t.example.com_x", []string{"https://t.example.com"}},
		{"https://пример.рф/путь", []string{"https://пример.рф/путь"}},
		{"https://xn--e1afmkfd.xn--p1ai/a", []string{"https://xn--e1afmkfd.xn--p1ai/a"}},
		{"https://abc.onion/a", []string{"https://abc.onion/a"}},
		{"gemini://example.org/a", []string{"gemini://example.org/a"}},
		{"ftp://example.org/a", nil},
		{"@https://example.com", nil},
		{"$https://example.com #https://example.com", nil},
		{"xhttps://example.com", nil},
		{"日https://example.com", []string{"https://example.com"}},
		{"https://example.com\nhttps://example.org", []string{"https://example.com", "https://example.org"}},
		{"https://example.com,https://example.org", []string{"https://example.com", "https://example.org"}},
		{"https://example.com/?u=https://example.org/b", []string{"https://example.com/?u=https://example.org/b"}},
		{"example.com/?u=https://example.org/b", nil}, // inside one that is no address
		{"https://" + strings.Repeat("a", 64) + ".com", nil},
		{"xx://https://example.com", []string{"https://example.com"}},
		{"://", nil},
		{"https://", nil},
	}
	for _, c := range cases {
		var got []string
		for _, e := range mastodonDialect.addresses(nil, c.text) {
			got = append(got, c.text[e.start:e.end])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("urls(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// Account::MENTION_RE of mastodon/mastodon (app/models/account.rb) and its
// extractor_spec.rb, 2026-11-23.
func TestMentions(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text      string
		mentioned []string // as counted
		length    int
	}{
		{"@alice", []string{"@alice"}, 6},
		{"@alice@social.example hi", []string{"@alice"}, 9},
		{"hi @alice@social.example.", []string{"@alice"}, 10},
		{"@a.b-c@social.example", []string{"@a.b-c"}, 6},
		{"@alice.", []string{"@alice"}, 7},
		{"me@example.com", nil, 14},
		{"x/@alice@social.example", nil, 23},
		{"=@alice@social.example", nil, 22},
		{"の@alice@social.example", nil, 22}, // after a letter
		{"@screen_name@", nil, 13},
		{"@aliceì", nil, 7},
		{"@http://example.com", nil, 19},
		{"@alice@münchen.example", []string{"@alice"}, 6},
		{"@ alice", nil, 7},
		{"@@alice@social.example", []string{"@alice"}, 7},
	}
	for _, c := range cases {
		var got []string
		for _, e := range mentions(nil, c.text) {
			got = append(got, c.text[e.start:e.local])
		}
		if !slices.Equal(got, c.mentioned) {
			t.Errorf("mentions(%q) = %q, want %q", c.text, got, c.mentioned)
		}
		if n := Length("mastodon", c.text); n != c.length {
			t.Errorf("Length(%q) = %d, want %d", c.text, n, c.length)
		}
	}
}

func TestAddressAndMentionDoNotOverlap(t *testing.T) {
	t.Parallel()
	// The mention inside the address is part of the address.
	if n := Length("mastodon", "https://social.coop/@alice@mastodon.social/1"); n != 23 {
		t.Errorf("got %d, want 23", n)
	}
}

// Hostile texts on which a backtracking or a rescanning counter would hang.
func TestHostileTextsAreCountedInTime(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"a.", "://", "https://a.co/(", "@a", "@a@", "(", "a\u0301", "https://", "a-", "é.", "https://a.co/x?", "日", "日.", "日-.", "é_", "aa.", "a.co/!",
		"a.co/(", "。.", "\u200d", "🏳\u200d", "𠮷.", "#", "みん.", "a.みん", "xn--",
	} {
		for _, unit := range []Unit{Mastodon, X, Threads, Links, Hashtags, Mentions} {
			Length(string(unit), strings.Repeat(s, 50_000)+"://")
			Length(string(unit), "http://"+strings.Repeat(s, 50_000)+".com/")
		}
	}
}
