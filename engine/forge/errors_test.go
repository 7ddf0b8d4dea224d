package forge_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/gitea"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/provider"
)

// refusals are answers and what they are to mean. The body of each repeats the
// token, as a careless server would.
var refusals = []struct {
	name   string
	status int
	header map[string]string
	body   string
	is     error // nil: none of the forge's errors
	says   string
	mute   bool // it only means that the token does not tell whose it is
}{
	{"a wrong token", 401, nil, `{"message":"Bad credentials TOKEN"}`, forge.ErrForbidden, "has expired", false},
	{"a permission", 403, nil, `{"message":"Resource not accessible by integration TOKEN"}`, forge.ErrForbidden, "it needs ", true},
	{"no requests left", 403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1796290500"}, `{"message":"API rate limit exceeded for TOKEN"}`, forge.ErrLimited, "after 2026-12-03T09:35:00Z", false},
	{"a wait", 403, map[string]string{"Retry-After": "60"}, `{"message":"slow down TOKEN"}`, forge.ErrLimited, "after 2026-12-03T09:31:00Z", false},
	{"a second limit", 403, nil, `{"message":"You have exceeded a secondary rate limit. TOKEN"}`, forge.ErrLimited, "later", false},
	{"too many requests", 429, map[string]string{"Retry-After": "30"}, `TOKEN`, forge.ErrLimited, "after 2026-12-03T09:30:30Z", false},
	{"nothing there", 404, nil, `{"message":"Not Found TOKEN"}`, forge.ErrNotFound, "which needs ", true},
	{"gone", 410, nil, `{"message":"TOKEN"}`, forge.ErrNotFound, "", true},
	{"a mistake of ours", 422, nil, `{"message":"Validation Failed TOKEN"}`, nil, "Validation Failed", false},
	{"a redirect", 307, map[string]string{"Location": "http://127.0.0.1:1/"}, ``, nil, "redirects elsewhere", false},
	{"broken", 500, nil, `<html>TOKEN</html>`, nil, "HTTP 500", false},
	{"down", 503, map[string]string{"Retry-After": "9999999"}, `TOKEN`, nil, "HTTP 503", false},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range r.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(r.status)
				_, _ = io.WriteString(w, strings.ReplaceAll(r.body, "TOKEN", token))
			})
			for _, f := range clients(t, s.URL, &dial{}) {
				for _, c := range calls {
					err := c.do(t.Context(), f)
					if c.name == "self" && r.mute {
						continue
					}
					check(t, f.Name+" "+c.name, err, r.is, r.says)
				}
			}
		})
	}
}

func check(t *testing.T, name string, err, is error, says string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for _, sentinel := range []error{forge.ErrForbidden, forge.ErrLimited, forge.ErrNotFound} {
		if errors.Is(err, sentinel) != errors.Is(is, sentinel) {
			t.Errorf("%s: %v: want %v", name, err, is)
		}
	}
	if !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), token) {
		t.Errorf("%s: %v; want it to say %q and never the token", name, err, says)
	}
}

// TestAttempts: a write is sent once whatever happens, a read three times.
func TestAttempts(t *testing.T) {
	t.Parallel()
	failures := map[string]http.HandlerFunc{
		"broken": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"cut":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, client := range []string{"github", "gitea"} {
				for _, c := range calls {
					s, d := newStub(t, failure), &dial{}
					err := c.do(t.Context(), clients(t, s.URL, d)[i])
					want, naps := 3, []time.Duration{time.Second, 2 * time.Second}
					if c.write {
						want, naps = 1, nil
					}
					if n := len(s.asked()); n != want || !slices.Equal(d.slept, naps) || err == nil {
						t.Errorf("%s %s: sent %v, slept %v, %v", client, c.name, s.asked(), d.slept, err)
					}
					if c.write && (err == nil || !strings.Contains(err.Error(), "may have been carried out")) {
						t.Errorf("%s %s: %v", client, c.name, err)
					}
				}
			}
		})
	}
}

// TestReadsRecover: Gitea answers 500 for a moment after a push.
func TestReadsRecover(t *testing.T) {
	t.Parallel()
	n := 0
	s := newStub(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n%2 == 1 {
			w.WriteHeader(500)
			return
		}
		_, _ = io.WriteString(w, `[]`)
	})
	for _, f := range clients(t, s.URL, &dial{}) {
		if list, err := f.Comments.List(t.Context(), 7); err != nil || len(list) != 0 {
			t.Errorf("%s: %v %v", f.Name, list, err)
		}
	}
}

// TestTokenStays: no redirect takes it to another host, and no write anywhere.
func TestTokenStays(t *testing.T) {
	t.Parallel()
	strangers := newStub(t, func(http.ResponseWriter, *http.Request) {})
	s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		if auth := r.Header.Get("Authorization"); auth != "Bearer "+token && auth != "token "+token {
			t.Errorf("Authorization is %q", auth)
		}
		http.Redirect(w, r, strangers.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	for _, f := range clients(t, s.URL, &dial{}) {
		for _, c := range calls {
			if err := c.do(t.Context(), f); err == nil {
				t.Errorf("%s %s: no error", f.Name, c.name)
			}
		}
		shown := fmt.Sprintf("%v %+v %#v %+v %+v", f, f, f, f.Pulls, f.Comments)
		if strings.Contains(shown, token) {
			t.Errorf("%s shows the token", f.Name)
		}
	}
	if n := len(strangers.asked()); n != 0 {
		t.Errorf("the stranger was asked %d times", n)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	for _, c := range []struct{ api, repository, token string }{
		{"https://user:pw@example.org", "acme/brand", token}, {"ftp://example.org", "acme/brand", token}, {"example.org", "acme/brand", token},
		{"https://example.org/?x=y", "acme/brand", token}, {"https://example.org", "brand", token}, {"https://example.org", "acme/brand/x", token},
		{"https://example.org", "acme/..", token}, {"https://example.org", "acme/a b", token}, {"https://example.org", "", token},
		{"https://example.org", "acme/brand", token + "\r\nX: y"},
	} {
		_, err1 := github.New(github.Options{API: c.api, Repository: c.repository, Token: provider.NewSecret(c.token)})
		_, err2 := gitea.New(gitea.Options{API: c.api, Repository: c.repository, Token: provider.NewSecret(c.token)})
		for _, err := range []error{err1, err2} {
			if err == nil || strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "pw") {
				t.Errorf("%+v: %v", c, err)
			}
		}
	}
	if _, err := gitea.New(gitea.Options{Repository: "acme/brand"}); err == nil {
		t.Error("gitea needs an address")
	}
}
