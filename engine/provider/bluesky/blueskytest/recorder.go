package blueskytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// recorder stands between a gate and the PDS. It notes what the PDS answered to
// what it was sent, and what no client should send.
type recorder struct {
	next http.Handler
	did  string

	mu       sync.Mutex
	accepted []string
	seen     map[string]bool // what was complained of
	bad      []string
	pinned   string // as last written, to tell a pin from a profile
	sessions int
	expired  bool // the next session's token has expired
}

// input is what of a request's body is looked at.
type input struct {
	Collection string  `json:"collection"`
	RKey       string  `json:"rkey"`
	Record     record  `json:"record"`
	Swap       *string `json:"swapRecord"`
	Writes     []struct {
		Type       string `json:"$type"`
		Collection string `json:"collection"`
		Value      record `json:"value"`
	} `json:"writes"`
}

type record struct {
	Text   string `json:"text"`
	Pinned *struct {
		URI string `json:"uri"`
	} `json:"pinnedPost"`
}

func method(r *http.Request) string {
	return strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/xrpc/"), "com.atproto.")
}

// op names a request for the gate. Reads of what is not a post are let through.
func (c *recorder) op(r *http.Request, body []byte) string {
	var in input
	_ = json.Unmarshal(body, &in)
	switch method(r) {
	case "server.createSession":
		return memory.OpOpen
	case "repo.uploadBlob":
		return memory.OpUpload
	case "repo.listRecords":
		return memory.OpList
	case "repo.getRecord":
		return map[string]string{postType: memory.OpGet, profileType: memory.OpGetProfile}[r.URL.Query().Get("collection")]
	case "repo.deleteRecord":
		return memory.OpDelete
	case "repo.applyWrites":
		for _, w := range in.Writes {
			if strings.HasSuffix(w.Type, "#create") {
				return memory.OpPublish
			}
		}
		return memory.OpDelete
	case "repo.putRecord":
		return c.putOp(in)
	}
	return ""
}

const profileType = "app.bsky.actor.profile"

func (c *recorder) putOp(in input) string {
	switch {
	case in.Collection == postType && in.Swap == nil:
		return memory.OpPublish
	case in.Collection == postType:
		return memory.OpEdit
	case in.Collection != profileType:
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch in.Record.pin() {
	case c.pinned:
		return memory.OpSetProfile
	case "":
		return memory.OpUnpin
	}
	return memory.OpPin
}

func (r record) pin() string {
	if r.Pinned == nil {
		return ""
	}
	return r.Pinned.URI
}

// ServeHTTP implements http.Handler.
func (c *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.judge(r, body)
	answer := httptest.NewRecorder()
	c.next.ServeHTTP(answer, r)
	if method(r) == "server.createSession" && answer.Code == http.StatusOK {
		c.age(answer)
	}
	c.note(r, body, answer)
	for k, v := range answer.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// note keeps what was carried out: a write that made a commit.
func (c *recorder) note(r *http.Request, body []byte, answer *httptest.ResponseRecorder) {
	if answer.Code == http.StatusInternalServerError && !strings.HasSuffix(r.URL.Path, "applyWrites") {
		c.complain("the PDS itself failed at " + method(r) + ": " + answer.Body.String())
	}
	var in input
	var out struct {
		Commit *struct{} `json:"commit"`
	}
	if answer.Code != http.StatusOK || json.Unmarshal(answer.Body.Bytes(), &out) != nil || out.Commit == nil {
		return
	}
	_ = json.Unmarshal(body, &in)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m := method(r); {
	case m == "repo.putRecord" && in.Collection == profileType:
		c.pinned = in.Record.pin()
	case m == "repo.putRecord" && in.Collection == postType && in.Swap == nil, m == "repo.createRecord" && in.Collection == postType:
		c.accepted = append(c.accepted, in.Record.Text)
	case m == "repo.applyWrites":
		for _, w := range in.Writes {
			if w.Collection == postType && strings.HasSuffix(w.Type, "#create") {
				c.accepted = append(c.accepted, w.Value.Text)
			}
		}
	}
}

func (c *recorder) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.accepted...)
}

func (c *recorder) complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.bad...)
}

func (c *recorder) complain(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.seen[what] {
		c.seen[what] = true
		c.bad = append(c.bad, what)
	}
}

var tid = regexp.MustCompile(`^[234567a-j][234567a-z]{12}$`)

// judge complains of what a real server takes, and no client should send.
func (c *recorder) judge(r *http.Request, body []byte) {
	m := method(r)
	open := m == "server.createSession"
	switch auth := r.Header.Get("Authorization"); {
	case r.Header.Get("User-Agent") == "" || strings.HasPrefix(r.Header.Get("User-Agent"), "Go-http-client"):
		c.complain(m + ": no User-Agent")
	case !open && !strings.HasPrefix(auth, "Bearer "):
		c.complain(m + ": no token")
	case open && auth != "":
		c.complain(m + ": a token where there is none yet")
	case r.Host == host:
		c.complain(m + ": sent to the host of the DID document")
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(body, &fields)
	switch m {
	case "repo.createRecord":
		c.complain("createRecord, which makes a second record when it is repeated")
	case "repo.putRecord":
		if _, said := fields["swapRecord"]; !said {
			c.complain("putRecord without swapRecord overwrites what it does not know")
		}
		var in input
		_ = json.Unmarshal(body, &in)
		if in.Collection == postType && !tid.MatchString(in.RKey) {
			c.complain(fmt.Sprintf("the key %q is no TID", in.RKey))
		}
	case "repo.uploadBlob":
		if r.Header.Get("Content-Type") == "" || r.ContentLength <= 0 {
			c.complain("uploadBlob without type or length")
		}
	}
}

// throttled answers as a PDS that is asked too often (packages/xrpc-server, read
// 2026-08-20).
func throttled(clk clock.Clock) func(http.ResponseWriter, time.Duration) {
	return func(w http.ResponseWriter, after time.Duration) {
		reset := clk.Now().Add(after).Unix() + 1
		h := w.Header()
		h.Set("RateLimit-Limit", "5000")
		h.Set("RateLimit-Remaining", "0")
		h.Set("RateLimit-Reset", strconv.FormatInt(reset, 10))
		h.Set("RateLimit-Policy", "5000;w=3600")
		failure(w, http.StatusTooManyRequests, "RateLimitExceeded", "Rate Limit Exceeded")
	}
}

func broken(w http.ResponseWriter, _ *http.Request) {
	failure(w, http.StatusInternalServerError, "InternalServerError", "Internal Server Error")
}

func failure(w http.ResponseWriter, status int, name, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": name, "message": message})
}
