package git_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/smmctl/smmctl/engine/ledger"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
	"github.com/smmctl/smmctl/engine/ledger/ledgertest"
	"github.com/smmctl/smmctl/engine/repo"
)

func TestConformanceWithRemote(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t *testing.T) ledgertest.Pair {
		_, a, b := pair(t)
		return ledgertest.Pair{A: open(t, options(a)), B: open(t, options(b))}
	})
}

func TestConformanceLocal(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t *testing.T) ledgertest.Pair {
		o := local(t, workspace(t))
		return ledgertest.Pair{A: open(t, o), B: open(t, o)}
	})
}

// What is on the branch is for people and for other programs: this is its form.
func TestFormOfTheBranch(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	s := read(t, l)
	lease := ledger.Lease{Run: "run-1", Holder: "ann@host", Since: ledgertest.Time, Expires: ledgertest.Time}
	u := update(s, 1)
	u.Lease, u.Message, u.Actor = &lease, "Published post-00001 on acme-1\n\nhttps://mastodon.example/@acme/1", "Ann <script>"
	if _, err := l.Commit(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	files := strings.Fields(git(t, bare, "ls-tree", "-r", "--name-only", branch))
	if got := strings.Join(files, " "); !strings.HasPrefix(got, "README.md entries/") || !strings.HasSuffix(got, ".ndjson format.json lease.json") {
		t.Errorf("files: %s", got)
	}
	if got := git(t, bare, "show", branch+":format.json"); got != `{"version":1,"min_writer":1,"shards":64,"id":"`+id+`"}` {
		t.Errorf("format.json: %s", got)
	}
	if got := git(t, bare, "show", branch+":"+files[1]); !strings.HasPrefix(got, `{"key":"post-00001@acme-1","generation":1,"revision":1,"state":"intent"`) {
		t.Errorf("shard: %s", got)
	}
	if got := git(t, bare, "log", "-1", "--format=%an|%cn|%aI|%s|%b", branch); got != "Ann script|smmctl|2026-11-23T16:00:00+00:00|Published post-00001 on acme-1|https://mastodon.example/@acme/1" {
		t.Errorf("log: %s", got)
	}
	if got := git(t, bare, "rev-list", "--count", branch); got != "2" {
		t.Errorf("%s commits, want the first and one", got)
	}
	git(t, bare, "fsck", "--strict")
	git(t, a, "fsck", "--strict")
}

func TestOnlyChangedShardsAreWritten(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	for n := range 5 {
		put(t, l, n)
	}
	changed := git(t, bare, "diff", "--name-only", branch+"~1", branch)
	if strings.Count(changed, "\n") != 0 || !strings.HasPrefix(changed, "entries/") {
		t.Errorf("one entry changed %q", changed)
	}
}

// A work tree, its index and the user's branches are none of the ledger's
// business.
func TestUserIsLeftAlone(t *testing.T) {
	t.Parallel()
	_, a, b := pair(t)
	write(t, filepath.Join(a, "draft.md"), "a draft")
	git(t, a, "add", "draft.md")
	write(t, filepath.Join(a, "smm.yaml"), "format: 2\n")
	look := func() string {
		return git(t, a, "status", "--porcelain") + git(t, a, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/main", "refs/remotes/origin/main", "refs/tags")
	}
	had := look()
	put(t, open(t, options(b)), 1)
	put(t, open(t, options(a)), 2)
	if got := look(); got != had {
		t.Errorf("before:\n%s\nafter:\n%s", had, got)
	}
	if got := git(t, a, "for-each-ref", "refs/smmctl/fetch"); got != "" {
		t.Errorf("left behind: %s", got)
	}
	if _, err := os.Stat(filepath.Join(a, ".git", "FETCH_HEAD")); err == nil {
		t.Error("FETCH_HEAD was written")
	}
	tip := git(t, a, "rev-parse", branch)
	if got := git(t, a, "ls-remote", "origin", "refs/heads/"+branch); !strings.HasPrefix(got, tip) {
		t.Errorf("the local branch is at %s, the remote at %s", tip, got)
	}
}

func TestRaceOfTwoClones(t *testing.T) {
	t.Parallel()
	_, a, b := pair(t)
	ledgers := []ledger.Ledger{open(t, options(a)), open(t, options(b))}
	race(t, ledgers, 4)
	if got := len(read(t, ledgers[0]).Entries); got != 8 {
		t.Errorf("%d entries, want 8: a write was lost", got)
	}
}

func TestRaceInOneClone(t *testing.T) {
	t.Parallel()
	_, a, _ := pair(t)
	ledgers := []ledger.Ledger{open(t, options(a)), open(t, options(a))}
	race(t, ledgers, 4)
	if got := len(read(t, ledgers[0]).Entries); got != 8 {
		t.Errorf("%d entries, want 8: a write was lost", got)
	}
}

func TestRaceWithoutRemote(t *testing.T) {
	t.Parallel()
	o := local(t, workspace(t))
	ledgers := []ledger.Ledger{open(t, o), open(t, o), open(t, o)}
	race(t, ledgers, 4)
	s := read(t, ledgers[0])
	if len(s.Entries) != 12 {
		t.Errorf("%d entries, want 12: a write was lost", len(s.Entries))
	}
}

// race lets every ledger write some entries, each tried until it is in; the only
// error on the way is a conflict.
func race(t *testing.T, ledgers []ledger.Ledger, each int) {
	t.Helper()
	var writers sync.WaitGroup
	for w, l := range ledgers {
		writers.Go(func() {
			for i := range each {
				err := ledger.ErrConflict
				for try := 0; errors.Is(err, ledger.ErrConflict) && try < 50; try++ {
					_, err = tryPut(context.Background(), l, w*100+i)
				}
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	writers.Wait()
}

func TestPushWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	o := options(a)
	o.Git = after("push")
	s := put(t, open(t, o), 1)
	if got := git(t, bare, "rev-parse", branch); got != s.Revision {
		t.Errorf("remote at %s, snapshot at %s", got, s.Revision)
	}
}

// The answer is lost, and by the time that we look somebody has written on top.
func TestLostAnswerAndAnotherWriter(t *testing.T) {
	t.Parallel()
	bare, a, b := pair(t)
	o, program := options(a), repo.Program(repo.DefaultTimeout)
	o.Git = func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		out, err := program(ctx, dir, stdin, args...)
		if has(args, "push") && err == nil {
			put(t, open(t, options(b)), 2)
			return nil, errors.New("the connection was reset")
		}
		return out, err
	}
	l := open(t, o)
	s := put(t, l, 1)
	git(t, bare, "merge-base", "--is-ancestor", s.Revision, branch)
	if got := len(read(t, l).Entries); got != 2 {
		t.Errorf("%d entries, want both writers'", got)
	}
}

func TestPushThatNeverArrivedIsTriedAgain(t *testing.T) {
	t.Parallel()
	_, a, _ := pair(t)
	o := options(a)
	o.Git = before("push")
	put(t, open(t, o), 1)
}

func TestPushRefusedByAHook(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	had := read(t, l)
	hook := filepath.Join(bare, "hooks", "pre-receive")
	write(t, hook, "#!/bin/sh\necho 'not on a Friday: https://ann:s3cret@forge.example/x' >&2\nexit 1\n")
	if err := os.Chmod(hook, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := tryPut(t.Context(), l, 1)
	if !errors.Is(err, gitledger.ErrRefused) || !strings.Contains(err.Error(), "not on a Friday") || strings.Contains(err.Error(), "s3cret") {
		t.Fatalf("got %v", err)
	}
	if got := read(t, l); got.Revision != had.Revision || git(t, a, "rev-parse", branch) != had.Revision {
		t.Errorf("something moved: %s", got.Revision)
	}
}

// The user's own hooks have no say, and no part: pre-push and
// reference-transaction would run here.
func TestLocalHooksDoNotRun(t *testing.T) {
	t.Parallel()
	_, a, _ := pair(t)
	for _, name := range []string{"pre-push", "reference-transaction"} {
		hook := filepath.Join(a, ".git", "hooks", name)
		write(t, hook, "#!/bin/sh\nexit 1\n")
		if err := os.Chmod(hook, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, open(t, options(a)), 1)
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	s := put(t, l, 1)
	if err := os.Rename(bare, bare+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("read: %v", err)
	}
	if _, err := l.Commit(t.Context(), update(s, 2)); !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("commit: %v", err)
	}
	if err := l.Create(t.Context()); !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("create: %v", err)
	}
	if got := git(t, a, "rev-parse", branch); got != s.Revision {
		t.Errorf("the local branch moved to %s before the remote had it", got)
	}
	if err := os.Rename(bare+".away", bare); err != nil {
		t.Fatal(err)
	}
	if got := read(t, l); len(got.Entries) != 1 {
		t.Errorf("%d entries, want the one that arrived", len(got.Entries))
	}
}

func TestOffline(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	want := put(t, open(t, options(a)), 1)
	fresh := clone(t, bare)
	if err := os.Rename(bare, bare+".away"); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{a, fresh} {
		o := options(dir)
		o.Offline = true
		l := open(t, o)
		if got := read(t, l); got.Revision != want.Revision {
			t.Errorf("%s: at %s, want %s", dir, got.Revision, want.Revision)
		}
		if _, err := l.Commit(t.Context(), update(want, 2)); !errors.Is(err, ledger.ErrUnreachable) {
			t.Errorf("commit: %v", err)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	_, a, _ := pair(t)
	l := open(t, options(a))
	s := read(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Commit(ctx, update(s, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if got := read(t, l); got.Revision != s.Revision {
		t.Error("a cancelled commit was recorded")
	}
}

func TestMissingOnTheRemote(t *testing.T) {
	t.Parallel()
	a := clone(t, remote(t))
	l := open(t, options(a))
	if err := l.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := l.Read(t.Context())
	if !errors.Is(err, ledger.ErrMissing) || !strings.Contains(err.Error(), "smmctl ledger create") {
		t.Fatalf("read: %v", err)
	}
	if _, err := l.Commit(t.Context(), update(&ledger.Snapshot{}, 1)); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("commit over nothing: %v", err)
	}
	if err := l.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, l, 1)
}

func TestDeletedBranch(t *testing.T) {
	t.Parallel()
	bare, a, b := pair(t)
	la, lb := open(t, options(a)), open(t, options(b))
	put(t, la, 1)
	s := put(t, lb, 2)
	git(t, bare, "update-ref", "-d", "refs/heads/"+branch)
	if _, err := la.Read(t.Context()); !errors.Is(err, ledger.ErrMissing) {
		t.Errorf("read: %v", err)
	}
	if _, err := lb.Commit(t.Context(), update(s, 3)); !errors.Is(err, ledger.ErrMissing) {
		t.Errorf("commit: %v", err)
	}
	if err := lb.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, la); got.Revision != s.Revision {
		t.Errorf("create made %s, want what was known put back: %s", got.Revision, s.Revision)
	}
}

func TestRewound(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	first, second := put(t, l, 1), put(t, l, 2)
	git(t, bare, "update-ref", "refs/heads/"+branch, first.Revision)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("read: %v", err)
	}
	if _, err := l.Check(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("check: %v", err)
	}
	if _, err := l.Commit(t.Context(), update(second, 3)); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("commit: %v", err)
	}
	other := clone(t, bare)
	put(t, open(t, options(other)), 9) // a fresh clone has seen nothing
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("read after it went on: %v", err)
	}
	git(t, a, "branch", "-D", branch)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("read without the local branch: %v", err)
	}
	git(t, a, "update-ref", "-d", "refs/smmctl/seen/"+branch)
	if _, err := l.Read(t.Context()); err != nil {
		t.Errorf("read after it was accepted: %v", err)
	}
}

// Local records that the remote has never had are not thrown away.
func TestLocalRecordsThatTheRemoteLacks(t *testing.T) {
	t.Parallel()
	_, _, b := pair(t)
	o := local(t, b)
	put(t, open(t, o), 1)
	git(t, b, "update-ref", "-d", "refs/smmctl/seen/"+branch)
	if _, err := open(t, options(b)).Read(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("read: %v", err)
	}
}

// A ledger that was local moves to a remote with all that it knows.
func TestLocalLedgerGoesToARemote(t *testing.T) {
	t.Parallel()
	a := clone(t, remote(t))
	o := local(t, a)
	s := put(t, open(t, o), 1)
	l := open(t, options(a))
	if err := l.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, l); got.Revision != s.Revision {
		t.Errorf("at %s, want %s", got.Revision, s.Revision)
	}
}

// init here, create there: the untouched start gives way.
func TestInitHereCreateThere(t *testing.T) {
	t.Parallel()
	bare := remote(t)
	a, b := clone(t, bare), clone(t, bare)
	la, lb := open(t, options(a)), open(t, options(b))
	if err := la.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := lb.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, lb, 1)
	if err := la.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, la, 2)
	if got := git(t, a, "rev-parse", branch); got != git(t, bare, "rev-parse", branch) {
		t.Error("the local branch did not follow")
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	bare, _, b := pair(t)
	o := options(b)
	o.ID = "another"
	l := open(t, o)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrForeign) {
		t.Errorf("read: %v", err)
	}
	if err := l.Create(t.Context()); !errors.Is(err, ledger.ErrForeign) {
		t.Errorf("create: %v", err)
	}
	if got := git(t, b, "for-each-ref", "refs/smmctl", "refs/heads/"+branch); got != "" {
		t.Errorf("a foreign ledger left %s", got)
	}
	git(t, bare, "branch", "-f", branch, "main")
	if _, err := open(t, options(b)).Read(t.Context()); !errors.Is(err, ledger.ErrForeign) {
		t.Errorf("a branch that is no ledger: %v", err)
	}
	o.ID = ""
	if _, err := gitledger.Open(o); !errors.Is(err, ledger.ErrForeign) {
		t.Errorf("no id: %v", err)
	}
}

