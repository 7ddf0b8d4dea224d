package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// errUnchanged is of a write that asks for what is there already.
var errUnchanged = errors.New("it is so already")

// maxWait bounds how far ahead a server may send us.
const maxWait = 24 * time.Hour

// sentence is how a description of a 400 begins, and what it proves. The words
// are free text of the server's and may change; what is not known is Rejected.
type sentence struct {
	begins string
	kind   provider.Kind
}

// sentences are from telegram-bot-api @01a3679 (2026-05-07), Client.cpp, without
// "Bad Request: " and in lower case.
var sentences = []sentence{
	{"message to edit not found", provider.NotFound},
	{"message to delete not found", provider.NotFound},
	{"message to pin not found", provider.NotFound},
	{"message to unpin not found", provider.NotFound},
	{"message not found", provider.NotFound},
	{"message_id_invalid", provider.NotFound},
	{"there is no text in the message to edit", provider.Unsupported},
	{"there is no caption in the message to edit", provider.Unsupported},
	{"there is no media in the message to edit", provider.Unsupported},
	{"frozen_method_invalid", provider.Unauthorized},
}

// unchanged are the answers that say that all is as it was asked for.
var unchanged = []string{"message is not modified", "chat description is not modified", "chat title is not modified", "chat_not_modified"}

// rights begin the descriptions of what a bot may not do here.
var rights = []string{"not enough rights", "need administrator rights", "have no rights", "chat_admin_required", "chat_write_forbidden", "user_is_blocked"}

// groupFailures begin the answers to an album of which something went wrong after
// its files were taken. Usually nothing is to be seen then, but some have found a
// part of it (rubenlagus/TelegramBots, issue 1520, 2025-07).
var groupFailures = []string{"failed to send message #", "group send failed"}

// refine sorts a refusal by what the Bot API says in its body. An answer without
// the API's form is a proxy's, and its status is all there is.
func (c *client) refine(q call, resp *httpx.Response, e *provider.Error) {
	var a answer
	if lenient(resp.Body, &a) != nil || a.Code == 0 {
		if e.Kind == provider.NotFound {
			e.Kind = provider.Rejected
		}
		return
	}
	switch {
	case resp.Status == http.StatusTooManyRequests && q.method == albumMethod:
		// It may be about one of the files, and the others be there (Client.cpp,
		// on_message_send_failed).
		e.Kind = provider.Ambiguous
	case resp.Status == http.StatusTooManyRequests:
		if s := min(a.Parameters.RetryAfter, maxWait.Seconds()); s > 0 {
			e.RetryAfter = c.clock.Now().Add(time.Duration(s * float64(time.Second))).UTC()
		}
	case resp.Status == http.StatusNotFound && strings.Contains(strings.ToLower(a.Description), "method"):
		e.Kind = provider.Unsupported
	case resp.Status == http.StatusNotFound:
		e.Kind = provider.Unauthorized // the token's form is wrong
	case resp.Status == http.StatusBadRequest:
		q.refine400(a, e)
	}
}

func (q call) refine400(a answer, e *provider.Error) {
	text := strings.ToLower(a.Description)
	text = strings.TrimPrefix(text, "bad request: ")
	if to := a.Parameters.MigrateTo; to != 0 {
		e.Err = fmt.Errorf("the group has become a supergroup, whose id is %d: write `chat: %d` in the account's options; it is another account to the ledger", to, to)
		return
	}
	switch {
	case begins(text, unchanged):
		e.Err = errUnchanged
	case q.sends && begins(text, groupFailures):
		e.Kind = provider.Ambiguous
	case begins(text, rights) && (q.sends || q.read):
		e.Kind = provider.Unauthorized
	default:
		for _, s := range sentences {
			if strings.HasPrefix(text, s.begins) {
				e.Kind = s.kind
				return
			}
		}
	}
}

func begins(text string, with []string) bool {
	for _, w := range with {
		if strings.HasPrefix(text, w) {
			return true
		}
	}
	return false
}

// done takes an error for success that says that nothing had to be done.
func done(err error) error {
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}
