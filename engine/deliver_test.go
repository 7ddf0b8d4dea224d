package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/notify/notifytest"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// hook starts a webhook; its address is in the variable of that name.
func (w *world) hook(name string) *notifytest.Server {
	w.t.Helper()
	s := &notifytest.Server{}
	web := httptest.NewServer(s)
	w.t.Cleanup(web.Close)
	w.env(name, web.URL+notifytest.Path)
	w.t.Cleanup(func() {
		if p := s.Problems(); len(p) > 0 {
			w.t.Errorf("%s complains: %s", name, strings.Join(p, "\n"))
		}
		if strings.Contains(w.log.String(), notifytest.Token) {
			w.t.Error("the webhook's address is in the log")
		}
	})
	return s
}

func (w *world) env(name, value string) {
	was := w.adjust
	w.adjust = func(o *engine.Options) {
		if was != nil {
			was(o)
		}
		before := o.Getenv
		o.Getenv = func(n string) string {
			if n == name {
				return value
			}
			return before(n)
		}
	}
}

// telling has account one and a webhook that is told of everything.
func telling(t *testing.T) (*world, *notifytest.Server) {
	t.Helper()
	w := newWorld(t, "one")
	h := w.hook("HOOK")
	w.write("smm.yaml", config+"notify: [{webhook: \"env:HOOK\"}]\n")
	w.commit("Tell people")
	w.push()
	return w, h
}

func (w *world) ship(message string) {
	w.t.Helper()
	w.commit(message)
	w.push()
}

// deliver runs once, and wants success.
func (w *world) deliver() *engine.Delivery {
	w.t.Helper()
	d, err := w.engine().Deliver(bg, w.deliverOptions())
	must(w.t, err)
	must(w.t, d.Telling)
	return d
}

func (w *world) deliverOptions() engine.DeliverOptions {
	return engine.DeliverOptions{Forge: w.counter.forge(), Words: words}
}

// words is a comment as plain as can be.
func words(r *engine.PullReport) string {
	var b strings.Builder
	for _, s := range r.Rows {
		fmt.Fprintf(&b, "%s %s %s %s\n", s.Key, s.Stand, s.URL, s.Why)
	}
	return b.String()
}

func firstLines(texts []string) []string {
	out := []string{}
	for _, text := range texts {
		line, _, _ := strings.Cut(text, "\n")
		out = append(out, line)
	}
	return out
}

func (w *world) wantTold(h *notifytest.Server, want ...string) {
	w.t.Helper()
	same(w.t, "told", firstLines(h.Texts()), want...)
}

const toldFirst = "Published: `first@one`"

func TestPublishedIsToldOnce(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("before", "", "From before")
	w.publish("By hand, before anybody was told") // a laptop's apply tells nobody
	w.wantTold(h)
	w.clock.Advance(5 * time.Minute)
	w.deliver()
	w.wantTold(h)
	w.post("first", "", "The first")
	w.ship("A post")
	d := w.deliver()
	if d.Told.Sent != 1 {
		t.Errorf("%+v", d.Told)
	}
	for range 3 {
		w.clock.Advance(10 * time.Minute)
		w.deliver()
	}
	w.wantTold(h, toldFirst)
	if !strings.Contains(h.Texts()[0], strings.ReplaceAll(w.entry("first@one").Segments[0].URL, "@", "%40")) {
		t.Errorf("no address: %s", h.Texts()[0])
	}
	w.post("first", "", "The first, mended")
	w.ship("An edit is no publication")
	w.deliver()
	w.wantTold(h, toldFirst)
	w.post("first", "retract: true\n", "The first, mended")
	w.ship("Taken down")
	w.deliver()
	w.post("first", "republish: 2\n", "The first, anew")
	w.ship("A new generation is one")
	w.deliver()
	w.wantTold(h, toldFirst, toldFirst)
}

