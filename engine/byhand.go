package engine

import (
	"context"
	"errors"
	"fmt"
	neturl "net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
)

// recorded is a world with its ledger and no post read: enough for a verb that
// changes one record, and quick where every second counts.
func (e *Engine) recorded(ctx context.Context) (*world, error) {
	w, err := e.source("")
	if err != nil {
		return nil, err
	}
	if err := e.load(w); err != nil {
		return nil, err
	}
	return w, e.openLedger(ctx, w, access{write: true})
}

// opened is a world with its ledger, checked, so that posts can be rendered.
func (e *Engine) opened(ctx context.Context) (*world, error) {
	w, err := e.recorded(ctx)
	if err != nil {
		return nil, err
	}
	return w, e.check(ctx, w, nil)
}

// change commits what alter makes of the newest snapshot, again when somebody
// else wrote meanwhile. It refuses to touch entries while another run works.
func (e *Engine) change(ctx context.Context, w *world, alter func(*ledger.Snapshot) (ledger.Update, error)) error {
	for range maxTries {
		u, err := alter(w.snap)
		if err != nil || len(u.Entries) > 0 {
			if held := leaseFree(w.snap, e.Clock.Now(), e.Sabotage); held != nil {
				return held
			}
		}
		if err != nil {
			return err
		}
		u.Base, u.Actor, u.At = w.snap.Revision, e.actor(), e.Clock.Now().UTC()
		snap, err := w.store.Commit(ctx, u)
		if err == nil {
			w.snap = snap
			return nil
		}
		if !errors.Is(err, ledger.ErrConflict) {
			return err
		}
		if err := e.reread(ctx, w); err != nil {
			return err
		}
	}
	return ledger.ErrConflict
}

// Resolve settles an unknown outcome, or records what a person published by
// hand. An empty url says that it was not published.
func (e *Engine) Resolve(ctx context.Context, key content.Key, url string) error {
	w, err := e.opened(ctx)
	if err != nil {
		return err
	}
	pub := e.renderOne(w, key)
	var object provider.Object
	if url != "" {
		if object, err = e.lookUp(ctx, w, key, url); err != nil {
			return err
		}
	}
	return e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		if err := free(s, key, object); err != nil {
			return ledger.Update{}, err
		}
		entry, err := resolved(s.Entries[key], key, pub, object, e.Clock.Now(), e.fingerprint(w, key.Account))
		if err != nil {
			return ledger.Update{}, err
		}
		return ledger.Update{Entries: []*ledger.Entry{entry}, Message: fmt.Sprintf("resolve: %s is %s", key, entry.State)}, nil
	})
}

// resolved is the entry after a person said what happened.
func resolved(was *ledger.Entry, key content.Key, pub *content.Publication, o provider.Object, now time.Time, fingerprint func(content.Segment) string) (*ledger.Entry, error) {
	if was == nil || was.State.Tombstone() || was.State == ledger.Planned {
		if pub == nil || !pub.Reminder || o.ID == "" {
			return nil, fmt.Errorf("%s: nothing is unknown of it; `smmctl adopt` takes over a live post", key)
		}
		return adopted(was, key, pub, o, now, fingerprint), nil
	}
	if was.State == ledger.Intent {
		return nil, fmt.Errorf("%s is open: `smmctl apply` reads the platform back and settles it by itself", key)
	}
	if was.State != ledger.Unknown {
		return nil, fmt.Errorf("%s is %s: there is nothing to resolve", key, was.State)
	}
	entry := was.Clone()
	entry.Prior, entry.Detail = "", ""
	published := o.ID != ""
	if plan.Action(entry.Action) == plan.Retract {
		entry.State = ledger.Retracted
		if published {
			entry.State, entry.Digest = ledger.Published, ""
		}
		entry.Action = ""
		return entry, nil
	}
	for i := range entry.Segments {
		seg := &entry.Segments[i]
		if seg.ID != "" {
			continue
		}
		if !published {
			entry.Segments = entry.Segments[:i]
			break
		}
		seg.ID, seg.URL, seg.Observed, seg.CreatedAt, seg.Flying = o.ID, o.URL, o.Fields, created(o, now), false
		if i == 0 {
			entry.PublishedAt = seg.CreatedAt
		}
		if i+1 < len(entry.Segments) { // what follows may have been sent: the next apply looks
			entry.State = ledger.Intent
			return entry, nil
		}
		published = false
	}
	edits := plan.Action(entry.Action) == plan.Edit || plan.Action(entry.Action) == plan.Revert
	entry.State, entry.Action = ledger.Published, ""
	if len(entry.Segments) == 0 {
		entry.State = ledger.Planned
	}
	if edits || pub == nil || len(pub.Segments) != len(entry.Segments) {
		entry.Digest = "" // the next plan compares it with the file; an edit sent twice does no harm
	}
	return entry, nil
}

