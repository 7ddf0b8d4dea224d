package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/journal"
	"github.com/smmctl/smmctl/engine/ledger"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
)

// access says how the ledger is to be opened.
type access struct {
	offline bool // take what was last fetched
	// forgiving takes a ledger that is not in this clone for an empty one, where
	// nothing is concluded from it.
	forgiving bool
	write     bool // a missing local ledger may be started where that is safe
}

// openLedger reads the record that smm.yaml pins.
func (e *Engine) openLedger(ctx context.Context, w *world, how access) error {
	cfg, err := w.config()
	if err != nil {
		return err
	}
	if cfg.Ledger.ID == "" {
		return &InvalidError{errNoLedgerID.Error()}
	}
	if w.store, err = e.openStore(cfg, how); err != nil {
		return err
	}
	w.snap, err = w.store.Read(ctx)
	if errors.Is(err, ledger.ErrMissing) && e.mayStart(w, cfg, how) {
		w.snap, err = &ledger.Snapshot{ID: cfg.Ledger.ID, Entries: map[content.Key]*ledger.Entry{}, Accounts: map[string]ledger.Pin{}}, nil
		if how.write {
			err = e.startLedger(ctx, w)
		}
	}
	return err
}

// mayStart reports whether a missing ledger can be taken for a first use: when
// it is only looked at offline, or when there is no remote and everything
// published can be made again from the files.
func (e *Engine) mayStart(w *world, cfg *content.Workspace, how access) bool {
	if ledgerRemote(cfg) != "" {
		return how.forgiving
	}
	if how.offline {
		return true
	}
	for _, a := range w.ws.Accounts {
		d := e.drivers[a.Value.Provider]
		if d == nil || !d.Capabilities.Regenerable && e.readyFor(w, a.Value.ID) {
			return false
		}
	}
	return true
}

// readyFor reports whether anything is to be published to an account.
func (e *Engine) readyFor(w *world, account string) bool {
	if w.report == nil {
		if err := e.check(context.Background(), w, nil); err != nil {
			return true
		}
	}
	for _, post := range w.report.Posts {
		for _, p := range post.Publications {
			if p.Key.Account == account && p.Ready {
				return true
			}
		}
	}
	return false
}

// ledgerRemote is the Git remote that keeps the ledger; empty for a local one.
func ledgerRemote(cfg *content.Workspace) string {
	if r := firstOf(cfg.Ledger.Remote, "origin"); r != "none" {
		return r
	}
	return ""
}

// recover lays the receipts of an interrupted run, kept on this machine, over
// the ledger: what they prove needs no reading back.
func (e *Engine) recover(w *world) (*runJournal, error) {
	if !e.Repo.HasGit() {
		return nil, nil
	}
	j, err := journal.Open(filepath.Join(e.Repo.CommonDir, "smmctl"), w.snap.ID)
	if err != nil {
		return nil, err
	}
	records, err := j.Read()
	if err != nil {
		return nil, err
	}
	newest := map[content.Key]*ledger.Entry{}
	for _, r := range records {
		if r.Entry != nil {
			newest[r.Entry.Key] = r.Entry
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(newest), compareKeys) {
		receipt, known := newest[k], w.snap.Entries[k]
		if known != nil && known.State == ledger.Intent && known.Run == receipt.Run && known.Generation == receipt.Generation {
			receipt.Revision = known.Revision
			w.recovered = append(w.recovered, receipt)
		}
	}
	w.snap = overlay(w.snap, w.recovered)
	return &runJournal{j, e.Clock}, nil
}

// overlay returns snap with entries laid over it.
func overlay(snap *ledger.Snapshot, entries []*ledger.Entry) *ledger.Snapshot {
	if len(entries) == 0 {
		return snap
	}
	out := *snap
	out.Entries = maps.Clone(snap.Entries)
	for _, r := range entries {
		if known := out.Entries[r.Key]; known != nil && known.State == ledger.Intent && known.Run == r.Run {
			out.Entries[r.Key] = r
		}
	}
	return &out
}

// runJournal writes receipts under this engine's clock.
type runJournal struct {
	*journal.Journal
	clock clock.Clock
}

// Append keeps a receipt.
func (r *runJournal) Append(entry *ledger.Entry) error {
	return r.Journal.Append(journal.Record{Run: entry.Run, Entry: entry, Time: r.clock.Now().UTC()})
}

func newRunID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func compareKeys(a, b content.Key) int { return strings.Compare(a.String(), b.String()) }

func host() string {
	h, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return h
}

// actor is who runs this, for the record: a forge's user, else the machine's.
func (e *Engine) actor() string {
	return firstOf(e.Getenv("SMMCTL_ACTOR"), e.Getenv("GITHUB_ACTOR"), e.Getenv("GITEA_ACTOR"), e.Getenv("USER"), "smmctl")
}

func (e *Engine) openStore(cfg *content.Workspace, how access) (ledger.Ledger, error) {
	l, err := e.gitLedger(cfg, how)
	if err != nil || e.Around == nil {
		return l, err
	}
	return e.Around(l), nil
}

func (e *Engine) gitLedger(cfg *content.Workspace, how access) (*gitledger.Ledger, error) {
	if !e.Repo.HasGit() {
		return nil, fmt.Errorf("%s is not in a Git repository, and the ledger is a branch of one: `git init` makes it", e.Repo.Workspace)
	}
	return gitledger.Open(gitledger.Options{
		Repo: e.Repo.Workspace, Branch: cfg.Ledger.Branch, Remote: ledgerRemote(cfg), ID: cfg.Ledger.ID,
		Offline: how.offline, Actor: e.actor(), Clock: e.Clock, Log: e.Log, Git: e.Repo.Git,
	})
}