// What a laptop published since is told, too: people want to know it, whoever ran it.
func TestWhatALaptopPublishedIsToldByTheNextRun(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.deliver()
	w.clock.Advance(time.Hour)
	w.post("first", "", "The first")
	w.publish("From a laptop")
	w.wantTold(h)
	w.deliver()
	w.wantTold(h, toldFirst)
}

// A run with nothing new to tell writes nothing.
func TestTellingNothingWritesNothing(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("first", "", "The first")
	w.ship("A post")
	w.deliver()
	was := w.ledger().Revision
	w.clock.Advance(time.Hour)
	w.deliver()
	if is := w.ledger().Revision; is != was {
		t.Errorf("the ledger moved from %s to %s", was, is)
	}
	w.wantTold(h, toldFirst)
}

func TestMissedIsToldOnceForEachTime(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("late", "late: 1h\npublish_at: 2026-12-03T07:00\n", "Too late")
	w.ship("A late post")
	w.deliver()
	w.deliver()
	told := "Missed: `late@one` was to go out at 2026-12-03 07:00 UTC. It will not be published by itself."
	w.wantTold(h, told)
	// It is taken out for a while, and put back as it was.
	file, was := "content/acme/2026-12/late.md", w.file("content/acme/2026-12/late.md")
	w.write(file, strings.Replace(was, "status: ready", "status: on_hold", 1))
	w.ship("On hold")
	w.deliver()
	w.write(file, was)
	w.ship("Ready again")
	w.deliver()
	w.wantTold(h, told)
	w.post("late", "late: 1h\npublish_at: 2026-12-03T08:00\n", "Too late again")
	w.ship("Another time that has passed")
	w.deliver()
	if n := len(h.Texts()); n != 2 {
		t.Errorf("%d told, want 2: %q", n, h.Texts())
	}
	if marks := w.marks("missed:"); len(marks) != 1 {
		t.Errorf("the old time is remembered: %q", marks)
	}
	if len(w.live("one")) != 0 {
		t.Error("it was published")
	}
}

