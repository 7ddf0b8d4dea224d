package measure

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// Unicode's own cases of grapheme clusters (GraphemeBreakTest.txt of the version
// that uniseg has; scripts/measuredata takes them from there). A cluster ends at
// each ÷ but the first.
func TestGraphemeBreaks(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("testdata", "grapheme-breaks.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for in := bufio.NewScanner(f); in.Scan(); {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		n++
		quoted, rule, _ := strings.Cut(in.Text(), "\t")
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Count(rule, "÷") - 1
		if got := graphemes(text); got != want {
			t.Errorf("%s: %d, want %d", rule, got, want)
		}
		// Between simple characters, which the shortcut would count by itself.
		if got := graphemes("a日" + text + "日\n"); got != uniseg.GraphemeClusterCount("a日"+text+"日\n") {
			t.Errorf("between others: %s: %d", rule, got)
		}
	}
	if n < 600 {
		t.Errorf("only %d cases", n)
	}
}

// Every simple character beside another one, a joiner, a flag's half
// and itself: the shortcut never counts otherwise than the rules.
func TestSimpleCharactersAreSimple(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < 0x20000; r++ {
		if !simple(r) {
			continue // left to the rules
		}
		for _, s := range []string{"a" + string(r) + "b", string(r) + string(r), "日" + string(r) + "\u200d", "🇫" + string(r), string(r) + "\n", "👩" + string(r), "각" + string(r), string(r) + "각", string(r) + "👩"} {
			if got, want := graphemes(s), uniseg.GraphemeClusterCount(s); got != want {
				t.Fatalf("%q: %d, want %d", s, got, want)
			}
		}
	}
}

func TestGraphemesEqualTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab\r\né\u0301\u200d👩🇫🇷日각\u1100\u1161\u0600ш\u00ad\u0e33\ufe0f"))).Draw(t, "s")
		if got, want := graphemes(s), uniseg.GraphemeClusterCount(s); got != want {
			t.Fatalf("%q: %d, want %d", s, got, want)
		}
	})
}
