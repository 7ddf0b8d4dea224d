package discord_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/discord/discordtest"
)

// code words a failure as Discord does.
func code(status, n int) http.HandlerFunc {
	return says(status, fmt.Sprintf(`{"message":"What Discord says","code":%d}`, n))
}

// TestPublishAnswers is the table of docs/providers/discord.md.
func TestPublishAnswers(t *testing.T) {
	t.Parallel()
	big := `{"id":"` + messageID + `","channel_id":"1","content":"` + strings.Repeat("x", 9<<20) + `"}`
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   provider.Kind // "" is success
	}{
		"a message":                           {says(200, aMessage), ""},
		"a message with wrong types in it":    {says(200, strings.Replace(aMessage, `"flags":0`, `"flags":"x","embeds":7,"poll":[]`, 1)), ""},
		"204, as without wait":                {says(204, ""), provider.Ambiguous},
		"success without a body":              {says(200, ""), provider.Ambiguous},
		"success without an id":               {says(200, `{"channel_id":"1"}`), provider.Ambiguous},
		"success without a channel":           {says(200, `{"id":"`+messageID+`"}`), provider.Ambiguous},
		"success with an id of null":          {says(200, `{"id":null,"channel_id":"1"}`), provider.Ambiguous},
		"success with an id that is no id":    {says(200, `{"id":"../x","channel_id":"1"}`), provider.Ambiguous},
		"success with an id that is a number": {says(200, `{"id":5,"channel_id":"1"}`), provider.Ambiguous},
		"success that is a list":              {says(200, `[]`), provider.Ambiguous},
		"success that is HTML":                {says(200, "<html>maintenance</html>"), provider.Ambiguous},
		"success cut short":                   {says(200, aMessage, "Content-Length: 9999"), provider.Ambiguous},
		"success without end":                 {says(200, big), provider.Ambiguous},
		"400 50035, invalid form":             {code(400, 50035), provider.Rejected},
		"400 50006, empty":                    {code(400, 50006), provider.Rejected},
		"400 220001, a forum":                 {code(400, 220001), provider.Rejected},
		"400 220003, no forum":                {code(400, 220003), provider.Rejected},
		"400 40067, a tag is wanted":          {code(400, 40067), provider.Rejected},
		"400 30046, edits of old messages":    {code(400, 30046), provider.Throttled},
		"400 40004, sending is switched off":  {code(400, 40004), provider.Throttled},
		"401":                                 {code(401, 0), provider.Unauthorized},
		"401 50027, another token":            {code(401, 50027), provider.Unauthorized},
		"403 50013, missing permission":       {code(403, 50013), provider.Unauthorized},
		"403 40333, HTML of Cloudflare":       {says(403, "<html>error code: 1010</html>"), provider.Unauthorized},
		"403 160005, thread locked":           {code(403, 160005), provider.Rejected},
		"403 200000, automatic moderation":    {code(403, 200000), provider.Rejected},
		"403 20016, slowmode":                 {code(403, 20016), provider.Throttled},
		"404 10015, webhook deleted":          {code(404, 10015), provider.Unauthorized},
		"404 10003, no such thread":           {code(404, 10003), provider.Rejected},
		"404 10087, no such tag":              {code(404, 10087), provider.Rejected},
		"404 of a proxy":                      {says(404, "<html>"), provider.Rejected},
		"405":                                 {code(405, 0), provider.Unsupported},
		"408":                                 {says(408, ""), provider.Ambiguous},
		"413 40005, too large":                {code(413, 40005), provider.Rejected},
		"413, HTML":                           {says(413, "<html>"), provider.Rejected},
		"429":                                 {says(429, `{"message":"You are being rate limited.","retry_after":1.5,"global":false}`), provider.Throttled},
		"429 of Cloudflare":                   {says(429, "<html>"), provider.Throttled},
		"429 with a code of a deleted one":    {code(429, 10015), provider.Throttled},
		"500":                                 {code(500, 0), provider.Ambiguous},
		"500 with a code of a refusal":        {code(500, 50035), provider.Ambiguous},
		"501":                                 {says(501, ""), provider.Unsupported},
		"502, gateway unavailable":            {says(502, "<html>Bad Gateway</html>"), provider.Ambiguous},
		"503 130000, overloaded":              {code(503, 130000), provider.Ambiguous},
		"504":                                 {says(504, ""), provider.Ambiguous},
		"301":                                 {says(301, "", "Location: https://elsewhere.example"+hookPath), provider.Rejected},
		"303":                                 {says(303, "", "Location: "+hookPath), provider.Ambiguous},
		"307":                                 {says(307, "", "Location: "+hookPath), provider.Rejected},
		"no answer":                           {dies, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{posting: c.answer})
			o, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
			if n := s.requests(posting); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if c.want != "" {
				wantKind(t, err, c.want)
				return
			}
			if err != nil || o.ID != messageID || o.Fields["text"] != "Hello" || o.URL != s.URL+"/channels/1180000000000000003/1180000000000000002/"+messageID {
				t.Errorf("%+v, %v", o, err)
			}
		})
	}
}

