package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/smmctl/smmctl/engine/media"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.215.14": true, "1.1.1.1": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true, "64:ff9b::101:101": true,
		"127.0.0.1": false, "127.9.9.9": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "100.127.255.255": false, "0.0.0.0": false, "0.1.2.3": false,
		"224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "192.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false,
		"198.51.100.1": false, "203.0.113.9": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::101:101": false, "2002:7f00:1::": false, "2001::1": false,
		"2001:db8::1": false, "3fff::1": false, "100::1": false, "fec0::1": false,
	} {
		if got := Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address at all")
	}
}

// web is a server on loopback with a page, and a client that may reach it.
type web struct {
	*httptest.Server
	client *http.Client
	asked  atomic.Int32
}

func newWeb(t *testing.T, answer http.HandlerFunc) *web {
	t.Helper()
	w := &web{}
	w.Server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		for _, name := range []string{"Authorization", "Cookie", "Referer"} {
			if v := r.Header.Get(name); v != "" {
				t.Errorf("%s: %s was sent", name, v)
			}
		}
		answer(rw, r)
	}))
	t.Cleanup(w.Close)
	own := netip.MustParseAddrPort(w.Listener.Addr().String())
	roots := x509.NewCertPool()
	roots.AddCert(w.Certificate())
	w.client = Client(Options{Allow: func(a netip.AddrPort) bool { return a == own }, Roots: roots})
	return w
}

func sum(s string) string {
	b := sha256.Sum256([]byte(s))
	return hex.EncodeToString(b[:])
}

func TestFetchedOnce(t *testing.T) {
	t.Parallel()
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.SetCookie(rw, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(rw, r, "/a.png", http.StatusFound)
			return
		}
		_, _ = rw.Write([]byte("the picture"))
	})
	s := &Store{Dir: filepath.Join(t.TempDir(), "fetched"), Client: w.client}
	for range 3 {
		if err := s.Get(t.Context(), w.URL+"/moved", sum("the picture")); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
	name := filepath.Join(s.Dir, sum("the picture"))
	if b, err := os.ReadFile(name); err != nil || string(b) != "the picture" {
		t.Errorf("%q, %v", b, err)
	}
	if err := os.WriteFile(name, []byte("spoilt"), 0o600); err != nil { // noticed, and fetched again
		t.Fatal(err)
	}
	if err := s.Get(t.Context(), w.URL+"/a.png", sum("the picture")); err != nil || w.asked.Load() != 3 {
		t.Errorf("%v, asked %d times", err, w.asked.Load())
	}
}

// What is refused is refused whole: nothing of it is kept.
func TestRefused(t *testing.T) {
	t.Parallel()
	private := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(private.Close)
	w := newWeb(t, func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/private":
			http.Redirect(rw, r, private.URL, http.StatusFound)
		case "/http":
			http.Redirect(rw, r, "http://example.org/a.png", http.StatusFound)
		case "/round":
			http.Redirect(rw, r, "/round", http.StatusFound)
		case "/user":
			http.Redirect(rw, r, "https://a:b@"+r.Host+"/", http.StatusFound)
		case "/large":
			_, _ = rw.Write(make([]byte, 2000))
		case "/endless":
			for range 100 {
				_, _ = rw.Write(make([]byte, 100))
				rw.(http.Flusher).Flush()
			}
		case "/cut":
			rw.Header().Set("Content-Length", "100")
			_, _ = rw.Write([]byte("x"))
		case "/gone":
			http.Error(rw, "no", http.StatusGone)
		default:
			_, _ = rw.Write([]byte("something else"))
		}
	})
	for path, want := range map[string]string{
		w.URL + "/private": ErrPrivate.Error(), w.URL + "/http": ErrScheme.Error(), w.URL + "/round": "redirects", w.URL + "/user": ErrUserinfo.Error(),
		w.URL + "/large": "too large", w.URL + "/endless": "too large", w.URL + "/cut": "EOF", w.URL + "/gone": "410",
		private.URL: ErrPrivate.Error(), "http://example.org/": ErrScheme.Error(), "https://a:b@example.org/": ErrUserinfo.Error(),
		"https://127.0.0.1:1/": ErrPrivate.Error(), "https://[::ffff:169.254.169.254]/": ErrPrivate.Error(), "file:///etc/passwd": ErrScheme.Error(),
		"https://localhost:1/": ErrPrivate.Error(), "https://[::1%25lo]:1/": ErrPrivate.Error(), "%": "",
	} {
		s := &Store{Dir: t.TempDir(), Client: w.client, Most: 1000}
		err := s.Get(t.Context(), path, sum("the picture"))
		if !errors.Is(err, media.ErrNotFetched) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
		left, err := os.ReadDir(s.Dir)
		if err != nil || len(left) > 1 { // .gitignore
			t.Errorf("%s: left %v, %v", path, left, err)
		}
	}
}

func TestNotWhatWasReviewed(t *testing.T) {
	t.Parallel()
	w := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("another")) })
	s := &Store{Dir: t.TempDir(), Client: w.client}
	var other *media.OtherError
	if err := s.Get(t.Context(), w.URL, sum("the picture")); !errors.As(err, &other) || other.Got != sum("another") || errors.Is(err, media.ErrNotFetched) {
		t.Errorf("%v", err)
	}
	if s.has(sum("the picture")) || s.has(sum("another")) {
		t.Error("it was kept")
	}
}

// A host that does not answer is not asked again in one run, and others are.
func TestHostsThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	down := newWeb(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	s := &Store{Dir: t.TempDir(), Client: down.client}
	for range 3 {
		if err := s.Get(t.Context(), down.URL+"/a", sum("a")); !errors.Is(err, media.ErrNotFetched) {
			t.Errorf("%v", err)
		}
	}
	if n := down.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	up := newWeb(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("a")) })
	s.Client = up.client
	if err := s.Get(ctx, up.URL, sum("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := s.Get(t.Context(), up.URL, sum("a")); err != nil { // a run that was stopped says nothing of a host
		t.Error(err)
	}
}
