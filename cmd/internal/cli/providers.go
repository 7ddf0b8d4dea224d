package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
)

func newProvidersCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "providers [NAME...]", Short: "Show what each kind of platform can do, and its limits",
		Long: `Shows the platforms that this version publishes to, or those named: what each can do
and how much it takes, from the same data that validation and planning use. A server
may allow more or less: that is read from it when an account is opened.`,
		Example: `  smmctl providers
  smmctl providers telegram vk
  smmctl providers --json`,
		RunE: func(_ *cobra.Command, args []string) error {
			drivers, err := g.named(args)
			if err != nil {
				return err
			}
			if g.json {
				return view.JSON(g.Out, view.Providers(drivers))
			}
			g.printer().Providers(drivers)
			return nil
		},
	}
}

// named are the drivers of these names, all where there is none.
func (g *global) named(names []string) ([]*provider.Driver, error) {
	if len(names) == 0 {
		return g.Drivers, nil
	}
	var out []*provider.Driver
	var known []string
	for _, d := range g.Drivers {
		known = append(known, d.Name)
		if slices.Contains(names, d.Name) {
			out = append(out, d)
		}
	}
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near := load.Suggest(name, known); near != "" {
			return nil, usage("providers: %q does not exist: did you mean %q?", name, near)
		}
		return nil, usage("providers: %q does not exist: `smmctl providers` lists those that do", name)
	}
	return out, nil
}
