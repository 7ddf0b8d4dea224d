package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	ledgermemory "github.com/smmctl/smmctl/engine/ledger/memory"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var timing = apply.DefaultTiming

func (b *bench) commit(u ledger.Update) {
	b.t.Helper()
	u.Base = b.read().Revision
	_, err := b.ledger.Commit(bg, u)
	must(b.t, err)
}

// TestHeld: while somebody else's lease holds, nothing is asked of anybody.
func TestHeld(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.commit(ledger.Update{Lease: &ledger.Lease{Run: "other", Holder: "somebody@else", Process: "elsewhere", Since: start, Expires: start.Add(time.Minute)}})
	b.alter = func(o *apply.Options) { o.Dead = func(string) bool { return false } }
	_, err := b.run()
	var held *apply.ErrHeld
	if !errors.As(err, &held) || held.Lease.Run != "other" {
		t.Fatalf("got %v, want ErrHeld", err)
	}
	if len(b.calls) > 0 || len(b.commits) > 0 {
		t.Errorf("made %v and %d commits", b.calls, len(b.commits))
	}
	b.clock.Advance(time.Minute) // to the very end: still held
	if _, err = b.run(); !errors.As(err, &held) {
		t.Errorf("at its end: %v", err)
	}
	b.clock.Advance(time.Second)
	b.mustRun()
	b.isState("a", ledger.Published)
}

// TestTakeover: whoever takes over waits until no request of the former run can
// arrive any more before an absence counts.
func TestTakeover(t *testing.T) {
	t.Parallel()
	expires := start.Add(timing.Lease)
	for name, c := range map[string]struct {
		at      time.Time
		prepare func(*bench)
		dead    bool
		until   time.Time // when an absence counts
	}{
		"expired":         {at: expires.Add(time.Second), until: expires.Add(timing.Request + timing.Skew + visibility)},
		"expired long":    {at: expires.Add(time.Hour), until: expires.Add(time.Hour)},
		"broken":          {at: start.Add(20 * time.Second), until: start.Add(10*time.Second + timing.Request + timing.Skew + visibility), prepare: breakAt(start.Add(10 * time.Second))},
		"process is dead": {at: start.Add(20 * time.Second), dead: true, until: start.Add(20*time.Second + timing.Request + visibility)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(pub("a", "A."))
			b.before = dies(memory.OpPublish, 1)
			b.runKilled()
			if c.prepare != nil {
				c.prepare(b)
			}
			b.clock.Advance(c.at.Sub(b.clock.Now()))
			b.alter = func(o *apply.Options) { o.Dead = func(p string) bool { return c.dead && p == "run-1" } }
			b.mustRun()
			sent := slices.IndexFunc(b.calls, func(c call) bool { return c.op == memory.OpPublish })
			if sent < 0 || !b.calls[sent].at.Equal(c.until) {
				t.Errorf("sent again at %s, want %s (calls %v)", b.calls[sent].at, c.until, b.calls)
			}
			if last := b.calls[sent-1]; last.op != memory.OpList || last.at.Before(c.until) {
				t.Errorf("the last look was %s at %s, before an absence counts", last, last.at)
			}
			b.isState("a", ledger.Published)
			b.onceEach()
		})
	}
}

func breakAt(at time.Time) func(*bench) {
	return func(b *bench) {
		l := *b.read().Lease
		l.Broken, l.Process, l.Expires = true, "", at
		b.commit(ledger.Update{Lease: &l})
	}
}

// TestLateRequestOfADeadRun: a request that was on its way when its run died
// arrives while the next run waits. It is found.
func TestLateRequestOfADeadRun(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, f)
			b.options.Capabilities.KeyLifetime = time.Nanosecond // no help from it
			b.want(pub("a", "A."))
			var late provider.Request
			b.before = func(c call) error {
				late = c.req
				panic(killed{})
			}
			b.runKilled()
			b.clock.Advance(timing.Lease + time.Second)
			b.clock.onSleep = func(time.Duration) {
				acc, err := memory.Open(bg, b.one(), nil, nil, b.options)
				must(t, err)
				_, err = acc.Posts.Publish(bg, late)
				must(t, err)
				b.clock.onSleep = nil
			}
			b.mustRun()
			b.isState("a", ledger.Published)
			b.onceEach()
			if n := len(b.one().Own()); n != 1 {
				t.Errorf("%d are live", n)
			}
		})
	}
}

