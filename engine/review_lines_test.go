package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func linesOf(s string) []string {
	return slices.Collect(strings.Lines(strings.ReplaceAll(s, " ", "\n")))
}

func TestChangedLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"a b c ", "a b c ", "[]"},
		{"a b c ", "a x c ", "[2]"},
		{"a b c ", "a c ", "[]"},
		{"a c ", "a b c ", "[2]"},
		{"", "a b ", "[1 2]"},
		{"a b ", "", "[]"},
		{"a b c d e ", "x b c y e z ", "[1 4 6]"},
		{"a b", "a b ", "[2]"},
		{"a a a ", "a a a a ", "[4]"},
	} {
		got := (&changedLines{budget: lineBudget}).between(linesOf(c.old), linesOf(c.new))
		if text := fmt.Sprint(slices.Sorted(maps.Keys(got))); text != c.want {
			t.Errorf("%q to %q: %s, want %s", c.old, c.new, text, c.want)
		}
	}
}

// What is not changed is there on the other side, in the same order; where no work
// may be put in, more is taken for changed and never less.
func TestUnchangedLinesAreThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		some := rapid.SliceOfN(rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\n", "é\n"}), 0, 40)
		old, new := some.Draw(rt, "old"), some.Draw(rt, "new")
		changed := (&changedLines{budget: lineBudget}).between(old, new)
		rest := old
		for i, line := range new {
			if changed[i+1] {
				continue
			}
			at := slices.Index(rest, line)
			if at < 0 {
				rt.Fatalf("line %d of %q is not in %q: %v", i+1, new, old, changed)
			}
			rest = rest[at+1:]
		}
		rough := (&changedLines{}).between(old, new)
		for n := range changed {
			if !rough[n] {
				rt.Fatalf("line %d is found only with work: %v, %v", n, changed, rough)
			}
		}
	})
}
