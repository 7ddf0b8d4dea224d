package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/repo"
)

// watch is everything that leads out of this machine or to a secret.
type watch struct{ requests, secrets, remote atomic.Int32 }

func (s *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// over lets an engine work under the watch.
func (s *watch) over(o *engine.Options) {
	o.HTTP, o.Fetch = &http.Client{Transport: s}, &http.Client{Transport: s}
	getenv, git := o.Getenv, repo.Program(time.Minute)
	o.Getenv = func(name string) string {
		if name == "TOKEN" {
			s.secrets.Add(1)
		}
		return getenv(name)
	}
	o.Git = func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		if slices.ContainsFunc(args, func(a string) bool { return a == "fetch" || a == "ls-remote" || a == "push" }) {
			s.remote.Add(1)
		}
		return git(ctx, dir, stdin, args...)
	}
}

func (s *watch) touched() string {
	return fmt.Sprintf("%t %t %t", s.requests.Load() > 0, s.secrets.Load() > 0, s.remote.Load() > 0)
}

// What comes from elsewhere, or changes where things go, is looked at without any
// network and any secret; all else is held against what is live.
func TestReviewIsOfflineWhereItMustBe(t *testing.T) {
	t.Parallel()
	const away = "https://elsewhere.example/x.png"
	w, base := magazine(t)
	post := func() {
		w.post("first", "pillar: news\nmedia: [{url: "+away+", sha256: "+strings.Repeat("0", 64)+", alt: x}]\n", "Hello you")
	}
	account := "strategies/acme/accounts/one.yaml"
	for _, c := range []struct {
		name    string
		change  func()
		o       engine.ReviewOptions
		offline bool
		because string
	}{
		{"asked for", post, engine.ReviewOptions{Offline: true}, true, ""},
		{"fork", post, engine.ReviewOptions{Fork: true}, true, "another repository"},
		{"account", func() { w.edit(account, "id: one", "owner: \"@me\"\nid: one") }, engine.ReviewOptions{}, true, account},
		{"new account", func() {
			w.write("strategies/acme/accounts/three.yaml", "id: three\nprovider: mastodon\nserver: https://evil.example\ncredentials: {token: \"env:TOKEN\"}\n")
		}, engine.ReviewOptions{}, true, "three.yaml"},
		{"accounts behind a link", func() {
			w.write("content/acme/2026-12/media/one.yaml", w.file(account))
			w.git(w.clone, "rm", "-rq", "strategies/acme/accounts")
			must(t, os.RemoveAll(filepath.Join(w.clone, "strategies/acme/accounts")))
			must(t, os.Symlink("../../content/acme/2026-12/media", filepath.Join(w.clone, "strategies/acme/accounts")))
		}, engine.ReviewOptions{}, true, "strategies/acme/accounts"},
		{"smm.yaml", func() { w.edit("smm.yaml", "language: en", "language: fr") }, engine.ReviewOptions{}, true, "smm.yaml"},
		{"a post", func() { w.edit("content/acme/2026-12/later.md", "Later", "Later on") }, engine.ReviewOptions{}, false, ""},
		{"a strategy", func() { w.edit("strategies/acme/strategy.yaml", "max: 60", "max: 70") }, engine.ReviewOptions{}, false, ""},
	} {
		c.o.Base, c.o.Head = base, w.propose(base, c.change)
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var seen watch
			r, err := w.engineWith(seen.over).Review(bg, c.o)
			must(t, err)
			if r.Offline != c.offline || !strings.Contains(r.Because, c.because) || (c.because == "") != (r.Because == "") {
				t.Errorf("offline %v because %q", r.Offline, r.Because)
			}
			want := "true true true"
			if c.offline {
				want = "false false false"
			}
			if got := seen.touched(); got != want {
				t.Errorf("requests, secrets, remote: %s, want %s", got, want)
			}
		})
	}
}

// engineWith is an engine with other options, for tests that run beside each other.
func (w *world) engineWith(adjust func(*engine.Options)) *engine.Engine {
	w.t.Helper()
	c := *w
	c.adjust = adjust
	return c.engine()
}

// A credential's file within the workspace is as good as the account's own.
func TestReviewOfACredentialsFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	w.edit("strategies/acme/accounts/one.yaml", "env:TOKEN", "file:keys/one.txt")
	w.write("keys/one.txt", secret)
	w.post("first", "", "Hello")
	w.publish("Everything")
	head := w.propose("main", func() { w.write("keys/one.txt", "another") })
	r, err := w.engine().Review(bg, engine.ReviewOptions{Base: "main", Head: head})
	must(t, err)
	if !r.Offline || !slices.Equal(r.Sensitive, []string{"keys/one.txt"}) {
		t.Errorf("offline %v, sensitive %v", r.Offline, r.Sensitive)
	}
}

