package telegram_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// TestPublishAnswers is the table of docs/providers/telegram.md.
func TestPublishAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   provider.Kind // "" where it is published
	}{
		"published":                  {result(aMessage), ""},
		"with what nobody knows yet": {result(strings.Replace(aMessage, "{", `{"rich_thing":[{"a":1}],`, 1)), ""},
		"with fields of new types":   {result(strings.Replace(aMessage, "{", `{"poll":[],"photo":{"a":1},"has_protected_content":"yes",`, 1)), ""},
		"held back":                  {result(strings.Replace(aMessage, `"message_id":17`, `"message_id":0`, 1)), provider.Ambiguous},
		"of another chat":            {result(strings.Replace(aMessage, `-1001`, `-1002`, 1)), provider.Ambiguous},
		"without a date":             {result(`{"message_id":17,"chat":` + aChat + `}`), provider.Ambiguous},
		"a date beyond all years":    {result(strings.Replace(aMessage, "1796290200", "999999999999999", 1)), provider.Ambiguous},
		"an id that is no number":    {result(`{"message_id":"17","date":1796290200,"chat":` + aChat + `}`), provider.Ambiguous},
		"True":                       {result(`true`), provider.Ambiguous},
		"not ok, by 200":             {says(200, `{"ok":false,"error_code":400,"description":"Bad Request: x"}`), provider.Ambiguous},
		"no result":                  {says(200, `{"ok":true}`), provider.Ambiguous},
		"empty":                      {says(200, ``), provider.Ambiguous},
		"HTML":                       {says(200, `<html>`), provider.Ambiguous},
		"a list":                     {result("[" + aMessage + "]"), provider.Ambiguous},
		"cut short":                  {cut, provider.Ambiguous},
		"endless":                    {says(200, `{"ok":true,"result":"`+strings.Repeat("x", 9<<20)), provider.Ambiguous},
		"no answer":                  {dies, provider.Ambiguous},
		"400 with a new parameter":   {fails(400, "Bad Request: chat not found", `,"parameters":{"retry_after":"soon"}`), provider.Rejected},
		"400 chat not found":         {fails(400, "Bad Request: chat not found"), provider.Rejected},
		"400 too long":               {fails(400, "Bad Request: message is too long"), provider.Rejected},
		"400 caption too long":       {fails(400, "Bad Request: message caption is too long"), provider.Rejected},
		"400 entities":               {fails(400, "Bad Request: can't parse entities: x"), provider.Rejected},
		"400 nothing to answer":      {fails(400, "Bad Request: message to be replied not found"), provider.Rejected},
		"400 nobody knows":           {fails(400, "Bad Request: SOMETHING_NEW"), provider.Rejected},
		"400 in capitals":            {fails(400, "BAD REQUEST: NEED ADMINISTRATOR RIGHTS IN THE CHANNEL CHAT"), provider.Unauthorized},
		"400 no rights":              {fails(400, "Bad Request: not enough rights to send text messages to the chat"), provider.Unauthorized},
		"400 frozen":                 {fails(400, "Bad Request: FROZEN_METHOD_INVALID"), provider.Unauthorized},
		"400 migrated":               {fails(400, "Bad Request: group chat was upgraded to a supergroup chat", `,"parameters":{"migrate_to_chat_id":-1009}`), provider.Rejected},
		"400 of a proxy":             {says(400, "<html>"), provider.Rejected},
		"401":                        {fails(401, "Unauthorized"), provider.Unauthorized},
		"403 kicked":                 {fails(403, "Forbidden: bot was kicked from the channel chat"), provider.Unauthorized},
		"403 not a member":           {fails(403, "Forbidden: bot is not a member of the channel chat"), provider.Unauthorized},
		"404 malformed token":        {fails(404, "Not Found"), provider.Unauthorized},
		"404 unknown method":         {fails(404, "Not Found: method not found"), provider.Unsupported},
		"404 of a proxy":             {says(404, "<html>"), provider.Rejected},
		"408 of a proxy":             {says(408, ""), provider.Ambiguous},
		"409":                        {fails(409, "Conflict: terminated by other getUpdates request"), provider.Rejected},
		"413":                        {fails(413, "Request Entity Too Large"), provider.Rejected},
		"429":                        {fails(429, "Too Many Requests: retry after 7", `,"parameters":{"retry_after":7}`), provider.Throttled},
		"429 of a proxy":             {says(429, "", "Retry-After: 7"), provider.Throttled},
		"500":                        {fails(500, "Internal Server Error: Request aborted"), provider.Ambiguous},
		"502":                        {says(502, "<html>Bad Gateway</html>"), provider.Ambiguous},
		"504":                        {says(504, ""), provider.Ambiguous},
		"301":                        {says(301, "", "Location: https://elsewhere.example/"), provider.Rejected},
		"307":                        {says(307, "", "Location: /bot"), provider.Rejected},
		"302":                        {says(302, "", "Location: /bot"), provider.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, answers{"sendMessage": c.answer})
			o, err := s.open(t).Posts.Publish(context.Background(), post("Hello"))
			if n := len(s.calls("sendMessage")); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if c.want != "" {
				wantKind(t, err, c.want)
				return
			}
			if err != nil || o.ID != "17" || o.URL != "https://t.me/acme_news/17" || o.Fields["text"] != "Hello" || !o.CreatedAt.Equal(start) {
				t.Errorf("%+v, %v", o, err)
			}
		})
	}
}

