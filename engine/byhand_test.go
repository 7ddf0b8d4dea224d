package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

func key(t testing.TB, s string) content.Key {
	t.Helper()
	k, err := content.ParseKey(s)
	must(t, err)
	return k
}

// mute adds a kind of platform that can neither be read back nor given a key,
// with an account on it.
func (w *world) mute(account string) *memory.Platform {
	p := memory.New(account, w.clock)
	o := memory.Everything()
	o.Name, o.Facility = "mute", provider.NoFacility
	o.Capabilities.Profile, o.Limits.ScheduleMin = nil, 0
	was := w.adjust
	w.adjust = func(eo *engine.Options) {
		if was != nil {
			was(eo)
		}
		eo.Drivers = append(eo.Drivers, memory.Driver(p, o))
	}
	w.write("strategies/acme/accounts/"+account+".yaml", "id: "+account+"\nprovider: mute\nguards: {per_run: 0, edits_per_run: 0, min_gap: 0}\n")
	return p
}

func (w *world) postTo(account, id, more, body string) {
	w.write("content/acme/2026-12/"+id+".md", "---\nid: "+id+"\naccounts: ["+account+"]\nstatus: ready\nreason: a test\npublish_at: 2026-12-03T09:00\n"+more+"---\n"+body+"\n")
}

// An address that is not this account's is no answer to what became of a
// publication: its number would be edited and deleted later.
func TestResolveElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.mute("loud")
	was := w.adjust
	w.adjust = func(o *engine.Options) {
		was(o)
		for _, d := range o.Drivers {
			open := d.Open
			d.Open = func(ctx context.Context, c provider.Config) (*provider.Account, error) {
				a, err := open(ctx, c)
				if err == nil && d.Name == "mute" {
					a.Locate = func(address string) (string, error) {
						if id, ok := strings.CutPrefix(address, "https://mute.example/loud/"); ok {
							return id, nil
						}
						return "", errors.New("another chat's")
					}
				}
				return a, err
			}
		}
	}
	w.postTo("loud", "hello", "", "Hello.")
	p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	w.publish("A post")
	if err := w.engine().Resolve(bg, key(t, "hello@loud"), "https://mute.example/quiet/1"); err == nil || !strings.Contains(err.Error(), "another chat's") {
		t.Errorf("another chat's address: %v", err)
	}
	if e := w.entry("hello@loud"); e.State != ledger.Unknown {
		t.Errorf("state %s", e.State)
	}
	must(t, w.engine().Resolve(bg, key(t, "hello@loud"), "https://mute.example/loud/1"))
	if e := w.entry("hello@loud"); e.State != ledger.Published || e.Segments[0].ID != "1" {
		t.Errorf("%+v", e)
	}
}

// TestResolve: an unknown outcome waits for a person, and what they say decides
// whether it goes out.
func TestResolve(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url  string
		live int // what the platform was ever sent
	}{
		"published":     {"https://mute.example/1", 1},
		"not published": {"", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.mute("loud")
			w.postTo("loud", "hello", "", "Hello.")
			p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
			out := w.publish("A post")
			if out.Unknown != 1 || w.entry("hello@loud").State != ledger.Unknown {
				t.Fatalf("%d unknown, %s", out.Unknown, w.entry("hello@loud").State)
			}
			w.clock.Advance(time.Hour)
			if out = w.apply(); out.Unknown != 1 || p.Requests(memory.OpPublish) != 1 {
				t.Errorf("sent again: %d unknown, %d requests", out.Unknown, p.Requests(memory.OpPublish))
			}
			must(t, w.engine().Resolve(bg, key(t, "hello@loud"), c.url))
			w.apply()
			e := w.entry("hello@loud")
			if e.State != ledger.Published || p.Requests(memory.OpPublish) != c.live || c.url != "" && e.Segments[0].URL != c.url {
				t.Errorf("%s %+v, %d requests", e.State, e.Segments, p.Requests(memory.OpPublish))
			}
			w.quiet()
			if err := w.engine().Resolve(bg, key(t, "hello@loud"), ""); err == nil {
				t.Error("what is settled was settled again")
			}
		})
	}
}

