package apply_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	ledgermemory "github.com/smmctl/smmctl/engine/ledger/memory"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/wrap"
)

const visibility = 90 * time.Second

var (
	start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)
	bg    = context.Background()
)

// bench is a ledger, platforms, and what the files want; run is one apply.
type bench struct {
	t         *testing.T
	clock     *clock
	ledger    *ledgermemory.Ledger
	options   memory.Options
	platforms map[string]*memory.Platform
	desired   []*content.Publication
	policy    string
	drift     string
	frozen    []plan.Freeze
	journal   *journal
	alter     func(*apply.Options)
	runs      int

	// before is asked ahead of each call that changes a platform or reads it
	// back while a run is under way; an error of its own is the call's answer.
	before func(c call) error
	// after hears of each such call with its outcome, and may change it.
	after func(c call, err error) error

	mu      sync.Mutex
	calls   []call
	commits []ledger.Update
	plan    *plan.Plan // the last run's first
}

// call is one request to a platform.
type call struct {
	op, account string
	id          string
	req         provider.Request // of a publication
	at          time.Time
	n           int // the n-th of its op, from 1
}

func (c call) String() string {
	switch c.op {
	case memory.OpPublish:
		return fmt.Sprintf("publish %s %d", c.req.Key, c.req.Index)
	case memory.OpDelete, memory.OpEdit, memory.OpPin, memory.OpUnpin:
		return c.op + " " + c.id
	}
	return c.op
}

// killed is what a process that dies panics with.
type killed struct{}

func newBench(t *testing.T, f provider.Facility) *bench {
	t.Helper()
	b := &bench{
		t: t, clock: &clock{Clock: memory.NewClock(start)}, ledger: ledgermemory.New("7f3c"), options: memory.Everything(),
		platforms: map[string]*memory.Platform{}, policy: "upsert", drift: "report", journal: &journal{},
	}
	b.options.Facility = f
	b.options.Capabilities.VisibilityDelay = visibility
	b.ledger.Hook = func(p ledgermemory.Point, u ledger.Update) error {
		if p == ledgermemory.AfterCommit {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.commits = append(b.commits, u)
		}
		return nil
	}
	b.account("one")
	return b
}

func (b *bench) account(name string) *memory.Platform {
	p := memory.New(name, b.clock.Clock)
	b.platforms[name] = p
	return p
}

// one is the first account's platform.
func (b *bench) one() *memory.Platform { return b.platforms["one"] }

// want makes pubs what the files say.
func (b *bench) want(pubs ...*content.Publication) { b.desired = pubs }

// pub is a ready post whose time has come, on account one.
func pub(id string, texts ...string) *content.Publication {
	p := &content.Publication{
		Key: content.Key{Post: id, Account: "one"}, Provider: "memory", Path: id + ".md", At: start.Add(-time.Minute),
		Ready: true, Late: content.Lateness{Max: 6 * time.Hour}, Digest: content.Digest(append([]string{id}, texts...)...),
	}
	for _, text := range texts {
		p.Segments = append(p.Segments, content.Segment{Text: text, OK: true})
	}
	return p
}

func on(account string, p *content.Publication) *content.Publication {
	p.Key.Account = account
	return p
}

func key(id string) content.Key { return content.Key{Post: id, Account: "one"} }

func (b *bench) read() *ledger.Snapshot {
	b.t.Helper()
	s, err := b.ledger.Read(bg)
	must(b.t, err)
	return s
}

func (b *bench) entry(id string) *ledger.Entry {
	b.t.Helper()
	e := b.read().Entries[key(id)]
	if e == nil {
		b.t.Fatalf("%s has no entry", id)
	}
	return e
}

// open signs in to every account as a run does.
func (b *bench) open() (map[string]*apply.Target, map[string]plan.Live) {
	targets, lives := map[string]*apply.Target{}, map[string]plan.Live{}
	for name, p := range b.platforms {
		acc, err := memory.Open(bg, p, nil, nil, b.options)
		must(b.t, err)
		t := &apply.Target{Facility: b.options.Facility, Fingerprint: memory.Fingerprint}
		if t.Facility != provider.NoFacility {
			for o, err := range acc.Posts.List(bg) {
				must(b.t, err)
				t.Live.Objects = append(t.Live.Objects, o)
			}
		}
		if acc.Schedules != nil {
			t.Live.Scheduled, err = acc.Schedules.ListScheduled(bg)
			must(b.t, err)
		}
		if acc.Profile != nil {
			t.Live.Profile, err = acc.Profile.GetProfile(bg)
			must(b.t, err)
		}
		lives[name] = t.Live
		if t.Facility == provider.NoFacility {
			delete(lives, name)
		}
		t.Account = b.watched(name, acc)
		targets[name] = t
	}
	return targets, lives
}