// cut announces more than it sends.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"ok":true,"result":{"message_id":17`))
}

func TestWhatRefusalsSay(t *testing.T) {
	t.Parallel()
	s := newStub(t, answers{
		"sendMessage": fails(400, "Bad Request: group chat was upgraded to a supergroup chat", `,"parameters":{"migrate_to_chat_id":-1009}`),
		"sendPhoto":   fails(429, "Too Many Requests: retry after 7", `,"parameters":{"retry_after":7}`),
		"sendPoll":    fails(429, "Too Many Requests: retry after 7", `,"parameters":{"retry_after":1e300}`),
	})
	posts := s.open(t).Posts
	_, err := posts.Publish(context.Background(), post("Hello"))
	if wantKind(t, err, provider.Rejected); !strings.Contains(err.Error(), "-1009") {
		t.Errorf("%v does not name the new chat", err)
	}
	if n := len(s.calls("sendMessage")); n != 1 {
		t.Errorf("the new chat was tried: %d requests", n)
	}
	photo := post("Hello")
	photo.Segment.Media = []content.Attachment{picture("png")}
	poll := post("Hello?")
	poll.Segment.Poll = &content.PollSpec{Options: []string{"Yes", "No"}, Expires: time.Hour}
	for _, c := range []struct {
		r    provider.Request
		want time.Duration
	}{{photo, 7 * time.Second}, {poll, 24 * time.Hour}} {
		_, err := posts.Publish(context.Background(), c.r)
		wantKind(t, err, provider.Throttled)
		var e *provider.Error
		if errors.As(err, &e); !e.RetryAfter.Equal(start.Add(c.want)) {
			t.Errorf("come back at %v, want %v later than %v", e.RetryAfter, c.want, start)
		}
	}
}