func TestNewerFormat(t *testing.T) {
	t.Parallel()
	for _, format := range []string{
		`{"version":2,"min_writer":1,"shards":64,"id":"` + id + `"}`,
		`{"version":1,"min_writer":2,"shards":64,"id":"` + id + `"}`,
	} {
		bare, a, _ := pair(t)
		l := open(t, options(a))
		s := read(t, l)
		tamper(t, bare, func(dir string) { write(t, filepath.Join(dir, "format.json"), format) })
		if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrNewer) {
			t.Errorf("%s: read: %v", format, err)
		}
		if _, err := l.Commit(t.Context(), update(s, 1)); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("%s: commit: %v", format, err)
		}
		if _, err := l.Check(t.Context()); !errors.Is(err, ledger.ErrNewer) {
			t.Errorf("%s: check: %v", format, err)
		}
	}
}

func TestCorrupt(t *testing.T) {
	t.Parallel()
	good := func(dir string) string {
		names, _ := filepath.Glob(filepath.Join(dir, "entries", "*.ndjson"))
		return names[0]
	}
	content := func(name string) string {
		b, _ := os.ReadFile(name)
		return string(b)
	}
	for what, f := range map[string]func(dir string){
		"a line that is no JSON":   func(d string) { write(t, good(d), content(good(d))+"<<<<<<< HEAD\n") },
		"a line cut off":           func(d string) { write(t, good(d), content(good(d))[:40]) },
		"a line without its end":   func(d string) { write(t, good(d), strings.TrimSpace(content(good(d)))) },
		"a key twice":              func(d string) { write(t, good(d), content(good(d))+content(good(d))) },
		"a key in another's shard": func(d string) { write(t, filepath.Join(d, "entries", "00.ndjson"), content(good(d))) },
		"two keys in one line": func(d string) {
			write(t, good(d), strings.Replace(content(good(d)), `"generation"`, `"key":"x@y","generation"`, 1))
		},
		"an empty line":                func(d string) { write(t, good(d), "\n"+content(good(d))) },
		"a shard that is not counted":  func(d string) { write(t, filepath.Join(d, "entries", "64.ndjson"), "") },
		"a file that is no shard":      func(d string) { write(t, filepath.Join(d, "entries", "notes.txt"), "") },
		"a shard that is a link":       func(d string) { name := good(d); _ = os.Remove(name); _ = os.Symlink("../format.json", name) },
		"format.json that is no JSON":  func(d string) { write(t, filepath.Join(d, "format.json"), "{") },
		"format.json without shards":   func(d string) { write(t, filepath.Join(d, "format.json"), `{"version":1,"id":"`+id+`"}`) },
		"lease.json that is no JSON":   func(d string) { write(t, filepath.Join(d, "lease.json"), "x") },
		"freezes.json that is no list": func(d string) { write(t, filepath.Join(d, "freezes.json"), "{}") },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			bare, a, _ := pair(t)
			l := open(t, options(a))
			put(t, l, 1)
			if r, err := l.Check(t.Context()); err != nil || len(r.Problems) != 0 || r.Entries != 1 {
				t.Fatalf("whole: %+v, %v", r, err)
			}
			tamper(t, bare, f)
			if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrCorrupt) {
				t.Errorf("read: %v", err)
			}
			if r, err := l.Check(t.Context()); err != nil || len(r.Problems) == 0 {
				t.Errorf("check: %+v, %v", r, err)
			}
		})
	}
}

