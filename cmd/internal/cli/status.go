package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
)

func newStatusCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "status [KEY...]", Short: "Show where each publication stands",
		Long: `Shows every publication that the ledger records, and what is still to come: its
state, time and address, and what is unknown or missed. Asks no platform.`,
		Example: `  smmctl status
  smmctl status winter-sale@acme-mastodon --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var keys []content.Key
			for _, a := range args {
				k, err := content.ParseKey(a)
				if err != nil {
					return usage("%w", err)
				}
				keys = append(keys, k)
			}
			e, err := g.open()
			if err != nil {
				return err
			}
			return g.status(cmd.Context(), e, keys)
		},
	}
}

func (g *global) status(ctx context.Context, e *engine.Engine, keys []content.Key) error {
	entries, err := e.Status(ctx, keys)
	if err != nil {
		return err
	}
	if g.json {
		return view.JSON(g.Out, map[string]any{"format_version": 1, "entries": entries})
	}
	g.printer().Status(entries)
	return nil
}
