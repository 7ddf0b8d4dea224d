// Package apply carries a Plan out so that nothing is published twice: the lease
// and every intent are recorded first, then each call is made and its receipt
// kept, and what an interrupted run left open is read back before anything is
// sent again. It imports content, clock, plan, provider and ledger, and knows no
// concrete platform and no concrete ledger.
package apply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// Target is an account to publish to: opened, wrapped, with its driver's facts.
type Target struct {
	*provider.Account
	Facility    provider.Facility
	Fingerprint func(content.Segment) string
	Live        plan.Live
}

// Journal keeps receipts on this machine between the ledger's commits.
type Journal interface {
	Append(*ledger.Entry) error
}

// Timing is the protocol's waits. Only tests shorten them.
type Timing struct {
	Lease   time.Duration // how long a lease lasts without renewal
	Renew   time.Duration // how old a lease gets before it is renewed, and freezes are seen
	Request time.Duration // one request, at most
	Skew    time.Duration // how far clocks may differ
	Settle  time.Duration // before a doubtful answer is first probed
}

// DefaultTiming lets a freeze stop a running batch within a minute.
var DefaultTiming = Timing{
	Lease: 3 * time.Minute, Renew: 45 * time.Second, Request: 30 * time.Second,
	Skew: time.Minute, Settle: 2 * time.Second,
}

// Sabotage takes one protection out, so that the reliability suite can prove
// that it notices. Nothing but tests sets it.
type Sabotage struct{ NoIntent, NoProbe, NoLease bool }

// Options is what Run works with.
type Options struct {
	Ledger  ledger.Ledger
	Targets map[string]*Target
	// Desired holds the rendered publications of every effective change.
	Desired map[content.Key]*content.Publication
	// Recovered are receipts from the journal of an interrupted run on this
	// machine; they are recorded with the first commit.
	Recovered []*ledger.Entry
	Journal   Journal
	Clock     clock.Clock
	Timing    Timing
	Run       string // this run's id
	Holder    string
	Process   string
	Actor     string
	// Dead reports whether the process that a lease names is known to have ended.
	Dead func(process string) bool
	// StillRight is asked before each renewal: whether HEAD is still the
	// branch's tip. After an error nothing new is begun.
	StillRight func(context.Context) error
	// Frozen reports whether the ledger's freezes cover an account; what it
	// covers is not begun.
	Frozen func(freezes []ledger.Freeze, account string) (reason string, frozen bool)
	Event  func(Event)
	// Next plans again on what a round has left, and gives the rendered
	// publications with it: a publication's URL lets another go, an old intent no
	// longer stands in the way. Nil, and a nil plan, end the run.
	Next     func(*ledger.Snapshot, []Event) (*plan.Plan, map[content.Key]*content.Publication)
	Log      *slog.Logger
	Serial   bool // one account after the other, for replay
	Sabotage Sabotage
}

// ErrHeld is returned when another run holds the lease.
type ErrHeld struct{ Lease ledger.Lease }

func (e *ErrHeld) Error() string {
	return fmt.Sprintf("another run holds the lease: %s since %s, until %s", e.Lease.Holder,
		e.Lease.Since.UTC().Format(time.RFC3339), e.Lease.Expires.UTC().Format(time.RFC3339))
}

// ErrLost is returned when the lease was taken by another run meanwhile.
var ErrLost = errors.New("the lease was lost to another run")

// Run carries p out. It returns ledger.ErrConflict, with nothing done, when the
// ledger moved since p was made: the caller plans again.
func Run(ctx context.Context, p *plan.Plan, snap *ledger.Snapshot, o Options) (Result, error) {
	r := newRun(p, snap, o)
	if l := snap.Lease; l != nil && !r.mayTake(*l) {
		return r.result, &ErrHeld{*l}
	}
	r.prepare(p.Changes)
	if len(r.work) == 0 && len(r.dirty) == 0 {
		return r.result, nil
	}
	if err := r.begin(ctx); err != nil {
		return r.result, err
	}
	r.carryOut(ctx)
	for range maxRounds {
		if err := r.another(ctx); err != nil || len(r.work) == 0 {
			r.stop(err)
			break
		}
		r.carryOut(ctx)
	}
	err := r.end(context.WithoutCancel(ctx))
	return r.result, errors.Join(r.stopped(), err)
}

