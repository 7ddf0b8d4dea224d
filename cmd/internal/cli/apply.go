package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/validate"
)

type applyOptions struct {
	engine.ApplyOptions
	autoApprove bool
}

func newApplyCmd(g *global) *cobra.Command {
	o := &applyOptions{}
	cmd := &cobra.Command{
		Use: "apply [PLANFILE]", Short: "Carry the plan out",
		Long: `Plans the tip of the workspace's branch and carries the plan out: publishes what is
due, edits what changed, retracts what is to go. Shows the plan and asks first on a
terminal. What is begun is recorded in the ledger before it is sent, so that an
interrupted run is finished by the next one and nothing is published twice.

With PLANFILE, only the changes of that saved plan are carried out, each only if
nothing that it depends on has changed since. What has moved is left alone, the rest
is carried out, and the exit code is 7.`,
		Example: `  smmctl apply
  smmctl apply --auto-approve            # in CI
  smmctl apply --account acme-mastodon
  smmctl apply plan.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				saved, err := readPlan(args[0])
				if err != nil {
					return g.finish(nil, err)
				}
				o.Saved = saved
			}
			return runApply(cmd.Context(), g, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.autoApprove, "auto-approve", false, "do not ask")
	f.StringVar(&o.Account, "account", "", "only this account")
	f.BoolVar(&o.AllowDirty, "allow-dirty", false, "carry out the last commit although files have uncommitted changes")
	return cmd
}

func runApply(ctx context.Context, g *global, o *applyOptions) error {
	if !o.autoApprove && !g.CanAsk {
		return g.finish(nil, usage("apply asks before it changes anything, and there is no terminal to ask on: use --auto-approve"))
	}
	e, err := g.open()
	if err != nil {
		return g.finish(nil, err)
	}
	o.Confirm = g.confirm(o.autoApprove)
	o.Event = g.event()
	out, err := e.Apply(ctx, o.ApplyOptions)
	return g.finish(out, err)
}

// confirm shows the plan, and asks unless the answer was given.
func (g *global) confirm(yes bool) func(*plan.Plan) (bool, error) {
	return func(p *plan.Plan) (bool, error) {
		if !g.json {
			g.printer().Plan(p)
		}
		if yes {
			return true, nil
		}
		return g.ask("Carry this plan out?")
	}
}

// ask wants a plain yes.
func (g *global) ask(question string) (bool, error) {
	fmt.Fprintf(g.Err, "\n%s Only \"yes\" is taken: ", question)
	line, err := bufio.NewReader(g.In).ReadString('\n')
	if err != nil && line == "" {
		return false, err
	}
	return strings.TrimSpace(line) == "yes", nil
}

// event shows what happens while it happens.
func (g *global) event() func(apply.Event) {
	p := g.printer()
	return func(ev apply.Event) {
		if g.json {
			_ = view.Line(g.Out, ev)
			return
		}
		p.Event(ev)
	}
}

// summary is the last event of a stream.
type summary struct {
	Type   string                  `json:"type"`
	Counts map[apply.EventType]int `json:"counts"`
	Exit   int                     `json:"exit"`
	Error  string                  `json:"error"`
}

// finish tells how a run ended, and turns it into an exit code.
func (g *global) finish(out *engine.Outcome, err error) error {
	result := outcomeError(out, err)
	if g.json {
		if jerr := view.Line(g.Out, summaryOf(out, err, result)); jerr != nil {
			return jerr
		}
		return result
	}
	g.ended(out, err)
	return result
}

func summaryOf(out *engine.Outcome, err, result error) summary {
	s := summary{Type: "summary", Counts: counts(out), Exit: codeOf(result)}
	if err != nil {
		s.Error = err.Error()
	}
	return s
}

// ended tells people how a run ended.
func (g *global) ended(out *engine.Outcome, err error) {
	if out == nil || out.Plan == nil {
		return
	}
	switch {
	case out.Declined:
		g.note("Nothing was changed.")
	case !out.Plan.HasEffect() && err == nil:
		g.printer().Plan(out.Plan)
	case err == nil, len(out.Result.Events) > 0 && len(out.Stale) > 0:
		g.printer().Done(out.Result)
	}
	g.tellInvalid(out.Report)
	if out.Unknown > 0 {
		what := "outcomes are"
		if out.Unknown == 1 {
			what = "outcome is"
		}
		g.note("%d %s unknown: `smmctl status` names them, `smmctl resolve` settles them.", out.Unknown, what)
	}
}

func counts(out *engine.Outcome) map[apply.EventType]int {
	all := map[apply.EventType]int{}
	for _, t := range []apply.EventType{
		apply.IntentWritten, apply.Published, apply.Scheduled, apply.Unscheduled, apply.Edited, apply.Retracted,
		apply.Recorded, apply.Failed, apply.Unknown, apply.Held,
	} {
		all[t] = 0
		if out != nil {
			all[t] = out.Result.Counts[t]
		}
	}
	return all
}

// outcomeError is the exit of a run by the contract's order.
func outcomeError(out *engine.Outcome, err error) error {
	var codes []int
	if err != nil {
		codes = append(codes, codeOf(err))
	}
	if out == nil || out.Plan == nil || out.Declined {
		return worst(err, codes...)
	}
	if failed := out.Result.Counts[apply.Failed] + out.Accounts; failed > 0 {
		codes = append(codes, exitPartly)
		if done(out) == 0 {
			codes = append(codes, exitFailed)
		}
	}
	if len(out.Plan.Refusals) > 0 || out.Report != nil && out.Report.Diagnostics.HasErrors() {
		codes = append(codes, exitInvalid)
	}
	if out.Unknown > 0 {
		codes = append(codes, exitUnknown)
	}
	return worst(err, codes...)
}

// done counts what a run has changed, on platforms or in the ledger.
func done(out *engine.Outcome) int {
	c := out.Result.Counts
	return c[apply.Published] + c[apply.Scheduled] + c[apply.Unscheduled] + c[apply.Edited] + c[apply.Retracted] + c[apply.Recorded]
}

// tellInvalid says that some content was left out.
func (g *global) tellInvalid(r *validate.Report) {
	if r != nil && r.Diagnostics.HasErrors() {
		g.note("Some content is invalid and was left out: `smmctl validate` says where.")
	}
}
