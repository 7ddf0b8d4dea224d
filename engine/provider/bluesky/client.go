package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// client sends requests to one server in one session. It neither retries nor
// waits, but for what send says of an expired token. What the session's DID
// document calls the account's own server is never called: a server that we were
// told to trust forwards, and a token does not go where an answer points.
type client struct {
	base   *url.URL
	caller httpx.Caller
	vault  *vault
}

func newClient(cfg provider.Config) (client, error) {
	const op = "open"
	base, err := serverURL(cfg.Account.Server)
	if err != nil {
		return client{}, &provider.Error{Kind: provider.Rejected, Op: op, Err: err}
	}
	password, err := passwordOf(cfg)
	if err != nil {
		return client{}, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: fmt.Errorf("credentials.%s: %w", credential, err)}
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System{}
	}
	return client{base: base, vault: newVault(password), caller: httpx.Caller{
		HTTP:   httpx.NewClient(cfg.HTTP, httpx.Options{Timeout: cfg.Timeout, UserAgent: cfg.UserAgent}),
		Now:    clk.Now,
		OnRate: cfg.OnRate,
	}}, nil
}

func passwordOf(cfg provider.Config) (provider.Secret, error) {
	if cfg.Credential == nil {
		return provider.Secret{}, errors.New("not given")
	}
	s, err := cfg.Credential(credential)
	if err == nil && strings.TrimSpace(s.Reveal()) == "" {
		err = errors.New("it is empty")
	}
	return s, err
}

// serverURL reads an account's server. The API is at its root, so the address has
// no path.
func serverURL(server string) (*url.URL, error) {
	const example = "https://bsky.social"
	u, err := httpx.ServerURL(server, example)
	if err == nil && u.Path != "" {
		err = fmt.Errorf("server %q: want the address without a path, such as %s", server, example)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// payload is a body that can be sent twice, should the first time be refused.
type payload struct {
	kind string
	size int64
	open func() (io.ReadCloser, error)
}

func jsonPayload(v any) (*payload, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &payload{"application/json", int64(len(b)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}, nil
}

// get asks. A question changes nothing, so whatever happens to it, it may be
// asked again: what would be Ambiguous for a write is Unsent.
func (c *client) get(ctx context.Context, op, method string, query url.Values, into any) error {
	resp, err := c.send(ctx, op, method, query, nil)
	if err == nil {
		err = decode(op, resp, into)
	}
	return provider.Harmless(op, err)
}

// write sends v as a procedure's input, and reads its output.
func (c *client) write(ctx context.Context, op, method string, v, into any) error {
	body, err := jsonPayload(v)
	if err != nil {
		return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	resp, err := c.send(ctx, op, method, nil, body)
	if err != nil {
		return err
	}
	return decode(op, resp, into)
}

// send makes one attempt in the session. A request that is answered ExpiredToken
// was not looked at: then the session is renewed and the request sent once more.
// That is the only repetition in this package, and it is of what is proven not
// to have been carried out.
func (c *client) send(ctx context.Context, op, method string, query url.Values, body *payload) (*httpx.Response, error) {
	token := c.vault.token()
	resp, err := c.once(ctx, op, method, query, body, token)
	if !coded(err, "ExpiredToken") || !provider.Is(err, provider.Unauthorized) {
		return resp, err // with a 500 it would prove nothing
	}
	if err := c.renew(ctx, op, token); err != nil {
		return nil, err
	}
	return c.once(ctx, op, method, query, body, c.vault.token())
}

// once makes one request. The token goes into the Authorization header and
// nowhere else.
func (c *client) once(ctx context.Context, op, method string, query url.Values, body *payload, token string) (*httpx.Response, error) {
	req, err := c.request(ctx, method, query, body)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.caller.Do(op, req)
	if err == nil {
		return resp, nil
	}
	return resp, c.vault.hide(refine(resp, provider.AsError(op, err)))
}

func (c *client) request(ctx context.Context, method string, query url.Values, body *payload) (*http.Request, error) {
	u := c.base.JoinPath("xrpc", method)
	u.RawQuery = query.Encode()
	verb := http.MethodGet
	var r io.ReadCloser
	if body != nil {
		verb = http.MethodPost
		var err error
		if r, err = body.open(); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, verb, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Body, req.ContentLength = r, body.size
		if body.kind != "" {
			req.Header.Set("Content-Type", body.kind)
		}
	}
	return req, nil
}

func noBody() (io.ReadCloser, error) { return http.NoBody, nil }

var errorName = regexp.MustCompile(`^[A-Za-z]{1,64}$`)

// kinds of the errors that a PDS names with a status of 400 to 499, where the
// status alone would mislead (packages/pds and packages/xrpc-server, read
// 2026-08-20). InvalidSwap stays Rejected: callers know what it means to them.
var kinds = map[string]provider.Kind{
	"ExpiredToken": provider.Unauthorized, "InvalidToken": provider.Unauthorized, "AuthMissing": provider.Unauthorized,
	"AuthenticationRequired": provider.Unauthorized, "AuthFactorTokenRequired": provider.Unauthorized,
	"AccountTakedown": provider.Unauthorized, "AccountDeactivated": provider.Unauthorized, "AccountNotFound": provider.Unauthorized,
	"RecordNotFound": provider.NotFound,
	"BlobNotFound":   provider.Unsent, // an upload that was swept away: the next attempt uploads again
}

// refine reads a refusal as this protocol means it: its statuses are few, and the
// error's name tells.
func refine(resp *httpx.Response, e *provider.Error) *provider.Error {
	if resp == nil {
		return e
	}
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(resp.Body, &said) == nil && errorName.MatchString(said.Error) && resp.Status >= 400 {
		e.Code = said.Error
		if e.Err != nil {
			e.Err = errors.New(strings.TrimPrefix(strings.TrimPrefix(e.Err.Error(), said.Error), ": "))
		}
	}
	switch resp.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		e.Kind = provider.Unsupported
	case http.StatusGone:
		e.Kind = provider.Rejected
	}
	if kind, known := kinds[e.Code]; known && resp.Status >= 400 && resp.Status < 500 {
		e.Kind = kind
	}
	return e
}

// decode reads an answer. A field of a wrong type is left empty, and who needs it
// says so; only what is no JSON at all is an error.
func decode(op string, resp *httpx.Response, into any) error {
	err := json.Unmarshal(resp.Body, into)
	var wrong *json.UnmarshalTypeError
	if err == nil || errors.As(err, &wrong) {
		return nil
	}
	return resp.JSON(op, new(any))
}

// unreadable is the error of a write that was answered with success, in a form
// that proves nothing.
func unreadable(op, what string) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Err: errors.New(what)}
}
