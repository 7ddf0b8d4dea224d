package wordpress

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

// client sends requests to one site with one application password. It neither
// retries nor waits.
type client struct {
	base     *url.URL
	plain    bool // the API is at ?rest_route=
	name     string
	password provider.Secret
	caller   httpx.Caller
}

func newClient(cfg provider.Config) (client, clock.Clock, error) {
	const op = "open"
	base, err := httpx.ServerURL(cfg.Account.Server, "https://blog.example")
	if err != nil {
		return client{}, nil, &provider.Error{Kind: provider.Rejected, Op: op, Err: err}
	}
	var given [2]string
	for i, name := range []string{"user", "app_password"} {
		if given[i], err = credential(cfg, name); err != nil {
			return client{}, nil, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: fmt.Errorf("credentials.%s: %w", name, err)}
		}
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System{}
	}
	return client{base: base, name: given[0], password: provider.NewSecret(given[1]), caller: httpx.Caller{
		HTTP:   httpx.NewClient(cfg.HTTP, httpx.Options{Timeout: cfg.Timeout, UserAgent: cfg.UserAgent}),
		Now:    clk.Now,
		OnRate: cfg.OnRate,
	}}, clk, nil
}

func credential(cfg provider.Config, name string) (string, error) {
	if cfg.Credential == nil {
		return "", errors.New("not given")
	}
	s, err := cfg.Credential(name)
	if err != nil {
		return "", err
	}
	v := strings.TrimSpace(s.Reveal())
	switch {
	case v == "":
		return "", errors.New("it is empty")
	case name == "user" && strings.Contains(v, ":"):
		return "", errors.New("a user's name has no colon")
	}
	return v, nil
}

// server names the site in an identity.
func (c *client) server() string { return c.base.Host + c.base.Path }

// address is a route's address, by either of the API's two forms.
func (c *client) address(route string, q url.Values) string {
	if !c.plain {
		u := c.base.JoinPath("/wp-json/wp/v2/" + route)
		u.RawQuery = q.Encode()
		return u.String()
	}
	u := c.base.JoinPath("/")
	out := url.Values{"rest_route": {"/wp/v2/" + route}}
	for k, v := range q {
		out[k] = v
	}
	u.RawQuery = out.Encode()
	return u.String()
}

func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q
}

// request is one request to the API.
type request struct {
	op     string
	method string
	route  string // below wp/v2
	query  url.Values
	body   io.Reader
	size   int64
	kind   string // of the body
}

// get reads. A read changes nothing, so what would be Ambiguous for a write is
// Unsent.
func (c *client) get(ctx context.Context, op, route string, q url.Values) (*httpx.Response, error) {
	resp, err := c.send(ctx, request{op: op, method: http.MethodGet, route: route, query: q})
	return resp, provider.Harmless(op, err)
}

// post sends v as JSON.
func (c *client) post(ctx context.Context, op, route string, q url.Values, v any) (*httpx.Response, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	return c.send(ctx, request{op: op, method: http.MethodPost, route: route, query: q, body: bytes.NewReader(b), size: int64(len(b)), kind: "application/json"})
}

// send makes one attempt. The password goes into the Authorization header and
// nowhere else.
func (c *client) send(ctx context.Context, r request) (*httpx.Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.address(r.route, r.query), r.body)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: r.op, Err: err}
	}
	if r.body != nil {
		req.ContentLength = r.size
		req.Header.Set("Content-Type", r.kind)
	}
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(c.name, c.password.Reveal())
	resp, err := c.caller.Do(r.op, req)
	if err == nil {
		return resp, nil
	}
	return resp, c.failure(resp, provider.AsError(r.op, err))
}
