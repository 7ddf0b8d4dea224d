// Package delivery takes posts the whole way that people take them: a branch, a
// pull request on a real Gitea, a comment that says what would happen, reviews, a
// merge, and `smmctl ci publish` in fresh clones; and looks at what the platform
// was really sent. Tests only; it may import anything.
package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/smmctl/smmctl/cmd/internal/cli"
	"github.com/smmctl/smmctl/engine/forge/giteatest"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// childVar makes the test binary smmctl itself.
const childVar = "SMMCTL_DELIVERY_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) != "" {
		env := cli.System()
		env.Terminal, env.CanAsk = false, false
		env.Timing.Lease, env.Timing.Renew = time.Minute, 30*time.Second
		env.Timing.Request, env.Timing.Skew, env.Timing.Settle = 10*time.Second, time.Second, 50*time.Millisecond
		os.Exit(cli.Main(context.Background(), os.Args[1:], env))
	}
	os.Exit(m.Run())
}

// world is a repository on the forge with a workspace in it, the people around
// it, and the platform that it publishes to.
type world struct {
	t        *testing.T
	dir      string
	repo     *giteatest.Repository
	platform *stage.Platform
	front    string         // the platform's address, where its requests are counted
	robot    giteatest.User // whose token the jobs have
	writer   giteatest.User
	clones   int
	asked    atomic.Int64 // requests to the platform

	mu     sync.Mutex
	victim int // the process to kill when the platform has carried a publication out
}

const (
	account  = "acme-social"
	approver = "anna"
)

var smmYAML = `format: 1
timezone: UTC
language: en
branch: main
ledger: {id: 7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c, remote: origin}
approvals:
  rules:
    - {name: desk, from: ["@` + approver + `"]}
`

// newWorld makes a repository of that name with an empty workspace and a ledger.
func newWorld(t *testing.T, server *giteatest.Server, name string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), robot: server.User(t, "robot"), writer: server.User(t, "wanda")}
	w.repo = server.Repository(t, server.User(t, "acme"), name)
	for _, u := range []giteatest.User{w.robot, w.writer, server.User(t, approver)} {
		w.repo.Collaborator(t, u)
	}
	w.platform = mastodontest.Start(mastodontest.GoToSocial)(t, stage.Options{Watch: w.watch})
	w.front = w.counting(w.platform.Server)
	seed := filepath.Join(w.dir, "seed")
	w.git(w.dir, "init", "--quiet", "--initial-branch=main", "seed")
	w.write(seed, "smm.yaml", smmYAML)
	w.write(seed, "strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 100}]\n")
	w.write(seed, "strategies/acme/accounts/"+account+".yaml", fmt.Sprintf(
		"id: %s\nprovider: mastodon\nserver: %s\nlate: any\ncredentials: {token: \"env:ACME_TOKEN\"}\n", account, w.front))
	w.write(seed, ".gitignore", ".smmctl/\n")
	w.commit(seed, "A workspace")
	w.git(seed, "remote", "add", "origin", w.repo.CloneURL(w.repo.Owner))
	w.git(seed, "push", "--quiet", "origin", "main")
	w.repo.Wait(t, "main", w.git(seed, "rev-parse", "HEAD"))
	w.want(0, w.smmctl(w.clone("main"), nil, "ledger", "create"))
	return w
}

