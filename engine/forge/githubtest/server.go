// Package githubtest is a strict server that speaks as much of GitHub's REST
// interface (version 2022-11-28) as reviewing needs, over real Git repositories in
// a temporary folder. It refuses what GitHub refuses, and fields and parameters
// that GitHub would pass over; it complains of what a client should never do.
// Every request and every answer can be held against the OpenAPI document that
// GitHub publishes (Referee). Only tests import it.
package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Version is what a client has to ask for.
const Version = "2022-11-28"

// Server is one GitHub. It ends with the test.
type Server struct {
	URL string // of the interface; http://127.0.0.1:PORT

	dir string

	mu           sync.Mutex
	last         int64
	users        map[string]User
	tokens       map[string]User
	ids          map[string]int64
	repositories map[string]*Repository
	calls        []Call
	complaints   []string
}

// Call is a request with its answer.
type Call struct {
	Method, Path, Query string
	Body, Answer        json.RawMessage // nil: none
	Status              int
}

// User is an account with a token.
type User struct {
	Name, Token string
	allowed     map[string]string // nil: everything; else scope to read or write
	job         bool              // a job's token, which is no person's
}

// Start runs a GitHub with nothing in it.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		dir: t.TempDir(), users: map[string]User{}, tokens: map[string]User{},
		ids: map[string]int64{}, repositories: map[string]*Repository{},
	}
	h := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// API is the interface's address.
func (s *Server) API() string { return s.URL }

// User returns the account of that name, which is made the first time, with a
// token that may do everything.
func (s *Server) User(t testing.TB, name string) User {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, there := s.users[name]; there {
		return u
	}
	u := User{Name: name, Token: "github_pat_" + name + "_0123456789abcdef"}
	s.users[name], s.tokens[u.Token] = u, u
	return u
}

// Job returns what a job's GITHUB_TOKEN acts as, with these permissions, such as
// "contents": "read". It may not ask who it is.
func (s *Server) Job(t testing.TB, permissions map[string]string) User {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := User{Name: "github-actions[bot]", Token: fmt.Sprintf("ghs_job%d_0123456789abcdef", s.next()), allowed: permissions, job: true}
	s.tokens[u.Token] = u
	return u
}

// Calls returns what was asked and answered so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Complaints are of what a client should never do.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// next is a new id.
func (s *Server) next() int64 {
	s.last++
	return s.last
}

// idOf is the id of what is known by a name.
func (s *Server) idOf(name string) int64 {
	if s.ids[name] == 0 {
		s.ids[name] = s.next()
	}
	return s.ids[name]
}

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// answer is what a request gets.
type answer struct {
	status int
	body   any
	header map[string]string
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// failure words an error as GitHub does.
func failure(status int, message string) answer {
	return answer{status: status, body: object{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status),
	}}
}

// invalid is a 422 about one field.
func invalid(resource, field, code string) answer {
	a := failure(http.StatusUnprocessableEntity, "Validation Failed")
	a.body.(object)["errors"] = []object{{"resource": resource, "field": field, "code": code}}
	return a
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manners(r)
	a := s.route(r, body)
	b, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	call := Call{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Status: a.status, Answer: b}
	if len(body) > 0 {
		call.Body = bytes.Clone(body)
	}
	s.calls = append(s.calls, call)
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Ratelimit-Limit", "5000")
	h.Set("X-Ratelimit-Remaining", "4999")
	for k, v := range a.header {
		h.Set(k, v)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(b)
}

// manners are what GitHub asks of every client.
func (s *Server) manners(r *http.Request) {
	complain := func(format string, args ...any) {
		s.complaints = append(s.complaints, r.Method+" "+r.URL.Path+": "+fmt.Sprintf(format, args...))
	}
	if got := r.Header.Get("Accept"); got != "application/vnd.github+json" {
		complain("Accept is %q", got)
	}
	if got := r.Header.Get("X-Github-Api-Version"); got != Version {
		complain("X-GitHub-Api-Version is %q", got)
	}
	if agent := r.UserAgent(); agent == "" || strings.HasPrefix(agent, "Go-http-client") {
		complain("User-Agent is %q", agent)
	}
}

// bearer returns whose token a request has.
func (s *Server) bearer(r *http.Request) (User, *answer) {
	token, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !is {
		a := failure(http.StatusUnauthorized, "Requires authentication")
		return User{}, &a
	}
	u, known := s.tokens[token]
	if !known {
		a := failure(http.StatusUnauthorized, "Bad credentials")
		return User{}, &a
	}
	return u, nil
}

// may reports whether u has a permission, or a stronger one.
func (u User) may(scope, access string) bool {
	return u.allowed == nil || u.allowed[scope] == "write" || u.allowed[scope] == access
}
