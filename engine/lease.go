package engine

import (
	"context"

	"github.com/smmctl/smmctl/engine/ledger"
)

// Lock returns the lease that is held, or nil.
func (e *Engine) Lock(ctx context.Context) (*ledger.Lease, error) {
	w, err := e.source("")
	if err != nil {
		return nil, err
	}
	if err := e.load(w); err != nil {
		return nil, err
	}
	if err := e.openLedger(ctx, w, access{}); err != nil {
		return nil, err
	}
	if l := w.snap.Lease; l != nil && !l.Broken {
		return l, nil
	}
	return nil, nil
}

// BreakLock lets the next run take over at once. That run still waits until the
// requests of the former holder must have ended before it believes that
// something was not published.
func (e *Engine) BreakLock(ctx context.Context) (*ledger.Lease, error) {
	w, err := e.recorded(ctx)
	if err != nil {
		return nil, err
	}
	if w.snap.Lease == nil {
		return nil, nil
	}
	broken := *w.snap.Lease
	err = e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		if s.Lease == nil {
			return ledger.Update{Release: true, Message: "lock: released meanwhile"}, nil
		}
		broken = *s.Lease
		broken.Broken, broken.Process = true, "" // its expiry stays: until then its holder may still send
		return ledger.Update{Lease: &broken, Message: "lock: broken by hand, was held by " + broken.Holder}, nil
	})
	return &broken, err
}