// TestOtherAnswers checks what edits, deletions and reads make of answers.
func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	edit := func(a *provider.Account) error { _, err := a.Posts.Edit(ctx, messageID, post("New")); return err }
	remove := func(a *provider.Account) error { return a.Posts.Delete(ctx, messageID) }
	get := func(a *provider.Account) error { _, err := a.Posts.Get(ctx, messageID); return err }
	rename := func(a *provider.Account) error {
		_, err := a.Profile.SetProfile(ctx, content.Face{Name: "Acme"})
		return err
	}
	for name, c := range map[string]struct {
		what   string
		answer http.HandlerFunc
		call   func(*provider.Account) error
		want   provider.Kind
	}{
		"edit, 404 10008":            {"PATCH" + onMessage, code(404, 10008), edit, provider.NotFound},
		"edit, 404 10015":            {"PATCH" + onMessage, code(404, 10015), edit, provider.Unauthorized},
		"edit, 404 without a code":   {"PATCH" + onMessage, says(404, ""), edit, provider.Rejected},
		"edit, 400 520003, a poll":   {"PATCH" + onMessage, code(400, 520003), edit, provider.Unsupported},
		"edit, 403 50005, another's": {"PATCH" + onMessage, code(403, 50005), edit, provider.Rejected},
		"edit, 400 50083, archived":  {"PATCH" + onMessage, code(400, 50083), edit, provider.Rejected},
		"edit, 429 30046":            {"PATCH" + onMessage, code(429, 30046), edit, provider.Throttled},
		"edit, 500":                  {"PATCH" + onMessage, code(500, 0), edit, provider.Ambiguous},
		"edit, no answer":            {"PATCH" + onMessage, dies, edit, provider.Ambiguous},
		"edit, empty success":        {"PATCH" + onMessage, says(200, "{}"), edit, provider.Ambiguous},
		"delete, 404 10008":          {"DELETE" + onMessage, code(404, 10008), remove, provider.NotFound},
		"delete, 404 10003":          {"DELETE" + onMessage, code(404, 10003), remove, provider.NotFound},
		"delete, 404 10015":          {"DELETE" + onMessage, code(404, 10015), remove, provider.Unauthorized},
		"delete, 404 of a proxy":     {"DELETE" + onMessage, says(404, "<html>"), remove, provider.Rejected},
		"delete, 410":                {"DELETE" + onMessage, says(410, ""), remove, provider.Rejected},
		"delete, 502":                {"DELETE" + onMessage, says(502, ""), remove, provider.Ambiguous},
		"delete, no answer":          {"DELETE" + onMessage, dies, remove, provider.Ambiguous},
		"get, 404 10008":             {"GET" + onMessage, code(404, 10008), get, provider.NotFound},
		"get, 404 without a code":    {"GET" + onMessage, says(404, ""), get, provider.Rejected},
		"get, 500":                   {"GET" + onMessage, code(500, 0), get, provider.Unsent},
		"get, no answer":             {"GET" + onMessage, dies, get, provider.Unsent},
		"get, not JSON":              {"GET" + onMessage, says(200, "<html>"), get, provider.Unsent},
		"get, another message":       {"GET" + onMessage, says(200, `{"id":"77777","channel_id":"1"}`), get, provider.Unsent},
		"get, another webhook's":     {"GET" + onMessage, says(200, strings.Replace(aMessage, `"flags"`, `"webhook_id":"77777","flags"`, 1)), get, provider.NotFound},
		"profile, 400":               {"PATCH " + hookPath, code(400, 50035), rename, provider.Rejected},
		"profile, another's":         {"PATCH " + hookPath, says(200, `{"id":"77777"}`), rename, provider.Ambiguous},
		"profile, no answer":         {"PATCH " + hookPath, dies, rename, provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{c.what: c.answer})
			wantKind(t, c.call(s.open(t)), c.want)
		})
	}
}

// TestSigningIn checks what is made of what a webhook says of itself.
func TestSigningIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   provider.Kind
	}{
		"deleted":                  {code(404, 10015), provider.Unauthorized},
		"another token":            {code(401, 50027), provider.Unauthorized},
		"of a followed channel":    {says(200, strings.Replace(aWebhook, `"type":1`, `"type":2`, 1)), provider.Rejected},
		"of an application":        {says(200, strings.Replace(aWebhook, `"type":1`, `"type":3`, 1)), provider.Rejected},
		"another webhook":          {says(200, strings.Replace(aWebhook, discordtest.ID, "77777", 1)), provider.Rejected},
		"without a channel":        {says(200, strings.Replace(aWebhook, `"1180000000000000002"`, `null`, 1)), provider.Rejected},
		"not JSON":                 {says(200, "<html>"), provider.Rejected},
		"not Discord":              {says(404, "<html>"), provider.Rejected},
		"overloaded":               {says(503, ""), provider.Unsent},
		"too often":                {says(429, ""), provider.Throttled},
		"redirected to elsewhere":  {says(302, "", "Location: https://elsewhere.example/"), provider.Unsent},
		"redirected without end":   {says(302, "", "Location: "+hookPath), provider.Unsent},
		"redirected to what is no": {says(302, "", "Location: http://["+hookPath), provider.Unsent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newStub(t, map[string]http.HandlerFunc{"GET " + hookPath: c.answer}).tryOpen()
			wantKind(t, err, c.want)
		})
	}
}

