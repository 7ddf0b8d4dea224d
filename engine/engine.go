// Package engine is smmctl's line from files to platforms, step by step:
// load → validate → render → plan → apply → record. It wires the stages
// together, opens accounts and the ledger, and knows no concrete platform. It
// imports every stage; nothing but the command line imports it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/media"
	"github.com/smmctl/smmctl/engine/media/fetch"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/render"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/validate"
)

// Options are what an Engine is made of. Only Drivers is required.
type Options struct {
	Drivers []*provider.Driver
	Clock   clock.Clock
	HTTP    *http.Client
	// Fetch reads media that are given by their addresses; nil: fetch.Client,
	// which refuses addresses that are not public.
	Fetch   *http.Client
	Getenv  func(string) string
	Log     *slog.Logger
	Version string
	// Build tells one build of the program from another: what a cache holds was
	// made by one of them.
	Build    string
	Timeout  time.Duration // one request
	Timing   apply.Timing
	Sabotage apply.Sabotage
	NewRunID func() string
	Git      repo.Git // nil: the git program
	// Around, where set, stands between the engine and its ledger, for tests.
	Around func(ledger.Ledger) ledger.Ledger
}

// Engine works on one workspace.
type Engine struct {
	Options
	Repo    *repo.Repo
	drivers map[string]*provider.Driver
}

// Errors that the command line turns into exit codes.
var (
	ErrStale = errors.New("stale")
	ErrDirty = errors.New("files of the workspace have uncommitted changes")
)

// Open finds the workspace that dir is in.
func Open(dir string, o Options) (*Engine, error) {
	r, err := repo.Find(dir)
	if err != nil {
		return nil, err
	}
	if o.Git != nil {
		r.Git = o.Git
	}
	e := &Engine{Options: o.withDefaults(), Repo: r, drivers: map[string]*provider.Driver{}}
	for _, d := range e.Drivers {
		e.drivers[d.Name] = d
	}
	return e, nil
}

// Validate checks the work tree. Paths, where given, limit what is reported.
func (e *Engine) Validate(ctx context.Context, paths []string) (*validate.Report, error) {
	w, err := e.source("")
	if err != nil {
		return nil, err
	}
	if err := e.load(w); err != nil {
		return nil, err
	}
	e.remember(ctx, w)
	w.lean = true
	err = e.check(ctx, w, paths)
	return w.report, err
}

// PlanOptions choose what is planned, against what.
type PlanOptions struct {
	Account string
	Post    string
	All     bool // compare everything, not only the drift window
	Offline bool // no platform, and the ledger as it was last fetched
	From    string
	To      string
	Now     time.Time // zero: the clock's
	// Approvals were given, beside those of the ledger.
	Approvals []ledger.Approval
}

// Outlook is a plan with what it was made of.
type Outlook struct {
	Plan   *plan.Plan
	Report *validate.Report
	// Accounts counts the accounts that could not be read; they are among the
	// plan's errors.
	Accounts int
}

// Plan says what there is to do. It changes nothing.
func (e *Engine) Plan(ctx context.Context, o PlanOptions) (*Outlook, error) {
	if o.From != "" {
		return e.comparison(ctx, o)
	}
	w, err := e.source(o.To)
	if err != nil {
		return nil, err
	}
	w.readOnly = true
	if err := e.read(ctx, w, o); err != nil {
		return nil, err
	}
	if err := w.knows(o); err != nil {
		return nil, err
	}
	return e.outlook(w, o), nil
}

// read fills w with everything that a plan is made of: the files, the ledger,
// what validation found, the platforms.
func (e *Engine) read(ctx context.Context, w *world, o PlanOptions) error {
	if err := e.load(w); err != nil {
		return err
	}
	if !o.Offline {
		e.mayFetch(w)
	}
	how := access{offline: o.Offline}
	if err := e.openLedger(ctx, w, how); err != nil {
		return err
	}
	if err := e.check(ctx, w, nil); err != nil {
		return err
	}
	if o.Offline {
		return nil
	}
	return e.openAccounts(ctx, w, o)
}

// outlook renders what is to be sent and plans.
func (e *Engine) outlook(w *world, o PlanOptions) *Outlook {
	in := e.input(w, o)
	return w.outlook(in, e.fill(w, in))
}

