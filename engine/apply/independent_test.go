package apply_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	ledgermemory "github.com/smmctl/smmctl/engine/ledger/memory"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/wrap"
)

// crowd is publications spread over accounts that are carried out side by side,
// as a real run does, each account with a limiter of its own.
type crowd struct {
	ledger    *ledgermemory.Ledger
	clock     *memory.Clock
	options   memory.Options
	platforms map[string]*memory.Platform
	desired   map[content.Key]*content.Publication
	around    map[string]wrap.Middleware
}

func newCrowd(accounts, publications int) *crowd {
	c := &crowd{
		ledger: ledgermemory.New("7f3c"), clock: memory.NewClock(start), options: memory.Everything(),
		platforms: map[string]*memory.Platform{}, desired: map[content.Key]*content.Publication{}, around: map[string]wrap.Middleware{},
	}
	for i := range publications {
		account := fmt.Sprintf("account-%d", i%accounts)
		if c.platforms[account] == nil {
			c.platforms[account] = memory.New(account, c.clock)
		}
		p := on(account, pub(fmt.Sprintf("post-%d", i), fmt.Sprintf("Words number %d", i)))
		c.desired[p.Key] = p
	}
	return c
}

func (c *crowd) run(ctx context.Context) (apply.Result, error) {
	snap, err := c.ledger.Read(ctx)
	if err != nil {
		return apply.Result{}, err
	}
	in := plan.Input{Now: start, Ledger: snap, Live: map[string]plan.Live{}, Accounts: map[string]plan.Account{}}
	targets := map[string]*apply.Target{}
	for name, p := range c.platforms {
		limiter := wrap.NewLimiter(c.clock, func() float64 { return 0 }, 0)
		acc, err := memory.Open(ctx, p, nil, limiter.Note, c.options)
		if err != nil {
			return apply.Result{}, err
		}
		all := []wrap.Middleware{wrap.RateLimit(limiter)}
		if m := c.around[name]; m != nil {
			all = append([]wrap.Middleware{m}, all...)
		}
		targets[name] = &apply.Target{Account: wrap.Around(acc, all...), Facility: c.options.Facility, Fingerprint: memory.Fingerprint}
		in.Accounts[name] = plan.Account{
			ID: name, Provider: "memory", Policy: "upsert", Capabilities: c.options.Capabilities, Limits: c.options.Limits,
			Fingerprint: memory.Fingerprint, Facility: c.options.Facility,
		}
		in.Live[name] = plan.Live{}
	}
	for _, p := range c.desired {
		in.Desired = append(in.Desired, p)
	}
	return apply.Run(ctx, plan.Build(in), snap, apply.Options{
		Ledger: c.ledger, Targets: targets, Desired: c.desired, Journal: &journal{}, Clock: c.clock, Timing: apply.DefaultTiming,
		Run: "run", Holder: "run", Process: "run", Actor: "somebody",
	})
}

// TestNoAccountWaitsForAnother: of seven accounts one is stuck in its first
// request, as one is whose limit is used up, until all that the six others have
// to publish is out.
func TestNoAccountWaitsForAnother(t *testing.T) {
	t.Parallel()
	const accounts, publications = 7, 140
	c := newCrowd(accounts, publications)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out atomic.Int64
	others := make(chan struct{})
	for name := range c.platforms {
		c.around[name] = func(ctx context.Context, call wrap.Call, next func(context.Context) error) error {
			if call.Op != memory.OpPublish {
				return next(ctx)
			}
			if name == "account-3" {
				select {
				case <-others:
				case <-ctx.Done():
					return &provider.Error{Kind: provider.Unsent, Err: errors.New("the others did not go on without it")}
				}
				return next(ctx)
			}
			err := next(ctx)
			if err == nil && out.Add(1) == publications-publications/accounts {
				close(others)
			}
			return err
		}
	}
	res, err := c.run(ctx)
	must(t, err)
	if got := res.Counts["published"]; got != publications {
		t.Errorf("%d published, want %d: %v", got, publications, res.Counts)
	}
}

// BenchmarkThousandOverSeven publishes 1,000 posts to seven platforms in memory:
// what the engine itself needs, with planning and the ledger's commits.
func BenchmarkThousandOverSeven(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		c := newCrowd(7, 1000)
		b.StartTimer()
		res, err := c.run(b.Context())
		if err != nil || res.Counts["published"] != 1000 {
			b.Fatalf("%v: %v", res.Counts, err)
		}
	}
}
