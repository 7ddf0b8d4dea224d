package view

import (
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/ledger"
)

// approvedBy says who let something go out, or nothing.
func approvedBy(list []ledger.Consent) string {
	var by, first []string
	for _, c := range list {
		if c.FastLane {
			first = append(first, flat(c.By))
		} else {
			by = append(by, flat(c.By))
		}
	}
	var out []string
	if len(by) > 0 {
		out = append(out, "approved by "+strings.Join(by, ", "))
	}
	if len(first) > 0 {
		out = append(out, "fast lane of "+strings.Join(first, ", ")+": to be reviewed afterwards")
	}
	return strings.Join(out, "; ")
}

// present are the words that are not empty.
func present(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return s == "" })
}
