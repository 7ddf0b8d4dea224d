package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// noon is when the tests take place, unless they say otherwise.
var noon = time.Date(2026, 12, 3, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return noon.Add(d) }

// world is a workspace, a ledger and platforms, small enough to write in a test.
// The account "a" can do everything, the account "b" likewise.
type world struct{ Input }

func newWorld() *world {
	w := &world{Input{
		Now: noon, Commit: "c0ffee", PolicyDigest: "policy", Accounts: map[string]Account{}, Live: map[string]Live{},
		Ledger: &ledger.Snapshot{ID: "ledger", Revision: "r1", Entries: map[content.Key]*ledger.Entry{}},
	}}
	w.account("a")
	w.account("b")
	return w
}

func (w *world) account(id string, changes ...func(*Account)) {
	a, ok := w.Accounts[id]
	if !ok {
		a = Account{
			ID: id, Brand: "acme", Provider: "memory", Policy: "upsert", Drift: "report", Zone: time.UTC, Fingerprint: textOf,
			Capabilities: provider.Capabilities{
				Edit: true, Retract: true, Thread: true, Schedule: true, Pin: true, Profile: []string{"name", "bio"},
			},
			Limits: provider.Limits{ScheduleMin: 5 * time.Minute, ScheduleMax: 24 * time.Hour},
		}
	}
	for _, f := range changes {
		f(&a)
	}
	w.Accounts[id] = a
}

func textOf(s content.Segment) string { return "fp:" + s.Text }

func key(s string) content.Key {
	k, err := content.ParseKey(s)
	if err != nil {
		panic(err)
	}
	return k
}

type pubOption func(*content.Publication)

// post wants a publication that is due since a minute, with its id as its text.
func (w *world) post(name string, options ...pubOption) *content.Publication {
	k := key(name)
	p := &content.Publication{
		Key: k, Provider: "memory", Path: "content/acme/2026-12/" + k.Post + ".md", At: at(-time.Minute), Ready: true,
		Late: content.Lateness{Set: true, Max: 2 * time.Hour}, Segments: []content.Segment{{Text: k.Post}},
	}
	for _, f := range options {
		f(p)
	}
	if p.Digest == "" {
		p.Digest = digestOf(p)
	}
	w.Desired = append(w.Desired, p)
	return p
}

func digestOf(p *content.Publication) string {
	parts := []string{p.Key.Post}
	for _, s := range p.Segments {
		parts = append(parts, fmt.Sprint(s.FieldValues()))
	}
	return content.Digest(parts...)[:8]
}

func texts(list ...string) pubOption {
	return func(p *content.Publication) {
		p.Segments = nil
		for _, t := range list {
			p.Segments = append(p.Segments, content.Segment{Text: t})
		}
	}
}

func option(name, value string) pubOption {
	return func(p *content.Publication) { p.Segments[0].Options = map[string]string{name: value} }
}

func due(d time.Duration) pubOption { return func(p *content.Publication) { p.At = at(d) } }

func lift(guard string, until time.Time) pubOption {
	return func(p *content.Publication) {
		p.Overrides = append(p.Overrides, content.Bypass{Guard: guard, Reason: "meant", Until: until})
	}
}

func needs(keys ...string) pubOption {
	return func(p *content.Publication) {
		for _, k := range keys {
			p.DependsOn = append(p.DependsOn, key(k))
		}
	}
}

// entry records something in a state, without an object.
func (w *world) entry(name string, state ledger.State, changes ...func(*ledger.Entry)) *ledger.Entry {
	k := key(name)
	e := &ledger.Entry{Key: k, Generation: 1, Revision: 7, State: state, Provider: "memory", Run: "run-1"}
	for _, f := range changes {
		f(e)
	}
	w.Ledger.Entries[k] = e
	return e
}

// records gives an entry the segments and the digest of what was sent.
func records(p *content.Publication) func(*ledger.Entry) {
	return func(e *ledger.Entry) {
		e.Digest, e.At = p.Digest, p.At
		e.Segments = nil
		for i, s := range p.Segments {
			sent := map[string]string{}
			for _, f := range s.FieldValues() {
				sent[f.Path] = f.Value
			}
			e.Segments = append(e.Segments, ledger.Segment{
				ClientKey: content.Digest(p.Key.String(), fmt.Sprint(e.Generation), fmt.Sprint(i)), Fingerprint: textOf(s), Sent: sent,
			})
		}
	}
}

