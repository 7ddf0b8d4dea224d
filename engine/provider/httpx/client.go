package httpx

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Defaults of Options.
const (
	DefaultTimeout  = 30 * time.Second
	DefaultMaxBytes = 8 << 20
	maxRedirects    = 5
	// idle is short because a kept connection that the server has closed turns a
	// write into an ambiguous one. Servers keep theirs for 20 s (puma) and more.
	idle = 10 * time.Second
)

// ErrTooLarge is read from a response that is longer than allowed.
var ErrTooLarge = errors.New("the response is larger than allowed")

// Options shape a client. The zero value is usable.
type Options struct {
	Timeout   time.Duration // of one request with its response
	MaxBytes  int64         // of one response
	UserAgent string
}

// NewClient returns a client that keeps the rules of this package, over base's
// transport and cookies; base may be nil and is not changed. Hardening a client
// twice is the same as once.
func NewClient(base *http.Client, o Options) *http.Client {
	c := http.Client{}
	if base != nil {
		c = *base
	}
	switch {
	case o.Timeout > 0:
		c.Timeout = o.Timeout
	case c.Timeout == 0:
		c.Timeout = DefaultTimeout
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	rt := c.Transport
	if t, ok := rt.(*transport); ok {
		rt = t.next
		if o.UserAgent == "" {
			o.UserAgent = t.userAgent
		}
	}
	if rt == nil {
		rt = newTransport()
	}
	c.Transport = &transport{next: rt, maxBytes: o.MaxBytes, userAgent: o.UserAgent}
	c.CheckRedirect = checkRedirect
	return &c
}

func newTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.IdleConnTimeout = idle
	t.MaxResponseHeaderBytes = 256 << 10
	return t
}

// checkRedirect follows a redirect only for a read, on the same host and never
// from HTTPS to HTTP: a token stays where it was meant to go, and a write is sent
// to no second address.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects || !isRead(first.Method) || !isRead(req.Method) || !sameSite(first.URL, req.URL) {
		return http.ErrUseLastResponse
	}
	return nil
}

func sameSite(from, to *url.URL) bool {
	return strings.EqualFold(from.Host, to.Host) && (from.Scheme == to.Scheme || to.Scheme == "https")
}

func isRead(method string) bool {
	return method == "" || method == http.MethodGet || method == http.MethodHead
}

// transport sends each write once, names the program and bounds responses.
type transport struct {
	next      http.RoundTripper
	maxBytes  int64
	userAgent string
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = once(req)
	if t.userAgent != "" && req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", t.userAgent)
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: t.maxBytes}
	return resp, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections through.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// once returns a copy of req that net/http cannot replay. Its transport sends a
// request again, unasked, when a kept connection breaks before the answer and
// the request is a read or carries an Idempotency-Key, if its body is nil or
// GetBody can make it anew (Request.isReplayable, Go 1.26). So a write goes
// without GetBody, and one with such a key has a body, be it an empty one.
func once(req *http.Request) *http.Request {
	out := req.Clone(req.Context())
	if isRead(req.Method) {
		return out
	}
	out.GetBody = nil
	keyed := req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != ""
	if keyed && (out.Body == nil || out.Body == http.NoBody) {
		out.Body = io.NopCloser(strings.NewReader(""))
		out.ContentLength = 0
	}
	return out
}

// bounded ends a body that is too long with ErrTooLarge.
type bounded struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}
