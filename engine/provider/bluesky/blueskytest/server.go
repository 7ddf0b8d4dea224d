package blueskytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// shared is the one PDS of a test binary. It ends with it.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Server is a running PDS.
type Server struct {
	child *process
	proxy *httputil.ReverseProxy
	http  *http.Client
}

// Start implements stage.Start: a fresh account on the test binary's PDS.
func Start(t testing.TB, o stage.Options) *stage.Platform {
	t.Helper()
	return Shared(t).Account(t, o).Platform
}

// Shared returns the test binary's PDS.
func Shared(t testing.TB) *Server {
	t.Helper()
	unlessShort(t)
	shared.once.Do(func() { shared.server, shared.err = newServer(os.TempDir(), true) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Own starts a PDS that is the test's alone, for it to kill.
func Own(t testing.TB) *Server {
	t.Helper()
	unlessShort(t)
	s, err := newServer(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.child.stop)
	return s
}

func unlessShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: the reference PDS is not started")
	}
}

func newServer(temp string, sweep bool) (*Server, error) {
	child, err := newProcess(temp, sweep)
	if err != nil {
		return nil, err
	}
	s := &Server{child: child, http: &http.Client{Timeout: time.Minute}}
	s.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			target, _ := url.Parse(child.url()) // of our own making
			r.SetURL(target)
			r.Out.Header.Del("Accept-Encoding") // what is recorded is to be read
		},
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "Bad Gateway", http.StatusBadGateway)
		},
	}
	return s, nil
}

// Kill ends the PDS at once, as a power cut does; its requests die with it.
func (s *Server) Kill() { s.child.kill() }

// Restart starts it again over what it had on disk.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.child.start(); err != nil {
		t.Fatal(err)
	}
}

// call sends a request past the gate; in is sent as JSON where it is not nil.
func (s *Server) call(method, token string, query url.Values, in, out any) error {
	u := s.child.url() + "/xrpc/" + method + "?" + query.Encode()
	verb, body := http.MethodGet, io.Reader(nil)
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		verb, body = http.MethodPost, bytes.NewReader(b)
	}
	req, err := http.NewRequest(verb, u, body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: HTTP %d: %s", method, resp.StatusCode, strings.TrimSpace(string(b)))
	}
	return json.Unmarshal(b, out)
}

var accounts atomic.Int64

// newHandle is unused on every server of this binary.
func newHandle() string { return fmt.Sprintf("subject-%d.test", accounts.Add(1)) }
