package reliability

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/smmctl/smmctl/engine/apply"
)

// schedules is how many seeded schedules TestRandomSchedules runs.
func schedules(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("SMMCTL_SCHEDULES"))
	if err != nil || n <= 0 {
		return 100_000
	}
	return n
}

// TestRandomSchedules lives through seeded schedules of crashes, faults and
// rivals. SMMCTL_SEED replays one.
func TestRandomSchedules(t *testing.T) {
	t.Parallel()
	if seed, err := strconv.ParseUint(os.Getenv("SMMCTL_SEED"), 10, 64); err == nil {
		replay(t, seed, apply.Sabotage{})
		return
	}
	n := uint64(schedules(t))
	var next, failed atomic.Uint64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for seed := next.Add(1); seed <= n && failed.Load() < 5; seed = next.Add(1) {
				if v := live(seed, apply.Sabotage{}); v.first != "" {
					failed.Add(1)
					t.Errorf("SMMCTL_SEED=%d (%s): %s", seed, kinds()[seed%uint64(len(kinds()))].name, v.first)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d schedules", n)
}

func live(seed uint64, sabotage apply.Sabotage) verdict {
	s := newSim(seed, kinds()[seed%uint64(len(kinds()))])
	s.sabotage = sabotage
	return s.story()
}

func replay(t *testing.T, seed uint64, sabotage apply.Sabotage) {
	t.Helper()
	s := newSim(seed, kinds()[seed%uint64(len(kinds()))])
	s.sabotage = sabotage
	v := s.story()
	t.Logf("%s\n%s", s.kind.name, strings.Join(s.trace, "\n"))
	if v.first != "" {
		t.Errorf("%s", v.first)
	}
}

// TestMutations takes one protection out at a time: the suite must notice.
func TestMutations(t *testing.T) {
	t.Parallel()
	for name, sabotage := range map[string]apply.Sabotage{
		"without intents": {NoIntent: true}, "without probes": {NoProbe: true}, "without a lease": {NoLease: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= 5000; seed++ {
				if v := live(seed, sabotage); v.duplicates > 0 {
					t.Logf("noticed with seed %d: %s", seed, v.first)
					return
				}
			}
			t.Error("no schedule noticed that the protection is missing")
		})
	}
}
