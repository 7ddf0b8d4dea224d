package cli

import (
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

func newRenderCmd(g *global) *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use: "render POST", Short: "Show exactly what each network will get",
		Long: `Shows a post as each of its accounts will carry it: the text of every segment with its
length by that network's own rule, links and mentions, media. POST is an id or a file.
Exit 3 when it could not be published as it is.`,
		Example: `  smmctl render winter-sale
  smmctl render content/acme/2026-12/winter-sale.md --account acme-mastodon --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRender(cmd.Context(), g, args[0], account)
		},
	}
	cmd.Flags().StringVar(&account, "account", "", "only for this account")
	return cmd
}

func runRender(ctx context.Context, g *global, post, account string) error {
	e, err := g.open()
	if err != nil {
		return err
	}
	if file := filepath.Join(g.folder(), post); filepath.Ext(post) == ".md" {
		if _, err := os.Stat(file); err == nil {
			paths, err := e.Relative(g.folder(), []string{post})
			if err != nil {
				return usage("%w", err)
			}
			post = paths[0]
		}
	}
	pubs, err := e.Render(ctx, post, account)
	if err != nil {
		return err
	}
	if g.json {
		err = view.JSON(g.Out, view.Publications(pubs))
	} else {
		g.printer().Publications(pubs)
	}
	if err != nil {
		return err
	}
	for _, p := range pubs {
		if p.Invalid != "" {
			return &exit{code: exitInvalid}
		}
		for _, s := range p.Segments {
			if !s.OK {
				return &exit{code: exitInvalid}
			}
		}
	}
	return nil
}
