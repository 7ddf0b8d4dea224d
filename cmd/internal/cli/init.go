package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/scaffold"
)

type initOptions struct {
	dir, forge, from string
}

func newInitCmd(g *global) *cobra.Command {
	o := &initOptions{}
	cmd := &cobra.Command{
		Use: "init [DIR]", Short: "Make a workspace that publishes at once",
		Long: `Makes a workspace: a brand named after the folder, an account on the embedded site, the
month's plan and two posts, one due now and one that waits. It validates as it stands,
and the first "smmctl apply" publishes to public/site. Nothing is ever overwritten.

Where there is no Git repository yet, or one without commits, the files are its first
commit. In a repository that has commits they are only written: you commit them.`,
		Example: `  smmctl init acme && cd acme && smmctl apply
  smmctl init                   # in this folder
  smmctl init --forge github    # with workflows: show plans in pull requests, publish on merge`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = g.folder()
			if len(args) == 1 && filepath.IsAbs(args[0]) {
				o.dir = args[0]
			} else if len(args) == 1 {
				o.dir = filepath.Join(o.dir, args[0])
			}
			return runInit(cmd.Context(), g, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.forge, "forge", "", "also write workflows for this forge: "+strings.Join(scaffold.Forges(), " or "))
	f.StringVar(&o.from, "from", "", "take over from another tool (not in this version)")
	return cmd
}

func runInit(ctx context.Context, g *global, o *initOptions) error {
	if err := g.check(); err != nil {
		return err
	}
	if o.from != "" {
		return usage("init --from %s: taking over from other tools is not in this version yet; `smmctl import` takes over what is live", o.from)
	}
	made, err := scaffold.Init(ctx, scaffold.Options{
		Dir: o.dir, Forge: o.forge, Timezone: scaffold.LocalZone(g.Getenv), Clock: g.Clock,
		Version: built().Version, Commit: built().Commit,
	})
	if err != nil {
		return asUsage(err)
	}
	if g.json {
		return view.JSON(g.Out, struct {
			FormatVersion int `json:"format_version"`
			*scaffold.Made
		}{1, made})
	}
	g.printer().Made(made)
	return nil
}

// asUsage gives a wish that makes no sense its exit code.
func asUsage(err error) error {
	var wrong *scaffold.UsageError
	if errors.As(err, &wrong) {
		return &exit{exitUsage, err}
	}
	return err
}
