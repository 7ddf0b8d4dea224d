// Package wrap decorates a provider's account: read-only, retries, rate limits,
// tracing. A decorator is a Middleware, applied to every facet by Around, so that
// none is hidden: a facet is wrapped, or nil where the account has none. It
// imports provider, content, clock and the standard library.
package wrap

import (
	"context"
	"log/slog"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Call is one use of an account.
type Call struct {
	Op      string
	Write   bool // it may change the platform
	ID      string
	Key     content.Key
	Segment int
}

// Middleware surrounds a call. next makes it, each time that it is called.
type Middleware func(ctx context.Context, c Call, next func(context.Context) error) error

// Options choose the decorators. What is nil or false is left out.
type Options struct {
	ReadOnly bool
	Retry    *Retrying
	Limiter  *Limiter
	Log      *slog.Logger
	Clock    clock.Clock // for Log; the system's where nil
}

// Wrap decorates acc: from the outside, what is read-only is refused before
// anything waits; each attempt of a retry waits for its turn; and what is traced
// is each attempt without the waiting.
func Wrap(acc *provider.Account, o Options) *provider.Account {
	var all []Middleware
	if o.ReadOnly {
		all = append(all, ReadOnly())
	}
	if o.Retry != nil {
		all = append(all, Retry(*o.Retry))
	}
	if o.Limiter != nil {
		all = append(all, RateLimit(o.Limiter))
	}
	if o.Log != nil {
		all = append(all, Trace(o.Log, o.Clock))
	}
	return Around(acc, all...)
}

// Around applies middlewares to every facet, the first outermost. acc itself is
// not changed.
func Around(acc *provider.Account, all ...Middleware) *provider.Account {
	if len(all) == 0 {
		return acc
	}
	do := chain(all)
	out := *acc
	if acc.Posts != nil {
		out.Posts = posts{acc.Posts, do}
	}
	if acc.Pins != nil {
		out.Pins = pins{acc.Pins, do}
	}
	if acc.Schedules != nil {
		out.Schedules = schedules{acc.Schedules, do}
	}
	if acc.Profile != nil {
		out.Profile = profile{acc.Profile, do}
	}
	if acc.Finish != nil {
		out.Finish = func(ctx context.Context) error { return do(ctx, Call{Op: "finish", Write: true}, acc.Finish) }
	}
	return &out
}

func chain(all []Middleware) Middleware {
	return func(ctx context.Context, c Call, next func(context.Context) error) error {
		for i := len(all) - 1; i >= 0; i-- {
			m, inner := all[i], next
			next = func(ctx context.Context) error { return m(ctx, c, inner) }
		}
		return next(ctx)
	}
}
