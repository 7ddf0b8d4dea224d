package vktest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// Start starts a community for a test. A guid is not remembered, for VK does not
// say that it is.
func Start(t testing.TB, o stage.Options) *stage.Platform {
	_, p, _ := Run(t, Options{Clock: o.Clock}, o.Watch)
	return p
}

// Run starts a server of these options behind a Gate, and gives a client that can
// be refused a connection.
func Run(t testing.TB, o Options, watch func(op string, done bool)) (*Server, *stage.Platform, *http.Client) {
	t.Helper()
	g := &stage.Gate{Watch: watch}
	s := New(o, &g.Faults)
	g.Next, g.Op, g.Clock, g.Throttled, g.Broken = s, s.op, s.o.Clock, s.throttled, s.broken
	h := httptest.NewServer(g)
	t.Cleanup(h.Close)
	s.base = h.URL
	p := &stage.Platform{
		Gate: g, Provider: "vk", Server: h.URL, Options: "{group: acme, requests_per_second: 20}",
		Secrets:  map[string]string{"token": s.o.Token},
		Accepted: s.Accepted, Live: s.Live, Foreign: s.Foreign, Complaints: s.Complaints,
	}
	return s, p, g.Client(h)
}

// op names a request's operation, for its faults.
func (s *Server) op(r *http.Request, body []byte) string {
	if strings.HasPrefix(r.URL.Path, "/upload/") {
		return memory.OpUpload
	}
	form, _ := url.ParseQuery(string(body))
	switch method := strings.TrimPrefix(r.URL.Path, "/method/"); method {
	case "wall.post":
		return pick(form.Has("publish_date"), memory.OpSchedule, memory.OpPublish)
	case "wall.edit":
		return pick(form.Has("publish_date"), memory.OpReschedule, memory.OpEdit)
	case "wall.delete":
		return pick(s.isWaiting(form.Get("post_id")), memory.OpUnschedule, memory.OpDelete)
	case "wall.get":
		return pick(form.Get("filter") == "postponed", memory.OpListScheduled, memory.OpList)
	case "wall.getById":
		return memory.OpGet
	case "wall.pin", "wall.unpin":
		return strings.TrimPrefix(method, "wall.")
	case "groups.getById":
		return pick(form.Has("fields"), memory.OpGetProfile, memory.OpOpen)
	case "account.getAppPermissions":
		return memory.OpOpen
	case "groups.edit", "photos.saveOwnerCoverPhoto":
		return memory.OpSetProfile
	}
	return memory.OpUpload
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func (s *Server) isWaiting(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	n, _ := strconv.ParseInt(id, 10, 64)
	p := s.find(n)
	return p != nil && p.waits
}

// throttled is VK's error 6, or 9 where the wait is longer than that is about.
func (s *Server) throttled(w http.ResponseWriter, after time.Duration) {
	s.refuse(w, failure{pickCode(after > time.Second), ""})
}

func pickCode(long bool) int {
	if long {
		return 9
	}
	return 6
}

// broken is VK's internal error.
func (s *Server) broken(w http.ResponseWriter, _ *http.Request) { s.refuse(w, failure{10, ""}) }

func (s *Server) refuse(w http.ResponseWriter, f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail(w, nil, &f)
}

// Accepted lists the text of every publication that was carried out.
func (s *Server) Accepted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	return slices.Clone(s.accepted)
}

// Live lists the texts of what is published now.
func (s *Server) Live() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	var out []string
	for _, p := range s.wall {
		if p.now != nil && !p.waits {
			out = append(out, p.now.text)
		}
	}
	return out
}

// Foreign publishes as an editor does on VK's own page, and returns the post's id.
func (s *Server) Foreign(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.insert(version{text: text}, s.now().Truncate(time.Second), false)
	return fmt.Sprintf("%d_%d", owner, p.id)
}

// Complaints lists what no client should do, and where the server itself breaks
// the table.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// Requests lists the methods that were called, in order.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Hands changes a post as an editor does on VK's own page: its text, where there
// is one, and whether its comments are closed.
func (s *Server) Hands(id, text string, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, number, _ := strings.Cut(id, "_")
	n, _ := strconv.ParseInt(number, 10, 64)
	if p := s.find(n); p != nil {
		v := *p.now
		v.closed = closed
		if text != "" {
			v.text = text
		}
		s.change(p, &v)
	}
}

// Codes lists the error codes that VK publishes for the methods.
func Codes() []int {
	return slices.Sorted(maps.Keys(published().errors))
}
