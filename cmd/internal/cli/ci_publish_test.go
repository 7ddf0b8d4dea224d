package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/cli"
	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/forge/githubtest"
	"github.com/smmctl/smmctl/engine/notify/notifytest"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
)

const platformToken = "s3cr3t-t0ken-of-acme"

// scene is a repository on GitHub with a workspace, a platform, a team's chat, and
// people.
type scene struct {
	t        *testing.T
	dir      string
	repo     *githubtest.Repository
	job      githubtest.User
	lena     githubtest.User
	ada      githubtest.User
	mastodon *mastodontest.Server
	chat     *notifytest.Server
	chatURL  string
	clones   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	hub := githubtest.Start(t)
	s := &scene{t: t, dir: t.TempDir(), lena: hub.User(t, "lena"), ada: hub.User(t, "ada"), chat: &notifytest.Server{}}
	s.repo = hub.Repository(t, hub.User(t, "acme"), "content")
	s.job = hub.Job(t, map[string]string{"contents": "write", "pull-requests": "write"})
	s.mastodon = mastodontest.New(mastodontest.Options{Token: platformToken, Domain: "social.example", Clock: clock.System{}})
	platform, chat := httptest.NewServer(s.mastodon), httptest.NewServer(s.chat)
	t.Cleanup(platform.Close)
	t.Cleanup(chat.Close)
	s.chatURL = chat.URL + notifytest.Path
	s.git("clone", "--quiet", s.repo.CloneURL(s.ada), "work")
	s.write("smm.yaml", `format: 1
timezone: Europe/Paris
language: en
branch: main
ledger: {id: 7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c, remote: origin}
approvals: {rules: [{name: desk, from: ["@lena"]}]}
notify: [{webhook: "env:CHAT"}]
`)
	s.write("strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 100}]\n")
	s.write("strategies/acme/accounts/acme-social.yaml", "id: acme-social\nprovider: mastodon\nserver: "+platform.URL+
		"\ncredentials: {token: \"env:TOKEN\"}\nguards: {per_run: 0, min_gap: 0}\n")
	s.commit("main", "A workspace")
	if code, out := s.run("work", nil, "ledger", "create"); code != 0 {
		t.Fatalf("%d: %s", code, out)
	}
	return s
}

func (s *scene) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (s *scene) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, "work", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) commit(branch, message string) {
	s.t.Helper()
	s.git("-C", "work", "checkout", "--quiet", "-B", branch)
	s.git("-C", "work", "add", "--all")
	s.git("-C", "work", "commit", "--quiet", "--message", message)
	s.git("-C", "work", "push", "--quiet", "origin", branch)
}

// propose opens a pull request by ada with a ready post, over main.
func (s *scene) propose(id, text string) int {
	s.t.Helper()
	s.git("-C", "work", "fetch", "--quiet", "origin", "main")
	s.git("-C", "work", "checkout", "--quiet", "-B", id, "origin/main")
	s.write("content/acme/2026-12/"+id+".md", fmt.Sprintf(
		"---\nid: %s\naccounts: [acme-social]\npublish_at: 2024-12-03T09:00\nlate: any\nstatus: ready\nreason: a test\n---\n%s\n", id, text))
	s.commit(id, "Post "+id)
	return s.repo.Open(s.t, s.ada, id, "main", "Post "+id)
}

// run is smmctl in a folder, in the job's environment where env says so.
func (s *scene) run(folder string, env map[string]string, args ...string) (int, string) {
	var out bytes.Buffer
	var mu sync.Mutex
	w := locked{&mu, &out}
	vars := map[string]string{"TOKEN": platformToken, "CHAT": s.chatURL, "USER": "runner"}
	for k, v := range env {
		vars[k] = v
	}
	code := cli.Main(context.Background(), args, cli.Env{
		In: strings.NewReader(""), Out: w, Err: w, Dir: filepath.Join(s.dir, folder), Clock: clock.System{}, HTTP: &http.Client{},
		Getenv: func(n string) string { return vars[n] }, Drivers: all.Drivers(),
	})
	return code, out.String()
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// publish is the job: a fresh, shallow clone of main, and the command.
func (s *scene) publish(args ...string) (int, string) {
	s.t.Helper()
	folder := s.clone()
	return s.runJob(folder, args...)
}

func (s *scene) clone() string {
	s.t.Helper()
	s.clones++
	folder := fmt.Sprintf("job-%d", s.clones)
	s.git("clone", "--quiet", "--depth=1", "--branch=main", "--single-branch", "file://"+s.repo.CloneURL(s.job), folder)
	return folder
}

func (s *scene) runJob(folder string, args ...string) (int, string) {
	return s.run(folder, map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_API_URL": s.repo.API(), "GITHUB_REPOSITORY": s.repo.FullName(), "GITHUB_TOKEN": s.job.Token,
		"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_STEP_SUMMARY": filepath.Join(s.dir, folder+".md"), "CI": "true",
	}, append([]string{"ci", "publish"}, args...)...)
}

func (s *scene) succeed() string {
	s.t.Helper()
	code, out := s.publish()
	if code != 0 {
		s.t.Fatalf("exit code %d\n%s", code, out)
	}
	return out
}

// comments are those of the job on a pull request.
func (s *scene) comments(pull int) []forge.Comment {
	s.t.Helper()
	f, err := github.New(github.Options{API: s.repo.API(), Repository: s.repo.FullName(), Token: provider.NewSecret(s.lena.Token)})
	if err != nil {
		s.t.Fatal(err)
	}
	list, err := f.Comments.List(context.Background(), pull)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []forge.Comment
	for _, c := range list {
		if c.By == s.job.Name {
			out = append(out, c)
		}
	}
	return out
}