// TestGoneIsNotCalledAgain: Discord blocks who goes on calling a webhook that
// does not exist.
func TestGoneIsNotCalledAgain(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{"deleted": code(404, 10015), "another token": code(401, 50027)} {
		s := newStub(t, map[string]http.HandlerFunc{posting: answer})
		acc := s.open(t)
		for range 3 {
			_, err := acc.Posts.Publish(context.Background(), post("Hello"))
			wantKind(t, err, provider.Unauthorized)
			if !strings.Contains(err.Error(), "make a new one") {
				t.Errorf("%s: %v does not say what to do", name, err)
			}
		}
		_, err := acc.Posts.Get(context.Background(), messageID)
		wantKind(t, err, provider.Unauthorized)
		if n := s.requests(posting) + s.requests("GET"+onMessage); n != 1 {
			t.Errorf("%s: %d requests, want 1", name, n)
		}
	}
}

// TestComeBack reads every way in which Discord says when.
func TestComeBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   time.Duration // 0: not said
	}{
		"a user's limit":        {says(429, `{"retry_after":64.57,"global":false}`, "Retry-After: 65", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset-After: 64.57"), 65 * time.Second},
		"the global limit":      {says(429, `{"retry_after":64.57,"global":true}`, "Retry-After: 65", "X-RateLimit-Global: true"), 65 * time.Second},
		"a shared limit":        {says(429, `{"retry_after":1336.57}`, "Retry-After: 1337", "X-RateLimit-Remaining: 9", "X-RateLimit-Reset-After: 64.57"), 1337 * time.Second},
		"in the body alone":     {says(429, `{"retry_after":1.25}`), 1250 * time.Millisecond},
		"the body says later":   {says(429, `{"retry_after":2.5}`, "Retry-After: 2"), 2500 * time.Millisecond},
		"slowmode":              {says(400, `{"code":20016,"message":"slow","retry_after":30}`), 30 * time.Second},
		"slowmode, in a header": {says(400, `{"code":20016,"message":"slow"}`, "Retry-After: 30", "X-RateLimit-Remaining: 4", "X-RateLimit-Reset-After: 2"), 30 * time.Second},
		"no word of when":       {says(400, `{"code":20016,"message":"slow"}`, "X-RateLimit-Remaining: 4", "X-RateLimit-Reset-After: 2"), 0},
		"a year":                {says(429, `{"retry_after":31536000}`), 0},
		"less than nothing":     {says(429, `{"retry_after":-5}`), 0},
		"a word":                {says(429, `{"retry_after":"soon"}`), 0},
		"Cloudflare's, by date": {says(429, `<html>`, "Retry-After: Thu, 03 Dec 2026 09:31:00 GMT"), time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{posting: c.answer})
			_, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
			wantKind(t, err, provider.Throttled)
			var e *provider.Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if want := start.Add(c.want); c.want > 0 && !e.RetryAfter.Equal(want) || c.want == 0 && !e.RetryAfter.IsZero() {
				t.Errorf("come back at %v, want %v", e.RetryAfter, want)
			}
		})
	}
}

// TestErrorsExplain checks that a person can see what is wrong.
func TestErrorsExplain(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"code":50035,"message":"Invalid Form Body","errors":{"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 2000 or fewer in length."}]}}}`: "publish: HTTP 400: 50035: Invalid Form Body; content: Must be 2000 or fewer in length.",
		`{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"title":{"_errors":[{"code":1,"message":"No \u001b[31m\u202e"}]}}}}}`:                    "publish: HTTP 400: 50035: Invalid Form Body; embeds.0.title: No  [31m ",
		`{"code":50035,"message":"Invalid Form Body","errors":[1]}`:                                          "publish: HTTP 400: 50035: Invalid Form Body",
		`{"code":220001,"message":"Webhooks posted to forum channels must have a thread_name or thread_id"}`: "publish: HTTP 400: 220001: Webhooks posted to forum channels must have a thread_name or thread_id; the channel is a forum: write `options: {forum: true}` into the account file, or `thread_name` or `thread` into the post's options",
		`nonsense`: "publish: HTTP 400",
	} {
		s := newStub(t, map[string]http.HandlerFunc{posting: says(400, answer)})
		_, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
		wantKind(t, err, provider.Rejected)
		if err.Error() != want {
			t.Errorf("%q\nwant %q", err, want)
		}
	}
	deep := strings.Repeat(`{"a":`, 5000) + `1` + strings.Repeat(`}`, 5000)
	s := newStub(t, map[string]http.HandlerFunc{posting: says(400, `{"code":50035,"message":"`+strings.Repeat("x", 100_000)+`","errors":`+deep+`}`)})
	_, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
	wantKind(t, err, provider.Rejected)
	if len(err.Error()) > 2000 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}