func (w *world) marks(prefix string) (out []string) {
	for m := range w.ledger().Told.Marks {
		if strings.HasPrefix(m, prefix) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

func TestUnknownIsToldWithHowToSettleIt(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	p := w.mute("loud")
	w.postTo("loud", "lost", "", "Lost")
	w.ship("A platform that cannot be read")
	p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	w.deliverAnyhow()
	w.deliverAnyhow()
	if n := len(h.Texts()); n != 1 || !strings.Contains(h.Texts()[0], "`smmctl resolve lost@loud --published URL`") {
		t.Fatalf("%q", h.Texts())
	}
	must(t, w.engine().Resolve(bg, key(t, "lost@loud"), "https://memory.example/loud/1"))
	w.deliver()
	if marks := w.marks("unknown:"); len(marks) != 0 {
		t.Errorf("settled, and remembered: %q", marks)
	}
}

// deliverAnyhow is a run whose publishing may end badly; telling must not.
func (w *world) deliverAnyhow() *engine.Delivery {
	w.t.Helper()
	d, _ := w.engine().Deliver(bg, w.deliverOptions())
	must(w.t, d.Telling)
	return d
}

func TestDriftIsToldOnceForEachForm(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("first", "", "The first")
	w.ship("A post")
	w.deliver()
	change := func(text string) {
		w.servers["one"].Tamper(w.entry("first@one").Segments[0].ID, text)
	}
	change("Somebody else's <!channel> words")
	w.deliver()
	w.deliver()
	drift := "Changed on the platform, not by us: `first@one`: `segments[0].text`"
	w.wantTold(h, toldFirst, drift)
	// While the account cannot be read nobody can say that it is over.
	w.env("TOKEN", "wrong")
	w.deliverAnyhow()
	w.env("TOKEN", secret)
	w.deliver()
	w.wantTold(h, toldFirst, drift)
	change("And others")
	w.deliver()
	w.wantTold(h, toldFirst, drift, drift)
	if marks := w.marks("drift:"); len(marks) != 1 {
		t.Errorf("%q", marks)
	}
}

func TestExpiringCredentialIsToldOnce(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.mute("loud")
	expires := start.Add(15 * 24 * time.Hour)
	was := w.adjust
	w.adjust = func(o *engine.Options) {
		was(o)
		for _, d := range o.Drivers {
			if d.Name != "mute" {
				continue
			}
			open := d.Open
			d.Open = func(ctx context.Context, c provider.Config) (*provider.Account, error) {
				a, err := open(ctx, c)
				if err == nil {
					a.Access.Expires = expires
				}
				return a, err
			}
		}
	}
	w.postTo("loud", "word", "", "A post")
	w.ship("An account")
	w.deliver()
	w.clock.Advance(36 * time.Hour)
	w.deliver()
	w.clock.Advance(36 * time.Hour)
	w.deliver()
	w.wantTold(h, "Published: `word@loud`", "The credential of `loud` expires on 2026-12-18.")
	expires = expires.Add(365 * 24 * time.Hour)
	w.deliver()
	if marks := w.marks("credential:"); len(marks) != 0 {
		t.Errorf("renewed, and remembered: %q", marks)
	}
}

// Each webhook has its own choice and its own memory.
func TestSeveralWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	a, b, c := w.hook("HOOK_A"), w.hook("HOOK_B"), w.hook("HOOK_C")
	w.write("smm.yaml", config+`notify:
  - {webhook: "env:HOOK_A", on: [published]}
  - {webhook: "env:HOOK_B", on: [missed]}
  - {webhook: "env:HOOK_B", on: [published], brands: [acme]}
  - {webhook: "env:HOOK_C", brands: [other]}
`)
	w.post("first", "", "The first")
	w.post("late", "late: 1h\npublish_at: 2026-12-03T07:00\n", "Too late")
	w.ship("Two posts")
	b.Answer(404, 404)
	d, err := w.engine().Deliver(bg, w.deliverOptions())
	must(t, err)
	if d.Telling == nil || strings.Contains(d.Telling.Error(), notifytest.Token) {
		t.Errorf("%v", d.Telling)
	}
	w.wantTold(a, toldFirst)
	w.wantTold(b)
	d, err = w.engine().Deliver(bg, w.deliverOptions())
	must(t, err)
	if d.Telling == nil {
		t.Error("a webhook is gone, and nobody heard")
	}
	w.deliver()
	w.wantTold(a, toldFirst)
	if got := firstLines(b.Texts()); len(got) != 2 || !slices.Contains(got, toldFirst) {
		t.Errorf("%q", got)
	}
	w.wantTold(c)
	// One that is added later is not told of what was before.
	w.clock.Advance(5 * time.Minute)
	e := w.hook("HOOK_E")
	w.write("smm.yaml", w.file("smm.yaml")+"  - {webhook: \"env:HOOK_E\", on: [published]}\n")
	w.ship("One more")
	w.deliver()
	w.wantTold(e)
	w.post("second", "", "The second")
	w.ship("One more post")
	w.deliver()
	w.wantTold(e, "Published: `second@one`")
}

// An address that is missing, or plain, holds nothing up but itself.
func TestWebhookWithoutAddress(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.write("smm.yaml", config+"notify: [{webhook: \"env:NOWHERE\"}, {webhook: \"env:PLAIN\"}, {webhook: \"env:HOOK\"}]\n")
	w.env("PLAIN", "http://chat.example/"+notifytest.Token)
	w.post("first", "", "The first")
	w.ship("A post")
	d, err := w.engine().Deliver(bg, w.deliverOptions())
	must(t, err)
	w.wantTold(h, toldFirst)
	if d.Telling == nil || !strings.Contains(d.Telling.Error(), "env:NOWHERE") || !strings.Contains(d.Telling.Error(), "env:PLAIN") ||
		strings.Contains(d.Telling.Error(), notifytest.Token) {
		t.Errorf("%v", d.Telling)
	}
	if marks := w.marks("published:"); len(marks) != 1 {
		t.Errorf("%q", marks)
	}
	if len(w.live("one")) != 1 {
		t.Error("not published")
	}
}

// A doubtful answer stays told; a refusal, and a webhook that asks to wait, are told
// by the next run.
func TestAnswersOfAWebhook(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int{0: 1, 500: 1, 400: 2, 429: 2, 403: 2} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			w, h := telling(t)
			w.post("first", "", "The first")
			w.ship("A post")
			h.Answer(status)
			d, err := w.engine().Deliver(bg, w.deliverOptions())
			must(t, err)
			if d.Telling == nil {
				t.Error("nobody heard")
			}
			w.deliver()
			w.deliver()
			if h.Requests() != attempts {
				t.Errorf("%d requests, want %d", h.Requests(), attempts)
			}
			if n := len(h.Texts()); n > 1 {
				t.Errorf("told %d times", n)
			}
			if len(w.live("one")) != 1 {
				t.Errorf("published %d times", len(w.live("one")))
			}
		})
	}
}

