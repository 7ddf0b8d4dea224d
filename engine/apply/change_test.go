package apply_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// late is how long after their time the posts of these tests are changed: too
// long for a first publication.
const late = 100 * time.Hour

// replacement publishes a thread of two and makes the file want something that
// takes a new publication.
func replacement(t *testing.T, f provider.Facility) *bench {
	b := newBench(t, f)
	b.want(pub("a", "A1.", "A2."))
	b.mustRun()
	b.clock.Advance(late)
	p := pub("a", "B.")
	p.Replace = true
	b.want(p)
	return b
}

// TestReplace: the old generation goes from its last segment to its first, each
// seen to be gone, and only then the new one goes out.
func TestReplace(t *testing.T) {
	t.Parallel()
	for _, f := range facilities {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			b := replacement(t, f)
			old := b.entry("a").Segments
			b.mustRun()
			same(t, "changes", b.made(), "delete "+old[1].ID, "delete "+old[0].ID, "publish a@one 0")
			if f != provider.NoFacility {
				same(t, "order", b.made(memory.OpDelete, memory.OpGet, memory.OpPublish),
					"delete "+old[1].ID, "get", "delete "+old[0].ID, "get", "publish a@one 0")
			}
			e := b.entry("a")
			if e.Generation != 2 || len(e.Old) > 0 || e.State != ledger.Published || e.Segments[0].ClientKey == old[0].ClientKey {
				t.Errorf("entry %+v", e)
			}
			same(t, "live", b.live(), "B.")
			b.onceEach()
			b.idle()
		})
	}
}

// TestReplaceConfirms: while the old generation is still there, whatever the
// server says of its deletion, the new one does not go out.
func TestReplaceConfirms(t *testing.T) {
	t.Parallel()
	b := replacement(t, provider.ReadBack)
	b.options.Capabilities.Retract = true
	b.before = func(c call) error {
		if c.op == memory.OpGet {
			b.one().Faults.Arm(memory.OpGet, memory.Fault{Kind: memory.StaleRead, Delay: time.Hour})
		}
		return nil
	}
	res := b.mustRun()
	same(t, "events", happened(res), "failed a@one")
	if slices.ContainsFunc(b.made(), func(s string) bool { return strings.HasPrefix(s, "publish") }) {
		t.Errorf("published over what is still shown: %v", b.made())
	}
	b.isState("a", ledger.Intent)
	b.before = nil
	b.clock.Advance(2 * time.Hour)
	b.mustRun()
	same(t, "live", b.live(), "B.")
	b.onceEach()
	b.idle()
}

// TestReplaceFinishes: once the old generation is gone the new one goes out,
// however late it is and whatever stood in the way at first.
func TestReplaceFinishes(t *testing.T) {
	t.Parallel()
	for name, break_ := range map[string]func(*bench){
		"killed after the first deletion": func(b *bench) {
			b.after = diesAfter(memory.OpDelete, 1)
			b.runKilled()
		},
		"killed after the last deletion": func(b *bench) {
			b.after = diesAfter(memory.OpDelete, 2)
			b.runKilled()
		},
		"killed while publishing": func(b *bench) {
			b.before = dies(memory.OpPublish, 1)
			b.runKilled()
		},
		"killed after publishing": func(b *bench) {
			b.after = diesAfter(memory.OpPublish, 1)
			b.runKilled()
		},
		"not sent": func(b *bench) {
			b.before = fails(memory.OpPublish, 1, provider.Unsent)
			b.mustRun()
		},
		"rejected": func(b *bench) {
			b.before = fails(memory.OpPublish, 1, provider.Rejected)
			b.mustRun()
		},
		"not there after three attempts": func(b *bench) {
			b.one().Faults.Arm(memory.OpPublish, slices.Repeat([]memory.Fault{{Kind: memory.ErrorBefore}}, 3)...)
			b.mustRun()
		},
		"frozen in between": func(b *bench) {
			b.after = func(c call, err error) error {
				if c.op == memory.OpDelete {
					b.clock.Advance(timing.Renew + time.Second)
				}
				return err
			}
			b.alter = func(o *apply.Options) {
				n := 0
				o.Frozen = func([]ledger.Freeze, string) (string, bool) {
					n++
					return "a crisis", n > 1 // after the job's own beginning
				}
			}
			b.mustRun()
			same(b.t, "live", b.live(), "B.") // what has begun is finished at once
		},
	} {
		for _, changed := range []bool{false, true} {
			t.Run(name+map[bool]string{false: "", true: ", and changed again"}[changed], func(t *testing.T) {
				t.Parallel()
				b := replacement(t, provider.ReadBack)
				break_(b)
				b.before, b.after, b.alter = nil, nil, nil
				want := "B."
				if changed {
					want = "C."
					p := pub("a", want)
					p.Replace = true
					b.want(p)
				}
				b.outlive()
				b.mustRun()
				b.clock.Advance(visibility)
				b.mustRun()
				b.clock.Advance(visibility)
				b.mustRun()
				same(t, "live", b.live(), want)
				b.isState("a", ledger.Published)
				b.onceEach()
				b.idle()
			})
		}
	}
}

