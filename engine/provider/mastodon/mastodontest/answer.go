package mastodontest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
)

// Operations beyond those of package memory that a fault can be armed for.
const (
	OpMediaState = "media_state"
	OpSearch     = "search"
)

// answer is what a request gets.
type answer struct {
	status int
	header http.Header
	body   any
	raw    string // HTML, instead of body
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func failure(status int, text string) answer {
	return answer{status: status, body: map[string]string{"error": text}}
}

// object is a JSON object.
type object = map[string]any

func (s *Server) send(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Date", s.now().Add(s.o.Skew).Format(http.TimeFormat))
	if h.Get("X-RateLimit-Limit") == "" {
		h.Set("X-RateLimit-Limit", "300")
		h.Set("X-RateLimit-Remaining", "299")
		h.Set("X-RateLimit-Reset", s.now().Truncate(5*time.Minute).Add(5*time.Minute).Format("2006-01-02T15:04:05.000000Z"))
	}
	maps.Copy(h, a.header)
	if a.raw != "" {
		h.Set("Content-Type", "text/html")
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(a.raw))
		return
	}
	b, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(a.status)
	_, _ = w.Write(b)
}

// call is one request being carried out.
type call struct {
	*http.Request
	id    string
	fault memory.Fault
}

// target is where a request leads.
type target struct {
	pattern string
	id      string
	serve   func(call) answer
}

type route struct {
	pattern string
	op      string
	serve   func(call) answer
}

// routes are those of the API; a method that is not listed does not exist.
func (s *Server) routes() []route {
	const st = "/api/v1/statuses"
	all := []route{
		{"GET /api/v1/accounts/verify_credentials", memory.OpGetProfile, s.verify},
		{"PATCH /api/v1/accounts/update_credentials", memory.OpSetProfile, s.updateFace},
		{"GET /api/v1/accounts/:id/statuses", memory.OpList, s.list},
		{"GET /api/v1/instance", memory.OpOpen, s.instanceV1},
		{"POST /api/v1/media", memory.OpUpload, s.upload},
		{"GET /api/v1/media/:id", OpMediaState, s.mediaState},
		{"POST " + st, memory.OpPublish, s.publish},
		{"GET " + st + "/:id", memory.OpGet, s.get},
		{"DELETE " + st + "/:id", memory.OpDelete, s.remove},
		{"GET " + st + "/:id/history", memory.OpGet, s.history},
		{"GET " + st + "/:id/source", memory.OpGet, s.source},
	}
	if !s.o.NoV2 {
		all = append(all, route{"POST /api/v2/media", memory.OpUpload, s.upload}, route{"GET /api/v2/search", OpSearch, s.search})
		if s.o.Flavour == Mastodon || s.o.Flavour == GoToSocial {
			all = append(all, route{"GET /api/v2/instance", memory.OpOpen, s.instanceV2})
		}
	}
	if !s.o.NoEdit {
		all = append(all, route{"PUT " + st + "/:id", memory.OpEdit, s.edit})
	}
	if s.rules.pins > 0 {
		all = append(all, route{"POST " + st + "/:id/pin", memory.OpPin, s.pin}, route{"POST " + st + "/:id/unpin", memory.OpUnpin, s.unpin})
	}
	if s.rules.scheduling {
		const sc = "/api/v1/scheduled_statuses"
		all = append(all, route{"GET " + sc, memory.OpListScheduled, s.listSchedule},
			route{"GET " + sc + "/:id", memory.OpListScheduled, s.getEntry},
			route{"PUT " + sc + "/:id", memory.OpReschedule, s.reschedule},
			route{"DELETE " + sc + "/:id", memory.OpUnschedule, s.unschedule})
	}
	return all
}

// route finds the target of a request, and the operation whose fault applies.
func (s *Server) route(r *http.Request, body []byte) (target, string, bool) {
	path, inside := strings.CutPrefix(r.URL.Path, s.o.Prefix)
	if !inside {
		return target{pattern: r.URL.Path}, "", false
	}
	for _, rt := range s.routes() {
		method, pattern, _ := strings.Cut(rt.pattern, " ")
		id, match := matches(pattern, path)
		if !match || method != r.Method {
			continue
		}
		op := rt.op
		if op == memory.OpPublish && bytes.Contains(body, []byte("scheduled_at")) {
			op = memory.OpSchedule
		}
		return target{pattern: pattern, id: id, serve: rt.serve}, op, true
	}
	return target{pattern: path}, "", false
}

func matches(pattern, path string) (id string, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return "", false
	}
	for i := range want {
		switch {
		case want[i] == ":id" && got[i] != "":
			id = got[i]
		case want[i] != got[i]:
			return "", false
		}
	}
	return id, true
}