// watched puts before and after around every call.
func (b *bench) watched(name string, acc *provider.Account) *provider.Account {
	acc = wrap.Around(acc, func(ctx context.Context, c wrap.Call, next func(context.Context) error) error {
		if c.Op == memory.OpPublish {
			return next(ctx)
		}
		return b.meet(call{op: c.Op, account: name, id: c.ID}, func() error { return next(ctx) })
	})
	acc.Posts = posts{acc.Posts, b, name}
	return acc
}

type posts struct {
	provider.Posts
	b       *bench
	account string
}

func (p posts) Publish(ctx context.Context, r provider.Request) (o provider.Object, err error) {
	err = p.b.meet(call{op: memory.OpPublish, account: p.account, req: r}, func() error {
		o, err = p.Posts.Publish(ctx, r)
		return err
	})
	return o, err
}

func (b *bench) meet(c call, next func() error) error {
	b.mu.Lock()
	c.at = b.clock.Now()
	for _, other := range b.calls {
		if other.op == c.op {
			c.n++
		}
	}
	c.n++
	b.calls = append(b.calls, c)
	b.mu.Unlock()
	if b.before != nil {
		if err := b.before(c); err != nil {
			return err
		}
	}
	err := next()
	if b.after != nil {
		return b.after(c, err)
	}
	return err
}

// made lists the calls of these operations; none named: those that change
// something.
func (b *bench) made(ops ...string) []string {
	if len(ops) == 0 {
		ops = []string{memory.OpPublish, memory.OpEdit, memory.OpDelete, memory.OpPin, memory.OpUnpin, memory.OpSchedule,
			memory.OpReschedule, memory.OpUnschedule, memory.OpSetProfile}
	}
	out := []string{}
	for _, c := range b.calls {
		if slices.Contains(ops, c.op) {
			out = append(out, c.String())
		}
	}
	return out
}

func (b *bench) input(snap *ledger.Snapshot, live map[string]plan.Live) plan.Input {
	in := plan.Input{Now: b.clock.Now(), Ledger: snap, Live: live, Desired: b.desired, Freezes: b.frozen, Accounts: map[string]plan.Account{}}
	for name := range b.platforms {
		in.Accounts[name] = plan.Account{
			ID: name, Provider: "memory", Policy: b.policy, Drift: b.drift, Capabilities: b.options.Capabilities,
			Limits: b.options.Limits, Fingerprint: memory.Fingerprint, Facility: b.options.Facility,
		}
	}
	return in
}

// run plans and applies, in one process. Calls and commits are of the last run.
func (b *bench) run() (apply.Result, error) {
	b.t.Helper()
	snap := b.read()
	targets, live := b.open()
	b.calls, b.commits, b.clock.slept = nil, nil, nil
	b.plan = plan.Build(b.input(snap, live))
	return apply.Run(bg, b.plan, snap, b.applyOptions(targets))
}

// mustRun is a run without an error.
func (b *bench) mustRun() apply.Result {
	b.t.Helper()
	res, err := b.run()
	must(b.t, err)
	return res
}

// runKilled is a run that dies in before or after.
func (b *bench) runKilled() {
	b.t.Helper()
	defer func() {
		if _, ok := recover().(killed); !ok {
			b.t.Error("the run was not killed")
		}
		b.before, b.after = nil, nil
	}()
	_, _ = b.run()
}

func (b *bench) applyOptions(targets map[string]*apply.Target) apply.Options {
	b.runs++
	id := fmt.Sprintf("run-%d", b.runs)
	o := apply.Options{
		Ledger: b.ledger, Targets: targets, Desired: map[content.Key]*content.Publication{}, Journal: b.journal, Clock: b.clock,
		Timing: apply.DefaultTiming, Run: id, Holder: id, Process: id, Actor: "somebody", Serial: true,
	}
	for _, p := range b.desired {
		o.Desired[p.Key] = p
	}
	o.Next = func(snap *ledger.Snapshot, events []apply.Event) (*plan.Plan, map[content.Key]*content.Publication) {
		if !b.goesOn(events) {
			return nil, nil
		}
		_, live := b.open()
		b.plan = plan.Build(b.input(snap, live))
		return b.plan, o.Desired
	}
	if b.alter != nil {
		b.alter(&o)
	}
	return o
}