// TestResolveEdit: an edit that did not happen, as a person says, is planned
// again.
func TestResolveEdit(t *testing.T) {
	t.Parallel()
	for _, carriedOut := range []bool{false, true} {
		w := newWorld(t)
		p := w.mute("loud")
		w.postTo("loud", "hello", "", "Hello.")
		w.publish("A post")
		w.postTo("loud", "hello", "", "Hello, mended.")
		kind, url := memory.ErrorBefore, ""
		if carriedOut {
			kind, url = memory.ErrorAfter, w.entry("hello@loud").Segments[0].URL
		}
		p.Faults.Arm(memory.OpEdit, slices.Repeat([]memory.Fault{{Kind: kind}}, 3)...)
		w.publish("Mended")
		if e := w.entry("hello@loud"); e.State != ledger.Unknown {
			t.Fatalf("it is %s", e.State)
		}
		must(t, w.engine().Resolve(bg, key(t, "hello@loud"), url))
		w.apply()
		if got := p.Own(); len(got) != 1 || got[0].Fields["text"] != "Hello, mended." {
			t.Errorf("carried out %v: live %v", carriedOut, got)
		}
		w.quiet()
		w.postTo("loud", "hello", "", "Hello.")
		w.publish("And back")
		if got := p.Own(); got[0].Fields["text"] != "Hello." {
			t.Errorf("carried out %v, and back: live %v", carriedOut, got)
		}
	}
}

// TestResolveReminder: what a person publishes is recorded, and never sent.
func TestResolveReminder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.mute("loud")
	w.postTo("loud", "by-hand", "delivery: reminder\n", "By hand.")
	out := w.publish("A reminder")
	same(t, "plan", actions(out.Plan), "hold by-hand@loud")
	if err := w.engine().Resolve(bg, key(t, "by-hand@loud"), ""); err == nil {
		t.Error("a reminder without a URL was recorded")
	}
	must(t, w.engine().Resolve(bg, key(t, "by-hand@loud"), "https://mute.example/77"))
	if e := w.entry("by-hand@loud"); e.State != ledger.Published || e.Segments[0].URL != "https://mute.example/77" {
		t.Errorf("entry %+v", e)
	}
	w.apply()
	w.quiet()
	if n := p.Requests(memory.OpPublish); n > 0 {
		t.Errorf("sent %d times", n)
	}
	if err := w.engine().Resolve(bg, key(t, "nothing@loud"), "https://mute.example/78"); err == nil {
		t.Error("a post that no file knows was recorded")
	}
}

// TestAdopt: a live post becomes a file's, and is edited to be what the file says.
func TestAdopt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.servers["one"].Foreign("Hello.")
	w.post("hello", "", "Hello.")
	w.post("other", "", "Other words.")
	out := w.publish("Two posts")
	url := w.servers["one"].Live()[0].URL
	if c := change(t, out.Plan, "hello@one"); c.Action != plan.Hold || !strings.Contains(c.Reason, "adopt") {
		t.Errorf("what looks live is %s: %s", c.Action, c.Reason)
	}
	same(t, "live", w.live("one"), "Hello.", "Other words.")
	must(t, w.engine().Adopt(bg, key(t, "hello@one"), url))
	w.quiet()
	if err := w.engine().Adopt(bg, key(t, "hello@one"), url); err == nil {
		t.Error("adopted twice")
	}
	w.post("third", "publish_at: 2027-01-01T09:00\n", "A third.")
	if err := w.engine().Adopt(bg, key(t, "third@one"), url); err == nil || !strings.Contains(err.Error(), "belongs to hello@one") {
		t.Errorf("another's was adopted: %v", err)
	}
	if err := w.engine().Adopt(bg, key(t, "third@one"), "https://one.example/@acme/404"); err == nil {
		t.Error("what is not there was adopted")
	}
	w.remove("third")
	w.post("hello", "", "Hello, mended.")
	w.publish("Mended")
	same(t, "live", w.live("one"), "Hello, mended.", "Other words.")
	if n := w.posted("one"); n != 1 {
		t.Errorf("%d publications", n)
	}
}

