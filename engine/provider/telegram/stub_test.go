package telegram_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
	"github.com/smmctl/smmctl/engine/provider/telegram"
)

const (
	secret = "987654321:AAs3cr3t-of-the-bot_xyz"
	half   = "AAs3cr3t-of-the-bot_xyz"
)

// answers by method; what is not among them is signing in, or an error.
type answers map[string]http.HandlerFunc

// stub answers each method as it is told, and notes what it was sent.
type stub struct {
	*httptest.Server
	mu      sync.Mutex
	answers answers
	seen    []string // "method body"
	clock   *memory.Clock
	account content.Account
	files   *changing
}

const (
	aUser    = `{"id":987654321,"is_bot":true,"first_name":"Bot"}`
	aChat    = `{"id":-1001,"type":"channel","title":"Acme","username":"acme_news"}`
	anAdmin  = `{"status":"administrator","user":` + aUser + `,"can_post_messages":true}`
	aMessage = `{"message_id":17,"date":1796290200,"chat":` + aChat + `,"text":"Hello"}`
)

func newStub(t *testing.T, a answers) *stub {
	t.Helper()
	s := &stub{answers: answers{
		"getMe": result(aUser), "getChat": result(aChat), "getChatMember": result(anAdmin),
	}, clock: memory.NewClock(start), files: &changing{FS: providertest.Files()}}
	for k, v := range a {
		s.answers[k] = v
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	s.account = content.Account{ID: "a", Server: s.URL, Options: map[string]any{"chat": "@acme_news"}}
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+secret+"/")
	s.mu.Lock()
	s.seen = append(s.seen, method+" "+string(b))
	answer := s.answers[method]
	s.mu.Unlock()
	if !ok || answer == nil {
		answer = says(404, `{"ok":false,"error_code":404,"description":"Not Found: method not found"}`)
	}
	answer(w, r)
}

// set changes what a method is answered.
func (s *stub) set(method string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[method] = h
}

// calls lists what a method was sent.
func (s *stub) calls(method string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, c := range s.seen {
		if body, ok := strings.CutPrefix(c, method+" "); ok {
			out = append(out, body)
		}
	}
	return out
}

// What a stub answers.
var (
	says = stage.Says
	dies = stage.Dies
)

func result(v string) http.HandlerFunc { return says(200, `{"ok":true,"result":`+v+`}`) }

// fails answers as the Bot API does that refuses; more goes into the envelope.
func fails(code int, description string, more ...string) http.HandlerFunc {
	return says(code, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q%s}`, code, description, strings.Join(more, "")))
}

func (s *stub) tryOpen() (*provider.Account, error) {
	return telegram.Driver().Open(context.Background(), provider.Config{
		Account:    s.account,
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(secret), nil },
		HTTP:       s.Client(), Clock: s.clock, Files: s.files, Timeout: 10 * time.Second, UserAgent: "smmctl-test",
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

// post makes a request to publish a text.
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
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), half) {
		t.Errorf("%v shows the token", err)
	}
}

type (
	httpWriter  = http.ResponseWriter
	httpRequest = http.Request
)

// roundTripper sees a request that goes nowhere.
type roundTripper func(*http.Request)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return nil, io.ErrUnexpectedEOF
}

func clientOf(see func(*http.Request)) *http.Client {
	return &http.Client{Transport: roundTripper(see)}
}
