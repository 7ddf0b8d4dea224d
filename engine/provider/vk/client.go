package vk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// version is the API's, sent with each request: VK's answers change with it.
const version = "5.199"

// defaultHost is where VK's documentation sends requests since 2025; formerHost
// is the same API under its older name.
const (
	defaultHost = "api.vk.ru"
	formerHost  = "api.vk.com"
)

// client calls the API's methods with one token. It does not repeat anything.
type client struct {
	base   *url.URL
	token  provider.Secret
	caller httpx.Caller
	clock  clock.Clock
	pace   *pace
}

func newClient(cfg provider.Config, perSecond int) (client, error) {
	const op = "open"
	base, err := serverURL(cfg.Account.Server)
	if err != nil {
		return client{}, provider.Refused(op, "%w", err)
	}
	token, err := credential(cfg)
	if err != nil {
		return client{}, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: fmt.Errorf("credentials.token: %w", err)}
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System{}
	}
	return client{base: base, token: token, clock: clk, pace: &pace{clock: clk, most: perSecond}, caller: httpx.Caller{
		HTTP:   httpx.NewClient(cfg.HTTP, httpx.Options{Timeout: cfg.Timeout, UserAgent: cfg.UserAgent}),
		Now:    clk.Now,
		OnRate: cfg.OnRate,
	}}, nil
}

func credential(cfg provider.Config) (provider.Secret, error) {
	if cfg.Credential == nil {
		return provider.Secret{}, errors.New("not given")
	}
	token, err := cfg.Credential("token")
	if err == nil && strings.TrimSpace(token.Reveal()) == "" {
		err = errors.New("it is empty")
	}
	return token, err
}

// serverURL reads an account's server; empty is VK's own. It is stricter than
// httpx: plain HTTP is for this machine only, not for private networks.
func serverURL(server string) (*url.URL, error) {
	if strings.TrimSpace(server) == "" {
		server = defaultHost
	}
	u, err := httpx.ServerURL(server, "https://"+defaultHost)
	if err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		err = fmt.Errorf("server %q: http is for this machine only: write https", server)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// server names the API in an identity; VK's two names are one.
func (c *client) server() string {
	if c.base.Host == formerHost {
		return defaultHost + c.base.Path
	}
	return c.base.Host + c.base.Path
}

// read calls a method that changes nothing: whatever happens to it, it may be
// called again, so what would be Ambiguous for a write is Unsent.
func (c *client) read(ctx context.Context, op, method string, params url.Values, into any) (time.Time, error) {
	date, err := c.call(ctx, op, method, params, into)
	return date, provider.Harmless(op, err)
}

// call makes one attempt at a method and decodes its answer. The token goes into the
// Authorization header and nowhere else: VK takes it as a parameter, too, but
// parameters end in logs and in the request_params of its errors.
func (c *client) call(ctx context.Context, op, method string, params url.Values, into any) (time.Time, error) {
	if err := c.pace.wait(ctx); err != nil {
		return time.Time{}, &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	form := url.Values{"v": {version}}
	for k, v := range params {
		form[k] = v
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("method", method).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return time.Time{}, &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	resp, err := c.caller.Do(op, req)
	if err != nil {
		return time.Time{}, statusFailure(op, err)
	}
	return resp.Date, c.decode(op, method, resp, into)
}

// decode tells an answer from a failure: VK sends both with HTTP 200.
func (c *client) decode(op, method string, resp *httpx.Response, into any) error {
	var a struct {
		Response json.RawMessage `json:"response"`
		Error    *failure        `json:"error"`
	}
	if err := json.Unmarshal(resp.Body, &a); err != nil {
		return unreadable(op, method, err)
	}
	if a.Error != nil {
		return c.failed(op, *a.Error)
	}
	if len(a.Response) == 0 {
		return unreadable(op, method, errors.New("it has neither a response nor an error"))
	}
	if err := json.Unmarshal(a.Response, into); err != nil {
		return unreadable(op, method, err)
	}
	return nil
}

// pace keeps requests within what VK takes in a second. Within one publication
// there are several, and the last, which reads back, must not be refused for
// coming too soon.
type pace struct {
	clock clock.Clock
	most  int

	mu   sync.Mutex
	sent []time.Time
}

// window is a second, and a little for what arrives closer together than it left.
const window = 1100 * time.Millisecond

func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.sent); n >= p.most {
		if pause := p.sent[n-p.most].Add(window).Sub(p.clock.Now()); pause > 0 {
			if err := p.clock.Sleep(ctx, min(pause, window)); err != nil {
				return err
			}
		}
		p.sent = p.sent[n-p.most+1:]
	}
	p.sent = append(p.sent, p.clock.Now())
	return nil
}
