package crash

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

// everyThird breaks every third request that publishes, edits or deletes, until
// it is told to stop.
func (w *world) everyThird(kind memory.FaultKind) (calm func()) {
	var n atomic.Int64
	for _, s := range w.platforms {
		s.Faults.Set(func(op string) memory.Fault {
			switch op {
			case memory.OpPublish, memory.OpEdit, memory.OpDelete, memory.OpUpload:
				if n.Add(1)%3 == 0 {
					return memory.Fault{Kind: kind, Delay: 20 * time.Millisecond}
				}
			}
			return memory.Fault{}
		})
	}
	return func() {
		for _, s := range w.platforms {
			s.Faults.Set(nil)
		}
	}
}

// TestKilledWithFaults crosses each fault and each flavour of server with kills
// spread over a run.
func TestKilledWithFaults(t *testing.T) {
	t.Parallel()
	flavours := []mastodontest.Flavour{mastodontest.Mastodon, mastodontest.GoToSocial, mastodontest.Pleroma, mastodontest.Pixelfed}
	for i, kind := range []memory.FaultKind{
		memory.LostResponse, memory.ErrorBefore, memory.ErrorAfter, memory.TimeoutBefore, memory.TimeoutAfter, memory.Throttled,
	} {
		t.Run(string(kind), func(t *testing.T) {
			each(t, trials(60, 40, 17), func(t *testing.T, tr trial) ([]string, int) {
				flavour := flavours[(i+tr.inside+tr.outside)%3] // Pixelfed takes no post without a picture
				w := newWorld(t, mastodon(flavour))
				calm := w.everyThird(kind)
				w.crash(tr)
				if code, out := w.smmctl(w.clone(), order{Args: applyArgs}); code == 5 {
					return []string{"an outcome is unknown where it can be read back:\n" + out}, 0
				}
				calm()
				w.recover()
				return w.judge(fmt.Sprintf("%s on %s", kind, flavour), w.publishedOnce()), 0
			})
		})
	}
}

// TestTwoRunners starts two runs at the same moment, again and again.
func TestTwoRunners(t *testing.T) {
	t.Parallel()
	for range 4 {
		w := newWorld(t, mastodon(mastodontest.GoToSocial)) // it knows no keys: only the lease helps
		dirs := []string{w.clone(), w.clone(), w.clone()}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var said []string
		for _, dir := range dirs {
			cmd, out := w.start(dir, order{Args: applyArgs}, 0)
			wg.Go(func() {
				_ = cmd.Wait()
				mu.Lock()
				defer mu.Unlock()
				if code := cmd.ProcessState.ExitCode(); code != 0 && code != 6 {
					said = append(said, fmt.Sprintf("exit %d\n%s", code, out))
				}
			})
		}
		wg.Wait()
		w.recover()
		for _, p := range append(said, w.judge("two runners", w.publishedOnce())...) {
			t.Error(p)
		}
	}
}

// TestNoticesWithoutProbe takes the reading back out: a lost answer on a server
// that knows no keys must then publish twice, and this suite must see it.
func TestNoticesWithoutProbe(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{mastodon(mastodontest.GoToSocial), kindOf("vk", vktest.Start, quick, 1)} {
		t.Run(k.name, func(t *testing.T) { noticesWithoutProbe(t, k) })
	}
}

func noticesWithoutProbe(t *testing.T, k kind) {
	w := newWorld(t, k)
	w.sabotage = apply.Sabotage{NoProbe: true}
	for _, p := range w.platforms {
		p.Break(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	}
	w.smmctl(w.clone(), order{Args: applyArgs})
	for _, p := range w.judge("without probes", w.publishedOnce()) {
		if strings.Contains(p, "times") {
			return
		}
	}
	t.Error("nothing was published twice, or it was not noticed")
}
