package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

func asks(p *content.Publication) { p.Retract = true }

// many wants n due posts on an account.
func many(w *world, account string, n int, options ...pubOption) {
	for i := range n {
		w.post(fmt.Sprintf("p%d@%s", i, account), options...)
	}
}

func TestPerRun(t *testing.T) {
	t.Parallel()
	limit := func(n int) func(*Account) { return func(a *Account) { a.PerRun = n } }
	for _, c := range []struct {
		name    string
		make    func(*world)
		want    int // effective changes
		refused []string
	}{
		{"as many as allowed", func(w *world) { many(w, "a", 3) }, 3, nil},
		{"one too many: none goes", func(w *world) { many(w, "a", 4) }, 0, []string{"per_run@a"}},
		{"no limit", func(w *world) {
			many(w, "a", 50)
			w.account("a", limit(0))
		}, 50, nil},
		{"another account goes on", func(w *world) {
			many(w, "a", 4)
			many(w, "b", 2)
		}, 2, []string{"per_run@a"}},
		{"each account counts for itself", func(w *world) {
			many(w, "a", 3)
			many(w, "b", 3)
		}, 6, nil},
		{"what is handed over counts", func(w *world) {
			many(w, "a", 4, due(time.Hour), func(p *content.Publication) { p.Native = true })
		}, 0, []string{"per_run@a"}},
		{"a replacement counts", func(w *world) {
			many(w, "a", 3)
			changed(list("x"), list("y"), cannotEdit, allowReplace)(w)
		}, 0, []string{"per_run@a"}},
		{"an edit does not", func(w *world) {
			many(w, "a", 3)
			changed(list("x"), list("y"))(w)
		}, 4, nil},
		{"what waits does not", func(w *world) {
			many(w, "a", 3)
			w.post("x@a", due(time.Hour))
		}, 3, nil},
		{"what is held does not", func(w *world) {
			many(w, "a", 3)
			w.post("x@a", func(p *content.Publication) { p.Invalid = "bad" })
		}, 3, nil},
		{"what was begun does not", func(w *world) {
			many(w, "a", 3)
			w.entry("x@a", ledger.Intent, records(w.post("x@a"))).Action = string(Publish)
		}, 4, nil},
		{"what was begun goes on in a refused batch", func(w *world) {
			many(w, "a", 4)
			w.entry("x@a", ledger.Intent, records(w.post("x@a"))).Action = string(Publish)
		}, 1, []string{"per_run@a"}},
		{"the whole batch stops, edits too", func(w *world) {
			many(w, "a", 4)
			changed(list("x"), list("y"))(w)
		}, 0, []string{"per_run@a"}},
		{"one that is lifted is not counted", func(w *world) {
			many(w, "a", 3)
			w.post("x@a", lift("per_run", at(time.Hour)))
		}, 4, nil},
		{"one that is lifted goes though the rest is refused", func(w *world) {
			many(w, "a", 4)
			w.post("x@a", lift("per_run", time.Time{}))
		}, 1, []string{"per_run@a"}},
		{"a lift that is over", func(w *world) {
			many(w, "a", 3)
			w.post("x@a", lift("per_run", noon))
		}, 0, []string{"per_run@a"}},
		{"a lift of another guard", func(w *world) {
			many(w, "a", 3)
			w.post("x@a", lift("min_gap", time.Time{}))
		}, 0, []string{"per_run@a"}},
		{"only what is planned counts", func(w *world) {
			many(w, "a", 4)
			w.OnlyPost = "p2"
		}, 1, nil},
		{"only the account that is planned", func(w *world) {
			many(w, "a", 4)
			many(w, "b", 1)
			w.OnlyAccount = "b"
		}, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.account("a", limit(3))
			w.account("b", limit(3))
			c.make(w)
			p := w.plan()
			refuses(t, p, c.refused...)
			if n := len(effective(p)); n != c.want {
				t.Errorf("%d effective changes, want %d: %+v", n, c.want, effective(p))
			}
		})
	}
}

