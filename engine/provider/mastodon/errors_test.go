package mastodon_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

const aStatus = `{"id":"5","url":"https://x/@acme/5","created_at":"2026-12-03T09:30:00.000Z","content":"<p>Hello</p>","visibility":"public"}`

// TestPublishAnswers is the table of docs/providers/mastodon.md.
func TestPublishAnswers(t *testing.T) {
	t.Parallel()
	big := `{"id":"5","content":"` + strings.Repeat("x", 9<<20) + `"}`
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   provider.Kind // "" is success
	}{
		"a post":                        {says(200, aStatus), ""},
		"a post with 201":               {says(201, aStatus), ""},
		"a post with an id of digits":   {says(200, strings.Replace(aStatus, `"5"`, `5`, 1)), ""},
		"success without a body":        {says(200, ""), provider.Ambiguous},
		"success without an id":         {says(200, `{"content":"<p>Hello</p>"}`), provider.Ambiguous},
		"success with an id of null":    {says(200, `{"id":null}`), provider.Ambiguous},
		"success that is a list":        {says(200, `[]`), provider.Ambiguous},
		"success that is HTML":          {says(200, "<html>maintenance</html>"), provider.Ambiguous},
		"success cut short":             {says(200, aStatus, "Content-Length: 9999"), provider.Ambiguous},
		"success without end":           {says(200, big), provider.Ambiguous},
		"an entry of the schedule":      {says(200, `{"id":"9","scheduled_at":"2026-12-04T09:30:00.000Z","params":{"text":"Hello"}}`), provider.Ambiguous},
		"400":                           {says(400, `{"error":"Bad Request: status too long"}`), provider.Rejected},
		"400, key known (Pixelfed)":     {says(400, `{"error":"Duplicate idempotency key."}`), provider.Ambiguous},
		"409, key known":                {says(409, `{"error":"Conflict: idempotency key in use"}`), provider.Ambiguous},
		"401":                           {says(401, `{"error":"The access token is invalid"}`), provider.Unauthorized},
		"401 that repeats the token":    {says(401, `{"error":"bad token `+secret+`"}`), provider.Unauthorized},
		"403":                           {says(403, `{"error":"This action is outside the authorized scopes"}`), provider.Unauthorized},
		"403, nothing in it (Pixelfed)": {says(403, `{"error":"Empty statuses are not allowed"}`), provider.Rejected},
		"404, key remembered":           {says(404, `{"error":"Record not found"}`), provider.Rejected},
		"405":                           {says(405, ``), provider.Unsupported},
		"408":                           {says(408, ``), provider.Ambiguous},
		"410":                           {says(410, ``), provider.Rejected},
		"413":                           {says(413, `<html>`), provider.Rejected},
		"422":                           {says(422, `{"error":"Validation failed: Text character limit of 500 exceeded"}`), provider.Rejected},
		"422, media not ready":          {says(422, `{"error":"Cannot attach files that have not finished processing. Try again in a moment!"}`), provider.Unsent},
		"422, a record twice":           {says(422, `{"error":"Duplicate record"}`), provider.Ambiguous},
		"429":                           {says(429, `{"error":"Too many requests"}`), provider.Throttled},
		"451":                           {says(451, ``), provider.Rejected},
		"500":                           {says(500, `{"error":"oops"}`), provider.Ambiguous},
		"501":                           {says(501, ``), provider.Unsupported},
		"502, HTML of a proxy":          {says(502, "<html>Bad Gateway</html>"), provider.Ambiguous},
		"503, lock":                     {says(503, `{"error":"There was a temporary problem serving your request, please try again"}`), provider.Ambiguous},
		"503, GoToSocial's throttle":    {says(503, `{"error":"server capacity exceeded"}`, "Retry-After: 30"), provider.Ambiguous},
		"504":                           {says(504, ``), provider.Ambiguous},
		"301":                           {says(301, ``, "Location: https://elsewhere.example/"), provider.Rejected},
		"307":                           {says(307, ``, "Location: /api/v1/statuses"), provider.Rejected},
		"no answer":                     {dies, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{posting: c.answer})
			o, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
			if n := len(s.requests(posting)); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if c.want != "" {
				wantKind(t, err, c.want)
				return
			}
			if err != nil || o.ID != "5" || o.Fields["text"] != "Hello" {
				t.Errorf("%+v, %v", o, err)
			}
		})
	}
}

