package vk

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smmctl/smmctl/engine/provider"
)

// failure is VK's own report of one.
type failure struct {
	Code    int    `json:"error_code"`
	Subcode int    `json:"error_subcode"`
	Message string `json:"error_msg"`
}

// Codes that are treated by themselves.
const (
	codeAccess    = 15
	codeGroupAuth = 27
	codeAppAuth   = 28
	codeParam     = 100
	codeNotFound  = 104
	codeWallPost  = 210
	codeAddPost   = 214
)

// kinds sorts VK's codes (errors.json of the schema, 2025-01-21). A code that is
// not here proves nothing. 1 and 10 are failures inside VK, 13, 32 and 36 may come
// after the work: doubt.
var kinds = map[int]provider.Kind{
	1: provider.Ambiguous, 10: provider.Ambiguous, 13: provider.Ambiguous, 32: provider.Ambiguous, 36: provider.Ambiguous, 43: provider.Ambiguous,

	6: provider.Throttled, 9: provider.Throttled, 29: provider.Throttled, 219: provider.Throttled, 223: provider.Throttled,
	224: provider.Throttled, 601: provider.Throttled, 1105: provider.Throttled,

	2: provider.Unauthorized, 4: provider.Unauthorized, 5: provider.Unauthorized, 7: provider.Unauthorized, 11: provider.Unauthorized,
	16: provider.Unauthorized, 18: provider.Unauthorized, 20: provider.Unauthorized, 21: provider.Unauthorized,
	codeGroupAuth: provider.Unauthorized, codeAppAuth: provider.Unauthorized, 37: provider.Unauthorized, 38: provider.Unauthorized,
	42: provider.Unauthorized, 101: provider.Unauthorized, 1114: provider.Unauthorized, 1116: provider.Unauthorized, 1117: provider.Unauthorized,
	1118: provider.Unauthorized, 3609: provider.Unauthorized, 3610: provider.Unauthorized, 3611: provider.Unauthorized,

	14: provider.Unauthorized, 17: provider.Unauthorized, 24: provider.Unauthorized, 25: provider.Unauthorized, 41: provider.Unauthorized,
	146: provider.Unauthorized, 703: provider.Unauthorized, 704: provider.Unauthorized, 3300: provider.Unauthorized, 3301: provider.Unauthorized,
	3302: provider.Unauthorized, 3303: provider.Unauthorized, 3304: provider.Unauthorized, 3305: provider.Unauthorized, 11500: provider.Unauthorized,

	3: provider.Unsupported, 23: provider.Unsupported, 33: provider.Unsupported, 34: provider.Unsupported, 35: provider.Unsupported,
	9999: provider.Unsupported,

	8: provider.Rejected, codeAccess: provider.Rejected, 19: provider.Rejected, 30: provider.Rejected, 39: provider.Rejected, 40: provider.Rejected,
	codeParam: provider.Rejected, 103: provider.Rejected, 106: provider.Rejected, 113: provider.Rejected, 114: provider.Rejected, 118: provider.Rejected,
	119: provider.Rejected, 121: provider.Rejected, 122: provider.Rejected, 125: provider.Rejected, 129: provider.Rejected, 150: provider.Rejected,
	200: provider.Rejected, 201: provider.Rejected, 203: provider.Rejected, 204: provider.Rejected, 205: provider.Rejected,
	codeWallPost: provider.Rejected, 211: provider.Rejected, 212: provider.Rejected, 213: provider.Rejected, codeAddPost: provider.Rejected,
	220: provider.Rejected, 222: provider.Rejected, 225: provider.Rejected, 250: provider.Rejected, 251: provider.Rejected,
	252: provider.Rejected, 253: provider.Rejected, 300: provider.Rejected, 302: provider.Rejected, 600: provider.Rejected,
	500: provider.Unauthorized, 603: provider.Rejected, 1150: provider.Rejected, 1152: provider.Rejected, 1153: provider.Rejected, 1260: provider.Rejected, 3102: provider.Rejected,

	// An upload that could not be stored published nothing.
	22: provider.Unsent, 105: provider.Unsent,

	codeNotFound: provider.NotFound,
}

