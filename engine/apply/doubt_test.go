package apply_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// TestLostAnswer: what an answer that proves nothing leads to, by facility.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		facility provider.Facility
		fault    memory.FaultKind
		sent     int
		state    ledger.State
	}{
		{provider.ClientKey, memory.LostResponse, 2, ledger.Published},
		{provider.IdempotencyKey, memory.LostResponse, 1, ledger.Published},
		{provider.ReadBack, memory.LostResponse, 1, ledger.Published},
		{provider.NoFacility, memory.LostResponse, 1, ledger.Unknown},
		{provider.ClientKey, memory.ErrorBefore, 2, ledger.Published},
		{provider.IdempotencyKey, memory.ErrorBefore, 2, ledger.Published},
		{provider.ReadBack, memory.ErrorBefore, 2, ledger.Published},
		{provider.NoFacility, memory.ErrorBefore, 1, ledger.Unknown},
		{provider.ReadBack, memory.TimeoutAfter, 1, ledger.Published},
		{provider.ReadBack, memory.ErrorAfter, 1, ledger.Published},
	} {
		t.Run(string(c.facility)+"/"+string(c.fault), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.facility)
			b.want(pub("a", "A."))
			b.one().Faults.Arm(memory.OpPublish, memory.Fault{Kind: c.fault})
			res := b.mustRun()
			b.isState("a", c.state)
			b.onceEach()
			if n := len(b.made()); n != c.sent {
				t.Errorf("sent %d times, want %d", n, c.sent)
			}
			if c.sent == 2 && c.facility != provider.ClientKey {
				last := b.calls[len(b.calls)-1]
				if waited := last.at.Sub(start); waited < visibility {
					t.Errorf("sent again after %s, before the platform must show it", waited)
				}
				if last.req.ClientKey != b.calls[0].req.ClientKey {
					t.Error("the second attempt has another key")
				}
			}
			if c.state == ledger.Unknown {
				if res.Counts["unknown"] != 1 {
					t.Errorf("counted %v", res.Counts)
				}
				b.outlive()
				b.mustRun()
				if len(b.made()) > 0 {
					t.Errorf("an unknown outcome was sent again: %v", b.made())
				}
				return
			}
			b.idle()
		})
	}
}

// TestThreeAttempts: whatever the facility, every attempt has the key that the
// intent says, and after the third the intent stays open.
func TestThreeAttempts(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, f)
			b.want(pub("a", "A."))
			b.one().Faults.Arm(memory.OpPublish, slices.Repeat([]memory.Fault{{Kind: memory.ErrorBefore}}, 3)...)
			res := b.mustRun()
			var keys []string
			for _, c := range b.calls {
				if c.op == memory.OpPublish {
					keys = append(keys, c.req.ClientKey)
				}
			}
			intended := b.entry("a").Segments[0].ClientKey
			if !slices.Equal(keys, []string{intended, intended, intended}) {
				t.Errorf("the keys sent: %q, intended %q", keys, intended)
			}
			same(t, "events", happened(res), "failed a@one")
			b.isState("a", ledger.Intent)
			b.outlive()
			b.mustRun()
			b.isState("a", ledger.Published)
			b.onceEach()
			b.idle()
		})
	}
}

// TestWhatIsAdopted: after a lost answer only the very object counts.
func TestWhatIsAdopted(t *testing.T) {
	t.Parallel()
	const text = "A."
	for name, c := range map[string]struct {
		fault   memory.FaultKind
		meddle  func(*bench) // while the answer is lost
		want    ledger.State
		sent    int
		adopted bool // an object that the test made
	}{
		"nothing there":            {memory.ErrorBefore, func(*bench) {}, ledger.Published, 2, false},
		"the one":                  {memory.LostResponse, func(*bench) {}, ledger.Published, 1, false},
		"two alike":                {memory.LostResponse, func(b *bench) { b.one().AddForeign(text, time.Time{}) }, ledger.Unknown, 1, false},
		"other words":              {memory.ErrorBefore, func(b *bench) { b.one().AddForeign("B.", time.Time{}) }, ledger.Published, 2, false},
		"older than the intent":    {memory.ErrorBefore, func(b *bench) { b.one().AddForeign(text, start.Add(-timing.Skew-time.Second)) }, ledger.Published, 2, false},
		"as old as clocks differ":  {memory.ErrorBefore, func(b *bench) { b.one().AddForeign(text, start.Add(-timing.Skew)) }, ledger.Published, 1, true},
		"old, and the one":         {memory.LostResponse, func(b *bench) { b.one().AddForeign(text, start.Add(-time.Hour)) }, ledger.Published, 1, false},
		"younger than the request": {memory.ErrorBefore, func(b *bench) { b.one().AddForeign(text, start.Add(time.Second)) }, ledger.Published, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(pub("a", text))
			b.one().Faults.Arm(memory.OpPublish, memory.Fault{Kind: c.fault})
			b.after = func(cl call, err error) error {
				if cl.op == memory.OpPublish && cl.n == 1 {
					c.meddle(b)
				}
				return err
			}
			b.mustRun()
			b.isState("a", c.want)
			if n := len(b.made()); n != c.sent {
				t.Errorf("sent %d times, want %d", n, c.sent)
			}
			if c.want != ledger.Published {
				if d := b.entry("a").Detail; strings.Count(d, "https://") != 2 {
					t.Errorf("it does not name both: %q", d)
				}
				return
			}
			foreign := slices.ContainsFunc(b.one().Foreign(), func(o provider.Object) bool { return o.ID == b.entry("a").Segments[0].ID })
			if foreign != c.adopted {
				t.Errorf("took what somebody else made: %v", foreign)
			}
			b.onceEach()
		})
	}
}

