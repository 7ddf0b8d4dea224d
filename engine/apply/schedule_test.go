package apply_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var due = start.Add(24 * time.Hour)

func native(id, text string) *content.Publication {
	p := pub(id, text)
	p.Native, p.At = true, due
	return p
}

// comesOut lets the time of what is scheduled come and pass.
func (b *bench) comesOut() {
	b.clock.Advance(max(0, due.Sub(b.clock.Now())))
	b.one().Settle()
	b.clock.Advance(2 * visibility)
}

func handedOver(t *testing.T, f provider.Facility) *bench {
	b := newBench(t, f)
	b.want(native("a", "A."))
	b.mustRun()
	same(t, "calls", b.made(), "schedule")
	b.isState("a", ledger.Scheduled)
	return b
}

// TestScheduleAndAppear: handed over once, and recognised when it has come out.
func TestScheduleAndAppear(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := handedOver(t, f)
			b.idle()
			b.comesOut()
			res := b.mustRun()
			same(t, "events", happened(res), "published a@one")
			if e := b.entry("a"); e.State != ledger.Published || e.Segments[0].ID == "" || e.Segments[0].ScheduleID != "" {
				t.Errorf("entry %+v", e)
			}
			if len(b.made()) > 0 {
				t.Errorf("made %v", b.made())
			}
			b.onceEach()
			b.idle()
		})
	}
}

// TestScheduleLost: what has left the schedule and does not appear may still
// come for a while; then only a person knows.
func TestScheduleLost(t *testing.T) {
	t.Parallel()
	b := handedOver(t, provider.ReadBack)
	b.one().Faults.Arm(memory.OpDue, memory.Fault{Kind: memory.ScheduleLost})
	b.clock.Advance(due.Sub(b.clock.Now()) + visibility + time.Minute)
	b.mustRun()
	b.isState("a", ledger.Scheduled)
	b.clock.Advance(5 * time.Minute)
	b.mustRun()
	b.isState("a", ledger.Scheduled)
	b.clock.Advance(5 * time.Minute)
	res := b.mustRun()
	same(t, "events", happened(res), "unknown a@one")
	b.isState("a", ledger.Unknown)
	b.outlive()
	b.mustRun()
	if len(b.one().Own()) > 0 || len(b.made()) > 0 {
		t.Errorf("sent from here, too: %v", b.made())
	}
}

// TestUnschedule: what is called back is not live, and its next hand-over is a
// new generation with another key.
func TestUnschedule(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := handedOver(t, f)
			first := b.entry("a").Segments[0].ClientKey
			b.frozen = []plan.Freeze{{Reason: "a crisis"}}
			res := b.mustRun()
			same(t, "events", happened(res), "unscheduled a@one")
			same(t, "calls", b.made(), "unschedule")
			if e := b.entry("a"); e.State != ledger.Planned || e.Generation != 2 || e.Segments[0].ScheduleID != "" || e.Action != "" {
				t.Errorf("entry %+v", e)
			}
			if n := len(b.one().Scheduled()); n > 0 {
				t.Errorf("%d are still scheduled", n)
			}
			b.frozen = nil
			b.mustRun()
			if e := b.entry("a"); e.State != ledger.Scheduled || e.Segments[0].ClientKey == first {
				t.Errorf("handed over again: %+v", e)
			}
			b.comesOut()
			b.mustRun()
			b.isState("a", ledger.Published)
			b.onceEach()
			b.idle()
		})
	}
}

// TestUnscheduleInAFreeze: what a freeze is for is not held up by it.
func TestUnscheduleInAFreeze(t *testing.T) {
	t.Parallel()
	b := handedOver(t, provider.ReadBack)
	b.frozen = []plan.Freeze{{Reason: "a crisis"}}
	b.alter = func(o *apply.Options) {
		o.Frozen = func([]ledger.Freeze, string) (string, bool) { return "a crisis", true }
	}
	res := b.mustRun()
	same(t, "events", happened(res), "unscheduled a@one")
}

