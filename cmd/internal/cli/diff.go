package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/plan"
)

type diffOptions struct {
	engine.PlanOptions
	now      string
	exitCode bool
	out      string
}

func newDiffCmd(g *global) *cobra.Command {
	o := &diffOptions{}
	cmd := &cobra.Command{
		Use: "diff", Aliases: []string{"plan"}, Short: "Show what would be done",
		Long: `Compares what the files want with what the ledger records and what is live, and
shows what would be done, in order, with the reason. Changes nothing.`,
		Example: `  smmctl diff
  smmctl diff --now 2026-12-24T18:00     # the plan as it will be then
  smmctl diff --offline --exit-code      # no network; exit 2 when there is something to do
  smmctl diff --from origin/main --to HEAD   # what a branch changes
  smmctl diff --out plan.json            # for smmctl show and smmctl apply`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDiff(cmd.Context(), g, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Account, "account", "", "only this account")
	f.StringVar(&o.Post, "post", "", "only this post's id")
	f.BoolVar(&o.All, "all", false, "compare everything that is live, not only the last 30 days")
	f.BoolVar(&o.Offline, "offline", false, "ask no platform, and take the ledger as it was last fetched")
	f.StringVar(&o.From, "from", "", "compare with this revision, offline")
	f.StringVar(&o.To, "to", "", "plan this revision instead of the work tree")
	f.StringVar(&o.now, "now", "", "plan as if it were this time (2026-12-03T09:30, or with an offset)")
	f.BoolVar(&o.exitCode, "exit-code", false, "exit 2 when something would be done now")
	f.StringVar(&o.out, "out", "", "write the plan to this file")
	return cmd
}

func runDiff(ctx context.Context, g *global, o *diffOptions) error {
	e, err := g.open()
	if err != nil {
		return err
	}
	if o.Now, err = e.ParseTime(o.now); err != nil {
		return usage("--now: %w", err)
	}
	out, err := e.Plan(ctx, o.PlanOptions)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := writePlan(o.out, out.Plan); err != nil {
			return err
		}
	}
	if err := g.showPlan(out.Plan); err != nil {
		return err
	}
	var codes []int
	if out.Accounts > 0 {
		codes = append(codes, exitFailed)
	}
	if len(out.Plan.Refusals) > 0 || out.Report.Diagnostics.HasErrors() {
		codes = append(codes, exitInvalid)
	}
	if o.exitCode && out.Plan.HasEffect() {
		codes = append(codes, exitChanges)
	}
	g.tellInvalid(out.Report)
	return worst(nil, codes...)
}

func (g *global) showPlan(p *plan.Plan) error {
	if g.json {
		return view.JSON(g.Out, p)
	}
	g.printer().Plan(p)
	return nil
}

func writePlan(name string, p *plan.Plan) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(b, '\n'), 0o600)
}

const maxPlan = 256 << 20

func readPlan(name string) (*plan.Plan, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &plan.Plan{}
	if err := json.NewDecoder(io.LimitReader(f, maxPlan)).Decode(p); err != nil {
		return nil, fmt.Errorf("%s: not a saved plan: %w", name, err)
	}
	if p.FormatVersion != 1 || p.Now.IsZero() {
		return nil, fmt.Errorf("%s: not a plan that this version of smmctl saved (format_version %d, want 1)", name, p.FormatVersion)
	}
	return p, nil
}

func newShowCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "show PLANFILE", Short: "Show a saved plan again",
		Long: `Shows what "smmctl diff --out" has saved, as it was then. Whether it still holds is what
"smmctl apply PLANFILE" finds out.`,
		Example: `  smmctl diff --out plan.json && smmctl show plan.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := readPlan(args[0])
			if err != nil {
				return err
			}
			if !g.json {
				g.note("made %s of commit %.10s", p.Now.Format(time.RFC3339), p.Commit)
			}
			return g.showPlan(p)
		},
	}
}
