package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var (
	start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)
	bg    = context.Background()
)

const (
	ledgerID = "7f3c7f3c7f3c7f3c7f3c7f3c7f3c7f3c"
	config   = "format: 1\ntimezone: UTC\nlanguage: en\nbranch: main\nledger: {id: " + ledgerID + ", remote: origin}\nguards: {max_retracts: 0, max_retract_share: 0}\n"
	secret   = "s3cr3t-t0ken-of-acme"
)

// world is a bare repository as the forge, a clone to work in, and strict
// servers, all under one clock that only moves when somebody waits.
type world struct {
	t       *testing.T
	dir     string // of everything
	clone   string // where the engine works
	clock   *memory.Clock
	servers map[string]*mastodontest.Server
	log     *logged
	around  func(ledger.Ledger) ledger.Ledger
	adjust  func(*engine.Options)
	clones  int
	counter *counter // nil: no forge
}

// newWorld has a workspace with these accounts, each on a server of its own, and
// a ledger on the forge.
func newWorld(t *testing.T, accounts ...string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), clock: memory.NewClock(start), servers: map[string]*mastodontest.Server{}, log: &logged{}}
	w.git(w.dir, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
	w.git(w.dir, "init", "--quiet", "--initial-branch=main", "work")
	w.clone = filepath.Join(w.dir, "work")
	w.write("smm.yaml", config)
	w.write("strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 100}]\n")
	for _, a := range accounts {
		w.account(a, mastodontest.Options{})
	}
	w.commit("A workspace")
	w.git(w.clone, "remote", "add", "origin", filepath.Join(w.dir, "forge.git"))
	w.push()
	_, err := w.engine().LedgerCreate(bg)
	must(t, err)
	return w
}

// account starts a server and writes the account's file.
func (w *world) account(name string, o mastodontest.Options) {
	w.t.Helper()
	o.Token, o.Domain, o.Clock = secret, name+".example", w.clock
	s := mastodontest.New(o)
	started := httptest.NewServer(s)
	w.t.Cleanup(started.Close)
	w.servers[name] = s
	w.accountAt(name, started.URL)
}

func (w *world) accountAt(name, url string) {
	w.write("strategies/acme/accounts/"+name+".yaml", fmt.Sprintf(
		"id: %s\nprovider: mastodon\nserver: %s\ncredentials: {token: \"env:TOKEN\"}\nguards: {per_run: 0, edits_per_run: 0, min_gap: 0}\n", name, url))
}

// post writes a ready post for account one; more is further front matter.
func (w *world) post(id, more, body string) {
	front := "id: " + id + "\naccounts: [one]\nstatus: ready\nreason: a test\nreplace: allow\n"
	if !strings.Contains(more, "publish_at") {
		front += "publish_at: 2026-12-03T09:00\n"
	}
	w.write("content/acme/2026-12/"+id+".md", "---\n"+front+more+"---\n"+body+"\n")
}

func (w *world) remove(id string) {
	must(w.t, os.Remove(filepath.Join(w.clone, "content/acme/2026-12/"+id+".md")))
}

func (w *world) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.clone, filepath.FromSlash(name))
	must(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(w.t, os.WriteFile(path, []byte(text), 0o644))
}

func (w *world) file(name string) string {
	w.t.Helper()
	b, err := os.ReadFile(filepath.Join(w.clone, filepath.FromSlash(name)))
	must(w.t, err)
	return string(b)
}

func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) commit(message string) {
	w.t.Helper()
	w.git(w.clone, "add", "-A")
	w.git(w.clone, "commit", "--quiet", "--allow-empty", "-m", message)
}

func (w *world) push() { w.git(w.clone, "push", "--quiet", "origin", "main") }

// publish commits, pushes and applies.
func (w *world) publish(message string) *engine.Outcome {
	w.t.Helper()
	w.commit(message)
	w.push()
	return w.apply()
}

// elsewhere is a fresh, shallow clone, and work in it from now on. It returns
// what leads back.
func (w *world) elsewhere() (back func()) {
	was := w.clone
	w.clones++
	name := fmt.Sprintf("clone-%d", w.clones)
	w.git(w.dir, "clone", "--quiet", "--depth=1", "--branch=main", "--single-branch", "file://"+filepath.Join(w.dir, "forge.git"), name)
	w.clone = filepath.Join(w.dir, name)
	return func() { w.clone = was }
}