// A newer program's fields in lines and files that are not touched are kept.
func TestUnknownFieldsAreKept(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	put(t, l, 1)
	tamper(t, bare, func(dir string) {
		names, _ := filepath.Glob(filepath.Join(dir, "entries", "*.ndjson"))
		b, _ := os.ReadFile(names[0])
		write(t, names[0], strings.Replace(string(b), "}\n", `,"mood":"good"}`+"\n", 1))
		write(t, filepath.Join(dir, "more.json"), "{}\n")
	})
	for n := 2; n < 200; n++ { // some land in the same shard
		if _, err := tryPut(t.Context(), l, n); err != nil {
			t.Fatal(err)
		}
		if n == 20 {
			break
		}
	}
	var all []*ledger.Entry
	for n := 21; n < 400; n++ {
		all = append(all, ledgertest.Entry(n, ledger.Intent))
	}
	if _, err := l.Commit(t.Context(), ledger.Update{Base: read(t, l).Revision, Entries: all}); err != nil {
		t.Fatal(err)
	}
	if git(t, bare, "grep", "-c", `"mood":"good"`, branch) == "" || git(t, bare, "show", branch+":more.json") != "{}" {
		t.Error("what a newer program wrote is gone")
	}
}

// Killed between the objects and the reference, or between the remote's yes and
// the local reference: the next run reads what the remote has.
func TestKilledOnTheWay(t *testing.T) {
	t.Parallel()
	type killed struct{}
	for _, c := range []struct {
		verb     string
		first    bool // killed before the program runs
		recorded bool
	}{{"push", true, false}, {"push", false, true}, {"update-ref", true, true}} {
		bare, a, b := pair(t)
		s := read(t, open(t, options(a)))
		o, program := options(a), repo.Program(repo.DefaultTimeout)
		o.Git = func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
			if has(args, c.verb) {
				if !c.first {
					_, _ = program(ctx, dir, stdin, args...)
				}
				panic(killed{})
			}
			return program(ctx, dir, stdin, args...)
		}
		func() {
			defer func() {
				if _, ok := recover().(killed); !ok {
					t.Errorf("%+v: was not killed", c)
				}
			}()
			_, _ = open(t, o).Commit(t.Context(), update(s, 1))
		}()
		for _, dir := range []string{a, b, clone(t, bare)} {
			if got := len(read(t, open(t, options(dir))).Entries) == 1; got != c.recorded {
				t.Errorf("%+v: recorded %v in %s", c, got, dir)
			}
		}
		put(t, open(t, options(a)), 2)
		git(t, a, "fsck", "--strict")
	}
}

