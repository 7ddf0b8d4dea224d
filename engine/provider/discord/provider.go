// Package discord publishes to a Discord channel through an incoming webhook. A
// webhook may post, and may read, edit and delete what it has posted, by id; it
// can list nothing and takes no key, so a lost answer to a publication stays
// unknown. It imports provider, httpx, content, clock, measure's unit names and
// golang.org/x/text.
//
// Facts are from discord/discord-api-docs @c98d64bc (2026-08-06) and from
// discord/discord-api-spec @74fda0f (2026-07-18), as docs/providers/discord.md
// lists them; what is our own choice says so.
package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Name is the provider's name in files.
const Name = "discord"

// Driver is the table's row.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:           Name,
		Facility:       provider.NoFacility,
		Capabilities:   capabilities(false),
		Limits:         limits(),
		PostOptions:    postOptions,
		AccountOptions: accountOptions,
		Credentials:    []string{credential},
		Hosts:          slices.Clone(discordHosts),
		Fingerprint:    fingerprintOf,
		Open:           Open,
	}
}

// login is one webhook, opened; it is every facet.
type login struct {
	client
	web     string // where people read: scheme and host
	channel string // the webhook's own
	guild   string
	forum   bool // the account says that its channel is a forum
	file    func(context.Context, content.Attachment) (provider.File, error)
}

// Open reads what the webhook tells of itself.
func Open(ctx context.Context, cfg provider.Config) (*provider.Account, error) {
	hook, err := readWebhook(cfg)
	if err != nil {
		return nil, err
	}
	clk := cfg.Clock
	if clk == nil {
		clk = clock.System{}
	}
	forum, _ := cfg.Account.Options[optForum].(bool)
	l := &login{client: newClient(cfg, hook, clk), web: hook.origin, forum: forum, file: cfg.File}
	me, at, err := l.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	l.channel, l.guild = me.ChannelID, me.GuildID
	if !isSnowflake(l.guild) {
		l.guild = "@me" // as in the address of a conversation outside every server
	}
	return l.account(me, hook.server, cfg.Account.PlatformLimits, at), nil
}

func (l *login) account(me webhook, server string, declared map[string]int, at time.Time) *provider.Account {
	return &provider.Account{
		// A webhook that an administrator moves to another channel is another place.
		Identity:     provider.Identity{Provider: Name, Server: server, ID: me.ID + "/" + me.ChannelID, Handle: me.Name},
		Capabilities: capabilities(l.forum),
		Limits:       limits().Declare(declared),
		ServerTime:   at,
		Access:       provider.Access{Can: []string{"execute webhook", "get, edit and delete its own messages", "modify webhook with token"}},
		Posts:        l,
		Profile:      l,
	}
}

// webhookIncoming is the type of the webhooks that anybody with the address may
// use. Others, of applications and of followed channels, are not for posting.
const webhookIncoming = 1

// webhook is what a webhook says of itself.
type webhook struct {
	ID        string `json:"id"`
	Type      int    `json:"type"`
	GuildID   string `json:"guild_id"`
	ChannelID string `json:"channel_id"`
	Name      string `json:"name"`
	Avatar    string `json:"avatar"` // a hash of the picture, or ""
}

func (l *login) whoAmI(ctx context.Context) (webhook, time.Time, error) {
	const op = "look at the webhook"
	resp, err := l.get(ctx, op, "", nil)
	if err != nil {
		return webhook{}, time.Time{}, err
	}
	var me webhook
	if err := decode(resp.Body, &me); err != nil || me.ID != l.id || !isSnowflake(me.ChannelID) {
		return webhook{}, time.Time{}, &provider.Error{
			Kind: provider.Rejected, Op: op, Status: resp.Status, Err: errors.New("the server does not answer as Discord does"),
		}
	}
	if me.Type != webhookIncoming {
		return webhook{}, time.Time{}, provider.Refused(op, "the webhook is of type %d: only an incoming webhook (type 1) can post", me.Type)
	}
	return me, resp.Date, nil
}

func unsupported(op, format string, args ...any) *provider.Error {
	return &provider.Error{Kind: provider.Unsupported, Op: op, Err: fmt.Errorf(format, args...)}
}