// waits is when to come back. VK says no time: a second is what 6 is about, 29
// counts a day, and the rest is our choice (2026-11-24).
var waits = map[int]time.Duration{
	6: time.Second, 9: 5 * time.Minute, 29: 3 * time.Hour, codeAddPost: 3 * time.Hour,
	219: time.Hour, 223: time.Hour, 224: 6 * time.Hour, 601: 3 * time.Hour, 1105: time.Hour,
}

// advice is for those codes that only a person can do something about.
var advice = map[int]string{
	5:    "the token is wrong, was revoked, or belongs to another address",
	14:   "VK wants a captcha solved: a person must sign in and publish something by hand",
	17:   "VK wants the person behind the token to confirm who they are, in a browser",
	24:   "VK wants the action confirmed by a person",
	25:   "VK wants the token confirmed by a person",
	1117: "the token has expired",
	3300: "VK wants a captcha solved: a person must sign in and publish something by hand",
	3609: "the token must be extended in the application that made it",

	codeGroupAuth: "this is a community's token: VK takes posts with a person's token only",
	codeAppAuth:   "this is an application's service token: VK takes posts with a person's token only",
}

// byScope tells a token without rights from a post that this person may not
// change; both are code 15. The subcodes are the schema's.
var byScope = regexp.MustCompile(`(?i)scope|access_token|\btoken\b|this method`)

// aDay tells a daily limit from a missing right and from a time that is taken;
// all are code 214.
var aDay = regexp.MustCompile(`(?i)limit|\b(a|per) day\b|\d+ posts|too many`)

func (f failure) kind() provider.Kind {
	switch {
	case f.Code == codeAccess && (f.Subcode == 1133 || f.Subcode == 1134 || byScope.MatchString(f.Message)):
		return provider.Unauthorized
	case f.Code == codeAddPost && aDay.MatchString(f.Message):
		return provider.Throttled
	}
	if k, ok := kinds[f.Code]; ok {
		return k
	}
	return provider.Ambiguous
}

// failed makes an *Error of VK's report.
func (c *client) failed(op string, f failure) *provider.Error {
	e := &provider.Error{Kind: f.kind(), Op: op, Code: "error " + strconv.Itoa(f.Code)}
	if e.Kind == provider.Throttled {
		e.RetryAfter = c.clock.Now().Add(waits[f.Code])
	}
	words := c.harmlessText(f.Message)
	if a := advice[f.Code]; a != "" {
		words = strings.TrimSuffix(a+" ("+words+")", " ()")
	}
	if words != "" {
		e.Err = errors.New(words)
	}
	return e
}

const (
	maxMessage = 300 // code points of VK's words that are shown
	tokenPart  = 8   // so much of a token is not shown
)

// harmlessText is a stranger's text as one bounded line, or nothing where it
// holds a part of the token.
func (c *client) harmlessText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	token := c.token.Reveal()
	for i := 0; i+min(tokenPart, len(token)) <= len(token); i++ {
		if strings.Contains(s, token[i:i+min(tokenPart, len(token))]) {
			return ""
		}
	}
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "…"
	}
	return strings.TrimSpace(s)
}

// codeOf returns the code of VK's own failure, or 0.
func codeOf(err error) int {
	var e *provider.Error
	if !errors.As(err, &e) {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(e.Code, "error "))
	return n
}

// statusFailure is of an answer that is not VK's: VK sends its failures with 200.
// A status that says "not there" speaks of the address, never of a post.
func statusFailure(op string, err error) *provider.Error {
	e := provider.AsError(op, err)
	switch {
	case e.Status == http.StatusMethodNotAllowed, e.Status == http.StatusNotImplemented:
		e.Kind = provider.Unsupported
	case e.Kind == provider.NotFound:
		e.Kind = provider.Rejected
		e.Err = errors.New("there is no VK API at this address")
	}
	return e
}

// unreadable is the error of an answer that proves nothing.
func unreadable(op, method string, err error) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Err: fmt.Errorf("%s: the answer is not what VK documents: %w", method, err)}
}

func unsupported(op, format string, args ...any) *provider.Error {
	return &provider.Error{Kind: provider.Unsupported, Op: op, Err: fmt.Errorf(format, args...)}
}
