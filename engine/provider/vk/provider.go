// Package vk publishes on the wall of a VK community through VK's API, version
// 5.199. It makes one attempt a call and sorts every failure into a
// provider.Kind; VK answers failures with HTTP 200, so its own codes decide. It
// imports provider, httpx, content, clock, measure and golang.org/x/text.
//
// Facts are from VKCOM/vk-api-schema 0efe478 (2025-01-21), dev.vk.com
// (2025–2026) and the sources in docs/providers/vk.md; what is from memory is
// called so.
package vk

import (
	"context"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Name is the provider's name in files.
const Name = "vk"

// Driver is the table's row.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:           Name,
		Facility:       provider.ReadBack,
		Capabilities:   capabilities(),
		Limits:         limits(),
		PostOptions:    postOptions,
		AccountOptions: accountOptions,
		Credentials:    []string{"token"},
		Hosts:          []string{defaultHost, formerHost},
		Fingerprint:    fingerprintOf,
		Open:           Open,
	}
}

// login is one community, opened; it is every facet.
type login struct {
	client
	group  int64 // the community's id, above 0; the wall's owner is its negative
	limits provider.Limits
	file   func(context.Context, content.Attachment) (provider.File, error)
	clock  clock.Clock

	mu   sync.Mutex
	made map[string]string // attachments made and not yet in a post, by what they are of
}

func (l *login) owner() int64 { return -l.group }

// Open reads which community it is and what the token may do there.
func Open(ctx context.Context, cfg provider.Config) (*provider.Account, error) {
	o, err := readOptions(cfg.Account.Options)
	if err != nil {
		return nil, provider.Refused("open", "%w", err)
	}
	c, err := newClient(cfg, o.perSecond)
	if err != nil {
		return nil, err
	}
	l := &login{client: c, file: cfg.File, clock: c.clock, made: map[string]string{}}
	g, date, err := l.community(ctx, "open", o.group, "")
	if err != nil {
		return nil, err
	}
	access, err := l.access(ctx, g)
	if err != nil {
		return nil, err
	}
	l.group, l.limits = g.ID, limits().Declare(cfg.Account.PlatformLimits)
	return l.account(g, access, date), nil
}

func (l *login) account(g *group, access provider.Access, date time.Time) *provider.Account {
	return &provider.Account{
		Identity:     provider.Identity{Provider: Name, Server: l.server(), ID: ownerText(l.owner()), Handle: "@" + g.ScreenName},
		Capabilities: capabilities(),
		Limits:       l.limits,
		ServerTime:   date,
		Access:       access,
		Posts:        l,
		Pins:         l,
		Schedules:    l,
		Profile:      l,
	}
}
