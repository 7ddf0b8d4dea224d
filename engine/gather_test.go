package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
)

const (
	desk = "approvals: {rules: [{name: desk, from: [\"@lena\", tomas]}]}\n"
	p1   = "content/acme/2026-12/post1.md"
)

// desks is a forge in memory, for pull requests of a world.
type desks struct {
	w       *world
	pulls   []*forge.Pull
	reviews map[int][]forge.Review
	moved   map[int]time.Time // when they were given another branch
	unclear map[int]error
	broken  map[int]error // of a pull request's reviews
	asked   int           // how often reviews were
	now     time.Time
}

// desks has a workspace with these approvals in smm.yaml.
func (w *world) desks(approvals string) *desks {
	w.write("smm.yaml", config+approvals)
	w.commit("Approvals")
	w.push()
	w.git(w.dir, "-C", "forge.git", "config", "uploadpack.allowAnySHA1InWant", "true")
	return &desks{w: w, reviews: map[int][]forge.Review{}, broken: map[int]error{}, moved: map[int]time.Time{}, unclear: map[int]error{}, now: start.Add(-time.Hour)}
}

func (d *desks) forge() *forge.Forge { return &forge.Forge{Name: "gitea", Pulls: d} }

// touch lets a minute go by and notes an update.
func (d *desks) touch(p *forge.Pull) {
	d.now = d.now.Add(time.Minute)
	p.UpdatedAt = d.now
}

// open proposes a change of the branch.
func (d *desks) open(author string, change func()) *forge.Pull {
	d.w.t.Helper()
	p := &forge.Pull{Number: len(d.pulls) + 1, Title: "A change", Author: author, Base: "main", Open: true}
	p.Head, p.URL = fmt.Sprintf("change-%d", p.Number), fmt.Sprintf("https://forge.example/acme/pulls/%d", p.Number)
	p.BaseSHA = d.w.git(d.w.clone, "rev-parse", "main")
	p.MergeBase = p.BaseSHA
	d.w.git(d.w.clone, "checkout", "--quiet", "-b", p.Head)
	d.pulls = append(d.pulls, p)
	d.commit(p, change)
	return p
}

// push puts another commit on a pull request.
func (d *desks) push(p *forge.Pull, change func()) {
	d.w.t.Helper()
	d.w.git(d.w.clone, "checkout", "--quiet", p.Head)
	d.commit(p, change)
}

func (d *desks) commit(p *forge.Pull, change func()) {
	change()
	d.w.commit("A change")
	d.w.git(d.w.clone, "push", "--quiet", "origin", p.Head)
	p.HeadSHA = d.w.git(d.w.clone, "rev-parse", "HEAD")
	d.w.git(d.w.clone, "checkout", "--quiet", "main")
	d.touch(p)
}

// says adds a review of what the pull request is now.
func (d *desks) says(p *forge.Pull, by string, state forge.ReviewState) {
	d.touch(p)
	d.reviews[p.Number] = append(d.reviews[p.Number], forge.Review{
		ID: int64(len(d.reviews[p.Number]) + 1), By: by, State: state, Commit: p.HeadSHA, At: d.now, URL: p.URL + "#" + by,
	})
}

// merge takes a pull request over, in one of the forges' three ways.
func (d *desks) merge(p *forge.Pull, style string) {
	d.w.t.Helper()
	switch style {
	case "squash":
		d.w.git(d.w.clone, "merge", "--quiet", "--squash", p.Head)
		d.w.commit("Squashed")
	case "rebase":
		d.w.git(d.w.clone, "commit", "--quiet", "--allow-empty", "-m", "Meanwhile")
		d.w.git(d.w.clone, "cherry-pick", "main~1.."+p.Head)
	default:
		d.w.git(d.w.clone, "merge", "--quiet", "--no-ff", "-m", "Merged", p.Head)
	}
	d.w.push()
	d.touch(p)
	p.Open, p.Merged, p.MergedAt, p.MergedBy = false, true, d.now, "boss"
	p.MergedAs = d.w.git(d.w.clone, "rev-parse", "main")
}

