package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// client sends requests to one server with one token. It neither retries nor
// waits.
type client struct {
	base   *url.URL
	token  provider.Secret
	caller httpx.Caller
}

func newClient(cfg provider.Config) (client, clock.Clock, error) {
	const op = "open"
	base, err := httpx.ServerURL(cfg.Account.Server, "https://mastodon.example")
	if err != nil {
		return client{}, nil, &provider.Error{Kind: provider.Rejected, Op: op, Err: err}
	}
	if cfg.Credential == nil {
		return client{}, nil, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: errors.New("credentials.token: not given")}
	}
	token, err := cfg.Credential("token")
	if err == nil && strings.TrimSpace(token.Reveal()) == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		return client{}, nil, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: fmt.Errorf("credentials.token: %w", err)}
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System{}
	}
	return client{base: base, token: token, caller: httpx.Caller{
		HTTP:   httpx.NewClient(cfg.HTTP, httpx.Options{Timeout: cfg.Timeout, UserAgent: cfg.UserAgent}),
		Now:    clk.Now,
		OnRate: cfg.OnRate,
	}}, clk, nil
}

// server names the server in an identity.
func (c *client) server() string { return c.base.Host + c.base.Path }

// request is one request to the API.
type request struct {
	op     string
	method string
	path   string
	query  url.Values
	body   io.Reader
	size   int64
	kind   string // of the body
	key    string // Idempotency-Key
}

// get reads. A read changes nothing, so whatever happens to it, it may be sent
// again: what would be Ambiguous for a write is Unsent.
func (c *client) get(ctx context.Context, op, path string, query url.Values) (*httpx.Response, error) {
	resp, err := c.send(ctx, request{op: op, method: http.MethodGet, path: path, query: query})
	return resp, provider.Harmless(op, err)
}

// post sends v as JSON: every server takes it, nested values (a poll, media
// attributes) need no naming convention of one web framework, and texts need no
// second encoding. Only files go as a form.
func (c *client) post(ctx context.Context, r request, v any) (*httpx.Response, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: r.op, Err: err}
	}
	r.body, r.size, r.kind = bytes.NewReader(b), int64(len(b)), "application/json"
	return c.send(ctx, r)
}

// send makes one attempt. The token goes into the Authorization header and
// nowhere else.
func (c *client) send(ctx context.Context, r request) (*httpx.Response, error) {
	u := c.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), r.body)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: r.op, Err: err}
	}
	if r.body != nil {
		req.ContentLength = r.size
		req.Header.Set("Content-Type", r.kind)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	resp, err := c.caller.Do(r.op, req)
	if err == nil {
		return resp, nil
	}
	e := provider.AsError(r.op, err)
	if resp != nil && (resp.Status == http.StatusMethodNotAllowed || resp.Status == http.StatusNotImplemented) {
		e.Kind = provider.Unsupported
	}
	return resp, e
}

// unreadable is the error of a write that was answered with success, in a form
// that proves nothing.
func unreadable(op string, resp *httpx.Response, what string) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Status: resp.Status, Err: errors.New(what)}
}

// seg escapes an id for a path: it came from a server or a file.
func seg(id string) string { return url.PathEscape(id) }
