package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// The JSON is the interface: names are kept, and lists are never null.
func TestJSON(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.Now = noon.In(time.FixedZone("", 3600))
	w.post("profile@a", face("Acme", ""))
	b, err := json.Marshal(w.plan())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format_version":1,"now":"2026-12-03T12:00:00Z","commit":"c0ffee","ledger_revision":"r1","ledger_id":"ledger",` +
		`"policy_digest":"policy","summary":{"publish":0,"schedule":0,"unschedule":0,"reschedule":0,"edit":1,"replace":0,"retract":0,` +
		`"adopt":0,"forget":0,"accept":0,"revert":0,"wait":0,"hold":0,"missed":0,"unknown":0,"none":0,"foreign":0},` +
		`"changes":[{"key":"profile@a","post":"profile","account":"a","provider":"memory","generation":1,"action":"edit",` +
		`"reason":"the profile is changed in the account's file","at":null,"segments":0,` +
		`"fields":[{"path":"name","before":"","after":"Acme"}],"notes":[],"remote":[],"media":[],"path":"content/acme/2026-12/profile.md",` +
		`"timezone":"UTC","digest":"` + w.Desired[0].Digest + `","revision":0,"binding":"35b5a970d7c19567d28697eaac46cf406e782ce3517312d62e13e3f1fa89bd8b@"}],"drift":[],"refusals":[],"errors":[]}`
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
}

func TestNothingAtAll(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(Build(Input{}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "null") {
		t.Errorf("%s", b)
	}
}

func TestTimesAreUTC(t *testing.T) {
	t.Parallel()
	w := newWorld()
	zone := time.FixedZone("there", -5*3600)
	w.account("a", func(a *Account) { a.Zone = zone })
	w.post("x@a", due(time.Hour), func(p *content.Publication) { p.At = p.At.In(zone) })
	c := only(t, w.plan(), "x@a")
	if c.At.Location() != time.UTC || !c.At.Equal(at(time.Hour)) || c.Timezone != "there" {
		t.Errorf("%v in %s", c.At, c.Timezone)
	}
	w.account("a", func(a *Account) { a.Zone = nil })
	if c := only(t, w.plan(), "x@a"); c.Timezone != "UTC" {
		t.Errorf("an account without a zone: %q", c.Timezone)
	}
}

// A change's time is when people saw it, or will.
func TestTimeOfAChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		make func(*world)
		want time.Time
	}{
		{"published, and its file says another time now", func(w *world) {
			w.published("x@a")
			w.post("x@a", asks, due(5*time.Hour))
		}, at(-24 * time.Hour)},
		{"published, nobody knows when", func(w *world) {
			_, e := w.steady("x@a", asks, due(-3*time.Hour))
			e.PublishedAt = time.Time{}
		}, at(-3 * time.Hour)},
		{"published and then open, its file gone", func(w *world) {
			e := w.published("x@a")
			e.State, e.Action, e.At = ledger.Intent, string(Retract), at(-25*time.Hour)
			w.post("other@a", due(time.Hour))
		}, at(-24 * time.Hour)},
		{"open, its file gone", func(w *world) {
			e := w.entry("x@a", ledger.Intent, records(newWorld().post("x@a", due(-2*time.Minute))))
			e.Action = string(Publish)
			w.post("other@a", due(time.Hour))
		}, at(-2 * time.Minute)},
		{"to be published again", func(w *world) {
			w.published("x@a").State = ledger.Retracted
			w.post("x@a", func(p *content.Publication) { p.Republish = 2 })
		}, at(-time.Minute)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			c.make(w)
			got := only(t, w.plan(), "x@a")
			if got.At == nil || !got.At.Equal(c.want) {
				t.Errorf("at %v, want %v", got.At, c.want)
			}
			if len(got.Remote) > 0 && got.Action == Publish {
				t.Errorf("what is gone is not remote: %v", got.Remote)
			}
		})
	}
}

