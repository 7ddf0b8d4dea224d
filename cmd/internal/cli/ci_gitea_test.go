package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/forge/giteatest"
	"github.com/smmctl/smmctl/engine/provider/all"
)

// author is somebody with a clone of a workspace.
type author struct {
	t   *testing.T
	dir string
}

// newAuthor makes a workspace and pushes it, ledger and all, to origin.
func newAuthor(t *testing.T, origin string) *author {
	t.Helper()
	m := &author{t, filepath.Join(t.TempDir(), "acme")}
	m.smmctl(filepath.Dir(m.dir), nil, 0, "init", m.dir)
	m.git(m.dir, "remote", "add", "origin", origin)
	file := filepath.Join(m.dir, "smm.yaml")
	config := strings.Replace(read(t, file), "remote: none", "remote: origin", 1)
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	m.git(m.dir, "commit", "--quiet", "--all", "--message", "The ledger is on the forge")
	m.git(m.dir, "push", "--quiet", "origin", "HEAD:main", "smm-ledger")
	return m
}

// meeting is a workspace on a real Gitea.
type meeting struct {
	*giteatest.Repository
	*author
}

func newMeeting(t *testing.T) *meeting {
	t.Helper()
	g := giteatest.Start(t)
	owner := g.User(t, "acme")
	repo := g.Repository(t, owner, "content")
	m := &meeting{repo, newAuthor(t, repo.CloneURL(owner))}
	m.Wait(t, "main", m.git(m.dir, "rev-parse", "HEAD"))
	return m
}

func (m *author) git(dir string, args ...string) string {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull,
		"GIT_AUTHOR_NAME=ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=ada", "GIT_COMMITTER_EMAIL=ada@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("git %s: %v: %s", args[0], err, out)
	}
	return strings.TrimSpace(string(out))
}

// smmctl runs the program and returns both its outputs.
func (m *author) smmctl(dir string, vars map[string]string, code int, args ...string) string {
	m.t.Helper()
	var out bytes.Buffer
	got := Main(m.t.Context(), args, Env{
		Out: &out, Err: &out, Dir: dir, Clock: clock.System{}, HTTP: http.DefaultClient, Drivers: all.Drivers(),
		Getenv: func(name string) string { return vars[name] },
	})
	if got != code {
		m.t.Fatalf("smmctl %v: exit %d, want %d:\n%s", args, got, code, out.String())
	}
	return out.String()
}

// propose commits a post on a branch and pushes it to where by may.
func (m *author) propose(to, branch, id, text string) string {
	m.t.Helper()
	m.git(m.dir, "checkout", "--quiet", "-B", branch)
	file := filepath.Join(m.dir, "content", "acme", "2099-12", id+".md")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		m.t.Fatal(err)
	}
	post := fmt.Sprintf("---\nid: %s\nstatus: ready\npublish_at: 2099-12-12T09:00\naccounts: [acme-site]\n---\n%s\n", id, text)
	if err := os.WriteFile(file, []byte(post), 0o644); err != nil {
		m.t.Fatal(err)
	}
	m.git(m.dir, "add", ".")
	m.git(m.dir, "commit", "--quiet", "--message", text)
	m.git(m.dir, "push", "--quiet", to, "HEAD:"+branch)
	return m.git(m.dir, "rev-parse", "HEAD")
}

// job runs ci plan as a pull request's job does: in a clone of one commit.
func (m *meeting) job(pull int, by giteatest.User, code int) string {
	m.t.Helper()
	dir := filepath.Join(m.t.TempDir(), "job")
	m.git(m.dir, "clone", "--quiet", "--depth=1", "--branch=main", m.CloneURL(m.Owner), dir)
	event := filepath.Join(filepath.Dir(dir), "event.json")
	b, err := json.Marshal(map[string]any{"issue": map[string]any{"number": pull, "pull_request": map[string]any{}}})
	if err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(event, b, 0o600); err != nil {
		m.t.Fatal(err)
	}
	return m.smmctl(dir, map[string]string{
		"GITEA_ACTIONS": "true", "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": m.FullName(), "GITHUB_SERVER_URL": m.URL, "GITHUB_API_URL": m.API(),
		"GITHUB_EVENT_NAME": "issue_comment", "GITHUB_EVENT_PATH": event, "GITEA_TOKEN": by.Token,
	}, code, "ci", "plan")
}

type said struct {
	ID      int64  `json:"id"`
	Body    string `json:"body"`
	Updated string `json:"updated_at"`
	User    struct {
		Login string `json:"login"`
	} `json:"user"`
}

func (m *meeting) comments(pull int) (out []said) {
	m.t.Helper()
	m.Call(m.t, m.Owner, http.MethodGet, fmt.Sprintf("/repos/%s/issues/%d/comments", m.FullName(), pull), nil, &out)
	return out
}

