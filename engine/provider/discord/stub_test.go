package discord_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

const (
	hookPath  = "/api/v10/webhooks/" + discordtest.ID + "/" + discordtest.Token
	posting   = "POST " + hookPath
	messageID = "1446051234567890123"
	onMessage = " " + hookPath + "/messages/" + messageID
	aMessage  = `{"id":"` + messageID + `","channel_id":"1180000000000000002","content":"Hello","flags":0}`
	aWebhook  = `{"id":"` + discordtest.ID + `","type":1,"channel_id":"1180000000000000002","guild_id":"1180000000000000003","name":"Acme","avatar":null}`
)

// stub answers each "METHOD /path" with its handler, counts what it was sent, and
// describes the webhook by itself.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	routes map[string]http.HandlerFunc
	seen   map[string]int
	clock  *memory.Clock
	rates  []provider.Rate
}

func newStub(t *testing.T, routes map[string]http.HandlerFunc) *stub {
	t.Helper()
	s := &stub{routes: map[string]http.HandlerFunc{"GET " + hookPath: says(200, aWebhook)}, seen: map[string]int{}, clock: memory.NewClock(start)}
	for k, v := range routes {
		s.routes[k] = v
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	what := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.seen[what]++
	serve := s.routes[what]
	s.mu.Unlock()
	if serve == nil {
		serve = says(404, `{"message":"404: Not Found","code":0}`)
	}
	serve(w, r)
}

func (s *stub) requests(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[what]
}

func (s *stub) tryOpen() (*provider.Account, error) {
	return discord.Driver().Open(context.Background(), provider.Config{
		Account:    content.Account{ID: "a", Server: s.URL},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(discordtest.Address(s.URL)), nil },
		HTTP:       s.Client(), Clock: s.clock, Files: providertest.Files(), Timeout: 10 * time.Second,
		OnRate: func(r provider.Rate) { s.rates = append(s.rates, r) },
	})
}

func (s *stub) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := s.tryOpen()
	if err != nil {
		t.Fatal(err)
	}
	return acc
}

// What a stub answers.
var (
	says = stage.Says
	dies = stage.Dies
)

// post makes a request to publish text.
func post(text string) provider.Request {
	return provider.Request{
		Key: content.Key{Post: "p", Account: "a"}, Generation: 1, ClientKey: content.Digest(text),
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
	if strings.Contains(err.Error(), discordtest.Token[:8]) {
		t.Errorf("%v shows the token", err)
	}
}
