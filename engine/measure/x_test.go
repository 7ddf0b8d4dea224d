package measure

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// xCases follow X's page on counting characters and the cases of twitter-text's
// conformance suite (validate.yml, extract.yml) by what they assert, 2026-11-24.
var xCases = []struct {
	name, text string
	want       int
}{
	{"nothing", "", 0},
	{"Latin", "plain", 5},
	{"accents count once, however they are written", "café cafe\u0301", 9},
	{"Cyrillic, Greek, Arabic and Hebrew are light", "привет γειά مرحبا שלום", 22},
	{"Georgian is the last light script", "ქ" + "\u1100", 3},
	{"Chinese, Japanese, Korean", "日本語 かな 한국", 16},
	{"Thai is light", "ไทย", 3},
	{"letters outside the basic plane", "𠮷𝒜", 4},
	{"light spaces and joiners", "\u2000\u200a\u200b\u200c\u200d", 5},
	{"light dashes and quotation marks", "‐–—‘’“”′‷", 9},
	{"heavy marks of direction", "\u200e\u200f", 4},
	{"heavy points", "…•‰", 6},
	{"a presentation form that normalises into three", "A\ufb2c", 4},

	{"an emoji", "👾", 2},
	{"with a skin tone", "🙋🏽", 2},
	{"joined to a job", "👨‍🎤", 2},
	{"a family", "👨‍👩‍👧‍👦", 2},
	{"a digit in a keycap", "1⃣ 1\ufe0f⃣", 5},
	{"a flag", "🇫🇷", 2},
	{"two letters that are no flag", "🇽🇽", 4},
	{"England", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", 2},
	{"a heart with its form", "❤\ufe0f", 2},
	{"a sign that is light as text", "© ©\ufe0f", 4},
	{"a detective, her tone and gender", "🕵🏽‍♀\ufe0f", 2},
	{"a form that nothing needs", "😀\ufe0f", 4},
	{"a sequence newer than the library", "🧑‍💻", 5},
	{"a joiner between what does not join", "😀‍😀", 5},
	{"140 families", strings.Repeat("👨‍👩‍👧‍👦", 140), 280},

	{"an address", "Hi http://test.co", 26},
	{"a long one", "https://example.com/" + strings.Repeat("path/", 40), 23},
	{"a short one", "t.co", 23},
	{"without a protocol", "see example.com/a, example.org", 4 + 23 + 2 + 23},
	{"a query needs a path where there is no protocol", "example.com?a=1", 23 + 4},
	{"with one it does not", "https://example.com?a=1", 23},
	{"a port needs a path where there is no protocol", "example.com:80 example.com:80/a", 23 + 3 + 1 + 23},
	{"no top-level domain", "example.example https://example.example", 39},
	{"a file", "test.tar.bz2", 12},
	{"a sentence without a blank", "word.Then", 9},
	{"a name that is a country's", "it.so", 23},
	{"a mail address", "name.last@example.com", 21},
	{"after what joins it to something", "@example.com #example.com $example.com", 38},
	{"after a hyphen, a low line, a slash", "-a.com _a.com /a.com", 20},
	{"in Japanese text", "これは日本語です。example.com中国語t.co/abcde한국twitter.com", 18 + 23 + 6 + 23 + 4 + 23},
	{"an accent at a text's start is left out of it", "Élan.com élan.com", 1 + 23 + 1 + 23},
	{"an international domain", "http://あ-あ.com/a", 23},
	{"is none without a protocol", "ああ.com", 8},
	{"an international top-level domain", "https://пример.рф/путь", 23},
	{"a longer word than the top-level domain", "example.みんなです", 23 + 4},
	{"in Punycode", "http://xn--ls8h.XN--ls8h.la/", 23},
	{"in broken Punycode", "http://xn--はじめ.com", 21},
	{"a domain of the shortener, cut after its slug", "http://t.co/FNkPfmii- it", 23 + 4},
	{"a slug that is too long", "http://t.co/" + strings.Repeat("a", 41), 53},
	{"a label that is too long", strings.Repeat("a", 64) + ".com", 68},
	{"the longest label", strings.Repeat("a", 63) + ".com", 23},
	{"a label that Punycode makes too long", "http://" + strings.Repeat("あ", 58) + ".com", 7 + 116 + 4},
	{"an address that is too long", "http://example.com/" + strings.Repeat("a", 4090), 19 + 4090},
	{"balanced parentheses", "(http://example.com/a_(b)_c)", 25},
	{"a pair after punctuation is none of it", "http://example.com/a!(b)", 23 + 4},
	{"unless the path goes on", "http://example.com/a!(b)c", 23},
	{"a low line before the name", "http://sub_domain.example.com http://my_name.com", 23 + 1 + 18},
	{"punctuation after it", "http://example.com/a.! http://example.com/русский", 23 + 2 + 1 + 23},
	{"text that is no part of a path", "http://example.com/日本", 23 + 4},
	{"between marks of direction", "\u2066\u202atwitter.com\u202c\u2069", 23 + 8},
	{"after a line", "a\nexample.com\nhttp://example.com", 2 + 23 + 1 + 23},
}

func TestX(t *testing.T) {
	t.Parallel()
	for _, c := range xCases {
		if got := Length("x", c.text); got != c.want {
			t.Errorf("%s: %q: %d, want %d", c.name, c.text, got, c.want)
		}
	}
}

// Where the lists of top-level domains disagree, the longer reading counts.
func TestXDisputedDomains(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"a.spa": 23, "https://example.music/" + strings.Repeat("a", 30): 52,
		"power.off": 23, "https://example.music": 23, "пример.ايران": 12,
	} {
		if got := Length("x", text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got := Length("mastodon", "https://example.music/"+strings.Repeat("a", 30)); got != 52 {
		t.Errorf("on Mastodon: %d, want 52", got)
	}
}

// Characters that make a text invalid, whatever its length.
func TestXInvalidCharacters(t *testing.T) {
	t.Parallel()
	network, _ := Lookup("x")
	for text, ok := range map[string]bool{"a": true, "a\ufeff": false, "\ufffea": false, "\uffff": false, "a\u202ab": true} {
		if r := network.Measure(text); r.OK != ok {
			t.Errorf("%q: ok %t, want %t", text, r.OK, ok)
		}
	}
}

// The shortcut past the tables: each plain character is composed, and nothing
// before it changes it.
func TestPlainCharactersAreComposed(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < 0x20000; r++ {
		if !plain(r) || 0xD800 <= r && r < 0xE000 {
			continue
		}
		p := norm.NFC.PropertiesString(string(r))
		if !norm.NFC.IsNormalString(string(r)) || !p.BoundaryBefore() {
			t.Errorf("%U is not", r)
		}
	}
}
