// Package markdown writes for the readers of a forge, in GitHub-flavoured
// Markdown that GitHub and Gitea show alike. It imports view, and the types of
// engine, plan and content; it does no I/O.
package markdown

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

// inline is anybody's text on one line: what Markdown or HTML could obey is a
// character reference, and what a forge looks for afterwards (@name, #1, a commit,
// an address) is broken by a zero-width space.
func inline(s string) string {
	var b strings.Builder
	hex := 0
	for _, c := range strings.Join(strings.Fields(view.Safe(s)), " ") {
		if strings.ContainsRune("0123456789abcdefABCDEF", c) {
			if hex++; hex%6 == 0 {
				b.WriteString("\u200b")
			}
		} else {
			hex = 0
		}
		b.WriteString(reference(c))
		if strings.ContainsRune("@#!:-.＠＃", c) {
			b.WriteString("\u200b")
		}
	}
	return b.String()
}

// code is text as it stands in a file: an id, a path, an address. Forges look for
// nothing in it.
func code(s string) string {
	var b strings.Builder
	for _, c := range strings.Join(strings.Fields(view.Safe(s)), " ") {
		b.WriteString(reference(c))
	}
	return "<code>" + b.String() + "</code>"
}

func reference(c rune) string {
	if strings.ContainsRune("&<>`*_~[]{}|\\#@!:$^\"'", c) {
		return fmt.Sprintf("&#%d;", c)
	}
	return string(c)
}
