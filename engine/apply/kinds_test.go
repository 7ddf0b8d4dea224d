package apply_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// plainKinds are the errors that prove that nothing was done, and that the
// protocol makes no more of.
var plainKinds = []provider.Kind{provider.Unsent, provider.Rejected, provider.Unsupported, provider.Unauthorized, provider.NotFound}

func profileOf(account string, face content.Face) *content.Publication {
	return &content.Publication{
		Key: content.Key{Post: content.ProfileID, Account: account}, Provider: "memory", Path: account + ".yaml", Ready: true,
		Digest: content.Digest(face.Name, face.Bio), Profile: &face,
	}
}

func edited(p *content.Publication, texts ...string) *content.Publication {
	q := pub(p.Key.Post, texts...)
	q.Pin, q.Replace, q.Native, q.At = p.Pin, p.Replace, p.Native, p.At
	return q
}

// TestKinds: what each kind of failure leaves in the ledger, what is said of it,
// and what the next run does.
func TestKinds(t *testing.T) {
	t.Parallel()
	native := func() *content.Publication {
		p := pub("a", "A.")
		p.Native, p.At = true, start.Add(24*time.Hour)
		return p
	}
	for _, c := range []struct {
		name    string
		prepare func(*bench) // before the run in which op fails, its n-th time
		op      string
		n       int
		kinds   []provider.Kind
		id      string
		state   ledger.State
		event   string
		next    []string // calls of the next run, ids aside
		end     ledger.State
	}{
		{"publish", func(b *bench) { b.want(pub("a", "A.")) }, memory.OpPublish, 1, plainKinds, "a",
			ledger.Planned, "failed a@one", []string{"publish a@one 0"}, ledger.Published},
		{"second half of a thread", func(b *bench) { b.want(pub("a", "A1.", "A2.", "A3.")) }, memory.OpPublish, 2, plainKinds, "a",
			ledger.Intent, "failed a@one", []string{"publish a@one 1", "publish a@one 2"}, ledger.Published},
		{"edit", func(b *bench) {
			b.want(pub("a", "A."))
			b.mustRun()
			b.want(pub("a", "A, mended."))
		}, memory.OpEdit, 1, plainKinds, "a", ledger.Published, "failed a@one", []string{"edit"}, ledger.Published},
		{"edit of the second segment", func(b *bench) {
			b.want(pub("a", "A1.", "A2."))
			b.mustRun()
			b.want(pub("a", "A1, mended.", "A2, mended."))
		}, memory.OpEdit, 2, plainKinds, "a", ledger.Published, "failed a@one", []string{"edit"}, ledger.Published},
		{"a thread's new tail", func(b *bench) {
			b.want(pub("a", "A1."))
			b.mustRun()
			b.want(pub("a", "A1, mended.", "A2."))
		}, memory.OpPublish, 1, plainKinds, "a", ledger.Intent, "failed a@one", []string{"edit", "publish a@one 1"}, ledger.Published},
		{"retract", func(b *bench) {
			b.want(pub("a", "A."))
			b.mustRun()
			p := pub("a", "A.")
			p.Retract = true
			b.want(p)
		}, memory.OpDelete, 1, plainKinds[:4], "a", ledger.Published, "failed a@one", []string{"delete"}, ledger.Retracted},
		{"pin with a publication", func(b *bench) {
			p := pub("a", "A.")
			p.Pin = true
			b.want(p)
		}, memory.OpPin, 1, plainKinds, "a", ledger.Published, "failed a@one", []string{"pin"}, ledger.Published},
		{"unpin", func(b *bench) {
			p := pub("a", "A.")
			p.Pin = true
			b.want(p)
			b.mustRun()
			b.want(pub("a", "A."))
		}, memory.OpUnpin, 1, plainKinds, "a", ledger.Published, "failed a@one", []string{"unpin"}, ledger.Published},
		{"profile", func(b *bench) { b.want(profileOf("one", content.Face{Name: "Acme"})) }, memory.OpSetProfile, 1, plainKinds,
			content.ProfileID, ledger.Planned, "failed profile@one", []string{"set_profile"}, ledger.Published},
		{"profile again", func(b *bench) {
			b.want(profileOf("one", content.Face{Name: "Acme"}))
			b.mustRun()
			b.want(profileOf("one", content.Face{Name: "Acme coats"}))
		}, memory.OpSetProfile, 1, plainKinds, content.ProfileID, ledger.Published, "failed profile@one", []string{"set_profile"}, ledger.Published},
		{"schedule", func(b *bench) { b.want(native()) }, memory.OpSchedule, 1, plainKinds, "a",
			ledger.Planned, "failed a@one", []string{"schedule"}, ledger.Scheduled},
		{"reschedule", func(b *bench) {
			b.want(native())
			b.mustRun()
			p := native()
			p.At = p.At.Add(time.Hour)
			b.want(p)
		}, memory.OpReschedule, 1, plainKinds[:4], "a", ledger.Intent, "failed a@one", []string{"reschedule"}, ledger.Scheduled},
		{"unschedule", func(b *bench) {
			b.want(native())
			b.mustRun()
			b.want()
		}, memory.OpUnschedule, 1, plainKinds[:4], "a", ledger.Intent, "failed a@one", []string{"unschedule"}, ledger.Planned},
		{"replace, the first deletion", func(b *bench) {
			b.want(pub("a", "A1.", "A2."))
			b.mustRun()
			p := pub("a", "A2.")
			p.Replace = true
			b.want(p)
		}, memory.OpDelete, 1, plainKinds[:4], "a", ledger.Intent, "failed a@one", []string{"delete", "delete", "publish a@one 0"}, ledger.Published},
	} {
		for _, kind := range c.kinds {
			t.Run(c.name+"/"+string(kind), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, provider.ReadBack)
				c.prepare(b)
				b.clock.Advance(visibility)
				b.before = fails(c.op, c.n, kind)
				res := b.mustRun()
				same(t, "events", happened(res), c.event)
				if e := b.entry(c.id); e.State != c.state || !strings.Contains(e.Detail, string(kind)) || (e.State == ledger.Intent) != (e.Action != "") {
					t.Errorf("%s (%s), want %s: %q", e.State, e.Action, c.state, e.Detail)
				}
				if b.read().Lease != nil {
					t.Error("the lease was not given back")
				}
				b.before = nil
				b.clock.Advance(visibility)
				b.mustRun()
				var got []string
				for _, s := range b.made() {
					if !strings.HasPrefix(s, "publish") {
						s, _, _ = strings.Cut(s, " ")
					}
					got = append(got, s)
				}
				same(t, "the next run", got, c.next...)
				b.isState(c.id, c.end)
				b.onceEach()
				b.idle()
			})
		}
	}
}