// maxRounds bounds a chain of publications that wait for one another in one run.
const maxRounds = 5

// another prepares one more round, if there is more to do now. Its intents are
// recorded in one commit with the receipts of the round before.
func (r *run) another(ctx context.Context) error {
	r.work = nil
	if r.Next == nil || !r.leased || ctx.Err() != nil || r.stopped() != nil {
		return nil
	}
	snap := r.newest()
	p, desired := r.Next(snap, r.result.Events)
	if p == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.snap, r.Desired = snap, desired
	r.prepare(p.Changes)
	if len(r.work) == 0 {
		return nil
	}
	lease := r.lease
	if err := r.commit(ctx, ledger.Update{Lease: &lease, Entries: r.intents()}, "begin"); err != nil {
		r.work = nil
		return err
	}
	r.announceWork()
	return nil
}

// newest is the ledger with the receipts that are not in it yet.
func (r *run) newest() *ledger.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	snap := *r.snap
	snap.Entries = maps.Clone(r.snap.Entries)
	maps.Copy(snap.Entries, r.dirty)
	return &snap
}

func (r *run) stop(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.halt = errors.Join(r.halt, err)
}

// run is the state of one Run. The mutex guards everything below it.
type run struct {
	Options
	plan     *plan.Plan
	work     []job
	settleAt time.Time // before it, "not found" proves nothing

	leased bool

	mu    sync.Mutex
	snap  *ledger.Snapshot // as last read or committed
	lease ledger.Lease
	dirty map[content.Key]*ledger.Entry // receipts not yet in the ledger
	owned map[string]content.Key        // account and object id -> Key
	halt  error                         // why nothing new may be begun

	telling sync.Mutex // guards result; taken under mu or without it
	result  Result
}

// job is one change with the entry that it works on and how that entry was
// before.
type job struct {
	plan.Change
	pub   *content.Publication // nil when the file no longer wants it as it was
	entry *ledger.Entry
	was   *ledger.Entry // nil when there was none
	// dropped says that the open intent was let go: the file wants something else.
	dropped bool
	earlier bool // what is live under our key are an earlier intent's words
}

func newRun(p *plan.Plan, snap *ledger.Snapshot, o Options) *run {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Event == nil {
		o.Event = func(Event) {}
	}
	r := &run{Options: o, plan: p, snap: snap, dirty: map[content.Key]*ledger.Entry{}, owned: map[string]content.Key{}}
	r.result.Counts = map[EventType]int{}
	for _, e := range snap.Entries {
		r.own(e)
	}
	for _, e := range o.Recovered {
		r.own(e)
		r.dirty[e.Key] = e
	}
	return r
}

func (r *run) own(e *ledger.Entry) {
	for _, s := range e.Segments {
		if s.ID != "" {
			r.owned[e.Key.Account+"\x00"+s.ID] = e.Key
		}
	}
	for _, s := range e.Old {
		r.owned[e.Key.Account+"\x00"+s.ID] = e.Key
	}
}

func (r *run) ownerOf(account, id string) (content.Key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.owned[account+"\x00"+id]
	return k, ok
}

// carryOut does every account's jobs in order, the accounts side by side:
// nothing waits for another account's rate limit.
func (r *run) carryOut(ctx context.Context) {
	byAccount := map[string][]job{}
	var order []string
	for _, j := range r.work {
		if byAccount[j.Account] == nil {
			order = append(order, j.Account)
		}
		byAccount[j.Account] = append(byAccount[j.Account], j)
	}
	var wg sync.WaitGroup
	for _, name := range order {
		a := &account{run: r, Target: r.Targets[name], name: name}
		if r.Serial {
			a.do(ctx, byAccount[name])
			continue
		}
		wg.Go(func() { a.do(ctx, byAccount[name]) })
	}
	wg.Wait()
}

func (r *run) stopped() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halt
}
