// Package git keeps the ledger on a branch of the workspace's own repository:
// an orphan branch of sharded NDJSON, one readable line a Key, one commit a
// batch, with a message that reads like a publication log. Where the workspace
// has a remote, the remote's branch is the ledger and this clone's is a copy of
// it: every change is a push that succeeds only over the very commit that it was
// made from, and nothing counts as recorded before the remote has it. It exists
// so that publishing once needs no database and no further secret. It imports
// content, clock, disk, ledger, repo and go-git.
//
// What is where:
//
//	format.json        {version, min_writer, shards, id}
//	entries/NN.ndjson  entries by hash of their Key, sorted, one line each
//	lease.json         the one writer; absent while there is none
//	freezes.json       what is frozen; absent while nothing is
//	accounts.json      who each account is
//
// References: refs/heads/<branch> is this clone's copy; refs/smmctl/seen/<branch>
// is the newest commit that this clone has known, by which a ledger that was
// rewound is found out; refs/smmctl/fetch/… exist during a fetch.
package git

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/repo"
)

// DefaultBranch is the branch's name where smm.yaml names none.
const DefaultBranch = "smm-ledger"

// Options say which ledger, and how to get at it.
type Options struct {
	Repo    string // any folder of the repository
	Branch  string // default: DefaultBranch
	Remote  string // a Git remote's name; empty or none: the ledger is this clone's alone
	ID      string // as pinned in smm.yaml
	Offline bool   // read what this clone has; a ledger with a remote cannot be written then
	Actor   string // who runs it; an Update's own goes first
	Clock   clock.Clock
	Log     *slog.Logger
	Git     repo.Git // default: the git program
}

// Ledger is a ledger on a branch. It is safe for concurrent use.
type Ledger struct {
	opts   Options
	repo   *repo.Repo
	branch plumbing.ReferenceName
	seen   plumbing.ReferenceName

	mu      sync.Mutex
	known   *state // the newest that was read or written, to commit upon
	fetches int    // numbers this process's temporary references
}

var _ ledger.Ledger = (*Ledger)(nil)

// Open prepares a ledger. It reads no network and changes nothing.
func Open(opts Options) (*Ledger, error) {
	opts.Branch = cmp.Or(opts.Branch, DefaultBranch)
	if opts.Remote == "none" {
		opts.Remote = ""
	}
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.ID == "" {
		return nil, fmt.Errorf("smm.yaml: ledger.id is not set: %w", ledger.ErrForeign)
	}
	r, err := repo.At(opts.Repo)
	if err != nil {
		return nil, err
	}
	if !r.HasGit() {
		return nil, fmt.Errorf("%s: %w", opts.Repo, repo.ErrNoGit)
	}
	if opts.Git != nil {
		r.Git = opts.Git
	}
	l := &Ledger{
		opts: opts, repo: r,
		branch: plumbing.NewBranchReferenceName(opts.Branch),
		seen:   plumbing.ReferenceName("refs/smmctl/seen/" + opts.Branch),
	}
	return l, l.checkNames()
}

func (l *Ledger) checkNames() error {
	if err := l.branch.Validate(); err != nil || strings.HasPrefix(l.opts.Branch, "-") {
		return fmt.Errorf("smm.yaml: ledger.branch %q is not a branch's name", l.opts.Branch)
	}
	if l.opts.Remote != "" && !l.opts.Offline && !l.repo.HasRemote(l.opts.Remote) {
		return fmt.Errorf("smm.yaml: ledger.remote %q: %w: %w", l.opts.Remote, ledger.ErrUnreachable, repo.ErrNoRemote)
	}
	return nil
}

// Read returns the ledger: the remote's, fetched, where it has one.
func (l *Ledger) Read(ctx context.Context) (*ledger.Snapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.read(ctx)
	if err != nil {
		return nil, err
	}
	return s.snapshot, nil
}

// git runs the program, and waits a while for a reference that another process
// holds.
func (l *Ledger) git(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	args = append([]string{"-c", "core.filesRefLockTimeout=3000"}, args...)
	return l.repo.Git(ctx, l.repo.Root, stdin, args...)
}
