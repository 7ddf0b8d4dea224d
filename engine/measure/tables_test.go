package measure

import (
	"testing"

	"github.com/rivo/uniseg"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// The tables are those of the modules in go.mod: run scripts/measuredata after an
// update of either.

func TestForeignDomainsExist(t *testing.T) {
	t.Parallel()
	if len(foreignDomains) < 150 {
		t.Errorf("only %d", len(foreignDomains))
	}
	for name := range foreignDomains {
		code, err := idna.Punycode.ToASCII(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, icann := publicsuffix.PublicSuffix("a." + code); !icann {
			t.Errorf("%s (%s) is no top-level domain any more", name, code)
		}
		if n := len([]rune(name)); n > maxForeign {
			t.Errorf("%s has %d characters: more than are looked at", name, n)
		}
	}
}

// A disputed domain is on one list only: those of twitter-text are in its
// conformance suite, the others are looked up here.
func TestDisputedDomains(t *testing.T) {
	t.Parallel()
	listed := 0
	for name := range disputed {
		code, err := idna.Punycode.ToASCII(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, icann := publicsuffix.PublicSuffix("a." + code); icann {
			listed++
		}
	}
	if listed != 18 || len(disputed) != 160 {
		t.Errorf("%d of %d are on the public suffix list: compare it with twitter-text's again", listed, len(disputed))
	}
}

// A pictograph is what a joiner joins to another one.
func TestPictographs(t *testing.T) {
	t.Parallel()
	for r := rune(' '); r < 0x20000; r++ {
		if joins := uniseg.GraphemeClusterCount(string(r)+zwj+"👩") == 1; joins != within(pictographs, r) {
			t.Errorf("%U: %t", r, !joins)
		}
	}
}
