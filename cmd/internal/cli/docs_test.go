package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command explains itself, shows an example, and has a script that shows
// what it does.
func TestEveryCommandIsDocumented(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../smmctl/testdata/script/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	scripts := ""
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		scripts += string(b)
	}
	each(newRoot(&global{}), func(c *cobra.Command) {
		path := c.CommandPath()
		if c.Long == "" || c.Short == "" || c.Example == "" {
			t.Errorf("%s: Short, Long and Example are for people who do not know it yet", path)
		}
		if !strings.Contains(c.Example, path) {
			t.Errorf("%s: its example shows another command", path)
		}
		if !strings.Contains(scripts, path) {
			t.Errorf("%s: no script shows what it does", path)
		}
		for line := range strings.Lines(c.Long + "\n" + c.Short) {
			if len([]rune(line)) > 92 {
				t.Errorf("%s: too wide for a terminal: %s", path, line)
			}
		}
	})
}

func each(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		each(sub, do)
	}
}

// The examples are commands that exist, with flags that exist.
func TestExamplesParse(t *testing.T) {
	t.Parallel()
	each(newRoot(&global{}), func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			line, _, _ = strings.Cut(line, " #")
			for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == '|' || r == '&' }) {
				args := words(part)
				if len(args) == 0 || args[0] != "smmctl" {
					continue
				}
				found, rest, err := newRoot(&global{}).Find(args[1:])
				if err == nil {
					err = found.ParseFlags(rest)
				}
				if err == nil && found.Args != nil {
					err = found.Args(found, found.Flags().Args())
				}
				if err != nil {
					t.Errorf("%s: %q: %v", c.CommandPath(), part, err)
				}
			}
		}
	})
}

// words splits a line as a shell does, with double quotes.
func words(line string) (out []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}