// counting stands before the platform and counts every request.
func (w *world) counting(server string) string {
	w.t.Helper()
	to, err := url.Parse(server)
	must(w.t, err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		proxy.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(front.Close)
	return front.URL
}

// watch kills the victim when the platform has published and not yet answered.
func (w *world) watch(op string, done bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.victim != 0 && done && op == "publish" {
		_ = syscall.Kill(w.victim, syscall.SIGKILL)
		w.victim = 0
	}
}

// post is a post's file.
func post(id, at, text string) string {
	return fmt.Sprintf("---\nid: %s\naccounts: [%s]\nstatus: ready\npublish_at: %s\nreason: test\npillar: news\n---\n%s\n", id, account, at, text)
}

func path(id string) string { return "content/acme/2026-01/" + id + ".md" }

const due = "2026-01-05T09:00" // long ago: the account takes it however late

// proposal is a pull request and the clone that its branch is written in.
type proposal struct {
	*world
	repo   *giteatest.Repository // of the branch
	by     giteatest.User
	branch string
	dir    string
	number int
}

// propose opens a pull request with these files; empty text deletes one.
func (w *world) propose(branch string, files map[string]string) *proposal {
	w.t.Helper()
	return w.proposeFrom(w.repo, w.writer, branch, files)
}

func (w *world) proposeFrom(repo *giteatest.Repository, by giteatest.User, branch string, files map[string]string) *proposal {
	w.t.Helper()
	p := &proposal{world: w, repo: repo, by: by, branch: branch, dir: w.cloneOf(repo, by, "main")}
	w.git(p.dir, "checkout", "--quiet", "-b", branch)
	p.push(files, "Propose "+branch)
	head := branch
	if repo != w.repo {
		head = by.Name + ":" + branch
	}
	p.number = w.repo.Open(w.t, by, head, "main", "Propose "+branch)
	w.repo.WaitHead(w.t, p.number, w.git(p.dir, "rev-parse", "HEAD"))
	return p
}

// push adds a commit to the branch.
func (p *proposal) push(files map[string]string, message string) string {
	p.t.Helper()
	for name, text := range files {
		if text == "" {
			must(p.t, os.Remove(filepath.Join(p.dir, filepath.FromSlash(name))))
			continue
		}
		p.write(p.dir, name, text)
	}
	p.commit(p.dir, message)
	p.git(p.dir, "push", "--quiet", "origin", p.branch)
	commit := p.git(p.dir, "rev-parse", "HEAD")
	p.repo.Wait(p.t, p.branch, commit)
	if p.number != 0 {
		p.world.repo.WaitHead(p.t, p.number, commit)
	}
	return commit
}

// approve is the approver's review of what the branch is now.
func (p *proposal) approve() {
	p.t.Helper()
	p.world.repo.Review(p.t, p.world.repo.User(p.t, approver), p.number, "approved", "Good.")
}

func (p *proposal) merge(style string) {
	p.t.Helper()
	p.world.repo.Merge(p.t, p.world.repo.Owner, p.number, style)
}

// plan runs the job that checks a pull request: in a shallow clone of the base.
func (p *proposal) plan(env map[string]string, args ...string) result {
	p.t.Helper()
	var event struct {
		Action string          `json:"action"`
		Number int             `json:"number"`
		Pull   json.RawMessage `json:"pull_request"`
	}
	event.Action, event.Number = "synchronize", p.number
	p.world.repo.Call(p.t, p.world.repo.Owner, http.MethodGet, fmt.Sprintf("/repos/%s/pulls/%d", p.world.repo.FullName(), p.number), nil, &event.Pull)
	return p.job("pull_request_target", event, env, append([]string{"ci", "plan"}, args...)...)
}

// publish runs the job that publishes, in a fresh shallow clone.
func (w *world) publish(args ...string) result {
	w.t.Helper()
	return w.job("push", map[string]any{"ref": "refs/heads/main"}, w.secrets(), append([]string{"ci", "publish"}, args...)...)
}

func (w *world) secrets() map[string]string {
	return map[string]string{"ACME_TOKEN": w.platform.Secrets["token"]}
}

// result is what a run came to.
type result struct {
	code    int
	out     string
	summary string // that a job wrote
}

func (w *world) want(code int, r result) result {
	w.t.Helper()
	if r.code != code {
		w.t.Fatalf("exit %d, want %d\n%s", r.code, code, r.out)
	}
	return r
}

// job runs smmctl in a fresh clone as a runner of the forge would.
func (w *world) job(event string, payload any, env map[string]string, args ...string) result {
	w.t.Helper()
	cmd, finish := w.startJob(event, payload, env, args...)
	must(w.t, cmd.Start())
	return finish()
}

func (w *world) startJob(event string, payload any, env map[string]string, args ...string) (*exec.Cmd, func() result) {
	w.t.Helper()
	dir := w.clone("main")
	b, err := json.Marshal(payload)
	must(w.t, err)
	files := w.t.TempDir()
	must(w.t, os.WriteFile(filepath.Join(files, "event.json"), b, 0o600))
	summary := filepath.Join(files, "summary.md")
	all := map[string]string{
		"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_REPOSITORY": w.repo.FullName(), "GITHUB_API_URL": w.repo.API(),
		"GITHUB_SERVER_URL": w.repo.URL, "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": filepath.Join(files, "event.json"),
		"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": w.git(dir, "rev-parse", "HEAD"), "GITHUB_ACTOR": w.writer.Name, "GITHUB_RUN_ID": "1",
		"GITHUB_STEP_SUMMARY": summary, "GITHUB_TOKEN": w.robot.Token,
	}
	for k, v := range env {
		all[k] = v
	}
	cmd, out := w.command(dir, all, args...)
	return cmd, func() result {
		w.t.Helper()
		r := w.ended(cmd, out)
		text, err := os.ReadFile(summary)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			w.t.Fatal(err)
		}
		r.summary = string(text)
		return r
	}
}