func TestKindsOfClones(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	for n := range 3 {
		put(t, open(t, options(a)), n)
	}
	worktree := filepath.Join(t.TempDir(), "linked")
	full := clone(t, bare)
	git(t, full, "worktree", "add", "-q", worktree, "-b", "feature")
	sub := filepath.Join(clone(t, bare), "brands", "acme")
	write(t, filepath.Join(sub, "smm.yaml"), "format: 1\n")
	git(t, bare, "config", "uploadpack.allowFilter", "true")
	reference := filepath.Join(t.TempDir(), "reference")
	git(t, "", "clone", "-q", "--shared", "--no-tags", a, reference)
	git(t, reference, "remote", "set-url", "origin", "file://"+bare)
	n := 10
	for what, dir := range map[string]string{
		"full": full, "linked work tree": worktree, "subfolder": sub,
		"shallow":             clone(t, bare, "--depth=1"),
		"shallow, no branch":  clone(t, bare, "--depth=1", "--no-single-branch"),
		"single branch":       clone(t, bare, "--single-branch"),
		"partial":             clone(t, bare, "--filter=blob:none"),
		"with borrowed store": reference,
	} {
		l := open(t, options(dir))
		for range 2 {
			n++
			before := len(read(t, l).Entries)
			if got := len(put(t, l, n).Entries); got != before+1 {
				t.Errorf("%s: %d entries, want %d", what, got, before+1)
			}
		}
		if got := len(read(t, open(t, options(a))).Entries); got != n-10+3 {
			t.Errorf("%s: the first clone reads %d entries, want %d", what, got, n-10+3)
		}
	}
	if _, err := os.Stat(filepath.Join(full, ".git", "shallow")); err == nil {
		t.Error("a full clone was made shallow")
	}
}

