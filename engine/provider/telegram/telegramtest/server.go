// Package telegramtest is a strict Bot API server with one bot in one chat, for
// tests. It takes the methods and parameters that spec.txt lists, of the types
// that the published specification gives them, and nothing else; it refuses what
// the real server is known to refuse, in its words; it complains of what no
// client should do; and it keeps a record of what it published, which no bot could
// read. It is made from the sources listed in docs/providers/telegram.md; no real
// server was run beside it.
//
// It imports clock, stage, memory's faults and the standard library. Only tests
// import it.
package telegramtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// What a fresh server has.
const (
	Token  = "123456789:AAtest-token_of_no_bot_at_all"
	ChatID = -1001234567890
	BotID  = 123456789
)

// Options shape a server. The zero value is a channel with the name acme_news, in
// which the bot may do everything.
type Options struct {
	stage.Options
	Type       string   // of the chat: channel where empty, else supergroup or group
	Private    bool     // the chat has no public name
	Status     string   // the bot's: administrator where empty
	Denied     []string // rights that the bot does not have
	MigratedTo int64    // every call with the chat's id is answered that it became this one
}

// Server is a server.
type Server struct {
	*stage.Gate
	o Options

	mu        sync.Mutex
	chat      chat
	posts     []*post // oldest first, one a message
	last      int64   // message_id
	uploads   int
	pinned    []int64
	accepted  []string
	complaint []string
}

type chat struct {
	id                 int64
	title, name, about string
	photo              string // file_unique_id
}

// New makes a server with an empty chat.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Type == "" {
		o.Type = "channel"
	}
	if o.Status == "" {
		o.Status = "administrator"
	}
	s := &Server{o: o, chat: chat{id: ChatID, title: "Acme News", name: "acme_news"}}
	if o.Private {
		s.chat.name = ""
	}
	s.Gate = &stage.Gate{
		Next: http.HandlerFunc(s.serve), Op: operation, Clock: o.Clock, Watch: o.Watch,
		Throttled: func(w http.ResponseWriter, after time.Duration) {
			seconds := int(after.Seconds())
			s.send(w, failure{429, fmt.Sprintf("Too Many Requests: retry after %d", seconds), object{"retry_after": seconds}})
		},
		Broken: func(w http.ResponseWriter, _ *http.Request) {
			s.send(w, failure{500, "Internal Server Error", nil})
		},
	}
	return s
}

// Start is a stage.Start: a fresh channel on loopback.
func Start(t testing.TB, o stage.Options) *stage.Platform {
	t.Helper()
	s := New(Options{Options: o})
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &stage.Platform{
		Gate: s.Gate, Provider: "telegram", Server: h.URL,
		Options: `{chat: "@acme_news"}`, Secrets: map[string]string{"token": Token},
		Accepted: s.Accepted, Live: s.Live, Foreign: s.Foreign, Complaints: s.Complaints,
	}
}

var _ stage.Start = Start

// operations are the methods as package memory's operations.
var operations = map[string]string{
	"getMe": memory.OpOpen, "getChatMember": memory.OpOpen, "getChat": memory.OpGetProfile,
	"sendMessage": memory.OpPublish, "sendPhoto": memory.OpPublish, "sendVideo": memory.OpPublish,
	"sendAnimation": memory.OpPublish, "sendDocument": memory.OpPublish, "sendMediaGroup": memory.OpPublish,
	"sendPoll":        memory.OpPublish,
	"editMessageText": memory.OpEdit, "editMessageCaption": memory.OpEdit, "editMessageMedia": memory.OpEdit,
	"deleteMessage": memory.OpDelete, "deleteMessages": memory.OpDelete,
	"pinChatMessage": memory.OpPin, "unpinChatMessage": memory.OpUnpin,
	"setChatTitle": memory.OpSetProfile, "setChatDescription": memory.OpSetProfile, "setChatPhoto": memory.OpSetProfile,
}