// smmctl runs the program in a clone.
func (w *world) smmctl(dir string, env map[string]string, args ...string) result {
	w.t.Helper()
	cmd, out := w.command(dir, env, args...)
	must(w.t, cmd.Start())
	return w.ended(cmd, out)
}

func (w *world) command(dir string, env map[string]string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	self, err := os.Executable()
	must(w.t, err)
	cmd := exec.Command(self, args...)
	cmd.Dir = dir
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(gitEnv(), childVar+"=1", "CI=true", "HOME="+w.dir, "SMMCTL_ACTOR=job")
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	return cmd, out
}

func (w *world) ended(cmd *exec.Cmd, out *bytes.Buffer) result {
	w.t.Helper()
	err := cmd.Wait()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		w.t.Fatal(err)
	}
	for _, secret := range []string{w.robot.Token, w.platform.Secrets["token"]} {
		if strings.Contains(out.String(), secret) {
			w.t.Errorf("a secret was printed:\n%s", out)
		}
	}
	return result{code: cmd.ProcessState.ExitCode(), out: out.String()}
}

// clone is a new runner: a shallow clone of a branch, and the ledger as it is.
func (w *world) clone(branch string) string {
	w.t.Helper()
	return w.cloneOf(w.repo, w.robot, branch)
}

func (w *world) cloneOf(repo *giteatest.Repository, by giteatest.User, branch string) string {
	w.t.Helper()
	w.mu.Lock()
	w.clones++
	name := "clone-" + strconv.Itoa(w.clones)
	w.mu.Unlock()
	w.git(w.dir, "clone", "--quiet", "--depth=1", "--branch="+branch, "--single-branch", repo.CloneURL(by), name)
	return filepath.Join(w.dir, name)
}

func (w *world) write(dir, name, content string) {
	w.t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	must(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(w.t, os.WriteFile(path, []byte(content), 0o644))
}

func (w *world) commit(dir, message string) {
	w.t.Helper()
	w.git(dir, "add", "-A")
	w.git(dir, "commit", "--quiet", "-m", message)
}

func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, gitEnv()
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// gitEnv is the machine's environment without what a forge's job would bring.
func gitEnv() []string {
	var out []string
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !strings.HasPrefix(name, "GITHUB_") && !strings.HasPrefix(name, "GITEA_") {
			out = append(out, kv)
		}
	}
	return append(out, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
