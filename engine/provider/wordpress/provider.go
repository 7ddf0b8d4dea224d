// Package wordpress publishes posts to a WordPress site over its REST API, with
// an application password. A post is sent as the editor's own blocks, whole in
// one request; what a reader cannot see (a draft, a private post, the trash) is
// not there. It imports provider, httpx, content, clock, golang.org/x/net/html and
// golang.org/x/text.
//
// Facts are from developer.wordpress.org/rest-api and from the source of WordPress
// 6.1.9, read on 2026-11-24; docs/providers/wordpress.md lists them.
package wordpress

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// Name is the provider's name in files.
const Name = "wordpress"

// A post's options.
const (
	optSlug       = "slug"
	optExcerpt    = "excerpt"
	optCategories = "categories"
	optFeatured   = "featured"
	optComments   = "comments"
)

const postOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "WordPress post options",
  "description": "What only WordPress knows of a post.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "slug": {
      "title": "Slug",
      "description": "The last part of the post's address. Default: the post's id. Where another post has it, WordPress adds a number.",
      "type": "string",
      "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
      "maxLength": 190,
      "examples": ["winter-sale"]
    },
    "excerpt": {
      "title": "Excerpt",
      "description": "The summary that lists of posts show, as plain text. Default: WordPress takes the beginning.",
      "type": "string",
      "minLength": 1,
      "examples": ["Our coats are half the price until Christmas."]
    },
    "categories": {
      "title": "Categories",
      "description": "Names of categories. One that is missing is made, if the account may. Default: the site's own default category.",
      "type": "array",
      "items": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^,]+$"},
      "uniqueItems": true,
      "examples": [["News", "Coats"]]
    },
    "featured": {
      "title": "Featured picture",
      "description": "Whether the first picture becomes the post's featured picture (the default) instead of a part of its body.",
      "type": "boolean",
      "examples": [false]
    },
    "comments": {
      "title": "Comments",
      "description": "Whether readers may comment. Default: the site's own setting.",
      "enum": ["open", "closed"],
      "examples": ["closed"]
    }
  }
}`

// Driver is the table's row.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:         Name,
		Facility:     provider.ReadBack,
		Capabilities: capabilities(),
		Limits:       limits(),
		PostOptions:  postOptions,
		Credentials:  []string{"user", "app_password"},
		NeedsServer:  true,
		Fingerprint:  fingerprintOf,
		Open:         Open,
	}
}

// dateError is how far a Date header, which has whole seconds, may be off for no
// other reason.
const dateError = 2 * time.Second

// login is one account, opened; it is every facet.
type login struct {
	client
	me    int64 // the user's id
	file  func(context.Context, content.Attachment) (provider.File, error)
	clock clock.Clock
	ahead time.Duration // the site's clock before ours

	mu    sync.Mutex
	terms map[string]int64 // of this run, by taxonomy and name
}

// Open signs in and reads what the account may do.
func Open(ctx context.Context, cfg provider.Config) (*provider.Account, error) {
	c, clk, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	l := &login{client: c, file: cfg.File, clock: clk, terms: map[string]int64{}}
	me, resp, err := l.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	l.me = me.ID
	if off := resp.Date.Sub(clk.Now()); !resp.Date.IsZero() && off.Abs() > dateError {
		l.ahead = off
	}
	a := &provider.Account{
		Identity:     provider.Identity{Provider: Name, Server: l.server(), ID: strconv.FormatInt(me.ID, 10), Handle: "@" + me.Slug},
		Capabilities: me.narrow(capabilities()),
		Limits:       limits().Declare(cfg.Account.PlatformLimits),
		ServerTime:   resp.Date,
		Access:       me.access(),
		Posts:        l,
	}
	if a.Capabilities.Pin {
		a.Pins = l
	}
	if a.Capabilities.Schedule {
		a.Schedules = l
	}
	if len(a.Capabilities.Profile) > 0 {
		a.Profile = l
	}
	return a, nil
}

// whoAmI reads the user that the password belongs to. It finds out which of the
// API's two addresses the site has: /wp-json/ needs the web server's rewriting,
// ?rest_route= is always there.
func (l *login) whoAmI(ctx context.Context) (user, *httpx.Response, error) {
	const op = "sign in"
	me, resp, err := l.user(ctx, op)
	if err != nil && resp != nil && codeOf(resp) == "" && (resp.Status/100 == 2 || resp.Status == 404) {
		l.plain = true
		me, resp, err = l.user(ctx, op)
	}
	return me, resp, err
}

func (l *login) user(ctx context.Context, op string) (user, *httpx.Response, error) {
	resp, err := l.get(ctx, op, "users/me", query("context", "edit"))
	if err != nil {
		return user{}, resp, err
	}
	var me user
	if err := decode(resp.Body, &me); err != nil || me.ID <= 0 {
		return user{}, resp, &provider.Error{
			Kind: provider.Rejected, Op: op, Status: resp.Status,
			Err: fmt.Errorf("%s does not answer as a WordPress site", l.server()),
		}
	}
	return me, resp, nil
}
