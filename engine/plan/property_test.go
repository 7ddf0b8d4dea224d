package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"pgregory.net/rapid"
)

// draw is a source of random choices with a name for each, so that a failure
// shrinks to something readable.
type draw struct {
	*rapid.T
	wild bool // open intents, schedules, moves, twins and dependencies too
}

func (d draw) chance(label string, percent int) bool {
	return rapid.IntRange(0, 99).Draw(d.T, label) < percent
}

func pick[T any](d draw, label string, from ...T) T { return rapid.SampledFrom(from).Draw(d.T, label) }

func (d draw) world() *world {
	w := newWorld()
	for _, id := range []string{"a", "b"} {
		w.account(id, d.account)
		w.Live[id] = Live{Since: pick(d, id+" since", time.Time{}, at(-30*time.Hour), at(-12*time.Hour))}
	}
	w.Incomplete = d.chance("incomplete", 10)
	w.MaxRetracts, w.MaxShare = pick(d, "max retracts", 0, 1, 3), pick(d, "max share", 0, 0, 50)
	if d.chance("frozen", 10) {
		w.Freezes = []Freeze{{Accounts: []string{"a"}, Reason: "crisis"}, {Brands: []string{"other"}}}
	}
	for i := range rapid.IntRange(0, 9).Draw(d.T, "posts") {
		d.one(w, fmt.Sprintf("p%d@%s", i, pick(d, "account", "a", "a", "b")))
	}
	d.profile(w)
	for i := range rapid.IntRange(0, 3).Draw(d.T, "foreign") {
		w.foreign(pick(d, "foreign account", "a", "b"), fmt.Sprintf("foreign-%d", i), pick(d, "foreign text", "theirs", "p0 one", "p1 one"))
	}
	if d.chance("an empty list", 5) {
		w.Live["a"] = Live{}
	}
	if d.chance("offline", 10) {
		delete(w.Live, "b")
	}
	return w
}

func (d draw) account(a *Account) {
	a.Policy = pick(d, "policy", "upsert", "upsert", "sync", "create-only")
	a.Drift = pick(d, "drift", "report", "accept", "revert")
	a.PerRun, a.EditsPerRun = pick(d, "per run", 0, 2, 5), pick(d, "edits per run", 0, 2)
	a.MinGap = pick(d, "min gap", 0, 0, time.Hour)
	a.QuietHours = pick(d, "quiet hours", nil, nil, nil, []string{"11:00-13:00"})
	c := &a.Capabilities
	c.Edit, c.Retract, c.Pin = d.chance("can edit", 80), d.chance("can retract", 80), d.chance("can pin", 80)
	c.Regenerable = d.chance("regenerable", 20)
	c.Immutable = pick(d, "immutable", nil, []string{"options"})
	a.Problem = pick(d, "problem", "", "", "", "", "", "", "no token")
}

var states = []ledger.State{
	"", "", "", ledger.Planned, ledger.Missed, ledger.Held, ledger.Published, ledger.Published, ledger.Published,
	ledger.Retracted, ledger.Forgotten,
}

var wildStates = append(slices.Clone(states), ledger.Intent, ledger.Scheduled, ledger.Unknown)

// one makes one Key: a file or none, an entry or none, objects or none.
func (d draw) one(w *world, name string) {
	from := states
	if d.wild {
		from = wildStates
	}
	state := rapid.SampledFrom(from).Draw(d.T, "state")
	words := d.words(w, key(name).Post, "was")
	switch state {
	case "":
	case ledger.Planned, ledger.Missed, ledger.Held, ledger.Scheduled:
		d.unpublished(w, name, state, words)
	default:
		d.recorded(w, name, state, words)
	}
	if state != "" && d.chance("its file is gone", 15) {
		return
	}
	if state != "" && d.chance("changed", 40) {
		words = d.words(w, key(name).Post, "is")
	}
	w.post(name, texts(words...), d.wishes)
	if d.wild {
		d.relations(w, w.Desired[len(w.Desired)-1])
	}
}

func (d draw) words(w *world, id, label string) []string {
	all := []string{id + " one", id + " two", id + " three"}
	if d.wild && d.chance("twin", 15) {
		all[0] = "the same"
	}
	return rapid.Permutation(all).Draw(d.T, label)[:rapid.IntRange(1, 3).Draw(d.T, label+" parts")]
}

