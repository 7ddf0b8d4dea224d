package mastodontest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
)

const maxBody = 128 << 20

// ServeHTTP implements http.Handler. A request is read whole, its fault is
// asked for, and it is carried out under the lock; its answer is sent, or lost.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return
	}
	at, op, ok := s.route(r, body)
	s.count(r.Method + " " + at.pattern)
	if !ok {
		s.send(w, failure(http.StatusNotFound, "Record not found"))
		return
	}
	s.watch(op, false)
	f := s.Faults.Next(op)
	if s.refused(op) {
		f.Kind = memory.Refused
	}
	switch f.Kind {
	case memory.Refused:
		drop(w)
	case memory.TimeoutBefore:
		s.stall(r, f.Delay)
		drop(w)
	case memory.ErrorBefore:
		s.send(w, s.failedEarly(r))
	case memory.Throttled:
		s.send(w, s.throttled(f.Delay))
	case memory.NotSupported:
		s.send(w, failure(http.StatusMethodNotAllowed, "Method Not Allowed"))
	default:
		a := s.carryOut(r, body, at, f)
		s.watch(op, true)
		s.finish(w, r, f, a)
	}
}

func (s *Server) watch(op string, done bool) {
	if s.o.Watch != nil {
		s.o.Watch(op, done)
	}
}

// finish sends the answer of a request that was carried out, as the fault will.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, f memory.Fault, a answer) {
	switch f.Kind {
	case memory.LostResponse:
		drop(w)
	case memory.TimeoutAfter:
		s.stall(r, f.Delay)
		drop(w)
	case memory.ErrorAfter:
		s.send(w, proxyError())
	default:
		s.send(w, a)
	}
}

// carryOut runs a request, twice where a proxy delivers it twice.
func (s *Server) carryOut(r *http.Request, body []byte, at target, f memory.Fault) answer {
	a := s.once(r, body, at, f)
	if f.Kind == memory.Duplicate {
		a = s.once(r, body, at, f)
	}
	return a
}

func (s *Server) once(r *http.Request, body []byte, at target, f memory.Fault) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runSchedule()
	if bad := s.unauthorised(r); bad != nil {
		return *bad
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return s.keyed(call{Request: r, id: at.id, fault: f}, at.serve)
}

// failedEarly is a failure of the application before it did anything. It leaves
// the key as the flavour's own failures do.
func (s *Server) failedEarly(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := failure(http.StatusInternalServerError, "Something went wrong on our end")
	if key := r.Header.Get("Idempotency-Key"); key != "" && (s.o.Flavour == Pleroma || s.o.Flavour == Pixelfed) {
		s.keys[key] = keyed{at: s.now(), answer: a}
	}
	return a
}

func proxyError() answer {
	return answer{status: http.StatusBadGateway, raw: "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"}
}

func (s *Server) throttled(after time.Duration) answer {
	a := failure(http.StatusTooManyRequests, "Too many requests")
	a.header = http.Header{
		"X-Ratelimit-Limit": {"300"}, "X-Ratelimit-Remaining": {"0"},
		"X-Ratelimit-Reset": {s.now().Add(after).Format("2006-01-02T15:04:05.000000Z")},
	}
	return a
}

// stall keeps a request until its sender gives up, or for a time of the
// server's clock.
func (s *Server) stall(r *http.Request, d time.Duration) {
	if d > 0 {
		_ = s.o.Clock.Sleep(r.Context(), d)
		return
	}
	<-r.Context().Done()
}

// drop resets the connection without an answer.
func drop(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := h.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// Break arms one fault for the next request of op. A refused connection is made
// by the client of Client; any other client sees a reset.
func (s *Server) Break(op string, f memory.Fault) {
	if f.Kind == memory.Refused {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refuse[op]++
		return
	}
	s.Faults.Arm(op, f)
}

func (s *Server) refused(op string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse[op] == 0 {
		return false
	}
	s.refuse[op]--
	return true
}

// Client returns a client of a started server that can be refused a connection.
func (s *Server) Client(started *httptest.Server) *http.Client {
	base := *started.Client()
	base.Transport = refuser{s, base.Transport, &http.Transport{DialContext: noConnection}}
	return &base
}

// refuser sends what is to be refused by a transport that gets no connection.
type refuser struct {
	s          *Server
	next, dead http.RoundTripper
}

func noConnection(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func (t refuser) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if _, op, ok := t.s.route(r, body); ok && t.s.refused(op) {
		return t.dead.RoundTrip(r)
	}
	return t.next.RoundTrip(r)
}

// unauthorised refuses a request without the token, and complains of one that
// shows it where it does not belong.
func (s *Server) unauthorised(r *http.Request) *answer {
	if strings.Contains(r.URL.RawQuery, s.o.Token) {
		s.complain(r, "the token is in the address")
	}
	if r.Header.Get("User-Agent") == "" {
		s.complain(r, "no User-Agent")
	}
	if r.Header.Get("Authorization") == "Bearer "+s.o.Token {
		return nil
	}
	a := failure(http.StatusUnauthorized, "The access token is invalid")
	return &a
}

func (s *Server) complain(r *http.Request, what string) {
	s.complaint = append(s.complaint, fmt.Sprintf("%s %s: %s", r.Method, r.URL.Path, what))
}

func (s *Server) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[what]++
}

// Requests counts requests by method and path, ids written as :id.
func (s *Server) Requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// Complaints lists what no real server refuses and no client should do.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.complaint...)
}