// TestOtherAnswers checks what edits, deletions, pins and the profile make of
// answers.
func TestOtherAnswers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	album := post("New")
	album.PriorSent = map[string]string{"text": "Old", "media[0].sha256": "a", "media[1].sha256": "b"}
	album.Segment.Media = []content.Attachment{{SHA256: "a", Type: "image/png"}, {SHA256: "b", Type: "image/png"}}
	edit := func(a *provider.Account) error { _, err := a.Posts.Edit(ctx, "17", post("New")); return err }
	caption := func(a *provider.Account) error { _, err := a.Posts.Edit(ctx, "17,18", album); return err }
	remove := func(a *provider.Account) error { return a.Posts.Delete(ctx, "17") }
	removeAll := func(a *provider.Account) error { return a.Posts.Delete(ctx, "17,18") }
	pin := func(a *provider.Account) error { return a.Pins.Pin(ctx, "17") }
	unpin := func(a *provider.Account) error { return a.Pins.Unpin(ctx, "17") }
	face := func(a *provider.Account) error {
		_, err := a.Profile.SetProfile(ctx, content.Face{Bio: "Coats"})
		return err
	}
	look := func(a *provider.Account) error { _, err := a.Profile.GetProfile(ctx); return err }
	for name, c := range map[string]struct {
		method string
		answer http.HandlerFunc
		call   func(*provider.Account) error
		want   provider.Kind // "" for success
	}{
		"edit":                       {"editMessageText", result(aMessage), edit, ""},
		"edit, as it is":             {"editMessageText", fails(400, "Bad Request: message is not modified: specified new message content"), edit, ""},
		"edit, gone":                 {"editMessageText", fails(400, "Bad Request: message to edit not found"), edit, provider.NotFound},
		"edit, cannot":               {"editMessageText", fails(400, "Bad Request: message can't be edited"), edit, provider.Rejected},
		"edit, no rights":            {"editMessageText", fails(400, "Bad Request: not enough rights to edit"), edit, provider.Rejected},
		"edit, a medium":             {"editMessageText", fails(400, "Bad Request: there is no text in the message to edit"), edit, provider.Unsupported},
		"edit, another message":      {"editMessageText", result(strings.Replace(aMessage, "17", "18", 1)), edit, provider.Ambiguous},
		"edit, True":                 {"editMessageText", result("true"), edit, provider.Ambiguous},
		"edit, 500":                  {"editMessageText", fails(500, "Internal Server Error"), edit, provider.Ambiguous},
		"edit, no answer":            {"editMessageText", dies, edit, provider.Ambiguous},
		"edit, 429":                  {"editMessageText", fails(429, "Too Many Requests: retry after 1"), edit, provider.Throttled},
		"edit of a caption":          {"editMessageCaption", result(strings.Replace(aMessage, `"text"`, `"caption"`, 1)), caption, ""},
		"edit of a caption, a text":  {"editMessageCaption", fails(400, "Bad Request: there is no caption in the message to edit"), caption, provider.Unsupported},
		"delete":                     {"deleteMessage", result("true"), remove, ""},
		"delete, gone":               {"deleteMessage", fails(400, "Bad Request: message to delete not found"), remove, provider.NotFound},
		"delete, too old":            {"deleteMessage", fails(400, "Bad Request: message can't be deleted for everyone"), remove, provider.Rejected},
		"delete, not True":           {"deleteMessage", result("false"), remove, provider.Ambiguous},
		"delete, 502":                {"deleteMessage", says(502, ""), remove, provider.Ambiguous},
		"delete of an album":         {"deleteMessages", result("true"), removeAll, ""},
		"delete of an album, nobody": {"deleteMessages", dies, removeAll, provider.Ambiguous},
		"pin":                        {"pinChatMessage", result("true"), pin, ""},
		"pin, as it is":              {"pinChatMessage", fails(400, "Bad Request: CHAT_NOT_MODIFIED"), pin, ""},
		"pin, gone":                  {"pinChatMessage", fails(400, "Bad Request: message to pin not found"), pin, provider.NotFound},
		"pin, no rights":             {"pinChatMessage", fails(400, "Bad Request: not enough rights to manage pinned messages in the chat"), pin, provider.Rejected},
		"unpin, gone":                {"unpinChatMessage", fails(400, "Bad Request: message to unpin not found"), unpin, provider.NotFound},
		"profile":                    {"setChatDescription", result("true"), face, ""},
		"profile, as it is":          {"setChatDescription", fails(400, "Bad Request: chat description is not modified"), face, ""},
		"profile, no rights":         {"setChatDescription", fails(400, "Bad Request: not enough rights to set chat description"), face, provider.Rejected},
		"profile, no answer":         {"setChatDescription", dies, face, provider.Ambiguous},
		"look, no answer":            {"-", nil, look, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.call(newStub(t, answers{c.method: c.answer}).open(t))
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, c.want)
		})
	}
}

