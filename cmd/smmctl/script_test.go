package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/notify/notifytest"
	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// commands are what scripts know besides testscript's own:
//
//	exits CODE PROGRAM ARG...   runs it and wants exactly this exit code
//	json PATH VALUE             wants a value in the JSON on standard output: summary.publish 1
//	json PATH missing           wants that there is none
//	now TIME                    sets the time, for smmctl and for the servers
//	commit MESSAGE              commits everything in the current folder
//	edit FILE OLD NEW           replaces a text in a file
//	mastodon NAME               starts a server with the Mastodon API; its address is $NAME_URL
//	break NAME OP FAULT         makes its next request of that kind go wrong
//	toot NAME TEXT              publishes there by hand; the address is $TOOT
//	live NAME COUNT             wants so many posts on the server
//	await NAME COUNT            waits for posts, or messages, while a program runs in the background
//	webhook NAME                starts a Slack-like webhook; its address is $NAME
//	answer NAME STATUS...       what it answers next; 0 takes the message and loses the answer, -1 keeps silent
//	told NAME COUNT [TEXT]      wants so many messages there, and TEXT in the last
//	dormant [POST...]           wants that at no time a plan sends anything but these
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "json": jsonValue, "now": setNow, "commit": commit, "edit": edit,
		"mastodon": startMastodon, "break": breakServer, "toot": toot, "live": live, "await": await,
		"webhook": startWebhook, "answer": answer, "told": told, "dormant": dormant,
	}
}

type worldKey struct{}

// world is what a script has running. Its clock stands still: it is what the
// servers go by.
type world struct {
	mu      sync.Mutex
	at      time.Time
	servers map[string]*server
	hooks   map[string]*hook
}

type hook struct {
	*notifytest.Server
	web *httptest.Server
}

type server struct {
	*mastodontest.Server
	web *httptest.Server
}

func newWorld() *world {
	return &world{at: time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC), servers: map[string]*server{}, hooks: map[string]*hook{}}
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = at
}

func (w *world) close() {
	for _, s := range w.servers {
		s.web.Close()
	}
	for _, h := range w.hooks {
		h.web.Close()
	}
}

// standing is the world's clock, for servers.
type standing struct {
	clock.System
	w *world
}

func (s standing) Now() time.Time { return s.w.Now() }

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

func want(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) >= 2, "exits CODE PROGRAM ARG...")
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// jsonValue looks a path up in the last line that is a document, or in all of
// standard output where that is one.
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 2, "json PATH VALUE")
	out := strings.TrimSpace(ts.ReadFile("stdout"))
	var doc any
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		ts.Check(json.Unmarshal([]byte(out[strings.LastIndexByte(out, '\n')+1:]), &doc))
	}
	got := lookup(doc, strings.Split(args[0], "."))
	if (got == args[1]) == neg {
		ts.Fatalf("%s is %s, want %s", args[0], got, args[1])
	}
}

func lookup(doc any, path []string) string {
	for _, p := range path {
		switch v := doc.(type) {
		case map[string]any:
			value, ok := v[p]
			if !ok {
				return "missing"
			}
			doc = value
		case []any:
			if p == "length" {
				return strconv.Itoa(len(v))
			}
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(v) {
				return "missing"
			}
			doc = v[i]
		default:
			return "missing"
		}
	}
	if s, ok := doc.(string); ok {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

func setNow(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "now 2026-12-03T09:30:00Z")
	at, err := time.Parse(time.RFC3339, args[0])
	ts.Check(err)
	worldOf(ts).set(at)
	ts.Setenv(nowVar, args[0])
}

func commit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "commit MESSAGE")
	ts.Check(ts.Exec("git", "add", "--all"))
	ts.Check(ts.Exec("git", "-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "commit", "--quiet", "--message", args[0]))
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 3, "edit FILE OLD NEW")
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q:\n%s", args[0], args[1], text)
	}
	text = strings.ReplaceAll(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func startMastodon(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && (len(args) == 1 || len(args) == 2), "mastodon NAME [mastodon|gotosocial|pleroma|pixelfed]")
	w := worldOf(ts)
	o := mastodontest.Options{Clock: standing{w: w}}
	if len(args) == 2 {
		o.Flavour = mastodontest.Flavour(args[1])
	}
	s := mastodontest.New(o)
	w.servers[args[0]] = &server{s, httptest.NewServer(s)}
	ts.Setenv(args[0]+"_URL", w.servers[args[0]].web.URL)
}

