// Package discordtest is a strict server that speaks as much of Discord's API as
// an incoming webhook needs. Requests and its own answers are held against a table
// of what Discord's published OpenAPI document says of them (spec.txt); what that
// document does not say is from the documentation (discord/discord-api-docs @c98d64bc, 2026-08-06). It refuses
// what Discord refuses and complains of what a client should never do. Only tests
// import it.
package discordtest

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// The webhook that every server has.
const (
	ID    = "1180000000000000001"
	Token = "aWebhooks_Token-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
	guild = "1180000000000000003"
)

const (
	apiPath = "/api/v10/webhooks/"
	epoch   = 1_420_070_400_000 // milliseconds; ids count from there
)

// Options shape a server.
type Options struct {
	Clock clock.Clock // the system's where nil
	Watch func(op string, done bool)
	Skew  time.Duration // of the server's clock
	// Forum says that the webhook's channel is a forum. Tags are its tags' ids; where
	// TagRequired, a thread needs one.
	Forum       bool
	Tags        []string
	TagRequired bool
}

// Server is one channel with its webhook.
type Server struct {
	*stage.Gate
	o Options

	mu         sync.Mutex
	seq        uint64
	channel    string
	name       string
	avatar     string
	gone       bool
	told       bool      // that it is gone
	until      time.Time // throttled
	messages   []*message
	threads    map[string]string // id to name
	accepted   []string
	foreign    []message
	complaints []string
}

// New returns a server with an empty channel.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	s := &Server{o: o, channel: "1180000000000000002", name: "Acme", threads: map[string]string{}}
	s.Gate = &stage.Gate{
		Next: http.HandlerFunc(s.serve), Op: op, Clock: o.Clock, Watch: o.Watch,
		Throttled: s.throttled, Broken: s.broken,
	}
	return s
}

func (s *Server) now() time.Time { return s.o.Clock.Now().UTC() }

// newID makes an id of this moment.
func (s *Server) newID() string {
	s.seq++
	return strconv.FormatUint(uint64(s.now().Add(s.o.Skew).UnixMilli()-epoch)<<22|s.seq&(1<<22-1), 10)
}

func timeOf(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	must(err)
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// op names a request's operation, for the faults.
func op(r *http.Request, _ []byte) string {
	message := strings.Contains(r.URL.Path, "/messages/")
	switch {
	case r.Method == http.MethodGet && message:
		return memory.OpGet
	case r.Method == http.MethodPatch && message:
		return memory.OpEdit
	case r.Method == http.MethodDelete && message:
		return memory.OpDelete
	case r.Method == http.MethodPost:
		return memory.OpPublish
	case r.Method == http.MethodPatch:
		return memory.OpSetProfile
	case r.Method == http.MethodGet:
		return memory.OpGetProfile
	}
	return ""
}

// serve carries one request out.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manners(r)
	s.send(w, s.route(r))
}

// The paths of the table.
const (
	onWebhook = "/webhooks/{webhook_id}/{webhook_token}"
	onMessage = onWebhook + "/messages/{message_id}"
)

func (s *Server) route(r *http.Request) answer {
	rest, inside := strings.CutPrefix(r.URL.Path, apiPath)
	parts := strings.Split(rest, "/")
	if !inside || len(parts) < 2 || len(parts) != 2 && (len(parts) != 4 || parts[2] != "messages") {
		return *failure(http.StatusNotFound, 0, "404: Not Found")
	}
	path := onWebhook
	if len(parts) == 4 {
		path = onMessage
	}
	o, there := spec[r.Method+" "+path]
	if !there {
		return *failure(http.StatusMethodNotAllowed, 0, "405: Method Not Allowed")
	}
	a := s.operate(r, o, parts)
	s.look(o, a)
	return a
}

func (s *Server) operate(r *http.Request, o block, parts []string) answer {
	if bad := s.unknown(parts[0], parts[1]); bad != nil {
		return *bad
	}
	if bad := s.parameters(r, o, parts); bad != nil {
		return *bad
	}
	if len(parts) == 2 {
		return s.webhook(r, o)
	}
	return s.message(r, o, parts[3])
}

