package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/smmctl/smmctl/engine/ledger"
)

// Init makes this clone's branch, as `smmctl init` does, and asks no remote.
// Where it is there already and is this workspace's, nothing is done.
func (l *Ledger) Init(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.init(ctx)
}

func (l *Ledger) init(ctx context.Context) error {
	tip, err := l.ref(ctx, l.branch)
	if err != nil {
		return err
	}
	if !tip.IsZero() {
		_, err := l.load(ctx, tip)
		return err
	}
	if tip, err = l.start(ctx); err != nil {
		return err
	}
	err = l.moveRefs(ctx, move{l.branch, plumbing.ZeroHash, tip, false})
	if now, refErr := l.ref(ctx, l.branch); err != nil && refErr == nil && !now.IsZero() {
		_, err = l.load(ctx, now) // another process was faster
	}
	return err
}

// start is the commit that a new branch begins with: what this clone has known
// of the ledger, or, where it knows of none, an empty one.
func (l *Ledger) start(ctx context.Context) (plumbing.Hash, error) {
	known, err := l.restorable(ctx)
	if err != nil || !known.IsZero() {
		return known, err
	}
	base := newState(l.opts.ID)
	next, b, err := l.build(ctx, base, base.snapshot, ledger.Update{Message: "The ledger begins"})
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return next.commit, writePack(l.repo.CommonDir, b)
}

// restorable is the newest commit of this ledger that this clone has known; zero
// where it has known none. Two that do not follow from each other are for a
// person to choose from.
func (l *Ledger) restorable(ctx context.Context) (plumbing.Hash, error) {
	newest := plumbing.ZeroHash
	for _, name := range l.knownRefs() {
		known, err := l.ref(ctx, name)
		if err != nil {
			return newest, err
		}
		if known.IsZero() {
			continue
		}
		if _, err := l.load(ctx, known); err != nil {
			return newest, fmt.Errorf("%s: %w", name, err)
		}
		if newest, err = l.newerOf(ctx, newest, known); err != nil {
			return newest, fmt.Errorf("%s: %w", name, err)
		}
	}
	return newest, nil
}

func (l *Ledger) newerOf(ctx context.Context, a, b plumbing.Hash) (plumbing.Hash, error) {
	if a.IsZero() {
		return b, nil
	}
	if ok, err := l.contains(ctx, a, b); ok || err != nil {
		return a, err
	}
	if ok, err := l.contains(ctx, b, a); ok || err != nil {
		return b, err
	}
	if ok, err := l.unused(ctx, b); ok || err != nil {
		return a, err
	}
	return a, fmt.Errorf("%.12s and %.12s do not follow from each other: %w", a, b, ledger.ErrRewound)
}

// Create makes the ledger, once, on purpose: here, and on the remote where there
// is one. Where it exists and is this workspace's, nothing is done. Where it was
// deleted, what this clone has known is put back.
func (l *Ledger) Create(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opts.Remote == "" {
		return l.init(ctx)
	}
	if l.opts.Offline {
		return fmt.Errorf("opened offline: %w", ledger.ErrUnreachable)
	}
	if _, err := l.read(ctx); !errors.Is(err, ledger.ErrMissing) {
		return err
	}
	tip, err := l.start(ctx)
	if err != nil {
		return err
	}
	err = l.record(ctx, plumbing.ZeroHash, tip)
	if errors.Is(err, ledger.ErrConflict) { // another clone was faster
		_, err = l.read(ctx)
	}
	return err
}
