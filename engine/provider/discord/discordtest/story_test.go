package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
	"github.com/smmctl/smmctl/engine/provider/providertest"
)

// call is a request and its answer, as the referee reads them.
type call struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Query  map[string]string `json:"query"`
	Body   json.RawMessage   `json:"body"`
	Status int               `json:"status"`
	Answer json.RawMessage   `json:"answer"`
}

// inText is the story of a text channel and of its threads.
func inText(t *testing.T) []call {
	t.Helper()
	a := newAuthor(t, discordtest.Options{})
	a.all(content.Segment{Text: "Hello <@100001> and <@&200002> https://x.example/"})
	a.all(content.Segment{Text: "Hello", Options: map[string]string{
		"embed.title": "Sale", "embed.description": "Every coat", "embed.color": "#d9532c", "embed.footer": "Acme",
		"silent": "true", "username": "Acme News", "mention_everyone": "true",
	}})
	a.all(content.Segment{Text: "Without a preview: https://x.example/", Options: map[string]string{"suppress_embeds": "true"}})
	a.all(content.Segment{Text: "Two coats", Media: []content.Attachment{square, square}})
	a.all(content.Segment{Media: []content.Attachment{square}, Options: map[string]string{"thread": a.AddThread("News")}})
	a.all(content.Segment{Text: "Red or blue?\nWe knit both.", Poll: &content.PollSpec{Options: []string{"Red", "Blue"}, Expires: time.Hour, Multiple: true}})
	face := content.Face{Name: "Acme", Avatar: &square}
	if _, err := a.Profile.SetProfile(t.Context(), face); err != nil {
		t.Error(err)
	}
	if _, err := a.Profile.GetProfile(t.Context()); err != nil {
		t.Error(err)
	}
	return a.written()
}

// inForum is the story of a forum.
func inForum(t *testing.T) []call {
	t.Helper()
	a := newAuthor(t, discordtest.Options{Forum: true, Tags: []string{"300001"}, TagRequired: true})
	s := content.Segment{Text: "Winter sale\n\nEverything must go.", Options: map[string]string{"tags": "300001"}}
	a.all(s)
	root, err := a.Posts.Publish(t.Context(), provider.Request{Segment: s})
	if err != nil {
		t.Fatal(err)
	}
	s.Media = []content.Attachment{square}
	if _, err := a.Posts.Publish(t.Context(), provider.Request{Segment: s, Index: 1, ParentID: root.ID, RootID: root.ID}); err != nil {
		t.Error(err)
	}
	return a.written()
}

var square = content.Attachment{File: "media/square.png", Type: "image/png", Alt: "Blue stripes"}

// author is an account whose calls are written down.
type author struct {
	*discordtest.Server
	*provider.Account
	t     *testing.T
	mu    sync.Mutex
	calls []call
}

func newAuthor(t *testing.T, o discordtest.Options) *author {
	t.Helper()
	a := &author{Server: discordtest.New(o), t: t}
	h := httptest.NewServer(a)
	t.Cleanup(h.Close)
	account := content.Account{Server: h.URL}
	if o.Forum {
		account.Options = map[string]any{"forum": true}
	}
	var err error
	a.Account, err = discord.Driver().Open(t.Context(), provider.Config{
		Account:    account,
		Credential: func(string) (provider.Secret, error) { return provider.NewSecret(discordtest.Address(h.URL)), nil },
		Files:      providertest.Files(), UserAgent: "smmctl/test", Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c := a.Complaints(); len(c) > 0 {
			t.Errorf("the server complains: %v", c)
		}
	})
	return a
}

func (a *author) written() []call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls
}

// all publishes a message, edits it, reads it, and deletes it twice.
func (a *author) all(s content.Segment) {
	a.t.Helper()
	ctx := context.Background()
	o, err := a.Posts.Publish(ctx, provider.Request{Segment: s})
	if err != nil {
		a.t.Fatal(err)
	}
	if s.Poll == nil {
		next := s
		next.Text += " Soon."
		next.Media = append(next.Media[:len(next.Media):len(next.Media)], content.Attachment{File: "media/square.png", Type: "image/png", Alt: "New", SHA256: square.SHA256})
		if _, err := a.Posts.Edit(ctx, o.ID, provider.Request{Segment: next, Prior: o.Fields}); err != nil {
			a.t.Error(err)
		}
	}
	if _, err := a.Posts.Get(ctx, o.ID); err != nil {
		a.t.Error(err)
	}
	if err := a.Posts.Delete(ctx, o.ID); err != nil {
		a.t.Error(err)
	}
	if err := a.Posts.Delete(ctx, o.ID); !provider.Is(err, provider.NotFound) {
		a.t.Errorf("deleted again: %v", err)
	}
}

// ServeHTTP writes a call down.
func (a *author) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	a.Server.ServeHTTP(answer, r)
	c := call{
		Method: strings.ToLower(r.Method), Path: strings.TrimPrefix(r.URL.Path, "/api/v10"), Query: map[string]string{},
		Body: payload(a.t, r.Header.Get("Content-Type"), body), Status: answer.Code, Answer: whole(answer.Body.Bytes()),
	}
	for k, v := range r.URL.Query() {
		c.Query[k] = strings.Join(v, ",")
	}
	a.mu.Lock()
	a.calls = append(a.calls, c)
	a.mu.Unlock()
	for k, v := range answer.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(c.Answer)
}

// payload is the JSON of a body.
func payload(t *testing.T, contentType string, body []byte) json.RawMessage {
	kind, params, _ := mime.ParseMediaType(contentType)
	if kind != "multipart/form-data" {
		return whole(body)
	}
	form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(32 << 20)
	if err != nil || len(form.Value["payload_json"]) != 1 {
		t.Errorf("a form without payload_json: %v", err)
		return nil
	}
	return json.RawMessage(form.Value["payload_json"][0])
}

// whole is a body as JSON: null where there is none.
func whole(body []byte) json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	return body
}
