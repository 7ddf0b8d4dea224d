package httpx_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

var now = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

const token = "s3cret-t0ken"

func caller(base *http.Client, o httpx.Options) httpx.Caller {
	return httpx.Caller{HTTP: httpx.NewClient(base, o), Now: func() time.Time { return now }}
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return req
}

func kind(t *testing.T, err error, want provider.Kind) *provider.Error {
	t.Helper()
	var e *provider.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *provider.Error, want kind %q", err, want)
	}
	if e.Kind != want {
		t.Errorf("%v is %q, want %q", err, e.Kind, want)
	}
	if strings.Contains(err.Error(), token) {
		t.Errorf("the error tells the token: %v", err)
	}
	return e
}

// cutter is a server that answers the first request of each connection and
// cuts the connection when it has read the second: how a kept connection dies.
type cutter struct {
	addr     string
	requests atomic.Int64
}

func newCutter(t *testing.T) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &cutter{addr: "http://" + l.Addr().String()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return c
}

func (c *cutter) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for n := range 2 {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		c.requests.Add(1)
		if n == 0 {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	}
}

// TestWritesAreSentOnce: net/http itself sends a write with an Idempotency-Key
// again when a kept connection dies; over this package's client it must not. The
// first row is the control that shows the danger.
func TestWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	plain := func() *http.Client { return &http.Client{Transport: &http.Transport{}} }
	ours := func() *http.Client {
		return httpx.NewClient(&http.Client{Transport: &http.Transport{}}, httpx.Options{})
	}
	for _, c := range []struct {
		name, method, key, body string
		client                  func() *http.Client
		sent                    int64
	}{
		{"control: net/http replays", "POST", "Idempotency-Key", "status=hello", plain, 2},
		{"control: and without a body, too", "POST", "X-Idempotency-Key", "", plain, 2},
		{"post with a key", "POST", "Idempotency-Key", "status=hello", ours, 1},
		{"post with the other key", "POST", "X-Idempotency-Key", "status=hello", ours, 1},
		{"post without a body", "POST", "Idempotency-Key", "", ours, 1},
		{"post without a key", "POST", "", "status=hello", ours, 1},
		{"put", "PUT", "Idempotency-Key", "status=hello", ours, 1},
		{"delete", "DELETE", "Idempotency-Key", "", ours, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, client := newCutter(t), c.client()
			call := httpx.Caller{HTTP: client, Now: time.Now}
			if _, err := call.Do("warm up", newRequest(t, "GET", s.addr, "")); err != nil {
				t.Fatal(err)
			}
			before := s.requests.Load()
			req := newRequest(t, c.method, s.addr, c.body)
			if c.key != "" {
				req.Header.Set(c.key, "0123456789abcdef")
			}
			_, err := call.Do("publish", req)
			if c.sent == 1 {
				kind(t, err, provider.Ambiguous)
			}
			if got := s.requests.Load() - before; got != c.sent {
				t.Errorf("the server read it %d times, want %d", got, c.sent)
			}
		})
	}
}

func TestUnsentIsProven(t *testing.T) {
	t.Parallel()
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	t.Cleanup(tls.Close)
	noName := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "social.example", IsNotFound: true}
	}}}
	for _, c := range []struct {
		name, url string
		base      *http.Client
	}{
		{"connection refused", "http://" + closedPort(t), nil},
		{"no such name", "http://social.example", noName},
		{"certificate of a stranger", tls.URL, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := caller(c.base, httpx.Options{}).Do("publish", newRequest(t, "POST", c.url, "a=b"))
			kind(t, err, provider.Unsent)
		})
	}
}

// closedPort returns an address on which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return l.Addr().String()
}

func TestCancelledBeforeIsUnsent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := caller(nil, httpx.Options{}).Do("publish", newRequest(t, "POST", "http://127.0.0.1:1", "a=b").WithContext(ctx))
	kind(t, err, provider.Unsent)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides its cause", err)
	}
}

// silent is a transport that does not report its connections.
type silent struct{ err error }

func (s silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, s.err }

func TestATransportThatDoesNotReportLeavesDoubt(t *testing.T) {
	t.Parallel()
	c := caller(&http.Client{Transport: silent{errors.New("connection refused, says " + token)}}, httpx.Options{})
	_, err := c.Do("publish", newRequest(t, "POST", "http://example.org", "a=b"))
	kind(t, err, provider.Ambiguous)
}

