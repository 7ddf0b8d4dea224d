package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
)

func newLedgerCmd(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use: "ledger", Short: "Make the ledger's branch on the remote; check it",
		Long: `The ledger is smmctl's record of what it has published: a branch of this repository,
smm-ledger. A branch that is missing, rewound or another workspace's is refused, never
taken for a first use; so it is made on purpose, once.`,
		Example: `  smmctl ledger create
  smmctl ledger check
  git log smm-ledger     # everything that was published, by whom and when`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage("ledger: create or check: see `smmctl ledger --help`")
		},
	}
	cmd.AddCommand(newLedgerCreate(g), newLedgerCheck(g))
	return cmd
}

func newLedgerCreate(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "create", Short: "Make the ledger's branch, here and on its remote",
		Long: `Makes the branch where it does not exist. What this clone knows of the ledger is taken
there, so a branch that was deleted by mistake comes back. One that exists is left alone.`,
		Example: `  smmctl ledger create`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.onLedger(cmd.Context(), (*engine.Engine).LedgerCreate)
		},
	}
}

func newLedgerCheck(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Read every line of the ledger and say what is wrong with it",
		Long: `Reads the whole ledger, the remote's where it has one, and lists every line that cannot be
read. A ledger that is missing, rewound or another workspace's is an error.`,
		Example: `  smmctl ledger check --json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return g.onLedger(cmd.Context(), (*engine.Engine).LedgerCheck)
		},
	}
}

func (g *global) onLedger(ctx context.Context, do func(*engine.Engine, context.Context) (engine.LedgerReport, error)) error {
	e, err := g.open()
	if err != nil {
		return err
	}
	r, err := do(e, ctx)
	if err != nil {
		return err
	}
	if g.json {
		err = view.JSON(g.Out, struct {
			FormatVersion int  `json:"format_version"`
			OK            bool `json:"ok"`
			engine.LedgerReport
		}{1, len(r.Problems) == 0, r})
	} else {
		g.showLedger(r)
	}
	if err == nil && len(r.Problems) > 0 {
		return &exit{code: exitFailed}
	}
	return err
}

func (g *global) showLedger(r engine.LedgerReport) {
	where := "this clone only"
	if r.Remote != "" {
		where = "remote " + view.Safe(r.Remote)
	}
	state := "Whole."
	if n := len(r.Problems); n > 0 {
		state = fmt.Sprintf("Damaged in %d places.", n)
	}
	fmt.Fprintf(g.Out, "%s Branch %s (%s) at %.12s: %d entries in %d files, id %s.\n",
		state, view.Safe(r.Branch), where, r.Revision, r.Entries, r.Shards, view.Safe(r.ID))
	for _, p := range r.Problems {
		fmt.Fprintln(g.Out, "  "+view.Safe(p))
	}
}
