package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// client sends requests to one webhook. It neither retries nor waits. The token
// is part of every path, and so of every error that net/http makes.
type client struct {
	hook
	caller httpx.Caller
	agent  string
	now    func() time.Time
	onRate func(provider.Rate)
	gone   *atomic.Bool            // the webhook no longer exists: nothing more is sent
	bucket *atomic.Pointer[string] // the name of the rate limit of publications, once it is known
}

func newClient(cfg provider.Config, h hook, clk clock.Clock) client {
	return client{
		hook: h, agent: userAgent(cfg.UserAgent), now: clk.Now, onRate: cfg.OnRate, gone: &atomic.Bool{}, bucket: &atomic.Pointer[string]{},
		// Rates are read here, not by httpx: only one bucket is of use.
		caller: httpx.Caller{HTTP: httpx.NewClient(cfg.HTTP, httpx.Options{Timeout: cfg.Timeout}), Now: clk.Now},
	}
}

// userAgent makes of "smmctl/1.2" the form that Discord demands; requests with
// another may be blocked (reference, User Agent, 2026-08-06).
func userAgent(program string) string {
	_, version, _ := strings.Cut(program, "/")
	if version == "" {
		version = "dev"
	}
	return "DiscordBot (https://github.com/smmctl/smmctl, " + version + ")"
}

// request is one request to the webhook's address.
type request struct {
	op     string
	method string
	path   string // behind the token
	query  url.Values
	body   io.Reader
	size   int64
	kind   string // of the body
}

// get reads. Whatever happens to a read, it may be sent again: what would be
// Ambiguous for a write is Unsent.
func (c *client) get(ctx context.Context, op, path string, query url.Values) (*httpx.Response, error) {
	resp, e := c.send(ctx, request{op: op, method: http.MethodGet, path: path, query: query})
	if e == nil {
		return resp, nil
	}
	return resp, provider.Harmless(op, e)
}

// sendJSON sends v.
func (c *client) sendJSON(ctx context.Context, r request, v any) (*httpx.Response, *provider.Error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: r.op, Err: err}
	}
	r.body, r.size, r.kind = bytes.NewReader(b), int64(len(b)), "application/json"
	return c.send(ctx, r)
}

var errGone = errors.New("the webhook does not exist any more, or its address has changed: make a new one and put its address into the credentials")

// send makes one attempt. A webhook that was found to be gone is not called
// again, for Discord blocks who does so (webhooks guide and rate limits,
// 2026-08-06).
func (c *client) send(ctx context.Context, r request) (*httpx.Response, *provider.Error) {
	if c.gone.Load() {
		return nil, &provider.Error{Kind: provider.Unauthorized, Op: r.op, Err: errGone}
	}
	address := c.origin + apiPath + c.id + "/" + c.token.Reveal() + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, r.body)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: r.op, Err: c.hidden(err)}
	}
	if r.body != nil {
		req.ContentLength = r.size
		req.Header.Set("Content-Type", r.kind)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	resp, err := c.caller.Do(r.op, req)
	if resp != nil {
		c.noteRate(r.method, resp.Header)
	}
	if err != nil {
		return resp, c.failure(r.op, resp, err)
	}
	return resp, nil
}

// unreadable is the error of a write that was answered with success, in a form
// that proves nothing.
func unreadable(op string, resp *httpx.Response, what string) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Status: resp.Status, Err: errors.New(what)}
}

// decode reads JSON as liberally as is safe: a field of the wrong type is left
// empty, the rest is read. What must be there is checked by who needs it.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return nil
	}
	return err
}