func TestEditsPerRun(t *testing.T) {
	t.Parallel()
	edits := func(w *world, n int) {
		for i := range n {
			name := fmt.Sprintf("e%d@a", i)
			w.published(name)
			w.post(name, texts("other"), due(-24*time.Hour))
		}
	}
	drifted := func(w *world, n int) {
		for i := range n {
			w.steady(fmt.Sprintf("d%d@a", i))
			w.deface("a", fmt.Sprintf("id-d%d-0", i), "other")
		}
	}
	for _, c := range []struct {
		name    string
		make    func(*world)
		want    int
		refused []string
	}{
		{"as many as allowed", func(w *world) { edits(w, 2) }, 2, nil},
		{"one too many", func(w *world) { edits(w, 3) }, 0, []string{"edits_per_run@a"}},
		{"pins count", func(w *world) {
			edits(w, 2)
			w.steady("x@a", func(p *content.Publication) { p.Pin = true })
		}, 0, []string{"edits_per_run@a"}},
		{"the profile counts", func(w *world) {
			edits(w, 2)
			w.post("profile@a", face("Acme", ""))
		}, 0, []string{"edits_per_run@a"}},
		{"reverts count", func(w *world) {
			w.account("a", driftSetting("revert"))
			drifted(w, 3)
		}, 0, []string{"edits_per_run@a"}},
		{"accepting tells only the ledger", func(w *world) {
			w.account("a", driftSetting("accept"))
			drifted(w, 3)
		}, 3, nil},
		{"publications do not count", func(w *world) {
			edits(w, 2)
			many(w, "a", 3)
		}, 5, nil},
		{"retractions do not count", func(w *world) {
			edits(w, 2)
			w.steady("x@a", asks)
		}, 3, nil},
		{"one that is lifted is not counted", func(w *world) {
			edits(w, 3)
			lift("edits_per_run", time.Time{})(w.Desired[0])
		}, 3, nil},
		{"a site is rebuilt at once", func(w *world) {
			w.account("a", regenerable)
			for i := range 9 {
				w.steady(fmt.Sprintf("d%d@a", i))
			}
			w.Live["a"] = Live{}
		}, 9, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.account("a", func(a *Account) { a.EditsPerRun = 2 })
			c.make(w)
			p := w.plan()
			refuses(t, p, c.refused...)
			if n := len(effective(p)); n != c.want {
				t.Errorf("%d effective changes, want %d", n, c.want)
			}
		})
	}
}

func TestMaxRetracts(t *testing.T) {
	t.Parallel()
	type counts struct{ live, ask, gone int }
	for _, c := range []struct {
		name       string
		n          counts
		max, share int
		lift       string // of the first that asks
		want       int    // retractions
		refused    []string
	}{
		{"as many as allowed", counts{live: 9, ask: 3}, 3, 0, "", 3, nil},
		{"one too many", counts{live: 9, ask: 4}, 3, 0, "", 0, []string{"max_retracts@a"}},
		{"a folder that moved under sync", counts{live: 9, gone: 5}, 3, 0, "", 0, []string{"max_retracts@a"}},
		{"both kinds together", counts{live: 9, ask: 2, gone: 2}, 3, 0, "", 0, []string{"max_retracts@a"}},
		{"no limit", counts{live: 1, ask: 8}, 0, 0, "", 8, nil},
		{"one that is lifted is not counted", counts{live: 9, ask: 4}, 3, 0, "max_retracts", 4, nil},
		{"one that is lifted goes alone", counts{live: 9, ask: 5}, 3, 0, "max_retracts", 1, []string{"max_retracts@a"}},
		{"a share as allowed", counts{live: 18, ask: 2}, 0, 10, "", 2, nil},
		{"a share too large", counts{live: 17, ask: 2}, 0, 10, "", 0, []string{"max_retract_share@a"}},
		{"one always passes", counts{live: 0, ask: 1}, 0, 10, "", 1, nil},
		{"a share, one lifted", counts{live: 2, ask: 2}, 0, 10, "max_retract_share", 2, nil},
		{"the number is asked first", counts{live: 0, ask: 4}, 3, 10, "", 0, []string{"max_retracts@a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.account("a", policy("sync"))
			w.MaxRetracts, w.MaxShare = c.max, c.share
			for i := range c.n.live {
				w.steady(fmt.Sprintf("live%d@a", i))
			}
			for i := range c.n.ask {
				p, _ := w.steady(fmt.Sprintf("ask%d@a", i), asks)
				if i == 0 && c.lift != "" {
					lift(c.lift, time.Time{})(p)
				}
			}
			for i := range c.n.gone {
				w.published(fmt.Sprintf("gone%d@a", i))
			}
			p := w.plan()
			refuses(t, p, c.refused...)
			if p.Summary.Retract != c.want {
				t.Errorf("%d retractions, want %d", p.Summary.Retract, c.want)
			}
		})
	}
}