func (d *desks) gather() *engine.Gathered {
	d.w.t.Helper()
	g, err := d.w.engine().Gather(bg, d.forge())
	must(d.w.t, err)
	return g
}

func (d *desks) Pull(_ context.Context, number int) (*forge.Pull, error) {
	if number < 1 || number > len(d.pulls) {
		return nil, forge.ErrNotFound
	}
	p := *d.pulls[number-1]
	return &p, nil
}

func (d *desks) Merged(_ context.Context, branch string, since time.Time) ([]forge.Pull, error) {
	var out []forge.Pull
	for _, p := range d.pulls {
		if p.Merged && p.Base == branch && !p.UpdatedAt.Before(since) {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b forge.Pull) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	return out, nil
}

func (d *desks) Reviews(_ context.Context, number int) ([]forge.Review, error) {
	d.asked++
	return slices.Clone(d.reviews[number]), d.broken[number]
}

func (d *desks) Retargeted(_ context.Context, pull *forge.Pull) (time.Time, error) {
	return d.moved[pull.Number], d.unclear[pull.Number]
}

// retarget gives a pull request another branch.
func (d *desks) retarget(p *forge.Pull, base string) {
	d.touch(p)
	p.Base, d.moved[p.Number] = base, d.now
}

// planned is what the plan says of a publication.
func (w *world) planned(k string) plan.Change {
	w.t.Helper()
	for _, c := range w.plan(engine.PlanOptions{}).Changes {
		if c.Key.String() == k {
			return c
		}
	}
	w.t.Fatalf("nothing is planned for %s", k)
	return plan.Change{}
}

// What a review approves of goes out, however it was merged, and the ledger keeps
// who let it go.
func TestApprovedIsPublished(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"merge", "squash", "rebase"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			d := w.desks(desk)
			p := d.open("kim", func() { w.post("post1", "", "Hi") })
			d.says(p, "lena", forge.Approved)
			d.merge(p, style)
			if c := w.planned("post1@one"); c.Action != plan.Hold || !strings.Contains(c.Reason, "rule desk needs 1 of lena, tomas") {
				t.Errorf("before the reviews were read: %s: %s", c.Action, c.Reason)
			}
			if g := d.gather(); g.Pulls != 1 || g.Approvals != 1 || len(g.Notes) != 0 {
				t.Errorf("%+v", g)
			}
			out := w.apply()
			same(t, "happened", happened(out), "published post1@one")
			got := w.entry("post1@one").Approved
			if len(got) != 1 || got[0].By != "lena" || got[0].Source != "gitea" || got[0].URL != p.URL+"#lena" || got[0].FastLane {
				t.Errorf("the entry says %+v", got)
			}
			open := w.ledger().Pulls.Open
			if len(open) != 1 || open[0].Number != 1 || open[0].Author != "kim" || open[0].Commit != p.MergedAs || fmt.Sprint(open[0].Keys) != "[post1@one]" {
				t.Errorf("followed: %+v", open)
			}
			w.quiet()
			before := w.ledger().Revision
			if d.gather(); w.ledger().Revision != before {
				t.Error("read again, nothing new, and the ledger has another commit")
			}
			w.write(p1, strings.Replace(w.file(p1), "reason: a test", "reason: a test\nretract: true", 1))
			same(t, "taken down, which needs nobody's yes", happened(w.publish("Take it down")), "retracted post1@one")
			if got := w.entry("post1@one"); got.State != ledger.Retracted || len(got.Approved) != 1 {
				t.Errorf("%s, and who approved of it is forgotten: %+v", got.State, got.Approved)
			}
		})
	}
}

