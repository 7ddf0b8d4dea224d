package discord

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// Codes of Discord (topics/opcodes-and-status-codes, 2026-08-06) that say more
// than their status.
const (
	codeUnknownChannel = 10003
	codeUnknownMessage = 10008
	codeUnknownWebhook = 10015
	codeBadWebhook     = 50027
	codeNoThreadName   = 220001
	codeNoForum        = 220003
)

// kinds are what the codes of refusals prove. A code counts only with a status
// that refuses.
var kinds = map[int]provider.Kind{
	codeUnknownChannel: provider.NotFound, // the message's thread was deleted, and it with it
	codeUnknownMessage: provider.NotFound,
	codeUnknownWebhook: provider.Unauthorized,
	codeBadWebhook:     provider.Unauthorized,
	// Limits of their own: nothing was done, and later it will be.
	20016: provider.Throttled, 20022: provider.Throttled, 20028: provider.Throttled, 20029: provider.Throttled,
	30046: provider.Throttled, 40062: provider.Throttled, 130000: provider.Throttled,
	// Switched off for the moment.
	40004: provider.Throttled, 40006: provider.Throttled,
	// About this message, with a status that reads like one about the credential.
	20009: provider.Rejected, 50005: provider.Rejected, 50083: provider.Rejected, 160005: provider.Rejected,
	200000: provider.Rejected, 200001: provider.Rejected, 240000: provider.Rejected, 400001: provider.Rejected,
	520003: provider.Unsupported, // a poll cannot be edited
}

// advice is what a person can do about some codes.
var advice = map[int]string{
	codeNoThreadName: "the channel is a forum: write `options: {forum: true}` into the account file, or `thread_name` or `thread` into the post's options",
	codeNoForum:      "the channel is no forum: take `forum` out of the account's options and `thread_name` out of the post's",
	40067:            "this forum wants a tag: write its id into the post's option `tags`",
}

// failureBody is how Discord words a failure.
type failureBody struct {
	Code       int            `json:"code"`
	Errors     map[string]any `json:"errors"`
	RetryAfter float64        `json:"retry_after"` // seconds
}

// failure says what a failed request proves, and why, without the token.
func (c *client) failure(op string, resp *httpx.Response, err error) *provider.Error {
	e := &provider.Error{Kind: provider.Ambiguous, Op: op, Err: err}
	errors.As(err, &e)
	e.Err = c.hidden(e.Err)
	if resp == nil {
		return e
	}
	var body failureBody
	_ = decode(resp.Body, &body) // what is no JSON has no code
	e.Kind = kindOf(e.Kind, resp.Status, body.Code)
	if resp.Status >= 400 && body.Code != 0 {
		e.Code = strconv.Itoa(body.Code)
		e.Err = c.words(e.Err, body)
	}
	if e.Kind == provider.Throttled {
		if resp.Header.Get("Retry-After") != "" {
			e.RetryAfter = httpx.RetryAfter(resp.Header, c.now())
		}
		e.RetryAfter = later(e.RetryAfter, body.RetryAfter, c.now())
	}
	if e.Kind == provider.Unauthorized && resp.Status != http.StatusForbidden {
		c.gone.Store(true)
		e.Err = errGone
	}
	return e
}

// kindOf refines what a status proves by Discord's own code. A 404 without a
// code is a proxy's or another server's: it says nothing about a message.
func kindOf(kind provider.Kind, status, code int) provider.Kind {
	switch {
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		return provider.Unsupported
	case status < 400 || status >= 500 || status == http.StatusTooManyRequests || status == http.StatusUnauthorized:
		return kind
	case kinds[code] != "":
		return kinds[code]
	case kind == provider.NotFound:
		return provider.Rejected
	}
	return kind
}

// later is when to come back: as the header says (e.RetryAfter), or as the body
// does where that is later. Both are the server's word, and bounded.
func later(header time.Time, seconds float64, now time.Time) time.Time {
	if seconds <= 0 || seconds > maxWait.Seconds() {
		return header
	}
	if t := now.Add(time.Duration(seconds * float64(time.Second))).UTC(); t.After(header) {
		return t
	}
	return header
}

// maxDetails is how many fields' errors are shown.
const maxDetails = 3

// words adds to Discord's message which fields it is about, and what to do.
func (c *client) words(message error, body failureBody) error {
	var parts []string
	if message != nil {
		parts = append(parts, message.Error())
	}
	for _, d := range details(nil, "", body.Errors, 0) {
		parts = append(parts, c.hide(printable(d)))
	}
	if a := advice[body.Code]; a != "" {
		parts = append(parts, a)
	}
	return errors.New(strings.Join(parts, "; "))
}

// details walks the tree of a form's errors.
func details(out []string, path string, tree map[string]any, depth int) []string {
	const deepest = 8
	for _, k := range slices.Sorted(maps.Keys(tree)) {
		if len(out) >= maxDetails || depth > deepest {
			break
		}
		switch v := tree[k].(type) {
		case map[string]any:
			out = details(out, strings.TrimPrefix(path+"."+k, "."), v, depth+1)
		case []any:
			for _, one := range v {
				if m, ok := one.(map[string]any); ok && len(out) < maxDetails {
					out = append(out, fmt.Sprintf("%s: %v", path, m["message"]))
				}
			}
		}
	}
	return out
}

// printable returns a stranger's text as one bounded line.
func printable(s string) string {
	const longest = 200
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return s
}