// goesOn is when the engine plans again in the same run: something waited for
// what is published now, or an old intent stood in the way.
func (b *bench) goesOn(events []apply.Event) bool {
	last := map[content.Key]apply.EventType{}
	for _, ev := range events {
		last[ev.Key] = ev.Type
	}
	return slices.ContainsFunc(b.plan.Changes, func(c plan.Change) bool {
		return c.Resume && last[c.Key] == apply.Held || slices.ContainsFunc(c.WaitsFor, func(k content.Key) bool {
			return c.Action == plan.Wait && last[k] == apply.Published
		})
	})
}

// outlive moves the clock past everything that a dead run holds up.
func (b *bench) outlive() { b.clock.Advance(10 * time.Minute) }

// idle requires that nothing is left to do, and that doing it writes nothing.
func (b *bench) idle() {
	b.t.Helper()
	b.clock.Advance(visibility)
	b.mustRun()
	if p := b.plan; p.HasEffect() || len(b.commits) > 0 || len(b.made()) > 0 {
		b.t.Errorf("not at rest: %v, %d commits, %v", p.Changes, len(b.commits), b.made())
	}
}

// happened lists what became of each Key, intents aside.
func happened(res apply.Result) []string {
	out := []string{}
	for _, ev := range res.Events {
		if ev.Type != apply.IntentWritten {
			out = append(out, string(ev.Type)+" "+ev.Key.String())
		}
	}
	return out
}

// clock notes who waits how long, and lets a test act meanwhile.
type clock struct {
	*memory.Clock
	slept   []time.Duration
	onSleep func(time.Duration)
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.slept = append(c.slept, d)
	if c.onSleep != nil {
		c.onSleep(d)
	}
	return c.Clock.Sleep(ctx, d)
}

func (c *clock) sleptFor() (sum time.Duration) {
	for _, d := range c.slept {
		sum += d
	}
	return sum
}

// journal keeps receipts in memory.
type journal struct {
	mu      sync.Mutex
	entries []*ledger.Entry
}

func (j *journal) Append(e *ledger.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e.Clone())
	return nil
}

// newest is each Key's last receipt.
func (j *journal) newest() []*ledger.Entry {
	last := map[content.Key]*ledger.Entry{}
	for _, e := range j.entries {
		last[e.Key] = e
	}
	return slices.Collect(maps.Values(last))
}

func fault(kind provider.Kind) error {
	return &provider.Error{Kind: kind, Op: "test", Code: string(kind)}
}

// dies kills the run at the n-th call of op.
func dies(op string, n int) func(call) error {
	return func(c call) error {
		if c.op == op && c.n == n {
			panic(killed{})
		}
		return nil
	}
}

// diesAfter kills it when that call has been carried out.
func diesAfter(op string, n int) func(call, error) error {
	return func(c call, err error) error {
		if c.op == op && c.n == n {
			panic(killed{})
		}
		return err
	}
}

// fails answers the n-th call of op with kind, without asking the platform.
func fails(op string, n int, kind provider.Kind) func(call) error {
	return func(c call) error {
		if c.op == op && c.n == n {
			return fault(kind)
		}
		return nil
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (b *bench) isState(id string, want ledger.State) {
	b.t.Helper()
	if e := b.entry(id); e.State != want {
		b.t.Errorf("%s is %s (%s), want %s: %s", id, e.State, e.Action, want, e.Detail)
	}
}

// onceEach requires that no segment of any generation was ever taken twice.
func (b *bench) onceEach() {
	b.t.Helper()
	for name, p := range b.platforms {
		for slot, n := range p.AcceptedSlots() {
			if n > 1 {
				b.t.Errorf("%s took %s generation %d segment %d %d times", name, slot.Key, slot.Generation, slot.Index, n)
			}
		}
	}
}

// live lists the texts that are live and ours, oldest first.
func (b *bench) live() []string {
	out := []string{}
	for _, o := range slices.Backward(b.one().Own()) {
		out = append(out, o.Fields["text"])
	}
	return out
}

type (
	ledgerPoint  = ledgermemory.Point
	applyOptions = apply.Options
)

const afterCommit = ledgermemory.AfterCommit