// What was approved is what runs.
func TestWhatAnApprovalCovers(t *testing.T) {
	t.Parallel()
	within := strings.Replace(desk, "{", "{keep_within_day: true, ", 1)
	edit := func(w *world, old, now string) { w.write(p1, strings.Replace(w.file(p1), old, now, 1)) }
	for name, c := range map[string]struct {
		approvals string
		run       func(w *world, d *desks, p *forge.Pull)
		want      plan.Action
	}{
		"as it was":              {desk, func(_ *world, d *desks, p *forge.Pull) { d.says(p, "lena", forge.Approved) }, plan.Publish},
		"login in other letters": {desk, func(_ *world, d *desks, p *forge.Pull) { d.says(p, "TOMAS", forge.Approved) }, plan.Publish},
		"nobody":                 {desk, func(*world, *desks, *forge.Pull) {}, plan.Hold},
		"author's own":           {desk, func(_ *world, d *desks, p *forge.Pull) { p.Author = "Lena"; d.says(p, "lena", forge.Approved) }, plan.Hold},
		"not of the desk":        {desk, func(_ *world, d *desks, p *forge.Pull) { d.says(p, "mallory", forge.Approved) }, plan.Hold},
		"a comment":              {desk, func(_ *world, d *desks, p *forge.Pull) { d.says(p, "lena", forge.Commented) }, plan.Hold},
		"a comment afterwards": {desk, func(_ *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.says(p, "lena", forge.Commented)
		}, plan.Publish},
		"changes requested": {desk, func(_ *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.says(p, "Lena", forge.ChangesRequested)
		}, plan.Hold},
		"dismissed": {desk, func(_ *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.says(p, "lena", forge.Dismissed)
		}, plan.Hold},
		"another says no": {desk, func(_ *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.says(p, "tomas", forge.ChangesRequested)
		}, plan.Publish},
		"a comma afterwards": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "Hi", "Hi,") })
		}, plan.Hold},
		"a comma, and back": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "Hi", "Hi,") })
			d.push(p, func() { edit(w, "Hi,", "Hi") })
		}, plan.Publish},
		"approved again": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "Hi", "Hi,") })
			d.says(p, "lena", forge.Approved)
		}, plan.Publish},
		"another post afterwards": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { w.post("post2", "", "Other") })
		}, plan.Publish},
		"moved by an hour": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "T09:00", "T08:30") })
		}, plan.Hold},
		"moved within its day": {within, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "T09:00", "T08:30") })
		}, plan.Publish},
		"moved to another day": {within, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "12-03T09:00", "12-02T09:00\nlate: any") })
		}, plan.Hold},
		"a picture swapped": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { w.write("content/acme/2026-12/a.png", picture(w.t, 9)) })
		}, plan.Hold},
		"a variant added": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { w.write("content/acme/2026-12/post1.one.md", "Other words\n") })
		}, plan.Hold},
		"an override added": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "reason: a test\n", "reason: a test\noverrides: [{guard: min_gap, reason: x}]\n") })
		}, plan.Hold},
		"an override of the guard": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.push(p, func() { edit(w, "reason: a test\n", "reason: a test\noverrides: [{guard: approval, reason: x}]\n") })
		}, plan.Hold},
		"sent elsewhere": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { f := "strategies/acme/accounts/one.yaml"; w.write(f, w.file(f)+"handle: \"@other\"\n") })
		}, plan.Hold},
		"its status alone": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.push(p, func() { edit(w, "status: ready", "status: draft") })
			d.says(p, "lena", forge.Approved) // of a draft: does not count
			d.push(p, func() { edit(w, "status: draft", "status: ready") })
		}, plan.Hold},
		"on hold meanwhile": {desk, func(w *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.push(p, func() { edit(w, "status: ready", "status: on_hold") })
			d.push(p, func() { edit(w, "status: on_hold", "status: ready") })
		}, plan.Publish},
		"a commit that is not there": {desk, func(_ *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.reviews[p.Number][0].Commit = strings.Repeat("ab", 20)
		}, plan.Hold},
		"no commit at all": {desk, func(_ *world, d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.reviews[p.Number][0].Commit = "--upload-pack=touch x"
		}, plan.Hold},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			d := w.desks(c.approvals)
			p := d.open("kim", func() {
				w.write("content/acme/2026-12/a.png", picture(t, 1))
				w.post("post1", "media: [{file: a.png, alt: A}]\n", "Hi")
			})
			c.run(w, d, p)
			d.merge(p, "merge")
			g := d.gather()
			if got := w.planned("post1@one"); got.Action != c.want {
				t.Errorf("%s: %s; notes %q", got.Action, got.Reason, g.Notes)
			}
			if lost := strings.Contains(name, "commit"); lost != (len(g.Notes) > 0) {
				t.Errorf("notes: %q", g.Notes)
			}
		})
	}
}