// TestReschedule: another time is told to the platform, not handed over again.
func TestReschedule(t *testing.T) {
	t.Parallel()
	b := handedOver(t, provider.ReadBack)
	p := native("a", "A.")
	p.At = due.Add(time.Hour)
	p.Digest = content.Digest("another time")
	b.want(p)
	b.mustRun()
	same(t, "calls", b.made(), "reschedule")
	if s := b.one().Scheduled(); len(s) != 1 || !s[0].ScheduledAt.Equal(p.At) || !b.entry("a").At.Equal(p.At) {
		t.Errorf("scheduled %v, entry %+v", s, b.entry("a"))
	}
	b.isState("a", ledger.Scheduled)
	b.idle()
}

// TestScheduleAtOnce: a server that publishes at once what it was to schedule
// has published it.
func TestScheduleAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(native("a", "A."))
	b.alter = func(o *apply.Options) {
		o.Targets["one"].Schedules = atOnce{o.Targets["one"].Schedules, o.Targets["one"].Posts}
	}
	res := b.mustRun()
	if e := b.entry("a"); e.State != ledger.Published || e.Segments[0].ID == "" || e.PublishedAt.IsZero() {
		t.Errorf("entry %+v", e)
	}
	if res.Counts["scheduled"] > 0 && res.Counts["published"] > 0 {
		t.Errorf("counted %v", res.Counts)
	}
	b.alter = nil
	b.onceEach()
	b.idle()
}

type atOnce struct {
	provider.Schedules
	posts provider.Posts
}

func (a atOnce) Schedule(ctx context.Context, r provider.Request) (provider.Object, error) {
	return a.posts.Publish(ctx, r)
}

// TestScheduleLostAnswer: the schedule is read before anything is handed over
// again.
func TestScheduleLostAnswer(t *testing.T) {
	t.Parallel()
	for _, f := range facilities[:3] {
		for fault, requests := range map[memory.FaultKind]int{memory.LostResponse: 1, memory.ErrorBefore: 2} {
			t.Run(string(f)+"/"+string(fault), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, f)
				b.want(native("a", "A."))
				b.one().Faults.Arm(memory.OpSchedule, memory.Fault{Kind: fault})
				b.mustRun()
				b.isState("a", ledger.Scheduled)
				if n := len(b.made()); n != requests || len(b.one().Scheduled()) != 1 {
					t.Errorf("%d requests, %d scheduled", n, len(b.one().Scheduled()))
				}
			})
		}
	}
}

// TestScheduleKilled: a run that dies around the hand-over leaves an intent, and
// the next looks in the schedule, then among what is live.
func TestScheduleKilled(t *testing.T) {
	t.Parallel()
	for _, f := range facilities {
		for name, c := range map[string]struct {
			kill  func(*bench)
			after time.Duration
		}{
			"before":             {func(b *bench) { b.before = dies(memory.OpSchedule, 1) }, 10 * time.Minute},
			"after":              {func(b *bench) { b.after = diesAfter(memory.OpSchedule, 1) }, 10 * time.Minute},
			"after, and now due": {func(b *bench) { b.after = diesAfter(memory.OpSchedule, 1) }, 25 * time.Hour},
		} {
			t.Run(string(f)+"/"+name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, f)
				b.want(native("a", "A."))
				c.kill(b)
				b.runKilled()
				if e := b.read().Entries[key("a")]; e == nil || e.State != ledger.Intent {
					t.Fatalf("no intent: %+v", e)
				}
				if c.after < time.Hour {
					b.clock.Advance(c.after)
				} else {
					b.comesOut()
				}
				b.mustRun()
				if f == provider.NoFacility && name != "after" {
					b.isState("a", ledger.Unknown) // not in the schedule, and nothing else can be asked
					return
				}
				b.comesOut()
				b.mustRun()
				b.onceEach()
				if n := len(b.one().Own()); n != 1 {
					t.Errorf("%d are live", n)
				}
			})
		}
	}
}

// TestLateScheduleOfADeadRun: a hand-over that was on its way when its run died
// arrives while the next run waits. It is found.
func TestLateScheduleOfADeadRun(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(native("a", "A."))
	b.before = dies(memory.OpSchedule, 1)
	b.runKilled()
	b.clock.Advance(timing.Lease + time.Second)
	b.clock.onSleep = func(time.Duration) {
		b.clock.onSleep = nil
		acc, err := memory.Open(bg, b.one(), nil, nil, b.options)
		must(t, err)
		_, err = acc.Schedules.Schedule(bg, provider.Request{Key: key("a"), Generation: 1, Segment: b.desired[0].Segments[0], At: due})
		must(t, err)
	}
	b.mustRun()
	b.isState("a", ledger.Scheduled)
	if n := len(b.one().Scheduled()); n != 1 {
		t.Errorf("%d are scheduled", n)
	}
}

