package load

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxSuggest is the longest word for which a likeness is looked for.
const maxSuggest = 64

// Suggest returns the known word that word was most likely meant to be, or ""
// where none is near: at most one slip in three letters.
func Suggest(word string, known []string) string {
	if word == "" || len(word) > maxSuggest {
		return ""
	}
	best, bestDistance := "", max(1, min(3, utf8.RuneCountInString(word)/3))+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if len(k) > maxSuggest {
			continue
		}
		d := 0
		if a, b := plain(word), plain(k); a != b {
			d = distance([]rune(a), []rune(b))
		}
		if d < bestDistance {
			best, bestDistance = k, d
		}
	}
	if best == "" {
		best = extension(plain(word), known)
	}
	return best
}

// extension finds the known word that word goes on from, or is the beginning
// of: alt for alt_text, publish_at for publish.
func extension(word string, known []string) (best string) {
	for _, k := range slices.Sorted(slices.Values(known)) {
		p := plain(k)
		if len(p) >= 3 && len(word) >= 3 && (strings.HasPrefix(word, p) || strings.HasPrefix(p, word)) && len(k) > len(best) {
			best = k
		}
	}
	return best
}

// plain takes away what people mix up without noticing.
func plain(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours between a and b.
func distance(a, b []rune) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = last, row, before
	}
	return rows[1][len(b)]
}