func TestThrottledSaysWhen(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{posting: says(429, `{"error":"Too many requests"}`,
		"X-RateLimit-Limit: 300", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-12-03T09:45:00.123456Z")})
	_, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
	wantKind(t, err, provider.Throttled)
	var e *provider.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if want := start.Add(15*time.Minute + 123456*time.Microsecond); !e.RetryAfter.Equal(want) {
		t.Errorf("come back at %v, want %v", e.RetryAfter, want)
	}
}

// TestOtherAnswers checks what edits, deletions and reads make of answers.
func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	edit := func(a *provider.Account) error { _, err := a.Posts.Edit(ctx, "5", post("New")); return err }
	remove := func(a *provider.Account) error { return a.Posts.Delete(ctx, "5") }
	get := func(a *provider.Account) error { _, err := a.Posts.Get(ctx, "5"); return err }
	pin := func(a *provider.Account) error { return a.Pins.Pin(ctx, "5") }
	const path = " /api/v1/statuses/5"
	for name, c := range map[string]struct {
		routes map[string]http.HandlerFunc
		call   func(*provider.Account) error
		want   provider.Kind
	}{
		"edit, 404":                     {nil, edit, provider.NotFound},
		"edit, 404 of a server without": {map[string]http.HandlerFunc{"GET" + path: says(200, aStatus)}, edit, provider.Unsupported},
		"edit, 405":                     {map[string]http.HandlerFunc{"PUT" + path: says(405, "")}, edit, provider.Unsupported},
		"edit, 501":                     {map[string]http.HandlerFunc{"PUT" + path: says(501, "")}, edit, provider.Unsupported},
		"edit, 400 after ten":           {map[string]http.HandlerFunc{"PUT" + path: says(400, `{"error":"too many edits"}`)}, edit, provider.Rejected},
		"edit, 500":                     {map[string]http.HandlerFunc{"PUT" + path: says(500, "")}, edit, provider.Ambiguous},
		"edit, no answer":               {map[string]http.HandlerFunc{"PUT" + path: dies}, edit, provider.Ambiguous},
		"edit, empty success":           {map[string]http.HandlerFunc{"PUT" + path: says(200, "{}")}, edit, provider.Ambiguous},
		"edit, 429":                     {map[string]http.HandlerFunc{"PUT" + path: says(429, "")}, edit, provider.Throttled},
		"delete, 404":                   {nil, remove, provider.NotFound},
		"delete, 410":                   {map[string]http.HandlerFunc{"DELETE" + path: says(410, "")}, remove, provider.NotFound},
		"delete, 403":                   {map[string]http.HandlerFunc{"DELETE" + path: says(403, "")}, remove, provider.Unauthorized},
		"delete, 502":                   {map[string]http.HandlerFunc{"DELETE" + path: says(502, "")}, remove, provider.Ambiguous},
		"delete, no answer":             {map[string]http.HandlerFunc{"DELETE" + path: dies}, remove, provider.Ambiguous},
		"get, 404":                      {nil, get, provider.NotFound},
		"get, 500":                      {map[string]http.HandlerFunc{"GET" + path: says(500, "")}, get, provider.Unsent},
		"get, HTML":                     {map[string]http.HandlerFunc{"GET" + path: says(200, "<html>")}, get, provider.Unsent},
		"get, somebody else's":          {map[string]http.HandlerFunc{"GET" + path: says(200, strings.Replace(aStatus, `{`, `{"account":{"id":"2"},`, 1))}, get, provider.NotFound},
		"get, a boost":                  {map[string]http.HandlerFunc{"GET" + path: says(200, strings.Replace(aStatus, `{`, `{"reblog":{"id":"7"},`, 1))}, get, provider.NotFound},
		"pin, limit":                    {map[string]http.HandlerFunc{"POST" + path + "/pin": says(422, `{"error":"Validation failed: limit"}`)}, pin, provider.Rejected},
		"pin, 404":                      {nil, pin, provider.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantKind(t, c.call(newStub(t, c.routes).open(t)), c.want)
		})
	}
}

