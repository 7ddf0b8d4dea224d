package content

import (
	"strings"
	"testing"
)

func TestDigestOfOnePart(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"", "a", strings.Repeat("é", 1000)} {
		if got, want := DigestOf([]byte(part)), Digest(part); got != want {
			t.Errorf("%.10q: %s, want %s", part, got, want)
		}
	}
	if Digest("ab", "c") == Digest("a", "bc") {
		t.Error("two lists have one digest")
	}
}
