package apply_test

import (
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

func throttled(wait time.Duration) memory.Fault {
	return memory.Fault{Kind: memory.Throttled, Delay: wait}
}

// TestThrottled: a request that was put off is made again when it was asked to
// be, under a lease that was renewed meanwhile; beyond the bounds it fails, with
// nothing sent.
func TestThrottled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		waits []time.Duration
		state ledger.State
		slept time.Duration
	}{
		"once":                {[]time.Duration{5 * time.Second}, ledger.Published, 5 * time.Second},
		"longer than a lease": {[]time.Duration{9 * time.Minute}, ledger.Published, 9 * time.Minute},
		"five times":          {slices.Repeat([]time.Duration{time.Minute}, 5), ledger.Published, 5 * time.Minute},
		"six times":           {slices.Repeat([]time.Duration{time.Minute}, 6), ledger.Planned, 5 * time.Minute},
		"too long":            {[]time.Duration{10*time.Minute + time.Second}, ledger.Planned, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(pub("a", "A."))
			for _, w := range c.waits {
				b.one().Faults.Arm(memory.OpPublish, throttled(w))
			}
			b.before = func(cl call) error {
				if l := b.read().Lease; l == nil || cl.at.Add(timing.Request).After(l.Expires) {
					t.Errorf("%s at %s under %+v", cl, cl.at, l)
				}
				return nil
			}
			res := b.mustRun()
			b.isState("a", c.state)
			if got := b.clock.sleptFor(); got != c.slept {
				t.Errorf("waited %s, want %s", got, c.slept)
			}
			if want := map[ledger.State]int{ledger.Published: 1}[c.state]; res.Counts["published"] != want {
				t.Errorf("counted %v", res.Counts)
			}
			b.onceEach()
			b.before = nil
			b.outlive()
			b.mustRun()
			b.isState("a", ledger.Published)
			b.idle()
		})
	}
}

// TestThrottledWithoutATime: where the platform does not say when to come back
// the waits grow.
func TestThrottledWithoutATime(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.before = func(c call) error {
		if c.n <= 3 {
			return fault(provider.Throttled)
		}
		return nil
	}
	b.mustRun()
	var at []time.Duration
	for i := 1; i < len(b.calls); i++ {
		at = append(at, b.calls[i].at.Sub(b.calls[i-1].at))
	}
	if !slices.Equal(at, []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second}) {
		t.Errorf("pauses %v", at)
	}
	b.isState("a", ledger.Published)
}

// TestThrottledThread: a thread's second half waits, too, and is not given up.
func TestThrottledThread(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A1.", "A2."))
	b.one().Faults.Arm(memory.OpPublish, memory.Fault{}, throttled(time.Hour))
	b.mustRun()
	b.isState("a", ledger.Intent)
	b.outlive()
	b.mustRun()
	same(t, "then", b.made(), "publish a@one 1")
	b.isState("a", ledger.Published)
	b.onceEach()
}

// TestThrottledAndFrozen: what waits for a rate limit has not begun: a freeze
// that comes meanwhile holds it.
func TestThrottledAndFrozen(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.one().Faults.Arm(memory.OpPublish, throttled(5*time.Minute))
	b.clock.onSleep = func(time.Duration) {
		b.clock.onSleep = nil
		b.commit(ledger.Update{Freezes: &[]ledger.Freeze{{Reason: "a crisis"}}})
	}
	b.alter = func(o *applyOptions) {
		o.Frozen = func(fs []ledger.Freeze, _ string) (string, bool) { return "a crisis", len(fs) > 0 }
	}
	b.mustRun()
	same(t, "calls", b.made(), "publish a@one 0")
	if len(b.one().Own()) > 0 {
		t.Error("published in a freeze")
	}
	b.isState("a", ledger.Planned)
}
