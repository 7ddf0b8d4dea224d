package validate

import (
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
)

// maxCandidates bounds the search for what was meant, so that a workspace of a
// hundred thousand wrong references is still checked in seconds.
const maxCandidates = 1000

// suggest adds "did you mean" to d where a known name is close to word, or else
// lists the names where they are few.
func suggest(d diag.Diagnostic, word string, known []string) diag.Diagnostic {
	if near := nearest(word, known); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	if n := len(known); n > 0 && n <= 12 {
		return d.WithHint("known are %s", strings.Join(slices.Sorted(slices.Values(known)), ", "))
	}
	return d
}

// nearest returns the known name that word was most likely meant to be, or "".
// Of very many names only those that begin alike are looked at.
func nearest(word string, known []string) string {
	if len(known) > maxCandidates && word != "" {
		alike := func(k string) bool { return k == "" || k[0] != word[0] || abs(len(k)-len(word)) > 3 }
		known = slices.DeleteFunc(slices.Clone(known), alike)
		known = known[:min(len(known), maxCandidates)]
	}
	return load.Suggest(word, known)
}

func abs(n int) int { return max(n, -n) }