// published records what was sent a day ago, with its objects on the platform.
func (w *world) published(name string, options ...pubOption) *ledger.Entry {
	return w.publishedAt(name, -24*time.Hour, options...)
}

func (w *world) publishedAt(name string, ago time.Duration, options ...pubOption) *ledger.Entry {
	scratch := newWorld()
	p := scratch.post(name, append([]pubOption{due(ago)}, options...)...)
	e := w.entry(name, ledger.Published, records(p))
	e.PublishedAt = at(ago)
	live := w.Live[p.Key.Account]
	for i := range e.Segments {
		seg := &e.Segments[i]
		seg.ID = fmt.Sprintf("id-%s-%d", p.Key.Post, i)
		seg.URL = "https://" + p.Key.Account + ".example/" + seg.ID
		seg.CreatedAt = at(ago)
		seg.Observed = map[string]string{"content": "<p>" + seg.Sent["text"] + "</p>"}
		live.Objects = append(live.Objects, provider.Object{
			ID: seg.ID, URL: seg.URL, CreatedAt: seg.CreatedAt, Fields: maps.Clone(seg.Observed), Fingerprint: seg.Fingerprint,
		})
	}
	w.Live[p.Key.Account] = live
	return e
}

// steady is a published post that its file still wants as it is.
func (w *world) steady(name string, options ...pubOption) (*content.Publication, *ledger.Entry) {
	e := w.published(name, options...)
	return w.post(name, append([]pubOption{due(-24 * time.Hour)}, options...)...), e
}

// foreign puts somebody else's object on the account.
func (w *world) foreign(account, id, text string) {
	live := w.Live[account]
	live.Objects = append(live.Objects, provider.Object{
		ID: id, URL: "https://" + account + ".example/" + id, CreatedAt: at(-time.Hour), Fingerprint: "fp:" + text,
		Fields: map[string]string{"content": text},
	})
	w.Live[account] = live
}

// unlist takes an object off the platform.
func (w *world) unlist(account, id string) {
	live := w.Live[account]
	live.Objects = slices.DeleteFunc(slices.Clone(live.Objects), func(o provider.Object) bool { return o.ID == id })
	w.Live[account] = live
}

// deface changes an object on the platform.
func (w *world) deface(account, id, text string) {
	live := w.Live[account]
	for i := range live.Objects {
		if live.Objects[i].ID == id {
			live.Objects[i].Fields = map[string]string{"content": text}
		}
	}
}

func (w *world) plan() *Plan { return Build(w.Input) }

// only returns the one change of a Key, or the zero Change.
func only(t *testing.T, p *Plan, name string) Change {
	t.Helper()
	var out Change
	n := 0
	for _, c := range p.Changes {
		if c.Key == key(name) {
			out = c
			n++
		}
	}
	if n > 1 {
		t.Fatalf("%d changes for %s", n, name)
	}
	return out
}

// says checks one Key's action and a part of its reason; "" is for no change.
func says(t *testing.T, p *Plan, name string, action Action, reason string) Change {
	t.Helper()
	c := only(t, p, name)
	if c.Action != action || !strings.Contains(c.Reason, reason) {
		t.Errorf("%s: %q %q, want %q with %q", name, c.Action, c.Reason, action, reason)
	}
	return c
}

// refuses checks that exactly the named guards refuse, as guard or guard@account.
func refuses(t *testing.T, p *Plan, want ...string) {
	t.Helper()
	var got []string
	for _, r := range p.Refusals {
		name := r.Guard
		if r.Account != "" {
			name += "@" + r.Account
		}
		got = append(got, name)
		if r.Detail == "" {
			t.Errorf("%s: no detail", name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("refusals %v, want %v", got, want)
	}
}

func effective(p *Plan) []Change {
	var out []Change
	for _, c := range p.Changes {
		if c.Action.Effective() {
			out = append(out, c)
		}
	}
	return out
}

func fieldPaths(c Change) []string {
	var out []string
	for _, f := range c.Fields {
		out = append(out, f.Path)
	}
	return out
}

// row is one line of a table: a world, and what is said of x@a.
type row struct {
	name   string
	make   func(*world)
	action Action
	reason string
}

func runRows(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r.make(w)
			says(t, w.plan(), "x@a", r.action, r.reason)
		})
	}
}
