package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// counter is a forge's pull requests: the comments of each.
type counter struct {
	mu       sync.Mutex
	comments []forge.Comment
	pulls    map[int64]int
	name     string
	self     string
	fail     func(op string) error // before
	lose     func(op string) error // after
	edits    int
	during   func(op string) // outside of the lock, between looking and answering
}

func newCounter() *counter { return &counter{name: "counter", self: "smm-bot", pulls: map[int64]int{}} }

func (d *counter) forge() *forge.Forge {
	if d == nil {
		return nil
	}
	return &forge.Forge{Name: d.name, Comments: d, Pulls: d}
}

// Merged finds nothing: what these tests follow is in the ledger already.
func (d *counter) Merged(context.Context, string, time.Time) ([]forge.Pull, error) { return nil, nil }

func (d *counter) Pull(context.Context, int) (*forge.Pull, error) { return nil, forge.ErrNotFound }

func (d *counter) Reviews(context.Context, int) ([]forge.Review, error) {
	return nil, forge.ErrNotFound
}

func (d *counter) Retargeted(context.Context, *forge.Pull) (time.Time, error) {
	return time.Time{}, nil
}

func (d *counter) call(op string, do func()) error {
	if op == "edit" {
		d.meanwhile(op)
	} else {
		defer d.meanwhile(op)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		if err := d.fail(op); err != nil {
			return err
		}
	}
	do()
	if d.lose != nil {
		return d.lose(op)
	}
	return nil
}

// meanwhile lets something happen once while a call is under way.
func (d *counter) meanwhile(op string) {
	if do := d.during; do != nil {
		d.during = func(other string) {}
		do(op)
	}
}

func (d *counter) Self(context.Context) (string, error) { return d.self, nil }

func (d *counter) List(_ context.Context, pull int) (out []forge.Comment, err error) {
	err = d.call("list", func() {
		for _, c := range d.comments {
			if d.pulls[c.ID] == pull {
				out = append(out, c)
			}
		}
	})
	return out, err
}

func (d *counter) Create(_ context.Context, pull int, body string) (*forge.Comment, error) {
	var c forge.Comment
	err := d.call("create", func() { c = d.add(pull, "smm-bot", body) })
	return &c, err
}

func (d *counter) add(pull int, by, body string) forge.Comment {
	c := forge.Comment{ID: int64(len(d.comments) + 1), By: by, Body: body}
	d.comments = append(d.comments, c)
	d.pulls[c.ID] = pull
	return c
}

func (d *counter) Edit(_ context.Context, id int64, body string) (*forge.Comment, error) {
	found := (*forge.Comment)(nil)
	err := d.call("edit", func() {
		for i := range d.comments {
			if d.comments[i].ID == id {
				d.comments[i].Body, found = body, &d.comments[i]
				d.edits++
			}
		}
	})
	if err == nil && found == nil {
		err = forge.ErrNotFound
	}
	return found, err
}

// once wants one comment of ours on a pull request, with that in it.
func (d *counter) once(t *testing.T, pull int, want string) {
	t.Helper()
	all, _ := d.List(bg, pull)
	all = slices.DeleteFunc(all, func(c forge.Comment) bool { return c.By != "smm-bot" })
	if len(all) != 1 || !strings.Contains(all[0].Body, want) {
		t.Errorf("comments of %d, want one with %q: %s", pull, want, asJSON(all))
	}
}

// follow records a merged pull request that brought keys.
func (w *world) follow(number int, keys ...string) {
	w.t.Helper()
	if w.counter == nil {
		w.counter = newCounter()
	}
	p := ledger.Pull{Number: number, Author: "ada", Merged: w.clock.Now().Add(-10 * time.Minute)}
	for _, k := range keys {
		p.Keys = append(p.Keys, key(w.t, k))
	}
	pulls := ledger.Pulls{Seen: w.clock.Now(), Open: append(w.ledger().Pulls.Open, p)}
	w.record(ledger.Update{Pulls: &pulls, Message: "a pull request"})
}

func (w *world) open() []ledger.Pull { return w.ledger().Pulls.Open }

func TestPullRequestIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "", "The first")
	w.post("later", "publish_at: 2026-12-03T10:00\n", "Later")
	w.post("draft", "", "A draft")
	w.write("content/acme/2026-12/draft.md", strings.Replace(w.file("content/acme/2026-12/draft.md"), "status: ready", "status: draft", 1))
	w.ship("Three posts")
	w.follow(7, "draft@one", "first@one", "later@one")
	w.deliver()
	url := w.entry("first@one").Segments[0].URL
	w.counter.once(t, 7, "first@one published "+url+" \nlater@one waiting ")
	w.counter.once(t, 7, "draft@one not planned")
	w.deliver()
	if w.counter.edits != 0 {
		t.Error("edited, and nothing had changed")
	}
	if p := w.open()[0]; p.Comment != 1 || p.Told == "" {
		t.Errorf("%+v", p)
	}
	w.clock.Advance(time.Hour)
	w.deliver()
	w.counter.once(t, 7, "later@one published")
	if n := len(w.open()); n != 0 {
		t.Errorf("%d are followed still: everything is settled and told", n)
	}
}

