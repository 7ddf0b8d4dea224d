package apply_test

import (
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

func throttled(wait time.Duration) memory.Fault {
	return memory.Fault{Kind: memory.Throttled, Delay: wait}
}

// TestThrottled: a request that was put off is made again when it was asked to
// be, under a lease that was renewed meanwhile. What has not begun waits two
// minutes at most, for guards may say no by then; a thread's second half waits
// longer. Beyond the bounds it fails, with nothing sent.
func TestThrottled(t *testing.T) {
	t.Parallel()
	minute := time.Minute
	for name, c := range map[string]struct {
		begun bool
		late  time.Duration
		waits []time.Duration
		state ledger.State
		slept time.Duration
	}{
		"once":                {false, late, []time.Duration{5 * time.Second}, ledger.Published, 5 * time.Second},
		"two minutes in all":  {false, late, []time.Duration{minute, minute}, ledger.Published, 2 * minute},
		"a second more":       {false, late, []time.Duration{minute, minute, time.Second}, ledger.Planned, 2 * minute},
		"too late then":       {false, minute + 30*time.Second, []time.Duration{45 * time.Second}, ledger.Planned, 0},
		"just in time":        {false, minute + 30*time.Second, []time.Duration{30 * time.Second}, ledger.Published, 30 * time.Second},
		"longer than a lease": {true, minute, []time.Duration{9 * minute}, ledger.Published, 9 * minute},
		"five times":          {true, minute, slices.Repeat([]time.Duration{minute}, 5), ledger.Published, 5 * minute},
		"six times":           {true, minute, slices.Repeat([]time.Duration{minute}, 6), ledger.Intent, 5 * minute},
		"too long":            {true, minute, []time.Duration{10*minute + time.Second}, ledger.Intent, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			p := pub("a", "A1.", "A2.")
			p.Late = content.Lateness{Max: c.late}
			b.want(p)
			if c.begun {
				b.one().Faults.Arm(memory.OpPublish, memory.Fault{})
			}
			for _, w := range c.waits {
				b.one().Faults.Arm(memory.OpPublish, throttled(w))
			}
			b.before = func(cl call) error {
				if l := b.read().Lease; l == nil || cl.at.Add(timing.Request).After(l.Expires) {
					t.Errorf("%s at %s under %+v", cl, cl.at, l)
				}
				return nil
			}
			b.clock.onSleep = func(d time.Duration) {
				if until := b.read().Lease.Expires; b.clock.Now().Add(d).After(until) {
					t.Errorf("it sleeps until %s under a lease until %s", b.clock.Now().Add(d), until)
				}
			}
			res := b.mustRun()
			b.clock.onSleep = nil
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
			if c.state == ledger.Intent {
				b.isState("a", ledger.Published) // whatever its lateness
			}
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
	b.one().Faults.Arm(memory.OpPublish, throttled(2*time.Minute))
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