// A shallow clone fetches one commit, and finds a rewound branch out all the same.
func TestShallowClone(t *testing.T) {
	t.Parallel()
	bare, a, _ := pair(t)
	l := open(t, options(a))
	for n := range 4 {
		put(t, l, n)
	}
	dir := clone(t, bare, "--depth=1")
	shallow := open(t, options(dir))
	read(t, shallow)
	if got := git(t, dir, "rev-list", "--count", branch); got != "1" {
		t.Errorf("%s commits were fetched, want 1", got)
	}
	for n := range 3 {
		put(t, l, 10+n)
	}
	read(t, shallow)
	put(t, shallow, 20)
	read(t, l)
	git(t, bare, "update-ref", "refs/heads/"+branch, branch+"~2")
	put(t, open(t, options(clone(t, bare))), 30)
	if _, err := shallow.Read(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("read: %v", err)
	}
}

func TestLocalLedger(t *testing.T) {
	t.Parallel()
	o := options(workspace(t))
	o.Remote = "none"
	l := open(t, o)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrMissing) {
		t.Errorf("read: %v", err)
	}
	if _, err := l.Commit(t.Context(), update(&ledger.Snapshot{}, 1)); !errors.Is(err, ledger.ErrMissing) {
		t.Errorf("commit: %v", err)
	}
	if got := git(t, o.Repo, "for-each-ref", "refs/smmctl", "refs/heads/"+branch); got != "" {
		t.Errorf("reading made %s", got)
	}
	if err := l.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Commit(t.Context(), update(&ledger.Snapshot{}, 1)); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("commit over nothing: %v", err)
	}
	first := put(t, l, 1)
	put(t, l, 2)
	git(t, o.Repo, "update-ref", "refs/heads/"+branch, first.Revision)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrRewound) {
		t.Errorf("rewound: %v", err)
	}
	git(t, o.Repo, "branch", "-D", branch)
	if _, err := l.Read(t.Context()); !errors.Is(err, ledger.ErrMissing) {
		t.Errorf("deleted: %v", err)
	}
	if err := l.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, l).Entries); got != 2 {
		t.Errorf("create put %d entries back, want 2", got)
	}
}

