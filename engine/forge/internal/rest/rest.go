// Package rest is the HTTP that the forges' clients share: one attempt a write, a
// few a read, lists read to their end, and answers sorted into the errors of
// package forge. It imports forge, and of the providers' packages httpx for its
// rules about tokens, redirects and bounds, and provider for the redacting type.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

const (
	// maxBytes bounds an answer: a full page of comments of 64 KiB each fits.
	maxBytes = 32 << 20
	attempts = 3 // of a read
	pause    = time.Second
	agent    = "smmctl"
)

// Config says where a client calls, and as whom.
type Config struct {
	Name       string // of the forge, for errors
	API        string // the base address, such as https://api.github.com
	Repository string // owner/name
	Token      provider.Secret
	Scheme     string // before the token, in Authorization
	HTTP       *http.Client
	Clock      clock.Clock // the system's where nil
	Header     http.Header // further headers of each request
}

// Client calls one repository's interface.
type Client struct {
	name, base, repository string
	scheme                 string
	token                  provider.Secret
	header                 http.Header
	call                   httpx.Caller
	clock                  clock.Clock
}

var repository = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$`)

// New checks c and makes its client.
func New(c Config) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(c.API, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("%s: the interface's address is no plain http or https address", c.Name)
	}
	if owner, name, _ := strings.Cut(c.Repository, "/"); !repository.MatchString(c.Repository) || dots(owner) || dots(name) {
		return nil, fmt.Errorf("%s: %q is no repository: write owner/name", c.Name, c.Repository)
	}
	if strings.ContainsAny(c.Token.Reveal(), "\r\n\x00 ") {
		return nil, fmt.Errorf("%s: the token has a space or a line break in it", c.Name)
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	header := http.Header{}
	if c.Header != nil {
		header = c.Header.Clone()
	}
	return &Client{
		name: c.Name, base: base.String(), repository: c.Repository, scheme: c.Scheme, token: c.Token, header: header, clock: c.Clock,
		call: httpx.Caller{HTTP: httpx.NewClient(c.HTTP, httpx.Options{MaxBytes: maxBytes, UserAgent: agent}), Now: c.Clock.Now, Secrets: []provider.Secret{c.Token}},
	}, nil
}

func dots(s string) bool { return s == "." || s == ".." }

// Request is one call. Op says what is asked, for errors; Needs, which permission
// it takes.
type Request struct {
	Op, Needs string
	Method    string // GET where empty
	Path      string // below the repository; with a leading double slash, below the interface
	Query     url.Values
	Body      any // nil: none
}

// Do carries r out and decodes its answer into v, which is nil where there is
// none. A write is sent once; a read up to three times, where an answer is
// missing or the server's fault.
func (c *Client) Do(ctx context.Context, r Request, v any) (http.Header, error) {
	for n := 1; ; n++ {
		header, err := c.once(ctx, r, v)
		if err == nil || n == attempts || r.Method != "" || !transient(err) {
			return header, c.sorted(r, err)
		}
		if err := c.clock.Sleep(ctx, time.Duration(n)*pause); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.name, r.Op, err)
		}
	}
}

// transient reports whether asking again may help.
func transient(err error) bool {
	return (provider.Is(err, provider.Ambiguous) || provider.Is(err, provider.Unsent)) &&
		!errors.Is(err, httpx.ErrTooLarge) && !errors.Is(err, errAnswer) && !errors.Is(err, context.Canceled)
}

// errAnswer marks an answer that is not what the interface promises.
var errAnswer = errors.New("the answer is not what this interface gives")

func (c *Client) once(ctx context.Context, r Request, v any) (http.Header, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.call.Do(r.Op, req)
	if err != nil {
		return nil, limited(err, resp, c.clock.Now())
	}
	if v == nil {
		return resp.Header, nil
	}
	if err := Decode(resp.Body, v); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", r.Op, errAnswer, err)
	}
	return resp.Header, nil
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	address := c.base
	if below, whole := strings.CutPrefix(r.Path, "//"); whole {
		address += "/" + below
	} else {
		address += "/repos/" + c.repository + r.Path
	}
	if len(r.Query) > 0 {
		address += "?" + r.Query.Encode()
	}
	method, body := r.Method, []byte(nil)
	if method == "" {
		method = http.MethodGet
	}
	if r.Body != nil {
		var err error
		if body, err = json.Marshal(r.Body); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Op, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: the address cannot be made", r.Op)
	}
	req.Header = c.header.Clone()
	if token := c.token.Reveal(); token != "" {
		req.Header.Set("Authorization", c.scheme+" "+token)
	}
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}