// TestPartsThatWentOut: what an edit carried out before it failed is not sent
// again, and what it did not is not taken for done.
func TestPartsThatWentOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A1.", "A2."))
	b.mustRun()
	b.want(pub("a", "A1, mended.", "A2, mended."))
	b.before = fails(memory.OpEdit, 2, provider.Rejected)
	b.mustRun()
	same(t, "live", b.live(), "A1, mended.", "A2.")
	b.before = nil
	b.mustRun()
	same(t, "the rest", b.made(), "edit "+b.entry("a").Segments[1].ID)
	same(t, "live", b.live(), "A1, mended.", "A2, mended.")
}

// TestUnauthorized: a credential that is refused ends the account's batch, and
// only that account's. What was not tried is as it was.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.account("two")
	later := pub("x-native", "Later.")
	later.Native, later.At = true, start.Add(24*time.Hour)
	b.want(pub("b", "B."), later, pub("c", "C."))
	b.mustRun()
	b.clock.Advance(visibility)
	was := []*ledger.Entry{b.entry("b"), b.entry("x-native"), b.entry("c")}

	moved := edited(later, "Later.")
	moved.At = later.At.Add(time.Hour)
	gone := pub("c", "C.")
	gone.Retract = true
	first := pub("a", "A.")
	first.At = start.Add(-time.Hour)
	b.want(first, pub("b", "B, mended."), gone, moved, on("two", pub("d", "D.")), on("two", pub("e", "E.")))
	b.before = func(c call) error {
		if c.account == "one" {
			return fault(provider.Unauthorized)
		}
		return nil
	}
	res := b.mustRun()
	asked := 0
	for _, c := range b.calls {
		if c.account == "one" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the refused account was asked %d times: %v", asked, b.calls)
	}
	if res.Counts["failed"] != 4 || res.Counts["published"] != 2 {
		t.Errorf("counted %v: %v", res.Counts, happened(res))
	}
	for _, w := range was {
		if now := b.entry(w.Key.Post); now.State != w.State || now.Digest != w.Digest || !now.At.Equal(w.At) || now.Segments[0].ScheduleID != w.Segments[0].ScheduleID {
			t.Errorf("%s was not tried; it was\n%+v\nand is\n%+v", w.Key, w, now)
		}
	}
	b.before = nil
	b.mustRun()
	b.onceEach()
	if n := len(b.one().Scheduled()); n != 1 {
		t.Errorf("%d are scheduled, want the one", n)
	}
	b.clock.Advance(26 * time.Hour)
	b.mustRun()
	b.onceEach()
	b.idle()
}

// TestForbidden: a refusal of one publication (HTTP 403) is not one of the
// credential: the others go on.
func TestForbidden(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."), pub("b", "B."))
	b.before = func(c call) error {
		if c.op == memory.OpPublish && c.n == 1 {
			return &provider.Error{Kind: provider.Unauthorized, Op: "publish", Status: 403}
		}
		return nil
	}
	res := b.mustRun()
	same(t, "events", happened(res), "failed a@one", "published b@one")
}

