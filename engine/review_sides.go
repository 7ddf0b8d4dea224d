package engine

import (
	"context"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/validate"
)

// open reads both sides, all but the posts.
func (r *reviewing) open(context.Context) error {
	if err := errors.Join(ownMemory(r.merge.Proposed), ownMemory(r.merge.After)); err != nil {
		return err
	}
	r.before = &world{commit: r.merge.Base, readOnly: true, keep: true}
	r.after = &world{commit: r.merge.Head, readOnly: true, keep: true, memory: lookOnly}
	if err := errors.Join(r.e.supply(r.before, r.merge.Before), r.e.supply(r.after, r.merge.After)); err != nil {
		return err
	}
	var sides errgroup.Group
	sides.Go(func() error { return r.e.load(r.before) })
	sides.Go(func() error { return r.e.load(r.after) })
	return sides.Wait()
}

// record reads the ledger, once for both sides: the one that the base's smm.yaml
// pins, for a proposal must not choose another.
func (r *reviewing) record(ctx context.Context) error {
	w := r.before
	if w.ws.Config == nil {
		w = r.after
	}
	if w.ws.Config == nil {
		return nil
	}
	err := r.e.openLedger(ctx, w, access{offline: r.out.Offline})
	if errors.Is(err, ledger.ErrMissing) && r.out.Offline {
		branch := firstOf(w.ws.Config.Value.Ledger.Branch, "smm-ledger")
		remote := ledgerRemote(&w.ws.Config.Value)
		return fmt.Errorf("%w; without a network it has to be in this clone: `git fetch --depth=1 %s +%s:refs/remotes/%s/%s`", err, remote, branch, remote, branch)
	}
	if err != nil {
		return err
	}
	snap := *w.snap
	snap.Approvals = append(slices.Clone(snap.Approvals), r.o.Approvals...)
	for _, w := range []*world{r.before, r.after} {
		w.snap = &snap
	}
	return nil
}

// check validates both sides. Where a few posts are all that differs, only those
// of the base are looked at.
func (r *reviewing) check(ctx context.Context) error {
	if !r.out.Offline {
		return r.checkOnline(ctx)
	}
	if !r.postsOnly() || !validate.Warm(r.after.ws, r.options(r.after)) {
		if err := r.e.check(ctx, r.before, nil); err != nil { // first: what it remembers serves the merge as well
			return err
		}
		return r.e.check(ctx, r.after, nil)
	}
	if err := r.e.check(ctx, r.after, nil); err != nil {
		return err
	}
	o := r.options(r.before)
	report, err := r.after.report.Again(ctx, r.before.ws, o, func(p string) bool { return r.changed[p] != nil })
	if err != nil {
		return err
	}
	r.before.checked(ctx, report, o)
	return nil
}

func (r *reviewing) options(w *world) validate.Options {
	o := r.e.checkOptions(w)
	if w.ws.Config != nil {
		o.Limits = r.e.limits(w)
	}
	return o
}

// checkOnline opens the base's accounts, with which the proposal has nothing to
// do, and holds both sides against what is live there.
func (r *reviewing) checkOnline(ctx context.Context) error {
	if err := r.e.check(ctx, r.before, nil); err != nil {
		return err
	}
	if err := r.e.check(ctx, r.after, nil); err != nil {
		return err
	}
	ids := append(r.e.involved(r.before, r.po), r.e.involved(r.after, r.po)...) // the accounts themselves are the same
	slices.Sort(ids)
	if err := r.e.openThese(ctx, r.before, r.po, slices.Compact(ids)); err != nil {
		return err
	}
	a, b := r.after, r.before
	a.targets, a.live, a.problems = b.targets, b.live, slices.Clone(b.problems)
	for id, why := range b.broken {
		if b.report.Accounts[id] == "" { // the world's fault, not the file's
			a.broken[id] = why
		}
	}
	return r.e.check(ctx, r.after, nil)
}

// fewPosts is how many changed files are looked at one by one; for more than that
// the base is checked as a whole, with its cache.
const fewPosts = 1000

// postsOnly reports whether nothing but posts and what lies beside them differs
// between the base and the merge.
func (r *reviewing) postsOnly() bool {
	if len(r.changed) > fewPosts || r.before.ws.Config == nil || r.before.ws.HasLinks() || r.after.ws.HasLinks() {
		return false
	}
	for p := range r.changed {
		parts := strings.Split(p, "/")
		isPost := len(parts) == 4 && path.Ext(p) == ".md"
		isMedia := len(parts) > 4 && parts[3] == "media"
		if parts[0] != "content" || !isPost && !isMedia {
			return false
		}
	}
	return true
}

// decideOffline says whether platforms may be asked.
func (r *reviewing) decideOffline(context.Context) error {
	r.out.Sensitive = r.sensitive()
	r.out.Offline = true
	switch {
	case r.o.Offline:
	case r.o.Fork:
		r.out.Because = "it comes from another repository"
	case len(r.out.Sensitive) > 0:
		r.out.Because = "it changes what decides where things go, or with whose credentials: " + someOf(r.out.Sensitive)
	case r.before.ws.Config == nil || r.after.ws.Config == nil:
		r.out.Because = "smm.yaml cannot be read"
	default:
		r.out.Offline = false
		r.e.mayFetch(r.after)
	}
	r.po.Offline = r.out.Offline
	return nil
}

// sensitive lists the changed files that decide where things go or with whose
// credentials. A link or a folder in the place of one is one.
func (r *reviewing) sensitive() []string {
	named := append(r.before.credentialFiles(), r.after.credentialFiles()...)
	out := []string{}
	for _, p := range r.out.Files {
		if decides(p) || slices.ContainsFunc(named, func(f string) bool { return f == p || strings.HasPrefix(f, p+"/") }) {
			out = append(out, p)
		}
	}
	if len(out) == 0 && !sameAccounts(r.before.ws, r.after.ws) { // by way of a link
		out = append(out, "strategies")
	}
	return out
}

// decides reports whether a path is smm.yaml, an account's file, or a folder on
// the way to one that has become a file or a link.
func decides(p string) bool {
	parts := strings.Split(p, "/")
	switch {
	case p == "smm.yaml":
		return true
	case parts[0] != "strategies":
		return false
	}
	return len(parts) < 3 && path.Ext(p) != ".md" || len(parts) >= 3 && parts[2] == "accounts"
}

// credentialFiles are the files, within the workspace, that credentials are read
// from.
func (w *world) credentialFiles() (out []string) {
	add := func(ref string) {
		kind, name, _ := strings.Cut(ref, ":")
		if kind == "sops" {
			name, _, _ = strings.Cut(name, "#")
		}
		if kind == "file" || kind == "sops" {
			out = append(out, path.Clean(name))
		}
	}
	for _, a := range w.ws.Accounts {
		for _, ref := range a.Value.Credentials {
			add(ref)
		}
	}
	if w.ws.Config != nil {
		for _, n := range w.ws.Config.Value.Notify {
			add(n.Webhook)
		}
	}
	return out
}

func sameAccounts(a, b *load.Workspace) bool {
	if len(a.Accounts) != len(b.Accounts) {
		return false
	}
	for id, f := range a.Accounts {
		g := b.Accounts[id]
		if g == nil || !reflect.DeepEqual(f.Value, g.Value) {
			return false
		}
	}
	return a.Config == nil || b.Config == nil || reflect.DeepEqual(a.Config.Value, b.Config.Value)
}

// someOf names the first few of a list.
func someOf(list []string) string {
	const few = 3
	text := strings.Join(list[:min(len(list), few)], ", ")
	if more := len(list) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
