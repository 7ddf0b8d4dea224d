package wrap

import (
	"context"
	"errors"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
)

// Defaults of Retrying.
const (
	DefaultAttempts = 5
	DefaultBase     = 500 * time.Millisecond
	DefaultCap      = 30 * time.Second
	DefaultElapsed  = 2 * time.Minute
)

// Retrying bounds repeated attempts. Clock and Random must be given; the rest
// has defaults.
type Retrying struct {
	Clock clock.Clock
	// Random returns a number in [0,1). It may be called by several goroutines.
	Random   func() float64
	Attempts int           // in all
	Base     time.Duration // the first pause is a random part of it; each next one's bound is double
	Cap      time.Duration // of one pause that the platform has not asked for
	Elapsed  time.Duration // no attempt begins later than this after the first
}

// Retry makes further attempts at what is safe to repeat: a call that was
// provably not sent, one that the platform declined for now, and a read whatever
// became of it. A write whose outcome is in doubt is never repeated.
func Retry(r Retrying) Middleware {
	r = r.withDefaults()
	return func(ctx context.Context, c Call, next func(context.Context) error) error {
		start := r.Clock.Now()
		for attempt := 1; ; attempt++ {
			err := next(ctx)
			if err == nil || attempt >= r.Attempts || ctx.Err() != nil || !repeatable(c, err) {
				return err
			}
			pause := r.pause(attempt, err)
			if r.Clock.Now().Add(pause).Sub(start) > r.Elapsed || tooLong(ctx, pause) || r.Clock.Sleep(ctx, pause) != nil {
				return err
			}
		}
	}
}

// tooLong reports whether a pause would outlast the call's own deadline: whoever
// set it is better told at once when to come back.
func tooLong(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && pause > time.Until(deadline)
}

func repeatable(c Call, err error) bool {
	switch provider.KindOf(err) {
	case provider.Unsent, provider.Throttled:
		return true
	case provider.Ambiguous:
		return !c.Write
	}
	return false
}

// pause is full jitter, or what the platform asked for with a little jitter on
// top, so that many who were told the same do not come back at once.
func (r Retrying) pause(attempt int, err error) time.Duration {
	bound := r.Base
	for i := 1; i < attempt && bound < r.Cap; i++ {
		bound *= 2
	}
	bound = min(bound, r.Cap)
	jitter := time.Duration(r.Random() * float64(bound))
	var e *provider.Error
	if errors.As(err, &e) && !e.RetryAfter.IsZero() {
		return max(e.RetryAfter.Sub(r.Clock.Now()), 0) + min(jitter, r.Base)
	}
	return jitter
}

func (r Retrying) withDefaults() Retrying {
	if r.Attempts <= 0 {
		r.Attempts = DefaultAttempts
	}
	if r.Base <= 0 {
		r.Base = DefaultBase
	}
	if r.Cap <= 0 {
		r.Cap = DefaultCap
	}
	if r.Elapsed <= 0 {
		r.Elapsed = DefaultElapsed
	}
	return r
}
