package vktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

// caller calls the server as a client does that keeps every rule, but for change.
type caller struct {
	t      *testing.T
	url    string
	change func(*http.Request)
}

func (c caller) call(method, params string) (code int, response any) {
	c.t.Helper()
	form, err := url.ParseQuery(params)
	if err != nil {
		c.t.Fatal(err)
	}
	form.Set("v", "5.199")
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/method/"+method, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer token")
	req.Header.Set("User-Agent", "test")
	if c.change != nil {
		c.change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var a struct {
		Response any `json:"response"`
		Error    struct {
			Code int `json:"error_code"`
		} `json:"error"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: HTTP %d, %v", method, resp.StatusCode, err)
	}
	return a.Error.Code, a.Response
}

func start(t *testing.T, o vktest.Options) (*vktest.Server, caller) {
	t.Helper()
	if o.Clock == nil {
		o.Clock = memory.NewClock(time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC))
	}
	s, p, _ := vktest.Run(t, o, nil)
	return s, caller{t: t, url: p.Server}
}

// What the table rejects is VK's error 100 and a complaint; what only VK's rules
// reject is an error and none.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, params string
		code           int
		complaint      bool
	}{
		{"wall.post", "owner_id=-1&from_group=1&message=Hello", 0, false},
		{"wall.post", "owner_id=-1&from_group=1&message=Hello&mesage=x", 100, true},
		{"wall.post", "owner_id=-1&from_group=1&message=Hello&friends_only=0", 100, true}, // VK has it; we do not send it
		{"wall.post", "owner_id=acme&from_group=1&message=Hello", 100, true},
		{"wall.post", "owner_id=-1&from_group=yes&message=Hello", 100, true},
		{"wall.post", "owner_id=-1&from_group=1&message=Hello&publish_date=-5", 100, true},
		{"wall.post", "owner_id=-1&from_group=1&message=Hello&message=Again", 100, true},
		{"wall.post", "owner_id=-1&message=Hello", 0, true},
		{"wall.post", "owner_id=-2&from_group=1&message=Hello", 15, false},
		{"wall.post", "owner_id=-1&from_group=1", 100, false},
		{"wall.post", "owner_id=-1&from_group=1&message=Hello&attachments=photo-1_1", 100, false},
		{"wall.post", "owner_id=-1&from_group=1&message=Hello&attachments=https://a.example,https://b.example", 100, false},
		{"wall.post", "owner_id=-1&from_group=1&message=" + strings.Repeat("x", 16385), 100, false},
		{"wall.edit", "owner_id=-1&message=Hello", 100, true},
		{"wall.edit", "owner_id=-1&post_id=1&message=Hello&guid=x", 100, true},
		{"wall.edit", "owner_id=-1&post_id=77&message=Hello", 15, false},
		{"wall.edit", "owner_id=-1&post_id=1&message=Hello&topic_id=2", 100, true},
		{"wall.get", "owner_id=-1&filter=mine&count=10", 100, true},
		{"wall.get", "owner_id=-1&filter=owner&count=101", 100, false},
		{"wall.getById", "posts=5", 100, true},
		{"wall.getById", "", 100, true},
		{"wall.getById", "posts=-1_5,-1_6", 0, false},
		{"wall.delete", "owner_id=-1&post_id=77", 104, false},
		{"wall.unpin", "owner_id=-1&post_id=1", 15, false},
		{"polls.create", `owner_id=-1&question=Q&add_answers=["a"]&end_date=5`, 100, true},
		{"polls.create", `owner_id=-1&question=Q&add_answers=a`, 100, false},
		{"photos.saveWallPhoto", "group_id=1&photo=x&hash=x&server=848430", 121, false},
		{"photos.saveWallPhoto", "group_id=1&photo=x&hash=x&server=https", 100, true},
		{"photos.saveWallPhoto", "group_id=1&photo=x&hash=x&server=1", 118, false},
		{"photos.saveOwnerCoverPhoto", "hash=x&photo=x", 129, false},
		{"docs.save", "file=x", 105, false},
		{"groups.getById", "group_id=acme&fields=description,colour", 100, true},
		{"groups.edit", "group_id=0&title=x", 100, true},
		{"docs.save", "title=x", 100, true},
		{"wall.postAdsStealth", "owner_id=-1", 3, true},
	} {
		s, client := start(t, vktest.Options{})
		s.Foreign("There before") // number 1
		code, _ := client.call(c.method, c.params)
		if complaints := s.Complaints(); code != c.code || (len(complaints) > 0) != c.complaint {
			t.Errorf("%s %.60s: code %d, want %d; complaints %v", c.method, c.params, code, c.code, complaints)
		}
	}
}

// What no client should do.
func TestServerComplains(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*http.Request){
		"token in the address": func(r *http.Request) { r.URL.RawQuery = "access_token=token" },
		"token in the body": func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("access_token=token&v=5.199"))
			r.ContentLength = -1
		},
		"another version": func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("v=5.131"))
			r.ContentLength = -1
		},
		"JSON":          func(r *http.Request) { r.Header.Set("Content-Type", "application/json") },
		"GET":           func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0 },
		"no User-Agent": func(r *http.Request) { r.Header.Set("User-Agent", "") },
	} {
		s, client := start(t, vktest.Options{})
		client.change = change
		client.call("account.getAppPermissions", "")
		if len(s.Complaints()) == 0 {
			t.Errorf("%s: no complaint", name)
		}
	}
	s, client := start(t, vktest.Options{})
	_, v := client.call("photos.getWallUploadServer", "group_id=1")
	address, _ := v.(map[string]any)["upload_url"].(string)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer token")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if c := s.Complaints(); len(c) == 0 || !strings.Contains(c[0], "upload server") {
		t.Errorf("the token at the upload server: %v", c)
	}
}

func TestServerRefusesTokens(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"user": 0, "group": 27, "service": 28} {
		s, client := start(t, vktest.Options{TokenKind: kind})
		if code, _ := client.call("wall.post", "owner_id=-1&from_group=1&message=Hello"); code != want {
			t.Errorf("%s: code %d, want %d", kind, code, want)
		}
		client.change = func(r *http.Request) { r.Header.Set("Authorization", "Bearer other") }
		if code, _ := client.call("wall.post", "owner_id=-1&from_group=1&message=Hello"); code != 5 {
			t.Errorf("another token: code %d", code)
		}
		if n := len(s.Accepted()); n != 1 && kind == "user" || n != 0 && kind != "user" {
			t.Errorf("%s: %d accepted", kind, n)
		}
	}
}

// The record is what the suites believe.
func TestServerKeepsTheRecord(t *testing.T) {
	t.Parallel()
	clock := memory.NewClock(time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC))
	s, client := start(t, vktest.Options{Clock: clock, Guid: time.Hour, PerSecond: 5})
	post := func(message, more string) float64 {
		code, v := client.call("wall.post", "owner_id=-1&from_group=1&message="+message+more)
		if code != 0 {
			t.Fatalf("code %d", code)
		}
		return v.(map[string]any)["post_id"].(float64)
	}
	first := post("One.", "&guid=a")
	if again := post("One.", "&guid=a"); again != first {
		t.Error("a guid that is remembered made a second post")
	}
	post("Later.", "&publish_date=1796293800") // 10:30
	s.Foreign("A stranger's.")
	if code, _ := client.call("wall.delete", "owner_id=-1&post_id=1"); code != 0 {
		t.Errorf("code %d", code)
	}
	if got := strings.Join(s.Accepted(), " "); got != "One." {
		t.Errorf("accepted %q", got)
	}
	if code, _ := client.call("wall.get", "owner_id=-1&filter=owner&count=1"); code != 0 {
		t.Errorf("the fifth request of a second: code %d", code)
	}
	if code, _ := client.call("wall.get", "owner_id=-1&filter=owner&count=1"); code != 6 {
		t.Errorf("the sixth request of a second: code %d", code)
	}
	clock.Advance(time.Hour)
	if got := strings.Join(s.Accepted(), " "); got != "One. Later." {
		t.Errorf("accepted %q", got)
	}
	if got := strings.Join(s.Live(), " "); got != "A stranger's. Later." {
		t.Errorf("live %q", got)
	}
	if post("One.", "&guid=a") == first {
		t.Error("a guid is remembered for more than its time")
	}
	if c := s.Complaints(); len(c) > 0 {
		t.Error(c)
	}
}
