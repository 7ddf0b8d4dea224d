package cli

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var write = flag.Bool("write", false, "write docs/commands.md instead of comparing it")

// TestDocsCommands keeps docs/commands.md as the commands are.
// `go test -run TestDocs ./cmd/internal/cli -args -write` writes it.
func TestDocsCommands(t *testing.T) {
	t.Parallel()
	name := filepath.Join("..", "..", "..", "docs", "commands.md")
	want := reference(newRoot(&global{}))
	if *write {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s is not what the commands say (%v): run `make docs`", name, err)
	}
}

// reference is the page about all commands, the global flags once.
func reference(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Commands\n\nEvery command and flag, as `smmctl help COMMAND` shows them; exit codes are in [troubleshooting](troubleshooting.md).\n")
	b.WriteString("The same text is in the manual pages, `man smmctl-apply` ([how to get them](install.md#manual-pages)).\n")
	each(root, func(c *cobra.Command) {
		if c.HasParent() && !c.IsAvailableCommand() {
			return
		}
		b.WriteString("\n## " + c.CommandPath() + "\n\n" + prose(c.Long) + "\n")
		fenced(&b, c.UseLine())
		if c.HasAvailableLocalFlags() {
			fenced(&b, c.NonInheritedFlags().FlagUsages())
		}
		fenced(&b, c.Example)
	})
	return b.String()
}

func fenced(b *strings.Builder, text string) {
	if text = strings.Trim(text, "\n"); text != "" {
		b.WriteString("\n```text\n" + text + "\n```\n")
	}
}

// prose makes Markdown of a help text: lines that are indented stay as they are.
func prose(long string) string {
	var out []string
	for _, part := range strings.Split(strings.TrimSpace(long), "\n\n") {
		if strings.HasPrefix(part, " ") || strings.HasPrefix(part, "\t") {
			out = append(out, "```text\n"+strings.ReplaceAll(strings.Trim(part, "\n"), "\t", "  ")+"\n```")
			continue
		}
		out = append(out, escape.Replace(strings.TrimSpace(strings.TrimLeft(part, "#"))))
	}
	return strings.Join(out, "\n\n")
}

var escape = strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`, "[", `\[`)
