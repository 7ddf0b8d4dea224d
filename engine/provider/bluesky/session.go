package bluesky

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// credential is the name of the app password in an account's file.
const credential = "app_password"

// vault keeps the session's tokens, and knows every secret there has been, so
// that none is ever shown.
type vault struct {
	renewing sync.Mutex // one renewal at a time

	mu              sync.Mutex
	access, refresh string
	known           []string
}

func newVault(password provider.Secret) *vault { return &vault{known: []string{password.Reveal()}} }

func (v *vault) password() string { return v.known[0] }

func (v *vault) token() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.access
}

func (v *vault) renewal() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.refresh
}

func (v *vault) keep(s session) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.access, v.refresh = s.Access, s.Refresh
	v.known = append(v.known, s.Access, s.Refresh)
}

// prefixShown is how much of a secret counts as the secret: a server may cut it.
const prefixShown = 8

var errHidden = errors.New("what the server says of it holds a secret and is not shown")

// hide takes what a server repeats of our secrets out of an error.
func (v *vault) hide(e *provider.Error) *provider.Error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.known {
		if s = s[:min(len(s), prefixShown)]; s == "" {
			continue
		}
		if e.Err != nil && strings.Contains(e.Err.Error(), s) {
			e.Err = errHidden
		}
		if strings.Contains(e.Code, s) {
			e.Code = ""
		}
	}
	return e
}

// session is what createSession and refreshSession answer.
type session struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	DID     string `json:"did"`
	Handle  string `json:"handle"`
	Active  *bool  `json:"active"`
	Status  string `json:"status"` // why it is not active
}

// signIn makes the session. Nothing is published by it, so its doubt is Unsent.
func (c *client) signIn(ctx context.Context, handle string) (session, time.Time, error) {
	const op = "sign in"
	name := strings.TrimPrefix(strings.TrimSpace(handle), "@")
	if name == "" {
		return session{}, time.Time{}, provider.Refused(op, "the account's file needs its handle: %s signs in by handle and app password", Name)
	}
	body, err := jsonPayload(map[string]string{"identifier": name, "password": c.vault.password()})
	if err != nil {
		return session{}, time.Time{}, provider.Refused(op, "%w", err)
	}
	const method = "com.atproto.server.createSession"
	resp, err := c.once(ctx, op, method, url.Values{}, body, "")
	if err != nil {
		return session{}, time.Time{}, provider.Harmless(op, err)
	}
	var s session
	if err := decode(op, resp, &s); err != nil || !validDID(s.DID) || s.Access == "" || s.Refresh == "" {
		return session{}, time.Time{}, provider.Refused(op, "%s does not answer as a server of the AT Protocol", c.base.Host)
	}
	c.vault.keep(s)
	if s.Active != nil && !*s.Active {
		return session{}, time.Time{}, c.vault.hide(&provider.Error{Kind: provider.Unauthorized, Op: op, Code: s.Status, Err: errors.New("the account is not active")})
	}
	if !validHandle(s.Handle) {
		s.Handle = name
	}
	return s, resp.Date, nil
}

// renew exchanges the session's tokens, unless somebody else did since old was
// read. Whatever fails, the request that needed it was not carried out.
func (c *client) renew(ctx context.Context, op, old string) error {
	c.vault.renewing.Lock()
	defer c.vault.renewing.Unlock()
	if c.vault.token() != old {
		return nil
	}
	op += ": renew the session"
	body := &payload{open: noBody}
	resp, err := c.once(ctx, op, "com.atproto.server.refreshSession", url.Values{}, body, c.vault.renewal())
	if err != nil {
		return provider.Harmless(op, err)
	}
	var s session
	if err := decode(op, resp, &s); err != nil || s.Access == "" || s.Refresh == "" {
		return &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the answer is no session")}
	}
	c.vault.keep(s)
	return nil
}