func TestOpenAnswers(t *testing.T) {
	t.Parallel()
	const me, v2, v1 = "GET /api/v1/accounts/verify_credentials", "GET /api/v2/instance", "GET /api/v1/instance"
	for name, c := range map[string]struct {
		routes map[string]http.HandlerFunc
		want   provider.Kind
	}{
		"wrong token":              {map[string]http.HandlerFunc{me: says(401, `{"error":"The access token is invalid"}`)}, provider.Unauthorized},
		"login disabled":           {map[string]http.HandlerFunc{me: says(403, `{"error":"Your login is currently disabled"}`)}, provider.Unauthorized},
		"an HTML page":             {map[string]http.HandlerFunc{me: says(200, "<html>")}, provider.Rejected},
		"an account without an id": {map[string]http.HandlerFunc{me: says(200, `{"username":"x"}`)}, provider.Rejected},
		"a list":                   {map[string]http.HandlerFunc{me: says(200, `["x"]`)}, provider.Rejected},
		"down":                     {map[string]http.HandlerFunc{me: says(502, "<html>")}, provider.Unsent},
		"limits not readable now":  {map[string]http.HandlerFunc{v2: says(503, "")}, provider.Unsent},
		"limits throttled":         {map[string]http.HandlerFunc{v2: says(429, "")}, provider.Throttled},
		"no limits at all":         {map[string]http.HandlerFunc{v2: says(404, ""), v1: says(404, "")}, ""},
		"limits are HTML":          {map[string]http.HandlerFunc{v2: says(200, "<html>"), v1: says(200, "<html>")}, ""},
		"a numeric account id":     {map[string]http.HandlerFunc{me: says(200, `{"id":1,"acct":"acme"}`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc, err := newStub(t, c.routes).tryOpen()
			if c.want != "" {
				wantKind(t, err, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if acc.Identity.ID != "1" || acc.Identity.Handle != "@acme" || acc.Limits.Characters != 500 {
				t.Errorf("%+v %+v", acc.Identity, acc.Limits)
			}
		})
	}
}

func TestServerAddress(t *testing.T) {
	t.Parallel()
	for server, ok := range map[string]bool{
		"": false, "ftp://x": false, "https://user:pw@x.example": false, "https://x.example/?a=b": false, "https://": false,
		"http://mastodon.example": false, "://": false,
	} {
		s := newStub(t, nil)
		s.account.Server = server
		if _, err := s.tryOpen(); (err == nil) != ok || !provider.Is(err, provider.Rejected) {
			t.Errorf("%q: %v", server, err)
		}
	}
}

func TestPathPrefix(t *testing.T) {
	t.Parallel()
	s := newStub(t, map[string]http.HandlerFunc{
		"GET /social/api/v1/accounts/verify_credentials": says(200, `{"id":"1","acct":"acme"}`),
		"GET /social/api/v2/instance":                    says(200, `{"version":"4.5.0"}`),
		"POST /social/api/v1/statuses":                   says(200, aStatus),
	})
	s.account.Server = s.URL + "/social/"
	acc := s.open(t)
	if _, err := acc.Posts.Publish(context.Background(), post("Hello")); err != nil {
		t.Error(err)
	}
	if want := strings.TrimPrefix(s.URL, "http://") + "/social"; acc.Identity.Server != want {
		t.Errorf("server %q, want %q", acc.Identity.Server, want)
	}
}

// TestTokenStays: no redirect, link header or answer takes the token elsewhere.
func TestTokenStays(t *testing.T) {
	t.Parallel()
	var stolen []string
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stolen = append(stolen, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization"))
		says(200, aStatus)(w, r)
	}))
	defer thief.Close()
	away := func(status int) http.HandlerFunc { return says(status, "", "Location: "+thief.URL+"/x") }
	page := "[" + strings.TrimSuffix(strings.Repeat(aStatus+",", 40), ",") + "]"
	s := newStub(t, map[string]http.HandlerFunc{
		posting:                           away(307),
		"GET /api/v1/statuses/5":          away(302),
		"PUT /api/v1/statuses/5":          away(308),
		"DELETE /api/v1/statuses/5":       away(301),
		"GET /api/v1/accounts/1/statuses": inTurn(says(200, page, "Link: <"+thief.URL+`/x?max_id=4>; rel="next"`), says(200, "[]")),
	})
	acc, ctx := s.open(t), context.Background()
	_, e1 := acc.Posts.Publish(ctx, post("Hello"))
	_, e2 := acc.Posts.Get(ctx, "5")
	_, e3 := acc.Posts.Edit(ctx, "5", post("Hello"))
	for i, err := range []error{e1, e2, e3, acc.Posts.Delete(ctx, "5")} {
		if err == nil {
			t.Errorf("call %d followed a redirect", i)
		}
	}
	if _, err := collect(t, acc); err != nil {
		t.Error(err)
	}
	if len(stolen) > 0 {
		t.Errorf("another host got %q", stolen)
	}
	for _, r := range s.seen {
		if r.header.Get("Authorization") != "Bearer "+secret || strings.Contains(r.query+r.body+r.what, secret) {
			t.Errorf("%s: the token is not where it belongs: %v", r.what, r)
		}
		if r.what == "GET /api/v1/accounts/1/statuses" && r.query == "" {
			t.Error("no query")
		}
	}
}
