package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/wrap"
	"github.com/smmctl/smmctl/engine/secret"
)

const (
	// driftWindow is how far back live posts are compared without --all.
	driftWindow = 30 * 24 * time.Hour
	// maxLookups bounds how many posts of an account are fetched by themselves
	// because the listing shows them changed or not at all.
	maxLookups = 40
)

// openAccounts signs in wherever something may be done or compared, learns what
// the servers allow, and reads what is live. An account that fails is left out;
// the others go on.
func (e *Engine) openAccounts(ctx context.Context, w *world, o PlanOptions) error {
	return e.openThese(ctx, w, o, e.involved(w, o))
}

func (e *Engine) openThese(ctx context.Context, w *world, o PlanOptions, ids []string) error {
	w.targets, w.live = map[string]*apply.Target{}, map[string]plan.Live{}
	type outcome struct {
		id     string
		target *apply.Target
		err    error
	}
	results := make([]outcome, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			t, err := e.openAccount(ctx, w, id, o)
			results[i] = outcome{id, t, err}
		})
	}
	wg.Wait()
	learned := false
	byLogin := map[provider.Identity]string{}
	for i, r := range results {
		if r.err == nil {
			login := r.target.Identity
			login.Handle = ""
			if first, twice := byLogin[login]; twice {
				r.err = fmt.Errorf("it is the same login as %s: one post would go out twice there", first)
				results[i] = r
			}
			byLogin[login] = r.id
		}
		if r.err != nil {
			w.broken[r.id] = r.err.Error()
			w.problems = append(w.problems, plan.Problem{Path: w.ws.Accounts[r.id].Path, Summary: r.id + ": " + r.err.Error()})
			continue
		}
		w.targets[r.id], w.live[r.id] = r.target, r.target.Live
		learned = learned || string(w.scope.Limits[r.id].Encode()) != string(r.target.Limits.Encode())
	}
	if learned { // a server allows more or less than was assumed: check again
		return e.check(ctx, w, nil)
	}
	return ctx.Err()
}

// involved lists the accounts that something is recorded of or that have
// something to publish by now.
func (e *Engine) involved(w *world, o PlanOptions) []string {
	now := o.Now
	if now.IsZero() {
		now = e.Clock.Now()
	}
	set := map[string]bool{}
	for k, entry := range w.snap.Entries {
		if !entry.State.Tombstone() && entry.State != ledger.Planned {
			set[k.Account] = true
		}
	}
	for _, p := range e.desired(w) {
		// Looking, an account is tried before its first post is due, so that a token
		// that does not work is noticed while there is time.
		if p.Key.IsProfile() || p.Ready && (w.readOnly || !p.At.After(now) || p.Native) {
			set[p.Key.Account] = true
		}
	}
	maps.DeleteFunc(set, func(id string, _ bool) bool {
		return w.ws.Accounts[id] == nil || o.Account != "" && o.Account != id
	})
	return slices.Sorted(maps.Keys(set))
}

func (e *Engine) openAccount(ctx context.Context, w *world, id string, o PlanOptions) (*apply.Target, error) {
	account := w.ws.Accounts[id].Value
	limiter := wrap.NewLimiter(e.Clock, rand.Float64, 0)
	opened, err := e.signIn(ctx, w, account, limiter.Note)
	if err != nil {
		return nil, err
	}
	driver := e.drivers[account.Provider]
	target := &apply.Target{
		Account: wrap.Wrap(opened, wrap.Options{
			Clock: e.Clock, Log: e.Log, Limiter: limiter, ReadOnly: w.readOnly, Retry: &wrap.Retrying{Clock: e.Clock, Random: rand.Float64},
		}),
		Facility: driver.Facility, Fingerprint: driver.Fingerprint,
	}
	target.Live, err = e.readLive(ctx, w, id, target, o)
	return target, err
}

// signIn opens an account and holds it against the ledger's pin. Where it is
// another one, or its clock is wrong, it comes with the error.
func (e *Engine) signIn(ctx context.Context, w *world, a content.Account, onRate func(provider.Rate)) (*provider.Account, error) {
	driver := e.drivers[a.Provider]
	if driver == nil {
		return nil, fmt.Errorf("unknown provider %q", a.Provider)
	}
	if err := sameServer(a.ID, a, driver, w.snap); err != nil {
		return nil, err
	}
	opened, err := driver.Open(ctx, e.providerConfig(ctx, w, a, onRate))
	if err != nil {
		return nil, err
	}
	if err := samePerson(a.ID, opened.Identity, w.snap); err != nil {
		return opened, err
	}
	return opened, e.sameTime(opened)
}

func (e *Engine) providerConfig(ctx context.Context, w *world, a content.Account, onRate func(provider.Rate)) provider.Config {
	resolver := secret.Resolver{Getenv: e.Getenv, Root: e.Repo.Workspace}
	return provider.Config{
		Account: a, HTTP: e.HTTP, Clock: e.Clock, Files: w.fsys, Make: w.make, Root: e.Repo.Workspace,
		UserAgent: "smmctl/" + firstOf(e.Version, "dev"), Timeout: e.Timing.Request, OnRate: onRate,
		Credential: func(name string) (provider.Secret, error) {
			ref := a.Credentials[name]
			if ref == "" {
				return provider.Secret{}, fmt.Errorf("credentials: %s is not given in %s", name, a.Path)
			}
			return resolver.Resolve(ctx, ref)
		},
	}
}

