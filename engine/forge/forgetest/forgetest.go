// Package forgetest is the suite that every forge's client passes against its
// counterpart. It imports forge; only tests import it.
package forgetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
)

// Harness makes subjects.
type Harness struct {
	// New returns an empty repository.
	New func(t *testing.T) Subject
}

// Subject is a repository on the counterpart, and what people do there. The users
// are made as they are named; owner is there from the beginning.
type Subject struct {
	Forge    *forge.Forge // as Self, who may write
	Self     string
	CloneURL string
	// Supersedes says that the forge dismisses a person's verdict when they give
	// another.
	Supersedes bool
	// Wait returns when the forge knows a branch's tip.
	Wait func(t *testing.T, branch, commit string)
	// WaitHead returns when the forge knows a pull request's.
	WaitHead func(t *testing.T, pull int, commit string)
	// Fork makes who's copy and returns where to push to.
	Fork    func(t *testing.T, who string) (cloneURL string)
	Open    func(t *testing.T, who, head, base, title string) int
	Review  func(t *testing.T, who string, pull int, state forge.ReviewState, body string) int64
	Dismiss func(t *testing.T, pull int, review int64)
	// Retarget gives a pull request another base.
	Retarget func(t *testing.T, who string, pull int, base string)
	Say      func(t *testing.T, who string, pull int, body string)
	Merge    func(t *testing.T, who string, pull int, style string) string
	// Statuses are a commit's, the oldest first.
	Statuses func(t *testing.T, commit string) []forge.Status
	// Remarks are those on a pull request's lines; nil where Forge has none.
	Remarks func(t *testing.T, pull int) []forge.Remark
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Run("Pull", func(t *testing.T) { t.Parallel(); pull(t, h.New(t)) })
	t.Run("Fork", func(t *testing.T) { t.Parallel(); fork(t, h.New(t)) })
	t.Run("Merged", func(t *testing.T) { t.Parallel(); merged(t, h.New(t)) })
	t.Run("Reviews", func(t *testing.T) { t.Parallel(); reviews(t, h.New(t)) })
	t.Run("Retargeted", func(t *testing.T) { t.Parallel(); retargeted(t, h.New(t)) })
	t.Run("Comments", func(t *testing.T) { t.Parallel(); comments(t, h.New(t)) })
	t.Run("Statuses", func(t *testing.T) { t.Parallel(); statuses(t, h.New(t)) })
	t.Run("Remarks", func(t *testing.T) { t.Parallel(); remarks(t, h.New(t)) })
}

// work is a clone that commits are made in.
type work struct {
	t   *testing.T
	dir string
	s   Subject
}

// clone makes one with a first commit on main, which is pushed.
func clone(t *testing.T, s Subject) (w *work, first string) {
	t.Helper()
	w = &work{t, t.TempDir(), s}
	w.git("init", "-q", "-b", "main")
	first = w.commit("main", "README", "a brand\n")
	return w, first
}

func (w *work) git(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Anna", "GIT_AUTHOR_EMAIL=anna@example.org", "GIT_COMMITTER_NAME=Anna", "GIT_COMMITTER_EMAIL=anna@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", args[0], err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit changes one file on a branch, which starts at the present one where it
// is new, pushes it, and waits until the forge knows.
func (w *work) commit(branch, file, text string) string {
	w.t.Helper()
	c := w.change(branch, file, text)
	w.git("push", "-q", w.s.CloneURL, branch)
	w.s.Wait(w.t, branch, c)
	return c
}

func (w *work) change(branch, file, text string) string {
	w.t.Helper()
	if w.git("branch", "--list", branch) != "" || w.git("branch", "--show-current") == branch {
		w.git("symbolic-ref", "HEAD", "refs/heads/"+branch)
		if w.git("branch", "--list", branch) != "" {
			w.git("reset", "-q", "--hard")
		}
	} else {
		w.git("checkout", "-q", "-b", branch)
	}
	if err := os.WriteFile(filepath.Join(w.dir, file), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.git("add", file)
	w.git("commit", "-q", "-m", "Change "+file)
	return w.git("rev-parse", "HEAD")
}

// pass waits until the wall clock is past t's second: forges keep time in
// seconds.
func pass(t time.Time) {
	time.Sleep(time.Until(t.Truncate(time.Second).Add(time.Second)))
}
