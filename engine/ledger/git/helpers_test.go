package git_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/ledger"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
	"github.com/smmctl/smmctl/engine/ledger/ledgertest"
	"github.com/smmctl/smmctl/engine/repo"
)

const (
	branch = "smm-ledger"
	id     = "7f3c0000000000000000000000000001"
)

// TestMain keeps the machine's own Git configuration, its identity above all,
// out of the tests.
func TestMain(m *testing.M) {
	for k, v := range map[string]string{"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1"} {
		if err := os.Setenv(k, v); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// fakeClock stands still, and sleeps without waiting.
type fakeClock struct{}

func (fakeClock) Now() time.Time                                   { return ledgertest.Time }
func (fakeClock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@localhost"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// workspace makes a repository with one commit.
func workspace(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	write(t, filepath.Join(dir, "smm.yaml"), "format: 1\n")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "a workspace")
	return dir
}

// remote makes a bare repository with a workspace in it.
func remote(t testing.TB) string {
	t.Helper()
	bare := filepath.Join(t.TempDir(), "origin.git")
	git(t, "", "clone", "-q", "--bare", workspace(t), bare)
	return bare
}

func clone(t testing.TB, bare string, args ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, "", append(append([]string{"clone", "-q"}, args...), "file://"+bare, dir)...)
	return dir
}

func options(dir string) gitledger.Options {
	return gitledger.Options{Repo: dir, Remote: "origin", ID: id, Actor: "ann", Clock: fakeClock{}}
}

func open(t testing.TB, o gitledger.Options) *gitledger.Ledger {
	t.Helper()
	l, err := gitledger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// local makes a ledger of a clone's own.
func local(t testing.TB, dir string) gitledger.Options {
	t.Helper()
	o := options(dir)
	o.Remote = "none"
	if err := open(t, o).Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

// pair makes two clones of a remote that has a ledger.
func pair(t testing.TB) (bare, a, b string) {
	t.Helper()
	bare = remote(t)
	a, b = clone(t, bare), clone(t, bare)
	if err := open(t, options(a)).Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	return bare, a, b
}

func read(t testing.TB, l ledger.Ledger) *ledger.Snapshot {
	t.Helper()
	s, err := l.Read(t.Context())
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return s
}

// put commits one entry over what the ledger has now.
func put(t testing.TB, l ledger.Ledger, n int) *ledger.Snapshot {
	t.Helper()
	s, err := tryPut(t.Context(), l, n)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return s
}

func tryPut(ctx context.Context, l ledger.Ledger, n int) (*ledger.Snapshot, error) {
	s, err := l.Read(ctx)
	if err != nil {
		return nil, err
	}
	return l.Commit(ctx, update(s, n))
}

func update(s *ledger.Snapshot, n int) ledger.Update {
	return ledger.Update{Base: s.Revision, Entries: []*ledger.Entry{ledgertest.Entry(n, ledger.Intent)}, At: ledgertest.Time}
}

// tamper runs f in a scratch work tree of the ledger's branch and pushes what it
// did, as a person with a clone could.
func tamper(t testing.TB, bare string, f func(dir string)) {
	t.Helper()
	dir := clone(t, bare, "--branch", branch)
	f(dir)
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "by hand")
	git(t, dir, "push", "-q", "origin", branch)
}

// after is a Git whose next run of verb is carried out and then answered with an
// error, as when the connection drops before the answer; before is one that is
// not carried out at all.
func after(verb string) repo.Git  { return failing(verb, true) }
func before(verb string) repo.Git { return failing(verb, false) }

func failing(verb string, carryOut bool) repo.Git {
	program, failed := repo.Program(repo.DefaultTimeout), false
	return func(ctx context.Context, dir string, stdin []byte, args ...string) ([]byte, error) {
		if failed || !has(args, verb) {
			return program(ctx, dir, stdin, args...)
		}
		failed = true
		if carryOut {
			if _, err := program(ctx, dir, stdin, args...); err != nil {
				return nil, err
			}
		}
		return nil, &repo.GitError{Verb: verb, Code: 128, Stderr: "the remote end hung up unexpectedly", Err: context.DeadlineExceeded}
	}
}

func has(args []string, verb string) bool {
	for _, a := range args {
		if a == verb {
			return true
		}
	}
	return false
}
