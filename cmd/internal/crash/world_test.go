package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
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
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
)

// world is two accounts on two strict servers, a bare repository as the forge,
// and runners whose clones come and go.
type world struct {
	t        *testing.T
	dir      string
	servers  map[string]*mastodontest.Server
	clones   int
	sabotage apply.Sabotage

	mu     sync.Mutex
	victim int // the process to kill from outside
	killAt int // at the n-th time that a server is watched
	seen   int
}

var accounts = []string{"acme-one", "acme-two"}

func newWorld(t *testing.T, flavour mastodontest.Flavour) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), servers: map[string]*mastodontest.Server{}}
	seed := filepath.Join(w.dir, "seed")
	w.git(w.dir, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
	w.git(w.dir, "init", "--quiet", "--initial-branch=main", "seed")
	w.write(seed, "smm.yaml", "format: 1\ntimezone: UTC\nlanguage: en\nbranch: main\nledger: {id: 7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c, remote: origin}\nguards: {max_retracts: 0, max_retract_share: 0}\n")
	w.write(seed, "strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 100}]\n")
	for _, a := range accounts {
		s := mastodontest.New(mastodontest.Options{Flavour: flavour, Token: "secret-" + a, Domain: a + ".example", Watch: w.watch})
		started := httptest.NewServer(s)
		t.Cleanup(started.Close)
		s.Foreign("somebody else's words on " + a)
		w.servers[a] = s
		w.write(seed, "strategies/acme/accounts/"+a+".yaml", fmt.Sprintf(
			"id: %s\nprovider: mastodon\nserver: %s\ncredentials: {token: \"file:%s\"}\nlate: any\nguards: {per_run: 0, edits_per_run: 0}\n",
			a, started.URL, filepath.Join(w.dir, a+".token")))
		must(t, os.WriteFile(filepath.Join(w.dir, a+".token"), []byte("secret-"+a), 0o600))
	}
	w.write(seed, "content/acme/2026-01/media/coat.png", picture(t))
	w.posts(seed, firstPosts)
	w.commit(seed, "The first posts")
	w.git(seed, "remote", "add", "origin", filepath.Join(w.dir, "forge.git"))
	w.git(seed, "push", "--quiet", "origin", "main")
	clone := w.clone()
	if code, out := w.smmctl(clone, order{Args: []string{"ledger", "create"}}); code != 0 {
		t.Fatalf("ledger create: exit %d\n%s", code, out)
	}
	return w
}

func picture(t *testing.T) string {
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	img.Set(3, 3, color.White)
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.String()
}

// firstPosts and laterPosts are three posts before and after: an edit, a thread
// that grew, a retraction, and (by an option that cannot be edited) a
// replacement.
var (
	firstPosts = map[string]string{
		"plain-text":  "First snow: the coats are here.\n",
		"long-thread": "One of three.\n\n---\n\nTwo of three.\n\n---\n\nThree of three.\n",
		"one-picture": "A red coat.\n",
		"to-replace":  "Seen by everybody.\n",
	}
	laterPosts = map[string]string{
		"plain-text":  "First snow: the coats are here, and so are the hats.\n",
		"long-thread": "One of three.\n\n---\n\nTwo of three, mended.\n\n---\n\nThree of three.\n\n---\n\nAnd a fourth.\n",
		"one-picture": "A red coat.\n",
		"to-replace":  "Seen by everybody.\n",
	}
)

func (w *world) posts(dir string, bodies map[string]string) {
	later := bodies["plain-text"] != firstPosts["plain-text"]
	for id, body := range bodies {
		front := fmt.Sprintf("id: %s\naccounts: [acme-one, acme-two]\nstatus: ready\npublish_at: 2026-01-05T09:00\nreason: test\nreplace: allow\n", id)
		switch {
		case id == "one-picture":
			front += "media: [{file: media/coat.png, alt: A red coat on a bench}]\n"
			if later {
				front += "retract: true\n"
			}
		case id == "to-replace" && later:
			front += "options: {mastodon: {visibility: unlisted}}\n"
		}
		w.write(dir, "content/acme/2026-01/"+id+".md", "---\n"+front+"---\n"+body)
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
	w.posts(dir, laterPosts)
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
	o.Sabotage = w.sabotage
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

// recover runs apply in fresh clones until it has nothing to do.
func (w *world) recover() {
	w.t.Helper()
	var last string
	for range 12 {
		code, out := w.smmctl(w.clone(), order{Args: applyArgs})
		last = fmt.Sprintf("exit %d\n%s", code, out)
		if code == 0 && !strings.Contains(out, `"type":"intent"`) {
			return
		}
		if code == 6 { // somebody else's lease
			time.Sleep(200 * time.Millisecond)
		}
	}
	w.t.Errorf("did not come to rest: %s", last)
}

// judge compares what the servers were sent with what was wanted.
func (w *world) judge(when string, wanted map[string]int) (problems []string) {
	for _, a := range accounts {
		s := w.servers[a]
		count := map[string]int{}
		for _, x := range s.Accepted() {
			count[x.Text]++
		}
		for _, text := range slices.Sorted(mapKeys(count)) {
			if most := max(wanted[text], 1); count[text] > most {
				problems = append(problems, fmt.Sprintf("%s: %s accepted %q %d times", when, a, text, count[text]))
			}
		}
		for text, n := range wanted {
			if count[text] < n {
				problems = append(problems, fmt.Sprintf("%s: %s never got %q (%d of %d)", when, a, text, count[text], n))
			}
		}
		foreign := 0
		for _, p := range s.Live() {
			if p.Text == "somebody else's words on "+a && p.Edits == 0 {
				foreign++
			}
		}
		if foreign != 1 {
			problems = append(problems, fmt.Sprintf("%s: %s: the foreign post was touched", when, a))
		}
		if c := s.Complaints(); len(c) > 0 {
			problems = append(problems, fmt.Sprintf("%s: %s complains: %v", when, a, c))
		}
	}
	return problems
}

func mapKeys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var publishedOnce = map[string]int{
	"First snow: the coats are here.": 1, "One of three.": 1, "Two of three.": 1, "Three of three.": 1, "A red coat.": 1, "Seen by everybody.": 1,
}

// afterChange: a replacement is a second publication of the same words.
var afterChange = map[string]int{
	"First snow: the coats are here.": 1, "One of three.": 1, "Two of three.": 1, "Three of three.": 1, "A red coat.": 1,
	"Seen by everybody.": 2, "And a fourth.": 1,
}

// liveNow checks the final state: what is live, and only that.
func (w *world) liveNow(when string) (problems []string) {
	want := []string{"First snow: the coats are here, and so are the hats.", "One of three.", "Two of three, mended.", "Three of three.", "And a fourth.", "Seen by everybody."}
	for _, a := range accounts {
		var got []string
		for _, p := range w.servers[a].Live() {
			if !strings.HasPrefix(p.Text, "somebody else's") {
				got = append(got, p.Text)
			}
		}
		slices.Sort(got)
		sorted := slices.Sorted(slices.Values(want))
		if !slices.Equal(got, sorted) {
			problems = append(problems, fmt.Sprintf("%s: live on %s:\n  %q\nwant\n  %q", when, a, got, sorted))
		}
	}
	return problems
}
