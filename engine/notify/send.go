package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

const (
	timeout   = 10 * time.Second
	maxAnswer = 64 << 10
	op        = "telling the webhook"
)

// Sender sends to webhooks. The zero value needs Clock.
type Sender struct {
	HTTP      *http.Client // nil: a client of its own
	Clock     clock.Clock
	UserAgent string
}

// Check says whether an address can be a webhook's. Its errors do not show it.
func Check(address provider.Secret) error {
	u, err := url.Parse(address.Reveal())
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the webhook's address is no https address")
	case u.Scheme == "http" && !httpx.Private(u.Hostname()):
		return errors.New("the webhook's address begins with http, which would send it in the clear: it has to be https")
	}
	return nil
}

// Send makes one attempt. Its error is a *provider.Error: Ambiguous where the
// message may have arrived, any other kind where it is proven that it has not. The
// address, which is a secret, is in none.
func (s Sender) Send(ctx context.Context, address provider.Secret, m Message) error {
	if err := Check(address); err != nil {
		return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the webhook's address cannot be used")}
	}
	req.Header.Set("Content-Type", "application/json")
	caller := httpx.Caller{
		HTTP:    httpx.NewClient(s.HTTP, httpx.Options{Timeout: timeout, MaxBytes: maxAnswer, UserAgent: s.UserAgent}),
		Now:     s.Clock.Now,
		Secrets: []provider.Secret{address},
	}
	if _, err := caller.Do(op, req); err != nil {
		return plain(err)
	}
	return nil
}

// plain keeps of a failure its kind, its status and the connection's cause. What
// the server wrote is left out: nothing is gained by it, and it may quote us.
func plain(err error) error {
	var e *provider.Error
	if !errors.As(err, &e) {
		return &provider.Error{Kind: provider.Ambiguous, Op: op}
	}
	out := *e
	if e.Status != 0 {
		out.Err = advice(e.Kind, e.Status)
	}
	return &out
}

func advice(kind provider.Kind, status int) error {
	switch {
	case kind == provider.Ambiguous:
		return errors.New("whether the message has arrived is not known; it is not sent again")
	case kind == provider.Throttled:
		return errors.New("it asks to wait: the next run tells the rest")
	case kind == provider.Unauthorized, kind == provider.NotFound:
		return errors.New("it is not there any more, or takes nothing: make a new one and replace the secret")
	case status/100 == 3:
		return errors.New("it redirects elsewhere, where its address, which is a secret, does not go")
	}
	return fmt.Errorf("it refused the message (%s)", http.StatusText(status))
}

// Sent reports whether a message may have arrived: without an error, or with one
// that proves nothing.
func Sent(err error) bool { return err == nil || provider.Is(err, provider.Ambiguous) }
