package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

type freezeOptions struct {
	brand, account, reason string
	reslot                 bool
}

func newFreezeCmd(g *global) *cobra.Command {
	o := &freezeOptions{}
	cmd := &cobra.Command{
		Use: "freeze --reason R", Short: "The stop button: publish nothing until thaw",
		Long: `Stops publishing at once: it is recorded in the ledger, without a merge, and a run that
is under way sees it within a minute. What was handed to a platform's own schedule is
called back. Retractions stay possible.`,
		Example: `  smmctl freeze --reason "accident in the news"
  smmctl freeze --account acme-mastodon --reason "account may be compromised"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runFreeze(cmd.Context(), g, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.brand, "brand", "", "only this brand")
	f.StringVar(&o.account, "account", "", "only this account")
	f.StringVar(&o.reason, "reason", "", "why, for everybody who meets it (required)")
	return cmd
}

func runFreeze(ctx context.Context, g *global, o *freezeOptions) error {
	if o.reason == "" {
		return usage("freeze: --reason is required: it is what your colleagues will read")
	}
	e, err := g.open()
	if err != nil {
		return err
	}
	out, err := e.Freeze(ctx, o.brand, o.account, o.reason, g.event())
	if err != nil {
		return err
	}
	if !g.json {
		g.note("Frozen: %s. `smmctl thaw` lifts it.", view.Safe(o.reason))
	}
	return g.finish(out, nil)
}

func newThawCmd(g *global) *cobra.Command {
	o := &freezeOptions{}
	cmd := &cobra.Command{
		Use: "thaw", Short: "Lift a freeze",
		Long: `Lifts the freezes of that scope. What was missed meanwhile stays missed, unless --reslot
gives every such post a new publish_at in its file, later by as long as the freeze
lasted; you commit that.`,
		Example: `  smmctl thaw
  smmctl thaw --reslot && git diff`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runThaw(cmd.Context(), g, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.brand, "brand", "", "only freezes of this brand")
	f.StringVar(&o.account, "account", "", "only freezes of this account")
	f.BoolVar(&o.reslot, "reslot", false, "give missed posts a new time in their files")
	return cmd
}

func runThaw(ctx context.Context, g *global, o *freezeOptions) error {
	e, err := g.open()
	if err != nil {
		return err
	}
	lifted, err := e.Thaw(ctx, o.brand, o.account)
	if err != nil {
		return err
	}
	for _, f := range lifted {
		g.note("Lifted: %s (since %s, by %s).", view.Safe(f.Reason), f.Since.Format("2006-01-02 15:04Z"), view.Safe(f.By))
	}
	if !o.reslot {
		return nil
	}
	moved, err := e.Reslot(ctx, lifted)
	for _, m := range moved {
		fmt.Fprintf(g.Out, "%s: %s → %s\n", view.Safe(m.Path), m.From.Format("2006-01-02 15:04Z"), m.To.Format("2006-01-02 15:04Z"))
	}
	if len(moved) > 0 {
		g.note("Review and commit these changes; nothing is published before.")
	}
	return err
}
