package view

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine/measure"
)

// NetworksTable is the part of docs/measure.md that is made from the table of
// networks, in Markdown.
func NetworksTable(networks []measure.Network) string {
	var b strings.Builder
	b.WriteString("| network | unit | text | with media | title | also |\n|---|---|---|---|---|---|\n")
	for _, n := range networks {
		var also []string
		for _, x := range n.Also {
			also = append(also, bound(x))
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s |\n", n.Name, n.Unit,
			limit(n.Limit), limit(n.Caption), or(bound(n.Title)), or(strings.Join(also, ", ")))
	}
	b.WriteString("\n| network | source | date | remark |\n|---|---|---|---|\n")
	for _, n := range networks {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", n.Name, inCell(n.Source), n.Date, inCell(n.Note))
	}
	return b.String()
}

func bound(b measure.Bound) string {
	switch {
	case b.Unit == "":
		return ""
	case b.Limit == 0:
		return fmt.Sprintf("no `%s`", b.Unit)
	}
	return fmt.Sprintf("%d `%s`", b.Limit, b.Unit)
}

func limit(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// inCell keeps text within a cell of a table.
func inCell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;").Replace(s)
}
