package github_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/forgetest"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/forge/githubtest"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/repo"
)

// TestConformance ends with the referee's word on every call.
func TestConformance(t *testing.T) {
	t.Parallel()
	forgetest.Run(t, forgetest.Harness{New: subject})
}

func subject(t *testing.T) forgetest.Subject {
	s := githubtest.Start(t)
	t.Cleanup(func() { s.Judge(t) })
	owner, bot := s.User(t, "owner"), s.User(t, "bot")
	r := s.Repository(t, owner, "brand")
	f, err := github.New(github.Options{API: s.API(), Repository: r.FullName(), Token: provider.NewSecret(bot.Token)})
	if err != nil {
		t.Fatal(err)
	}
	return forgetest.Subject{
		Forge: f, Self: bot.Name, CloneURL: r.CloneURL(bot),
		Wait: func(*testing.T, string, string) {}, WaitHead: func(*testing.T, int, string) {},
		Fork: func(t *testing.T, who string) string { return r.Fork(t, s.User(t, who)).CloneURL(s.User(t, who)) },
		Open: func(t *testing.T, who, head, base, title string) int {
			return r.Open(t, s.User(t, who), head, base, title)
		},
		Review: func(t *testing.T, who string, pull int, state forge.ReviewState, body string) int64 {
			return r.Review(t, s.User(t, who), pull, state, body)
		},
		Dismiss: func(t *testing.T, pull int, review int64) { r.Dismiss(t, pull, review) },
		Retarget: func(t *testing.T, who string, pull int, base string) {
			r.Retarget(t, s.User(t, who), pull, base)
		},
		Say: func(t *testing.T, who string, pull int, body string) { r.Comment(t, s.User(t, who), pull, body) },
		Merge: func(t *testing.T, who string, pull int, style string) string {
			return r.Merge(t, s.User(t, who), pull, style)
		},
		Statuses: func(t *testing.T, commit string) []forge.Status { return r.Statuses(t, commit) },
	}
}

// A pull request names the branch's commit of when it was opened. What came in from
// the branch since is not its own, before the merge and after it.
func TestMergeBaseIsTheNewest(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"merge", "squash", "rebase"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			s := githubtest.Start(t)
			t.Cleanup(func() { s.Judge(t) })
			owner := s.User(t, "owner")
			r := s.Repository(t, owner, "brand")
			f, err := github.New(github.Options{API: s.API(), Repository: r.FullName(), Token: provider.NewSecret(s.User(t, "bot").Token)})
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			git := func(args ...string) string {
				t.Helper()
				out, err := repo.Program(repo.DefaultTimeout)(t.Context(), dir, nil, append([]string{"-c", "user.name=a", "-c", "user.email=a@localhost"}, args...)...)
				if err != nil {
					t.Fatal(err)
				}
				return strings.TrimSpace(string(out))
			}
			commit := func(file string) string {
				t.Helper()
				if err := os.WriteFile(filepath.Join(dir, file), []byte(file), 0o600); err != nil {
					t.Fatal(err)
				}
				git("add", ".")
				git("commit", "--quiet", "--message", file)
				return git("rev-parse", "HEAD")
			}
			git("init", "--quiet", "--initial-branch=main")
			git("remote", "add", "origin", r.CloneURL(owner))
			commit("one")
			git("push", "--quiet", "origin", "main")
			git("checkout", "--quiet", "-b", "work")
			commit("mine")
			git("push", "--quiet", "origin", "work")
			n := r.Open(t, owner, "work", "main", "Work")
			git("checkout", "--quiet", "main")
			theirs := commit("theirs")
			git("push", "--quiet", "origin", "main")
			git("checkout", "--quiet", "work")
			git("rebase", "--quiet", "main")
			git("push", "--quiet", "--force", "origin", "work")
			base := func() string {
				t.Helper()
				p, err := f.Pulls.Pull(t.Context(), n)
				if err != nil {
					t.Fatal(err)
				}
				if p.BaseSHA == theirs {
					t.Fatal("the server does not keep the base of the opening, as GitHub does: this shows nothing")
				}
				return p.MergeBase
			}
			if got := base(); got != theirs {
				t.Errorf("open: %s, want %s", got, theirs)
			}
			r.Merge(t, owner, n, style)
			if got := base(); got != theirs {
				t.Errorf("merged: %s, want %s", got, theirs)
			}
		})
	}
}
