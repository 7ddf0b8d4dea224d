// Package vktest is a strict server with VK's API, for tests. What it takes and
// gives is checked against a table of facts from VK's published schema (spec.txt):
// a request that the table rejects is a complaint and gets VK's error 100, and an
// answer of its own that the table rejects is a complaint, too. What is not in the
// table is refused, even where VK has it. What the schema does not say is made
// from the documentation listed in docs/providers/vk.md, and where that is silent,
// the harder case for a client is chosen. No real VK was ever asked.
//
// It imports clock, memory's faults, providertest/stage and the standard library.
// Only tests import it.
package vktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// The community and the person behind the token.
const (
	Group = 1
	owner = -Group
	admin = 7
)

// Options shape a server. The zero value takes the token "token", of an
// administrator with every right.
type Options struct {
	Clock clock.Clock
	Token string
	// TokenKind is user, group or service.
	TokenKind string
	// Level is the person's rank, 1 to 3; below 0: none.
	Level int
	// Rights is the token's mask.
	Rights int
	// Characters bounds a post's text; Postponed how many posts may wait.
	Characters, Postponed int
	// Guid is how long a guid is remembered; 0: not at all.
	Guid time.Duration
	// Escape makes texts be given back with HTML escaped.
	Escape bool
	// PerSecond bounds requests; 0: no bound.
	PerSecond int
	// Skew is that of the Date header.
	Skew time.Duration
}

// Server is VK with one community.
type Server struct {
	o      Options
	spec   *spec
	base   string // of this server's own addresses
	faults *memory.Faults

	mu         sync.Mutex
	seq        int64
	wall       []*post // in the order of their making; also what is postponed
	tickets    map[string]ticket
	files      map[string]stored // by attachment name
	polls      map[string]object
	guids      map[string]known
	face       object
	accepted   []string
	complaints []string
	requests   []string
	second     []time.Time
}

// known is a guid that was seen.
type known struct {
	id int64
	at time.Time
}

// New makes an empty community. Its faults are asked for with OpDue.
func New(o Options, faults *memory.Faults) *Server {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Token == "" {
		o.Token = "token"
	}
	if o.TokenKind == "" {
		o.TokenKind = "user"
	}
	for p, v := range map[*int]int{&o.Level: 3, &o.Rights: 4 | 8192 | 131072 | 262144, &o.Characters: 16384, &o.Postponed: 150} {
		if *p == 0 {
			*p = v
		}
	}
	return &Server{
		o: o, spec: published(), faults: faults, tickets: map[string]ticket{}, files: map[string]stored{}, polls: map[string]object{},
		guids: map[string]known{}, face: object{"name": "Acme", "description": "", "site": ""},
	}
}

// call is one method being called.
type call struct {
	*http.Request
	form  url.Values
	fault memory.Fault
}

func (c call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.form.Get(name), 10, 64)
	return n
}

// failure is VK's error.
type failure struct {
	code int
	text string // after our name for the code
}

func param(text string) *failure { return &failure{100, text} }

func (s *Server) methods() map[string]func(call) (any, *failure) {
	return map[string]func(call) (any, *failure){
		"account.getAppPermissions":             s.permissions,
		"docs.getWallUploadServer":              s.documentServer,
		"docs.save":                             s.saveDocument,
		"groups.edit":                           s.editGroup,
		"groups.getById":                        s.getGroup,
		"photos.getOwnerCoverPhotoUploadServer": s.coverServer,
		"photos.getWallUploadServer":            s.photoServer,
		"photos.saveOwnerCoverPhoto":            s.saveCover,
		"photos.saveWallPhoto":                  s.savePhoto,
		"polls.create":                          s.createPoll,
		"wall.delete":                           s.remove,
		"wall.edit":                             s.edit,
		"wall.get":                              s.get,
		"wall.getById":                          s.getByID,
		"wall.pin":                              s.pin,
		"wall.post":                             s.post,
		"wall.unpin":                            s.unpin,
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	if ticket, ok := strings.CutPrefix(r.URL.Path, "/upload/"); ok {
		s.upload(w, r, ticket)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/method/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.requests = append(s.requests, name)
	form := s.inspect(r)
	serve, ok := s.methods()[name]
	if !ok {
		s.complain("%s: the provider does not call it", name)
		s.fail(w, form, &failure{3, ""})
		return
	}
	m := s.spec.methods[name]
	bad := s.admit(r, m)
	if bad == nil {
		if why := s.spec.checkParams(m, form); why != "" {
			s.complain("%s: %s", name, why)
			bad = param(why)
		}
	}
	if bad != nil {
		s.fail(w, form, bad)
		return
	}
	answer, bad := serve(call{r, form, stage.FaultOf(r.Context())})
	if bad != nil {
		s.fail(w, form, bad)
		return
	}
	if why := s.spec.checkAnswer(m, answer); why != "" {
		s.complain("the server's own answer to %s: %s", name, why)
	}
	s.send(w, object{"response": answer})
}

// inspect reads a request and complains of what no client should do.
func (s *Server) inspect(r *http.Request) url.Values {
	if err := r.ParseForm(); err != nil {
		s.complain("%s: %v", r.URL.Path, err)
	}
	kind := r.Header.Get("Content-Type")
	switch {
	case r.Method != http.MethodPost || kind != "application/x-www-form-urlencoded":
		s.complain("%s %s with %q: VK wants a form", r.Method, r.URL.Path, kind)
	case r.URL.RawQuery != "":
		s.complain("%s: parameters in the address", r.URL.Path)
	case r.PostForm.Has("access_token"):
		s.complain("%s: the token in the body", r.URL.Path)
	case r.PostForm.Get("v") != "5.199":
		s.complain("%s: version %q", r.URL.Path, r.PostForm.Get("v"))
	case strings.HasPrefix(r.UserAgent(), "Go-http-client") || r.UserAgent() == "":
		s.complain("%s: no User-Agent of its own", r.URL.Path)
	}
	return r.PostForm
}

// admit checks the token, the version and the rate.
func (s *Server) admit(r *http.Request, m *method) *failure {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+s.o.Token:
		return &failure{5, "it is not the one that was given out"}
	case r.PostForm.Get("v") == "":
		return &failure{8, "no version"}
	case !slices.Contains(m.tokens, s.o.TokenKind) && s.o.TokenKind == "group":
		return &failure{27, ""}
	case !slices.Contains(m.tokens, s.o.TokenKind):
		return &failure{28, ""}
	case s.tooMany():
		return &failure{6, ""}
	}
	return nil
}

func (s *Server) tooMany() bool {
	now := s.now()
	s.second = slices.DeleteFunc(s.second, func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if s.o.PerSecond > 0 && len(s.second) >= s.o.PerSecond {
		return true
	}
	s.second = append(s.second, now)
	return false
}

func (s *Server) fail(w http.ResponseWriter, form url.Values, f *failure) {
	text := s.spec.errors[f.code]
	if text == "" {
		s.complain("the server's own error %d is not in the table", f.code)
	}
	if f.text != "" {
		text += ": " + f.text
	}
	params := []object{}
	for name := range form {
		params = append(params, object{"key": name, "value": form.Get(name)})
	}
	s.send(w, object{"error": object{"error_code": f.code, "error_msg": text, "request_params": params}})
}

func (s *Server) send(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Date", s.now().Add(s.o.Skew).UTC().Format(http.TimeFormat))
	_, _ = w.Write(b)
}

func (s *Server) now() time.Time { return s.o.Clock.Now() }

func (s *Server) next() int64 {
	s.seq++
	return s.seq
}

func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}
