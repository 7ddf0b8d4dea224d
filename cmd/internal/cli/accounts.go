package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
)

func newAccountsCmd(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use: "accounts", Short: "Check that each account's credential works",
		Long:    "What is known of the workspace's accounts.",
		Example: `  smmctl accounts check`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage("accounts: check: see `smmctl accounts --help`")
		},
	}
	cmd.AddCommand(newAccountsCheck(g))
	return cmd
}

func newAccountsCheck(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "check [ACCOUNT...]", Short: "Sign in to each account and say what its credential may do",
		Long: `Signs in to the accounts, all where none is named: does the credential work, does it lead
to the login that the ledger has pinned, what may it do, what does it lack, when does it
expire. Changes nothing, on the platforms and in the ledger.`,
		Example: `  smmctl accounts check
  smmctl accounts check acme-mastodon --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := g.open()
			if err != nil {
				return err
			}
			return g.checkAccounts(cmd.Context(), e, args)
		},
	}
}

func (g *global) checkAccounts(ctx context.Context, e *engine.Engine, ids []string) error {
	all, err := e.CheckAccounts(ctx, ids)
	if err != nil {
		return err
	}
	bad := slices.ContainsFunc(all, func(c engine.AccountCheck) bool { return !c.OK })
	if g.json {
		err = view.JSON(g.Out, map[string]any{"format_version": 1, "ok": !bad, "accounts": all})
	} else {
		g.printer().Accounts(all, g.Clock.Now())
	}
	if err == nil && bad {
		return &exit{code: exitFailed}
	}
	return err
}
