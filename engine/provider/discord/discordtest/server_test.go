package discordtest_test

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

	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var start = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

// desk is a client that can be as rude as it likes.
type desk struct {
	*discordtest.Server
	t     *testing.T
	clock *memory.Clock
	http  *httptest.Server
	agent string
}

func newDesk(t *testing.T, o discordtest.Options) *desk {
	t.Helper()
	c := memory.NewClock(start)
	o.Clock = c
	s := discordtest.New(o)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &desk{s, t, c, h, "DiscordBot (https://smmctl.example, 1)"}
}

const own = "/api/v10/webhooks/" + discordtest.ID + "/" + discordtest.Token

// call sends JSON, or a form where kind says so, and returns status and code.
func (d *desk) call(method, path, kind, body string) (status int, answer map[string]any) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.http.URL+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", d.agent)
	resp, err := d.http.Client().Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = json.Unmarshal(b, &answer)
	return resp.StatusCode, answer
}

const (
	asJSON = "application/json"
	hello  = `{"content":"Hello","allowed_mentions":{"parse":[]}}`
)

func (d *desk) post(body string) (int, map[string]any) {
	return d.call(http.MethodPost, own+"?wait=true", asJSON, body)
}

// message posts one and returns the path to it.
func (d *desk) message() string {
	d.t.Helper()
	status, o := d.post(hello)
	if status != http.StatusOK {
		d.t.Fatalf("%d %v", status, o)
	}
	return own + "/messages/" + o["id"].(string)
}

// form is a multipart body of fields and files, in pairs.
func form(fields map[string]string, files ...string) (kind, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	for i := 0; i < len(files); i += 2 {
		f, _ := w.CreateFormFile(files[i], files[i]+".png")
		_, _ = io.WriteString(f, files[i+1])
	}
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

// TestStrangers: who has no webhook, or the wrong one.
func TestStrangers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, discordtest.Options{})
	at := d.message()
	for path, want := range map[string][2]float64{
		"/api/v10/webhooks/1180000000000000009/" + discordtest.Token: {404, 10015},
		"/api/v10/webhooks/" + discordtest.ID + "/another":           {401, 50027},
		"/api/v10/webhooks/" + discordtest.ID:                        {404, 0},
		"/api/webhooks/" + discordtest.ID + "/" + discordtest.Token:  {404, 0},
		own + "/messages/77777":                                      {404, 10008},
		own + "/messages/last":                                       {400, 50035},
		at + "?thread_id=news":                                       {400, 50035},
		at + "?thread_id=099999":                                     {400, 50035},
		at + "?thread_id=77777":                                      {404, 10003},
		own + "/messages/" + d.Foreign("Somebody's"):                 {404, 10008},
	} {
		if status, o := d.call(http.MethodGet, path, "", ""); float64(status) != want[0] || o["code"] != want[1] {
			t.Errorf("%s: %d %v", path, status, o)
		}
	}
	if status, _ := d.call(http.MethodPut, at, asJSON, hello); status != 405 {
		t.Errorf("PUT: %d", status)
	}
}

// TestEdits: what is left out stays, what is named goes, files included.
func TestEdits(t *testing.T) {
	t.Parallel()
	d := newDesk(t, discordtest.Options{})
	at := d.message()
	kind, body := form(map[string]string{"payload_json": `{"allowed_mentions":{"parse":[]},"attachments":[{"id":"7","description":"d"}]}`}, "files[7]", "x")
	_, o := d.call(http.MethodPatch, at, kind, body)
	files, _ := o["attachments"].([]any)
	if o["content"] != "Hello" || len(files) != 1 || files[0].(map[string]any)["description"] != "d" || o["edited_timestamp"] == nil {
		t.Fatalf("%v", o)
	}
	id := files[0].(map[string]any)["id"]
	_, o = d.call(http.MethodPatch, at, asJSON, fmt.Sprintf(`{"content":"","attachments":[{"id":%q}],"allowed_mentions":{"parse":[]}}`, id))
	if files, _ = o["attachments"].([]any); o["content"] != "" || len(files) != 1 || files[0].(map[string]any)["description"] != "d" {
		t.Errorf("%v", o)
	}
	for name, c := range map[string]struct {
		body string
		code float64
	}{
		"nothing left":   {`{"attachments":[],"allowed_mentions":{"parse":[]}}`, 50006},
		"another's file": {`{"attachments":[{"id":"5"}],"allowed_mentions":{"parse":[]}}`, 50035},
		"a name":         {`{"content":"x","username":"x"}`, 50035},
		"a poll":         {`{"poll":{"question":{"text":"x"},"answers":[{"poll_media":{"text":"x"}}]}}`, 50035},
		"components":     {`{"content":"x","components":[]}`, 50035},
	} {
		if status, o := d.call(http.MethodPatch, at, asJSON, c.body); status != 400 || o["code"] != c.code {
			t.Errorf("%s: %d %v", name, status, o)
		}
	}
	_, o = d.post(`{"allowed_mentions":{"parse":[]},"poll":{"question":{"text":"x"},"answers":[{"poll_media":{"text":"x"}}]}}`)
	if status, o := d.call(http.MethodPatch, own+"/messages/"+o["id"].(string), asJSON, hello); status != 400 || o["code"] != 520003.0 {
		t.Errorf("the edit of a poll: %d %v", status, o)
	}
	if c := d.Complaints(); len(c) > 0 {
		t.Errorf("complaints %v", c)
	}
}

