// Command manpages writes a manual page for each command into a folder, for the
// archives of a release: `go run ./cmd/internal/manpages dist/man`. It exists so
// that smmctl itself carries no writer of manual pages. It imports the commands
// and cobra's writer.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/smmctl/smmctl/cmd/internal/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manpages FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "manpages:", err)
		os.Exit(1)
	}
}

// run writes the pages. Their date is SOURCE_DATE_EPOCH, in seconds, so that the
// same commit gives the same bytes.
func run(dir string, getenv func(string) string) error {
	seconds, err := strconv.ParseInt(getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: set it to the commit's time: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root := cli.Commands()
	prepare(root)
	at := time.Unix(seconds, 0).UTC()
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Date: &at, Source: "smmctl", Manual: "smmctl"}, dir)
}

// prepare makes help texts what the writer takes: Markdown, in which an example
// is indented by four, and a name in angle brackets is no HTML.
func prepare(c *cobra.Command) {
	c.DisableAutoGenTag = true
	var out strings.Builder
	for line := range strings.Lines(c.Long) {
		if text := strings.TrimLeft(line, " \t"); text != line {
			line = "    " + text
		} else {
			line = strings.NewReplacer("<", `\<`, "*", `\*`, "_", `\_`).Replace(line)
		}
		out.WriteString(line)
	}
	c.Long = out.String()
	for _, sub := range c.Commands() {
		prepare(sub)
	}
}
