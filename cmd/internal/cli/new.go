package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/scaffold"
)

func newNewCmd(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use: "new", Short: "Make a post, a plan, an account, a strategy or a campaign from a template",
		Long: `Makes one file where smmctl and your colleagues look for it, filled from what the
workspace knows, with the comment that makes editors explain and complete its keys.
Prints the file's path. Nothing is ever overwritten, and nothing is published: a new
post is a draft.`,
		Example: `  smmctl new strategy acme
  smmctl new account acme-mastodon --provider mastodon --server https://mastodon.example
  smmctl new plan 2026-12
  smmctl new post winter-sale --slot 2026-12-03-morning`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage("new: of what? post, plan, account, strategy or campaign: see `smmctl new --help`")
		},
	}
	cmd.AddCommand(newNewPost(g), newNewPlan(g), newNewAccount(g), newNewStrategy(g), newNewCampaign(g))
	return cmd
}

func newNewPost(g *global) *cobra.Command {
	w := scaffold.PostWish{}
	cmd := &cobra.Command{
		Use: "post ID", Short: "A draft, filled from its slot",
		Long: `Makes a draft in its month's folder. With --slot, the brand, the month, the accounts, the
format and the subject are the slot's, and its brief stands above them as a comment.`,
		Example: `  smmctl new post winter-sale --slot 2026-12-03-morning
  smmctl new post we-are-hiring --brand acme --account acme-mastodon`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			w.ID = args[0]
			return g.make(func(m *scaffold.Maker) (string, error) { return m.Post(w) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&w.Brand, "brand", "", "the brand (default: the slot's, or the only one)")
	f.StringVar(&w.Slot, "slot", "", "the plan's slot that it fills")
	f.StringVar(&w.Month, "month", "", "the month's folder, 2026-12 (default: the slot's, or this month)")
	f.StringArrayVar(&w.Accounts, "account", nil, "an account or a group; may be repeated (default: the slot's, or the only one)")
	f.StringVar(&w.Campaign, "campaign", "", "the campaign that it belongs to")
	f.StringVar(&w.Language, "language", "", "its language, such as fr")
	return cmd
}

func newNewPlan(g *global) *cobra.Command {
	var brand string
	cmd := &cobra.Command{
		Use: "plan MONTH", Short: "A month's plan",
		Long: `Makes a month's plan without slots, with an example of one in a comment. Posts take their
time, accounts and subject from the slots that they fill.`,
		Example: `  smmctl new plan 2026-12 --brand acme`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return g.make(func(m *scaffold.Maker) (string, error) { return m.Plan(args[0], brand) })
		},
	}
	cmd.Flags().StringVar(&brand, "brand", "", "the brand (default: the only one)")
	return cmd
}

func newNewAccount(g *global) *cobra.Command {
	w := scaffold.AccountWish{}
	cmd := &cobra.Command{
		Use: "account ID --provider P", Short: "An account on a platform",
		Long: `Makes an account's file. It refers to the credentials that the platform asks for by
name, as environment variables; the secrets themselves never stand in a file.`,
		Example: `  smmctl new account acme-mastodon --provider mastodon --server https://mastodon.example
  smmctl new account acme-site --provider site
  smmctl new account acme-telegram --provider telegram --option chat=@acme`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if w.ID = args[0]; w.Provider == "" {
				return usage("new account: --provider is required: `smmctl providers` lists them")
			}
			return g.make(func(m *scaffold.Maker) (string, error) { return m.Account(w) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&w.Brand, "brand", "", "the brand (default: the only one)")
	f.StringVar(&w.Provider, "provider", "", "the kind of platform (required)")
	f.StringVar(&w.Server, "server", "", "the server's address, or a site's folder")
	f.StringVar(&w.Handle, "handle", "", "the account's name on the platform")
	f.StringToStringVar(&w.Options, "option", nil, "an option of the platform's own, NAME=VALUE; may be repeated")
	return cmd
}

func newNewStrategy(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "strategy BRAND", Short: "A brand and its strategy",
		Long: `Makes a brand: whom it speaks to, what it wants to reach, what it writes about, how it
sounds. What stands there is an example to change.`,
		Example: `  smmctl new strategy acme`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return g.make(func(m *scaffold.Maker) (string, error) { return m.Strategy(args[0]) })
		},
	}
}

func newNewCampaign(g *global) *cobra.Command {
	w := scaffold.CampaignWish{}
	cmd := &cobra.Command{
		Use: "campaign ID", Short: "A campaign",
		Long: `Makes a campaign. A post that names it must go out between its days, and its links carry
the campaign's UTM parameters.`,
		Example: `  smmctl new campaign winter-sale --from 2026-12-01 --until 2026-12-31`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			w.ID = args[0]
			return g.make(func(m *scaffold.Maker) (string, error) { return m.Campaign(w) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&w.Brand, "brand", "", "the brand (default: the only one)")
	f.StringVar(&w.From, "from", "", "its first day (default: today)")
	f.StringVar(&w.Until, "until", "", "its last day (default: 30 days later)")
	f.StringArrayVar(&w.Accounts, "account", nil, "an account that it runs on; may be repeated")
	return cmd
}

// make makes one file and prints its path.
func (g *global) make(do func(*scaffold.Maker) (string, error)) error {
	if err := g.check(); err != nil {
		return err
	}
	r, err := repo.Find(g.folder())
	if err != nil {
		return err
	}
	files, err := r.WorkTree()
	if err != nil {
		return err
	}
	ws, err := load.Open(files)
	if err != nil {
		return err
	}
	name, err := do(&scaffold.Maker{Root: r.Workspace, Workspace: ws, Drivers: g.Drivers, Now: g.Clock.Now()})
	if err != nil {
		return asUsage(err)
	}
	if g.json {
		return view.JSON(g.Out, map[string]any{"format_version": 1, "path": name})
	}
	fmt.Fprintln(g.Out, view.Safe(name))
	return nil
}