// TestAlbumAnswers: of an album that fails halfway nobody knows what is to be seen.
func TestAlbumAnswers(t *testing.T) {
	t.Parallel()
	r := post("Two pictures")
	r.Segment.Media = []content.Attachment{picture("png"), picture("jpeg")}
	second := strings.Replace(aMessage, "17", "18", 1)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   provider.Kind
	}{
		"published":         {result("[" + aMessage + "," + second + "]"), ""},
		"one of two":        {result("[" + aMessage + "]"), provider.Ambiguous},
		"none":              {result("[]"), provider.Ambiguous},
		"one alone":         {result(aMessage), provider.Ambiguous},
		"one without an id": {result("[" + aMessage + "," + strings.Replace(aMessage, "17", "0", 1) + "]"), provider.Ambiguous},
		"one failed":        {fails(400, `Bad Request: failed to send message #2 with the error message "PHOTO_INVALID_DIMENSIONS"`), provider.Ambiguous},
		"all failed":        {fails(400, "Bad Request: group send failed"), provider.Ambiguous},
		"chat not found":    {fails(400, "Bad Request: chat not found"), provider.Rejected},
		"throttled":         {fails(429, "Too Many Requests: retry after 9"), provider.Ambiguous},
		"throttled before":  {says(429, "", "Retry-After: 9"), provider.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := newStub(t, answers{"sendMediaGroup": c.answer}).open(t).Posts.Publish(context.Background(), r)
			if c.want != "" {
				wantKind(t, err, c.want)
			} else if err != nil || o.ID != "17,18" {
				t.Errorf("%+v, %v", o, err)
			}
		})
	}
}

func TestOpenAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a    answers
		want provider.Kind
	}{
		"wrong token":            {answers{"getMe": fails(401, "Unauthorized")}, provider.Unauthorized},
		"malformed token":        {answers{"getMe": fails(404, "Not Found")}, provider.Unauthorized},
		"an HTML page":           {answers{"getMe": says(200, "<html>")}, provider.Rejected},
		"another program":        {answers{"getMe": says(404, "<html>")}, provider.Rejected},
		"no bot":                 {answers{"getMe": result(`{"id":1,"is_bot":false}`)}, provider.Rejected},
		"no id":                  {answers{"getMe": result(`{}`)}, provider.Rejected},
		"down":                   {answers{"getMe": says(502, "<html>")}, provider.Unsent},
		"no answer":              {answers{"getMe": dies}, provider.Unsent},
		"throttled":              {answers{"getMe": fails(429, "Too Many Requests: retry after 1")}, provider.Throttled},
		"no such chat":           {answers{"getChat": fails(400, "Bad Request: chat not found")}, provider.Rejected},
		"kicked":                 {answers{"getChat": fails(403, "Forbidden: bot was kicked from the channel chat")}, provider.Unauthorized},
		"a person":               {answers{"getChat": result(`{"id":5,"type":"private"}`)}, provider.Rejected},
		"a chat without an id":   {answers{"getChat": result(`{"type":"channel"}`)}, provider.Unsent},
		"a chat that is a list":  {answers{"getChat": result(`[]`)}, provider.Unsent},
		"rights not to be read":  {answers{"getChatMember": fails(400, "Bad Request: member list is inaccessible")}, ""},
		"rights, no answer":      {answers{"getChatMember": dies}, provider.Unsent},
		"rights of a wrong type": {answers{"getChatMember": result(`{"status":5}`)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc, err := newStub(t, c.a).tryOpen()
			if c.want != "" {
				wantKind(t, err, c.want)
			} else if err != nil || len(acc.Access.Lacks) != 1 {
				t.Errorf("%+v, %v", acc, err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	for name, change := range map[string]func(*content.Account){
		"server":  func(a *content.Account) { a.Server = "http://telegram.example" },
		"no chat": func(a *content.Account) { a.Options = nil },
		"chat":    func(a *content.Account) { a.Options = map[string]any{"chat": "acme"} },
	} {
		was := s.account
		change(&s.account)
		_, err := s.tryOpen()
		s.account = was
		wantKind(t, err, provider.Rejected)
		if len(s.calls("getMe")) > 0 {
			t.Errorf("%s: a request was made", name)
		}
	}
}