// TestReplaceTakenBack: an open replacement of which nothing was taken down, and
// that the file no longer wants, leaves the old generation as it is.
func TestReplaceTakenBack(t *testing.T) {
	t.Parallel()
	for deleted, want := range [][]string{{"A1.", "A2."}, {"A1.", "A2."}} {
		b := replacement(t, provider.ReadBack)
		if deleted == 0 {
			b.before = dies(memory.OpDelete, 1)
		} else {
			b.after = diesAfter(memory.OpDelete, 1)
		}
		b.runKilled()
		p := pub("a", "A1.", "A2.")
		p.Replace = true
		b.want(p)
		b.outlive()
		b.mustRun()
		if deleted == 0 && len(b.made()) > 0 {
			t.Errorf("nothing was taken down, and it made %v", b.made())
		}
		b.clock.Advance(visibility)
		b.mustRun()
		same(t, "live", b.live(), want...)
		b.isState("a", ledger.Published)
		if got := b.entry("a").Generation; got != 2 && deleted == 1 {
			t.Errorf("generation %d", got)
		}
		b.onceEach()
		b.idle()
	}
}

// TestFreezeOverride: a reviewed override takes a publication past a freeze that
// is written during the run, too, until it ends.
func TestFreezeOverride(t *testing.T) {
	t.Parallel()
	for until, want := range map[time.Duration]int{time.Hour: 1, -time.Hour: 0} {
		b := newBench(t, provider.ReadBack)
		p := pub("a", "A.")
		p.Overrides = []content.Bypass{{Guard: "freeze", Reason: "the statement itself", Until: start.Add(until)}}
		b.want(p, pub("b", "B."))
		b.alter = func(o *apply.Options) {
			o.Frozen = func([]ledger.Freeze, string) (string, bool) { return "a crisis", true }
		}
		b.mustRun()
		if got := len(b.one().Own()); got != want {
			t.Errorf("override until %s: %v", until, b.live())
		}
	}
}

// TestEditTakenBack: an edit whose answer was lost with its run may have been
// carried out. When the file goes back to the old words meanwhile, they are sent.
func TestEditTakenBack(t *testing.T) {
	t.Parallel()
	for _, carriedOut := range []bool{true, false} {
		b := newBench(t, provider.ReadBack)
		b.want(pub("a", "A."))
		b.mustRun()
		b.clock.Advance(visibility)
		b.want(pub("a", "Not this."))
		if carriedOut {
			b.after = diesAfter(memory.OpEdit, 1)
		} else {
			b.before = dies(memory.OpEdit, 1)
		}
		b.runKilled()
		b.want(pub("a", "A."))
		b.outlive()
		b.mustRun()
		b.clock.Advance(visibility)
		b.mustRun()
		same(t, "live", b.live(), "A.")
		b.isState("a", ledger.Published)
		b.idle()
	}
}

