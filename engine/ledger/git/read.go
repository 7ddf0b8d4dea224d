package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/repo"
)

// read finds the ledger's tip, reads it, and makes sure that it goes on from
// what this clone has known.
func (l *Ledger) read(ctx context.Context) (*state, error) {
	known, err := l.recall(ctx)
	if err != nil {
		return nil, err
	}
	tip, err := l.locate(ctx)
	if err != nil {
		return nil, err
	}
	defer l.dropFetched(ctx)
	if tip, err = l.bring(ctx, tip); err != nil {
		return nil, err
	}
	st, err := l.load(ctx, tip)
	if errors.Is(err, plumbing.ErrObjectNotFound) && l.opts.Remote != "" && !l.opts.Offline {
		// A partial clone has commits without their files.
		if tip, err = l.fetch(ctx, "--refetch"); err == nil {
			st, err = l.load(ctx, tip)
		}
	}
	if err != nil {
		return nil, err
	}
	if !l.opts.Offline {
		if err := l.continues(ctx, known, tip); err != nil {
			return nil, err
		}
		l.remember(ctx, known, tip)
	}
	l.known = st
	return st, nil
}

// locate says which commit is the ledger.
func (l *Ledger) locate(ctx context.Context) (plumbing.Hash, error) {
	switch {
	case l.opts.Remote == "":
		return l.locateLocal(ctx)
	case l.opts.Offline:
		return l.newestKnown(ctx)
	}
	return l.locateRemote(ctx)
}

func (l *Ledger) locateLocal(ctx context.Context) (plumbing.Hash, error) {
	tip, err := l.ref(ctx, l.branch)
	if err != nil || !tip.IsZero() {
		return tip, err
	}
	return plumbing.ZeroHash, l.missing("in this clone")
}

func (l *Ledger) locateRemote(ctx context.Context) (plumbing.Hash, error) {
	sha, err := l.repo.RemoteTip(ctx, l.opts.Remote, l.opts.Branch)
	switch {
	case errors.Is(err, repo.ErrNoBranch):
		return plumbing.ZeroHash, l.missing("on " + l.opts.Remote)
	case err != nil:
		return plumbing.ZeroHash, fmt.Errorf("%w: %w", ledger.ErrUnreachable, err)
	}
	return plumbing.NewHash(sha), nil
}

// knownRefs are where this clone may know the ledger from, the surest first.
func (l *Ledger) knownRefs() []plumbing.ReferenceName {
	refs := []plumbing.ReferenceName{l.seen, l.branch}
	if l.opts.Remote != "" {
		refs = append(refs, plumbing.NewRemoteReferenceName(l.opts.Remote, l.opts.Branch))
	}
	return refs
}

// newestKnown is what an offline reader goes by.
func (l *Ledger) newestKnown(ctx context.Context) (plumbing.Hash, error) {
	for _, name := range l.knownRefs() {
		if h, err := l.ref(ctx, name); err != nil || !h.IsZero() {
			return h, err
		}
	}
	return plumbing.ZeroHash, l.missing("in this clone")
}

func (l *Ledger) missing(where string) error {
	return fmt.Errorf("branch %s %s: %w: if this is its first use, or it was deleted, `smmctl ledger create` makes it", l.opts.Branch, where, ledger.ErrMissing)
}

// bring fetches tip where this clone does not have it. The branch may have moved
// on meanwhile: what was fetched is the tip then.
func (l *Ledger) bring(ctx context.Context, tip plumbing.Hash) (plumbing.Hash, error) {
	if l.have(tip) || l.opts.Remote == "" || l.opts.Offline {
		return tip, nil
	}
	var depth []string
	if l.isShallow() {
		if known, err := l.newestKnown(ctx); err != nil || !l.have(known) {
			depth = []string{"--depth=1"} // nothing to compare with: the tip is enough
		}
	}
	return l.fetch(ctx, depth...)
}

// fetch brings the remote's branch into this clone. It asks for nothing else,
// and moves none of the user's references.
func (l *Ledger) fetch(ctx context.Context, more ...string) (plumbing.Hash, error) {
	l.fetches++
	to := l.fetchRef()
	if err := l.repo.Fetch(ctx, more, l.opts.Remote, "+"+l.branch.String()+":"+to.String()); err != nil {
		return plumbing.ZeroHash, fmt.Errorf("%w: %w", ledger.ErrUnreachable, err)
	}
	tip, err := l.ref(ctx, to)
	if err == nil && tip.IsZero() {
		err = fmt.Errorf("%s: %w after it was fetched", to, plumbing.ErrReferenceNotFound)
	}
	return tip, err
}

// fetchRef is where the newest fetch goes: a name that no other process,
// and no other Ledger of this one, uses at the same time.
func (l *Ledger) fetchRef() plumbing.ReferenceName {
	return plumbing.ReferenceName(fmt.Sprintf("refs/smmctl/fetch/%s/%d-%p-%d", l.opts.Branch, os.Getpid(), l, l.fetches))
}

// dropFetched removes the references of this process's fetches, by the time that
// what they held is remembered or refused.
func (l *Ledger) dropFetched(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for ; l.fetches > 0; l.fetches-- {
		if _, err := l.git(ctx, nil, "update-ref", "-d", l.fetchRef().String()); err != nil {
			l.opts.Log.Warn("a temporary reference stays", "ref", l.fetchRef().String(), "error", err)
		}
	}
}

// continues refuses a tip that does not have all that this clone has known in
// its history.
func (l *Ledger) continues(ctx context.Context, k known, tip plumbing.Hash) error {
	ok, err := l.descends(ctx, tip, k.seen)
	if err == nil && !ok {
		err = l.rewound(l.seen, k.seen, tip)
	}
	if err != nil {
		return err
	}
	if ok, err = l.descends(ctx, tip, k.branch); err == nil && !ok {
		ok, err = l.unused(ctx, k.branch)
	}
	if err == nil && !ok {
		err = l.rewound(l.branch, k.branch, tip)
	}
	return err
}

// descends is contains, with the history fetched that a shallow clone lacks.
func (l *Ledger) descends(ctx context.Context, tip, known plumbing.Hash) (bool, error) {
	if known.IsZero() {
		return true, nil
	}
	ok, err := l.contains(ctx, tip, known)
	if ok || err != nil || l.opts.Remote == "" || !l.isShallow() {
		return ok, err
	}
	if _, err := l.fetch(ctx, "--depth=2147483647"); err != nil { // Git's word for all
		return false, err
	}
	return l.contains(ctx, tip, known)
}

// unused reports whether a commit is an untouched start, as `smmctl init` makes
// it: nothing is lost with it.
func (l *Ledger) unused(ctx context.Context, commit plumbing.Hash) (bool, error) {
	st, err := l.load(ctx, commit)
	if err != nil {
		return false, err
	}
	s := st.snapshot
	return len(s.Entries) == 0 && len(s.Accounts) == 0 && len(s.Freezes) == 0 && s.Lease == nil &&
		len(s.Approvals) == 0 && s.Pulls.Seen.IsZero() && s.Told.Since.IsZero(), nil
}

func (l *Ledger) rewound(name plumbing.ReferenceName, known, tip plumbing.Hash) error {
	return fmt.Errorf("branch %s is at %.12s, which does not go on from %.12s that this clone has known: %w: "+
		"restore the branch, or, if this was meant, forget the old one with `git update-ref -d %s`",
		l.opts.Branch, tip, known, ledger.ErrRewound, name)
}
