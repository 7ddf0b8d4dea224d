package telegramtest_test

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

	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
	"github.com/smmctl/smmctl/engine/provider/telegram/telegramtest"
)

type answer struct {
	OK          bool
	Result      any
	Code        int `json:"error_code"`
	Description string
	Parameters  map[string]any
}

// post calls a method as a well-behaved client does.
func post(t *testing.T, url, method, kind string, body []byte) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/bot"+telegramtest.Token+"/"+method, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "test")
	return send(t, req)
}

func send(t *testing.T, req *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var a answer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	if a.OK != (resp.StatusCode == 200) || !a.OK && a.Code != resp.StatusCode {
		t.Errorf("status %d with %+v", resp.StatusCode, a)
	}
	return a
}

func call(t *testing.T, url, method, params string) answer {
	t.Helper()
	return post(t, url, method, "application/json", []byte(params))
}

// TestRefusals: what the real server refuses, and what the specification does not
// have, is refused here, and nothing is published.
func TestRefusals(t *testing.T) {
	t.Parallel()
	c := memory.NewClock(time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC))
	s := telegramtest.New(telegramtest.Options{Options: stage.Options{Clock: c}})
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	const to = `"chat_id":-1001234567890`
	entity := func(text string, all ...string) string {
		return fmt.Sprintf(`{%s,"text":%q,"entities":[%s]}`, to, text, strings.Join(all, ","))
	}
	mark := func(kind string, offset, length int, more ...string) string {
		return fmt.Sprintf(`{"type":%q,"offset":%d,"length":%d%s}`, kind, offset, length, strings.Join(more, ""))
	}
	for name, c := range map[string]struct{ method, params, want string }{
		"unknown method":         {"sendTelepathy", `{}`, "method not found"},
		"no chat":                {"sendMessage", `{"text":"x"}`, "chat_id of sendMessage is missing"},
		"no text":                {"sendMessage", `{` + to + `}`, "text of sendMessage is missing"},
		"unknown parameter":      {"sendMessage", `{` + to + `,"text":"x","txet":"y"}`, "unknown parameter"},
		"a parse mode":           {"sendMessage", `{` + to + `,"text":"x","parse_mode":"HTML"}`, "unknown parameter"},
		"a number for a text":    {"sendMessage", `{` + to + `,"text":5}`, "no String"},
		"a text for a flag":      {"sendMessage", `{` + to + `,"text":"x","disable_notification":"true"}`, "no Boolean"},
		"a fraction":             {"deleteMessage", `{` + to + `,"message_id":1.5}`, "no Integer"},
		"an unknown field":       {"sendMessage", `{` + to + `,"text":"x","reply_parameters":{"message_id":1,"x":1}}`, "unknown parameter"},
		"a missing field":        {"sendMessage", `{` + to + `,"text":"x","reply_parameters":{}}`, "message_id of ReplyParameters is missing"},
		"entities as text":       {"sendMessage", `{` + to + `,"text":"x","entities":"[]"}`, "no"},
		"another chat":           {"sendMessage", `{"chat_id":-100999,"text":"x"}`, "chat not found"},
		"empty":                  {"sendMessage", `{` + to + `,"text":" \n"}`, "message text is empty"},
		"too long":               {"sendMessage", `{` + to + `,"text":"` + strings.Repeat("x", 4095) + `👍"}`, "message is too long"},
		"an answer to nothing":   {"sendMessage", `{` + to + `,"text":"x","reply_parameters":{"message_id":99}}`, "message to be replied not found"},
		"beyond the text":        {"sendMessage", entity("abc", mark("bold", 1, 3)), "outside"},
		"of no length":           {"sendMessage", entity("abc", mark("bold", 1, 0)), "outside"},
		"half of a character":    {"sendMessage", entity("a👍b", mark("bold", 0, 2)), "middle"},
		"white space":            {"sendMessage", entity("a b", mark("bold", 0, 2)), "white space"},
		"crossing":               {"sendMessage", entity("abcdef", mark("bold", 0, 4), mark("italic", 2, 4)), "cross"},
		"bold in code":           {"sendMessage", entity("abcdef", mark("code", 0, 4), mark("bold", 0, 2)), "code"},
		"found by itself":        {"sendMessage", entity("#abc", mark("hashtag", 0, 4)), "found by the server"},
		"a link to nowhere":      {"sendMessage", entity("abc", mark("text_link", 0, 3)), "address"},
		"edit of nothing":        {"editMessageText", `{` + to + `,"message_id":99,"text":"x"}`, "message to edit not found"},
		"deletion of nothing":    {"deleteMessage", `{` + to + `,"message_id":99}`, "message to delete not found"},
		"pin of nothing":         {"pinChatMessage", `{` + to + `,"message_id":99}`, "message to pin not found"},
		"a photo by text":        {"sendPhoto", `{` + to + `,"photo":"attach://none"}`, "no photo"},
		"an album of one":        {"sendMediaGroup", `{` + to + `,"media":[{"type":"photo","media":"attach://a"}]}`, "2 to 10"},
		"an album of nothings":   {"sendMediaGroup", `{` + to + `,"media":[{"type":"photo","media":"x"},{"type":"photo","media":"x"}]}`, "failed to send message #1"},
		"an album of a new type": {"sendMediaGroup", `{` + to + `,"media":[{"type":"sticker","media":"x"}]}`, "sticker"},
		"a poll of none":         {"sendPoll", `{` + to + `,"question":"x","options":[]}`, "options"},
		"a poll too short":       {"sendPoll", `{` + to + `,"question":"x","options":[{"text":"a"}],"open_period":4}`, "open period"},
		"a long title":           {"setChatTitle", `{` + to + `,"title":"` + strings.Repeat("x", 129) + `"}`, "title"},
		"a long description":     {"setChatDescription", `{` + to + `,"description":"` + strings.Repeat("x", 256) + `"}`, "too long"},
		"the same description":   {"setChatDescription", `{` + to + `,"description":""}`, "not modified"},
	} {
		if a := call(t, h.URL, c.method, c.params); a.OK || !strings.Contains(a.Description, c.want) {
			t.Errorf("%s: %+v, want %q", name, a, c.want)
		}
	}
	if len(s.Accepted())+len(s.Live()) > 0 {
		t.Errorf("published %q", s.Accepted())
	}
}

