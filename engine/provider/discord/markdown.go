package discord

import (
	"regexp"
	"slices"
	"strings"
)

// lineMark is what makes a line a heading, a quote or small text.
var lineMark = regexp.MustCompile(`(?m)^(?:#{1,3} |-# |>>> |> )`)

// inline are the marks within a line, the escaped character first: what it
// consumes is none of the others. Code keeps what is in it as it is.
var inline = regexp.MustCompile("(?s)\\\\([!-/:-@\\[-`{-~])" + // 1 an escaped character
	"|```(?:[A-Za-z0-9+#_.-]*\n)?(.*?)```" + // 2 a block of code
	"|`([^`]+)`" + // 3 code
	`|\[([^\]\n]+)\]\(<?https?://[^\s)]+\)` + // 4 a masked link
	`|<(https?://[^\s>]+)>` + // 5 an address without a preview
	`|\*+|~~|__|\|\|`)

// plain gives the words of a text in Discord's Markdown, for what takes none: a
// thread's title, a poll's question.
func plain(s string) string {
	s = lineMark.ReplaceAllString(s, "")
	var out strings.Builder
	at := 0
	for _, m := range inline.FindAllStringSubmatchIndex(s, -1) {
		out.WriteString(s[at:m[0]])
		for i := 2; i < len(m); i += 2 {
			if m[i] < 0 {
				continue
			}
			words := s[m[i]:m[i+1]]
			if i == 8 { // a link's words may be marked, too
				words = plain(words)
			}
			out.WriteString(words)
		}
		at = m[1]
	}
	out.WriteString(s[at:])
	return out.String()
}

// handle finds the mentions of people and roles; one that is escaped, or in code,
// is none.
var handle = regexp.MustCompile("(?s)\\\\.|```.*?```|`[^`]+`|<@([!&]?)([1-9][0-9]{4,19})>")

// mentioned lists whom a text mentions, each once.
func mentioned(text string) (users, roles []string) {
	for _, m := range handle.FindAllStringSubmatch(text, -1) {
		switch kind, id := m[1], m[2]; {
		case kind == "&" && !slices.Contains(roles, id):
			roles = append(roles, id)
		case kind != "&" && id != "" && !slices.Contains(users, id):
			users = append(users, id)
		}
	}
	return users, roles
}