// An account that nobody opened still has a name to show.
func TestProviderOfAnEntryWithoutAccount(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.published("x@a")
	w.post("other@b")
	delete(w.Accounts, "a")
	if c := says(t, w.plan(), "x@a", Hold, ""); c.Provider != "memory" || c.Timezone != "UTC" || c.Segments != 1 {
		t.Errorf("%+v", c)
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("late@a", due(-30*time.Minute))
	w.post("b@b")
	w.post("b@a")
	w.post("a@b")
	w.post("a@a#2026-12-03")
	w.post("a@a#2026-12-01")
	w.post("profile@b", face("Acme", ""))
	w.steady("old@b", asks)
	w.post("tomorrow@a", due(24*time.Hour))
	var got []string
	for _, c := range w.plan().Changes {
		got = append(got, c.Key.String())
	}
	want := list("profile@b", "old@b", "late@a", "a@a#2026-12-01", "a@a#2026-12-03", "b@a", "a@b", "b@b", "tomorrow@a")
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestSummaryCountsEveryAction(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", driftSetting("accept"))
	w.account("b", driftSetting("revert"), cannotEditText)
	w.post("publish@a")
	w.post("schedule@a", due(time.Hour), func(p *content.Publication) { p.Native = true })
	w.entry("unschedule@a", ledger.Scheduled, records(w.post("unschedule@a", due(time.Hour), func(p *content.Publication) { p.Ready = false })))
	w.entry("reschedule@a", ledger.Scheduled, records(newWorld().post("reschedule@a", due(time.Hour))))
	w.post("reschedule@a", due(2*time.Hour))
	w.steady("edit@a", func(p *content.Publication) { p.Pin = true })
	w.published("replace@b", texts("was"))
	w.post("replace@b", texts("is"), due(-24*time.Hour), allowReplace)
	w.steady("retract@a", asks)
	w.published("old@a")
	w.post("adopt@a", func(p *content.Publication) { p.MovedFrom = "old" })
	w.steady("forget@a", func(p *content.Publication) { p.Removed = true })
	w.steady("accept@a")
	w.deface("a", "id-accept-0", "other")
	w.steady("revert@b")
	w.deface("b", "id-revert-0", "other")
	w.post("wait@a", due(time.Hour))
	w.post("hold@a", func(p *content.Publication) { p.OnHold = true })
	w.post("missed@a", due(-9*time.Hour))
	w.entry("unknown@a", ledger.Unknown)
	w.steady("none@a")
	w.entry("tombstone@a", ledger.Retracted)
	w.post("draft@a", func(p *content.Publication) { p.Ready = false })
	w.foreign("a", "1", "theirs")
	for _, id := range list("unschedule@a", "reschedule@a") {
		w.Ledger.Entries[key(id)].Segments[0].ScheduleID = id
	}
	p := planWithSchedules(w)
	want := Summary{
		Publish: 1, Schedule: 1, Unschedule: 1, Reschedule: 1, Edit: 1, Replace: 1, Retract: 1, Adopt: 1, Forget: 1,
		Accept: 1, Revert: 1, Wait: 1, Hold: 2, Missed: 1, Unknown: 1, None: 2, Foreign: 1,
	}
	if p.Summary != want {
		t.Errorf("%+v\nwant %+v", p.Summary, want)
		for _, c := range p.Changes {
			t.Logf("%s %s: %s", c.Key, c.Action, c.Reason)
		}
	}
}

// cannotEditText makes a change of text a replacement, and leaves reverting.
func cannotEditText(a *Account) { a.Capabilities.Immutable = []string{"text"} }

// planWithSchedules puts what is recorded as scheduled into the platform's
// schedule, then plans.
func planWithSchedules(w *world) *Plan {
	for k, e := range w.Ledger.Entries {
		if e.State == ledger.Scheduled {
			live := w.Live[k.Account]
			live.Scheduled = append(live.Scheduled, provider.Object{ID: e.Segments[0].ScheduleID, ScheduledAt: e.At})
			w.Live[k.Account] = live
		}
	}
	return w.plan()
}

func TestOnly(t *testing.T) {
	t.Parallel()
	fill := func() *world {
		w := newWorld()
		for _, name := range list("x@a", "x@b", "y@a", "y@b") {
			w.post(name)
		}
		w.entry("gone@a", ledger.Unknown)
		w.steady("drifted@b")
		w.deface("b", "id-drifted-0", "other")
		return w
	}
	for _, c := range []struct {
		account, post string
		want          []string
		drift         int
	}{
		{"", "", list("gone@a", "x@a", "y@a", "x@b", "y@b"), 1},
		{"a", "", list("gone@a", "x@a", "y@a"), 0},
		{"", "x", list("x@a", "x@b"), 0},
		{"b", "x", list("x@b"), 0},
		{"b", "", list("x@b", "y@b"), 1},
		{"c", "", nil, 0},
	} {
		w := fill()
		w.OnlyAccount, w.OnlyPost = c.account, c.post
		p := w.plan()
		var got []string
		for _, ch := range p.Changes {
			got = append(got, ch.Key.String())
		}
		if !slices.Equal(got, c.want) || len(p.Drift) != c.drift {
			t.Errorf("account %q post %q: %v, %d drifted", c.account, c.post, got, len(p.Drift))
		}
	}
}

// Limiting the plan is no way around what stands in flight elsewhere.
func TestOnlySeesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("x@a", texts("twin"))
	w.entry("y@a", ledger.Unknown, records(w.post("y@a", texts("twin")))).Action = string(Publish)
	w.OnlyPost = "x"
	says(t, w.plan(), "x@a", Hold, "y@a has the same words")
}

func TestUnusableAccount(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", policy("sync"), func(a *Account) { a.Problem = "leads to @other" })
	w.post("new@a")
	w.post("later@a", due(time.Hour))
	w.steady("retract@a", asks)
	w.post("new@b")
	p := w.plan()
	says(t, p, "new@a", Hold, "the account cannot be used: leads to @other")
	says(t, p, "retract@a", Hold, "leads to @other")
	says(t, p, "later@a", Wait, "")
	says(t, p, "new@b", Publish, "")
}

func TestUnrendered(t *testing.T) {
	t.Parallel()
	light := func(p *content.Publication) { p.Segments = nil }
	for _, c := range []struct {
		name string
		make func(*world)
		want []string
	}{
		{"what is due", func(w *world) { w.post("x@a", light) }, list("x@a")},
		{"what is rendered already", func(w *world) { w.post("x@a") }, nil},
		{"not what waits", func(w *world) { w.post("x@a", light, due(time.Hour)) }, nil},
		{"what is handed over early", func(w *world) {
			w.post("x@a", light, due(time.Hour), func(p *content.Publication) { p.Native = true })
		}, list("x@a")},
		{"not a draft", func(w *world) { w.post("x@a", light, func(p *content.Publication) { p.Ready = false }) }, nil},
		{"not what is missed", func(w *world) { w.post("x@a", light, due(-9*time.Hour)) }, nil},
		{"not what is not valid", func(w *world) { w.post("x@a", light, func(p *content.Publication) { p.Invalid = "bad" }) }, nil},
		{"not what needs another first", func(w *world) { w.post("x@a", light, needs("y@a")) }, nil},
		{"not what is published and unchanged", func(w *world) {
			p, _ := w.steady("x@a")
			light(p)
		}, nil},
		{"what changed", func(w *world) {
			w.published("x@a")
			w.post("x@a", light, due(-24*time.Hour), func(p *content.Publication) { p.Digest = "other" })
		}, list("x@a")},
		{"not a pin alone", func(w *world) {
			p, _ := w.steady("x@a", func(p *content.Publication) { p.Pin = true })
			light(p)
		}, nil},
		{"not a retraction", func(w *world) {
			p, _ := w.steady("x@a", asks)
			light(p)
		}, nil},
		{"not drift that is reported", func(w *world) {
			p, _ := w.steady("x@a")
			light(p)
			w.deface("a", "id-x-0", "other")
		}, nil},
		{"drift that is reverted", func(w *world) {
			p, _ := w.steady("x@a")
			light(p)
			w.deface("a", "id-x-0", "other")
			w.account("a", driftSetting("revert"))
		}, list("x@a")},
		{"what is rebuilt", func(w *world) {
			w.account("a", regenerable)
			p, _ := w.steady("x@a")
			light(p)
			w.Live["a"] = Live{}
		}, list("x@a")},
		{"what was begun", func(w *world) {
			p := w.post("x@a")
			w.entry("x@a", ledger.Intent, records(p)).Action = string(Publish)
			light(p)
		}, list("x@a")},
		{"not a retraction that was begun", func(w *world) {
			p := w.post("x@a")
			w.entry("x@a", ledger.Intent, records(p)).Action = string(Retract)
			light(p)
		}, nil},
		{"what may be a renamed post", func(w *world) {
			w.published("gone@a")
			w.post("x@a", light, due(time.Hour))
		}, list("x@a")},
		{"each once, in order", func(w *world) {
			w.published("gone@a")
			w.post("y@b", light)
			w.post("y@a", light)
			w.post("x@a", light)
		}, list("x@a", "y@a", "y@b")},
		{"only what is planned", func(w *world) {
			w.post("y@b", light)
			w.post("y@a", light)
			w.OnlyAccount = "b"
		}, list("y@b")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			c.make(w)
			var got []string
			for _, k := range Draft(w.Input).Unrendered() {
				got = append(got, k.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// The largest case that people have: years of posts, and nothing to do.
func BenchmarkUnchanged(b *testing.B) {
	w := newWorld()
	for i := range 10_000 {
		p, _ := w.steady(fmt.Sprintf("post-%05d@%s", i, []string{"a", "b"}[i%2]))
		p.Segments = nil
	}
	b.ReportAllocs()
	for b.Loop() {
		if p := w.plan(); p.Summary.None != 10_000 || len(p.Changes) > 0 {
			b.Fatalf("%+v", p.Summary)
		}
	}
}

func BenchmarkUnchangedOffline(b *testing.B) {
	w := newWorld()
	for i := range 10_000 {
		p, _ := w.steady(fmt.Sprintf("post-%05d@a", i))
		p.Segments = nil
	}
	w.Live = nil
	b.ReportAllocs()
	for b.Loop() {
		if p := w.plan(); p.Summary.None != 10_000 {
			b.Fatalf("%+v", p.Summary)
		}
	}
}