func (w *world) engine() *engine.Engine {
	w.t.Helper()
	o := engine.Options{
		Drivers: all.Drivers(), Clock: w.clock, HTTP: &http.Client{}, Version: "test", Around: w.around,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Getenv: func(name string) string {
			return map[string]string{"TOKEN": secret, "USER": "somebody"}[name]
		},
	}
	if w.adjust != nil {
		w.adjust(&o)
	}
	e, err := engine.Open(w.clone, o)
	must(w.t, err)
	return e
}

func (w *world) apply() *engine.Outcome {
	w.t.Helper()
	out, err := w.engine().Apply(bg, engine.ApplyOptions{})
	must(w.t, err)
	return out
}

func (w *world) plan(o engine.PlanOptions) *plan.Plan {
	w.t.Helper()
	out, err := w.engine().Plan(bg, o)
	must(w.t, err)
	return out.Plan
}

// quiet requires that nothing is left to do.
func (w *world) quiet() {
	w.t.Helper()
	p := w.plan(engine.PlanOptions{All: true})
	if p.HasEffect() || len(p.Errors) > 0 || len(p.Refusals) > 0 {
		w.t.Errorf("not at rest: %s", asJSON(p))
	}
}

// entries is the ledger as the forge has it.
func (w *world) entry(k string) *ledger.Entry {
	w.t.Helper()
	k1, err := content.ParseKey(k)
	must(w.t, err)
	return w.ledger().Entries[k1]
}

func (w *world) ledger() *ledger.Snapshot {
	w.t.Helper()
	snap, err := w.store().Read(bg)
	must(w.t, err)
	return snap
}

// store is the ledger itself.
func (w *world) store() (store ledger.Ledger) {
	w.t.Helper()
	was := w.around
	w.around = func(l ledger.Ledger) ledger.Ledger {
		store = l
		return l
	}
	_, err := w.engine().Status(bg, nil)
	must(w.t, err)
	w.around = was
	return store
}

// record is somebody else's change of the ledger.
func (w *world) record(u ledger.Update) {
	w.t.Helper()
	l := w.store()
	snap, err := l.Read(bg)
	must(w.t, err)
	u.Base = snap.Revision
	_, err = l.Commit(bg, u)
	must(w.t, err)
}

func (w *world) live(account string) []string {
	out := []string{}
	for _, p := range w.servers[account].Live() {
		out = append(out, p.Text)
	}
	return out
}

func (w *world) posted(account string) int {
	return w.servers[account].Requests()["POST /api/v1/statuses"]
}

func actions(p *plan.Plan) []string {
	out := []string{}
	for _, c := range p.Changes {
		out = append(out, string(c.Action)+" "+c.Key.String())
	}
	return out
}

func happened(o *engine.Outcome) []string {
	out := []string{}
	for _, ev := range o.Result.Events {
		if ev.Type != apply.IntentWritten {
			out = append(out, string(ev.Type)+" "+ev.Key.String())
		}
	}
	return out
}

func asJSON(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// logged keeps what is logged.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func picture(t testing.TB, shade uint8) string {
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	img.Set(3, 3, color.Gray{Y: shade})
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// severed is a ledger whose Commit stops working after n more.
type severed struct {
	ledger.Ledger
	left int
}

func (s *severed) Commit(ctx context.Context, u ledger.Update) (*ledger.Snapshot, error) {
	if s.left--; s.left < 0 {
		return nil, ledger.ErrUnreachable
	}
	return s.Ledger.Commit(ctx, u)
}

func (s *severed) Read(ctx context.Context) (*ledger.Snapshot, error) {
	if s.left < 0 {
		return nil, ledger.ErrUnreachable
	}
	return s.Ledger.Read(ctx)
}

// cutAfter lets n commits through, and cuts the ledger off then.
func cutAfter(n int) func(ledger.Ledger) ledger.Ledger {
	return func(l ledger.Ledger) ledger.Ledger { return &severed{l, n} }
}

func sum(m map[string]int, prefix string) (n int) {
	for k := range maps.Keys(m) {
		if strings.HasPrefix(k, prefix) {
			n += m[k]
		}
	}
	return n
}
