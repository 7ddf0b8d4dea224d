package mastodontest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider/mastodon/mastodontest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

type api struct {
	*mastodontest.Server
	t     *testing.T
	url   string
	clock *memory.Clock
}

func newAPI(t *testing.T, o mastodontest.Options) *api {
	c := memory.NewClock(start)
	o.Clock = c
	s := mastodontest.New(o)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &api{s, t, h.URL, c}
}

// call sends JSON and returns the status and the answer; headers are pairs.
func (a *api) call(method, path, body string, headers ...string) (int, map[string]any) {
	a.t.Helper()
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer token")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	out := map[string]any{}
	_ = json.Unmarshal(b, &out)
	return resp.StatusCode, out
}

func (a *api) upload(data string) string {
	a.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	p, _ := w.CreateFormFile("file", "x")
	_, _ = io.WriteString(p, data)
	_ = w.Close()
	_, m := a.call("POST", "/api/v2/media", b.String(), "Content-Type", w.FormDataContentType())
	return fmt.Sprint(m["id"])
}

const png = "\x89PNG\r\n\x1a\n"

// TestRefusals: what real servers refuse, this one does.
func TestRefusals(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) string { return start.Add(d).Format(time.RFC3339) }
	for name, c := range map[string]struct {
		o    mastodontest.Options
		body string
		want int
	}{
		"a post":                   {mastodontest.Options{}, `{"status":"x"}`, 200},
		"a form":                   {mastodontest.Options{}, "", 200},
		"nothing in it":            {mastodontest.Options{}, `{"status":" "}`, 422},
		"501 letters":              {mastodontest.Options{}, `{"status":"` + strings.Repeat("x", 501) + `"}`, 422},
		"500 and a warning":        {mastodontest.Options{}, `{"status":"` + strings.Repeat("x", 500) + `","spoiler_text":"y"}`, 422},
		"a long address is 23":     {mastodontest.Options{}, `{"status":"` + strings.Repeat("x", 470) + ` https://example.com/` + strings.Repeat("y", 200) + `"}`, 200},
		"no discount elsewhere":    {mastodontest.Options{Flavour: mastodontest.GoToSocial}, `{"status":"` + strings.Repeat("x", 4900) + ` https://example.com/` + strings.Repeat("y", 200) + `"}`, 400},
		"a typing error":           {mastodontest.Options{}, `{"status":"x","sensitve":true}`, 400},
		"broken JSON":              {mastodontest.Options{}, `{"status":`, 400},
		"an unknown visibility":    {mastodontest.Options{}, `{"status":"x","visibility":"secret"}`, 422},
		"a parent that is not":     {mastodontest.Options{}, `{"status":"x","in_reply_to_id":"7"}`, 404},
		"media that are not":       {mastodontest.Options{}, `{"status":"x","media_ids":["7"]}`, 422},
		"one option":               {mastodontest.Options{}, `{"status":"x","poll":{"options":["a"],"expires_in":600}}`, 422},
		"the same option twice":    {mastodontest.Options{}, `{"status":"x","poll":{"options":["a","a"],"expires_in":600}}`, 422},
		"a poll too short":         {mastodontest.Options{}, `{"status":"x","poll":{"options":["a","b"],"expires_in":299}}`, 422},
		"a poll":                   {mastodontest.Options{}, `{"status":"x","poll":{"options":["a","b"],"expires_in":300}}`, 200},
		"a poll on Pixelfed":       {mastodontest.Options{Flavour: mastodontest.Pixelfed}, `{"status":"x","poll":{"options":["a","b"],"expires_in":300}}`, 422},
		"no picture on Pixelfed":   {mastodontest.Options{Flavour: mastodontest.Pixelfed}, `{"status":"x"}`, 403},
		"scheduled too soon":       {mastodontest.Options{}, `{"status":"x","scheduled_at":"` + in(5*time.Minute) + `"}`, 422},
		"scheduled":                {mastodontest.Options{}, `{"status":"x","scheduled_at":"` + in(6*time.Minute) + `"}`, 200},
		"content type elsewhere":   {mastodontest.Options{Flavour: mastodontest.GoToSocial}, `{"status":"x","content_type":"text/plain"}`, 200},
		"content type on Mastodon": {mastodontest.Options{}, `{"status":"x","content_type":"text/plain"}`, 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, c.o)
			var got int
			if c.body == "" {
				got, _ = a.call("POST", "/api/v1/statuses", "status=x&poll[options][]=a&poll[options][]=b&poll[expires_in]=600", "Content-Type", "application/x-www-form-urlencoded")
			} else {
				got, _ = a.call("POST", "/api/v1/statuses", c.body)
			}
			if got != c.want {
				t.Errorf("HTTP %d, want %d", got, c.want)
			}
			if n := len(a.Accepted()); n != 0 && got != 200 {
				t.Errorf("%d publications of a refused request", n)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	a := newAPI(t, mastodontest.Options{})
	if got, _ := a.call("GET", "/api/v1/accounts/verify_credentials", "", "Authorization", "Bearer wrong"); got != 401 {
		t.Errorf("HTTP %d, want 401", got)
	}
	_, _ = a.call("GET", "/api/v1/accounts/verify_credentials?access_token=token", "")
	if len(a.Complaints()) == 0 {
		t.Error("a token in the address is not complained of")
	}
	if got, _ := a.call("GET", "/api/v1/nothing", ""); got != 404 {
		t.Errorf("HTTP %d, want 404", got)
	}
}

// TestKeys: a key sent twice, on each flavour.
func TestKeys(t *testing.T) {
	t.Parallel()
	for flavour, want := range map[mastodontest.Flavour]struct{ status, posts int }{
		mastodontest.Mastodon: {200, 1}, mastodontest.GoToSocial: {200, 2}, mastodontest.Pleroma: {200, 1}, mastodontest.Pixelfed: {400, 1},
	} {
		a := newAPI(t, mastodontest.Options{Flavour: flavour})
		body := fmt.Sprintf(`{"status":"x","media_ids":[%q]}`, a.upload(png))
		if flavour == mastodontest.GoToSocial {
			body = `{"status":"x"}`
		}
		_, _ = a.call("POST", "/api/v1/statuses", body, "Idempotency-Key", "k")
		got, _ := a.call("POST", "/api/v1/statuses", body, "Idempotency-Key", "k")
		if n := len(a.Accepted()); got != want.status || n != want.posts {
			t.Errorf("%s: HTTP %d and %d posts, want %+v", flavour, got, n, want)
		}
		a.clock.Advance(7 * time.Hour)
		if flavour == mastodontest.Mastodon {
			body = `{"status":"x"}`
			_, _ = a.call("POST", "/api/v1/statuses", body, "Idempotency-Key", "k")
			if n := len(a.Accepted()); n != 2 {
				t.Errorf("an old key is still known: %d posts", n)
			}
		}
	}
}

// TestEditReplaces: what an edit leaves out is gone.
func TestEditReplaces(t *testing.T) {
	t.Parallel()
	a := newAPI(t, mastodontest.Options{})
	_, made := a.call("POST", "/api/v1/statuses", fmt.Sprintf(`{"status":"x","spoiler_text":"y","media_ids":[%q]}`, a.upload(png)))
	path := "/api/v1/statuses/" + fmt.Sprint(made["id"])
	if _, got := a.call("PUT", path, `{"status":"z"}`); len(got["media_attachments"].([]any)) != 0 || got["spoiler_text"] != "" || got["edited_at"] == nil {
		t.Errorf("%v", got)
	}
	_, _ = a.call("PUT", path, `{"status":"z"}`)
	if n := a.Live()[0].Edits; n != 1 {
		t.Errorf("%d edits, want 1: nothing changed the second time", n)
	}
}

// TestLostAnswer: the journal has what the client never heard of.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for f, want := range map[memory.FaultKind]int{
		memory.LostResponse: 1, memory.Refused: 0, memory.ErrorBefore: 0, memory.ErrorAfter: 1, memory.Throttled: 0,
		memory.NotSupported: 0, memory.Duplicate: 2, memory.NoFault: 1,
	} {
		a := newAPI(t, mastodontest.Options{})
		a.Break(memory.OpPublish, memory.Fault{Kind: f})
		_, _ = a.call("POST", "/api/v1/statuses", `{"status":"x"}`)
		if n := len(a.Accepted()); n != want {
			t.Errorf("%s: %d publications, want %d", f, n, want)
		}
	}
}

// TestScheduleRuns: an entry becomes a post once, at its time, unless it is lost.
func TestScheduleRuns(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		a := newAPI(t, mastodontest.Options{})
		if lost {
			a.Break(memory.OpDue, memory.Fault{Kind: memory.ScheduleLost})
		}
		_, e := a.call("POST", "/api/v1/statuses", `{"status":"x","scheduled_at":"`+start.Add(time.Hour).Format(time.RFC3339)+`"}`)
		if e["scheduled_at"] == nil || len(a.Accepted()) != 0 {
			t.Fatalf("%v", e)
		}
		a.clock.Advance(time.Hour)
		if n := len(a.Accepted()); n != 1 && !lost || n != 0 && lost {
			t.Errorf("lost %t: %d publications", lost, n)
		}
	}
}
