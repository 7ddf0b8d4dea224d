package discord_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
)

// echo are answers that repeat what only the request's address has.
var echo = map[string]http.HandlerFunc{
	"in a message":          says(400, `{"code":50035,"message":"no /webhooks/`+discordtest.ID+`/`+discordtest.Token+` here"}`),
	"in a message, escaped": says(400, `{"code":50035,"message":"no \u0061`+discordtest.Token[1:]+`"}`),
	"in a field's error":    says(400, `{"code":50035,"message":"no","errors":{"`+discordtest.Token+`":{"_errors":[{"message":"`+discordtest.Token+`"}]}}}`),
	"cut short":             says(400, `{"code":50035,"message":"no `+discordtest.Token[:20]+`…"}`),
	"cut by us":             says(400, `{"code":50035,"message":"`+strings.Repeat("x", 280)+discordtest.Token+`"}`),
	"cut by us, in a field": says(400, `{"code":50035,"message":"no","errors":{"a":{"_errors":[{"message":"`+strings.Repeat("x", 180)+discordtest.Token+`"}]}}}`),
	"as a code":             says(400, `{"code":"`+discordtest.Token+`","message":"no"}`),
	"in a redirect":         says(307, "", "Location: https://elsewhere.example"+hookPath),
	"in a redirect to junk": says(302, "", "Location: http://["+hookPath),
	"in a type error":       says(200, `{"id":"`+discordtest.Token+`","type":"`+discordtest.Token+`"}`),
	"in what is no JSON":    says(200, discordtest.Token),
	"in a header":           says(502, "", "Retry-After: "+discordtest.Token),
	"no answer":             dies,
}

// TestNoErrorShowsTheToken makes every call fail in every way.
func TestNoErrorShowsTheToken(t *testing.T) {
	t.Parallel()
	for name, answer := range echo {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{
				posting: answer, "PATCH" + onMessage: answer, "DELETE" + onMessage: answer, "GET" + onMessage: answer, "PATCH " + hookPath: answer,
			})
			acc := s.open(t)
			for call, err := range calls(acc) {
				hides(t, call, err)
			}
			_, err := newStub(t, map[string]http.HandlerFunc{"GET " + hookPath: answer}).tryOpen()
			hides(t, "open", err)
		})
	}
}

func calls(acc *provider.Account) map[string]error {
	ctx := context.Background()
	out := map[string]error{"delete": acc.Posts.Delete(ctx, messageID)}
	_, out["publish"] = acc.Posts.Publish(ctx, post("Hello"))
	_, out["edit"] = acc.Posts.Edit(ctx, messageID, post("Hello"))
	_, out["get"] = acc.Posts.Get(ctx, messageID)
	_, out["profile"] = acc.Profile.SetProfile(ctx, content.Face{Name: "Acme"})
	return out
}

// hides walks all that an error holds, as any printer may.
func hides(t *testing.T, call string, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, text := range []string{e.Error(), fmt.Sprintf("%v", e), fmt.Sprintf("%q", e)} {
			if strings.Contains(text, discordtest.Token[:8]) || strings.Contains(text, "%61"+discordtest.Token[1:]) {
				t.Errorf("%s shows the token: %s", call, text)
			}
		}
	}
}

// TestUnreachableShowsNothing meets failures of the network itself.
func TestUnreachableShowsNothing(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	acc := s.open(t)
	s.Close()
	for call, err := range calls(acc) {
		hides(t, call, err)
		if !provider.Is(err, provider.Unsent) {
			t.Errorf("%s: %v is %s", call, err, provider.KindOf(err))
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := acc.Posts.Publish(ctx, post("Hello"))
	hides(t, "cancelled", err)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not context.Canceled", err)
	}
}

// TestCredentialErrors checks those before the first request.
func TestCredentialErrors(t *testing.T) {
	t.Parallel()
	r := newRig(t, discordtest.Options{})
	for name, address := range map[string]string{
		"another host": "https://elsewhere.example/api/webhooks/" + discordtest.ID + "/" + discordtest.Token,
		"cut":          strings.TrimSuffix(discordtest.Address(r.http.URL), discordtest.Token[10:]),
		"doubled":      discordtest.Address(r.http.URL) + discordtest.Address(r.http.URL),
	} {
		cfg := r.config(false)
		cfg.Credential = func(string) (provider.Secret, error) { return provider.NewSecret(address), nil }
		_, err := openWith(cfg)
		wantKind(t, err, provider.Unauthorized)
		hides(t, name, err)
	}
	cfg := r.config(false)
	cfg.Credential = nil
	_, err := openWith(cfg)
	wantKind(t, err, provider.Unauthorized)
}
