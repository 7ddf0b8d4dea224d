package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
)

const listing = "GET /api/v1/accounts/:id/statuses"

// TestRightCommit: only the tip of the workspace's branch on the remote is
// carried out.
func TestRightCommit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stand func(*world)
		ok    bool
	}{
		"at the tip":      {func(*world) {}, true},
		"a shallow clone": {func(w *world) { w.elsewhere() }, true},
		"detached at the tip": {func(w *world) {
			w.git(w.clone, "checkout", "--quiet", "--detach")
		}, true},
		"behind": {func(w *world) {
			back := w.elsewhere()
			w.write("README.md", "more\n")
			w.commit("More")
			w.push()
			back()
		}, false},
		"ahead": {func(w *world) { w.commit("Not pushed") }, false},
		"a feature branch": {func(w *world) {
			w.git(w.clone, "checkout", "--quiet", "-b", "feature")
			w.commit("A feature")
			w.git(w.clone, "push", "--quiet", "origin", "feature")
		}, false},
		"an older commit, again": {func(w *world) {
			w.commit("One more")
			w.push()
			w.git(w.clone, "checkout", "--quiet", "--detach", "HEAD~1")
		}, false},
		"no such branch": {func(w *world) {
			w.git(w.clone, "checkout", "--quiet", "-b", "other")
			w.write("smm.yaml", strings.Replace(config, "branch: main", "branch: other", 1))
			w.commit("Another branch")
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			w.post("hello", "", "Hello.")
			w.commit("A post")
			w.push()
			c.stand(w)
			_, err := w.engine().Apply(bg, engine.ApplyOptions{})
			switch {
			case c.ok && err != nil:
				t.Fatal(err)
			case !c.ok && !errors.Is(err, engine.ErrStale):
				t.Errorf("got %v, want ErrStale", err)
			}
			if n := len(w.live("one")); n != map[bool]int{true: 1}[c.ok] {
				t.Errorf("%d are live", n)
			}
			if reqs := w.servers["one"].Requests(); !c.ok && len(reqs) > 0 {
				t.Errorf("the platform was asked: %v", reqs)
			}
		})
	}
}

// TestDirty: what is not committed is not published, and stops everything unless
// it is said that it does not matter.
func TestDirty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("hello", "", "Committed words.")
	w.commit("A post")
	w.push()
	w.post("hello", "", "Words that nobody has reviewed.")
	w.post("other", "", "A post that nobody has reviewed.")
	if _, err := w.engine().Apply(bg, engine.ApplyOptions{}); !errors.Is(err, engine.ErrDirty) {
		t.Fatalf("got %v, want ErrDirty", err)
	}
	if reqs := w.servers["one"].Requests(); len(reqs) > 0 {
		t.Errorf("the platform was asked: %v", reqs)
	}
	_, err := w.engine().Apply(bg, engine.ApplyOptions{AllowDirty: true})
	must(t, err)
	same(t, "live", w.live("one"), "Committed words.")
}

// TestLedgerThatIsNotOurs: a ledger that is missing, another one, or rewound is
// never taken for a first use.
func TestLedgerThatIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*world)
		want  error
	}{
		"missing": {func(w *world) {
			w.git(w.dir, "--git-dir=forge.git", "update-ref", "-d", "refs/heads/smm-ledger")
			w.elsewhere()
		}, ledger.ErrMissing},
		"missing, and known here": {func(w *world) {
			w.git(w.dir, "--git-dir=forge.git", "update-ref", "-d", "refs/heads/smm-ledger")
		}, nil},
		"another's": {func(w *world) {
			w.write("smm.yaml", strings.Replace(config, ledgerID, strings.Repeat("ab", 16), 1))
			w.commit("Another id")
			w.push()
		}, ledger.ErrForeign},
		"rewound": {func(w *world) {
			w.git(w.dir, "--git-dir=forge.git", "update-ref", "refs/heads/smm-ledger", "refs/heads/smm-ledger~1")
		}, ledger.ErrRewound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			w.post("hello", "", "Hello.")
			w.publish("A post")
			w.post("more", "", "More.")
			w.commit("Another post")
			w.push()
			c.spoil(w)
			before := w.posted("one")
			_, err := w.engine().Apply(bg, engine.ApplyOptions{})
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if n := w.posted("one"); n != before {
				t.Errorf("published: %v", w.live("one"))
			}
		})
	}
}

// TestAnotherLogin: credentials that lead elsewhere than the ledger has pinned
// are refused; the other accounts go on.
func TestAnotherLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one", "two")
	w.post("hello", "", "Hello.")
	w.publish("A post")
	was := w.servers["one"]
	w.account("one", mastodontest.Options{}) // another server, with the same account id
	w.post("more", "", "More.")
	w.write("content/acme/2026-12/second.md", "---\nid: second\naccounts: [two]\nstatus: ready\nreason: a test\npublish_at: 2026-12-03T09:00\n---\nOn two.\n")
	out := w.publish("Elsewhere")
	if len(out.Plan.Errors) != 1 || !strings.Contains(out.Plan.Errors[0].Summary, "refused") {
		t.Errorf("errors %+v", out.Plan.Errors)
	}
	if n := len(w.servers["one"].Accepted()) + len(was.Accepted()); n != 1 {
		t.Errorf("%d publications, want the first", n)
	}
	same(t, "live on two", w.live("two"), "On two.")
}

