package vk_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest"
	"github.com/smmctl/smmctl/engine/provider/vk"
)

const secret = "vk1.a.Secret-Token_0123456789abcdef"

// stub answers each method with fixed words; upload is the upload server.
type stub struct {
	*provider.Account
	clock *memory.Clock
	url   string

	mu      sync.Mutex
	answers map[string]string
	status  map[string]int
	calls   []string
	last    map[string]url.Values
}

const (
	okGroup  = `{"response":{"groups":[{"id":1,"name":"Acme","screen_name":"acme","is_admin":1,"admin_level":3}],"profiles":[]}}`
	okRights = `{"response":8196}`
	onePost  = `{"response":{"items":[{"inner_type":"wall_wallpost","id":5,"owner_id":-1,"from_id":-1,"date":1796290200,"post_type":"post","text":"Hello"}]}}`
)

// newStub starts a stub whose answers are those of a healthy VK, but for these.
func newStub(t *testing.T, answers map[string]string) *stub {
	t.Helper()
	s := &stub{clock: memory.NewClock(start), status: map[string]int{}, last: map[string]url.Values{}, answers: map[string]string{
		"groups.getById": okGroup, "account.getAppPermissions": okRights, "wall.getById": onePost,
		"wall.post": `{"response":{"post_id":5}}`, "wall.edit": `{"response":{"post_id":5}}`, "wall.delete": `{"response":1}`,
		"wall.get": `{"response":{"count":0,"items":[]}}`,
	}}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.url = h.URL
	s.answers["photos.getWallUploadServer"] = fmt.Sprintf(`{"response":{"upload_url":%q,"album_id":-14,"user_id":7}}`, h.URL+"/upload?hash=x")
	s.answers["upload"] = `{"server":1,"photo":"[{}]","hash":"h"}`
	s.answers["photos.saveWallPhoto"] = `{"response":[{"id":9,"owner_id":-1,"album_id":-14,"date":1,"has_tags":false}]}`
	acc, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	s.Account = acc
	s.mu.Lock()
	defer s.mu.Unlock()
	for method, body := range answers {
		s.answers[method] = body
	}
	return s
}

func (s *stub) open() (*provider.Account, error) {
	return vk.Driver().Open(context.Background(), provider.Config{
		Account:    content.Account{ID: "subject", Provider: vk.Name, Server: s.url, Options: map[string]any{"group": 1}},
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(secret), nil },
		Clock:      s.clock, Files: providertest.Files(), UserAgent: "smmctl-test", Timeout: 10 * time.Second,
	})
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	method := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/method/"), "/")
	s.calls = append(s.calls, method)
	if r.URL.Path != "/upload" {
		_ = r.ParseForm()
		s.last[method] = r.PostForm
	}
	if code := s.status[method]; code != 0 {
		w.WriteHeader(code)
	}
	_, _ = w.Write([]byte(s.answers[method]))
}

func (s *stub) set(method, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[method] = body
}

func (s *stub) sent(method string) url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[method]
}

func (s *stub) called(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c == method {
			n++
		}
	}
	return n
}

func failed(code int, text string) string {
	return fmt.Sprintf(`{"error":{"error_code":%d,"error_msg":%q,"request_params":[]}}`, code, text)
}

// request asks for a publication of these words.
func request(words string) provider.Request {
	return provider.Request{
		Key: content.Key{Post: "post", Account: "subject"}, Generation: 1, ClientKey: content.Digest(words), IntentAt: start, At: start,
		Segment: content.Segment{Text: words, OK: true},
	}
}

func is(t *testing.T, err error, want provider.Kind) {
	t.Helper()
	if err == nil || provider.KindOf(err) != want {
		t.Errorf("error %v of kind %q, want %q", err, provider.KindOf(err), want)
	}
}