// slow makes every publication take d.
func (b *bench) slow(d time.Duration) {
	b.after = func(c call, err error) error {
		if c.op == memory.OpPublish {
			b.clock.Advance(d)
		}
		return err
	}
}

func many(n int) (pubs []*content.Publication) {
	for i := range n {
		pubs = append(pubs, pub(fmt.Sprintf("p-%02d", i), fmt.Sprintf("Text %d.", i)))
	}
	return pubs
}

// TestRenewal: a long run renews its lease in time, with the receipts so far.
func TestRenewal(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(many(20)...)
	b.slow(20 * time.Second)
	b.before = func(c call) error {
		l := b.read().Lease
		if l == nil || l.Run != "run-1" || c.at.Add(timing.Request).After(l.Expires) {
			t.Errorf("%s at %s under the lease %+v", c, c.at, l)
		}
		if age := c.at.Sub(l.Expires.Add(-timing.Lease)); age > timing.Renew {
			t.Errorf("%s under a lease that is %s old", c, age)
		}
		return nil
	}
	b.mustRun()
	renewals := 0
	for _, u := range b.commits[1 : len(b.commits)-1] {
		if u.Lease == nil || u.Release || len(u.Entries) == 0 {
			t.Errorf("a commit between begin and end: %+v", u)
		}
		renewals++
	}
	if renewals < 5 || renewals > 7 { // every third of 20 posts
		t.Errorf("%d renewals in 400 s", renewals)
	}
	if u := b.commits[1]; len(u.Entries) != 3 || !strings.Contains(u.Message, "published p-02@one https://memory.example/one/") {
		t.Errorf("the first renewal has %d receipts and says %q", len(u.Entries), u.Message)
	}
	b.onceEach()
}

// TestLost: a run that finds its lease taken sends nothing more and writes
// nothing over what the taker did.
func TestLost(t *testing.T) {
	t.Parallel()
	for _, texts := range [][]string{{"A."}, {"A1.", "A2.", "A3.", "A4.", "A5."}} {
		t.Run(fmt.Sprintf("%d segments", len(texts)), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(append([]*content.Publication{pub("a", texts...)}, many(9)...)...)
			rival := ledger.Lease{Run: "rival", Holder: "rival", Expires: start.Add(time.Hour)}
			b.slow(20 * time.Second)
			b.before = func(c call) error {
				if c.op == memory.OpPublish && c.n == 2 {
					b.commit(ledger.Update{Lease: &rival})
				}
				if at := b.clock.Now().Sub(start); at > timing.Renew {
					t.Errorf("%s %s after the start, though the lease is another's since 20s", c, at)
				}
				return nil
			}
			_, err := b.run()
			if !errors.Is(err, apply.ErrLost) {
				t.Errorf("got %v, want ErrLost", err)
			}
			if n := len(b.made()); n != 3 {
				t.Errorf("%d requests: %v", n, b.made())
			}
			if s := b.read(); s.Lease == nil || s.Lease.Run != "rival" {
				t.Errorf("the rival's lease became %+v", s.Lease)
			}
			if last := b.commits[len(b.commits)-1]; last.Lease != &rival {
				t.Errorf("written after the loss: %+v", last)
			}
		})
	}
}

