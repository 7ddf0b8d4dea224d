package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/forge"
)

type ciPlanOptions struct {
	offline     bool
	base, head  string
	pull        int
	out         string
	noComment   bool
	annotations string
}

func newCiPlanCmd(g *global) *cobra.Command {
	o := &ciPlanOptions{}
	cmd := &cobra.Command{
		Use: "plan", Short: "Say in a pull request what merging it would do",
		Long: `Checks the workspace as a pull request would leave it, plans what merging would do, and
keeps one comment in the pull request up to date: what is published when and where, what
each network will show, which words change, the month with its holes, the strategy's mix.
Problems stand on the lines that have them, and a status beside the commit. Publishes and
changes nothing.

With --offline, and always for forks and where accounts or smm.yaml change, no platform is
asked and no credential is read.

Outside of a forge's CI it prints the report, as Markdown for a forge: HEAD against the
branch that is published. At a terminal, read it with --out, which writes it to files, or
take "smmctl diff --from main --to HEAD".`,
		Example: `  smmctl ci plan                        # in a job on a pull request
  smmctl ci plan --offline --out report # and the whole report as files
  smmctl ci plan --base origin/main --head HEAD
  smmctl ci plan --json                 # for programs`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return logged(runCiPlan(cmd.Context(), g, o)) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.offline, "offline", false, "ask no platform, and take the ledger as it was last fetched")
	f.StringVar(&o.base, "base", "", "the revision that is merged into (default: the pull request's, else the branch that is published)")
	f.StringVar(&o.head, "head", "", "the revision that is proposed (default: the pull request's, else HEAD)")
	f.IntVar(&o.pull, "pull", 0, "the pull request's number (default: the job's)")
	f.StringVar(&o.out, "out", "", "write report.md, report.json, plan.json and validate.sarif into this folder")
	f.BoolVar(&o.noComment, "no-comment", false, "leave the pull request's conversation alone")
	f.StringVar(&o.annotations, "annotations", "", "github or none (default: as the job's forge shows them)")
	return cmd
}

func runCiPlan(ctx context.Context, g *global, o *ciPlanOptions) error {
	switch {
	case o.pull < 0:
		return usage("ci plan: --pull: %d is no pull request's number", o.pull)
	case o.annotations != "" && o.annotations != "github" && o.annotations != "none":
		return usage("ci plan: --annotations: github or none, not %q", o.annotations)
	}
	e, err := g.open()
	if err != nil {
		return err
	}
	p, err := g.proposal(ctx, e, o)
	if err != nil {
		return err
	}
	r, err := e.Review(ctx, p.what)
	if err != nil {
		return errors.Join(append(p.failed, err, p.stumbled(ctx, e.Repo.Prefix))...)
	}
	return g.deliver(ctx, e, o, p, r)
}

// deliver tells everybody. What fails on the way keeps nothing else from being
// told.
func (g *global) deliver(ctx context.Context, e *engine.Engine, o *ciPlanOptions, p *proposal, r *engine.Review) error {
	t := &teller{
		global: g, o: o, p: p, r: r, prefix: e.Repo.Prefix,
		text: markdown.Options{Workspace: e.Repo.Prefix, RunURL: p.runURL()},
	}
	steps := []func(context.Context) error{t.files, t.print, t.annotate, t.summary}
	if p.home != nil && p.pull != nil {
		steps = append(steps, t.status)
		if !o.noComment {
			steps = append(steps, t.comment, t.remarks)
		}
	}
	failed := p.failed
	for _, step := range steps {
		if err := step(ctx); err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 && p.job != nil && !g.json { // nobody should have to do without it
		failed = append(failed, t.whole())
	}
	return reviewed(r, slices.DeleteFunc(failed, func(err error) bool { return err == nil }))
}

// reviewed is the exit of a review by the contract's order.
func reviewed(r *engine.Review, failed []error) error {
	var codes []int
	for _, err := range failed {
		codes = append(codes, max(codeOf(err), exitFailed))
	}
	if len(markdown.Unread(r)) > 0 {
		codes = append(codes, exitFailed)
	}
	if invalid(r) || len(r.Plan.Refusals) > 0 {
		codes = append(codes, exitInvalid)
	}
	return worst(errors.Join(failed...), codes...)
}

// invalid reports whether the content as it would be has errors.
func invalid(r *engine.Review) bool { return diagnostics(r.Diagnostics).HasErrors() }

func diagnostics(list []engine.ReviewedDiagnostic) diag.List {
	out := diag.List{}
	for _, d := range list {
		out = append(out, d.Diagnostic)
	}
	return out
}

// verdict is what stands beside the commit.
func verdict(r *engine.Review) (forge.StatusState, string) {
	text := markdown.Counts(r.Plan)
	if n := diagnostics(r.Diagnostics).Count(diag.Error); n > 0 {
		return forge.Failure, fmt.Sprintf("%d invalid, %s", n, text)
	}
	switch {
	case len(r.Plan.Refusals) > 0:
		return forge.Failure, text
	case len(markdown.Unread(r)) > 0:
		return forge.Error, "not everything could be read; " + text
	}
	return forge.Success, text
}

// warn tells a person of what could not be done and does not matter to the exit.
func (g *global) warn(err error) { g.note("warning: %s", defused(err.Error())) }

// loggedError is one whose text is defused.
type loggedError struct{ error }

func (e loggedError) Error() string { return defused(e.error.Error()) }
func (e loggedError) Unwrap() error { return e.error }

func logged(err error) error {
	if err == nil {
		return nil
	}
	return loggedError{err}
}

// defused is text for a job's log. A runner takes commands from there: a line that
// begins with ::, and ##[ anywhere.
func defused(s string) string {
	return strings.ReplaceAll(view.OneLine(strings.ReplaceAll(s, "\n", "; "), 2000), "##[", "## [")
}
