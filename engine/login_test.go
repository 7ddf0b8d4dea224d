package engine_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// A token is not shown to a host that the ledger does not know the account on.
func TestTokenStaysHome(t *testing.T) {
	t.Parallel()
	tokenStaysHome(t, newWorld(t, "one"))
}

// Nor where the platform has a usual host, and the file names another.
func TestTokenStaysHomeWithoutAServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.adjust = func(o *engine.Options) {
		for _, d := range o.Drivers {
			d.NeedsServer = false
		}
	}
	tokenStaysHome(t, w)
}

func tokenStaysHome(t *testing.T, w *world) {
	w.post("first-snow", "", "First snow.")
	w.publish("A post")
	var asked atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer thief.Close()
	w.accountAt("one", thief.URL)
	w.post("second-snow", "", "More snow.")
	w.commit("Another server")
	w.push()
	p := w.plan(engine.PlanOptions{})
	if n := asked.Load(); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
	if len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Summary, "before any credential is sent") || p.HasEffect() {
		t.Errorf("planned: %s", asJSON(p))
	}
}

// Two account files that lead to one login would publish a post twice there.
func TestOneLoginTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.write("strategies/acme/accounts/two.yaml", strings.Replace(w.file("strategies/acme/accounts/one.yaml"), "id: one", "id: two", 1))
	w.post("first-snow", "", "First snow.")
	w.write("content/acme/2026-12/first-snow.md", strings.Replace(w.file("content/acme/2026-12/first-snow.md"), "[one]", "[one, two]", 1))
	w.publish("Two files, one login")
	if n := w.posted("one"); n != 1 {
		t.Errorf("published %d times", n)
	}
}

// An account under another id must not publish everything again.
func TestAccountChangesItsID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first-snow", "", "First snow.")
	w.publish("A post")
	text := w.file("strategies/acme/accounts/one.yaml")
	must(t, os.Remove(filepath.Join(w.clone, "strategies/acme/accounts/one.yaml")))
	w.write("strategies/acme/accounts/other.yaml", strings.Replace(text, "id: one", "id: other", 1))
	w.write("content/acme/2026-12/first-snow.md", strings.Replace(w.file("content/acme/2026-12/first-snow.md"), "[one]", "[other]", 1)+"Edited too.\n")
	w.publish("The account has another id")
	if n := w.posted("one"); n != 1 {
		t.Errorf("published %d times", n)
	}
}

// While nobody knows what became of an intent, nobody can tell what is foreign.
func TestImportWaitsForOpenIntents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first-snow", "", "First snow.")
	w.publish("A post")
	e := w.entry("first-snow@one").Clone()
	e.State, e.Action = ledger.Intent, string(plan.Publish)
	w.record(ledger.Update{Entries: []*ledger.Entry{e}, Message: "as a killed run leaves it"})
	if _, err := w.engine().Import(bg, "one", time.Time{}); err == nil || !strings.Contains(err.Error(), "first-snow@one is intent") {
		t.Errorf("import: %v", err)
	}
	if err := w.engine().Resolve(bg, e.Key, ""); err == nil || !strings.Contains(err.Error(), "settles it by itself") {
		t.Errorf("resolve: %v", err)
	}
	if err := w.engine().Forget(bg, e.Key); err == nil || !strings.Contains(err.Error(), "settled first") {
		t.Errorf("forget: %v", err)
	}
}

// Breaking a lease lets the next run in, and shortens nobody's right to send.
func TestBreakLockKeepsTheExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	expires := start.Add(3 * time.Minute)
	w.record(ledger.Update{Lease: &ledger.Lease{Run: "a", Holder: "ci@runner", Since: start, Expires: expires}, Message: "somebody works"})
	if _, err := w.engine().BreakLock(bg); err != nil {
		t.Fatal(err)
	}
	l := w.ledger().Lease
	if l == nil || !l.Broken || !l.Expires.Equal(expires) {
		t.Errorf("the lease is %+v", l)
	}
	w.post("first-snow", "", "First snow.")
	w.publish("A post")
	same(t, "live", w.live("one"), "First snow.")
}

// A saved plan is carried out, and only it; and not any more when its post has
// changed.
func TestSavedPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first-snow", "", "First snow.")
	w.commit("A post")
	w.push()
	b, err := json.Marshal(w.plan(engine.PlanOptions{}))
	must(t, err)
	saved := &plan.Plan{}
	must(t, json.Unmarshal(b, saved))

	w.post("second-snow", "", "More snow.")
	w.commit("Another post")
	w.push()
	_, err = w.engine().Apply(bg, engine.ApplyOptions{Saved: saved})
	must(t, err)
	same(t, "live", w.live("one"), "First snow.")

	b, err = json.Marshal(w.plan(engine.PlanOptions{}))
	must(t, err)
	must(t, json.Unmarshal(b, saved))
	w.post("second-snow", "", "Other words.")
	w.commit("Changed after it was approved")
	w.push()
	if _, err = w.engine().Apply(bg, engine.ApplyOptions{Saved: saved}); !errors.Is(err, engine.ErrStale) {
		t.Errorf("a stale plan: %v", err)
	}
	same(t, "live", w.live("one"), "First snow.")
}