// TestFaces: what a webhook cannot be called, or look like.
func TestFaces(t *testing.T) {
	t.Parallel()
	d := newDesk(t, discordtest.Options{})
	for _, body := range []string{
		`{"name":null}`, `{"name":""}`, `{"name":"` + strings.Repeat("w", 81) + `"}`, `{"name":"Discord"}`, `{"channel_id":"1"}`,
		`{"avatar":"picture.png"}`, `{"avatar":"data:image/png;base64,AAAA"}`, `{"avatar":5}`,
	} {
		if status, o := d.call(http.MethodPatch, own, asJSON, body); status != 400 || o["code"] != 50035.0 {
			t.Errorf("%s: %d %v", body, status, o)
		}
	}
	if _, o := d.call(http.MethodPatch, own, asJSON, `{"name":"Acme News","avatar":null}`); o["name"] != "Acme News" {
		t.Errorf("%v", o)
	}
}

// TestComplaints: each rudeness is complained of, and politeness is not.
func TestComplaints(t *testing.T) {
	t.Parallel()
	for name, rude := range map[string]func(*desk){
		"User-Agent":       func(d *desk) { d.agent = "Go-http-client/1.1"; d.post(hello) },
		"wait":             func(d *desk) { d.call(http.MethodPost, own, asJSON, hello) },
		"allowed_mentions": func(d *desk) { d.post(`{"content":"x"}`) },
		"parameter":        func(d *desk) { d.call(http.MethodPost, own+"?wait=true&nonce=1", asJSON, hello) },
		"only in the path": func(d *desk) { d.call(http.MethodGet, own+"?thread_id="+discordtest.Token, "", "") },
		"is gone":          func(d *desk) { d.Retire(); d.post(hello); d.post(hello) },
		"before the time":  func(d *desk) { d.throttle(); d.clock.Advance(time.Second); d.post(hello) },
		"without an entry": func(d *desk) {
			kind, body := form(map[string]string{"payload_json": hello}, "files[0]", "x")
			d.call(http.MethodPost, own+"?wait=true", kind, body)
		},
		"does not name": func(d *desk) {
			kind, body := form(map[string]string{"payload_json": `{"content":"x","attachments":[],"allowed_mentions":{}}`}, "files[0]", "x")
			d.call(http.MethodPost, own+"?wait=true", kind, body)
		},
		"must repeat": func(d *desk) {
			d.call(http.MethodPatch, d.message(), asJSON, `{"content":"x","flags":4096,"allowed_mentions":{}}`)
		},
		"": func(d *desk) { d.throttle(); d.clock.Advance(time.Minute); d.post(hello); d.Retire(); d.post(hello) },
	} {
		d := newDesk(t, discordtest.Options{})
		rude(d)
		all := strings.Join(d.Complaints(), "; ")
		if name == "" && all != "" || !strings.Contains(all, name) {
			t.Errorf("%q: complaints %q", name, all)
		}
	}
}

func (d *desk) throttle() {
	d.Break(memory.OpPublish, memory.Fault{Kind: memory.Throttled, Delay: 30 * time.Second})
	if status, o := d.post(hello); status != 429 || o["retry_after"] != 30.0 {
		d.t.Errorf("throttled: %d %v", status, o)
	}
}

// TestRecord: what the suites believe.
func TestRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t, discordtest.Options{})
	at := d.message()
	d.post(`{"content":"1\\. **One** of \\*three\\*.","allowed_mentions":{"parse":[]}}`)
	d.Foreign("Somebody's")
	d.Break(memory.OpPublish, memory.Fault{Kind: memory.ErrorAfter})
	if status, _ := d.post(hello); status != 502 {
		t.Errorf("status %d", status)
	}
	d.call(http.MethodDelete, at, "", "")
	accepted, live := strings.Join(d.Accepted(), "|"), strings.Join(d.Live(), "|")
	if accepted != "Hello|1. One of *three*.|Hello" || live != "1. One of *three*.|Hello|Somebody's" {
		t.Errorf("accepted %s; live %s", accepted, live)
	}
}
