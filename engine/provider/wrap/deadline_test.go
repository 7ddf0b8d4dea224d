package wrap_test

import (
	"context"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/wrap"
)

// A wait that would outlast the call's deadline is told to the caller at once:
// waiting into the deadline would make "come back later" look like a failure.
func TestWaitsNeverOutlastTheDeadline(t *testing.T) {
	t.Parallel()
	clock := memory.NewClock(time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC))
	random := func() float64 { return 0 }
	limiter := wrap.NewLimiter(clock, random, 0)
	limiter.Note(provider.Rate{Limit: 1, Remaining: 0, Reset: clock.Now().Add(2 * time.Minute)})
	later := &provider.Error{Kind: provider.Throttled, Op: "publish", RetryAfter: clock.Now().Add(2 * time.Minute)}
	for name, m := range map[string]wrap.Middleware{
		"rate limit": wrap.RateLimit(limiter),
		"retry":      wrap.Retry(wrap.Retrying{Clock: clock, Random: random, Elapsed: time.Hour}),
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		before := clock.Now()
		err := m(ctx, wrap.Call{Op: "publish", Write: true}, func(context.Context) error { return later })
		cancel()
		if !provider.Is(err, provider.Throttled) || !clock.Now().Equal(before) {
			t.Errorf("%s: %v after %s", name, err, clock.Now().Sub(before))
		}
	}
}