// TestFiles: photos are looked at, and every file must be meant.
func TestFiles(t *testing.T) {
	t.Parallel()
	s := telegramtest.New(telegramtest.Options{})
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	for name, c := range map[string]struct {
		method, field string
		data          []byte
		want          string
	}{
		"no picture":       {"sendPhoto", "photo", []byte("text"), "IMAGE_PROCESS_FAILED"},
		"empty":            {"sendDocument", "document", nil, "non-empty"},
		"too large":        {"sendPhoto", "photo", make([]byte, 10<<20+1), "Too Large"},
		"meant by nothing": {"sendMessage", "photo", []byte("x"), "meant by no parameter"},
	} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("chat_id", fmt.Sprint(telegramtest.ChatID))
		_ = w.WriteField("text", "x")
		if c.method != "sendMessage" {
			b.Reset()
			w = multipart.NewWriter(&b)
			_ = w.WriteField("chat_id", fmt.Sprint(telegramtest.ChatID))
		}
		part, _ := w.CreateFormFile(c.field, "a.png")
		_, _ = part.Write(c.data)
		_ = w.Close()
		if a := post(t, h.URL, c.method, w.FormDataContentType(), b.Bytes()); a.OK || !strings.Contains(a.Description, c.want) {
			t.Errorf("%s: %+v, want %q", name, a, c.want)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	h := httptest.NewServer(telegramtest.New(telegramtest.Options{}))
	t.Cleanup(h.Close)
	for path, code := range map[string]int{
		"/bot1:wrong/getMe": 401, "/botx/getMe": 404, "/getMe": 404, "/": 404, "/bot" + telegramtest.Token + "/getThem": 404,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if a := send(t, req); a.Code != code {
			t.Errorf("%s: %+v, want %d", path, a, code)
		}
	}
}

// TestManners: each of these passes on the real server, and is complained of.
func TestManners(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*http.Request){
		"GET":                   func(r *http.Request) { r.Method = http.MethodGet },
		"no User-Agent":         func(r *http.Request) { r.Header.Set("User-Agent", "") },
		"Go's own":              func(r *http.Request) { r.Header.Del("User-Agent") },
		"a query":               func(r *http.Request) { r.URL.RawQuery = "text=x" },
		"the token in a header": func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+telegramtest.Token) },
		"the token in the text": func(r *http.Request) { body(r, `{"chat_id":-1001234567890,"text":"`+telegramtest.Token+`"}`) },
		"a chat by its name":    func(r *http.Request) { body(r, `{"chat_id":"@acme_news","text":"x"}`) },
		"an untidy text":        func(r *http.Request) { body(r, `{"chat_id":-1001234567890,"text":"x\r\n"}`) },
		"nothing":               nil,
	} {
		s := telegramtest.New(telegramtest.Options{})
		h := httptest.NewServer(s)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/bot"+telegramtest.Token+"/sendMessage", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("User-Agent", "test")
		body(req, `{"chat_id":-1001234567890,"text":"x"}`)
		if change != nil {
			change(req)
		}
		send(t, req)
		if n := len(s.Complaints()); (n > 0) != (change != nil) {
			t.Errorf("%s: %q", name, s.Complaints())
		}
		h.Close()
	}
}

func body(r *http.Request, text string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
}

// TestStage: what the suites believe.
func TestStage(t *testing.T) {
	t.Parallel()
	p := telegramtest.Start(t, stage.Options{})
	const message = `{"chat_id":-1001234567890,"text":"One of three."}`
	if a := call(t, p.Server, "sendMessage", message); !a.OK {
		t.Fatalf("%+v", a)
	}
	p.Break(memory.OpPublish, memory.Fault{Kind: memory.Throttled, Delay: 30 * time.Second})
	if a := call(t, p.Server, "sendMessage", message); a.Code != 429 || a.Parameters["retry_after"] != 30.0 || a.Description != "Too Many Requests: retry after 30" {
		t.Errorf("throttled: %+v", a)
	}
	p.Break(memory.OpPublish, memory.Fault{Kind: memory.ErrorBefore})
	if a := call(t, p.Server, "sendMessage", message); a.Code != 500 {
		t.Errorf("broken: %+v", a)
	}
	p.Break(memory.OpPublish, memory.Fault{Kind: memory.Duplicate})
	if a := call(t, p.Server, "sendMessage", message); !a.OK {
		t.Errorf("twice: %+v", a)
	}
	p.Foreign("Somebody's own")
	if n, live := len(p.Accepted()), p.Live(); n != 3 || len(live) != 4 || live[0] != "One of three." || live[3] != "Somebody's own" {
		t.Errorf("accepted %q, live %q", p.Accepted(), live)
	}
	if a := call(t, p.Server, "deleteMessage", `{"chat_id":-1001234567890,"message_id":1}`); !a.OK || len(p.Live()) != 3 || len(p.Accepted()) != 3 {
		t.Errorf("after a deletion: %+v, %q", a, p.Live())
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints %q", c)
	}
}
