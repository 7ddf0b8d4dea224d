// Package telegram publishes to Telegram channels and groups through the Bot API.
// A bot cannot read what it has published, so every answer counts: one that was
// lost leaves the outcome unknown. It imports provider, httpx, content, clock and
// measure's unit names.
//
// Facts are from the Bot API 10.1 (2026-06-11) and from the sources of its server
// and of TDLib, as listed with dates in docs/providers/telegram.md.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Name is the provider's name in files.
const Name = "telegram"

// A post's options.
const (
	optSilent  = "silent"
	optProtect = "protect"
	optPreview = "preview"
	optSpoiler = "spoiler"
	optAbove   = "caption_above"
)

const postOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Telegram post options",
  "description": "What only Telegram knows of a post.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "silent": {
      "title": "Silent",
      "description": "Subscribers get the post without a sound. It cannot be edited.",
      "type": "boolean",
      "examples": [true]
    },
    "protect": {
      "title": "Protected",
      "description": "The post can be neither forwarded nor saved. It cannot be edited.",
      "type": "boolean",
      "examples": [true]
    },
    "preview": {
      "title": "Link preview",
      "description": "The preview of the first link: as Telegram likes (auto, the default), none (off), with a large or a small picture, or above the text. Not shown where media are attached.",
      "enum": ["auto", "off", "large", "small", "above"],
      "examples": ["off"]
    },
    "spoiler": {
      "title": "Spoiler",
      "description": "Pictures and videos are covered until the reader taps them. It cannot be edited.",
      "type": "boolean",
      "examples": [true]
    },
    "caption_above": {
      "title": "Caption above",
      "description": "The text stands above the pictures and videos instead of below.",
      "type": "boolean",
      "examples": [true]
    }
  }
}`

const accountOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Telegram account options",
  "description": "Where the bot publishes.",
  "type": "object",
  "additionalProperties": false,
  "required": ["chat"],
  "properties": {
    "chat": {
      "title": "Chat",
      "description": "The channel or group: its public name with @, or its numeric id, which for channels and supergroups begins with -100. The bot must be an administrator of a channel who may post.",
      "type": ["string", "integer"],
      "pattern": "^(@[A-Za-z][A-Za-z0-9_]{2,31}|-[0-9]{1,16})$",
      "examples": ["@acme_news", -1001234567890]
    }
  }
}`

// Driver is the table's row.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:           Name,
		Facility:       provider.NoFacility,
		Capabilities:   capabilities(),
		Limits:         limits(),
		PostOptions:    postOptions,
		AccountOptions: accountOptions,
		Credentials:    []string{"token"},
		Fingerprint:    fingerprintOf,
		Open:           Open,
	}
}

// login is one bot in one chat, opened; it is every facet.
type login struct {
	client
	chat   chat
	limits provider.Limits
	file   func(context.Context, content.Attachment) (provider.File, error)
}

// Open signs in, finds the chat, and reads what the bot may do there.
func Open(ctx context.Context, cfg provider.Config) (*provider.Account, error) {
	const op = "open"
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	target, err := chatOption(cfg.Account.Options["chat"])
	if err != nil {
		return nil, provider.Refused(op, "options.chat: %w", err)
	}
	l := &login{client: c, file: cfg.File, limits: limits().Declare(cfg.Account.PlatformLimits)}
	me, serverTime, err := l.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	if l.chat, err = l.findChat(ctx, "open", target); err != nil {
		return nil, err
	}
	access, err := l.access(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	return &provider.Account{
		Identity:     provider.Identity{Provider: Name, Server: l.server(), ID: fmt.Sprint(l.chat.ID), Handle: l.chat.handle()},
		Capabilities: capabilities(),
		Limits:       l.limits,
		ServerTime:   serverTime,
		Access:       access,
		Posts:        l,
		Pins:         l,
		Profile:      l,
		Locate:       l.locate,
	}, nil
}

var errUnreadable = errors.New("a bot cannot read a channel")

// Get implements provider.Posts: the Bot API has no way to read a message.
func (l *login) Get(context.Context, string) (provider.Object, error) {
	return provider.Object{}, &provider.Error{Kind: provider.Unsupported, Op: "get", Err: errUnreadable}
}

// List implements provider.Posts: the Bot API has no way to list messages.
func (l *login) List(context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		yield(provider.Object{}, &provider.Error{Kind: provider.Unsupported, Op: "list", Err: errUnreadable})
	}
}