// A pull request that brought nothing is told nothing, and let go.
func TestPullRequestWithoutPublications(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.follow(7)
	w.deliver()
	if len(w.counter.comments) != 0 || len(w.open()) != 0 {
		t.Errorf("%d comments, %d followed", len(w.counter.comments), len(w.open()))
	}
}

// Where the answer to creating it is lost, the comment is found again by its mark
// and its author; anybody else's with the same mark is left alone.
func TestLostCommentIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "publish_at: 2026-12-03T10:00\n", "The first")
	w.ship("A post")
	w.follow(7, "first@one")
	hostile := w.counter.add(7, "mallory", "<!-- smmctl:outcomes "+content.Digest(ledgerID)[:12]+" -->\nAll is well")
	w.counter.lose = func(op string) error {
		if op == "create" {
			return errors.New("connection reset")
		}
		return nil
	}
	d, err := w.engine().Deliver(bg, w.deliverOptions())
	must(t, err)
	if d.Telling == nil {
		t.Error("nobody heard")
	}
	w.counter.lose = nil
	w.deliver() // the mark still stands: it might not be visible yet
	w.clock.Advance(45 * time.Minute)
	w.deliver()
	w.counter.once(t, 7, strings.Split(hostile.Body, "\n")[0]+"\nfirst@one published")
	if w.counter.comments[0] != hostile {
		t.Errorf("somebody else's comment was changed: %+v", w.counter.comments[0])
	}
	if n := len(w.open()); n != 0 {
		t.Errorf("%d are followed still", n)
	}
}

// Where Gitea's token does not tell whose it is, a comment that may be ours is not
// followed by another one.
func TestDoubtfulCommentIsNotDoubled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "publish_at: 2026-12-03T10:00\n", "The first")
	w.ship("A post")
	w.follow(7, "first@one")
	w.counter.name, w.counter.self = "gitea", ""
	w.counter.add(7, "smm-bot", "<!-- smmctl:outcomes "+content.Digest(ledgerID)[:12]+" -->\nOf a run before")
	d, err := w.engine().Deliver(bg, w.deliverOptions())
	must(t, err)
	if !errors.Is(d.Telling, forge.ErrForbidden) || len(w.counter.comments) != 1 {
		t.Errorf("%v, %d comments", d.Telling, len(w.counter.comments))
	}
}

func TestDeletedCommentIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "publish_at: 2026-12-03T10:00\n", "The first")
	w.ship("A post")
	w.follow(7, "first@one")
	w.deliver()
	w.counter.comments = nil
	w.clock.Advance(time.Hour)
	w.deliver()
	w.deliver()
	w.counter.once(t, 7, "first@one published")
}

// A forge that is down, or says no, changes nothing of what is published.
func TestForgeSaysNo(t *testing.T) {
	t.Parallel()
	for op, failure := range map[string]error{"list": forge.ErrLimited, "create": forge.ErrForbidden} {
		w := newWorld(t, "one")
		w.post("first", "", "The first")
		w.ship("A post")
		w.follow(7, "first@one")
		w.counter.fail = func(o string) error {
			if o == op {
				return failure
			}
			return nil
		}
		d, err := w.engine().Deliver(bg, w.deliverOptions())
		must(t, err)
		if !errors.Is(d.Telling, failure) || len(w.live("one")) != 1 {
			t.Errorf("%s: %v, %d live", op, d.Telling, len(w.live("one")))
		}
		w.counter.fail = nil
		w.clock.Advance(11 * time.Minute)
		w.deliver()
		w.counter.once(t, 7, "first@one published")
	}
}

