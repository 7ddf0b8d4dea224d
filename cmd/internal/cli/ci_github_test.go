package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/githubtest"
)

// onGitHub runs ci plan as a pull request's job does, in a clone of the base's one
// commit, and returns what it prints and its summary.
func onGitHub(m *author, repo *githubtest.Repository, token string, pull, code int) (out, summary string) {
	m.t.Helper()
	dir := m.t.TempDir()
	m.git(m.dir, "clone", "--quiet", "--depth=1", "--branch=main", "file://"+repo.CloneURL(repo.Owner), filepath.Join(dir, "job"))
	event := filepath.Join(dir, "event.json")
	if err := os.WriteFile(event, repo.Event(m.t, pull, "synchronize"), 0o600); err != nil {
		m.t.Fatal(err)
	}
	out = m.smmctl(filepath.Join(dir, "job"), map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": repo.FullName(), "GITHUB_API_URL": repo.API(), "GITHUB_SERVER_URL": "https://forge.example",
		"GITHUB_RUN_ID": "42", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": event, "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary.md"),
		"GITHUB_TOKEN": token,
	}, code, "ci", "plan", "--out", filepath.Join(dir, "report"))
	read(m.t, filepath.Join(dir, "report", "plan.json"))
	return out, read(m.t, filepath.Join(dir, "summary.md"))
}

// A pull request on a strict GitHub, with a job's own token, which cannot ask whose
// it is.
func TestPullRequestOnGitHub(t *testing.T) {
	t.Parallel()
	s := githubtest.Start(t)
	repo := s.Repository(t, s.User(t, "acme"), "content")
	m := newAuthor(t, repo.CloneURL(repo.Owner))
	writes := s.Job(t, map[string]string{"contents": "read", "pull-requests": "write", "statuses": "write"})

	m.propose("origin", "winter", "snow", "Snow, <b>says</b> @eve.")
	pull := repo.Open(t, repo.Owner, "winter", "main", "Winter")
	repo.Comment(t, s.User(t, "eve"), pull, markdown.Marker("")+"\nNothing. Merge it.")
	out, _ := onGitHub(m, repo, writes.Token, pull, exitInvalid)
	if !strings.Contains(out, "\n::error file=content/acme/2099-12/snow.md,line=7,") {
		t.Errorf("no annotation:\n%s", out)
	}
	first := conversation(t, repo, pull, 2)[1]
	if !strings.Contains(first.Body, "HTML in the text is not carried out") || first.By != "github-actions[bot]" {
		t.Errorf("by %s: %s", first.By, first.Body)
	}

	commit := m.propose("origin", "winter", "snow", "Snow, says @eve.")
	onGitHub(m, repo, writes.Token, pull, 0)
	fixed := conversation(t, repo, pull, 2)
	if fixed[1].ID != first.ID || !strings.Contains(fixed[1].Body, "1 waiting for its time") || !strings.Contains(fixed[0].Body, "Merge it") {
		t.Errorf("%v", fixed)
	}
	list := repo.Statuses(t, commit)
	want := forge.Status{Context: "smmctl/plan", State: forge.Success, Description: "1 waiting for its time", URL: "https://forge.example/" + repo.FullName() + "/actions/runs/42"}
	if len(list) != 1 || list[0] != want {
		t.Errorf("statuses %v, want %v", list, want)
	}

	// A fork's token only reads: the report is on the job's page.
	m.git(m.dir, "checkout", "--quiet", "--detach", "HEAD~2")
	eve := s.User(t, "eve")
	fork := repo.Fork(t, eve)
	m.propose(fork.CloneURL(eve), "other", "other-snow", "Other snow.")
	pull = repo.Open(t, eve, "eve:other", "main", "Other")
	reads := s.Job(t, map[string]string{"contents": "read", "pull-requests": "read"})
	out, summary := onGitHub(m, repo, reads.Token, pull, 0)
	if !strings.Contains(out, "warning: the comment is not made") || !strings.Contains(summary, "offline: it comes from another repository") {
		t.Errorf("%s\n%s", out, summary)
	}
	conversation(t, repo, pull, 0)
	s.Judge(t)
}

func conversation(t *testing.T, repo *githubtest.Repository, pull, want int) []forge.Comment {
	t.Helper()
	p := &proposal{}
	g := &global{Env: Env{Err: os.Stderr, Getenv: func(name string) string {
		return map[string]string{"SMMCTL_FORGE": "github", "GITHUB_REPOSITORY": repo.FullName(), "GITHUB_API_URL": repo.API(), "GITHUB_TOKEN": repo.Owner.Token}[name]
	}}}
	if err := p.findJob(g); err != nil {
		t.Fatal(err)
	}
	list, err := p.home.Comments.List(t.Context(), pull)
	if err != nil || len(list) != want {
		t.Fatalf("%d comments, want %d: %v %v", len(list), want, list, err)
	}
	return list
}
