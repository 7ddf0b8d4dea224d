package bluesky_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/bluesky"
)

func named(name string) string { return `{"error":"` + name + `","message":"why"}` }

// TestErrors answers a publication, and then a question and an upload, with each
// refusal of a PDS.
func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		answer          http.HandlerFunc
		publish, listed provider.Kind
	}{
		{"validation", says(400, named("InvalidRequest")), provider.Rejected, provider.Rejected},
		{"400 without a body", says(400, ""), provider.Rejected, provider.Rejected},
		{"token expired twice", says(400, named("ExpiredToken")), provider.Unauthorized, provider.Unauthorized},
		{"bad token", says(400, named("InvalidToken")), provider.Unauthorized, provider.Unauthorized},
		{"taken down", says(400, named("AccountTakedown")), provider.Unauthorized, provider.Unauthorized},
		{"blob swept away", says(400, named("BlobNotFound")), provider.Unsent, provider.Unsent},
		{"no token", says(401, named("AuthMissing")), provider.Unauthorized, provider.Unauthorized},
		{"not allowed", says(403, named("Forbidden")), provider.Unauthorized, provider.Unauthorized},
		{"no such method", says(404, named("XRPCNotSupported")), provider.Unsupported, provider.Unsupported},
		{"wrong verb", says(405, ""), provider.Unsupported, provider.Unsupported},
		{"not implemented", says(501, named("MethodNotImplemented")), provider.Unsupported, provider.Unsupported},
		{"timeout of a proxy", says(408, ""), provider.Ambiguous, provider.Unsent},
		{"too large", says(413, named("PayloadTooLarge")), provider.Rejected, provider.Rejected},
		{"wrong type", says(415, named("UnsupportedMediaType")), provider.Rejected, provider.Rejected},
		{"too often", says(429, named("RateLimitExceeded"), "Retry-After: 30"), provider.Throttled, provider.Throttled},
		{"broken", says(500, named("InternalServerError")), provider.Ambiguous, provider.Unsent},
		{"broken, with a name", says(500, named("ExpiredToken")), provider.Ambiguous, provider.Unsent},
		{"upstream", says(502, named("UpstreamFailure")), provider.Ambiguous, provider.Unsent},
		{"out of resources", says(503, named("NotEnoughResources")), provider.Ambiguous, provider.Unsent},
		{"upstream slow", says(504, named("UpstreamTimeout")), provider.Ambiguous, provider.Unsent},
		{"a page of a proxy", says(502, "<html>nginx</html>"), provider.Ambiguous, provider.Unsent},
		{"a connection that dies", dies, provider.Ambiguous, provider.Unsent},
		{"no JSON", says(200, "<html>hello</html>"), provider.Ambiguous, provider.Unsent},
		{"nothing", says(200, ""), provider.Ambiguous, provider.Unsent},
		{"an empty object", says(200, "{}"), provider.Ambiguous, provider.Unsent},
		{"a list", says(200, "[]"), provider.Ambiguous, provider.Unsent},
		{"wrong types", says(200, `{"uri":1,"cid":{},"records":"x","blob":"x","cursor":7}`), provider.Ambiguous, provider.Unsent},
		{"another record", says(200, `{"uri":"at://did:plc:other/app.bsky.feed.post/x","cid":"c","records":[{"uri":"at://did:plc:other/app.bsky.feed.post/x","cid":"c","value":{}}]}`), provider.Ambiguous, provider.Unsent},
		{"cut short", says(200, `{"uri":"at://`, "Content-Length: 500"), provider.Ambiguous, provider.Unsent},
		{"without end", endless, provider.Ambiguous, provider.Unsent},
		{"sent elsewhere", says(307, "", "Location: https://evil.example/"), provider.Rejected, provider.Rejected},
		{"sent elsewhere, 302", says(302, "", "Location: https://evil.example/"), provider.Ambiguous, provider.Unsent},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{
				putting: c.answer, listing: c.answer, uploading: c.answer, batching: c.answer, renewing: says(200, newSession),
			})
			acc := s.open(t, nil)
			_, err := acc.Posts.Publish(t.Context(), request(text("Hello")))
			wantKind(t, err, c.publish)
			gated := text("Hello")
			gated.Options = map[string]string{"replies": "nobody"}
			_, err = acc.Posts.Publish(t.Context(), request(gated))
			wantKind(t, err, c.publish)
			picture := text("Hello")
			picture.Media = []content.Attachment{{File: "media/a.png", Type: "image/png", Alt: "A"}}
			_, err = acc.Posts.Publish(t.Context(), request(picture))
			wantKind(t, err, c.listed)
			wantKind(t, last(acc), c.listed)
			if n := len(s.requests(putting)); c.name != "token expired twice" && n != 1 {
				t.Errorf("%d requests for one attempt", n)
			}
		})
	}
}

