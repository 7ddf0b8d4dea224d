package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/notify"
	"github.com/smmctl/smmctl/engine/provider"
)

var at = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

func outcomes(hostile string) []notify.Outcome {
	k := content.Key{Post: "snow", Account: "acme-mastodon"}
	return []notify.Outcome{
		{Kind: notify.Published, Key: k, Account: k.Account, Generation: 2, At: at, URL: hostile},
		{Kind: notify.Missed, Key: k, Account: k.Account, Generation: 1, At: at, Detail: hostile},
		{Kind: notify.Unknown, Key: k, Account: k.Account, Generation: 1, At: at, Detail: hostile},
		{Kind: notify.Drift, Key: k, Account: k.Account, Generation: 1, Live: "0123456789abcdef0", URL: hostile, Fields: []string{hostile, "text"}},
		{Kind: notify.Credential, Account: k.Account, At: at},
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	want := []string{
		"published:snow@acme-mastodon:2", "missed:snow@acme-mastodon:1:2026-12-03T09:30:00Z", "unknown:snow@acme-mastodon:1:2026-12-03T09:30:00Z",
		"drift:snow@acme-mastodon:1:0123456789abcdef", "credential:acme-mastodon:2026-12-03",
	}
	for i, o := range outcomes("") {
		if o.Identity() != want[i] {
			t.Errorf("%s, want %s", o.Identity(), want[i])
		}
	}
}

// What a post, a platform or an address says neither pings nor links, and an
// address of ours links.
func TestMessagesAreHarmless(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		"<!channel> @channel @here @everyone <@U123> <https://evil.example|a bank>",
		"`` ` @all ``` https://evil.example\n\n# Head", "a\u202eb\u200b@here\x00", "https://a.example/<!here>", "javascript:alert(1)",
		"http://a.example/", "https://u:p@a.example/", strings.Repeat("&", 5000), strings.Repeat("@here `", 900),
	} {
		for _, o := range outcomes(hostile) {
			text := o.Message().Text
			if n := len([]rune(text)); n > notify.MaxText {
				t.Errorf("%s: %d characters", o.Kind, n)
			}
			for _, bad := range []string{"<", ">", "@channel", "@here", "@all", "@everyone", "\u202e", "\x00"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s has %q: %s", o.Kind, bad, text)
				}
			}
			for i, part := range strings.Split(text, "`") {
				if i%2 == 0 && (strings.Contains(part, "evil") || strings.Contains(part, "@") || strings.Contains(part, "://")) {
					t.Errorf("%s: outside of a code span: %s", o.Kind, text)
				}
			}
			if strings.Count(text, "`")%2 != 0 {
				t.Errorf("%s: an open code span: %s", o.Kind, text)
			}
		}
	}
	good := outcomes("https://social.example/@acme/1?a=1&b=2")[0].Message().Text
	if want := "Published: `snow@acme-mastodon`\nhttps://social.example/%40acme/1?a=1&amp;b=2"; good != want {
		t.Errorf("%s\nwant\n%s", good, want)
	}
}

func TestMessagesSayWhatToDo(t *testing.T) {
	t.Parallel()
	for i, want := range []string{"Published", "new `publish_at`", "`smmctl resolve snow@acme-mastodon --published URL` or `smmctl resolve snow@acme-mastodon --not-published`", "`smmctl diff`", "expires on 2026-12-03"} {
		if text := outcomes("it rained")[i].Message().Text; !strings.Contains(text, want) {
			t.Errorf("%s\nlacks %s", text, want)
		}
	}
}

// Every answer, and none, says whether the message may have arrived; no error
// shows the address.
func TestSend(t *testing.T) {
	t.Parallel()
	const token = "T0K3N-of-the-webhook"
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	t.Cleanup(other.Close)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		kind    provider.Kind
	}{
		"ok":         {answer(200, "ok"), ""},
		"no content": {answer(204, ""), ""},
		"refused":    {answer(400, "invalid_payload "+token), provider.Rejected},
		"forbidden":  {answer(403, "no /services/"+token), provider.Unauthorized},
		"gone":       {answer(404, "no_service"), provider.NotFound},
		"throttled":  {answer(429, ""), provider.Throttled},
		"broken":     {answer(500, token), provider.Ambiguous},
		"moved": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, provider.Rejected},
		"see other":   {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusSeeOther) }, provider.Ambiguous},
		"endless":     {answer(200, strings.Repeat("a", 1<<20)), provider.Ambiguous},
		"cut":         {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, provider.Ambiguous},
		"own message": {answer(400, `{"error": "bad `+token+`"}`), provider.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(c.handler)
			defer s.Close()
			err := sender().Send(context.Background(), provider.NewSecret(s.URL+"/services/"+token), notify.Message{Text: "a"})
			judge(t, err, c.kind, token)
		})
	}
	if elsewhere != 0 {
		t.Error("a redirect was followed")
	}
}

func judge(t *testing.T, err error, kind provider.Kind, token string) {
	t.Helper()
	switch {
	case kind == "":
		if err != nil {
			t.Error(err)
		}
		return
	case err == nil:
		t.Fatal("no error")
	case provider.KindOf(err) != kind:
		t.Errorf("%s, want %s: %v", provider.KindOf(err), kind, err)
	case strings.Contains(err.Error(), token):
		t.Errorf("the address shows: %v", err)
	}
	if notify.Sent(err) != (kind == provider.Ambiguous) {
		t.Errorf("may it have arrived? %v", err)
	}
}

func TestSendToNobody(t *testing.T) {
	t.Parallel()
	const token = "T0K3N-of-the-webhook"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + l.Addr().String()
	l.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	for _, address := range []string{
		refused, strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), // an unknown certificate
		"http://chat.example", "ftp://chat.example", "chat.example", "::",
	} {
		err := sender().Send(context.Background(), provider.NewSecret(address+"/"+token), notify.Message{Text: "a"})
		judge(t, err, provider.Unsent, token)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	judge(t, sender().Send(ctx, provider.NewSecret(refused+"/"+token), notify.Message{Text: "a"}), provider.Unsent, token)
}

// The request is Slack's simplest: JSON with a text.
func TestRequest(t *testing.T) {
	t.Parallel()
	var body map[string]any
	var kind, agent string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&body)
		kind, agent = r.Header.Get("Content-Type"), r.UserAgent()
	}))
	t.Cleanup(s.Close)
	m := notify.Message{Text: "a\n`b` & \"c\""}
	if err := sender().Send(context.Background(), provider.NewSecret(s.URL), m); err != nil {
		t.Fatal(err)
	}
	if len(body) != 1 || body["text"] != m.Text || kind != "application/json" || agent != "smmctl/test" {
		t.Errorf("%v, %s, %s", body, kind, agent)
	}
}

func sender() notify.Sender {
	return notify.Sender{Clock: clock.System{}, UserAgent: "smmctl/test"}
}