func (s *scene) oneComment(pull int, want ...string) forge.Comment {
	s.t.Helper()
	all := s.comments(pull)
	if len(all) != 1 {
		s.t.Fatalf("%d comments on #%d, want one: %v", len(all), pull, all)
	}
	for _, w := range want {
		if !strings.Contains(all[0].Body, w) {
			s.t.Errorf("#%d lacks %q:\n%s", pull, w, all[0].Body)
		}
	}
	return all[0]
}

func (s *scene) lives(n int) {
	s.t.Helper()
	if live := s.mastodon.Live(); len(live) != n {
		s.t.Errorf("%d posts are live, want %d: %v", len(live), n, live)
	}
}

// A merge publishes what is approved, once, however many jobs run; the pull request
// and the team hear of it once, and the comment is the same one all the time.
func TestPublishFromMergedPullRequest(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	approved := s.propose("first-snow", "First snow <!channel> @lena #1 | on the roof")
	s.repo.Review(t, s.lena, approved, forge.Approved, "")
	unapproved := s.propose("second-snow", "Second snow")
	s.repo.Merge(t, s.ada, approved, "merge")
	s.repo.Merge(t, s.ada, unapproved, "squash")

	// Two jobs at once.
	folders := []string{s.clone(), s.clone()}
	var wg sync.WaitGroup
	codes, outs := make([]int, 2), make([]string, 2)
	for i, f := range folders {
		wg.Go(func() { codes[i], outs[i] = s.runJob(f) })
	}
	wg.Wait()
	for i, code := range codes {
		if code != 0 && code != 6 {
			t.Errorf("exit code %d\n%s", code, outs[i])
		}
	}
	if codes[0] != 0 && codes[1] != 0 {
		t.Errorf("none has done it: %v\n%s\n%s", codes, outs[0], outs[1])
	}
	s.succeed()
	s.lives(1)
	url := s.mastodon.Live()[0].URL
	s.oneComment(approved, "<code>first-snow&#64;acme-social</code>", "**published**, [social.", "]("+url+")", "[lena](", "pullrequestreview")
	held := s.oneComment(unapproved, "**held**", "rule desk")
	if texts := s.chat.Texts(); len(texts) != 1 || !strings.Contains(texts[0], "Published: `first-snow@acme-social`\n"+strings.ReplaceAll(url, "@", "%40")) {
		t.Errorf("told: %q", texts)
	}

	// The approval comes after the merge: the post goes out, and the same comment says so.
	s.repo.Review(t, s.lena, unapproved, forge.Approved, "")
	s.succeed()
	s.lives(2)
	if now := s.oneComment(unapproved, "**published**"); now.ID != held.ID {
		t.Errorf("another comment: %d, then %d", held.ID, now.ID)
	}
	if n := len(s.chat.Texts()); n != 2 {
		t.Errorf("%d told", n)
	}

	// The forge counts our comments as updates, which the next run takes note of. From
	// then on nothing changes: neither platform, nor comments, nor ledger.
	s.succeed()
	was := s.git("-C", s.repo.CloneURL(s.job), "rev-parse", "smm-ledger")
	edits := s.edits()
	out := s.succeed()
	if !strings.Contains(out, "Nothing to do now") {
		t.Errorf("%s", out)
	}
	if is := s.git("-C", s.repo.CloneURL(s.job), "rev-parse", "smm-ledger"); is != was || s.edits() != edits {
		t.Errorf("the ledger moved from %s to %s; %d edits, then %d", was, is, edits, s.edits())
	}
	for _, p := range append(s.repo.Complaints(), s.chat.Problems()...) {
		t.Error(p)
	}
	for _, text := range append(outs, out) {
		if strings.Contains(text, notifytest.Token) || strings.Contains(text, s.job.Token) || strings.Contains(text, platformToken) {
			t.Errorf("a secret shows:\n%s", text)
		}
	}
}

// edits counts the changes of comments that the forge was asked for.
func (s *scene) edits() (n int) {
	for _, c := range s.repo.Calls() {
		if c.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// Without a forge's token a job publishes what was approved before, says what it
// could not do, and is red.
func TestPublishWithoutForgeToken(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	pull := s.propose("first-snow", "First snow")
	s.repo.Review(t, s.lena, pull, forge.Approved, "")
	s.repo.Merge(t, s.ada, pull, "merge")
	s.job.Token = ""
	code, out := s.publish()
	if code != 1 || !strings.Contains(out, "smmctl: nobody was told: the forge:") || strings.Contains(out, "what was published") {
		t.Errorf("%d: %s", code, out)
	}
	s.lives(0) // nobody's approval is known
}

// The page of the job says what happened, whatever the exit code.
func TestPageOfTheJob(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	pull := s.propose("first-snow", "First snow")
	s.repo.Merge(t, s.ada, pull, "rebase")
	folder := s.clone()
	s.write("late.txt", "a newer commit")
	s.git("-C", "work", "checkout", "--quiet", "-B", "main")
	s.git("-C", "work", "pull", "--quiet", "--rebase", "origin", "main")
	s.commit("main", "Newer")
	if code, out := s.runJob(folder); code != 7 {
		t.Errorf("an old commit: %d\n%s", code, out)
	}
	page, err := os.ReadFile(filepath.Join(s.dir, folder+".md"))
	if err != nil || !strings.Contains(string(page), "The run did not end well") {
		t.Errorf("%v: %s", err, page)
	}
	if len(s.chat.Texts()) != 0 || len(s.comments(pull)) != 0 {
		t.Error("an old commit tells nobody: the newer one's run does")
	}
}
