package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

func newResolveCmd(g *global) *cobra.Command {
	var published string
	var not bool
	cmd := &cobra.Command{
		Use: "resolve KEY", Short: "Settle an unknown outcome, or record what a person published",
		Long: `Where an answer was lost and the platform could not tell, a person looks and says
what happened. It also records what a person published by hand (delivery: reminder).
Only the ledger changes.`,
		Example: `  smmctl resolve winter-sale@acme-telegram --published https://t.me/acme/17
  smmctl resolve winter-sale@acme-telegram --not-published`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (published == "") == !not {
				return usage("resolve: say either --published URL or --not-published")
			}
			return g.onKey(cmd.Context(), args[0], func(ctx context.Context, e actor, k content.Key) error {
				return e.Resolve(ctx, k, published)
			})
		},
	}
	cmd.Flags().StringVar(&published, "published", "", "it is live, under this address")
	cmd.Flags().BoolVar(&not, "not-published", false, "it is not live")
	return cmd
}

func newAdoptCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "adopt KEY URL", Short: "Take ownership of a live post",
		Long: `Records that a live post is the publication of a post of this workspace. Where its
words differ from the file's, the next plan shows an edit. Only the ledger changes.`,
		Example: `  smmctl adopt welcome@acme-mastodon https://mastodon.example/@acme/113`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.onKey(cmd.Context(), args[0], func(ctx context.Context, e actor, k content.Key) error {
				return e.Adopt(ctx, k, args[1])
			})
		},
	}
}

func newForgetCmd(g *global) *cobra.Command {
	return &cobra.Command{
		Use: "forget KEY", Short: "Stop owning a publication and leave it live",
		Long: `Leaves a publication where it is and stops owning it: it is neither edited nor taken down
from then on, and not published again until its file says republish. (removed: true in
the file does the same, reviewed.) Only the ledger changes.`,
		Example: `  smmctl forget welcome@acme-mastodon`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.onKey(cmd.Context(), args[0], func(ctx context.Context, e actor, k content.Key) error { return e.Forget(ctx, k) })
		},
	}
}

// actor is what the verbs on one Key ask of the engine.
type actor interface {
	Resolve(ctx context.Context, key content.Key, url string) error
	Adopt(ctx context.Context, key content.Key, url string) error
	Forget(ctx context.Context, key content.Key) error
}

// onKey does something to one Key and shows where it stands then.
func (g *global) onKey(ctx context.Context, key string, do func(context.Context, actor, content.Key) error) error {
	k, err := content.ParseKey(key)
	if err != nil {
		return usage("%w", err)
	}
	e, err := g.open()
	if err != nil {
		return err
	}
	if err := do(ctx, e, k); err != nil {
		return err
	}
	return g.status(ctx, e, []content.Key{k})
}

func newRetractCmd(g *global) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "retract KEY", Short: "Take one publication down by hand",
		Long: `Deletes a publication from its platform, under the same protocol as apply. It is not
published again until its file says republish. (retract: true in the file does the
same, reviewed.)`,
		Example: `  smmctl retract winter-sale@acme-mastodon`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := content.ParseKey(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if !yes && !g.CanAsk {
				return usage("retract asks before it deletes, and there is no terminal to ask on: use --auto-approve")
			}
			e, err := g.open()
			if err != nil {
				return err
			}
			out, err := e.Retract(cmd.Context(), k, g.confirm(yes), g.event())
			return g.finish(out, err)
		},
	}
	cmd.Flags().BoolVar(&yes, "auto-approve", false, "do not ask")
	return cmd
}

func newLockCmd(g *global) *cobra.Command {
	var broken bool
	cmd := &cobra.Command{
		Use: "lock", Short: "Show who holds the lease; --break takes it away",
		Long: `Only the run that holds the lease changes anything. It renews it while it works, and a run
that died is taken over when its lease has expired. --break lets the next run take over
at once; that one still waits until the former holder's requests must have ended.`,
		Example: `  smmctl lock
  smmctl lock --break    # when the run that held it is known to have ended`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runLock(cmd.Context(), g, broken) },
	}
	cmd.Flags().BoolVar(&broken, "break", false, "let the next run take over at once")
	return cmd
}

func runLock(ctx context.Context, g *global, broken bool) error {
	e, err := g.open()
	if err != nil {
		return err
	}
	get := e.Lock
	if broken {
		get = e.BreakLock
	}
	l, err := get(ctx)
	if err != nil {
		return err
	}
	if g.json {
		return view.JSON(g.Out, lockJSON(l))
	}
	if broken && l != nil {
		fmt.Fprintf(g.Out, "Broken. It was held by %s; the next run takes over.\n", view.Safe(l.Holder))
		return nil
	}
	g.printer().Lease(l)
	return nil
}

func lockJSON(l *ledger.Lease) map[string]any {
	out := map[string]any{"format_version": 1, "held": false, "holder": "", "since": nil, "expires": nil}
	if l != nil {
		out["held"], out["holder"], out["since"], out["expires"] = !l.Broken, l.Holder, l.Since.UTC(), l.Expires.UTC()
	}
	return out
}