func (m *meeting) status(commit string) string {
	m.t.Helper()
	var out []struct {
		Context     string `json:"context"`
		Status      string `json:"status"`
		Description string `json:"description"`
	}
	m.Call(m.t, m.Owner, http.MethodGet, "/repos/"+m.FullName()+"/commits/"+commit+"/statuses", nil, &out)
	if len(out) == 0 {
		return ""
	}
	return out[0].Context + " " + out[0].Status + ": " + out[0].Description
}

func (m *meeting) has(pull, comments, which int, texts ...string) said {
	m.t.Helper()
	list := m.comments(pull)
	if len(list) != comments {
		m.t.Fatalf("%d comments, want %d: %v", len(list), comments, list)
	}
	for _, want := range texts {
		if !strings.Contains(list[which].Body, want) {
			m.t.Errorf("no %q in\n%s", want, list[which].Body)
		}
	}
	return list[which]
}

// A pull request on a real Gitea: one comment, kept up to date, whoever copies it;
// the status; remarks on the lines; a fork's, offline.
func TestPullRequestOnGitea(t *testing.T) {
	if testing.Short() {
		t.Skip("a real Gitea")
	}
	t.Parallel()
	m := newMeeting(t)
	bot, eve := m.User(t, "smm-bot"), m.User(t, "eve")
	m.Collaborator(t, bot)

	commit := m.propose("origin", "winter", "snow", "Snow, <b>says</b> @eve.")
	m.Wait(t, "winter", commit)
	pull := m.Open(t, m.Owner, "winter", "main", "Winter")
	// Somebody is faster, with our first line.
	copied := markdown.Marker("") + "\n### What merging this does\n\nNothing. Merge it."
	m.Call(t, eve, http.MethodPost, fmt.Sprintf("/repos/%s/issues/%d/comments", m.FullName(), pull), map[string]any{"body": copied}, nil)

	m.job(pull, bot, exitInvalid)
	first := m.has(pull, 2, 1, "<b>hold</b>", "HTML in the text is not carried out", "<b>snow</b>", "acme-site")
	if first.User.Login != "smm-bot" {
		t.Errorf("the comment is by %s", first.User.Login)
	}
	if s := m.status(commit); !strings.HasPrefix(s, "smmctl/plan failure: 2 invalid") {
		t.Errorf("status: %s", s)
	}
	if n := m.remarks(pull); n != 3 { // and that it fills no slot
		t.Errorf("%d remarks on lines, want 3", n)
	}

	// Again: the same.
	m.job(pull, bot, exitInvalid)
	m.has(pull, 2, 1)

	// A fix: the same comment says something else, and its remarks are gone.
	commit = m.propose("origin", "winter", "snow", "Snow, says @eve.")
	m.WaitHead(t, pull, commit)
	m.job(pull, bot, 0)
	fixed := m.has(pull, 2, 1, "1 waiting for its time", "compared with what is live")
	if fixed.ID != first.ID || m.comments(pull)[0].Body != copied {
		t.Errorf("another comment: %v", fixed)
	}
	if s := m.status(commit); s != "smmctl/plan success: 1 waiting for its time" {
		t.Errorf("status: %s", s)
	}
	if n := m.remarks(pull); n != 1 {
		t.Errorf("%d remarks on lines, want 1", n)
	}

	// From a fork: offline, and nothing but that is different.
	m.git(m.dir, "checkout", "--quiet", "--detach", "HEAD~2")
	fork := m.Fork(t, eve)
	commit = m.propose(fork.CloneURL(eve), "other", "other-snow", "Other snow.")
	fork.Wait(t, "other", commit)
	pull = m.Open(t, eve, "eve:other", "main", "Other")
	m.job(pull, bot, 0)
	m.has(pull, 1, 0, "offline: it comes from another repository", "other-snow")

	// A token that may only read: a warning, and no comment.
	reads := m.Scoped(t, bot, "read:repository", "read:issue", "read:user")
	commit = m.propose("origin", "third", "third-snow", "Third snow.")
	m.Wait(t, "third", commit)
	pull = m.Open(t, m.Owner, "third", "main", "Third")
	out := m.job(pull, reads, 0)
	if list := m.comments(pull); len(list) != 0 {
		t.Errorf("comments: %v", list)
	}
	if !strings.Contains(out, "warning: the comment is not made") {
		t.Errorf("no warning:\n%s", out)
	}
}

// remarks counts those on lines.
func (m *meeting) remarks(pull int) int {
	m.t.Helper()
	var reviews []struct {
		Comments int `json:"comments_count"`
	}
	m.Call(m.t, m.Owner, http.MethodGet, fmt.Sprintf("/repos/%s/pulls/%d/reviews", m.FullName(), pull), nil, &reviews)
	n := 0
	for _, r := range reviews {
		n += r.Comments
	}
	return n
}
