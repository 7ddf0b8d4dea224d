package view

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine"
)

// Told says who was told of a run, on one line, and leaves out who was not.
func Told(t engine.Told) string {
	var out []string
	say := func(n int, label, text string) {
		if n > 0 {
			out = append(out, label+text+".")
		}
	}
	var to []string
	for _, c := range []string{countIf(t.Sent, "notification"), countIf(t.Comments, "pull request")} {
		if c != "" {
			to = append(to, c)
		}
	}
	say(len(to), "Told: ", strings.Join(to, ", "))
	say(t.Unsent, "Not told: ", fmt.Sprintf("%d (the next run does it)", t.Unsent))
	say(t.Doubtful, "Doubtful: ", fmt.Sprint(t.Doubtful))
	return strings.Join(out, " ")
}
