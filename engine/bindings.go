package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/repo"
	"github.com/smmctl/smmctl/engine/validate"
)

// proposedFolder is where what was learnt of proposed commits is remembered. A
// unit in a cache is known by the digests of all that it was made from, so that a
// hostile commit could only leave there what is true of its own files; a folder
// of its own means that not even that is read by what publishes, and that a
// proposal does not void the cache of the branch.
const proposedFolder = memoryFolder + "/proposed"

// Bindings returns what people would approve of a commit: the binding (package
// plan) of every publication that is ready in it, profiles included. It reads Git
// objects only: no network, no ledger, no credentials. A commit without a
// workspace has none.
func (e *Engine) Bindings(ctx context.Context, commit string) (map[content.Key]string, error) {
	bound, err := e.bound(ctx, commit)
	return bindingsOf(bound), err
}

// bound is a publication that can be approved, with its binding.
type bound struct {
	binding string
	pub     *content.Publication
	account *plan.Account
}

func bindingsOf(all map[content.Key]bound) map[content.Key]string {
	out := make(map[content.Key]string, len(all))
	for k, b := range all {
		out[k] = b.binding
	}
	return out
}

// bound finds a commit's. A Key that two posts claim has none.
func (e *Engine) bound(ctx context.Context, commit string) (map[content.Key]bound, error) {
	out := map[content.Key]bound{}
	w, err := e.source(commit)
	if errors.Is(err, fs.ErrNotExist) { // the commit has not even the workspace's folder
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(w.fsys, repo.WorkspaceFile); errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	w.readOnly, w.memory = true, apart
	if err := e.load(w); err != nil {
		return nil, err
	}
	if _, err := w.config(); err != nil {
		return nil, fmt.Errorf("commit %.12s: %w", commit, err)
	}
	if err := e.check(ctx, w, nil); err != nil {
		return nil, err
	}
	accounts := map[string]*plan.Account{}
	for id := range w.ws.Accounts {
		a := e.planAccount(w, id)
		accounts[id] = &a
	}
	claims := map[content.Key]int{}
	for _, p := range e.desired(w) {
		claims[p.Key]++
		if a := accounts[p.Key.Account]; a != nil && plan.Bindable(p) {
			out[p.Key] = bound{plan.Binding(p, a), p, a}
		}
	}
	maps.DeleteFunc(out, func(k content.Key, _ bound) bool { return claims[k] > 1 })
	return out, nil
}

// memory says where validation remembers a world. What publishes believes the
// workspace's own memory, so nothing that is only proposed may be written there.
type memory int

const (
	own      memory = iota
	apart           // of commits that may never be merged: in a folder of its own
	lookOnly        // the own one is read, and nothing is written
)

func (e *Engine) cache(w *world) validate.Cache {
	folder := cacheFolder
	if w.memory == apart {
		folder = proposedFolder
	}
	cache := validate.DirCache(filepath.Join(e.Repo.Workspace, filepath.FromSlash(folder)))
	if w.memory == lookOnly {
		return validate.ReadOnly(cache)
	}
	return cache
}

// changedKeys are those whose bindings differ, sorted; those that only one side
// has are among them.
func changedKeys(before, after map[content.Key]bound) []content.Key {
	set := map[content.Key]bool{}
	for k := range after {
		set[k] = before[k].binding != after[k].binding
	}
	for k := range before {
		set[k] = before[k].binding != after[k].binding
	}
	maps.DeleteFunc(set, func(_ content.Key, differs bool) bool { return !differs })
	return slices.SortedFunc(maps.Keys(set), compareKeys)
}