func (d draw) unpublished(w *world, name string, state ledger.State, words []string) {
	p := newWorld().post(name, texts(words[0]), due(pick(d, "scheduled for", -time.Hour, time.Hour, 3*time.Hour)))
	e := w.entry(name, state, records(p))
	if state != ledger.Scheduled {
		return
	}
	e.Segments[0].ScheduleID = "s-" + name
	if live := w.Live[p.Key.Account]; d.chance("still scheduled", 80) {
		live.Scheduled = append(live.Scheduled, provider.Object{ID: "s-" + name, Fingerprint: e.Segments[0].Fingerprint, ScheduledAt: e.At})
		w.Live[p.Key.Account] = live
	}
}

func (d draw) recorded(w *world, name string, state ledger.State, words []string) {
	e := w.publishedAt(name, -pick(d, "published ago", 10*time.Minute, 24*time.Hour, 48*time.Hour), texts(words...))
	e.State, e.Generation = state, pick(d, "generation", 1, 1, 2)
	e.Pinned = d.chance("is pinned", 20)
	e.Imported = d.chance("was imported", 10)
	if state == ledger.Intent || state == ledger.Unknown {
		e.Action = string(pick(d, "open action", Publish, Edit, Retract, Replace, Revert))
		e.Run = "run-0"
	}
	id := e.Segments[len(e.Segments)-1].ID
	switch {
	case state == ledger.Retracted && d.chance("gone after retraction", 90), d.chance("deleted there", 10):
		for _, s := range e.Segments {
			w.unlist(e.Key.Account, s.ID)
		}
	case d.chance("defaced", 15):
		w.deface(e.Key.Account, id, "<p>defaced</p>")
	}
}

func (d draw) wishes(p *content.Publication) {
	p.Ready = d.chance("ready", 90)
	p.OnHold = !p.Ready && d.chance("on hold", 50)
	p.At = at(pick(d, "at", -time.Minute, -time.Hour, 0, -9*time.Hour, time.Hour, 48*time.Hour))
	p.Late.Any = d.chance("however late", 20)
	p.Replace = d.chance("replace: allow", 50)
	p.Retract, p.Removed = d.chance("retract", 10), d.chance("removed", 10)
	p.Republish = pick(d, "republish", 0, 0, 0, 0, 2, 3)
	p.Pin = d.chance("pin", 20)
	p.Reminder, p.Imported = d.chance("reminder", 5), d.chance("imported", 5)
	if d.chance("pin is over", 20) {
		p.PinUntil = at(-time.Minute)
	}
	if d.chance("not valid", 10) {
		p.Invalid = "too long"
	}
	if d.chance("its end", 10) {
		p.Unpublish = at(pick(d, "end", -time.Hour, time.Hour))
	}
	if d.chance("embargo", 10) {
		p.Embargo = at(pick(d, "embargo until", -time.Hour, time.Hour))
	}
	if d.chance("visibility", 20) {
		option("visibility", "private")(p)
	}
	if d.wild && d.chance("lifted", 20) {
		lift(pick(d, "guard", "per_run", "min_gap", "freeze", "quiet_hours", "max_retracts"), time.Time{})(p)
	}
}

func (d draw) relations(w *world, p *content.Publication) {
	if d.chance("native", 40) {
		p.Native = true
	}
	if d.chance("moved", 10) {
		p.MovedFrom = fmt.Sprintf("p%d", rapid.IntRange(0, 9).Draw(d.T, "moved from"))
	}
	if d.chance("needs", 15) {
		p.DependsOn = []content.Key{key(fmt.Sprintf("p%d@%s", rapid.IntRange(0, 9).Draw(d.T, "needs"), pick(d, "needs at", "a", "b")))}
	}
}

func (d draw) profile(w *world) {
	if !d.chance("profile", 40) {
		return
	}
	w.post("profile@a", face("Acme", pick(d, "bio", "", "Coats", "Hats")), func(p *content.Publication) { p.Digest = pick(d, "face digest", "d1", "d2") })
	if d.chance("profile was set", 50) {
		e := w.entry("profile@a", ledger.Published)
		e.Digest, e.Sent, e.Seen = "d1", map[string]string{"name": "Acme"}, map[string]string{"name": "Acme"}
		live := w.Live["a"]
		live.Profile = map[string]string{"name": pick(d, "live name", "Acme", "Evil")}
		w.Live["a"] = live
	}
}

