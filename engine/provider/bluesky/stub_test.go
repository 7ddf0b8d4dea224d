package bluesky_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/bluesky"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// The secrets of a stub, and what it is called.
const (
	password = "s3cr-etap-pass-word"
	access   = "eyJhY2Nlc3M.access-token-value.sig"
	refresh  = "eyJyZWZyZXNo.refresh-token-value.sig"
	did      = "did:plc:stubstubstub"

	signingIn  = "com.atproto.server.createSession"
	renewing   = "com.atproto.server.refreshSession"
	putting    = "com.atproto.repo.putRecord"
	batching   = "com.atproto.repo.applyWrites"
	getting    = "com.atproto.repo.getRecord"
	listing    = "com.atproto.repo.listRecords"
	deleting   = "com.atproto.repo.deleteRecord"
	uploading  = "com.atproto.repo.uploadBlob"
	resolving  = "com.atproto.identity.resolveHandle"
	notThere   = `{"error":"RecordNotFound","message":"Could not locate record"}`
	newSession = `{"accessJwt":"` + access + `","refreshJwt":"` + refresh + `","did":"` + did + `","handle":"acme.test","active":true}`
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// stub answers each method with its handler and notes what it was sent. By itself
// it signs in, and has no records.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	routes map[string]http.HandlerFunc
	seen   []sent
	clock  *memory.Clock
}

type sent struct{ method, auth, query, body string }

func newStub(t *testing.T, routes map[string]http.HandlerFunc) *stub {
	t.Helper()
	s := &stub{clock: memory.NewClock(start), routes: map[string]http.HandlerFunc{
		signingIn: says(200, newSession), getting: says(400, notThere),
	}}
	for k, v := range routes {
		s.routes[k] = v
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(b)))
	name := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	s.mu.Lock()
	s.seen = append(s.seen, sent{name, r.Header.Get("Authorization"), r.URL.RawQuery, string(b)})
	serve := s.routes[name]
	s.mu.Unlock()
	if serve == nil {
		serve = says(404, `{"error":"XRPCNotSupported","message":"XRPCNotSupported"}`)
	}
	serve(w, r)
}

func (s *stub) requests(method string) (out []sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		if r.method == method {
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

var pictures = fstest.MapFS{"media/a.png": {Data: []byte("\x89PNG\r\n\x1a\n a")}}

func (s *stub) config(options map[string]any) provider.Config {
	return provider.Config{
		Account:    content.Account{ID: "a", Server: s.URL, Handle: "acme.test", Options: options},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(password), nil },
		HTTP:       s.Client(), Clock: s.clock, Files: pictures, Timeout: 10 * time.Second,
	}
}

func (s *stub) open(t *testing.T, options map[string]any) *provider.Account {
	t.Helper()
	acc, err := bluesky.Driver().Open(context.Background(), s.config(options))
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

var requests atomic.Int64

// request asks for a publication of its own.
func request(s content.Segment) provider.Request {
	key := content.Key{Post: fmt.Sprintf("p-%d", requests.Add(1)), Account: "a"}
	now := time.Now().UTC()
	return provider.Request{Key: key, Generation: 1, ClientKey: content.Digest(key.String(), now.String()), IntentAt: now, At: now, Segment: s}
}

func text(s string) content.Segment { return content.Segment{Text: s} }

func wantKind(t *testing.T, err error, want provider.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if got := provider.KindOf(err); got != want {
		t.Errorf("%v is %s, want %s", err, got, want)
	}
	for _, secret := range []string{password, access, refresh, access[:9], refresh[:9], password[:9]} {
		if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
			t.Errorf("%v shows a secret", err)
		}
	}
}
