package mastodon_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/mastodon"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// stub answers each "METHOD /path" with its handler, notes what it was sent, and
// answers signing in by itself.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	routes  map[string]http.HandlerFunc
	seen    []sent
	account content.Account
	clock   *memory.Clock
}

type sent struct {
	what   string
	header http.Header
	query  string
	body   string
}

func newStub(t *testing.T, routes map[string]http.HandlerFunc) *stub {
	t.Helper()
	s := &stub{routes: map[string]http.HandlerFunc{
		"GET /api/v1/accounts/verify_credentials": says(200, `{"id":"1","username":"acme","acct":"acme"}`),
		"GET /api/v2/instance":                    says(200, `{"domain":"x","version":"4.5.0"}`),
	}, clock: memory.NewClock(start)}
	for k, v := range routes {
		s.routes[k] = v
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	s.account = content.Account{ID: "a", Server: s.URL}
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(b)))
	what := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.seen = append(s.seen, sent{what, r.Header.Clone(), r.URL.RawQuery, string(b)})
	serve := s.routes[what]
	s.mu.Unlock()
	if serve == nil {
		serve = says(404, `{"error":"Record not found"}`)
	}
	serve(w, r)
}

func (s *stub) answer(what string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes[what] = h
}

func (s *stub) requests(what string) []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []sent
	for _, r := range s.seen {
		if r.what == what {
			out = append(out, r)
		}
	}
	return out
}

// What a stub answers.
var (
	says   = stage.Says
	inTurn = stage.InTurn
	dies   = stage.Dies
)

var pictures = fstest.MapFS{
	"media/a.png": {Data: []byte("\x89PNG\r\n\x1a\n a")},
	"media/b.png": {Data: []byte("\x89PNG\r\n\x1a\n b")},
}

func (s *stub) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := s.tryOpen()
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

func (s *stub) tryOpen() (*provider.Account, error) {
	return mastodon.Driver().Open(context.Background(), provider.Config{
		Account:    s.account,
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(secret), nil },
		HTTP:       s.Client(), Clock: s.clock, Files: pictures, Timeout: 10 * time.Second,
	})
}

const (
	secret  = "s3cr3t-token-value"
	posting = "POST /api/v1/statuses"
)

var keyCounter struct {
	sync.Mutex
	n int
}

// post makes a request to publish text.
func post(text string) provider.Request {
	keyCounter.Lock()
	defer keyCounter.Unlock()
	keyCounter.n++
	return provider.Request{
		Key: content.Key{Post: "p", Account: "a"}, Generation: 1, ClientKey: content.Digest(fmt.Sprint(keyCounter.n)),
		IntentAt: start, At: start, Segment: content.Segment{Text: text},
	}
}

func wantKind(t *testing.T, err error, want provider.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if got := provider.KindOf(err); got != want {
		t.Errorf("%v is %s, want %s", err, got, want)
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("%v shows the token", err)
	}
}

func collect(t *testing.T, acc *provider.Account) ([]provider.Object, error) {
	t.Helper()
	var out []provider.Object
	for o, err := range acc.Posts.List(context.Background()) {
		if err != nil {
			return out, err
		}
		if len(out) > 10_000 {
			t.Fatal("the listing has no end")
		}
		out = append(out, o)
	}
	return out, nil
}

func texts(all []provider.Object) []string {
	out := []string{}
	for _, o := range all {
		out = append(out, o.Fields["text"])
	}
	return slices.Clip(out)
}