func TestReviewIsTheSameTwice(t *testing.T) {
	t.Parallel()
	w, base := magazine(t)
	head := w.propose(base, func() {
		for i := range 20 {
			w.post(fmt.Sprintf("new-%02d", i), fmt.Sprintf("publish_at: 2026-12-05T10:%02d\nrepeat: {rrule: \"FREQ=WEEKLY;COUNT=4\"}\n", i), "New")
		}
		w.remove("later")
		w.edit("content/acme/2026-12/plan.yaml", "12-08T10:00", "12-08T11:00")
	})
	var first []byte
	for range 3 {
		r, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true})
		must(t, err)
		b, err := json.Marshal(r)
		must(t, err)
		if first == nil {
			first = b
		}
		if string(b) != string(first) {
			t.Fatal("two reviews of the same differ")
		}
	}
	if strings.Contains(string(first), "null,\"posts\"") || len(first) < 10_000 {
		t.Errorf("%.300s", first)
	}
}

// What both sides change is named, and the proposal's counts; what only the base
// has changed stays.
func TestReviewOfTheMerge(t *testing.T) {
	t.Parallel()
	const month = "content/acme/2026-12/"
	w, old := magazine(t)
	base := w.propose(old, func() {
		w.edit(month+"later.md", "Later", "Later on")
		w.edit(month+"pic.md", "A picture", "The picture")
		w.edit(month+"draft.md", "A draft", "The draft")
	})
	head := w.propose(old, func() {
		w.edit(month+"later.md", "Later", "Much later")
		w.edit(month+"draft.md", "A draft", "The draft") // as the base has it
	})
	r, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true})
	must(t, err)
	want := `plan later@one wait [segments[0].text: Later on -> Much later]
post later changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
both content/acme/2026-12/later.md
`
	if got := told(r); got != want {
		t.Error(got)
	}
	if !slices.Equal(r.Files, []string{month + "draft.md", month + "later.md"}) {
		t.Error(r.Files)
	}
	if r.MergeBase != old || r.Base != base || r.Head != head {
		t.Errorf("%s %s %s", r.Base, r.MergeBase, r.Head)
	}
}

// Approvals that the forge knows of are laid over the ledger's, which stays as it
// is.
func TestReviewTakesApprovals(t *testing.T) {
	t.Parallel()
	w, base := magazine(t)
	yes := ledger.Approval{Consent: ledger.Consent{By: "eve"}, Binds: map[content.Key]string{{Post: "later", Account: "one"}: "x"}}
	o := engine.ReviewOptions{Base: base, Head: base, Offline: true, Approvals: []ledger.Approval{yes}}
	l := approving{nil, make([]ledger.Approval, 1, 8)}
	w.around = func(inner ledger.Ledger) ledger.Ledger { l.Ledger = inner; return l }
	_, err := w.engine().Review(bg, o)
	must(t, err)
	if l.given[:2][1].By != "" {
		t.Error("the ledger's own approvals were written to")
	}
}

// approving is a ledger with approvals in it.
type approving struct {
	ledger.Ledger
	given []ledger.Approval
}

func (a approving) Read(ctx context.Context) (*ledger.Snapshot, error) {
	s, err := a.Ledger.Read(ctx)
	if err == nil {
		s.Approvals = a.given
	}
	return s, err
}

// A clone without history is enough, where the commits are brought; else the error
// says what to fetch.
func TestReviewInAShallowClone(t *testing.T) {
	t.Parallel()
	const month = "content/acme/2026-12/"
	w, old := magazine(t)
	w.edit(month+"pic.md", "A picture", "The picture")
	w.publish("Moved on")
	base := w.git(w.clone, "rev-parse", "HEAD")
	head := w.propose(old, func() { w.edit(month+"later.md", "Later", "Much later") })
	w.git(w.clone, "push", "--quiet", "origin", head+":refs/heads/proposal")
	w.git(filepath.Join(w.dir, "forge.git"), "config", "uploadpack.allowReachableSHA1InWant", "true")
	defer w.elsewhere()()
	e := w.engine()
	o := engine.ReviewOptions{Base: base, Head: head, MergeBase: old, Offline: true}
	if _, err := e.Review(bg, o); !errors.Is(err, repo.ErrNoRevision) || !strings.Contains(err.Error(), "git fetch --depth=1 origin "+head) {
		t.Errorf("without the head: %v", err)
	}
	must(t, e.Repo.Bring(bg, "origin", head))
	if _, err := e.Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true}); !errors.Is(err, repo.ErrNoMergeBase) || !strings.Contains(err.Error(), "fetch-depth: 0") {
		t.Errorf("without history: %v", err)
	}
	must(t, e.Repo.Bring(bg, "origin", old))
	if _, err := e.Review(bg, o); !errors.Is(err, ledger.ErrMissing) || !strings.Contains(err.Error(), "git fetch --depth=1 origin +smm-ledger:") {
		t.Errorf("without the ledger: %v", err)
	}
	w.git(w.clone, "fetch", "--quiet", "--depth=1", "origin", "+smm-ledger:refs/remotes/origin/smm-ledger")
	r, err := e.Review(bg, o)
	must(t, err)
	if got := told(r); !strings.Contains(got, "plan later@one wait [segments[0].text: Later -> Much later]") || len(r.Posts) != 1 {
		t.Error(got)
	}
}