// An approval is of what the pull request changes, and counts once it is merged.
func TestApprovalIsOfWhatThePullRequestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	unseen := d.open("kim", func() { w.post("post1", "", "Nobody looked at this") })
	d.merge(unseen, "merge")
	typo := d.open("kim", func() { w.post("post2", "", "A typo") })
	d.says(typo, "lena", forge.Approved)
	d.merge(typo, "merge")
	closed := d.open("kim", func() { w.post("post1", "", "Closed without a merge") })
	d.says(closed, "lena", forge.Approved)
	closed.Open = false
	elsewhere := d.open("kim", func() { w.post("post1", "", "For another branch") })
	d.says(elsewhere, "lena", forge.Approved)
	elsewhere.Base, elsewhere.Merged, elsewhere.MergedAs = "next", true, elsewhere.HeadSHA
	d.gather()
	snap := w.ledger()
	if len(snap.Approvals) != 1 || len(snap.Approvals[0].Binds) != 1 || snap.Approvals[0].Pull != typo.Number {
		t.Errorf("recorded: %s", asJSON(snap.Approvals))
	}
	if got := w.planned("post1@one").Action; got != plan.Hold {
		t.Errorf("p1 was approved by nobody: %s", got)
	}
	if got := w.planned("post2@one").Action; got != plan.Publish {
		t.Errorf("p2: %s", got)
	}
	// The same words in a pull request that was not merged do not help those that are.
	w.post("post1", "", "Closed without a merge")
	w.commit("Around the review")
	w.push()
	if got := w.planned("post1@one").Action; got != plan.Hold {
		t.Errorf("approved in a pull request that was closed: %s", got)
	}
}

// What came into a pull request from its branch is not what it is about.
func TestApprovalAfterTheBranchMovedOn(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"merge", "squash"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			branchMovesOn(t, style)
		})
	}
}

func branchMovesOn(t *testing.T, style string) {
	w := newWorld(t, "one")
	d := w.desks(desk)
	w.post("post1", "", "Old words, held")
	w.commit("Around the review")
	w.push()
	p := d.open("kim", func() { w.post("post2", "", "New") })
	d.says(p, "lena", forge.Approved) // had p1's old words in the tree, and did not look at them
	w.post("post1", "", "Mended")
	w.commit("Mended")
	w.push()
	d.push(p, func() { w.git(w.clone, "merge", "--quiet", "--no-edit", "main") })
	d.says(p, "lena", forge.Approved) // saw that p1 came in from the branch, where nobody has approved of it
	open, _, err := w.engine().Consents(bg, d.forge(), *p, d.reviews[p.Number])
	must(t, err)
	if len(open) != 1 || len(open[0].Binds) != 1 {
		t.Errorf("not merged yet: %s", asJSON(open))
	}
	d.merge(p, style)
	d.gather() // p.MergeBase is still where it began: GitHub would say so
	if a := w.ledger().Approvals; len(a) != 1 || len(a[0].Binds) != 1 || a[0].Binds[content.Key{Post: "post2", Account: "one"}] == "" {
		t.Errorf("recorded: %s", asJSON(a))
	}
}