// TestNothingBeginsAfterTheLease: where the lease cannot be renewed, the last
// request begins so early that it must end before the lease does; what was done
// is in the journal, and the next run takes it from there.
func TestNothingBeginsAfterTheLease(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(many(20)...)
	b.slow(20 * time.Second)
	b.before = func(c call) error {
		if c.n == 1 {
			b.ledger.SetUnreachable(true)
		}
		if c.at.Add(timing.Request).After(start.Add(timing.Lease)) {
			t.Errorf("%s at %s, under a lease until %s", c, c.at, start.Add(timing.Lease))
		}
		return nil
	}
	res, err := b.run()
	if !errors.Is(err, ledger.ErrUnreachable) || !strings.Contains(err.Error(), "journal") {
		t.Errorf("got %v, want where the receipts are", err)
	}
	if res.Counts[apply.Published] == 0 || res.Counts[apply.Held] == 0 || res.Counts[apply.Published]+res.Counts[apply.Held] != 20 {
		t.Errorf("counted %v", res.Counts)
	}
	published := res.Counts[apply.Published]
	if got := b.one().Requests(memory.OpPublish); got != published {
		t.Errorf("%d requests, %d published", got, published)
	}

	// The same machine again: the journal proves what was done.
	b.ledger.SetUnreachable(false)
	b.before, b.after = nil, nil
	b.outlive()
	snap := b.read()
	recovered := b.journal.newest()
	for _, e := range recovered {
		snap.Entries[e.Key] = e
	}
	targets, live := b.open()
	b.calls = nil
	p := plan.Build(b.input(snap, live))
	o := b.applyOptions(targets)
	o.Recovered = recovered
	_, err = apply.Run(bg, p, snap, o)
	must(t, err)
	if got := b.made(); len(got) != 20-published {
		t.Errorf("the rest is %d publications, made %v", 20-published, got)
	}
	if looks := b.made(memory.OpList); len(looks) > 0 {
		t.Errorf("%d looks, though the journal told everything", len(looks))
	}
	b.onceEach()
	b.idle()
}

// TestRecoveredAlone: receipts with nothing else to do are recorded without a
// lease.
func TestRecoveredAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.before = func(call) error {
		b.ledger.SetUnreachable(true)
		return nil
	}
	_, err := b.run()
	if err == nil || !strings.Contains(err.Error(), "journal") {
		t.Fatalf("got %v", err)
	}
	b.before = nil
	b.ledger.SetUnreachable(false)
	b.isState("a", ledger.Intent)
	b.outlive()
	b.alter = func(o *apply.Options) { o.Recovered = b.journal.newest() }
	snap := b.read()
	snap.Entries[key("a")] = b.journal.newest()[0]
	targets, live := b.open()
	b.calls, b.commits = nil, nil
	_, err = apply.Run(bg, plan.Build(b.input(snap, live)), snap, b.applyOptions(targets))
	must(t, err)
	b.isState("a", ledger.Published)
	if len(b.commits) != 1 || b.commits[0].Lease != nil || len(b.calls) > 0 {
		t.Errorf("%d commits, calls %v", len(b.commits), b.calls)
	}
}

// TestFreezeDuringARun: a freeze that somebody writes is seen with the next
// renewal: what has begun is finished, nothing else is begun.
func TestFreezeDuringARun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account string
		want    []string
	}{
		"of the account": {"one", []string{"publish a@one 0", "publish a@one 1", "publish a@one 2", "publish a@one 3", "publish a@one 4"}},
		"of another": {"two", []string{"publish a@one 0", "publish a@one 1", "publish a@one 2", "publish a@one 3", "publish a@one 4",
			"publish b@one 0", "publish c@one 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(pub("a", "A1.", "A2.", "A3.", "A4.", "A5."), pub("b", "B."), pub("c", "C."))
			b.slow(20 * time.Second)
			b.before = func(cl call) error {
				if cl.n == 2 {
					b.commit(ledger.Update{Freezes: &[]ledger.Freeze{{Account: c.account, Reason: "a crisis", Since: start}}})
				}
				return nil
			}
			b.alter = func(o *apply.Options) {
				o.Frozen = func(fs []ledger.Freeze, account string) (string, bool) {
					i := slices.IndexFunc(fs, func(f ledger.Freeze) bool { return f.Account == account })
					return "a crisis", i >= 0
				}
			}
			res := b.mustRun()
			same(t, "calls", b.made(), c.want...)
			b.isState("a", ledger.Published)
			if c.account == "one" {
				same(t, "events", happened(res), "published a@one", "held b@one", "held c@one")
				if ev := res.Events[len(res.Events)-1]; !strings.Contains(ev.Error, "frozen: a crisis") {
					t.Errorf("the reason given is %q", ev.Error)
				}
				b.isState("b", ledger.Planned)
			}
			if s := b.read(); len(s.Freezes) != 1 {
				t.Errorf("the freeze was overwritten: %+v", s.Freezes)
			}
		})
	}
}