// TestLostAnswers: once the request has left, no failure is proof of anything.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	for name, h := range map[string]http.HandlerFunc{
		"reset":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"timeout": func(_ http.ResponseWriter, r *http.Request) { <-hang },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = w.Write([]byte("{"))
		},
		"endless answer":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 5000)) },
		"500":              func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"502 of a proxy":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) },
		"408":              func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(408) },
		"303 after a form": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/done", http.StatusSeeOther) },
	} {
		for _, h2 := range []bool{false, true} {
			s := httptest.NewUnstartedServer(h)
			s.EnableHTTP2 = h2
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.StartTLS()
			t.Cleanup(s.Close)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o := httpx.Options{MaxBytes: 4096}
				if name == "timeout" {
					o.Timeout = 200 * time.Millisecond
				}
				_, err := caller(s.Client(), o).Do("publish", newRequest(t, "POST", s.URL, "a=b"))
				kind(t, err, provider.Ambiguous)
			})
		}
	}
	t.Cleanup(func() { close(hang) })
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]provider.Kind{
		301: provider.Rejected, 302: provider.Ambiguous, 307: provider.Rejected, 308: provider.Rejected,
		400: provider.Rejected, 401: provider.Unauthorized, 403: provider.Unauthorized, 404: provider.NotFound,
		409: provider.Rejected, 410: provider.NotFound, 413: provider.Rejected, 422: provider.Rejected,
		429: provider.Throttled, 451: provider.Rejected, 500: provider.Ambiguous, 503: provider.Ambiguous, 504: provider.Ambiguous,
	} {
		resp := &http.Response{StatusCode: status, Header: http.Header{}}
		if e := httpx.Classify("publish", true, resp, nil, now); e == nil || e.Kind != want || e.Status != status {
			t.Errorf("%d: %+v, want %q", status, e, want)
		}
	}
	for _, status := range []int{200, 201, 202, 204} {
		if e := httpx.Classify("publish", true, &http.Response{StatusCode: status, Header: http.Header{}}, nil, now); e != nil {
			t.Errorf("%d: %v", status, e)
		}
	}
}

func TestTheServersWords(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Remaining", "7")
		w.Header().Set("X-RateLimit-Limit", "300")
		w.WriteHeader(422)
		_, _ = io.WriteString(w, `{"error":"bad \u001b[31m`+r.Header.Get("Authorization")+`\n\u202e `+strings.Repeat("x", 1000)+`"}`)
	}))
	t.Cleanup(s.Close)
	c := caller(nil, httpx.Options{})
	var rate provider.Rate
	c.OnRate = func(r provider.Rate) { rate = r }
	resp, err := c.Do("publish", newRequest(t, "POST", s.URL+"/api?access_token=other-s3cret&max_id=1", "a=b"))
	e := kind(t, err, provider.Rejected)
	text := e.Error()
	if !strings.Contains(text, "bad") || strings.ContainsAny(text, "\x1b\n\u202e") || len(text) > 500 || strings.Contains(text, "other-s3cret") {
		t.Errorf("error %q", text)
	}
	if resp == nil || resp.Status != 422 || len(resp.Body) == 0 || resp.Date.IsZero() {
		t.Errorf("the answer was not kept: %+v", resp)
	}
	if rate.Remaining != 7 || rate.Limit != 300 {
		t.Errorf("rate %+v", rate)
	}
}

// TestCutSecrets: wherever a text is cut, by us or by the server, no part of a
// token worth having is left.
func TestCutSecrets(t *testing.T) {
	t.Parallel()
	words := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(422)
		_, _ = io.WriteString(w, `{"error":"`+words+`"}`)
	}))
	t.Cleanup(s.Close)
	c := caller(nil, httpx.Options{})
	check := func(text string, least int) {
		t.Helper()
		words = text
		_, err := c.Do("publish", newRequest(t, "POST", s.URL, "a=b"))
		e := kind(t, err, provider.Rejected)
		if strings.Contains(e.Error(), token[:least]) || !strings.Contains(e.Error(), "xx") {
			t.Errorf("%q", e.Error())
		}
	}
	for before := 280; before <= 305; before++ {
		check(strings.Repeat("x", before)+token+strings.Repeat("x", 50), 2)
	}
	for n := 8; n < len(token); n++ {
		for _, end := range []string{"", "…", "...", " …"} {
			check("xx the token "+token[:n]+end, 8)
		}
	}
}

