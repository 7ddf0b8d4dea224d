package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
)

// boundaries runs apply once without a crash and returns how many boundaries it
// met inside the process, and how many the servers saw.
func boundaries(t *testing.T, k kind, prepare func(*world)) (inside, outside int) {
	t.Helper()
	w := newWorld(t, k)
	prepare(w)
	file := filepath.Join(w.dir, "count")
	code, out := w.smmctl(w.clone(), order{Args: applyArgs, Count: file})
	if code != 0 {
		t.Fatalf("a run without a crash: exit %d\n%s", code, out)
	}
	b, err := os.ReadFile(file)
	must(t, err)
	inside, err = strconv.Atoi(string(b))
	must(t, err)
	return inside, w.seen
}

// trial is one crash: inside at the n-th boundary, or outside at the n-th time
// that a server looks.
type trial struct {
	inside, outside int
}

func (tr trial) String() string {
	if tr.inside > 0 {
		return fmt.Sprintf("killed at boundary %d", tr.inside)
	}
	return fmt.Sprintf("killed at request %d", tr.outside)
}

func trials(inside, outside, stride int) (out []trial) {
	for n := 1; n <= inside; n += stride {
		out = append(out, trial{inside: n})
	}
	for n := 1; n <= outside; n += stride {
		out = append(out, trial{outside: n})
	}
	return out
}

func (w *world) crash(tr trial) {
	w.t.Helper()
	dir := w.clone()
	cmd, _ := w.start(dir, order{Args: applyArgs, KillAt: tr.inside}, tr.outside)
	_ = cmd.Wait()
	must(w.t, os.RemoveAll(dir)) // the dead runner's disk is gone
}

// each runs trials a few at a time, every one in a world of its own, and adds up
// the outcomes that are left to a person.
func each(t *testing.T, all []trial, do func(*testing.T, trial) ([]string, int)) int64 {
	t.Helper()
	var unknown atomic.Int64
	work := make(chan trial)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for tr := range work {
				problems, left := do(t, tr)
				for _, p := range problems {
					t.Errorf("%s: %s", tr, p)
				}
				unknown.Add(int64(left))
			}
		})
	}
	for _, tr := range all {
		work <- tr
	}
	close(work)
	wg.Wait()
	return unknown.Load()
}

func TestKilledWhilePublishing(t *testing.T) {
	t.Parallel()
	killedWhilePublishing(t, mastodon(mastodontest.Mastodon))
}

func killedWhilePublishing(t *testing.T, k kind) {
	inside, outside := boundaries(t, k, func(*world) {})
	all := trials(inside, outside, k.stride)
	unknown := each(t, all, func(t *testing.T, tr trial) ([]string, int) {
		w := newWorld(t, k)
		w.crash(tr)
		w.recover()
		return w.judge("publishing", w.publishedOnce()), len(w.unsettled())
	})
	t.Logf("publishing: %d boundaries inside, %d at the servers: %d kills, %d outcomes left to a person", inside, outside, len(all), unknown)
}

func TestKilledWhileChanging(t *testing.T) {
	t.Parallel()
	killedWhileChanging(t, mastodon(mastodontest.Mastodon))
}

// TestOthersKilled runs the matrix over the other platforms, real servers among
// them.
func TestOthersKilled(t *testing.T) {
	t.Parallel()
	for _, k := range others {
		t.Run(k.name, func(t *testing.T) {
			killedWhilePublishing(t, k)
			killedWhileChanging(t, k)
		})
	}
}

func killedWhileChanging(t *testing.T, k kind) {
	publish := func(w *world) {
		if code, out := w.smmctl(w.clone(), order{Args: applyArgs}); code != 0 {
			w.t.Fatalf("publishing: exit %d\n%s", code, out)
		}
		w.change()
	}
	inside, outside := boundaries(t, k, publish)
	all := trials(inside, outside, k.stride)
	unknown := each(t, all, func(t *testing.T, tr trial) ([]string, int) {
		w := newWorld(t, k)
		publish(w)
		w.crash(tr)
		w.recover()
		return append(w.judge("changing", w.afterChange()), w.liveNow("changing")...), len(w.unsettled())
	})
	t.Logf("changing: %d boundaries inside, %d at the servers: %d kills, %d outcomes left to a person", inside, outside, len(all), unknown)
}