// parameters checks those of the path and of the query.
func (s *Server) parameters(r *http.Request, o block, parts []string) *answer {
	if f, there := o["path message_id"]; there {
		if bad := f.check("message_id", f.typ, parts[3], true); bad != nil {
			return badForm(bad.path, "BASE_TYPE_INVALID", bad.problem)
		}
	}
	for name, values := range r.URL.Query() {
		f, known := o["query "+name]
		if !known {
			s.complain(fmt.Sprintf("%s has no parameter %q", r.Method, name))
			continue
		}
		var v any = values[0]
		if b, err := strconv.ParseBool(values[0]); err == nil && f.typ == "boolean" {
			v = b
		}
		if bad := f.check(name, f.typ, v, true); bad != nil {
			return badForm(bad.path, "BASE_TYPE_INVALID", bad.problem)
		}
	}
	return nil
}

// look complains of an answer of our own that is not as the table says.
func (s *Server) look(o block, a answer) {
	typ, known := o.answer(a.status)
	switch {
	case !known:
		s.complain(fmt.Sprintf("the test server's own answer has the status %d", a.status))
	case typ != "":
		if c := complaintOf(typ, a.body); c != "" {
			s.complain(c)
		}
	case a.body != nil:
		s.complain("the test server's own answer has a body")
	}
}

func (s *Server) unknown(id, token string) *answer {
	switch {
	case id != ID || s.gone:
		if s.told {
			s.complain("a webhook that is gone was called again")
		}
		s.told = true
		return failure(http.StatusNotFound, 10015, "Unknown Webhook")
	case token != Token:
		return failure(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	}
	return nil
}

func (s *Server) webhook(r *http.Request, o block) answer {
	switch r.Method {
	case http.MethodGet:
		return s.describe()
	case http.MethodPost:
		a := s.execute(r, o)
		a.bucket = "execute"
		return a
	}
	return s.modify(r, o)
}

func (s *Server) message(r *http.Request, o block, id string) answer {
	m, bad := s.find(id, r.URL.Query().Get("thread_id"))
	if bad != nil {
		return *bad
	}
	switch r.Method {
	case http.MethodGet:
		return s.show(m, true)
	case http.MethodPatch:
		a := s.edit(r, o, m)
		a.bucket = "edit"
		return a
	}
	m.gone = true
	return answer{status: http.StatusNoContent}
}

// find looks a message of the webhook up, where the request says that it is.
func (s *Server) find(id, thread string) (*message, *answer) {
	where := s.channel
	if thread != "" {
		if _, there := s.threads[thread]; !there {
			return nil, failure(http.StatusNotFound, 10003, "Unknown Channel")
		}
		where = thread
	}
	for _, m := range s.messages {
		if m.id == id && m.channel == where && !m.gone {
			return m, nil
		}
	}
	return nil, failure(http.StatusNotFound, 10008, "Unknown Message")
}

// agent is the form of a program's name (reference, User Agent, 2026-08-06).
var agent = regexp.MustCompile(`^DiscordBot \(https?://[^ ,]+, [^ )]+\)`)

// manners complains of what no client should do.
func (s *Server) manners(r *http.Request) {
	if !agent.MatchString(r.UserAgent()) {
		s.complain(fmt.Sprintf("User-Agent %q is not of the form DiscordBot (url, version)", r.UserAgent()))
	}
	for _, h := range []string{"Authorization", "Cookie", "Referer"} {
		if r.Header.Get(h) != "" {
			s.complain("a webhook needs no " + h)
		}
	}
	if strings.Contains(r.URL.RawQuery, Token) || strings.Contains(fmt.Sprint(r.Header), Token) {
		s.complain("the token is not only in the path")
	}
	if r.Method == http.MethodPost && s.now().Before(s.until) {
		s.complain("sent again before the time that a 429 told")
	}
}

func (s *Server) complain(what string) { s.complaints = append(s.complaints, what) }
