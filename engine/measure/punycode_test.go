package measure

import (
	"testing"

	"golang.org/x/net/idna"
	"pgregory.net/rapid"
)

// The length is that which an encoder writes.
func TestPunycodeLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("az09é日本ж한𠮷👩\u0301")), 1, 20, -1).Draw(t, "label")
		want, err := idna.Punycode.ToASCII(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := punycodeLen(s); got != len(want) {
			t.Fatalf("%q: %d, want %d (%s)", s, got, len(want), want)
		}
	})
}
