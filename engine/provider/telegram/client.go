package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

const defaultServer = "https://api.telegram.org"

// client calls methods of one bot. It neither retries nor waits.
type client struct {
	base   *url.URL
	token  provider.Secret // goes into the path
	caller httpx.Caller
	clock  clock.Clock
}

// tokens look like this; anything else would change the path that it goes into.
var tokenPattern = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{5,100}$`)

func newClient(cfg provider.Config) (client, error) {
	const op = "open"
	server := cfg.Account.Server
	if strings.TrimSpace(server) == "" {
		server = defaultServer
	}
	base, err := httpx.ServerURL(server, defaultServer)
	if err != nil {
		return client{}, provider.Refused(op, "%w", err)
	}
	token, err := readToken(cfg)
	if err != nil {
		return client{}, &provider.Error{Kind: provider.Unauthorized, Op: op, Err: fmt.Errorf("credentials.token: %w", err)}
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System{}
	}
	_, half, _ := strings.Cut(token.Reveal(), ":")
	return client{base: base, token: token, clock: clk, caller: httpx.Caller{
		HTTP:    httpx.NewClient(cfg.HTTP, httpx.Options{Timeout: cfg.Timeout, UserAgent: cfg.UserAgent}),
		Now:     clk.Now,
		OnRate:  cfg.OnRate,
		Secrets: []provider.Secret{token, provider.NewSecret(half)},
	}}, nil
}

func readToken(cfg provider.Config) (provider.Secret, error) {
	if cfg.Credential == nil {
		return provider.Secret{}, errors.New("not given")
	}
	token, err := cfg.Credential("token")
	if err != nil {
		return provider.Secret{}, err
	}
	clean := strings.TrimSpace(token.Reveal())
	if !tokenPattern.MatchString(clean) {
		return provider.Secret{}, errors.New("it is no bot's token: BotFather gives one like 123456:ABC-DEF")
	}
	return provider.NewSecret(clean), nil
}

// server names the server in an identity.
func (c *client) server() string { return c.base.Host + c.base.Path }

// call is one method with its parameters and files.
type call struct {
	op     string
	method string
	params map[string]any
	files  []upload
	read   bool // changes nothing
	sends  bool // makes a publication
}

// upload is a file in memory, under the name by which parameters mean it.
type upload struct {
	field string
	name  string
	kind  string // MIME
	data  []byte
}

// answer is what every method answers.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		MigrateTo  int64   `json:"migrate_to_chat_id"`
		RetryAfter float64 `json:"retry_after"` // seconds
	} `json:"parameters"`
}

// do makes one attempt and decodes the result into v, where there is one. A read
// changes nothing, so whatever happens to it, it may be sent again: what would be
// Ambiguous for a write is Unsent.
func (c *client) do(ctx context.Context, q call, v any) (*httpx.Response, error) {
	resp, err := c.try(ctx, q, v)
	if q.read {
		err = provider.Harmless(q.op, err)
	}
	return resp, err
}

func (c *client) try(ctx context.Context, q call, v any) (*httpx.Response, error) {
	body, size, kind, err := q.body()
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: q.op, Err: err}
	}
	sealed := &seal{r: body, left: size}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("bot"+c.token.Reveal(), q.method).String(), sealed)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: q.op, Err: errors.New("the request cannot be made")}
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	resp, err := c.caller.Do(q.op, req)
	var e *provider.Error
	switch {
	case err == nil:
		return resp, q.decode(resp, v)
	case !errors.As(err, &e):
		return resp, err
	case resp == nil && !sealed.close():
		e.Kind = provider.Unsent
	case resp != nil:
		c.refine(q, resp, e)
	}
	return resp, e
}

// body writes the parameters: as JSON, or with files as a form, in which what is
// no plain value is JSON.
func (q call) body() (io.Reader, int64, string, error) {
	if len(q.files) == 0 {
		b, err := json.Marshal(q.params)
		return bytes.NewReader(b), int64(len(b)), "application/json", err
	}
	f := httpx.NewForm()
	for _, name := range slices.Sorted(maps.Keys(q.params)) {
		text, err := formValue(q.params[name])
		if err != nil {
			return nil, 0, "", err
		}
		f.Text(name, text)
	}
	for _, u := range q.files {
		err := f.File(u.field, provider.File{Name: u.name, Type: u.kind, Bytes: int64(len(u.data)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(u.data)), nil
		}})
		if err != nil {
			return nil, 0, "", err
		}
	}
	r, size, kind := f.Body()
	return r, size, kind, nil
}

func formValue(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// decode reads an answer that was a success by its status. One that is none, or
// cannot be read, proves nothing of a write.
func (q call) decode(resp *httpx.Response, v any) error {
	var a answer
	err := lenient(resp.Body, &a)
	if err == nil && a.OK && v != nil {
		err = lenient(a.Result, v)
	}
	if err == nil && a.OK {
		return nil
	}
	return doubtful(q.op, resp, "the answer is not that of the Bot API")
}

// lenient decodes JSON as liberally as is safe: a field of a wrong type is left
// empty. The API changes without versions, and a field that we could do without
// must not make a publication doubtful; what must be there is checked by who needs
// it.
func lenient(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return nil
	}
	return err
}

// doubtful is the error of a write that was answered in a form that proves
// nothing.
func doubtful(op string, resp *httpx.Response, what string) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Status: resp.Status, Err: errors.New(what)}
}

func unsupported(op, format string, args ...any) *provider.Error {
	return &provider.Error{Kind: provider.Unsupported, Op: op, Err: fmt.Errorf(format, args...)}
}