// TestAnothersObject: what belongs to another Key is never adopted.
func TestAnothersObject(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "The same words."))
	b.mustRun()
	b.want(pub("a", "The same words."), pub("b", "The same words."))
	b.one().Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.ErrorBefore})
	b.mustRun() // the clock stands: a's object is as young as b's intent
	b.isState("b", ledger.Published)
	if b.entry("a").Segments[0].ID == b.entry("b").Segments[0].ID || len(b.one().Own()) != 2 {
		t.Errorf("b took a's object: %v", b.one().Own())
	}
}

// TestOtherParent: the second segment of a thread is not what somebody wrote
// with the same words elsewhere.
func TestOtherParent(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "One.", "Two."))
	b.one().Faults.Arm(memory.OpPublish, memory.Fault{}, memory.Fault{Kind: memory.ErrorBefore})
	b.after = func(c call, err error) error {
		if c.op == memory.OpPublish && c.n == 2 {
			b.one().AddForeign("Two.", time.Time{})
		}
		return err
	}
	b.mustRun()
	b.isState("a", ledger.Published)
	e := b.entry("a")
	if e.Segments[1].ParentID != e.Segments[0].ID || len(b.one().Own()) != 2 || len(b.one().Foreign()) != 1 {
		t.Errorf("the thread is %+v", e.Segments)
	}
	b.onceEach()
}

// TestKilledWithReply: an answer to an own publication is recognised by its
// parent, even when its file is gone before the next run.
func TestKilledWithReply(t *testing.T) {
	t.Parallel()
	for _, fileGone := range []bool{false, true} {
		b := newBench(t, provider.ReadBack)
		b.want(pub("root", "Root."))
		b.mustRun()
		b.clock.Advance(visibility)
		reply := pub("reply", "Reply.")
		reply.ReplyTo, reply.DependsOn = key("root"), []content.Key{key("root")}
		b.want(pub("root", "Root."), reply)
		b.after = diesAfter(memory.OpPublish, 1)
		b.runKilled()
		if fileGone {
			b.want(pub("root", "Root."))
		}
		b.outlive()
		b.mustRun()
		if e := b.entry("reply"); e.State != ledger.Published || e.Segments[0].ID == "" || len(b.made()) > 0 {
			t.Errorf("file gone %v: %s %+v after %v", fileGone, e.State, e.Segments, b.made())
		}
		b.onceEach()
	}
}

// TestCannotLook: while the platform cannot be read back the intent stays open,
// and nothing is sent.
func TestCannotLook(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.one().Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	b.before = func(c call) error {
		if c.op == memory.OpList {
			return fault(provider.Ambiguous)
		}
		return nil
	}
	res := b.mustRun()
	same(t, "events", happened(res), "failed a@one")
	b.isState("a", ledger.Intent)
	b.outlive()
	b.mustRun() // still not
	b.isState("a", ledger.Intent)
	b.before = nil
	b.outlive()
	b.mustRun()
	b.isState("a", ledger.Published)
	if len(b.made()) > 0 {
		t.Errorf("sent again: %v", b.made())
	}
	b.onceEach()
}

// TestKilled: a run that dies before or after each request of a thread leaves
// what the next run needs.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, f := range facilities {
		for n := 1; n <= 3; n++ {
			for _, after := range []bool{false, true} {
				b := newBench(t, f)
				b.want(pub("a", "One.", "Two.", "Three."))
				if after {
					b.after = diesAfter(memory.OpPublish, n)
				} else {
					b.before = dies(memory.OpPublish, n)
				}
				b.runKilled()
				b.outlive()
				b.mustRun()
				if f == provider.NoFacility { // it was flying: nobody can tell
					b.isState("a", ledger.Unknown)
					if len(b.made()) > 0 {
						t.Errorf("%s, killed at %d: sent %v", f, n, b.made())
					}
					continue
				}
				b.isState("a", ledger.Published)
				same(t, "live", b.live(), "One.", "Two.", "Three.")
				b.onceEach()
				b.idle()
			}
		}
	}
}

