// Package bluesky publishes to a Personal Data Server (PDS) of the AT Protocol,
// which is where Bluesky's posts live. It writes each post under a key of our
// own, so that the same publication sent twice is one post. It imports provider,
// httpx, content, clock, measure and golang.org/x/text.
//
// Facts are from the lexicons and the reference PDS (bluesky-social/atproto
// @d6296a1cfd, 2026-08-20) and from what its npm package 0.4.217 was seen to do
// (2026-11-24); docs/providers/bluesky.md lists them.
package bluesky

import (
	"context"
	"errors"
	"fmt"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Name is the provider's name in files.
const Name = "bluesky"

// Driver is the table's row.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:           Name,
		Facility:       provider.ClientKey,
		Capabilities:   capabilities(false),
		Limits:         defaults(),
		PostOptions:    postOptions,
		AccountOptions: accountOptions,
		Credentials:    []string{credential},
		NeedsServer:    true,
		NeedsHandle:    true,
		Fingerprint:    fingerprintOf,
		Open:           Open,
	}
}

// login is one account, opened; it is every facet.
type login struct {
	client
	did    string
	caps   provider.Capabilities
	limits provider.Limits
	file   func(context.Context, content.Attachment) (provider.File, error)
}

// Open signs in. It makes one session: the server allows 30 in five minutes and
// 300 a day for each account (PDS createSession.ts, read 2026-11-24).
func Open(ctx context.Context, cfg provider.Config) (*provider.Account, error) {
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	edits, err := editsInPlace(cfg.Account.Options)
	if err != nil {
		return nil, provider.Refused("open", "%w", err)
	}
	l := &login{client: c, caps: capabilities(edits), limits: defaults().Declare(cfg.Account.PlatformLimits), file: cfg.File}
	s, date, err := l.signIn(ctx, cfg.Account.Handle)
	if err != nil {
		return nil, err
	}
	l.did = s.DID
	return &provider.Account{
		Identity:     provider.Identity{Provider: Name, Server: l.base.Host, ID: s.DID, Handle: "@" + s.Handle},
		Capabilities: l.caps,
		Limits:       l.limits,
		ServerTime:   date,
		Posts:        l,
		Pins:         l,
		Profile:      l,
	}, nil
}

func unsupported(op, format string, args ...any) *provider.Error {
	return &provider.Error{Kind: provider.Unsupported, Op: op, Err: fmt.Errorf(format, args...)}
}

// coded reports whether err is the server's error of that name.
func coded(err error, name string) bool {
	var e *provider.Error
	return errors.As(err, &e) && e.Code == name
}
