// Package notifytest is a webhook for tests. It takes what Slack's, Mattermost's
// and Discord's Slack-compatible ones all take, complains of everything else, and
// remembers what arrived. It imports the standard library only.
package notifytest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Server is one channel's webhook.
type Server struct {
	mu       sync.Mutex
	texts    []string
	requests int
	problems []string
	answers  []int // statuses of the requests to come
}

// What happens instead of an answer.
const (
	Lost  = 0
	Never = -1
)

// Path is the webhook's: it has a token in it, as real ones do.
const Path = "/services/T024BE7LD/B8FHJ4Q2N/" + Token

// Token must show nowhere.
const Token = "xq7Hw2KzT4mPv9Rb3Nc8Ydf1"

// Answer queues statuses for the next requests: 200 takes the message, Lost takes
// it and loses the answer, Never takes it and never answers, everything else
// refuses it.
func (s *Server) Answer(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, statuses...)
}

// Texts returns the messages that arrived, in their order.
func (s *Server) Texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.texts)
}

// Requests counts attempts, those included that were refused.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Problems lists what was malformed.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, problem := read(r)
	switch status := s.take(text, problem); {
	case problem != "":
		http.Error(w, problem, http.StatusBadRequest)
	case status == Never:
		<-r.Context().Done()
	case status == Lost:
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "ok")
	}
}

// take notes a request, and says how it is answered.
func (s *Server) take(text, problem string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if problem != "" {
		s.problems = append(s.problems, problem)
		return http.StatusBadRequest
	}
	status := http.StatusOK
	if len(s.answers) > 0 {
		status, s.answers = s.answers[0], s.answers[1:]
	}
	if status == http.StatusOK || status == Lost || status == Never {
		s.texts = append(s.texts, text)
	}
	return status
}

// maxText is the smallest of the three's.
const maxText = 2000

// markup is what Slack would obey: a mention, a command, a link under other words.
var markup = regexp.MustCompile(`<[^>]*>|&(?:[^agl]|$)`)

// mention is what the others would, outside of a code span.
var mention = regexp.MustCompile(`@(channel|here|all|everyone)\b`)

func read(r *http.Request) (text, problem string) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodPost || kind != "application/json" {
		return "", fmt.Sprintf("invalid_payload: %s of %s", r.Method, kind)
	}
	if r.URL.Path != Path {
		return "", "no_service"
	}
	dec := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	dec.DisallowUnknownFields()
	var body struct {
		Text string `json:"text"`
	}
	switch err := dec.Decode(&body); {
	case err != nil:
		return "", "invalid_payload: " + err.Error()
	case dec.More():
		return "", "invalid_payload: more than one document"
	case strings.TrimSpace(body.Text) == "":
		return "", "no_text"
	case len([]rune(body.Text)) > maxText:
		return "", "too long"
	case markup.MatchString(body.Text), mention.MatchString(body.Text):
		return "", "it pings, or hides a link: " + body.Text
	}
	return body.Text, ""
}
