package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
)

type ciPublishOptions struct {
	wait time.Duration
}

func newCiPublishCmd(g *global) *cobra.Command {
	o := &ciPublishOptions{}
	cmd := &cobra.Command{
		Use: "publish", Short: "Publish what is merged and due, and tell everybody what became of it",
		Long: `Reads the approvals of merged pull requests, carries the plan of the branch's tip out as
"smmctl apply --auto-approve" does, and tells what became of it: the webhooks that smm.yaml
names under notify, once each; the merged pull requests, in one comment each that is kept
up to date; the page of the job.

It may run beside itself, be cancelled and be run again: nothing is published twice and
nothing is told twice. While another run publishes it exits with 6, and that run tells.
Where somebody could not be told it exits with 1; what was published stays published.

Outside of a forge's CI it does the same without approvals and comments.`,
		Example: `  smmctl ci publish
  smmctl ci publish --wait 5m    # for another run that is publishing`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runCiPublish(cmd.Context(), g, o) },
	}
	cmd.Flags().DurationVar(&o.wait, "wait", 0, "how long to wait while another run publishes")
	return cmd
}

func runCiPublish(ctx context.Context, g *global, o *ciPublishOptions) error {
	if o.wait < 0 {
		return g.finish(nil, usage("ci publish: --wait: %s is less than nothing", o.wait))
	}
	out, notes := &jobLog{w: g.Out, json: g.json}, &jobLog{w: g.Err, json: g.logFormat == "json"}
	g.Out, g.Err = out, notes
	err := g.publish(ctx, o)
	return errors.Join(logged(err), out.Close(), notes.Close())
}

func (g *global) publish(ctx context.Context, o *ciPublishOptions) error {
	e, err := g.open()
	if err != nil {
		return g.finish(nil, err)
	}
	job, home, noForge := g.job()
	if job == nil && noForge == nil {
		g.note("No forge: this is no job of GitHub, Gitea or Forgejo Actions. Approvals are not read, and pull requests are not told.")
	}
	d, err := e.Deliver(ctx, engine.DeliverOptions{
		ApplyOptions: engine.ApplyOptions{Confirm: g.confirm(true), Event: g.event()},
		Forge:        home, Words: markdown.Outcomes, Wait: o.wait,
	})
	var held *apply.ErrHeld
	if errors.As(err, &held) {
		g.note("Another run is publishing: it publishes what is due and tells what became of it. Nothing was done here.")
	}
	for _, n := range d.Notes {
		g.warn(errors.New(n))
	}
	d.Telling = errors.Join(noForge, d.Telling)
	d.Telling = errors.Join(d.Telling, addSummary(g.Getenv("GITHUB_STEP_SUMMARY"), func(int) string { return markdown.Summary(d, err) }))
	return g.delivered(d, err)
}

// delivered tells how a run ended, as apply does, and who was told.
func (g *global) delivered(d *engine.Delivery, err error) error {
	result := outcomeError(d.Outcome, err)
	if d.Telling != nil {
		result = worst(errors.Join(err, told(d)), exitFailed, codeOf(result))
	}
	if g.json {
		s := deliverySummary{summary: summaryOf(d.Outcome, err, result), Told: d.Told}
		if d.Telling != nil {
			s.TellingError = d.Telling.Error()
		}
		if jerr := view.Line(g.Out, s); jerr != nil {
			return jerr
		}
		return result
	}
	g.ended(d.Outcome, err)
	if t := d.Told; t != (engine.Told{}) {
		g.note("%s", view.Told(t))
	}
	return result
}

// told says that a failure of telling is no failure of publishing, where something
// was published.
func told(d *engine.Delivery) error {
	switch {
	case d.Outcome != nil && done(d.Outcome) > 0:
		return fmt.Errorf("what was published is published; but not everybody was told: %w", d.Telling)
	case d.Told.Sent+d.Told.Comments > 0:
		return fmt.Errorf("not everybody was told: %w", d.Telling)
	}
	return fmt.Errorf("nobody was told: %w", d.Telling)
}

// deliverySummary is the last event of the stream.
type deliverySummary struct {
	summary
	Told         engine.Told `json:"told"`
	TellingError string      `json:"telling_error"`
}