// TestNeitherUnsent: what a dead run had not let fly is sent, on a platform that
// cannot be asked.
func TestNeitherUnsent(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.NoFacility)
	b.want(pub("a", "One.", "Two."))
	b.after = func(c call, err error) error {
		if c.n == 1 {
			// The receipt of the first is the last that the ledger hears of.
			b.ledger.Hook = func(p ledgerPoint, _ ledger.Update) error {
				if p == afterCommit {
					panic(killed{})
				}
				return nil
			}
		}
		return err
	}
	b.runKilled()
	b.ledger.Hook = nil
	if s := b.entry("a").Segments; s[0].ID == "" || s[0].Flying || s[1].Flying {
		t.Fatalf("the ledger has %+v", s)
	}
	b.outlive()
	b.mustRun()
	same(t, "sent", b.made(), "publish a@one 1")
	b.isState("a", ledger.Published)
}

// TestNeitherCannotRecord: a segment whose flight cannot be recorded does not fly.
func TestNeitherCannotRecord(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.NoFacility)
	b.want(pub("a", "One.", "Two."))
	b.after = func(c call, err error) error {
		b.ledger.SetUnreachable(true)
		return err
	}
	_, err := b.run()
	if err == nil || !strings.Contains(err.Error(), "journal") {
		t.Errorf("got %v", err)
	}
	same(t, "sent", b.made(), "publish a@one 0")
}

// TestNothingSentIsPlannedAnew: an intent that was proven unsent goes out only if
// every guard still lets it.
func TestNothingSentIsPlannedAnew(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, f)
			b.want(pub("a", "A."))
			b.before = dies(memory.OpPublish, 1)
			b.runKilled()
			b.clock.Advance(7 * time.Hour) // its grace is over
			b.mustRun()
			if len(b.made()) > 0 || len(b.one().Own()) > 0 {
				t.Errorf("published too late: %v", b.made())
			}
			b.isState("a", ledger.Planned)
			b.idle()
		})
	}
}

// TestAnswerOfAnother: an answer that names another publication's object is no
// receipt.
func TestAnswerOfAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.mustRun()
	b.clock.Advance(visibility)
	b.want(pub("a", "A."), pub("b", "B."))
	id := b.entry("a").Segments[0].ID
	b.alter = func(o *applyOptions) { o.Targets["one"].Posts = sameObject{o.Targets["one"].Posts, id} }
	b.mustRun()
	b.isState("b", ledger.Unknown)
	if e := b.entry("a"); e.State != ledger.Published || e.Segments[0].ID != id {
		t.Errorf("a became %+v", e)
	}
}

type sameObject struct {
	provider.Posts
	id string
}

func (s sameObject) Publish(context.Context, provider.Request) (provider.Object, error) {
	return provider.Object{ID: s.id, URL: "https://memory.example/one/" + s.id}, nil
}

// TestEarlierWords: where the key that we choose is taken already, by an intent
// whose words were others, the new words are sent in the same run.
func TestEarlierWords(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ClientKey)
	b.want(pub("a", "A."))
	b.after = diesAfter(memory.OpPublish, 1)
	b.runKilled()
	b.want(pub("a", "A, mended."))
	b.outlive()
	b.mustRun()
	b.clock.Advance(visibility)
	b.mustRun()
	same(t, "live", b.live(), "A, mended.")
	b.onceEach()
	b.idle()
}

// TestPinnedIsListedFirst: an old post that a platform lists before the newest
// does not end the look.
func TestPinnedIsListedFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.one().AddForeign("Pinned long ago.", start.AddDate(-1, 0, 0))
	b.want(pub("a", "A."))
	b.one().Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	b.alter = func(o *applyOptions) { o.Targets["one"].Posts = oldestFirst{o.Targets["one"].Posts} }
	b.mustRun()
	b.isState("a", ledger.Published)
	b.onceEach()
	if len(b.one().Own()) != 1 {
		t.Errorf("live %v", b.live())
	}
}

type oldestFirst struct{ provider.Posts }

func (o oldestFirst) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		var all []provider.Object
		for obj, err := range o.Posts.List(ctx) {
			if err != nil {
				yield(obj, err)
				return
			}
			all = append(all, obj)
		}
		for _, obj := range slices.Backward(all) {
			if !yield(obj, nil) {
				return
			}
		}
	}
}