func endless(w http.ResponseWriter, _ *http.Request) {
	block := strings.Repeat(" ", 1<<16)
	for range 200 {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
}

func last(acc *provider.Account) (last error) {
	n := 0
	for _, err := range acc.Posts.List(context.Background()) {
		if last = err; n > 5000 {
			return errors.New("the listing has no end")
		}
		n++
	}
	return last
}

// TestOpenErrors meets what signing in can come to.
func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   provider.Kind
	}{
		"wrong password":    {says(401, named("AuthenticationRequired")), provider.Unauthorized},
		"second factor":     {says(401, named("AuthFactorTokenRequired")), provider.Unauthorized},
		"taken down":        {says(200, strings.Replace(newSession, `"active":true`, `"active":false,"status":"takendown"`, 1)), provider.Unauthorized},
		"too often":         {says(429, named("RateLimitExceeded"), "RateLimit-Remaining: 0", "RateLimit-Reset: "+fmt.Sprint(start.Add(time.Minute).Unix())), provider.Throttled},
		"broken":            {says(500, ""), provider.Unsent},
		"dies":              {dies, provider.Unsent},
		"another service":   {says(200, "<html>"), provider.Rejected},
		"no session":        {says(200, `{"did":"`+did+`"}`), provider.Rejected},
		"no DID":            {says(200, strings.Replace(newSession, did, "acme", 1)), provider.Rejected},
		"no such method":    {says(404, ""), provider.Unsupported},
		"password repeated": {says(401, `{"error":"AuthenticationRequired","message":"the password `+password+` is wrong"}`), provider.Unauthorized},
		"password as name":  {says(400, `{"error":"`+password+`"}`), provider.Rejected},
		"password as state": {says(200, strings.Replace(newSession, `"active":true`, `"active":false,"status":"`+password+`"`, 1)), provider.Unauthorized},
	} {
		s := newStub(t, map[string]http.HandlerFunc{signingIn: c.answer})
		_, err := bluesky.Driver().Open(t.Context(), s.config(nil))
		wantKind(t, err, c.want)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	s := newStub(t, nil)
	for name, change := range map[string]func(*provider.Config){
		"no handle":  func(c *provider.Config) { c.Account.Handle = " @ " },
		"odd option": func(c *provider.Config) { c.Account.Options = map[string]any{"edit": "always"} },
		"plain http": func(c *provider.Config) { c.Account.Server = "http://pds.example" },
		"no password": func(c *provider.Config) {
			c.Credential = func(string) (provider.Secret, error) { return provider.Secret{}, nil }
		},
		"no credential": func(c *provider.Config) { c.Credential = nil },
	} {
		cfg := s.config(nil)
		change(&cfg)
		if _, err := bluesky.Driver().Open(t.Context(), cfg); err == nil || provider.KindOf(err) == provider.Ambiguous {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(s.seen); n > 0 {
		t.Errorf("%d requests with what cannot work", n)
	}
}

// TestSecretsStayHidden has a server repeat every secret in every answer.
func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{password, access, refresh, access[:12], refresh + "…"} {
		leak := says(400, `{"error":"InvalidRequest","message":"you sent `+secret+`"}`)
		s := newStub(t, map[string]http.HandlerFunc{
			putting: leak, listing: leak, deleting: leak, resolving: leak, batching: leak, uploading: leak,
			renewing: leak,
		})
		acc, ctx := s.open(t, nil), t.Context()
		_, err := acc.Posts.Publish(ctx, request(text("Hello")))
		wantKind(t, err, provider.Rejected)
		wantKind(t, acc.Posts.Delete(ctx, "3jzfcijpj2z2a"), provider.Rejected)
		wantKind(t, last(acc), provider.Rejected)
		wantKind(t, failed(acc.Profile.SetProfile(ctx, content.Face{Name: "Acme"})), provider.Rejected)
		mention := text("@maker.test")
		mention.Facets = []content.Facet{{Kind: "mention", Start: 0, End: 11, Value: "@maker.test"}}
		wantKind(t, failed(acc.Posts.Publish(ctx, request(mention))), provider.Rejected)
		expired := newStub(t, map[string]http.HandlerFunc{putting: says(400, named("ExpiredToken")), renewing: leak})
		wantKind(t, failed(expired.open(t, nil).Posts.Publish(ctx, request(text("Hello")))), provider.Rejected)
	}
}

func failed[T any](_ T, err error) error { return err }

// TestTokensStayHome has every answer point elsewhere: redirects, and the DID
// document of the session.
func TestTokensStayHome(t *testing.T) {
	t.Parallel()
	stolen := make(chan string, 100)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stolen <- r.URL.Path + " " + r.Header.Get("Authorization")
	}))
	t.Cleanup(thief.Close)
	document := `"didDoc":{"service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"` + thief.URL + `"}]}`
	routes := map[string]http.HandlerFunc{signingIn: says(200, strings.Replace(newSession, `"active":true`, document, 1))}
	for i, m := range []string{putting, batching, getting, listing, deleting, uploading, resolving, renewing} {
		routes[m] = says([]int{301, 302, 303, 307, 308}[i%5], "", "Location: "+thief.URL+"/xrpc/"+m)
	}
	s := newStub(t, routes)
	acc, ctx := s.open(t, nil), t.Context()
	_, _ = acc.Posts.Publish(ctx, request(text("Hello")))
	_, _ = acc.Posts.Get(ctx, "3jzfcijpj2z2a")
	_ = acc.Posts.Delete(ctx, "3jzfcijpj2z2a")
	_ = last(acc)
	_, _ = acc.Profile.GetProfile(ctx)
	s.mu.Lock()
	s.routes[getting] = says(400, notThere)
	s.mu.Unlock()
	_, _ = acc.Posts.Publish(ctx, request(text("Hello")))
	_, _ = acc.Profile.SetProfile(ctx, content.Face{Name: "Acme"})
	thief.Close()
	close(stolen)
	for what := range stolen {
		t.Errorf("another host got %q", what)
	}
	for _, r := range s.seen {
		if strings.Contains(r.query, access) || r.method != signingIn && (strings.Contains(r.body, password) || r.auth != "Bearer "+access) {
			t.Errorf("%s: a secret is not where it belongs: %+v", r.method, r)
		}
	}
}