func TestForgettingIsNoRetraction(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.MaxRetracts, w.MaxShare = 1, 1
	for i := range 5 {
		w.steady(fmt.Sprintf("x%d@a", i), func(p *content.Publication) { p.Removed = true })
	}
	p := w.plan()
	refuses(t, p)
	if p.Summary.Forget != 5 {
		t.Errorf("summary %+v", p.Summary)
	}
}

func TestEmptyWorkspace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		make    func(*world)
		want    int
		refused []string
	}{
		{"nothing wanted, and something live", func(w *world) { w.published("x@a") }, 0, []string{"empty_workspace"}},
		{"nothing wanted, nothing live", func(*world) {}, 0, nil},
		{"only a profile is left", func(w *world) {
			w.published("x@a")
			w.post("profile@a", face("Acme", ""))
		}, 0, []string{"empty_workspace"}},
		{"nothing wanted but a first profile", func(w *world) { w.post("profile@a", face("Acme", "")) }, 1, nil},
		{"a draft is something", func(w *world) {
			w.published("x@a")
			w.post("y@a", func(p *content.Publication) { p.Ready = false })
		}, 1, nil},
		{"only tombstones", func(w *world) { w.published("x@a").State = ledger.Retracted }, 0, nil},
		{"what is scheduled stays too", func(w *world) {
			w.published("x@a")
			w.entry("y@a", ledger.Scheduled)
			delete(w.Live, "a")
		}, 0, []string{"empty_workspace"}},
		{"open intents are not touched either", func(w *world) {
			w.published("x@a")
			w.entry("y@a", ledger.Intent).Action = string(Retract)
		}, 0, []string{"empty_workspace"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.account("a", policy("sync"))
			c.make(w)
			p := w.plan()
			refuses(t, p, c.refused...)
			if n := len(effective(p)); n != c.want {
				t.Errorf("%d effective changes, want %d: %+v", n, c.want, effective(p))
			}
		})
	}
}

func TestEmptyLive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		make    func(*world)
		refused bool
	}{
		{"two are missing, the list is empty", func(w *world) {
			w.steady("x@a")
			w.steady("y@a")
			w.Live["a"] = Live{}
		}, true},
		{"one is missing, the list is empty", func(w *world) {
			w.steady("x@a")
			w.Live["a"] = Live{}
		}, true},
		{"two are missing, others are there", func(w *world) {
			w.steady("x@a")
			w.steady("y@a")
			w.Live["a"] = Live{}
			w.foreign("a", "1", "theirs")
		}, true},
		{"one is missing, others are there", func(w *world) {
			w.steady("x@a")
			w.Live["a"] = Live{}
			w.foreign("a", "1", "theirs")
		}, false},
		{"one of two is missing", func(w *world) {
			w.steady("x@a")
			w.steady("y@a")
			w.unlist("a", "id-x-0")
		}, false},
		{"parts of two threads are missing", func(w *world) {
			w.steady("x@a", texts("one", "two"))
			w.steady("y@a", texts("one", "three"))
			w.unlist("a", "id-x-0")
			w.unlist("a", "id-y-0")
		}, false},
		{"nothing is expected", func(w *world) { w.Live["a"] = Live{} }, false},
		{"all are older than the listing reaches", func(w *world) {
			w.steady("x@a")
			w.steady("y@a")
			w.Live["a"] = Live{Since: at(-time.Hour)}
		}, false},
		{"all are too new to be listed", func(w *world) {
			w.account("a", func(a *Account) { a.Capabilities.VisibilityDelay = 48 * time.Hour })
			w.steady("x@a")
			w.steady("y@a")
			w.Live["a"] = Live{}
		}, false},
		{"the files let go of them", func(w *world) {
			w.steady("x@a", asks)
			w.steady("y@a", func(p *content.Publication) { p.Removed = true })
			w.Live["a"] = Live{}
		}, false},
		{"they were taken down before", func(w *world) {
			w.published("x@a").State = ledger.Retracted
			w.published("y@a").State = ledger.Forgotten
			w.Live["a"] = Live{}
		}, false},
		{"the account was not read", func(w *world) {
			w.steady("x@a")
			w.steady("y@a")
			delete(w.Live, "a")
		}, false},
		{"a profile is in no list", func(w *world) {
			w.entry("profile@a", ledger.Published)
			w.Live["a"] = Live{}
		}, false},
		{"a site is rebuilt", func(w *world) {
			w.account("a", regenerable)
			w.steady("x@a")
			w.steady("y@a")
			w.Live["a"] = Live{}
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			c.make(w)
			w.post("new@a")
			w.post("new@b")
			p := w.plan()
			says(t, p, "new@b", Publish, "")
			if c.refused {
				refuses(t, p, "empty_live@a")
				says(t, p, "new@a", Hold, "empty_live: the account's whole batch is refused")
				return
			}
			refuses(t, p)
			says(t, p, "new@a", Publish, "")
		})
	}
}