func operation(r *http.Request, _ []byte) string {
	_, method := target(r)
	return operations[method]
}

// target splits /bot<token>/<method>.
func target(r *http.Request) (token, method string) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	if !ok {
		return "", ""
	}
	token, method, _ = strings.Cut(rest, "/")
	return token, method
}

// object is a JSON object.
type object = map[string]any

// failure is an answer that is an error.
type failure struct {
	code        int
	description string
	parameters  object
}

// Error implements error.
func (f failure) Error() string { return f.description }

func bad(format string, args ...any) failure {
	return failure{400, "Bad Request: " + fmt.Sprintf(format, args...), nil}
}

func (s *Server) send(w http.ResponseWriter, v any) {
	status, body := http.StatusOK, object{"ok": true, "result": v}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	if f, failed := v.(failure); failed {
		status, body = f.code, object{"ok": false, "error_code": f.code, "description": f.description}
		if f.parameters != nil {
			body["parameters"] = f.parameters
			if after, ok := f.parameters["retry_after"]; ok {
				w.Header().Set("Retry-After", fmt.Sprint(after))
			}
		}
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // plain values always encode
	}
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

func (s *Server) now() time.Time { return s.o.Clock.Now().UTC() }

// serve carries one request out.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.run(r)
	if err == nil {
		s.send(w, v)
		return
	}
	var f failure
	if !errors.As(err, &f) {
		f = failure{500, "Internal Server Error: " + err.Error(), nil}
	}
	s.send(w, f)
}

func (s *Server) run(r *http.Request) (any, error) {
	token, method := target(r)
	s.watchManners(r)
	switch {
	case !tokenPattern.MatchString(token):
		return nil, failure{404, "Not Found", nil}
	case token != Token:
		return nil, failure{401, "Unauthorized", nil}
	}
	serve, known := s.methods()[method]
	if !known {
		s.complain("there is no method %q", method)
		return nil, failure{404, "Not Found: method not found", nil}
	}
	p, err := s.params(r, method)
	if err != nil {
		s.complain("%s: %v", method, err)
		return nil, bad("%v", err)
	}
	if err := s.here(method, p); err != nil {
		return nil, err
	}
	return serve(p)
}

func (s *Server) methods() map[string]func(*params) (any, error) {
	return map[string]func(*params) (any, error){
		"getMe": s.getMe, "getChat": s.getChat, "getChatMember": s.getChatMember,
		"sendMessage": s.sendMessage, "sendMediaGroup": s.sendMediaGroup, "sendPoll": s.sendPoll,
		"sendPhoto": s.sendOne("photo"), "sendVideo": s.sendOne("video"),
		"sendAnimation": s.sendOne("animation"), "sendDocument": s.sendOne("document"),
		"editMessageText": s.editText, "editMessageCaption": s.editCaption, "editMessageMedia": s.editMedia,
		"deleteMessage": s.deleteMessage, "deleteMessages": s.deleteMessages,
		"pinChatMessage": s.pin, "unpinChatMessage": s.unpin,
		"setChatTitle": s.setTitle, "setChatDescription": s.setDescription, "setChatPhoto": s.setPhoto,
	}
}

// watchManners complains of what the real server lets pass and no client should
// do.
func (s *Server) watchManners(r *http.Request) {
	agent := r.Header.Get("User-Agent")
	switch {
	case r.Method != http.MethodPost:
		s.complain("%s instead of POST", r.Method)
	case agent == "" || strings.HasPrefix(agent, "Go-http-client"):
		s.complain("no User-Agent")
	case r.URL.RawQuery != "":
		s.complain("parameters in the address")
	}
	for name, values := range r.Header {
		if strings.Contains(strings.Join(values, " "), Token) {
			s.complain("the token is in the header %s", name)
		}
	}
}

func (s *Server) complain(format string, args ...any) {
	s.complaint = append(s.complaint, fmt.Sprintf(format, args...))
}

// Complaints lists what was wrong with the client's manners.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaint)
}
