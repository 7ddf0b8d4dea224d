package engine

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/validate"
)

// cacheFolder is where the work tree keeps what can be thrown away at any time.
const (
	memoryFolder = ".smmctl"
	cacheFolder  = memoryFolder + "/cache"
)

// check validates what was loaded and sets up rendering. What an earlier check
// knew is replaced: a server may have told its limits meanwhile.
func (e *Engine) check(ctx context.Context, w *world, paths []string) error {
	o := e.checkOptions(w)
	o.Limits, o.Paths = e.limits(w), paths
	report, err := validate.Check(ctx, w.ws, o)
	if err != nil {
		return err
	}
	w.checked(ctx, report, o)
	return nil
}

// checked takes what a check has found.
func (w *world) checked(ctx context.Context, report *validate.Report, o validate.Options) {
	w.report = report
	if w.ws.Config != nil {
		scope := validate.Scope(w.ws, o)
		scope.Fetch = w.fetcher(ctx)
		w.scope = &scope
	}
	for id, why := range report.Accounts {
		w.broken[id] = why
	}
}

func (e *Engine) checkOptions(w *world) validate.Options {
	return validate.Options{
		Drivers: e.drivers, URL: w.url, Version: e.Build, Clock: e.Clock, Lean: w.lean, Keep: w.keep, Media: &w.media, Cache: e.cache(w),
	}
}

// limits are each account's: what its server says now, else what its file
// declares, else what the ledger remembers, else the platform's usual ones.
func (e *Engine) limits(w *world) map[string]provider.Limits {
	out := map[string]provider.Limits{}
	for id, f := range w.ws.Accounts {
		d := e.drivers[f.Value.Provider]
		if d == nil {
			continue
		}
		if t := w.targets[id]; t != nil {
			out[id] = t.Limits
			continue
		}
		l := d.Limits
		if w.snap != nil {
			l = l.Overlay(w.snap.Accounts[id].Limits)
		}
		out[id] = l.Declare(f.Value.PlatformLimits)
	}
	return out
}

// url is a publication's live address, or "".
func (w *world) url(k content.Key) string {
	if w.snap == nil {
		return ""
	}
	if e := w.snap.Entries[k]; e != nil && e.State == ledger.Published && len(e.Segments) > 0 {
		return e.Segments[0].URL
	}
	return ""
}

// remember reads what the local ledger knows of limits and addresses, for
// commands that work without it too.
func (e *Engine) remember(ctx context.Context, w *world) {
	if _, err := w.config(); err == nil && e.Repo.HasGit() {
		if err := e.openLedger(ctx, w, access{offline: true, forgiving: true}); err != nil {
			e.Log.Debug("ledger: not read", "error", err)
			w.snap = nil
		}
	}
}

// startLedger makes the local branch where that is safe.
func (e *Engine) startLedger(ctx context.Context, w *world) error {
	cfg, err := w.config()
	if err != nil {
		return err
	}
	l, err := e.gitLedger(cfg, access{write: true})
	if err != nil {
		return err
	}
	if err := l.Init(ctx); err != nil {
		return err
	}
	w.snap, err = w.store.Read(ctx)
	return err
}

// ParseTime reads a time of a flag in the workspace's zone. Nothing written is
// the zero time.
func (e *Engine) ParseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := content.ParseTime(s)
	if err != nil {
		return time.Time{}, err
	}
	w, err := e.source("")
	if err != nil {
		return time.Time{}, err
	}
	if err := e.load(w); err != nil {
		return time.Time{}, err
	}
	return t.In(w.zone)
}

// Relative turns paths as a person gave them, from folder, into those of the
// workspace.
func (e *Engine) Relative(folder string, paths []string) ([]string, error) {
	out := []string{}
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(folder, p)
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		real, err := filepath.EvalSymlinks(abs)
		if err != nil {
			return nil, fmt.Errorf("%s: there is no such file or folder", p)
		}
		abs = real
		rel, err := filepath.Rel(e.Repo.Workspace, abs)
		if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return nil, fmt.Errorf("%s is not in the workspace %s", p, e.Repo.Workspace)
		}
		out = append(out, filepath.ToSlash(rel))
	}
	return out, nil
}

// parsePost reads a post that is not in the workspace yet.
func parsePost(path, text string) (*content.Post, diag.List) {
	ws := &load.Workspace{FS: memoryFile(path, text)}
	file, diags := ws.Post(load.PostFile{Path: path})
	if file == nil {
		return nil, diags
	}
	return &file.Value, diags
}

// memoryFile is a file system of one file.
func memoryFile(path, text string) fs.FS { return fstest.MapFS{path: {Data: []byte(text)}} }