// Adopt takes ownership of a live object.
func (e *Engine) Adopt(ctx context.Context, key content.Key, url string) error {
	w, err := e.opened(ctx)
	if err != nil {
		return err
	}
	pub := e.renderOne(w, key)
	if pub == nil {
		return fmt.Errorf("%s: no file says so: adopt takes a live post over for a post of the workspace", key)
	}
	object, err := e.lookUp(ctx, w, key, url)
	if err != nil {
		return err
	}
	return e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		was := s.Entries[key]
		if was != nil && was.Live() {
			return ledger.Update{}, fmt.Errorf("%s already owns %s", key, was.Segments[0].URL)
		}
		if was != nil && (was.State == ledger.Scheduled || was.State == ledger.Intent || was.State == ledger.Unknown) {
			return ledger.Update{}, fmt.Errorf("%s is %s: that has to be settled first (smmctl apply, or smmctl resolve)", key, was.State)
		}
		if err := free(s, key, object); err != nil {
			return ledger.Update{}, err
		}
		return ledger.Update{Entries: []*ledger.Entry{adopted(was, key, pub, object, e.Clock.Now(), e.fingerprint(w, key.Account))}, Message: fmt.Sprintf("adopt: %s %s", key, url)}, nil
	})
}

// free refuses an object that another Key owns.
func free(s *ledger.Snapshot, key content.Key, o provider.Object) error {
	for k, other := range s.Entries {
		if o.ID == "" || k == key || k.Account != key.Account || other.State.Tombstone() {
			continue
		}
		for _, seg := range append(slices.Clone(other.Segments), other.Old...) {
			if seg.ID == o.ID {
				return fmt.Errorf("%s belongs to %s", o.URL, k)
			}
		}
	}
	return nil
}

// adopted is an entry that owns o for pub. Where o is not recognisably what the
// file says, the next plan shows an edit.
func adopted(was *ledger.Entry, key content.Key, pub *content.Publication, o provider.Object, now time.Time, fingerprint func(content.Segment) string) *ledger.Entry {
	entry := &ledger.Entry{Key: key, Generation: 1}
	if was != nil {
		entry.Generation = max(was.Generation+1, pub.Republish)
	}
	entry.State, entry.Provider, entry.At, entry.Path = ledger.Published, pub.Provider, pub.At, pub.Path
	entry.PublishedAt, entry.IntentAt, entry.Renderer = created(o, now), now.UTC(), content.RendererVersion
	seg := ledger.Segment{ID: o.ID, URL: o.URL, Observed: o.Fields, Fingerprint: o.Fingerprint, CreatedAt: created(o, now), ParentID: o.ParentID}
	if len(pub.Segments) == 1 && (o.Fingerprint == "" || o.Fingerprint == fingerprint(pub.Segments[0])) {
		entry.Digest, seg.Sent = pub.Digest, map[string]string{}
		for _, f := range pub.Segments[0].FieldValues() {
			seg.Sent[f.Path] = f.Value
		}
	}
	entry.Segments = []ledger.Segment{seg}
	return entry
}

func (e *Engine) fingerprint(w *world, account string) func(content.Segment) string {
	if a := w.ws.Accounts[account]; a != nil && e.drivers[a.Value.Provider] != nil {
		return e.drivers[a.Value.Provider].Fingerprint
	}
	return func(content.Segment) string { return "" }
}

func created(o provider.Object, now time.Time) time.Time {
	if o.CreatedAt.IsZero() {
		return now.UTC()
	}
	return o.CreatedAt.UTC()
}

// lookUp reads the object behind a URL back. A platform that cannot be read is
// believed.
func (e *Engine) lookUp(ctx context.Context, w *world, key content.Key, url string) (provider.Object, error) {
	w.readOnly = true
	defer func() { w.readOnly = false }()
	if w.ws.Accounts[key.Account] == nil {
		return provider.Object{}, fmt.Errorf("%s: no account %s", key, key.Account)
	}
	t, err := e.openAccount(ctx, w, key.Account, PlanOptions{})
	if err != nil {
		return provider.Object{}, fmt.Errorf("%s: %w", key.Account, err)
	}
	id := path.Base(strings.TrimRight(url, "/"))
	switch {
	case t.Facility == provider.NoFacility && t.Capabilities.Lookup:
		o, err := t.Posts.Get(ctx, url)
		if err != nil {
			return o, fmt.Errorf("%s is not a post of %s that can be read: %w", url, key.Account, err)
		}
		return o, nil
	case t.Locate != nil:
		id, err := t.Locate(url)
		if err != nil {
			return provider.Object{}, fmt.Errorf("%s: %w", key.Account, err)
		}
		return provider.Object{ID: id, URL: url}, nil
	case t.Facility == provider.NoFacility:
		return provider.Object{ID: id, URL: url}, nil
	}
	for _, o := range t.Live.Objects {
		if o.URL == url || o.ID == url {
			return o, nil
		}
	}
	o, err := t.Posts.Get(ctx, id)
	if err != nil {
		return o, fmt.Errorf("%s is not a post of %s that can be read: %w", url, key.Account, err)
	}
	if hostOf(url) != "" && hostOf(url) != hostOf(o.URL) {
		return provider.Object{}, fmt.Errorf("%s is not where %s publishes; the post with that id there is %s", url, key.Account, o.URL)
	}
	return o, nil
}