func change(t testing.TB, p *plan.Plan, k string) plan.Change {
	t.Helper()
	i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Key.String() == k })
	if i < 0 {
		t.Fatalf("no change of %s: %s", k, asJSON(p))
	}
	return p.Changes[i]
}

// TestRetractAndForgetByHand: taken down with a tombstone, or left live and not
// ours; neither comes back by itself.
func TestRetractAndForgetByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("hello", "", "One.\n\n---\n\nTwo.")
	w.post("kept", "", "Kept.")
	w.publish("Two posts")
	asked := 0
	_, err := w.engine().Retract(bg, key(t, "hello@one"), func(p *plan.Plan) (bool, error) {
		asked++
		same(t, "the plan", actions(p), "retract hello@one")
		return false, nil
	}, nil)
	must(t, err)
	if len(w.live("one")) != 3 || asked != 1 {
		t.Errorf("no was not taken for no: %v", w.live("one"))
	}
	out, err := w.engine().Retract(bg, key(t, "hello@one"), nil, nil)
	must(t, err)
	same(t, "events", happened(out), "retracted hello@one")
	must(t, w.engine().Forget(bg, key(t, "kept@one")))
	same(t, "live", w.live("one"), "Kept.")
	w.clock.Advance(time.Minute)
	w.apply()
	same(t, "live after an apply", w.live("one"), "Kept.")
	if w.entry("hello@one").State != ledger.Retracted || w.entry("kept@one").State != ledger.Forgotten {
		t.Errorf("%s, %s", w.entry("hello@one").State, w.entry("kept@one").State)
	}
	if _, err = w.engine().Retract(bg, key(t, "hello@one"), nil, nil); err == nil {
		t.Error("retracted twice")
	}
	if err = w.engine().Forget(bg, key(t, "kept@one")); err == nil {
		t.Error("forgotten twice")
	}
}

// TestRetractWhatIsOpen: what a dead run left half sent is settled before it is
// taken down, so that no part of it stays live and unknown.
func TestRetractWhatIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("hello", "", "One.\n\n---\n\nTwo.")
	w.commit("A thread")
	w.push()
	w.around = cutAfter(2) // the intent, and the first half with a renewal
	published := 0
	w.servers["one"].Faults.Set(func(op string) memory.Fault {
		if op == memory.OpPublish {
			w.clock.Advance(46 * time.Second)
			published++
		}
		if op == memory.OpPublish && published == 2 {
			return memory.Fault{Kind: memory.LostResponse}
		}
		if op == memory.OpList && published == 2 { // and it can't be looked for
			return memory.Fault{Kind: memory.NotSupported}
		}
		return memory.Fault{}
	})
	_, _ = w.engine().Apply(bg, engine.ApplyOptions{})
	w.servers["one"].Faults.Set(nil)
	w.around = nil
	same(t, "live", w.live("one"), "One.", "Two.")
	if e := w.entry("hello@one"); !e.Live() || e.Segments[1].ID != "" {
		t.Fatalf("the ledger has %+v", e.Segments)
	}
	w.clock.Advance(time.Hour)
	_, err := w.engine().Retract(bg, key(t, "hello@one"), nil, nil)
	if err == nil || !strings.Contains(err.Error(), "settled first") {
		t.Errorf("retracted in part: %v, and live is %v", err, w.live("one"))
	}
	w.apply()
	_, err = w.engine().Retract(bg, key(t, "hello@one"), nil, nil)
	must(t, err)
	same(t, "live at last", w.live("one"))
}