// outlook plans, and tells beside the plan which files were left out of it.
func (w *world) outlook(in *plan.Input, draft *plan.Drafted) *Outlook {
	o := &Outlook{Plan: draft.Plan(), Report: w.report, Accounts: len(in.Problems)}
	for _, d := range w.report.Diagnostics {
		if d.Severity == diag.Error {
			o.Plan.Errors = append(o.Plan.Errors, plan.Problem{Path: d.Path, Summary: fmt.Sprintf("%d:%d: %s", d.Line, d.Column, d.Summary)})
		}
	}
	return o
}

// world is one reading of everything: what is desired, recorded and live.
type world struct {
	fsys     fs.FS
	commit   string // empty for the work tree of a repository without a commit
	readOnly bool
	lean     bool // only the diagnostics are wanted
	keep     bool // the report is to be checked again
	memory   memory

	ws       *load.Workspace
	media    media.Cache // what was learnt of media files, so that each is hashed once
	maker    *media.Maker
	unmade   map[content.Key]string // why a publication's files could not be made
	fetch    *fetch.Store           // nil: nothing is fetched
	zone     *time.Location
	zones    map[string]*time.Location // by name, as they were asked for
	store    ledger.Ledger
	snap     *ledger.Snapshot
	scope    *render.Scope
	report   *validate.Report
	targets  map[string]*apply.Target
	live     map[string]plan.Live
	problems []plan.Problem
	broken   map[string]string // account -> why it cannot be used
	rendered map[content.Key]*content.Publication
	// recovered are receipts that an interrupted run left in this machine's
	// journal; they are already laid over snap.
	recovered []*ledger.Entry
}

// source is the work tree, or a revision.
func (e *Engine) source(rev string) (*world, error) {
	if rev != "" {
		fsys, commit, err := e.Repo.FS(rev)
		if err != nil {
			return nil, err
		}
		w := &world{commit: commit}
		if err := ownMemory(fsys); err != nil {
			return nil, err
		}
		return w, e.supply(w, fsys)
	}
	fsys, err := e.Repo.WorkTree()
	if err != nil {
		return nil, err
	}
	w := &world{}
	if err := e.supply(w, fsys); err != nil {
		return nil, err
	}
	if e.Repo.HasGit() {
		commit, err := e.Repo.Head()
		if err != nil && !errors.Is(err, repo.ErrNoCommit) {
			return nil, err
		}
		if w.commit = commit; commit != "" {
			tree, _, err := e.Repo.FS(commit)
			if err != nil {
				return nil, err
			}
			return w, ownMemory(tree)
		}
	}
	return w, nil
}

// ownMemory refuses a commit that brings what this machine remembers: verdicts and
// made pictures are believed, and whoever wrote them into a pull request would
// decide what is valid and what is published.
func ownMemory(tree fs.FS) error {
	if _, err := fs.Lstat(tree, memoryFolder); err == nil { // a link, too, wherever it leads
		return &InvalidError{memoryFolder + " is in a commit, and must not be: it is each machine's own memory; take it out (git rm -r --cached " + memoryFolder + ") and ignore it"}
	}
	return nil
}

// load reads everything but the posts.
func (e *Engine) load(w *world) error {
	ws, err := validate.Open(w.fsys, e.checkOptions(w))
	if err != nil {
		return err
	}
	w.ws, w.zone = ws, time.UTC
	w.broken, w.rendered = map[string]string{}, map[content.Key]*content.Publication{}
	if ws.Config == nil {
		return nil
	}
	if zone, err := time.LoadLocation(ws.Config.Value.Timezone); err == nil {
		w.zone = zone
	}
	return nil
}

// config is smm.yaml, or an error that says why nothing can be done without it.
func (w *world) config() (*content.Workspace, error) {
	if w.ws.Config != nil {
		return &w.ws.Config.Value, nil
	}
	for _, d := range w.ws.Diagnostics {
		if d.Path == repo.WorkspaceFile {
			return nil, &InvalidError{fmt.Sprintf("%s:%d: %s", d.Path, d.Line, d.Summary)}
		}
	}
	return nil, &InvalidError{"smm.yaml cannot be read: `smmctl validate` says why"}
}

// InvalidError is content that nothing can be planned from.
type InvalidError struct{ Summary string }

func (e *InvalidError) Error() string { return e.Summary }

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Timing == (apply.Timing{}) {
		o.Timing = apply.DefaultTiming
	}
	if o.Timeout > 0 {
		o.Timing.Request = o.Timeout
		o.Timing.Lease = max(o.Timing.Lease, 3*o.Timeout+o.Timing.Renew) // a lease outlives a request
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	if o.NewRunID == nil {
		o.NewRunID = newRunID
	}
	return o
}