// One that cannot be reached is asked once a run, and told everything later.
func TestUnreachableWebhook(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	for _, id := range []string{"first", "second", "third"} {
		w.post(id, "", "The "+id)
	}
	w.ship("Three posts")
	h.Answer(200, 429)
	d, err := w.engine().Deliver(bg, w.deliverOptions())
	must(t, err)
	if d.Told != (engine.Told{Sent: 1, Unsent: 2}) || h.Requests() != 2 {
		t.Errorf("%+v, %d requests", d.Told, h.Requests())
	}
	w.deliver()
	w.wantTold(h, toldFirst, "Published: `second@one`", "Published: `third@one`")
}

var errKilled = errors.New("killed")

// killed is a ledger that does not answer from the nth commit on: before it is
// recorded, or after. What follows in the run is as lost as if it had been killed.
type killed struct {
	ledger.Ledger
	left  *int
	after bool
}

func (k killed) Commit(ctx context.Context, u ledger.Update) (*ledger.Snapshot, error) {
	*k.left--
	switch {
	case *k.left < 0, *k.left == 0 && !k.after:
		return nil, errKilled
	case *k.left == 0:
		_, _ = k.Ledger.Commit(ctx, u)
		return nil, errKilled
	}
	return k.Ledger.Commit(ctx, u)
}

func (k killed) Read(ctx context.Context) (*ledger.Snapshot, error) {
	if *k.left <= 0 {
		return nil, errKilled
	}
	return k.Ledger.Read(ctx)
}

// Whatever commit a run dies at, its post is published once and told at most once;
// and told, unless the run died between its mark and its message.
func TestKilledRunsTellOnce(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for n := 1; n <= 6; n++ {
			t.Run(fmt.Sprintf("commit %d, recorded %t", n, after), func(t *testing.T) {
				t.Parallel()
				w, h := telling(t)
				w.post("first", "", "The first")
				w.ship("A post")
				w.follow(1, "first@one")
				left := n
				w.around = func(l ledger.Ledger) ledger.Ledger { return killed{l, &left, after} }
				_, _ = w.engine().Deliver(bg, w.deliverOptions())
				died := left <= 0
				w.around = nil
				for range 3 {
					w.clock.Advance(11 * time.Minute) // leases and claims have run out
					w.deliverAnyhow()
				}
				if len(w.live("one")) != 1 || w.posted("one") != 1 {
					t.Errorf("published %d times in %d requests", len(w.live("one")), w.posted("one"))
				}
				doubtful := died && after && left == 0 && len(w.marks("published:")) == 1 && len(h.Texts()) == 0
				if !doubtful {
					w.wantTold(h, toldFirst)
				}
				w.counter.once(t, 1, "first@one published")
			})
		}
	}
}