// TestFreezeAndThaw: nothing goes out in a freeze, its end is recorded, and what
// was missed gets a new time in its file, with every comment kept.
func TestFreezeAndThaw(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one", "two")
	later := "# why this time\npublish_at: 2026-12-03T10:00 # best time\nlate: 1h\n"
	w.post("hello", later, "Hello.")
	w.write("content/acme/2026-12/second.md", "---\nid: second\naccounts: [two]\nstatus: ready\nreason: a test\n"+later+"---\nOn two.\n")
	w.post("before", "publish_at: 2026-12-03T07:00\nlate: 1h\n", "Missed before the freeze.")
	w.commit("Three posts")
	w.push()
	out, err := w.engine().Freeze(bg, "", "one", "a crisis", nil)
	must(t, err)
	if len(out.Result.Events) > 0 {
		t.Errorf("events %v", happened(out))
	}
	if fs := w.ledger().Freezes; len(fs) != 1 || fs[0].Reason != "a crisis" || fs[0].By != "somebody" || fs[0].Account != "one" {
		t.Errorf("the ledger has %+v", fs)
	}
	w.clock.Advance(40 * time.Minute)
	out = w.apply()
	same(t, "events", happened(out), "published second@two")
	if c := change(t, out.Plan, "hello@one"); c.Action != plan.Hold || !strings.Contains(c.Reason, "a crisis") {
		t.Errorf("hello is %s: %s", c.Action, c.Reason)
	}
	w.clock.Advance(5 * time.Hour)
	if lifted, err := w.engine().Thaw(bg, "", "two"); err == nil {
		t.Errorf("another account's thaw lifted %v", lifted)
	}
	e := w.engine()
	lifted, err := e.Thaw(bg, "", "one")
	must(t, err)
	if len(lifted) != 1 || len(w.ledger().Freezes) != 0 {
		t.Errorf("lifted %v, left %v", lifted, w.ledger().Freezes)
	}
	w.apply()
	same(t, "live, when it is too late", w.live("one"))

	got, err := w.engine().Reslot(bg, lifted)
	must(t, err)
	if len(got) != 1 || got[0].Path != "content/acme/2026-12/hello.md" || !got[0].To.After(w.clock.Now()) {
		t.Errorf("re-slotted %+v", got)
	}
	text := w.file("content/acme/2026-12/hello.md")
	want := got[0].To.Format("2006-01-02T15:04")
	for _, part := range []string{"# why this time\n", "# best time\n", want, "late: 1h\n", "---\nHello.\n"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
	if strings.Contains(w.file("content/acme/2026-12/second.md"), want) {
		t.Error("another account's post was re-slotted")
	}
	w.clock.Advance(got[0].To.Sub(w.clock.Now()) + time.Minute)
	w.publish("Re-slotted")
	same(t, "live", w.live("one"), "Hello.")
}

// TestFreezeRecalls: what was handed to the platform's schedule is called back
// at once, and handed over again after the thaw.
func TestFreezeRecalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.write("strategies/acme/accounts/one.yaml", w.file("strategies/acme/accounts/one.yaml")+"schedule: native\n")
	w.post("later", "publish_at: 2026-12-03T18:00\n", "Later.")
	out := w.publish("A native post")
	same(t, "events", happened(out), "scheduled later@one")
	out, err := w.engine().Freeze(bg, "acme", "", "a crisis", nil)
	must(t, err)
	same(t, "the freeze", happened(out), "unscheduled later@one")
	w.clock.Advance(10 * time.Hour)
	same(t, "live", w.live("one"))
	_, err = w.engine().Thaw(bg, "", "")
	must(t, err)
	w.write("content/acme/2026-12/later.md", strings.Replace(w.file("content/acme/2026-12/later.md"), "03T18:00", "04T18:00", 1))
	same(t, "after the thaw", happened(w.publish("Tomorrow")), "scheduled later@one")
	if e := w.entry("later@one"); e.Generation != 2 {
		t.Errorf("generation %d", e.Generation)
	}
}