// TestOtherAccountsGoOn: whatever happens on one account, the others' batches
// are carried out, side by side.
func TestOtherAccountsGoOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	pubs := many(3)
	for i := range 4 {
		name := fmt.Sprintf("more-%d", i)
		b.account(name)
		for _, p := range many(3) {
			pubs = append(pubs, on(name, p))
		}
	}
	b.want(pubs...)
	b.alter = func(o *applyOptions) { o.Serial = false }
	b.before = func(c call) error {
		if c.account == "one" {
			return fault(provider.Rejected)
		}
		return nil
	}
	res := b.mustRun()
	if res.Counts["failed"] != 3 || res.Counts["published"] != 12 || len(b.commits) != 2 {
		t.Errorf("counted %v, %d commits", res.Counts, len(b.commits))
	}
	b.onceEach()
}

// TestGoneAlready: "not found" is what a deletion is for.
func TestGoneAlready(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A1.", "A2."), pub("b", "B."))
	b.mustRun()
	b.clock.Advance(visibility)
	gone := pub("a", "A1.", "A2.")
	gone.Retract = true
	b.want(gone, pub("b", "B."))
	second := b.entry("a").Segments[1].ID
	b.before = func(c call) error {
		if c.op == memory.OpDelete && c.n == 1 {
			must(t, b.one().Remove(second)) // somebody is faster
		}
		return nil
	}
	res := b.mustRun()
	same(t, "events", happened(res), "retracted a@one")
	same(t, "live", b.live(), "B.")
	b.idle()
}

// TestRetractsFromTheEnd: a thread goes from its last segment to its first, so
// that nothing answers what is gone. An interrupted
// retraction is finished.
func TestRetractsFromTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A1.", "A2.", "A3."), pub("b", "B."))
	b.mustRun()
	b.clock.Advance(visibility)
	segs := b.entry("a").Segments
	gone := pub("a", "A1.", "A2.", "A3.")
	gone.Retract = true
	b.want(gone, pub("b", "B."))
	b.before = dies(memory.OpDelete, 3)
	b.runKilled()
	same(t, "deleted", b.made(), "delete "+segs[2].ID, "delete "+segs[1].ID, "delete "+segs[0].ID)
	same(t, "live", b.live(), "A1.", "B.")
	b.outlive()
	b.mustRun()
	b.isState("a", ledger.Retracted)
	same(t, "live", b.live(), "B.")
	b.idle()
}

// TestAmbiguousRepeats: an edit, a deletion, a pin and a profile do the same
// however often they are sent: a lost answer is repeated, and one that stays lost
// leaves the intent open where the platform can be read.
func TestAmbiguousRepeats(t *testing.T) {
	t.Parallel()
	prepare := map[string]func(*bench){
		memory.OpEdit: func(b *bench) { b.want(pub("a", "A, mended.")) },
		memory.OpDelete: func(b *bench) {
			p := pub("a", "A.")
			p.Retract = true
			b.want(p)
		},
	}
	for op, change := range prepare {
		for _, f := range []provider.Facility{provider.ReadBack, provider.NoFacility} {
			for _, lost := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/%s/%d lost", op, f, lost), func(t *testing.T) {
					t.Parallel()
					b := newBench(t, f)
					b.want(pub("a", "A."))
					b.mustRun()
					b.clock.Advance(visibility)
					change(b)
					b.one().Faults.Arm(op, slices.Repeat([]memory.Fault{{Kind: memory.ErrorBefore}}, lost)...)
					res := b.mustRun()
					want, state := "edited a@one", ledger.Published
					if op == memory.OpDelete {
						want, state = "retracted a@one", ledger.Retracted
					}
					end := state
					switch {
					case lost < 3:
					case f == provider.ReadBack:
						want, state = "failed a@one", ledger.Intent
					default:
						want, state, end = "unknown a@one", ledger.Unknown, ledger.Unknown
					}
					same(t, "events", happened(res), want)
					b.isState("a", state)
					b.outlive()
					b.mustRun()
					b.isState("a", end)
					if end == ledger.Unknown && len(b.made()) > 0 {
						t.Errorf("an unknown outcome was touched: %v", b.made())
					}
				})
			}
		}
	}
}

// TestPinIsNotThePublication: a pin that fails leaves the publication published,
// with its receipt.
func TestPinIsNotThePublication(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	p := pub("a", "A.")
	p.Pin = true
	b.want(p)
	b.one().Faults.Arm(memory.OpPin, slices.Repeat([]memory.Fault{{Kind: memory.LostResponse}}, 3)...)
	b.mustRun()
	if e := b.entry("a"); e.State != ledger.Published || e.Segments[0].ID == "" || e.Pinned {
		t.Errorf("entry %+v", e)
	}
	b.clock.Advance(visibility)
	b.mustRun()
	if e := b.entry("a"); !e.Pinned || len(b.one().Own()) != 1 || !b.one().Own()[0].Pinned {
		t.Errorf("entry %+v", e)
	}
	b.idle()
}