func serverOf(ts *testscript.TestScript, name string) *server {
	s := worldOf(ts).servers[name]
	if s == nil {
		ts.Fatalf("no server is called %s", name)
	}
	return s
}

func breakServer(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 3, "break NAME OP FAULT")
	serverOf(ts, args[0]).Break(args[1], memory.Fault{Kind: memory.FaultKind(args[2])})
}

func toot(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "toot NAME TEXT")
	s := serverOf(ts, args[0])
	body, err := json.Marshal(map[string]string{"status": args[1]})
	ts.Check(err)
	req, err := http.NewRequest(http.MethodPost, s.web.URL+"/api/v1/statuses", bytes.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer token")
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.web.Client().Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	var made struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(&made))
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("toot: %s", resp.Status)
	}
	ts.Setenv("TOOT", made.URL)
	ts.Setenv("TOOT_ID", made.ID)
}

func live(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, len(args) == 2, "live NAME COUNT")
	n := fmt.Sprint(serverOf(ts, args[0]).count())
	if (n == args[1]) == neg {
		ts.Fatalf("%s posts are live, want %s", n, args[1])
	}
}

// count asks the server as anybody would.
func (s *server) count() int {
	req, err := http.NewRequest(http.MethodGet, s.web.URL+"/api/v1/accounts/"+s.AccountID()+"/statuses?limit=40", http.NoBody)
	if err != nil {
		return -1
	}
	req.Header.Set("Authorization", "Bearer token")
	resp, err := s.web.Client().Do(req)
	if err != nil {
		return -1
	}
	defer resp.Body.Close()
	var list []struct{}
	if json.NewDecoder(resp.Body).Decode(&list) != nil {
		return -1
	}
	return len(list)
}

// await waits until something that a program in the background does has come.
func await(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 2, "await NAME COUNT")
	count := func() int { return len(worldOf(ts).hooks[args[0]].Texts()) }
	if worldOf(ts).hooks[args[0]] == nil {
		count = serverOf(ts, args[0]).count
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if fmt.Sprint(count()) == args[1] {
			return
		}
	}
	ts.Fatalf("%d are there after a minute, want %s", count(), args[1])
}

func startWebhook(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) == 1, "webhook NAME")
	s := &notifytest.Server{}
	h := &hook{s, httptest.NewServer(s)}
	worldOf(ts).hooks[args[0]] = h
	ts.Setenv(args[0], h.web.URL+notifytest.Path)
}

func hookOf(ts *testscript.TestScript, name string) *hook {
	h := worldOf(ts).hooks[name]
	if h == nil {
		ts.Fatalf("no webhook is called %s", name)
	}
	return h
}

func answer(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && len(args) >= 2, "answer NAME STATUS...")
	for _, a := range args[1:] {
		status, err := strconv.Atoi(a)
		ts.Check(err)
		hookOf(ts, args[0]).Answer(status)
	}
}

func told(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, !neg && (len(args) == 2 || len(args) == 3), "told NAME COUNT [TEXT]")
	h := hookOf(ts, args[0])
	texts := h.Texts()
	if problems := h.Problems(); len(problems) > 0 {
		ts.Fatalf("malformed: %s", strings.Join(problems, "; "))
	}
	if strconv.Itoa(len(texts)) != args[1] {
		ts.Fatalf("%d messages, want %s: %q", len(texts), args[1], texts)
	}
	if len(args) == 3 && (len(texts) == 0 || !strings.Contains(texts[len(texts)-1], args[2])) {
		ts.Fatalf("the last of %q has no %q", texts, args[2])
	}
}