// sameServer refuses to show a token to another host than the one that the ledger
// knows the account on.
func sameServer(id string, a content.Account, d *provider.Driver, snap *ledger.Snapshot) error {
	pin, ok := snap.Accounts[id]
	own := func(server string) bool { return slices.Contains(d.Hosts, bareServer(server)) }
	// The platform's own, which no file can change, by whichever name.
	usual := a.Server == "" && !d.NeedsServer || own(a.Server) && own(pin.Server)
	if !ok || len(d.Credentials) == 0 || pin.Provider == a.Provider && (usual || bareServer(pin.Server) == bareServer(a.Server)) {
		return nil
	}
	return fmt.Errorf("the ledger knows %s on %s (%s), and its file now says %s (%s): refused before any credential is sent",
		id, pin.Server, pin.Provider, a.Server, a.Provider)
}

func bareServer(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		rest = s
	}
	return strings.ToLower(strings.TrimRight(rest, "/"))
}

// samePerson refuses credentials that lead to another login than the ledger has
// pinned.
func samePerson(id string, is provider.Identity, snap *ledger.Snapshot) error {
	for other, p := range snap.Accounts {
		if other != id && is.Same(provider.Identity{Provider: p.Provider, Server: p.Server, ID: p.ID}) {
			return fmt.Errorf("%s on %s is account %s in the ledger: an account's id cannot be changed, for everything published is recorded under it", is.Handle, is.Server, other)
		}
	}
	pin, ok := snap.Accounts[id]
	if !ok {
		return nil
	}
	was := provider.Identity{Provider: pin.Provider, Server: pin.Server, ID: pin.ID}
	if !is.Same(was) {
		return fmt.Errorf("these credentials lead to %s (id %s on %s), but the ledger knows %s as %s (id %s on %s): refused",
			is.Handle, is.ID, is.Server, id, pin.Handle, pin.ID, pin.Server)
	}
	return nil
}

// sameTime refuses a server whose clock is so far from ours that "created after
// the intent" would mean nothing.
func (e *Engine) sameTime(a *provider.Account) error {
	if a.ServerTime.IsZero() {
		return nil
	}
	if off := e.Clock.Now().Sub(a.ServerTime).Abs(); off > e.Timing.Skew {
		return fmt.Errorf("this machine's clock and the server's differ by %s: set the clock, publishing once depends on it", off.Round(time.Second))
	}
	return nil
}

// readLive lists the account's own posts within the drift window.
func (e *Engine) readLive(ctx context.Context, w *world, id string, t *apply.Target, o PlanOptions) (plan.Live, error) {
	live := plan.Live{}
	if !o.All && !t.Capabilities.Regenerable { // what can be made again is compared whole
		live.Since = e.Clock.Now().Add(-driftWindow)
	}
	if t.Facility == provider.NoFacility { // nothing is listed, and so nothing is missing from it
		live.Since = e.Clock.Now().Add(driftWindow)
	}
	if t.Posts != nil && t.Facility != provider.NoFacility {
		for obj, err := range t.Posts.List(ctx) {
			if err != nil {
				return live, fmt.Errorf("reading what is live: %w", err)
			}
			if obj.CreatedAt.Before(live.Since) {
				break
			}
			live.Objects = append(live.Objects, obj)
		}
		if err := e.lookCloser(ctx, w, id, t, &live); err != nil {
			return live, err
		}
	}
	if t.Schedules != nil && hasScheduled(w.snap, id) {
		list, err := t.Schedules.ListScheduled(ctx)
		if err != nil {
			return live, fmt.Errorf("reading the schedule: %w", err)
		}
		live.Scheduled = list
	}
	if t.Profile != nil && w.ws.Accounts[id].Value.Profile != nil {
		p, err := t.Profile.GetProfile(ctx)
		if err != nil {
			return live, fmt.Errorf("reading the profile: %w", err)
		}
		live.Profile = p
	}
	return live, nil
}

// lookCloser fetches by itself what the listing shows changed or not at all.
func (e *Engine) lookCloser(ctx context.Context, w *world, id string, t *apply.Target, live *plan.Live) error {
	if t.Capabilities.Regenerable {
		return nil // its listing is the thing itself
	}
	at := map[string]int{}
	for i, o := range live.Objects {
		at[o.ID] = i
	}
	looked := 0
	for _, k := range sortedEntryKeys(w.snap, id) {
		entry := w.snap.Entries[k]
		if !entry.Live() {
			continue
		}
		for _, s := range entry.Segments {
			i, listed := at[s.ID]
			if s.ID == "" || s.CreatedAt.Before(live.Since) || listed && sameFields(live.Objects[i].Fields, s.Observed) {
				continue
			}
			if looked++; looked > maxLookups {
				return nil // what the listing says stands; nothing but a report follows from it
			}
			o, err := t.Posts.Get(ctx, s.ID)
			switch {
			case err == nil && listed:
				pinned := live.Objects[i].Pinned
				live.Objects[i] = o
				live.Objects[i].Pinned = pinned || o.Pinned
			case err == nil:
				live.Objects = append(live.Objects, o)
			case !provider.Is(err, provider.NotFound):
				return fmt.Errorf("reading %s: %w", k, err)
			}
		}
	}
	return nil
}

func hasScheduled(snap *ledger.Snapshot, account string) bool {
	for k, entry := range snap.Entries {
		if k.Account == account && (entry.State == ledger.Scheduled || entry.Action == string(plan.Schedule)) {
			return true
		}
	}
	return false
}

func sortedEntryKeys(snap *ledger.Snapshot, account string) []content.Key {
	var out []content.Key
	for k := range snap.Entries {
		if k.Account == account {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, compareKeys)
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

var errNoLedgerID = errors.New("smm.yaml: ledger.id is missing: `smmctl init` writes one, `openssl rand -hex 16` makes one")