// TestNotWantedAsItWas: what a dead run began and the file no longer wants is
// finished in its newest form, in the same run, and never as it was.
func TestNotWantedAsItWas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, then []string
		kill        func(*bench)
		live        []string
	}{
		"unsent":           {[]string{"A."}, []string{"B."}, func(b *bench) { b.before = dies(memory.OpPublish, 1) }, []string{"B."}},
		"sent":             {[]string{"A."}, []string{"B."}, func(b *bench) { b.after = diesAfter(memory.OpPublish, 1) }, []string{"B."}},
		"a thread's first": {[]string{"A1.", "A2.", "A3."}, []string{"A1.", "B2."}, func(b *bench) { b.before = dies(memory.OpPublish, 2) }, []string{"A1.", "B2."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.ReadBack)
			b.want(pub("a", c.first...))
			c.kill(b)
			b.runKilled()
			b.want(pub("a", c.then...))
			b.outlive()
			res := b.mustRun()
			if got := happened(res); len(got) == 0 || got[0] != "held a@one" {
				t.Errorf("the old intent was let go, and it says %v", got)
			}
			b.clock.Advance(visibility)
			b.mustRun()
			same(t, "live", b.live(), c.live...)
			b.onceEach()
			b.idle()
		})
	}
}

// TestPins: a pin goes with its publication, and is taken off without touching
// the words.
func TestPins(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	p := pub("a", "A.")
	p.Pin, p.PinUntil = true, start.Add(time.Hour)
	b.want(p)
	b.mustRun()
	id := b.entry("a").Segments[0].ID
	same(t, "calls", b.made(), "publish a@one 0", "pin "+id)
	b.idle()
	b.clock.Advance(time.Hour)
	b.mustRun()
	same(t, "calls", b.made(), "unpin "+id)
	if b.entry("a").Pinned || b.one().Own()[0].Pinned {
		t.Error("still pinned")
	}
	b.idle()
}

// TestProfile: what the platform makes of a profile is remembered, and a change
// by hand is drift.
func TestProfile(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	face := content.Face{Name: "Acme", Bio: "Coats  \nthat last.", Fields: []content.FieldValue{{Path: "Shop", Value: "https://acme.example"}}}
	b.want(profileOf("one", face))
	b.mustRun()
	same(t, "calls", b.made(), "set_profile")
	e := b.entry(content.ProfileID)
	if e.State != ledger.Published || e.Sent["name"] != "Acme" || e.Seen["bio"] != memory.Text(face.Bio) {
		t.Errorf("entry %+v", e)
	}
	b.idle()
	acc, err := memory.Open(bg, b.one(), nil, nil, b.options)
	must(t, err)
	_, err = acc.Profile.SetProfile(bg, content.Face{Name: "Somebody else"})
	must(t, err)
	b.drift = "revert"
	b.mustRun()
	same(t, "calls", b.made(), "set_profile")
	b.idle()
}

// TestDrift: accepted, reverted, or made again where everything can be.
func TestDrift(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		drift       string
		regenerable bool
		facility    provider.Facility
		tamper      func(*bench, string)
		calls       []string
		live        []string
	}{
		"accept": {"accept", false, provider.ReadBack, func(b *bench, id string) { must(b.t, b.one().Tamper(id, "B.")) }, nil, []string{"B."}},
		"revert": {"revert", false, provider.ReadBack, func(b *bench, id string) { must(b.t, b.one().Tamper(id, "B.")) }, []string{"edit"}, []string{"A."}},
		"made again": {"report", true, provider.ClientKey, func(b *bench, id string) { must(b.t, b.one().Remove(id)) },
			[]string{"edit", "publish"}, []string{"A."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.facility)
			b.drift, b.options.Capabilities.Regenerable = c.drift, c.regenerable
			b.want(pub("a", "A."), pub("b", "B only."))
			b.mustRun()
			b.clock.Advance(visibility)
			c.tamper(b, b.entry("a").Segments[0].ID)
			b.mustRun()
			var got []string
			for _, s := range b.made() {
				op, _, _ := strings.Cut(s, " ")
				got = append(got, op)
			}
			same(t, "calls", got, c.calls...)
			live := slices.DeleteFunc(b.live(), func(s string) bool { return s == "B only." })
			same(t, "live", live, c.live...)
			if len(c.calls) == 0 && (len(b.commits) != 1 || b.commits[0].Lease != nil) {
				t.Errorf("only the ledger is told, in %d commits", len(b.commits))
			}
			b.isState("a", ledger.Published)
			b.idle()
		})
	}
}

