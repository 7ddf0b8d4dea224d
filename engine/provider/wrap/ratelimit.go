package wrap

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
)

// DefaultWait bounds how long one call waits for an exhausted limit. Mastodon's
// ordinary window is 5 minutes.
const DefaultWait = 5 * time.Minute

// spread is the most that a waiting call adds to the limit's end, so that those
// who waited do not all start in the same moment.
const spread = time.Second

// ErrExhausted is inside the error of a call that would have to wait too long.
var ErrExhausted = errors.New("the platform's rate limit is used up")

// Limiter keeps one account within its platform's rate limit, by the platform's
// own word. Give its Note to the account's Config as OnRate.
type Limiter struct {
	clock  clock.Clock
	random func() float64
	wait   time.Duration

	mu   sync.Mutex
	last provider.Rate
	told bool
}

// NewLimiter returns a limiter for one account. A call that would wait longer
// than wait (DefaultWait where it is 0) is refused as Throttled instead. random
// returns a number in [0,1) and may be called by several goroutines.
func NewLimiter(c clock.Clock, random func() float64, wait time.Duration) *Limiter {
	if wait <= 0 {
		wait = DefaultWait
	}
	return &Limiter{clock: c, random: random, wait: wait}
}

// Note takes what the platform says of its limit.
func (l *Limiter) Note(r provider.Rate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.told = r, true
}

// take uses up one request of what is left, or returns the time at which there
// will be more.
func (l *Limiter) take() (until time.Time, wait bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.told || !l.last.Reset.After(l.clock.Now()) {
		l.told = false
		return time.Time{}, false
	}
	if l.last.Remaining <= 0 {
		return l.last.Reset, true
	}
	l.last.Remaining--
	return time.Time{}, false
}

// RateLimit makes calls wait while l's limit is used up.
func RateLimit(l *Limiter) Middleware {
	return func(ctx context.Context, c Call, next func(context.Context) error) error {
		for {
			until, wait := l.take()
			if !wait {
				return next(ctx)
			}
			pause := until.Sub(l.clock.Now())
			if pause > l.wait || tooLong(ctx, pause) {
				return &provider.Error{Kind: provider.Throttled, Op: c.Op, RetryAfter: until, Err: ErrExhausted}
			}
			pause += time.Duration(l.random() * float64(spread))
			if err := l.clock.Sleep(ctx, pause); err != nil {
				return &provider.Error{Kind: provider.Unsent, Op: c.Op, Err: err}
			}
		}
	}
}