// TestRescheduleOfADeletedFile: an interrupted reschedule whose file is gone
// since is called back, not left to come out.
func TestRescheduleOfADeletedFile(t *testing.T) {
	t.Parallel()
	b := handedOver(t, provider.ReadBack)
	p := native("a", "A.")
	p.At = due.Add(time.Hour)
	b.want(p, pub("b", "B."))
	b.before = dies(memory.OpReschedule, 1)
	b.runKilled()
	b.want(pub("b", "B."))
	b.outlive()
	b.mustRun()
	b.clock.Advance(visibility)
	b.mustRun()
	b.clock.Advance(30 * time.Hour)
	b.mustRun()
	same(t, "live", b.live(), "B.")
	b.isState("a", ledger.Planned)
}

// TestRecalledTooLate: what came out before it could be called back is ours.
func TestRecalledTooLate(t *testing.T) {
	t.Parallel()
	b := handedOver(t, provider.ReadBack)
	b.want(pub("b", "B."))
	b.clock.Advance(due.Sub(b.clock.Now()) - time.Second)
	b.before = func(c call) error {
		if c.op == memory.OpUnschedule {
			b.comesOut()
		}
		return nil
	}
	b.mustRun()
	if e := b.entry("a"); e.State != ledger.Published || e.Segments[0].ID == "" {
		t.Errorf("entry %s %+v", e.State, e.Segments)
	}
	b.onceEach()
}

// TestSomebodysSchedule: an entry of the schedule with the same words may be
// somebody else's. One at our time is ours; where none is, a person has to look,
// and nothing is taken over, moved or taken away.
func TestSomebodysSchedule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arrived bool // our own hand-over, whose answer is lost
		state   ledger.State
	}{
		"beside ours":  {true, ledger.Scheduled},
		"without ours": {false, ledger.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(native("a", "A."))
			acc, err := memory.Open(bg, b.one(), nil, nil, b.options)
			must(t, err)
			var theirs provider.Object // put there after the plan was made
			b.before = func(c call) error {
				if c.op == memory.OpSchedule && theirs.ID == "" {
					theirs, err = acc.Schedules.Schedule(bg, provider.Request{Key: key("theirs"), Generation: 1, ClientKey: "theirs", Segment: b.desired[0].Segments[0], At: due.Add(-3 * time.Hour)})
					must(t, err)
				}
				return nil
			}
			fault := memory.ErrorBefore
			if c.arrived {
				fault = memory.LostResponse
			}
			b.one().Faults.Arm(memory.OpSchedule, memory.Fault{}, memory.Fault{Kind: fault})
			b.mustRun()
			b.isState("a", c.state)
			if e := b.entry("a"); e.Segments[0].ScheduleID == theirs.ID || c.arrived && !e.At.Equal(due) {
				t.Errorf("taken over: %+v", e)
			}
			list, err := acc.Schedules.ListScheduled(bg)
			must(t, err)
			if !slices.ContainsFunc(list, func(o provider.Object) bool { return o.ID == theirs.ID && o.ScheduledAt.Equal(theirs.ScheduledAt) }) {
				t.Errorf("theirs is gone, or moved: %+v", list)
			}
		})
	}
}

// TestPublishedAtOnceUnheard: a platform that was to keep a publication publishes
// it at once, as for a time that is past by its clock, and its answer is lost. It
// is looked for among what is live, too, before it is handed over again.
func TestPublishedAtOnceUnheard(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(native("a", "A."))
	first := true
	b.before = func(c call) error {
		if c.op != memory.OpSchedule || !first {
			return nil
		}
		first = false
		acc, err := memory.Open(bg, b.one(), nil, nil, b.options)
		must(t, err)
		_, err = acc.Posts.Publish(bg, provider.Request{Key: key("a"), Generation: 1, ClientKey: "its own", Segment: b.desired[0].Segments[0]})
		must(t, err)
		return fault(provider.Ambiguous)
	}
	b.mustRun()
	same(t, "calls", b.made(memory.OpSchedule), "schedule")
	b.isState("a", ledger.Published)
	b.onceEach()
	b.idle()
}