// A review that is taken back later takes its approval along, until it was used.
func TestDismissedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	p := d.open("kim", func() { w.post("post1", "publish_at: 2026-12-03T12:00\n", "Hi") })
	d.says(p, "lena", forge.Approved)
	d.merge(p, "merge")
	d.gather()
	if c := w.planned("post1@one"); c.Action != plan.Wait || len(c.Approved) != 1 || fmt.Sprint(c.Needs[0].Given) != "[lena]" {
		t.Errorf("%+v", c)
	}
	d.reviews[p.Number][0].State = forge.Dismissed
	d.touch(p)
	d.gather()
	if c := w.planned("post1@one"); len(c.Approved) != 0 || len(w.ledger().Approvals) != 0 {
		t.Errorf("%+v", c)
	}
	// And one that is given after the merge counts.
	d.says(p, "tomas", forge.Approved)
	d.gather()
	if c := w.planned("post1@one"); len(c.Approved) != 1 || c.Approved[0].By != "tomas" {
		t.Errorf("%+v", c)
	}
}

func TestFastLanePublishesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one", "two")
	d := w.desks("approvals: {rules: [{name: desk, from: [lena]}], fast_lane: [{people: [\"@Support\"], accounts: [one], reason: Outages}]}\n")
	mine := d.open("support", func() {
		w.post("post1", "", "We are looking into it")
		w.write("content/acme/2026-12/post2.md", strings.ReplaceAll(strings.Replace(w.file(p1), "[one]", "[two]", 1), "post1", "post2"))
	})
	d.merge(mine, "squash")
	theirs := d.open("kim", func() { w.post("post3", "", "Me too") })
	d.merge(theirs, "squash")
	d.gather()
	same(t, "happened", happened(w.apply()), "published post1@one")
	got := w.entry("post1@one").Approved
	if len(got) != 1 || got[0].By != "support" || !got[0].FastLane || got[0].URL != mine.URL {
		t.Errorf("the entry says %+v", got)
	}
	for _, k := range []string{"post2@two", "post3@one"} {
		if c := w.planned(k); c.Action != plan.Hold {
			t.Errorf("%s: %s", k, c.Action)
		}
	}
}

// What cannot be read is read again, and nothing is lost meanwhile.
func TestGatherGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	for i := range 3 {
		p := d.open("kim", func() { w.post(fmt.Sprintf("post%d", i+1), "publish_at: 2026-12-03T12:00\n", "Hi") })
		d.says(p, "lena", forge.Approved)
		d.merge(p, "merge")
	}
	d.broken[2] = forge.ErrForbidden
	_, err := w.engine().Gather(bg, d.forge())
	if err == nil || !strings.Contains(err.Error(), "gitea: #2: ") {
		t.Errorf("error: %v", err)
	}
	snap := w.ledger()
	if len(snap.Approvals) != 2 || !snap.Pulls.Seen.Equal(d.pulls[0].UpdatedAt) {
		t.Errorf("%s", asJSON(snap.Pulls))
	}
	delete(d.broken, 2)
	d.gather()
	if snap := w.ledger(); len(snap.Approvals) != 3 || len(snap.Pulls.Open) != 3 || !snap.Pulls.Seen.Equal(d.pulls[2].UpdatedAt) {
		t.Errorf("%s", asJSON(snap))
	}
}

// beforeCommit does something just before the first commit.
type beforeCommit struct {
	ledger.Ledger
	once func()
}

func (b *beforeCommit) Commit(ctx context.Context, u ledger.Update) (*ledger.Snapshot, error) {
	if do := b.once; do != nil {
		b.once = nil
		do()
	}
	return b.Ledger.Commit(ctx, u)
}

// Two that gather at once lose nothing, and the one that looked earlier does not
// bring back what the other has seen taken back.
func TestTwoGatherAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	for _, id := range []string{"post1", "post2"} {
		p := d.open("kim", func() { w.post(id, "publish_at: 2026-12-03T12:00\n", "Hi") })
		d.says(p, "lena", forge.Approved)
		d.merge(p, "merge")
	}
	raced := false
	w.around = func(l ledger.Ledger) ledger.Ledger {
		return &beforeCommit{l, func() {
			w.around, raced = nil, true
			d.reviews[1][0].State = forge.Dismissed
			d.touch(d.pulls[0])
			d.gather()
		}}
	}
	d.gather()
	snap := w.ledger()
	if !raced || len(snap.Approvals) != 1 || snap.Approvals[0].Pull != 2 || len(snap.Pulls.Open) != 2 {
		t.Errorf("raced %v: %s", raced, asJSON(snap.Approvals))
	}
}

