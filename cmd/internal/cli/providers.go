package cli

import (
	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

func newProvidersCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "providers", Short: "Show what each kind of platform can do, and its limits",
		Long: `Shows the platforms that this version publishes to, what each can do and how much it
takes, from the same data that validation and planning use. A server may allow more or
less: that is read from it when an account is opened.`,
		Example: `  smmctl providers
  smmctl providers --json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if g.json {
				return view.JSON(g.Out, view.Providers(g.Drivers))
			}
			g.printer().Providers(g.Drivers)
			return nil
		},
	}
}
