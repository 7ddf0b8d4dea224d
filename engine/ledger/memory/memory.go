// Package memory is a ledger in memory, for tests and simulators: the same
// compare-and-swap as the ledger on a branch, with switches for its failures.
// It imports content and ledger.
package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// Fault is what goes wrong with one Commit.
type Fault int

// The faults. With UnreachableAfter the update is recorded and the answer lost.
const (
	None Fault = iota
	Conflict
	UnreachableBefore
	UnreachableAfter
)

// Point is a boundary at which the Hook is called.
type Point int

// The points.
const (
	BeforeRead Point = iota
	BeforeCommit
	AfterCommit // recorded, not yet answered
)

// Ledger is a ledger in memory. Everything that goes in or out is a deep copy.
// It is safe for concurrent use.
type Ledger struct {
	// Hook, if set, is called at each point and may stop the operation with an
	// error. At AfterCommit the update is recorded all the same. It is called
	// without a lock held, so that it may use the ledger, or panic.
	Hook func(Point, ledger.Update) error

	mu       sync.Mutex
	snapshot *ledger.Snapshot
	count    int
	faults   []Fault
	messages []string
	offline  bool
}

var _ ledger.Ledger = (*Ledger)(nil)

// New returns an empty ledger.
func New(id string) *Ledger {
	return &Ledger{snapshot: &ledger.Snapshot{
		ID: id, Revision: revision(0),
		Entries: map[content.Key]*ledger.Entry{}, Accounts: map[string]ledger.Pin{},
	}}
}

func revision(n int) string { return fmt.Sprintf("memory-%d", n) }

// Inject queues faults: one for each Commit to come, None for one that works.
func (l *Ledger) Inject(faults ...Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, faults...)
}

// SetUnreachable makes every operation fail until it is set back.
func (l *Ledger) SetUnreachable(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offline = down
}

// Messages returns the messages of all commits so far, oldest first.
func (l *Ledger) Messages() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.messages)
}

// Read returns the ledger as it is.
func (l *Ledger) Read(ctx context.Context) (*ledger.Snapshot, error) {
	if err := l.call(ctx, BeforeRead, ledger.Update{}); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.offline {
		return nil, ledger.ErrUnreachable
	}
	return l.snapshot.Clone(), nil
}

// Commit changes the ledger where it is still at u.Base.
func (l *Ledger) Commit(ctx context.Context, u ledger.Update) (*ledger.Snapshot, error) {
	if err := l.call(ctx, BeforeCommit, u); err != nil {
		return nil, err
	}
	snapshot, lost, err := l.swap(u)
	if err != nil {
		return nil, err
	}
	if err := l.call(context.WithoutCancel(ctx), AfterCommit, u); err != nil {
		return nil, err
	}
	if lost {
		return nil, ledger.ErrUnreachable
	}
	return snapshot, nil
}

func (l *Ledger) call(ctx context.Context, p Point, u ledger.Update) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.Hook == nil {
		return nil
	}
	return l.Hook(p, u)
}

// swap is the compare-and-swap; lost says that its answer must not arrive.
func (l *Ledger) swap(u ledger.Update) (_ *ledger.Snapshot, lost bool, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fault := l.nextFault()
	switch {
	case fault == UnreachableBefore, l.offline:
		return nil, false, ledger.ErrUnreachable
	case fault == Conflict, u.Base != l.snapshot.Revision:
		return nil, false, ledger.ErrConflict
	}
	next, err := l.snapshot.With(u)
	if err != nil {
		return nil, false, err
	}
	if !u.Empty() {
		l.count++
		l.messages = append(l.messages, u.Message)
		next.Revision = revision(l.count)
		l.snapshot = next
	}
	return next.Clone(), fault == UnreachableAfter, nil
}

func (l *Ledger) nextFault() Fault {
	if len(l.faults) == 0 {
		return None
	}
	f := l.faults[0]
	l.faults = l.faults[1:]
	return f
}
