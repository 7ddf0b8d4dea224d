package wordpress_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/wordpress"
)

// secret is an application password as WordPress shows it.
const secret = "abcd EFGH 1234 ijkl MNOP 5678"

// noisy puts words before the answer to every request that holds something.
func noisy(c *http.Client, holds, words string) *http.Client {
	base := c.Transport
	return &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
		var sent []byte
		if q.Body != nil {
			sent, _ = io.ReadAll(q.Body)
			q = q.Clone(q.Context())
			q.Body = io.NopCloser(bytes.NewReader(sent))
		}
		resp, err := base.RoundTrip(q)
		if err != nil || !bytes.Contains(sent, []byte(holds)) {
			return resp, err
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader(words), resp.Body), resp.Body}
		resp.ContentLength = -1
		return resp, nil
	})}
}

// stub is a site that gives the answer a test wants to every request but the
// sign-in and, where late says so, what comes before the release of a post: 1, the
// look for a draft that was left; 2, the draft itself, too.
type stub struct {
	late int
	*httptest.Server
	status int
	header map[string]string
	body   string
	signIn string
	date   time.Time
	seen   []*http.Request
	last   []byte // the body of the last request
}

const signedIn = `{"id":7,"slug":"acme","capabilities":{"publish_posts":true,"edit_published_posts":true,"delete_published_posts":true,"upload_files":true,"manage_options":true}}`

func newStub(t *testing.T) *stub {
	t.Helper()
	s := &stub{status: http.StatusOK, body: "{}", signIn: signedIn}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.date.IsZero() {
			w.Header().Set("Date", s.date.Format(http.TimeFormat))
		}
		s.last, _ = io.ReadAll(r.Body)
		if strings.HasSuffix(r.URL.Path, "/users/me") && s.signIn != "" {
			_, _ = io.WriteString(w, s.signIn)
			return
		}
		s.seen = append(s.seen, r)
		if s.late > 0 && r.Method == http.MethodGet && r.URL.Query().Get("status") == "draft" {
			_, _ = io.WriteString(w, "[]")
			return
		}
		if s.late > 1 && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/posts") {
			_, _ = fmt.Fprintf(w, post5, 5, 0, "draft", 7)
			return
		}
		for k, v := range s.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) config() provider.Config {
	return provider.Config{
		Account: content.Account{ID: "subject", Provider: wordpress.Name, Server: s.URL},
		Credential: func(name string) (provider.Secret, error) {
			if name == "user" {
				return provider.NewSecret("acme"), nil
			}
			return provider.NewSecret(secret), nil
		},
		UserAgent: "smmctl-test",
	}
}

func (s *stub) open(t *testing.T) *provider.Account {
	t.Helper()
	acc, err := wordpress.Driver().Open(context.Background(), s.config())
	if err != nil {
		t.Fatal(err)
	}
	return acc
}