// A saved plan speaks for nothing that would go out otherwise than it showed, though
// the post's own file is what it was.
func TestSavedPlanBindsBeyondTheFile(t *testing.T) {
	t.Parallel()
	campaign, account := "strategies/acme/campaigns/sale.yaml", "strategies/acme/accounts/one.yaml"
	for name, c := range map[string]struct {
		change func(*world)
		want   string
	}{
		"nothing":    {func(*world) {}, ""},
		"parameters": {func(w *world) { w.write(campaign, "id: sale\nutm: {medium: other}\n") }, "what is to be published has changed"},
		"options":    {func(w *world) { w.write(account, w.file(account)+"options: {visibility: unlisted}\n") }, "accounts or smm.yaml"},
		"handle":     {func(w *world) { w.write(account, w.file(account)+"handle: \"@other@one.example\"\n") }, "accounts or smm.yaml"},
		"lateness":   {func(w *world) { w.write(account, w.file(account)+"late: any\n") }, "accounts or smm.yaml"},
		"time": {func(w *world) {
			w.post("first-snow", "campaign: sale\nlink: https://acme.example/coats\npublish_at: 2026-12-03T09:10\n", "First snow.")
		}, "what is to be published has changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			w.write(campaign, "id: sale\nutm: {medium: social}\n")
			w.post("first-snow", "campaign: sale\nlink: https://acme.example/coats\n", "First snow.")
			w.commit("A post")
			w.push()
			saved := w.plan(engine.PlanOptions{})
			if len(saved.Changes) != 1 || saved.Changes[0].Action != plan.Publish {
				t.Fatalf("%+v", saved.Changes)
			}
			c.change(w)
			w.commit("What is beside the post")
			w.push()
			_, err := w.engine().Apply(bg, engine.ApplyOptions{Saved: saved})
			if c.want == "" {
				must(t, err)
				return
			}
			if !errors.Is(err, engine.ErrStale) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if n := w.posted("one"); n != 0 {
				t.Errorf("%d were published", n)
			}
		})
	}
}

// An unsent intent is planned anew: a draft or a freeze that came meanwhile holds.
func TestUnsentIntentIsPlannedAnew(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"draft": func(w *world) {
			w.write("content/acme/2026-12/first-snow.md", strings.Replace(w.file("content/acme/2026-12/first-snow.md"), "status: ready", "status: draft", 1))
		},
		"retract": func(w *world) { w.post("first-snow", "retract: true\n", "First snow.") },
		"later":   func(w *world) { w.post("first-snow", "publish_at: 2027-06-01T09:00\n", "First snow.") },
		"frozen": func(w *world) {
			w.record(ledger.Update{Freezes: &[]ledger.Freeze{{Reason: "crisis", Since: start}}, Message: "freeze"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			w.post("first-snow", "", "First snow.")
			w.commit("A post")
			w.push()
			w.around = cutAfter(1) // the intent is recorded; then the runner is gone
			w.servers["one"].Faults.Set(memory.Always(memory.OpPublish, memory.Fault{Kind: memory.ErrorBefore}))
			_, _ = w.engine().Apply(bg, engine.ApplyOptions{})
			w.around = nil
			w.servers["one"].Faults.Set(nil)
			back := w.elsewhere()
			defer back()
			change(w)
			w.commit("Meanwhile")
			w.push()
			w.clock.Advance(time.Hour)
			w.apply()
			if n := len(w.servers["one"].Accepted()); n != 0 {
				t.Errorf("%d publications", n)
			}
		})
	}
}

// A commit that brings this machine's memory is refused: a made picture or a
// verdict in it would be believed.
func TestMemoryInACommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first-snow", "", "First snow.")
	w.write(".smmctl/cache/made/0000", "a picture that nobody reviewed")
	w.git(w.clone, "add", "--all", "--force")
	w.git(w.clone, "commit", "--quiet", "-m", "With a memory")
	w.push()
	for name, run := range map[string]func() error{
		"validate": func() error { _, err := w.engine().Validate(bg, nil); return err },
		"diff":     func() error { _, err := w.engine().Plan(bg, engine.PlanOptions{}); return err },
		"diff to":  func() error { _, err := w.engine().Plan(bg, engine.PlanOptions{To: "HEAD"}); return err },
	} {
		var invalid *engine.InvalidError
		if err := run(); !errors.As(err, &invalid) || !strings.Contains(err.Error(), "machine's own memory") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.posted("one"); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// One platform's several names are one server; another host is not.
func TestServersOwnNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first-snow", "", "First snow.")
	w.publish("A post")
	port := w.file("strategies/acme/accounts/one.yaml")
	port = port[strings.Index(port, "127.0.0.1"):]
	port, _, _ = strings.Cut(port, "\n")
	alias := strings.Replace(port, "127.0.0.1", "localhost", 1)
	w.adjust = func(o *engine.Options) {
		for _, d := range o.Drivers {
			d.Hosts = []string{port, alias}
		}
	}
	w.accountAt("one", "http://"+alias)
	w.commit("Its other name")
	p := w.plan(engine.PlanOptions{})
	for _, e := range p.Errors {
		if strings.Contains(e.Summary, "before any credential is sent") {
			t.Errorf("refused: %s", e.Summary)
		}
	}
}