// TestNewCommitDuringARun: once HEAD is no longer the branch's tip nothing new is
// begun, and the run says why.
func TestNewCommitDuringARun(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A1.", "A2.", "A3.", "A4.", "A5."), pub("b", "B."))
	b.slow(20 * time.Second)
	moved, asked := errors.New("the branch has moved"), 0
	b.alter = func(o *apply.Options) {
		o.StillRight = func(context.Context) error {
			asked++
			return moved
		}
	}
	res, err := b.run()
	if !errors.Is(err, moved) || asked == 0 {
		t.Errorf("got %v, asked %d times", err, asked)
	}
	same(t, "events", happened(res), "published a@one", "held b@one")
	b.isState("b", ledger.Planned)
	if s := b.read(); s.Lease != nil {
		t.Error("the lease was not given back")
	}
}

// TestHeldIsAsBefore: an edit and a retraction that were not begun leave their
// entries as they were.
func TestHeldIsAsBefore(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."), pub("b", "B."), pub("c", "C."))
	b.mustRun()
	b.clock.Advance(visibility)
	gone := pub("c", "C.")
	gone.Retract = true
	b.want(pub("a", "A, mended."), pub("b", "B, mended."), gone)
	was := []*ledger.Entry{b.entry("b"), b.entry("c")}
	b.after = func(c call, err error) error {
		b.clock.Advance(timing.Renew + time.Second)
		return err
	}
	b.alter = func(o *apply.Options) { o.StillRight = func(context.Context) error { return errors.New("moved") } }
	_, err := b.run()
	if err == nil {
		t.Error("no error")
	}
	for _, w := range was {
		now := b.entry(w.Key.Post)
		if now.State != w.State || now.Digest != w.Digest || now.Action != "" || now.Segments[0].ID != w.Segments[0].ID || now.Segments[0].Sent["text"] != w.Segments[0].Sent["text"] {
			t.Errorf("%s was\n%+v\nand is\n%+v", w.Key, w, now)
		}
	}
	b.after, b.alter = nil, nil
	b.outlive()
	b.mustRun()
	same(t, "live", b.live(), "A, mended.", "B, mended.")
}

// TestBeginFails: where the first commit is not made nothing is sent.
func TestBeginFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault ledgermemory.Fault
		want  error
	}{
		"conflict":                  {ledgermemory.Conflict, ledger.ErrConflict},
		"unreachable":               {ledgermemory.UnreachableBefore, ledger.ErrUnreachable},
		"made, and the answer lost": {ledgermemory.UnreachableAfter, ledger.ErrUnreachable},
	} {
		for _, f := range facilities {
			t.Run(name+"/"+string(f), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, f)
				b.want(pub("a", "A."), pub("b", "B1.", "B2."))
				b.ledger.Inject(c.fault)
				if _, err := b.run(); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if len(b.calls) > 0 {
					t.Errorf("sent %v", b.calls)
				}
				b.outlive()
				b.mustRun()
				same(t, "then", b.made(), "publish a@one 0", "publish b@one 0", "publish b@one 1")
				b.onceEach()
			})
		}
	}
}

// TestPlanIsStale: a plan made from an older ledger is not carried out.
func TestPlanIsStale(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	snap := b.read()
	targets, live := b.open()
	p := plan.Build(b.input(snap, live))
	b.commit(ledger.Update{Freezes: &[]ledger.Freeze{{Reason: "a crisis"}}})
	_, err := apply.Run(bg, p, snap, b.applyOptions(targets))
	if !errors.Is(err, ledger.ErrConflict) || len(b.made()) > 0 {
		t.Errorf("got %v, made %v", err, b.made())
	}
}

// TestInterrupted: a run that is told to stop finishes the request it is in,
// keeps its receipt and gives the lease back.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A1.", "A2."), pub("b", "B."))
	ctx, cancel := context.WithCancel(bg)
	b.before = func(call) error {
		cancel()
		return nil
	}
	snap := b.read()
	targets, live := b.open()
	_, err := apply.Run(ctx, plan.Build(b.input(snap, live)), snap, b.applyOptions(targets))
	must(t, err)
	same(t, "calls", b.made(), "publish a@one 0")
	b.isState("a", ledger.Intent)
	b.isState("b", ledger.Planned)
	if s := b.read(); s.Lease != nil || b.entry("a").Segments[0].ID == "" {
		t.Errorf("lease %v, entry %+v", s.Lease, b.entry("a"))
	}
	b.before = nil
	b.mustRun()
	same(t, "then", b.made(), "publish a@one 1", "publish b@one 0")
	b.onceEach()
}