func TestInitIsRepeatable(t *testing.T) {
	t.Parallel()
	o := options(workspace(t))
	o.Remote = "none"
	l := open(t, o)
	for range 2 {
		if err := l.Init(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	put(t, l, 1)
	o.ID = "another"
	if err := open(t, o).Init(t.Context()); !errors.Is(err, ledger.ErrForeign) {
		t.Errorf("init over another's: %v", err)
	}
}

// Packs are put together as a run ends, and nothing is lost by it.
func TestMaintenance(t *testing.T) {
	t.Parallel()
	o := local(t, workspace(t))
	l := open(t, o)
	s := read(t, l)
	packs := func() int {
		names, _ := filepath.Glob(filepath.Join(o.Repo, ".git", "objects", "pack", "*.pack"))
		return len(names)
	}
	for n := range 60 {
		var err error
		if s, err = l.Commit(t.Context(), update(s, n)); err != nil {
			t.Fatal(err)
		}
	}
	had := packs()
	if _, err := l.Commit(t.Context(), ledger.Update{Base: s.Revision, Release: true}); err != nil {
		t.Fatal(err)
	}
	if got := packs(); had < 60 || got > had/2 {
		t.Errorf("%d packs before, %d after", had, got)
	}
	if got := len(read(t, l).Entries); got != 60 {
		t.Errorf("%d entries, want 60", got)
	}
	git(t, o.Repo, "fsck", "--strict")
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := workspace(t)
	for _, c := range []struct {
		change func(*gitledger.Options)
		want   error
	}{
		{func(o *gitledger.Options) { o.Remote = "upstream" }, ledger.ErrUnreachable},
		{func(o *gitledger.Options) { o.Remote = "--upload-pack=touch x" }, ledger.ErrUnreachable},
		{func(o *gitledger.Options) { o.Repo = t.TempDir() }, repo.ErrNoGit},
		{func(o *gitledger.Options) { o.Remote, o.Branch = "", "-f" }, nil},
		{func(o *gitledger.Options) { o.Remote, o.Branch = "", "a b" }, nil},
		{func(o *gitledger.Options) { o.Remote, o.Branch = "", "a\nupdate refs/heads/main" }, nil},
	} {
		o := options(dir)
		c.change(&o)
		if _, err := gitledger.Open(o); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	t.Parallel()
	dir := clone(t, remote(t))
	git(t, dir, "remote", "set-url", "origin", "http://ann:s3cret@127.0.0.1:1/x.git")
	_, err := open(t, options(dir)).Read(t.Context())
	if !errors.Is(err, ledger.ErrUnreachable) || strings.Contains(fmt.Sprint(err), "s3cret") {
		t.Errorf("got %v", err)
	}
}