func foreignObjects(w *world) string {
	var out []string
	for account, live := range w.Live {
		for _, o := range live.Objects {
			if strings.HasPrefix(o.ID, "foreign-") {
				out = append(out, fmt.Sprintf("%s %+v", account, o))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// A plan that was carried out leaves nothing to do.
func TestPlanOfAnAppliedPlanIsEmpty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := draw{rt, false}.world()
		first := w.plan()
		newModel(w).carryOut(rt, first)
		steps := map[content.Key]bool{} // what tells the ledger alone may show more to do
		for _, c := range first.Changes {
			steps[c.Key] = c.Action == Accept
		}
		for _, c := range effective(w.plan()) {
			if !steps[c.Key] {
				rt.Fatalf("again: %s %s (%s), after %+v", c.Key, c.Action, c.Reason, only2(first, c.Key))
			}
		}
	})
}

func only2(p *Plan, k content.Key) Change {
	for _, c := range p.Changes {
		if c.Key == k {
			return c
		}
	}
	return Change{}
}

// With everything that takes several runs (moves, schedules, twins, posts that
// need each other, open intents) the plans come to rest all the same, no
// generation is published twice, and what is foreign stays as it was.
func TestPlansComeToRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := draw{rt, true}.world()
		m := newModel(w)
		foreign := foreignObjects(w)
		for round := 0; ; round++ {
			p := w.plan()
			checkInvariants(rt, w, p)
			if len(effective(p)) == 0 {
				break
			}
			if round > 12 {
				rt.Fatalf("still something to do: %+v", effective(p))
			}
			m.carryOut(rt, p)
		}
		for what, n := range m.accepted {
			if n > 1 {
				rt.Fatalf("%s was published %d times", what, n)
			}
		}
		if got := foreignObjects(w); got != foreign {
			rt.Fatalf("foreign objects:\n%s\nwere:\n%s", got, foreign)
		}
	})
}

// checkInvariants holds of every plan.
func checkInvariants(rt *rapid.T, w *world, p *Plan) {
	seen := map[content.Key]bool{}
	pubs := newModel(w).pubs
	begun, retracted := map[string]int{}, map[string]int{}
	for _, c := range p.Changes {
		switch {
		case seen[c.Key]:
			rt.Fatalf("two changes for %s", c.Key)
		case c.Reason == "":
			rt.Fatalf("%s: %s without a reason", c.Key, c.Action)
		case c.Fields == nil || c.Remote == nil:
			rt.Fatalf("%s: a null list", c.Key)
		case c.Action == None || c.Action == "":
			rt.Fatalf("%s is listed with nothing to do", c.Key)
		case c.Action.Effective() && w.Accounts[c.Account].Problem != "":
			rt.Fatalf("%s on an account that cannot be used", c.Key)
		}
		seen[c.Key] = true
		for _, r := range c.Remote {
			if strings.HasPrefix(r.ID, "foreign-") {
				rt.Fatalf("%s names a foreign object", c.Key)
			}
		}
		if !begins(&c) {
			continue
		}
		if publishes(&c) {
			checkPublication(rt, w, c, pubs[c.Key])
			if !liftedBy(pubs[c.Key], "per_run") {
				begun[c.Account]++
			}
		}
		if c.Action == Retract {
			if w.Incomplete {
				rt.Fatalf("%s is retracted while some file cannot be read", c.Key)
			}
			if !liftedBy(pubs[c.Key], "max_retracts") {
				retracted[c.Account]++
			}
		}
	}
	for id, a := range w.Accounts {
		if a.PerRun > 0 && begun[id] > a.PerRun || w.MaxRetracts > 0 && retracted[id] > w.MaxRetracts {
			rt.Fatalf("%s: %d publications, %d retractions", id, begun[id], retracted[id])
		}
	}
	if !slices.IsSortedFunc(p.Changes, compareChanges) {
		rt.Fatalf("out of order")
	}
}

// checkPublication holds of everything that is to become public.
func checkPublication(rt *rapid.T, w *world, c Change, p *content.Publication) {
	switch {
	case p == nil:
		rt.Fatalf("%s: published without a file", c.Key)
	case !p.Ready, p.Invalid != "", p.Retract, p.Removed, p.Reminder && c.Action != Replace:
		rt.Fatalf("%s: %s of what must not go out: %+v", c.Key, c.Action, p)
	case c.Action == Publish && w.Now.Before(p.At), c.Action == Publish && w.Now.Before(p.Embargo):
		rt.Fatalf("%s: published before its time", c.Key)
	case c.Action == Publish && !p.Late.Allows(dueAt(p), w.Now):
		rt.Fatalf("%s: published too late", c.Key)
	case c.Account == "a" && len(w.Freezes) > 0 && !liftedBy(p, "freeze"):
		rt.Fatalf("%s: published while frozen", c.Key)
	case c.Action == Schedule && !w.Now.Before(p.At):
		rt.Fatalf("%s: scheduled in the past, which publishes at once", c.Key)
	}
	e := w.Ledger.Entries[c.Key]
	switch {
	case e == nil:
	case e.State.Tombstone() && c.Generation <= e.Generation, c.Action == Replace && c.Generation <= e.Generation:
		rt.Fatalf("%s: generation %d again", c.Key, c.Generation)
	case e.State == ledger.Published && c.Action != Replace:
		rt.Fatalf("%s: published twice", c.Key)
	}
}

