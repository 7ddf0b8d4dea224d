package memory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/ledger/ledgertest"
	"github.com/smmctl/smmctl/engine/ledger/memory"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(*testing.T) ledgertest.Pair {
		l := memory.New("id")
		return ledgertest.Pair{A: l, B: l}
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault    memory.Fault
		want     error
		recorded bool
	}{
		{memory.None, nil, true},
		{memory.Conflict, ledger.ErrConflict, false},
		{memory.UnreachableBefore, ledger.ErrUnreachable, false},
		{memory.UnreachableAfter, ledger.ErrUnreachable, true},
	} {
		l := memory.New("id")
		l.Inject(c.fault)
		base, _ := l.Read(t.Context())
		_, err := l.Commit(t.Context(), ledger.Update{Base: base.Revision, Entries: []*ledger.Entry{ledgertest.Entry(1, ledger.Intent)}, Message: "m"})
		if !errors.Is(err, c.want) {
			t.Errorf("fault %d: got %v, want %v", c.fault, err, c.want)
		}
		after, _ := l.Read(t.Context())
		if recorded := len(after.Entries) == 1; recorded != c.recorded || recorded != (len(l.Messages()) == 1) {
			t.Errorf("fault %d: recorded %v, want %v", c.fault, recorded, c.recorded)
		}
	}
}

func TestHookStopsAtEachPoint(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	for point, recorded := range map[memory.Point]bool{memory.BeforeCommit: false, memory.AfterCommit: true} {
		l := memory.New("id")
		base, _ := l.Read(t.Context())
		l.Hook = func(p memory.Point, u ledger.Update) error {
			if p == point && len(u.Entries) == 1 {
				return stop
			}
			return nil
		}
		_, err := l.Commit(t.Context(), ledger.Update{Base: base.Revision, Entries: []*ledger.Entry{ledgertest.Entry(1, ledger.Intent)}})
		after, _ := l.Read(t.Context())
		if !errors.Is(err, stop) || (len(after.Entries) == 1) != recorded {
			t.Errorf("point %d: %v, %d entries", point, err, len(after.Entries))
		}
	}
}

func TestUnreachableAndCancelled(t *testing.T) {
	t.Parallel()
	l := memory.New("id")
	l.SetUnreachable(true)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("read: %v", err)
	}
	if _, err := l.Commit(t.Context(), ledger.Update{}); !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("commit: %v", err)
	}
	l.SetUnreachable(false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Read(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("read with a cancelled context: %v", err)
	}
}
