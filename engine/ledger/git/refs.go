package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/repo"
)

const (
	openAttempts = 4
	openPause    = 50 * time.Millisecond
)

// objects lends the repository's objects to use. While another process fetches
// or collects garbage, a pack may go, and go-git may find the folder of packs
// empty: then it is looked at again.
func (l *Ledger) objects(ctx context.Context, use func(*filesystem.Storage) error) error {
	for attempt := 1; ; attempt++ {
		err := l.objectsOnce(use)
		moved := errors.Is(err, dotgit.ErrPackfileNotFound) || errors.Is(err, plumbing.ErrObjectNotFound) || errors.Is(err, fs.ErrNotExist)
		if !moved || attempt == openAttempts {
			return err
		}
		if err := l.opts.Clock.Sleep(ctx, openPause); err != nil {
			return err
		}
	}
}

func (l *Ledger) objectsOnce(use func(*filesystem.Storage) error) error {
	s, err := l.repo.Objects()
	if err != nil {
		return err
	}
	defer s.Close()
	return use(s)
}

// ref returns what a reference points to; zero where there is none.
func (l *Ledger) ref(ctx context.Context, name plumbing.ReferenceName) (hash plumbing.Hash, err error) {
	err = l.objects(ctx, func(s *filesystem.Storage) error {
		r, err := s.Reference(name)
		switch {
		case errors.Is(err, plumbing.ErrReferenceNotFound):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case r.Type() != plumbing.HashReference:
			return fmt.Errorf("%s: %w: it is a symbolic reference", name, ledger.ErrCorrupt)
		}
		hash = r.Hash()
		return nil
	})
	return hash, err
}

// move is one reference's change. A zero from means that it must not exist yet;
// follow leaves out the comparison.
type move struct {
	name     plumbing.ReferenceName
	from, to plumbing.Hash
	follow   bool
}

// moveRefs changes references together or not at all. The git program does it:
// go-git writes them in place, so that a crash leaves an empty one, and does not
// take the lock that git takes.
func (l *Ledger) moveRefs(ctx context.Context, moves ...move) error {
	var script strings.Builder
	for _, m := range moves {
		fmt.Fprintf(&script, "update %s %s", m.name, m.to)
		if !m.follow {
			fmt.Fprintf(&script, " %s", m.from)
		}
		script.WriteByte('\n')
	}
	_, err := l.git(ctx, []byte(script.String()), "update-ref", "--no-deref", "--stdin")
	return err
}

// known is what this clone's references held at one moment.
type known struct{ seen, branch plumbing.Hash }

// recall reads what this clone knows. It is done before the ledger's tip is
// asked for: what another process learns meanwhile would look like something
// that the tip has lost.
func (l *Ledger) recall(ctx context.Context) (k known, err error) {
	if k.seen, err = l.ref(ctx, l.seen); err == nil {
		k.branch, err = l.ref(ctx, l.branch)
	}
	return k, err
}

// remember makes tip what this clone knows, unless another process has been
// here since k was recalled. That it cannot be written down is no reason to
// stop: the next read finds the same.
func (l *Ledger) remember(ctx context.Context, k known, tip plumbing.Hash) {
	for _, m := range []move{{l.branch, k.branch, tip, false}, {l.seen, k.seen, tip, false}} {
		if m.from == m.to {
			continue
		}
		if err := l.moveRefs(ctx, m); err != nil {
			l.opts.Log.Debug("a reference of the ledger did not move", "ref", m.name.String(), "error", err)
		}
	}
}

// have reports whether a commit is in this clone. While another process writes
// it may say no of one that is: what follows from no must be harmless.
func (l *Ledger) have(commit plumbing.Hash) bool {
	return l.objectsOnce(func(s *filesystem.Storage) error { return s.HasEncodedObject(commit) }) == nil
}

// contains reports whether old is newer, or in its history.
func (l *Ledger) contains(ctx context.Context, newer, old plumbing.Hash) (bool, error) {
	if newer == old {
		return true, nil
	}
	_, err := l.git(ctx, nil, "merge-base", "--is-ancestor", old.String(), newer.String())
	switch {
	case err == nil:
		return true, nil
	case repo.ExitCode(err) == 1:
		return false, nil
	}
	if _, missing := l.git(ctx, nil, "cat-file", "-e", old.String()+"^{commit}"); repo.ExitCode(missing) > 0 {
		return false, nil
	}
	return false, err
}

// isShallow reports whether the clone lacks history.
func (l *Ledger) isShallow() bool {
	_, err := os.Stat(filepath.Join(l.repo.CommonDir, "shallow"))
	return err == nil
}