func liftedBy(p *content.Publication, guard string) bool {
	return p != nil && slices.ContainsFunc(p.Overrides, func(b content.Bypass) bool { return b.Guard == guard })
}

// The order in which files, entries and objects come changes no byte.
func TestOrderOfInputsChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := draw{rt, true}.world()
		w.Problems = []Problem{{"a.md", "x"}, {"a.md", "y"}, {"b.md", "x"}}
		if len(w.Desired) > 0 && rapid.Bool().Draw(rt, "an id used twice") {
			again := *w.Desired[0]
			again.Path = "again.md"
			w.Desired = append(w.Desired, &again)
		}
		want := encode(rt, w.plan())
		for range 3 {
			shuffle(rt, w)
			if got := encode(rt, w.plan()); !bytes.Equal(got, want) {
				rt.Fatalf("another order, another plan:\n%s\n%s", got, want)
			}
		}
	})
}

func encode(rt *rapid.T, p *Plan) []byte {
	b, err := json.Marshal(p)
	if err != nil {
		rt.Fatal(err)
	}
	return b
}

// shuffle gives every list another order and every map another history.
func shuffle(rt *rapid.T, w *world) {
	w.Desired = permuted(rt, w.Desired)
	w.Freezes, w.Problems = permuted(rt, w.Freezes), permuted(rt, w.Problems)
	for id, live := range w.Live {
		live.Objects, live.Scheduled = permuted(rt, live.Objects), permuted(rt, live.Scheduled)
		w.Live[id] = live
	}
	w.Accounts = maps.Clone(w.Accounts)
	entries := map[content.Key]*ledger.Entry{}
	for _, k := range permuted(rt, slices.SortedFunc(maps.Keys(w.Ledger.Entries), compareKeys)) {
		entries[k] = w.Ledger.Entries[k]
	}
	w.Ledger.Entries = entries
}

func permuted[T any](rt *rapid.T, list []T) []T {
	if len(list) < 2 {
		return list
	}
	return rapid.Permutation(list).Draw(rt, "order")
}

// Build leaves its input as it found it: the caller plans with it again.
func TestInputIsNotChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := draw{rt, true}.world()
		before := fmt.Sprintf("%+v", printable(w))
		w.plan()
		Draft(w.Input).Unrendered()
		if after := fmt.Sprintf("%+v", printable(w)); after != before {
			rt.Fatalf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func printable(w *world) []any {
	var out []any
	for _, p := range w.Desired {
		out = append(out, *p)
	}
	for _, k := range slices.SortedFunc(maps.Keys(w.Ledger.Entries), compareKeys) {
		out = append(out, *w.Ledger.Entries[k])
	}
	for _, id := range sortedKeys(w.Live) {
		out = append(out, w.Live[id])
	}
	return append(out, w.Freezes, w.Problems)
}

// A saved plan of the same world is never stale, and restricting to it changes
// nothing.
func TestSavedAtOnceIsFresh(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := draw{rt, true}.world()
		a, b := w.plan(), w.plan()
		if why := Stale(a, b); why.Any() {
			rt.Fatalf("stale: %q", why.Reasons())
		}
		if !bytes.Equal(encode(rt, b.Restrict(a)), encode(rt, b)) {
			rt.Fatalf("restricting to itself changed the plan")
		}
	})
}

// What is left unrendered, where Unrendered does not ask for it, does not show.
func TestUnrenderedIsEnough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := draw{rt, true}.world()
		want := encode(rt, stripped(w.plan()))
		full := map[content.Key][]content.Segment{}
		for _, p := range w.Desired {
			full[p.Key], p.Segments = p.Segments, nil
		}
		for _, k := range Draft(w.Input).Unrendered() {
			for _, p := range w.Desired {
				if p.Key == k {
					p.Segments = full[k]
				}
			}
		}
		if got := encode(rt, stripped(w.plan())); !bytes.Equal(got, want) {
			rt.Fatalf("rendered in part:\n%s\nrendered whole:\n%s", got, want)
		}
	})
}

// stripped leaves out the number of segments, which for what need not be rendered
// is not known.
func stripped(p *Plan) *Plan {
	for i := range p.Changes {
		p.Changes[i].Segments = 0
	}
	return p
}