// TestNotRegenerable: what somebody deleted on an ordinary platform is not made
// again.
func TestNotRegenerable(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."), pub("b", "B."))
	b.mustRun()
	b.clock.Advance(visibility)
	must(t, b.one().Remove(b.entry("a").Segments[0].ID))
	b.mustRun()
	if len(b.made()) > 0 {
		t.Errorf("made %v", b.made())
	}
}

// TestMoved: an id that was changed with `moved` keeps its publication; only the
// ledger hears of it.
func TestMoved(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	b.mustRun()
	b.clock.Advance(visibility)
	id := b.entry("a").Segments[0].ID
	p := pub("new-id", "A.")
	p.MovedFrom = "a"
	b.want(p)
	res := b.mustRun()
	same(t, "events", happened(res), "recorded new-id@one")
	if e := b.entry("new-id"); e.State != ledger.Published || e.Segments[0].ID != id {
		t.Errorf("entry %+v", e)
	}
	b.isState("a", ledger.Forgotten)
	if len(b.made()) > 0 || len(b.commits) != 1 {
		t.Errorf("made %v, %d commits", b.made(), len(b.commits))
	}
	b.clock.Advance(visibility)
	b.mustRun() // the id is part of what is published: the digest differs, the words do not
	same(t, "live", b.live(), "A.")
	b.idle()
}

// TestTombstones: what was retracted or forgotten is published again only by a
// number, as the next generation.
func TestTombstones(t *testing.T) {
	t.Parallel()
	for state, set := range map[ledger.State]func(*content.Publication){
		ledger.Retracted: func(p *content.Publication) { p.Retract = true },
		ledger.Forgotten: func(p *content.Publication) { p.Removed = true },
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, provider.IdempotencyKey)
			b.want(pub("a", "A."))
			b.mustRun()
			b.clock.Advance(visibility)
			p := pub("a", "A.")
			set(p)
			b.want(p)
			b.mustRun()
			b.isState("a", state)
			b.want(pub("a", "A."))
			b.mustRun()
			if len(b.made()) > 0 {
				t.Errorf("published again: %v", b.made())
			}
			again := pub("a", "Another.")
			again.Republish, again.Late = 2, content.Lateness{Any: true}
			b.want(again)
			b.mustRun()
			if e := b.entry("a"); e.State != ledger.Published || e.Generation != 2 {
				t.Errorf("entry %+v", e)
			}
			b.onceEach()
			b.idle()
		})
	}
}

// TestOnlyOurs: a target that is missing, and actions that change nothing, are
// passed over.
func TestOnlyOurs(t *testing.T) {
	t.Parallel()
	b := newBench(t, provider.ReadBack)
	b.want(pub("a", "A."))
	snap := b.read()
	targets, live := b.open()
	p := plan.Build(b.input(snap, live))
	delete(targets, "one")
	res, err := apply.Run(bg, p, snap, b.applyOptions(targets))
	must(t, err)
	if len(res.Events) > 0 || len(b.calls) > 0 || len(b.commits) > 0 {
		t.Errorf("events %v, calls %v", res.Events, b.calls)
	}
}
