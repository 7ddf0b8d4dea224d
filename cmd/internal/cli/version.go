package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

func newVersionCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the version", Args: cobra.NoArgs,
		Long:    "Shows which release this is, and the commit that it was built from.",
		Example: `  smmctl version --json`,
		RunE: func(*cobra.Command, []string) error {
			if g.json {
				return view.JSON(g.Out, map[string]any{"format_version": 1, "version": version, "commit": commit, "date": date, "go": runtime.Version()})
			}
			fmt.Fprintf(g.Out, "smmctl %s", version)
			if commit != "" {
				fmt.Fprintf(g.Out, " (%.12s, %s)", commit, date)
			}
			fmt.Fprintln(g.Out)
			return nil
		},
	}
}
