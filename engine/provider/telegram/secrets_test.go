package telegram_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/telegram"
)

// TestTokenStays: whatever a server does, no error shows the token that stands in
// every address, and no other host is sent it.
func TestTokenStays(t *testing.T) {
	t.Parallel()
	var stolen []string
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stolen = append(stolen, r.URL.String())
		result(aMessage)(w, r)
	}))
	defer thief.Close()
	echo := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			says(status, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":"Bad Request: no %s here, %s, %s"}`, status, r.URL.Path, half, half[:14]))(w, r)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"an echo": echo(400), "an echo of 401": echo(401), "an echo of 500": echo(500),
		"a redirect away": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"a redirect here": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"/again", http.StatusFound)
		},
		"a bad redirect": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://[::1"+r.URL.Path)
			w.WriteHeader(301)
		},
		"a broken header":    func(w http.ResponseWriter, r *http.Request) { raw(w, "HTTP/1.1 200 OK\r\n"+r.URL.Path+"\r\n\r\n") },
		"no HTTP":            func(w http.ResponseWriter, r *http.Request) { raw(w, r.URL.Path+r.URL.Path) },
		"no answer":          dies,
		"no JSON but a path": func(w http.ResponseWriter, r *http.Request) { says(200, `{"ok":true,"result":"`+r.URL.Path+`"}`)(w, r) },
	} {
		s := newStub(t, answers{"sendMessage": answer, "editMessageText": answer, "deleteMessage": answer, "pinChatMessage": answer})
		a, ctx := s.open(t), context.Background()
		_, publish := a.Posts.Publish(ctx, post("Hello"))
		_, edit := a.Posts.Edit(ctx, "17", post("Hello"))
		for _, err := range []error{publish, edit, a.Posts.Delete(ctx, "17"), a.Pins.Pin(ctx, "17"), opening(t, answer)} {
			if err == nil {
				t.Errorf("%s: no error", name)
				continue
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, half[:10]) {
				t.Errorf("%s: %s", name, text)
			}
		}
		if text := fmt.Sprintf("%v %+v %#v", a, a.Posts, a.Identity); strings.Contains(text, half) {
			t.Errorf("%s: the account shows it", name)
		}
	}
	if len(stolen) > 0 {
		t.Errorf("another host got %q", stolen)
	}
}

// opening signs in where every answer is the same.
func opening(t *testing.T, answer http.HandlerFunc) error {
	_, err := newStub(t, answers{"getMe": answer}).tryOpen()
	return err
}

// raw writes bytes of our own to the connection.
func raw(w http.ResponseWriter, text string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = conn.Write([]byte(text))
	_ = conn.Close()
}

// TestUnreachable: errors of dialling and of names carry the address.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	s.Close()
	_, err := s.tryOpen()
	wantKind(t, err, provider.Unsent)
}

func TestToken(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	for token, ok := range map[string]bool{
		secret: true, " " + secret + "\n": true,
		"": false, "x": false, half: false, "987654321:": false, secret + "/../getMe": false, secret + "?a=b": false, secret + "#": false, "bot" + secret: false,
	} {
		_, err := telegram.Driver().Open(context.Background(), provider.Config{
			Account:    content.Account{Server: s.URL, Options: map[string]any{"chat": "@acme_news"}},
			Credential: func(string) (provider.Secret, error) { return provider.NewSecret(token), nil },
			HTTP:       s.Client(), Clock: s.clock,
		})
		if ok && err != nil {
			t.Errorf("%v", err)
		}
		if !ok {
			wantKind(t, err, provider.Unauthorized)
		}
	}
	_, err := telegram.Driver().Open(context.Background(), provider.Config{Account: s.account, HTTP: s.Client(), Clock: s.clock})
	wantKind(t, err, provider.Unauthorized)
}