func hostOf(address string) string {
	u, err := neturl.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// renderOne renders the publication of a key, or returns nil where no file says
// so.
func (e *Engine) renderOne(w *world, key content.Key) *content.Publication {
	for _, p := range e.desired(w) {
		if p.Key == key {
			e.renderAll(w, map[string][]*content.Publication{p.Path: {p}})
			return p
		}
	}
	return nil
}

// Forget stops owning a publication and leaves it live.
func (e *Engine) Forget(ctx context.Context, key content.Key) error {
	w, err := e.recorded(ctx)
	if err != nil {
		return err
	}
	return e.change(ctx, w, func(s *ledger.Snapshot) (ledger.Update, error) {
		was := s.Entries[key]
		if was == nil || was.State.Tombstone() {
			return ledger.Update{}, fmt.Errorf("%s: the ledger does not own it", key)
		}
		if was.State != ledger.Published && was.State != ledger.Unknown && was.State != ledger.Planned {
			return ledger.Update{}, fmt.Errorf("%s is %s: that has to be settled first (smmctl apply; on_hold in the file takes it out of a schedule)", key, was.State)
		}
		entry := was.Clone()
		entry.State, entry.Action, entry.Prior, entry.Detail = ledger.Forgotten, "", "", "forgotten by hand"
		return ledger.Update{Entries: []*ledger.Entry{entry}, Message: "forget: " + key.String()}, nil
	})
}

// Retract takes one publication down by hand, under the same protocol as apply.
func (e *Engine) Retract(ctx context.Context, key content.Key, confirm func(*plan.Plan) (bool, error), event func(apply.Event)) (*Outcome, error) {
	w, err := e.opened(ctx)
	if err != nil {
		return nil, err
	}
	was := w.snap.Entries[key]
	if was == nil || !was.Live() {
		return nil, fmt.Errorf("%s: the ledger owns nothing live of it", key)
	}
	if was.State != ledger.Published { // part of it may be live and not known
		return nil, fmt.Errorf("%s is %s: that has to be settled first (smmctl apply, or smmctl resolve)", key, was.State)
	}
	only := PlanOptions{Account: key.Account, Post: key.Post}
	if err := e.openAccounts(ctx, w, only); err != nil {
		return nil, err
	}
	if why := w.broken[key.Account]; why != "" {
		return nil, fmt.Errorf("%s: %s", key.Account, why)
	}
	target := w.targets[key.Account]
	if target == nil || !target.Capabilities.Retract {
		return nil, fmt.Errorf("%s: %s cannot delete", key, was.Provider)
	}
	p := e.outlook(w, only).Plan
	p.Changes = []plan.Change{{
		Key: key, Post: key.Post, Account: key.Account, Provider: was.Provider, Generation: was.Generation,
		Action: plan.Retract, Reason: "by hand", Segments: len(was.Segments), Fields: []plan.FieldChange{}, Media: []plan.Medium{}, Remote: plan.Remotes(was),
		Revision: was.Revision, Digest: was.Digest,
	}}
	p.Summary = plan.Summary{Retract: 1, Foreign: p.Summary.Foreign}
	return e.carryOut(ctx, w, p, confirm, event)
}

// carryOut applies a plan that is not the whole workspace's.
func (e *Engine) carryOut(ctx context.Context, w *world, p *plan.Plan, confirm func(*plan.Plan) (bool, error), event func(apply.Event)) (*Outcome, error) {
	out := &Outcome{Outlook: Outlook{Plan: p, Report: w.report, Accounts: len(w.problems)}}
	out.Result.Counts = map[apply.EventType]int{}
	if confirm != nil {
		yes, err := confirm(p)
		if out.Declined = !yes; err != nil || !yes {
			return out, err
		}
	}
	opts := e.applyOptions(ctx, w, nil, event)
	opts.StillRight, opts.Frozen = nil, nil
	res, err := apply.Run(ctx, p, w.snap, opts)
	out.add(res)
	return out, errors.Join(err, e.count(ctx, w, out), e.finish(ctx, w))
}