// TestClocksDiffer: where a server's clock is more than a minute off nothing is
// published there.
func TestClocksDiffer(t *testing.T) {
	t.Parallel()
	for skew, ok := range map[time.Duration]bool{
		59 * time.Second: true, -59 * time.Second: true, 62 * time.Second: false, -62 * time.Second: false, time.Hour: false,
	} {
		t.Run(skew.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("one", mastodontest.Options{Skew: skew})
			w.post("hello", "", "Hello.")
			out := w.publish("A post")
			if n := len(w.live("one")); n != map[bool]int{true: 1}[ok] || (len(out.Plan.Errors) == 0) != ok {
				t.Errorf("%d are live, errors %v", n, out.Plan.Errors)
			}
			if !ok && !strings.Contains(out.Plan.Errors[0].Summary, "clock") {
				t.Errorf("the reason given: %v", out.Plan.Errors)
			}
		})
	}
}

// TestOneAccountDown: an account that cannot be opened does not stop the others.
func TestOneAccountDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.accountAt("down", "http://127.0.0.1:1")
	w.write("content/acme/2026-12/hello.md", "---\nid: hello\naccounts: [down, one]\nstatus: ready\nreason: a test\npublish_at: 2026-12-03T09:00\n---\nHello.\n")
	out := w.publish("A post for two")
	same(t, "live", w.live("one"), "Hello.")
	if len(out.Plan.Errors) != 1 || !strings.HasPrefix(out.Plan.Errors[0].Summary, "down: ") {
		t.Errorf("errors %+v", out.Plan.Errors)
	}
	if e := w.entry("hello@down"); e != nil {
		t.Errorf("it is recorded as %s", e.State)
	}
}

// TestBranchMovesDuringARun: the tip is asked for again at each renewal, and what
// is not begun by then is left to the newer commit.
func TestBranchMovesDuringARun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	posts := 0
	w.account("one", mastodontest.Options{Watch: func(op string, done bool) {
		if op != "publish" || !done {
			return
		}
		if posts++; posts == 1 {
			back := w.elsewhere()
			w.commit("Newer")
			w.push()
			back()
		}
		w.clock.Advance(46 * time.Second)
	}})
	w.post("aaa", "", "A1.\n\n---\n\nA2.")
	w.post("bbb", "", "B.")
	w.commit("Two posts")
	w.push()
	out, err := w.engine().Apply(bg, engine.ApplyOptions{})
	if !errors.Is(err, engine.ErrStale) {
		t.Errorf("got %v, want ErrStale", err)
	}
	same(t, "events", happened(out), "published aaa@one", "held bbb@one")
	same(t, "live", w.live("one"), "A1.", "A2.")
}

// TestJournal: receipts that a run could not record are recorded by the next one
// of the same clone, and nothing is looked for; elsewhere they are read back, and
// a journal that is out of date by then is not believed.
func TestJournal(t *testing.T) {
	t.Parallel()
	journal := func(w *world) string { return filepath.Join(w.clone, ".git/smmctl/journal.ndjson") }
	cut := func(t *testing.T) *world {
		w := newWorld(t, "one")
		w.post("hello", "", "Hello.\n\n---\n\nAnd more.")
		w.commit("A thread")
		w.push()
		w.around = cutAfter(1)
		_, err := w.engine().Apply(bg, engine.ApplyOptions{})
		if !errors.Is(err, ledger.ErrUnreachable) || !strings.Contains(err.Error(), "journal") {
			t.Fatalf("got %v", err)
		}
		w.around = nil
		if _, err := os.Stat(journal(w)); err != nil {
			t.Fatal(err)
		}
		if e := w.entry("hello@one"); e.State != ledger.Intent {
			t.Fatalf("the ledger has it as %s", e.State)
		}
		w.clock.Advance(3*time.Minute + time.Second) // the lease is over, and nothing more
		return w
	}

	t.Run("the same clone", func(t *testing.T) {
		t.Parallel()
		w := cut(t)
		before, pages := w.clock.Now(), w.servers["one"].Requests()[listing]
		w.apply()
		if n := w.servers["one"].Requests()[listing] - pages; n != 1 {
			t.Errorf("%d looks at the platform, want the plan's own", n)
		}
		if waited := w.clock.Now().Sub(before); waited > 0 {
			t.Errorf("waited %s for what the journal knows", waited)
		}
		if e := w.entry("hello@one"); e.State != ledger.Published || e.Segments[1].ID == "" {
			t.Errorf("entry %+v", e)
		}
		if _, err := os.Stat(journal(w)); !os.IsNotExist(err) {
			t.Errorf("the journal is still there: %v", err)
		}
		same(t, "live", w.live("one"), "Hello.", "And more.")
		w.quiet()
	})
	t.Run("out of date", func(t *testing.T) {
		t.Parallel()
		w := cut(t)
		back := w.elsewhere()
		w.apply()
		w.post("hello", "", "Hello again.\n\n---\n\nAnd more.")
		w.publish("Other words")
		newest := w.entry("hello@one")
		back()
		w.git(w.clone, "pull", "--quiet", "origin", "main")
		w.apply()
		if e := w.entry("hello@one"); e.Revision != newest.Revision || e.Digest != newest.Digest {
			t.Errorf("the journal was laid over what is newer: %+v", e)
		}
		same(t, "live", w.live("one"), "Hello again.", "And more.")
		w.quiet()
	})
}