// A proposal that brings a machine's memory is refused, in whichever form.
func TestReviewRefusesMemory(t *testing.T) {
	t.Parallel()
	w, base := magazine(t)
	for name, bring := range map[string]func(){
		"file":   func() { w.write(".smmctl", "x") },
		"folder": func() { w.write(".smmctl/cache/posts-of-revision", "x") },
		"link":   func() { must(t, os.Symlink("/tmp", filepath.Join(w.clone, ".smmctl"))) },
		"inward": func() { must(t, os.Symlink("content", filepath.Join(w.clone, ".smmctl"))) },
	} {
		head := w.propose(base, func() {
			must(t, os.RemoveAll(filepath.Join(w.clone, ".smmctl")))
			bring()
			w.git(w.clone, "add", "-f", ".smmctl")
		})
		_, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true})
		var invalid *engine.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), ".smmctl") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a proposal is found to be is not remembered: the next run must not believe
// it.
func TestReviewRemembersNothingOfAProposal(t *testing.T) {
	t.Parallel()
	w, base := magazine(t)
	cache := filepath.Join(w.clone, ".smmctl", "cache")
	head := w.propose(base, func() {
		w.edit("content/acme/2026-12/later.md", "Later", "Much later")
		w.write("content/acme/2027-01/plan.yaml", "month: 2027-01\nslots: [{id: evil, at: 2027-01-01T10:00}]\n")
	})
	review := func(head string) {
		_, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true})
		must(t, err)
	}
	state := func() string {
		var b strings.Builder
		for _, part := range []string{"posts-of-revision", "plans"} {
			data, err := os.ReadFile(filepath.Join(cache, part))
			must(t, err)
			b.Write(data)
		}
		return b.String()
	}
	review(base)
	before := state()
	review(head)
	if after := state(); after != before || strings.Contains(after, "evil") {
		t.Error("a proposal has written to the cache")
	}
	must(t, os.RemoveAll(cache)) // nor where there was nothing yet
	review(head)
	if strings.Contains(state(), "evil") {
		t.Error("a proposal has begun the cache")
	}
}

// Hostile files are findings, and nothing of this machine is in them.
func TestReviewOfAHostileHead(t *testing.T) {
	t.Parallel()
	const month = "content/acme/2026-12/"
	w, base := magazine(t)
	outside := filepath.Join(w.dir, "outside.md")
	must(t, os.WriteFile(outside, []byte("---\nid: outside\n---\nTOP-SECRET\n"), 0o644))
	head := w.propose(base, func() {
		link := func(to, name string) { must(t, os.Symlink(to, filepath.Join(w.clone, month+name))) }
		link(outside, "absolute.md")
		link("../../../../outside.md", "relative.md")
		link("loop.md", "loop.md")
		link("../../../../../outside.md", "media/out.png")
		w.post("media-out", "publish_at: 2026-12-20T10:00\nmedia: [{file: media/out.png, alt: x}]\n", "Look")
		w.write(month+"huge.md", "---\nid: huge\n---\n"+strings.Repeat("x", 2<<20))
		w.write(month+"bomb.md", "---\nid: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n---\n")
		w.edit(month+"later.md", "Later", "Later")
	})
	r, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Fork: true})
	must(t, err)
	text := asJSON(r)
	if strings.Contains(text, "TOP-SECRET") || strings.Contains(text, w.dir) {
		t.Error("something from outside the workspace is in the review")
	}
	for _, rule := range []string{"symlink-outside", "file-too-large"} {
		if !slices.ContainsFunc(r.Diagnostics, func(d engine.ReviewedDiagnostic) bool { return d.Rule == rule && d.Severity == diag.Error && d.New }) {
			t.Errorf("no %s", rule)
		}
	}
}

// Five thousand new files are only slow.
func TestReviewOfManyFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	t.Parallel()
	w := newWorld(t, "one")
	w.post("first", "", "Hello")
	w.publish("Everything")
	const n = 5000
	head := w.propose("main", func() {
		for i := range n {
			w.write(fmt.Sprintf("content/acme/2026-12/p%04d.md", i), fmt.Sprintf("---\nid: p%04d\naccounts: [one]\nstatus: draft\npublish_at: 2026-12-05T10:00\n---\nHello\n", i))
		}
	})
	r, err := w.engine().Review(bg, engine.ReviewOptions{Base: "main", Head: head, Fork: true})
	must(t, err)
	if len(r.Posts) != n || len(r.Files) != n || len(r.Months) != 1 || len(r.Months[0].Items) != n+1 {
		t.Errorf("%d posts, %d files", len(r.Posts), len(r.Files))
	}
}