// TestListingThatProvesNothing has listings that repeat themselves or hold what
// is not ours, which are errors, and ones that end.
func TestListingThatProvesNothing(t *testing.T) {
	t.Parallel()
	entry := func(repo, key, value string) string {
		return `{"uri":"at://` + repo + `/app.bsky.feed.post/` + key + `","cid":"c","value":` + value + `}`
	}
	page := func(cursor string, entries ...string) http.HandlerFunc {
		return says(200, `{"cursor":"`+cursor+`","records":[`+strings.Join(entries, ",")+`]}`)
	}
	a, b := entry(did, "b", `{"text":"b","createdAt":"2026-01-02T03:04:05Z"}`), entry(did, "my own key", `{}`)
	odd := entry(did, "a-strange_key", `{"text":"odd","createdAt":"yesterday"}`)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   int // -1: an error
	}{
		"two pages":           {inTurn(page("b", a), page("", odd)), 2},
		"a cursor to nothing": {inTurn(page("b", a), page("b")), 1},
		"the same again":      {page("b", a), -1},
		"another's":           {page("", entry("did:plc:other", "b", "{}")), -1},
		"no key":              {page("", b), -1},
		"no list":             {says(200, `{"cursor":"b"}`), -1},
	} {
		acc := newStub(t, map[string]http.HandlerFunc{listing: c.answer}).open(t, nil)
		got, err := 0, error(nil)
		for o, e := range acc.Posts.List(t.Context()) {
			if e != nil {
				err = e
			} else if got++; o.ID == "" {
				t.Errorf("%s: no id", name)
			}
		}
		if (err != nil) != (c.want < 0) || err == nil && got != c.want {
			t.Errorf("%s: %d objects, %v", name, got, err)
		}
	}
}

// TestTaken has the server say that the record is there, which is ours then, or
// gone again, which is doubt.
func TestTaken(t *testing.T) {
	t.Parallel()
	taken := says(400, `{"error":"InvalidSwap","message":"Record was at bafyold"}`)
	there := func(w http.ResponseWriter, r *http.Request) {
		key := r.URL.Query().Get("rkey")
		says(200, `{"uri":"at://`+did+`/app.bsky.feed.post/`+key+`","cid":"bafyold","value":{"text":"Hello, earlier"}}`)(w, r)
	}
	s := newStub(t, map[string]http.HandlerFunc{putting: taken, getting: inTurn(says(400, notThere), there)})
	o, err := s.open(t, nil).Posts.Publish(t.Context(), request(text("Hello")))
	if err != nil || o.Fields["text"] != "Hello, earlier" {
		t.Errorf("%+v, %v", o, err)
	}
	if body := s.requests(putting)[0].body; !strings.Contains(body, `"swapRecord":null`) {
		t.Errorf("sent %s", body)
	}
	gone := newStub(t, map[string]http.HandlerFunc{putting: taken})
	_, err = gone.open(t, nil).Posts.Publish(t.Context(), request(text("Hello")))
	wantKind(t, err, provider.Ambiguous)
}

// TestOneRenewal lets the token expire under several calls at once: the session is
// renewed once, and each call repeated once.
func TestOneRenewal(t *testing.T) {
	t.Parallel()
	const fresh = "eyJmcmVzaA.fresh-token-value.sig"
	s := newStub(t, map[string]http.HandlerFunc{
		renewing: func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer "+refresh {
				says(401, named("AuthMissing"))(w, r)
				return
			}
			says(200, strings.Replace(newSession, access, fresh, 1))(w, r)
		},
		deleting: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+fresh {
				says(400, named("ExpiredToken"))(w, r)
				return
			}
			says(200, "{}")(w, r)
		},
	})
	acc := s.open(t, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := acc.Posts.Delete(t.Context(), "3jzfcijpj2z2a"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n, m := len(s.requests(renewing)), len(s.requests(deleting)); n != 1 || m > 16 {
		t.Errorf("%d renewals, %d requests", n, m)
	}
}