// Each way in which a publication can stand.
func TestStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.account("two", mastodontest.Options{})
	p := w.mute("loud")
	w.write("strategies/acme/accounts/two.yaml", strings.Replace(w.file("strategies/acme/accounts/two.yaml"), "per_run: 0", "per_run: 1", 1))
	w.post("out", "", "Out")
	w.post("gone", "late: 1h\npublish_at: 2026-12-03T07:00\n", "Gone")
	w.post("held", "link: {post: nothing, account: one}\n", "Held")
	w.postTo("two", "many-1", "", "Many")
	w.postTo("two", "many-2", "", "Many more")
	w.postTo("loud", "lost", "", "Lost")
	w.ship("Posts")
	keys := []string{"gone@one", "held@one", "lost@loud", "many-1@two", "many-2@two", "out@one"}
	w.follow(7, keys...)
	p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.LostResponse})
	d := w.deliverAnyhow()
	var got []string
	for _, s := range d.Pulls[0].Rows {
		got = append(got, s.Key.String()+" "+string(s.Stand))
	}
	same(t, "stands", got, "gone@one missed", "held@one held", "lost@loud unknown", "many-1@two refused", "many-2@two refused", "out@one published")
	if len(w.open()) != 1 {
		t.Error("let go, and not everything is settled")
	}
	for range 2 { // a comment speaks of times, and not of how long ago they were
		w.clock.Advance(10 * time.Minute)
		w.deliverAnyhow()
	}
	if w.counter.edits != 0 {
		t.Errorf("%d edits, and nothing had changed", w.counter.edits)
	}
}

// The fast lane publishes first; the comment says until when a review is owed, and
// the pull request is followed until it is given.
func TestReviewIsOwed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.write("smm.yaml", config+"approvals:\n  fast_lane: [{people: [\"@Ada\"], reason: outages, review_within: 6h}]\n")
	w.post("first", "", "The first")
	w.publish("A post")
	entry := w.entry("first@one").Clone()
	entry.Approved = []ledger.Consent{{By: "ada", At: start, Source: "counter", FastLane: true}}
	w.record(ledger.Update{Entries: []*ledger.Entry{entry}})
	w.follow(7, "first@one")
	d := w.deliver()
	if owed := d.Pulls[0].Rows[0].Owed; owed == nil || !owed.Equal(start.Add(6*time.Hour)) {
		t.Errorf("%v", owed)
	}
	if len(w.open()) != 1 {
		t.Error("let go before the review")
	}
	own := []ledger.Approval{{Consent: ledger.Consent{By: "@ADA", At: start}, Pull: 7, Binds: map[content.Key]string{key(t, "first@one"): "x"}}}
	w.record(ledger.Update{Approvals: &own})
	if d := w.deliver(); d.Pulls[0].Rows[0].Owed == nil {
		t.Error("nobody reviews their own work")
	}
	review := []ledger.Approval{{Consent: ledger.Consent{By: "Lena", At: start}, Pull: 7, Binds: map[content.Key]string{key(t, "first@one"): "x"}}}
	w.record(ledger.Update{Approvals: &review})
	if d := w.deliver(); d.Pulls[0].Rows[0].Owed != nil {
		t.Error("reviewed, and still owed")
	}
	if len(w.open()) != 0 {
		t.Error("still followed")
	}
}

// Where nothing is to be published no lease keeps runs apart. A second run that comes
// just when the first has found no comment makes none.
func TestOneCommentFromTwoRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("later", "publish_at: 2026-12-03T18:00\n", "Later")
	w.ship("A post")
	w.follow(7, "later@one")
	w.elsewhere()
	second := w.engine()
	w.elsewhere()
	beside := 0
	w.counter.during = func(op string) {
		if beside++; op != "list" {
			t.Errorf("%s comes before looking", op)
		}
		d, err := second.Deliver(bg, w.deliverOptions())
		must(t, errors.Join(err, d.Telling))
	}
	w.deliver()
	w.deliver()
	if beside != 1 {
		t.Fatal("there was no second run")
	}
	w.counter.once(t, 7, "later@one waiting")
}

// A run that is slow may write an older state over a newer one. The next run sees
// to it.
func TestOlderWordsAreWrittenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "publish_at: 2026-12-03T10:00\n", "The first")
	w.post("later", "publish_at: 2026-12-03T18:00\n", "Later")
	w.post("never", "link: {post: nothing, account: one}\n", "Held")
	w.ship("Posts")
	w.follow(7, "first@one", "later@one", "never@one")
	w.deliver()
	w.remove("never")
	w.ship("One is gone: its row changes")
	w.elsewhere()
	second := w.engine()
	w.elsewhere()
	w.counter.during = func(op string) {
		if op != "edit" {
			t.Errorf("%s, and the comment is known", op)
		}
		w.clock.Advance(time.Hour) // the first is due
		d, err := second.Deliver(bg, w.deliverOptions())
		must(t, errors.Join(err, d.Telling))
		w.counter.once(t, 7, "first@one published")
	}
	w.deliver()
	w.counter.once(t, 7, "first@one waiting") // written over
	w.deliver()
	w.counter.once(t, 7, "first@one published")
}
