// Package crash kills the real command line at every boundary between it and the
// world (each request sent, carried out and read; each git program, each ledger
// write before and after), takes its disk away, starts it again in a fresh clone,
// and looks at what the platforms were really sent.
package crash

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/smmctl/smmctl/cmd/internal/cli"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/repo"
)

const visibility = 5 * time.Millisecond

// order tells a child what to do.
type order struct {
	Args     []string
	KillAt   int // the boundary to die at; 0: none
	Count    string
	Timing   apply.Timing // of the protocol: short, so that a matrix of hundreds of crashes ends
	Sabotage apply.Sabotage
}

// TestMain is the child when it is told to be one.
func TestMain(m *testing.M) {
	if text := os.Getenv("SMMCTL_CRASH_ORDER"); text != "" {
		var o order
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			panic(err)
		}
		os.Exit(child(o))
	}
	os.Exit(m.Run())
}

// child is smmctl itself, with a tripwire at each boundary.
func child(o order) int {
	trip := &tripwire{at: int64(o.KillAt)}
	env := cli.System()
	env.Timing, env.Sabotage = o.Timing, o.Sabotage
	env.Terminal, env.CanAsk = false, false
	env.Drivers = hasty(all.Drivers())
	env.HTTP = &http.Client{Transport: wire{trip}}
	git := repo.Program(time.Minute)
	env.Git = func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		trip.touch("before git")
		out, err := git(ctx, dir, stdin, args...)
		trip.touch("after git")
		return out, err
	}
	env.Around = func(l ledger.Ledger) ledger.Ledger { return tripping{l, trip} }
	code := cli.Main(context.Background(), o.Args, env)
	if o.Count != "" {
		if err := os.WriteFile(o.Count, []byte(strconv.FormatInt(trip.n.Load(), 10)), 0o600); err != nil {
			panic(err)
		}
	}
	return code
}

// hasty are the real drivers, but for how long the platform takes to show a post.
func hasty(drivers []*provider.Driver) []*provider.Driver {
	for _, d := range drivers {
		open := d.Open
		d.Open = func(ctx context.Context, c provider.Config) (*provider.Account, error) {
			a, err := open(ctx, c)
			if err == nil {
				a.Capabilities.VisibilityDelay = visibility
			}
			return a, err
		}
	}
	return drivers
}

// tripwire kills the process at the at-th boundary that it meets.
type tripwire struct {
	n  atomic.Int64
	at int64
}

func (t *tripwire) touch(string) {
	if t.n.Add(1) == t.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}

// wire is a transport with a boundary before each request and after each answer.
type wire struct{ trip *tripwire }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.trip.touch("before request")
	resp, err := http.DefaultTransport.RoundTrip(r)
	w.trip.touch("after answer")
	return resp, err
}

type tripping struct {
	ledger.Ledger
	trip *tripwire
}

func (t tripping) Commit(ctx context.Context, u ledger.Update) (*ledger.Snapshot, error) {
	t.trip.touch("before commit")
	s, err := t.Ledger.Commit(ctx, u)
	t.trip.touch("after commit")
	return s, err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