func TestEmptyLiveOfAnAccountThatIsNotPlanned(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.steady("x@a")
	w.Live["a"] = Live{}
	w.post("new@b")
	w.OnlyAccount = "b"
	refuses(t, w.plan())
}

func TestRefusalsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.account("a", func(a *Account) { a.PerRun = 2 })
	many(w, "a", 3)
	d := w.plan().Refusals[0].Detail
	for _, part := range []string{"3 publications", "guards.per_run allows 2", "overrides: [{guard: per_run, reason: …}]"} {
		if !strings.Contains(d, part) {
			t.Errorf("%q does not say %q", d, part)
		}
	}
}

// Without its guard each of these would publish or delete more than anybody
// meant; with it nothing is done.
func TestEveryGuardIsNeeded(t *testing.T) {
	t.Parallel()
	disasters := map[string]func(*world){
		"per_run": func(w *world) {
			w.account("a", func(a *Account) { a.PerRun = 5 })
			many(w, "a", 40)
		},
		"edits_per_run": func(w *world) {
			w.account("a", func(a *Account) { a.EditsPerRun = 20 })
			for i := range 40 {
				w.published(fmt.Sprintf("e%d@a", i))
				w.post(fmt.Sprintf("e%d@a", i), texts(fmt.Sprint(i)), due(-24*time.Hour))
			}
		},
		"max_retracts": func(w *world) {
			w.account("a", policy("sync"))
			w.MaxRetracts = 3
			for i := range 40 {
				w.published(fmt.Sprintf("g%d@a", i))
			}
			w.post("left@a", due(time.Hour))
		},
		"max_retract_share": func(w *world) {
			w.account("a", policy("sync"))
			w.MaxShare = 10
			for i := range 40 {
				w.published(fmt.Sprintf("g%d@a", i))
			}
			w.post("left@a", due(time.Hour))
		},
		"empty_workspace": func(w *world) {
			w.account("a", policy("sync"))
			for i := range 40 {
				w.published(fmt.Sprintf("g%d@a", i))
			}
		},
		"empty_live": func(w *world) {
			for i := range 40 {
				w.steady(fmt.Sprintf("s%d@a", i))
			}
			many(w, "a", 40)
			w.Live["a"] = Live{}
		},
	}
	for guard, disaster := range disasters {
		t.Run(guard, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			disaster(w)
			p := w.plan()
			if n := len(effective(p)); n > 0 {
				t.Errorf("%d changes would be carried out", n)
			}
			if !slices.ContainsFunc(p.Refusals, func(r Refusal) bool { return r.Guard == guard }) {
				t.Errorf("refusals %+v", p.Refusals)
			}
		})
	}
}
