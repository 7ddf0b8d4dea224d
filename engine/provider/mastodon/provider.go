// Package mastodon publishes to any server that speaks the Mastodon API:
// Mastodon and its forks, GoToSocial, Pleroma and Akkoma, Pixelfed. It is liberal
// in what it reads, for those servers differ in many details, and strict in what
// it concludes: an answer that does not prove an outcome is Ambiguous. It imports
// provider, httpx, content, clock, measure's unit names and golang.org/x/net/html.
//
// Facts are from mastodon/documentation (2026-07-02) and from the servers'
// sources, as listed with dates in docs/providers/mastodon.md.
package mastodon

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// Name is the provider's name in files.
const Name = "mastodon"

// A post's options.
const (
	optVisibility = "visibility"
	optWarning    = "content_warning"
	optSensitive  = "sensitive"
)

const postOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Mastodon post options",
  "description": "What only servers with the Mastodon API know of a post.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "visibility": {
      "title": "Visibility",
      "description": "Who sees the post: everyone (public), everyone but not in public timelines (unlisted), followers (private), mentioned people (direct). Default: the account's own setting. It cannot be edited.",
      "enum": ["public", "unlisted", "private", "direct"],
      "examples": ["unlisted"]
    },
    "content_warning": {
      "title": "Content warning",
      "description": "Shown instead of the post until the reader opens it. Counts towards the post's length.",
      "type": "string",
      "minLength": 1,
      "maxLength": 500,
      "examples": ["Food"]
    },
    "sensitive": {
      "title": "Sensitive media",
      "description": "Hides the media until the reader asks for them. A content warning does so, too.",
      "type": "boolean",
      "examples": [true]
    }
  }
}`

// Driver is the table's row.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:         Name,
		Facility:     provider.IdempotencyKey,
		Capabilities: capabilities(mastodonServer),
		Limits:       defaults(mastodonServer),
		PostOptions:  postOptions,
		Credentials:  []string{"token"},
		NeedsServer:  true,
		Fingerprint:  fingerprintOf,
		Open:         Open,
	}
}

// login is one account, opened; it is every facet.
type login struct {
	client
	me     string // the account's id
	kind   software
	caps   provider.Capabilities
	limits provider.Limits
	file   func(context.Context, content.Attachment) (provider.File, error)
	clock  clock.Clock
	opened int64 // when, in Unix milliseconds

	mu      sync.Mutex
	oldAPI  bool              // media go to /api/v1
	uploads map[string]upload // of this run, not yet attached
	keys    map[string]*keyUse
}

// Open signs in and reads what the server allows.
func Open(ctx context.Context, cfg provider.Config) (*provider.Account, error) {
	c, clk, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	l := &login{client: c, file: cfg.File, clock: clk, opened: clk.Now().UnixMilli(), uploads: map[string]upload{}, keys: map[string]*keyUse{}}
	me, resp, err := l.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	l.me = string(me.ID)
	if err := l.readInstance(ctx); err != nil {
		return nil, err
	}
	l.limits = l.limits.Declare(cfg.Account.PlatformLimits)
	return l.account(me, resp.Date), nil
}

func (l *login) account(me account, serverTime time.Time) *provider.Account {
	a := &provider.Account{
		Identity:     provider.Identity{Provider: Name, Server: l.server(), ID: l.me, Handle: handle(me)},
		Capabilities: l.caps,
		Limits:       l.limits,
		ServerTime:   serverTime,
		Posts:        l,
		Profile:      l,
	}
	if l.caps.Pin {
		a.Pins = l
	}
	if l.caps.Schedule {
		a.Schedules = l
	}
	return a
}

func handle(me account) string {
	if me.Acct == "" {
		return "@" + string(me.Username)
	}
	return "@" + string(me.Acct)
}

// whoAmI reads the account that the token belongs to.
func (l *login) whoAmI(ctx context.Context) (account, *httpx.Response, error) {
	const op = "sign in"
	resp, err := l.get(ctx, op, "/api/v1/accounts/verify_credentials", nil)
	if err != nil {
		return account{}, nil, err
	}
	var me account
	if err := decode(resp.Body, &me); err != nil || me.ID == "" {
		return account{}, nil, &provider.Error{
			Kind: provider.Rejected, Op: op, Status: resp.Status,
			Err: fmt.Errorf("%s does not answer as a server with the Mastodon API", l.server()),
		}
	}
	return me, resp, nil
}