// TestErrorsKeepSecrets: a *url.Error carries the whole address.
func TestErrorsKeepSecrets(t *testing.T) {
	t.Parallel()
	host := closedPort(t)
	for _, url := range []string{
		"http://user:" + token + "@" + host + "/",
		"http://" + host + "/bot987:path-s3cret/sendMessage",
		"http://" + host + "/?access_token=" + token,
	} {
		_, err := caller(nil, httpx.Options{}).Do("publish", newRequest(t, "POST", url, "a=b"))
		kind(t, err, provider.Unsent)
		if !strings.Contains(err.Error(), host) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v names no host, or tells a secret", err)
		}
	}
}

// TestSecretsNamed: what a platform wants in the path or in a form is redacted
// where a server repeats it, in whatever form.
func TestSecretsNamed(t *testing.T) {
	t.Parallel()
	const secret = "987:path-s3cret"
	c := caller(nil, httpx.Options{})
	c.Secrets = []provider.Secret{provider.NewSecret(secret)}
	for name, answer := range map[string]http.HandlerFunc{
		"as it is": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"description":"bad: `+secret+`"}`)
		},
		"escaped": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"message":"bad: 987%3Apath-s3cret"}`)
		},
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"error":"bad: `+secret[:12]+`…"}`)
		},
		"a bad Location": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://[::1"+r.URL.Path)
			w.WriteHeader(302)
		},
		"another address": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1"+r.URL.Path, http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(answer)
			t.Cleanup(s.Close)
			_, err := c.Do("publish", newRequest(t, "POST", s.URL+"/bot"+secret+"/sendMessage", "a=b"))
			if err == nil || strings.Contains(err.Error(), "path-s3c") {
				t.Errorf("%v tells the secret, or nothing", err)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]string{} // method and path: Authorization
	record := func(w http.ResponseWriter, r *http.Request, where string) {
		mu.Lock()
		defer mu.Unlock()
		seen[where+" "+r.Method+" "+r.URL.Path] = r.Header.Get("Authorization")
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { record(w, r, "other") }))
	t.Cleanup(other.Close)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		record(w, r, "own")
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusTemporaryRedirect)
		case "/away":
			http.Redirect(w, r, other.URL+"/there", http.StatusTemporaryRedirect)
		case "/form":
			http.Redirect(w, r, "/thanks", http.StatusSeeOther)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		}
	}))
	t.Cleanup(s.Close)
	c := caller(nil, httpx.Options{})
	for _, x := range []struct {
		method, path string
		kind         provider.Kind
	}{
		{"GET", "/here", ""}, {"GET", "/away", provider.Rejected}, {"POST", "/here", provider.Rejected},
		{"POST", "/away", provider.Rejected}, {"DELETE", "/here", provider.Rejected}, {"GET", "/loop", provider.Ambiguous},
		{"POST", "/form", provider.Ambiguous},
	} {
		_, err := c.Do("call", newRequest(t, x.method, s.URL+x.path, ""))
		if x.kind != "" {
			kind(t, err, x.kind)
		} else if err != nil {
			t.Errorf("%s %s: %v", x.method, x.path, err)
		}
	}
	for where, auth := range seen {
		if strings.HasPrefix(where, "other") || where == "own POST /there" || where == "own DELETE /there" || where == "own GET /thanks" {
			t.Errorf("redirected to %s with %q", where, auth)
		}
	}
	if seen["own GET /there"] == "" {
		t.Error("a read was not redirected on its own host")
	}
}

func TestClientIsHardenedOnce(t *testing.T) {
	t.Parallel()
	var agent string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { agent = r.UserAgent() }))
	t.Cleanup(s.Close)
	one := httpx.NewClient(nil, httpx.Options{UserAgent: "smmctl/1", Timeout: time.Minute})
	two := httpx.NewClient(one, httpx.Options{})
	if two.Timeout != time.Minute {
		t.Errorf("timeout %v", two.Timeout)
	}
	if _, err := (httpx.Caller{HTTP: two, Now: time.Now}).Do("get", newRequest(t, "GET", s.URL, "")); err != nil {
		t.Fatal(err)
	}
	if agent != "smmctl/1" {
		t.Errorf("user agent %q", agent)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var v struct{ ID string }
	if err := (&httpx.Response{Status: 200, Body: []byte(`{"id":"7"}`)}).JSON("publish", &v); err != nil || v.ID != "7" {
		t.Errorf("%v, %v", v, err)
	}
	kind(t, (&httpx.Response{Status: 200, Body: []byte(`<html>`)}).JSON("publish", &v), provider.Ambiguous)
}
