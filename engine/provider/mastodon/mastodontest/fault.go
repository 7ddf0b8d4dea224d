package mastodontest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// ServeHTTP implements http.Handler: requests are counted, and then the gate
// decides what becomes of them.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, _, _ := s.route(r, nil)
	s.count(r.Method + " " + at.pattern)
	s.Gate.ServeHTTP(w, r)
}

// gate is what stands before the server.
func (s *Server) gate() *stage.Gate {
	return &stage.Gate{
		Next: http.HandlerFunc(s.serve), Clock: s.o.Clock, Watch: s.o.Watch,
		Op: func(r *http.Request, body []byte) string {
			_, op, _ := s.route(r, body)
			return op
		},
		Throttled: func(w http.ResponseWriter, after time.Duration) { s.send(w, s.throttled(after)) },
		Broken:    func(w http.ResponseWriter, r *http.Request) { s.send(w, s.failedEarly(r)) },
	}
}

// serve carries a request out, under the lock.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	at, _, ok := s.route(r, body)
	if !ok {
		s.send(w, failure(http.StatusNotFound, "Record not found"))
		return
	}
	s.send(w, s.once(r, body, at, stage.FaultOf(r.Context())))
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

func (s *Server) throttled(after time.Duration) answer {
	a := failure(http.StatusTooManyRequests, "Too many requests")
	a.header = http.Header{
		"X-Ratelimit-Limit": {"300"}, "X-Ratelimit-Remaining": {"0"},
		"X-Ratelimit-Reset": {s.now().Add(after).Format("2006-01-02T15:04:05.000000Z")},
	}
	return a
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
