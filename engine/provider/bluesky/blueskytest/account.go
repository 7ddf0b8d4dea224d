package blueskytest

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// Account is one account on a PDS, behind a gate of its own.
type Account struct {
	*stage.Platform
	Handle, DID string
	HTTP        *httptest.Server // the gate

	server *Server
	token  string // of the account's main password, for looking past the gate
	record *recorder
}

// Record is a record as the PDS has it.
type Record struct {
	URI   string         `json:"uri"`
	CID   string         `json:"cid"`
	Value map[string]any `json:"value"`
}

const mainPassword = "the main password of a test"

// Account makes an account and a gate before it.
func (s *Server) Account(t testing.TB, o stage.Options) *Account {
	t.Helper()
	a := &Account{Handle: newHandle(), server: s}
	var made struct{ DID, AccessJwt string }
	if err := s.call("com.atproto.server.createAccount", "", nil, map[string]string{
		"email": a.Handle + "@example.test", "handle": a.Handle, "password": mainPassword,
	}, &made); err != nil {
		t.Fatal(err)
	}
	a.DID, a.token = made.DID, made.AccessJwt
	var app struct{ Password string }
	if err := s.call("com.atproto.server.createAppPassword", a.token, nil, map[string]string{"name": "smmctl"}, &app); err != nil {
		t.Fatal(err)
	}
	a.record = &recorder{next: s.proxy, did: a.DID, seen: map[string]bool{}}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	gate := &stage.Gate{
		Next: a.record, Op: a.record.op, Clock: o.Clock, Watch: o.Watch, Throttled: throttled(o.Clock), Broken: broken,
	}
	a.HTTP = httptest.NewServer(gate)
	t.Cleanup(a.HTTP.Close)
	a.Platform = &stage.Platform{
		Gate: gate, Provider: "bluesky", Server: a.HTTP.URL, Handle: a.Handle,
		Secrets:  map[string]string{"app_password": app.Password},
		Accepted: a.record.texts,
		Live: func() []string {
			var out []string
			for _, r := range a.Records(t, postType) {
				out = append(out, fmt.Sprint(r.Value["text"]))
			}
			return out
		},
		Foreign:    func(text string) string { return a.Write(t, postType, "", post(text)).URI },
		Complaints: a.record.complaints,
		Real:       true,
	}
	return a
}

const postType = "app.bsky.feed.post"

// Records lists a collection, newest first, past the gate.
func (a *Account) Records(t testing.TB, collection string) []Record {
	t.Helper()
	var out []Record
	for cursor := ""; ; {
		q := url.Values{"repo": {a.DID}, "collection": {collection}, "limit": {"100"}}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		var page struct {
			Records []Record
			Cursor  string
		}
		if err := a.server.call("com.atproto.repo.listRecords", "", q, nil, &page); err != nil {
			t.Fatal(err)
		}
		if out = append(out, page.Records...); page.Cursor == "" || len(page.Records) == 0 {
			return out
		}
		cursor = page.Cursor
	}
}

// Write puts a record into the account past the gate, as a person does in the app;
// the server names it where rkey is "".
func (a *Account) Write(t testing.TB, collection, rkey string, value map[string]any) Record {
	t.Helper()
	in := map[string]any{"repo": a.DID, "collection": collection, "record": value}
	method := "com.atproto.repo.createRecord"
	if rkey != "" {
		method, in["rkey"] = "com.atproto.repo.putRecord", rkey
	}
	var out Record
	if err := a.server.call(method, a.token, nil, in, &out); err != nil {
		t.Fatal(err)
	}
	out.Value = value
	return out
}

// Remove deletes a record past the gate.
func (a *Account) Remove(t testing.TB, uri string) {
	t.Helper()
	parts := strings.Split(strings.TrimPrefix(uri, "at://"), "/")
	in := map[string]any{"repo": a.DID, "collection": parts[1], "rkey": parts[2]}
	if err := a.server.call("com.atproto.repo.deleteRecord", a.token, nil, in, &struct{}{}); err != nil {
		t.Fatal(err)
	}
}