// TestImport: imported posts need nothing, stay live whatever becomes of their
// files, and a copied file is never published.
func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.write("strategies/acme/accounts/one.yaml", w.file("strategies/acme/accounts/one.yaml")+"policy: sync\n")
	w.commit("sync")
	w.push()
	s := w.servers["one"]
	texts := []string{"First post.", "# Not a heading\n* not a list, and_not_ emphasis\n1. nor this", "See https://example.org/a_b_c and #tag @someone"}
	for _, text := range texts {
		s.Foreign(text)
		w.clock.Advance(time.Minute)
	}
	w.clock.Advance(time.Minute)
	got, err := w.engine().Import(bg, "one", time.Time{})
	must(t, err)
	if len(got) != 3 {
		t.Fatalf("imported %+v", got)
	}
	w.publish("Imported")
	w.quiet()
	again, err := w.engine().Import(bg, "one", time.Time{})
	must(t, err)
	if len(again) != 0 {
		t.Errorf("imported again: %+v", again)
	}

	// Every file goes: nothing is taken down, even under policy sync.
	for _, p := range got[1:] {
		must(t, os.Remove(filepath.Join(w.clone, filepath.FromSlash(p.Path))))
	}
	w.publish("Files gone")
	same(t, "live", w.live("one"), texts...)

	// An own post under the same policy is taken down: the guard is not idle.
	w.post("own", "", "Own.")
	w.publish("Own")
	w.remove("own")
	w.publish("Own is gone")
	same(t, "live", w.live("one"), texts...)

	// The file in a workspace whose ledger does not know it.
	file := w.file(got[0].Path)
	v := newWorld(t, "one")
	v.write(got[0].Path, file)
	out := v.publish("A file from elsewhere")
	same(t, "plan", actions(out.Plan), "hold "+got[0].Key.String())
	if n := v.posted("one"); n > 0 {
		t.Errorf("published: %v", v.live("one"))
	}
}

// TestImportThread: an own thread becomes one post; answers to others are left.
func TestImportThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("thread", "", "One.\n\n---\n\nTwo.\n\n---\n\nThree.")
	w.publish("A thread")
	v := newWorld(t)
	v.servers["one"] = w.servers["one"]
	v.clock = w.clock
	v.write("strategies/acme/accounts/one.yaml", w.file("strategies/acme/accounts/one.yaml"))
	v.commit("The same account")
	v.push()
	got, err := v.engine().Import(bg, "one", time.Time{})
	must(t, err)
	if len(got) != 1 || len(v.entry(got[0].Key.String()).Segments) != 3 {
		t.Fatalf("imported %+v", got)
	}
	v.publish("Imported")
	v.quiet()
	if n := w.posted("one"); n != 3 {
		t.Errorf("%d publications", n)
	}
}

// TestByHandUnderALease: records are not changed under a run's hands.
func TestByHandUnderALease(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("hello", "", "Hello.")
	w.publish("A post")
	w.record(ledger.Update{Lease: &ledger.Lease{Run: "other", Holder: "other", Expires: w.clock.Now().Add(time.Minute)}, Message: "a run"})
	k := key(t, "hello@one")
	_, retract := w.engine().Retract(bg, k, nil, nil)
	_, imported := w.engine().Import(bg, "one", time.Time{})
	for verb, err := range map[string]error{
		"forget": w.engine().Forget(bg, k), "retract": retract, "import": imported,
		"apply": func() error { _, err := w.engine().Apply(bg, engine.ApplyOptions{}); return err }(),
	} {
		if held := (*apply.ErrHeld)(nil); !errors.As(err, &held) && !strings.Contains(fmt.Sprint(err), "holds the lease") {
			t.Errorf("%s: %v", verb, err)
		}
	}
	_, err := w.engine().Freeze(bg, "", "", "a crisis", nil) // a freeze waits for nobody
	if fs := w.ledger().Freezes; len(fs) != 1 {
		t.Errorf("the freeze is not recorded: %v (%v)", fs, err)
	}
}