// Two runs at once publish once and tell once.
func TestRunsSideBySide(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	for _, id := range []string{"first", "second", "third"} {
		w.post(id, "", "The "+id)
	}
	w.ship("Three posts")
	w.follow(1, "first@one", "second@one", "third@one")
	var engines []*engine.Engine
	for range 3 {
		w.elsewhere()
		engines = append(engines, w.engine())
	}
	for range 4 {
		var wg sync.WaitGroup
		for _, e := range engines {
			wg.Go(func() { _, _ = e.Deliver(bg, w.deliverOptions()) })
		}
		wg.Wait()
		w.clock.Advance(11 * time.Minute)
	}
	w.deliver()
	got := firstLines(h.Texts())
	slices.Sort(got)
	same(t, "told", got, toldFirst, "Published: `second@one`", "Published: `third@one`")
	if w.posted("one") != 3 {
		t.Errorf("%d requests", w.posted("one"))
	}
	w.counter.once(t, 1, "third@one published")
}

// A newer commit ends a run: that commit's run tells, for it knows what holds now.
func TestStaleRunTellsNobody(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("first", "", "The first")
	w.post("second", "", "The second")
	w.ship("Two posts")
	o := w.deliverOptions()
	o.Event = func(ev apply.Event) {
		if ev.Type == apply.Published && ev.Key.Post == "first" {
			w.ship("A newer commit")
			w.clock.Advance(time.Minute) // the lease wants to be renewed
		}
	}
	back := w.elsewhere()
	e := w.engine()
	back()
	_, err := e.Deliver(bg, o)
	if !errors.Is(err, engine.ErrStale) {
		t.Fatalf("%v", err)
	}
	w.wantTold(h)
	w.deliver()
	w.wantTold(h, toldFirst, "Published: `second@one`")
}

// After a week the marks of publications go, and nothing is told again.
func TestMarksArePruned(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("first", "", "The first")
	w.ship("A post")
	w.deliver()
	w.clock.Advance(8 * 24 * time.Hour)
	w.post("second", "publish_at: 2026-12-11T09:00\n", "The second")
	w.ship("Another, a week later")
	w.deliver()
	w.clock.Advance(8 * 24 * time.Hour)
	w.post("third", "publish_at: 2026-12-19T09:00\n", "The third")
	w.ship("And another")
	w.deliver()
	w.deliver()
	w.wantTold(h, toldFirst, "Published: `second@one`", "Published: `third@one`")
	if marks := w.marks("published:"); slices.Contains(marks, "published:first@one:1 env:HOOK") {
		t.Errorf("%q", marks)
	}
}

// A run that finds another one at work does nothing, or waits for it.
func TestAnotherRunIsAtWork(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("first", "", "The first")
	w.ship("A post")
	lease := ledger.Lease{Run: "other", Holder: "somebody@else", Since: start, Expires: start.Add(3 * time.Minute)}
	w.record(ledger.Update{Lease: &lease})
	_, err := w.engine().Deliver(bg, w.deliverOptions())
	if err == nil || !strings.Contains(err.Error(), "another run holds the lease") {
		t.Errorf("%v", err)
	}
	w.wantTold(h)
	o := w.deliverOptions()
	o.Wait = 10 * time.Minute
	d, err := w.engine().Deliver(bg, o)
	must(t, err)
	must(t, d.Telling)
	w.wantTold(h, toldFirst)
}

// Interrupted after publishing, a run tells nobody, and the next one does.
func TestInterruptedRunTellsLater(t *testing.T) {
	t.Parallel()
	w, h := telling(t)
	w.post("first", "", "The first")
	w.ship("A post")
	ctx, cancel := context.WithCancel(bg)
	o := w.deliverOptions()
	o.Event = func(ev apply.Event) {
		if ev.Type == apply.Published {
			cancel()
		}
	}
	d, _ := w.engine().Deliver(ctx, o)
	if d.Telling == nil {
		t.Error("told, or silently not")
	}
	w.wantTold(h)
	w.deliver()
	w.wantTold(h, toldFirst)
}
