package httpx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// Response is an answer, read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Date   time.Time // the server's clock, or zero
}

// Caller sends requests and says what each outcome proves.
type Caller struct {
	HTTP   *http.Client     // of NewClient
	Now    func() time.Time // of the injected clock
	OnRate func(provider.Rate)
	// Secrets are what requests carry where redaction does not look by itself: in
	// the path of the address, or in a field of a form.
	Secrets []provider.Secret
}

// Do makes one attempt at req. Any answer but a 2xx is an error, a
// *provider.Error; the Response comes with it where there was an answer, so that
// a platform's own codes can refine the kind.
func (c Caller) Do(op string, req *http.Request) (*Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, Classify(op, false, nil, err, c.Now())
	}
	var conn connection
	resp, err := c.HTTP.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), conn.trace())))
	if err != nil {
		return nil, Classify(op, !conn.unsent(), nil, c.scrub(req, err), c.Now())
	}
	defer func() { _ = resp.Body.Close() }()
	body, readErr := io.ReadAll(resp.Body)
	out := &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Date: ServerTime(resp.Header)}
	if r, ok := ParseRate(resp.Header, c.Now()); ok && c.OnRate != nil {
		c.OnRate(r)
	}
	if failure := Classify(op, true, resp, c.cause(req, resp, body, readErr), c.Now()); failure != nil {
		return out, failure
	}
	return out, nil
}

// connection follows whether a request got one. Name lookup, dialling and the
// TLS handshake all lie between asking for a connection and getting it, so a
// request that asked and did not get was not sent. A transport that does not
// report, such as a test's, leaves doubt.
type connection struct{ asked, got atomic.Bool }

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}
}

func (c *connection) unsent() bool { return c.asked.Load() && !c.got.Load() }

// cause is the error inside a failure: what the server said of it, else why its
// answer could not be read.
func (c Caller) cause(req *http.Request, resp *http.Response, body []byte, readErr error) error {
	if resp.StatusCode >= 400 {
		// Redacted before it is made short: a cut through a secret would hide it from
		// the search, and not from readers.
		if m := printable(c.redact(req, message(body))); m != "" {
			return errors.New(c.redact(req, m))
		}
	}
	if readErr != nil {
		return c.scrub(req, readErr)
	}
	if resp.StatusCode/100 == 3 {
		return errors.New("redirects elsewhere, where the token does not go")
	}
	return nil
}

// JSON decodes a response. One that cannot be read leaves a write's outcome
// unknown, so the error is Ambiguous.
func (r *Response) JSON(op string, v any) error {
	if err := json.Unmarshal(r.Body, v); err != nil {
		return &provider.Error{Kind: provider.Ambiguous, Op: op, Status: r.Status, Err: fmt.Errorf("the answer is not the JSON expected: %w", err)}
	}
	return nil
}

// Classify says what an outcome proves: sent, whether a byte of the request may
// have left; resp, the answer, or nil; err, why there is none or why it cannot be
// read. It returns nil for a 2xx that was read.
func Classify(op string, sent bool, resp *http.Response, err error, now time.Time) *provider.Error {
	e := &provider.Error{Op: op, Err: err}
	if resp == nil {
		e.Kind = provider.Ambiguous
		if !sent {
			e.Kind = provider.Unsent
		}
		return e
	}
	if resp.StatusCode/100 == 2 && err == nil {
		return nil
	}
	e.Status = resp.StatusCode
	e.Kind = kindOf(resp.StatusCode)
	// A failure tells when to come back only in so many words: the reset of a rate
	// limit that is not the reason says nothing.
	if e.Kind == provider.Throttled || resp.StatusCode >= 500 && resp.Header.Get("Retry-After") != "" {
		e.RetryAfter = RetryAfter(resp.Header, now)
	}
	return e
}

// kindOf reads a status. A 303 or 302 is how some answer a form that they have
// taken; a 408 comes from proxies, too: both are doubt. Everything else below
// 500 is a clear no.
func kindOf(status int) provider.Kind {
	switch status {
	case http.StatusTooManyRequests:
		return provider.Throttled
	case http.StatusUnauthorized, http.StatusForbidden:
		return provider.Unauthorized
	case http.StatusNotFound, http.StatusGone:
		return provider.NotFound
	case http.StatusFound, http.StatusSeeOther, http.StatusRequestTimeout:
		return provider.Ambiguous
	}
	if status >= 300 && status < 500 {
		return provider.Rejected
	}
	return provider.Ambiguous
}

const maxMessage = 300

// message is what an error body says, however long.
func message(body []byte) string {
	var v struct {
		Error       any    `json:"error"`
		Message     string `json:"message"`
		Detail      string `json:"error_description"`
		Description string `json:"description"`
	}
	s := ""
	if json.Unmarshal(body, &v) == nil {
		if text, ok := v.Error.(string); ok {
			s = text
		}
		if d := v.Detail + v.Message + v.Description; d != "" {
			s = strings.TrimPrefix(s+": "+d, ": ")
		}
	}
	return s
}
