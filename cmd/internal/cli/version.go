package cli

import (
	"fmt"
	"os"
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

// build tells this program from any other build of it, released or not.
func build() string {
	self, err := os.Executable()
	if err != nil {
		return version + commit
	}
	info, err := os.Stat(self)
	if err != nil {
		return version + commit
	}
	return fmt.Sprintf("%s %s %d %d", version, commit, info.Size(), info.ModTime().UnixNano())
}
