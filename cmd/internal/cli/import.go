package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

func newImportCmd(g *global) *cobra.Command {
	var account, since string
	cmd := &cobra.Command{
		Use: "import --account A", Short: "Make ledger entries and files of what is live already",
		Long: `Records an account's live posts that the ledger does not know, and writes a file for
each, with its origin. Such a file can never publish anything; planning right after an
import finds nothing to do.`,
		Example: `  smmctl import --account acme-mastodon --since 2026-01-01`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runImport(cmd.Context(), g, account, since) },
	}
	cmd.Flags().StringVar(&account, "account", "", "the account to import (required)")
	cmd.Flags().StringVar(&since, "since", "", "only posts since this time")
	return cmd
}

func runImport(ctx context.Context, g *global, account, since string) error {
	if account == "" {
		return usage("import: --account is required")
	}
	e, err := g.open()
	if err != nil {
		return err
	}
	from, err := e.ParseTime(since)
	if err != nil {
		return usage("--since: %w", err)
	}
	got, err := e.Import(ctx, account, from)
	if err != nil {
		return err
	}
	if g.json {
		return view.JSON(g.Out, map[string]any{"format_version": 1, "imported": got})
	}
	for _, i := range got {
		fmt.Fprintf(g.Out, "%s  %s\n", view.Safe(i.Path), view.Safe(i.URL))
	}
	g.note("%d posts imported. Commit the files; nothing of them is ever published again.", len(got))
	return nil
}
