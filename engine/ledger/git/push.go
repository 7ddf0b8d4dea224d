package git

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/smmctl/smmctl/engine/ledger"
)

// ErrRefused is a push that the remote can be reached for and does not accept:
// no permission, a protected branch, a hook.
var ErrRefused = errors.New("the ledger's remote refuses the push")

const (
	pushAttempts = 3
	pushPause    = 300 * time.Millisecond
	lookTimeout  = 15 * time.Second
)

// push makes commit the remote's tip where it is still base (zero: where there
// is none). An error of the program says little about what the remote did, so
// after one the remote is asked. Nothing counts as recorded on a doubt.
func (l *Ledger) push(ctx context.Context, base, commit plumbing.Hash) error {
	for attempt := 1; ; attempt++ {
		cause := l.pushOnce(ctx, base, commit)
		if cause == nil {
			return nil
		}
		l.opts.Log.Debug("push of the ledger", "attempt", attempt, "error", cause)
		accepted, err := l.look(ctx, base, commit)
		switch {
		case accepted:
			return nil
		case err != nil:
			return fmt.Errorf("%w (push: %w)", err, cause)
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", ledger.ErrUnreachable, ctx.Err())
		case attempt == pushAttempts:
			return fmt.Errorf("%w: %w", ErrRefused, cause)
		}
		// Still at base: a lock on the other side, a hiccup, or a refusal.
		if err := l.opts.Clock.Sleep(ctx, time.Duration(attempt)*pushPause); err != nil {
			return fmt.Errorf("%w: %w", ledger.ErrUnreachable, err)
		}
	}
}

// pushOnce is the compare-and-swap. Git compares the lease with what the remote
// says that it has, and the remote compares again as it writes; since commit is
// base's child, it is a fast-forward, which protected branches allow.
func (l *Ledger) pushOnce(ctx context.Context, base, commit plumbing.Hash) error {
	want := ""
	if !base.IsZero() {
		want = base.String()
	}
	_, err := l.git(ctx, nil, "push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed",
		"--recurse-submodules=no", "--force-with-lease="+l.branch.String()+":"+want,
		"--", l.opts.Remote, commit.String()+":"+l.branch.String())
	return err
}

// look asks the remote what became of a push: accepted, or why not, or neither
// where it is as it was. It goes on although ctx is done: the answer decides
// whether there are records of ours out there.
func (l *Ledger) look(ctx context.Context, base, commit plumbing.Hash) (accepted bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	tip, err := l.locateRemote(ctx)
	switch {
	case base.IsZero() && errors.Is(err, ledger.ErrMissing):
		return false, nil
	case err != nil:
		return false, err
	case tip == commit:
		return true, nil
	case tip == base:
		return false, nil
	}
	if tip, err = l.bring(ctx, tip); err != nil {
		return false, err
	}
	accepted, err = l.contains(ctx, tip, commit)
	if err == nil && !accepted {
		err = ledger.ErrConflict
	}
	return accepted, err
}
