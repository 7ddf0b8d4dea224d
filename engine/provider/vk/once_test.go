package vk_test

import (
	"context"
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
	"github.com/smmctl/smmctl/engine/provider/vk"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

// work is what the files of one workspace want of a community.
type work struct {
	*rig
	t       *testing.T
	ledger  *ledgermemory.Ledger
	desired map[content.Key]*content.Publication
	drift   string
	runs    int
}

func newWork(t *testing.T) *work {
	w := &work{rig: newRig(t, vktest.Options{}), t: t, ledger: ledgermemory.New("7f3c"), drift: "report", desired: map[content.Key]*content.Publication{}}
	w.want("words", start.Add(-time.Minute), content.Segment{Text: "One."})
	w.want("pictures", start.Add(-time.Minute), rich().Segment)
	w.want("later", start.Add(2*time.Hour), content.Segment{Text: "Later.", Media: pictures(1)})
	return w
}

func (w *work) want(id string, at time.Time, s content.Segment) {
	s.OK = true
	p := &content.Publication{
		Key: content.Key{Post: id, Account: "subject"}, Provider: vk.Name, Path: id + ".md", Digest: content.Digest(id, s.Text), At: at,
		Ready: true, Late: content.Lateness{Max: 24 * time.Hour}, Native: at.After(start), Segments: []content.Segment{s},
	}
	w.desired[p.Key] = p
}

// run is a process: it opens the account, reads, plans and applies. What fails to
// open or to read is left to the next run.
func (w *work) run() *plan.Plan {
	ctx := context.Background()
	w.runs++
	acc, err := vk.Driver().Open(ctx, w.config())
	if err != nil {
		return nil
	}
	snap, err := w.ledger.Read(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	live, err := sight(ctx, acc)
	if err != nil {
		return nil
	}
	in := plan.Input{Now: w.clock.Now(), Ledger: snap, Live: map[string]plan.Live{"subject": live}, Accounts: map[string]plan.Account{"subject": {
		ID: "subject", Provider: vk.Name, Policy: "upsert", Drift: w.drift, Zone: time.UTC, Capabilities: acc.Capabilities, Limits: acc.Limits,
		Fingerprint: vk.Driver().Fingerprint, Facility: vk.Driver().Facility,
	}}}
	for _, p := range w.desired {
		in.Desired = append(in.Desired, p)
	}
	slices.SortFunc(in.Desired, func(a, b *content.Publication) int { return a.At.Compare(b.At) })
	p := plan.Build(in)
	id := fmt.Sprint("run-", w.runs)
	_, err = apply.Run(ctx, p, snap, apply.Options{
		Ledger:  w.ledger,
		Targets: map[string]*apply.Target{"subject": {Account: acc, Facility: vk.Driver().Facility, Fingerprint: vk.Driver().Fingerprint, Live: live}},
		Desired: w.desired, Clock: w.clock, Timing: apply.DefaultTiming, Run: id, Holder: id, Process: id, Serial: true,
	})
	if err != nil {
		w.t.Logf("run %d: %v", w.runs, err)
	}
	return p
}

func sight(ctx context.Context, acc *provider.Account) (live plan.Live, err error) {
	for o, err := range acc.Posts.List(ctx) {
		if err != nil {
			return live, err
		}
		live.Objects = append(live.Objects, o)
	}
	live.Scheduled, err = acc.Schedules.ListScheduled(ctx)
	return live, err
}

// TestPublishedOnce breaks every request of a run in turn, in every way, and runs
// on: each post goes out once, and then there is nothing to do.
func TestPublishedOnce(t *testing.T) {
	t.Parallel()
	for _, op := range []string{memory.OpOpen, memory.OpPublish, memory.OpGet, memory.OpList, memory.OpSchedule, memory.OpListScheduled, memory.OpUpload} {
		for _, f := range []memory.Fault{
			{Kind: memory.LostResponse}, {Kind: memory.ErrorBefore}, {Kind: memory.ErrorAfter}, {Kind: memory.Refused},
			{Kind: memory.Throttled, Delay: time.Minute}, {Kind: memory.ListingLag, Delay: 8 * time.Second}, {Kind: memory.NotSupported},
		} {
			t.Run(op+" "+string(f.Kind), func(t *testing.T) {
				t.Parallel()
				times := 3
				if testing.Short() {
					times = 1
				}
				for n := range times {
					once(t, op, f, n)
				}
			})
		}
	}
}

// once breaks the request of op after the first n.
func once(t *testing.T, op string, f memory.Fault, n int) {
	w := newWork(t)
	if f.Kind == memory.Refused {
		w.gate.Break(op, f)
	} else {
		w.gate.Faults.Arm(op, append(make([]memory.Fault, n), f)...)
	}
	for range 4 {
		w.run()
		w.clock.Advance(20 * time.Minute)
	}
	w.clock.Advance(2 * time.Hour)
	w.run()
	w.clock.Advance(time.Hour)
	if p := w.run(); p == nil || p.HasEffect() {
		t.Errorf("%d: not at rest: %+v", n, p)
	}
	got := slices.Sorted(slices.Values(w.Accepted()))
	want := slices.Sorted(slices.Values([]string{"One.", "Later.", rich().Segment.Text}))
	if !slices.Equal(got, want) || len(w.Live()) != len(want) {
		t.Errorf("%d: published %q, live %q", n, got, w.Live())
	}
	snap, err := w.ledger.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for key := range w.desired {
		if e := snap.Entries[key]; e == nil || e.State != ledger.Published || !strings.HasPrefix(e.Segments[0].ID, "-1_") {
			t.Errorf("%d: the record of %s: %+v", n, key, e)
		}
	}
}

// What was changed by hand is reverted once, but for what is kept; then there is
// nothing to do.
func TestRevert(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.drift = "revert"
	w.run()
	o := listed(t, w.open(t))
	i := slices.IndexFunc(o, func(o provider.Object) bool { return o.Fields["text"] == "One." })
	w.Hands(o[i].ID, "One, by hand.", true)
	w.clock.Advance(time.Minute)
	if p := w.run(); !p.HasEffect() {
		t.Errorf("nothing to revert: %+v", p)
	}
	w.clock.Advance(time.Minute)
	if p := w.run(); p.HasEffect() || len(p.Drift) > 0 {
		t.Errorf("not at rest: %+v %+v", p.Changes, p.Drift)
	}
	got, err := w.open(t).Posts.Get(context.Background(), o[i].ID)
	if err != nil || got.Fields["text"] != "One." || got.Fields["close_comments"] != "true" {
		t.Errorf("%+v, %v", got, err)
	}
}
