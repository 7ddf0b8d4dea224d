package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// world is two accounts on two platforms of a kind, a bare repository as the
// forge, and runners whose clones come and go.
type world struct {
	kind
	t         *testing.T
	dir       string
	platforms map[string]*stage.Platform
	clones    int
	sabotage  apply.Sabotage

	mu     sync.Mutex
	victim int // the process to kill from outside
	killAt int // at the n-th time that a server is watched
	seen   int
}

var accounts = []string{"acme-one", "acme-two"}

func newWorld(t *testing.T, k kind) *world {
	t.Helper()
	w := &world{kind: k, t: t, dir: t.TempDir(), platforms: map[string]*stage.Platform{}}
	seed := filepath.Join(w.dir, "seed")
	w.git(w.dir, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
	w.git(w.dir, "init", "--quiet", "--initial-branch=main", "seed")
	w.write(seed, "smm.yaml", "format: 1\ntimezone: UTC\nlanguage: en\nbranch: main\nledger: {id: 7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c, remote: origin}\nguards: {max_retracts: 0, max_retract_share: 0}\n")
	w.write(seed, "strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 100}]\n")
	for _, a := range accounts {
		p := k.start(t, stage.Options{Watch: w.watch})
		p.Foreign(foreign(a))
		w.platforms[a] = p
		w.write(seed, "strategies/acme/accounts/"+a+".yaml", w.accountFile(a, p))
	}
	w.write(seed, "content/acme/2026-01/media/coat.png", picture(t))
	w.posts(seed, false)
	w.commit(seed, "The first posts")
	w.git(seed, "remote", "add", "origin", filepath.Join(w.dir, "forge.git"))
	w.git(seed, "push", "--quiet", "origin", "main")
	clone := w.clone()
	if code, out := w.smmctl(clone, order{Args: []string{"ledger", "create"}}); code != 0 {
		t.Fatalf("ledger create: exit %d\n%s", code, out)
	}
	return w
}

func foreign(account string) string { return "somebody else's words on " + account }

// accountFile is an account's YAML; its secrets lie in files beside the forge.
func (w *world) accountFile(id string, p *stage.Platform) string {
	var b strings.Builder
	fmt.Fprintf(&b, "id: %s\nprovider: %s\nlate: any\nguards: {per_run: 0, edits_per_run: 0}\n", id, p.Provider)
	if p.Server != "" {
		fmt.Fprintf(&b, "server: %s\n", p.Server)
	}
	if p.Handle != "" {
		fmt.Fprintf(&b, "handle: %q\n", p.Handle)
	}
	if p.Options != "" {
		fmt.Fprintf(&b, "options: %s\n", p.Options)
	}
	b.WriteString("credentials:\n")
	for _, name := range slices.Sorted(maps.Keys(p.Secrets)) {
		file := filepath.Join(w.dir, id+"."+name)
		must(w.t, os.WriteFile(file, []byte(p.Secrets[name]), 0o600))
		fmt.Fprintf(&b, "  %s: %q\n", name, "file:"+file)
	}
	return b.String()
}

func picture(t *testing.T) string {
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	img.Set(3, 3, color.White)
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.String()
}

func (w *world) posts(dir string, later bool) {
	for _, s := range w.stories() {
		front := fmt.Sprintf("id: %s\naccounts: [acme-one, acme-two]\nstatus: ready\npublish_at: 2026-01-05T09:00\nreason: test\nreplace: allow\n", s.id) + w.front + s.front
		body := s.first
		if later {
			body, front = s.later, front+s.laterFront
		}
		w.write(dir, "content/acme/2026-01/"+s.id+".md", "---\n"+front+"---\n"+strings.Join(body, "\n\n---\n\n")+"\n")
	}
}

func (w *world) write(dir, name, content string) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	must(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(w.t, os.WriteFile(path, []byte(content), 0o644))
}

func (w *world) git(dir string, args ...string) {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = gitEnv()
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func gitEnv() []string {
	return append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
}

func (w *world) commit(dir, message string) {
	w.git(dir, "add", "-A")
	w.git(dir, "commit", "--quiet", "-m", message)
}

// clone is a new runner: nothing of an earlier one is left.
func (w *world) clone() string {
	w.clones++
	name := fmt.Sprintf("runner-%d", w.clones)
	w.git(w.dir, "clone", "--quiet", "--depth=1", "--branch=main", "--single-branch", "file://"+filepath.Join(w.dir, "forge.git"), name)
	return filepath.Join(w.dir, name)
}

// change pushes the later posts to the forge.
func (w *world) change() {
	dir := w.clone()
	w.posts(dir, true)
	w.commit(dir, "Edits, a replacement, a retraction, a thread that grew")
	w.git(dir, "push", "--quiet", "origin", "main")
}

// watch kills the victim from outside, between a request's arrival and its
// answer.
func (w *world) watch(string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen++
	if w.victim != 0 && w.seen == w.killAt {
		_ = syscall.Kill(w.victim, syscall.SIGKILL)
		w.victim = 0
	}
}

// smmctl runs the program in a clone and returns its exit code, -1 where it was
// killed.
func (w *world) smmctl(dir string, o order) (int, string) {
	w.t.Helper()
	cmd, out := w.start(dir, o, 0)
	err := cmd.Wait()
	w.mu.Lock()
	w.victim = 0
	w.mu.Unlock()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		w.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

func (w *world) start(dir string, o order, killAt int) (*exec.Cmd, *bytes.Buffer) {
	o.Sabotage, o.Timing = w.sabotage, w.timing
	b, err := json.Marshal(o)
	must(w.t, err)
	self, err := os.Executable()
	must(w.t, err)
	cmd := exec.Command(self)
	cmd.Dir = dir
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(gitEnv(), "SMMCTL_CRASH_ORDER="+string(b), "CI=true", "HOME="+w.dir)
	w.mu.Lock()
	defer w.mu.Unlock()
	must(w.t, cmd.Start())
	w.seen, w.killAt = 0, killAt
	if killAt > 0 {
		w.victim = cmd.Process.Pid
	}
	return cmd, out
}

var applyArgs = []string{"apply", "--auto-approve", "--json"}

// recover runs apply in fresh clones until it has nothing to do. Where nothing
// can be listed, it may leave outcomes for a person.
func (w *world) recover() {
	w.t.Helper()
	var last string
	for range 12 {
		code, out := w.smmctl(w.clone(), order{Args: applyArgs})
		last = fmt.Sprintf("exit %d\n%s", code, out)
		if (code == 0 || code == 5 && w.blind) && !strings.Contains(out, `"type":"intent"`) {
			return
		}
		if code == 6 { // somebody else's lease
			time.Sleep(200 * time.Millisecond)
		}
	}
	w.t.Errorf("did not come to rest: %s", last)
}