// A publisher that notes what it told at the same time keeps its note.
func TestGatherKeepsWhatWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks("")
	p := d.open("kim", func() { w.post("post1", "publish_at: 2026-12-03T12:00\n", "Hi") })
	d.merge(p, "merge")
	d.gather()
	if d.asked != 0 || len(w.ledger().Approvals) != 0 {
		t.Error("no rules, and reviews were asked for")
	}
	d.touch(p)
	w.around = func(l ledger.Ledger) ledger.Ledger {
		return &beforeCommit{l, func() {
			w.around = nil
			told := w.ledger().Pulls
			told.Open[0].Comment, told.Open[0].Told = 77, "digest"
			w.record(ledger.Update{Pulls: &told, Message: "told"})
		}}
	}
	d.gather()
	if o := w.ledger().Pulls.Open; len(o) != 1 || o[0].Comment != 77 || o[0].Told != "digest" {
		t.Errorf("%+v", o)
	}
}

// A clone that lacks the commits fetches them, and stays as shallow as it was.
func TestGatherFetchesWhatItLacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	p := d.open("kim", func() { w.post("post1", "", "Hi") })
	d.says(p, "lena", forge.Approved)
	d.merge(p, "squash")
	defer w.elsewhere()()
	if g := d.gather(); g.Approvals != 1 || len(g.Notes) != 0 {
		t.Errorf("%+v", g)
	}
	same(t, "happened", happened(w.apply()), "published post1@one")
	if w.git(w.clone, "rev-parse", "--is-shallow-repository") != "true" {
		t.Error("the clone is whole now")
	}
}

// Without a word of the forge a shallow clone does not know what a pull request
// is about, and says so; a whole one does.
func TestMergeBaseOfTheClone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	p := d.open("kim", func() { w.post("post1", "", "Hi") })
	d.says(p, "lena", forge.Approved)
	d.merge(p, "squash")
	p.MergeBase = ""
	back := w.elsewhere()
	if g := d.gather(); g.Approvals != 0 || len(g.Notes) != 1 || !strings.Contains(g.Notes[0], "fetch-depth: 0") {
		t.Errorf("%+v", g)
	}
	back()
	if g := d.gather(); g.Approvals != 1 || len(g.Notes) != 0 {
		t.Errorf("%+v", g)
	}
}

// Text of a forge is hostile.
func TestHostilePullRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks("approvals: {rules: [{name: desk, from: [\"le\\x1b[2Jna\"]}]}\n")
	p := d.open("k\x1b[31mim\n\u202e"+strings.Repeat("x", 500), func() { w.post("post1", "", "Hi") })
	d.says(p, "le\x1b[2Jna", forge.Approved)
	p.URL = "javascript:alert(1)"
	d.reviews[1][0].URL = "https://forge.example/\x07"
	d.merge(p, "merge")
	d.gather()
	snap := w.ledger()
	log := w.git(w.dir, "-C", "forge.git", "log", "-1", "--format=%B", "smm-ledger")
	for _, text := range []string{snap.Pulls.Open[0].Author, snap.Pulls.Open[0].URL, snap.Approvals[0].By, snap.Approvals[0].URL, snap.Approvals[0].Author, log} {
		if strings.ContainsAny(text, "\x1b\x07\u202e") || len(text) > 200 || strings.Contains(text, "javascript") {
			t.Errorf("%q", text)
		}
	}
}

func TestBindingsOfACommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.post("post1", "", "Hi")
	w.post("post2", "", "Hi")
	w.write("content/acme/2026-12/post2.md", strings.Replace(w.file("content/acme/2026-12/post2.md"), "ready", "draft", 1))
	w.post("post3", "retract: true\n", "Hi")
	w.commit("Posts")
	w.write(p1, "not what the commit says")
	got, err := w.engine().Bindings(bg, "HEAD")
	must(t, err)
	if len(got) != 1 || !strings.HasSuffix(got[content.Key{Post: "post1", Account: "one"}], "@2026-12-03T09:00:00Z/2026-12-03") {
		t.Errorf("%v", got)
	}
	if n := sum(w.servers["one"].Requests(), ""); n != 0 {
		t.Errorf("%d requests", n)
	}
	empty := w.git(w.clone, "commit-tree", w.git(w.clone, "mktree", "--missing"), "-m", "Empty")
	if got, err := w.engine().Bindings(bg, empty); err != nil || len(got) != 0 {
		t.Errorf("a commit without a workspace: %v, %v", got, err)
	}
	// A commit that brings a cache of its own, to be believed, is refused.
	w.write(".smmctl/proposed/posts-of-revision", "lies")
	w.git(w.clone, "add", "-f", ".smmctl")
	w.commit("A cache")
	if _, err := w.engine().Bindings(bg, "HEAD"); err == nil || !strings.Contains(err.Error(), ".smmctl is in a commit") {
		t.Errorf("a commit with a cache: %v", err)
	}
}

// A key of smm.yaml that is misspelt may be the approvals.
func TestMisspeltApprovalsHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.write("smm.yaml", config+"defaults: {repalce: allow}\n")
	w.post("post1", "", "Hi")
	w.commit("Posts")
	w.push()
	if c := w.planned("post1@one"); c.Action != plan.Publish {
		t.Errorf("another fault of smm.yaml: %s: %s", c.Action, c.Reason)
	}
	for _, text := range []string{
		"aprovals: {rules: [{name: desk, from: [lena]}]}\n", "approvals: {ruels: [{name: desk, from: [lena]}]}\n",
		"approvals: {rules: [{name: desk, from: lena}]}\n", "approvals: {rules: [{name: desk, pillars: [offers], from: [lena]}]}\n",
		"approvals: [lena]\n",
	} {
		w := newWorld(t, "one")
		w.write("smm.yaml", config+text)
		w.post("post1", "", "Hi")
		w.commit("Posts")
		w.push()
		if c := w.planned("post1@one"); c.Action != plan.Hold || !strings.Contains(c.Reason, "approval: smm.yaml:7:") {
			t.Errorf("%s: %s: %s", text, c.Action, c.Reason)
		}
	}
}

// One update in the future, now or in what the ledger has, hides no later ones.
func TestGatherWithAForgeFromTheFuture(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	merged := func(id string) *forge.Pull {
		p := d.open("kim", func() { w.post(id, "", "Hi from "+id) })
		d.says(p, "lena", forge.Approved)
		d.merge(p, "merge")
		return p
	}
	first := merged("post1")
	first.UpdatedAt = start.Add(48 * time.Hour)
	d.gather()
	if seen := w.ledger().Pulls.Seen; seen.After(start) {
		t.Errorf("read until %v, and it is %v", seen, start)
	}
	later := w.ledger().Pulls
	later.Seen = start.Add(48 * time.Hour)
	w.record(ledger.Update{Pulls: &later, Message: "an earlier run's"})
	merged("post2")
	if g := d.gather(); len(g.Notes) != 1 || !strings.Contains(g.Notes[0], "not yet") {
		t.Errorf("notes: %q", g.Notes)
	}
	if c := w.planned("post2@one"); c.Action != plan.Publish {
		t.Errorf("%s: %s", c.Action, c.Reason)
	}
}

// A group that is emptied switches no rule off.
func TestEmptiedGroupHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.write("smm.yaml", config+"approvals: {rules: [{name: desk, from: [lena], accounts: [official]}]}\n")
	w.write("strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 100}]\ngroups: {official: []}\n")
	w.post("post1", "", "Hi")
	w.commit("Posts")
	w.push()
	if c := w.planned("post1@one"); c.Action != plan.Hold || !strings.Contains(c.Reason, "approval: rule desk") {
		t.Errorf("%s: %s", c.Action, c.Reason)
	}
}
