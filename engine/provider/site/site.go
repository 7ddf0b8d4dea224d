// Package site is the embedded default provider: a static site with feeds, in a
// folder of the workspace. It needs no login and no network, so a newcomer's
// first apply has somewhere to publish. It imports content, media,
// provider, the standard library, x/net/html and x/text.
//
// What is live is what is on disk. A post is one file, posts/<slug>/index.html,
// with its record in a comment at the end, so that one rename publishes, edits or
// completes it. Everything else (index, tags, feeds) is made from those files by
// Finish. Files that the package did not make are never written or removed.
package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

const name = "site"

// DefaultFolder is where the site goes when the account names no server.
const DefaultFolder = "public"

const accountOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Options of a site account",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {
      "title": "Public address",
      "description": "Where the folder is served. Without it, links are relative and the feeds and previews have no absolute addresses.",
      "type": "string", "format": "uri", "pattern": "^https?://[^/?#]+[^?#]*$", "maxLength": 500,
      "examples": ["https://blog.example.org"]
    },
    "title": {
      "title": "Site title",
      "description": "Used while the account's profile has no name.",
      "type": "string", "minLength": 1, "maxLength": 200, "examples": ["Acme’s blog"]
    },
    "description": {
      "title": "Site description",
      "description": "Used while the account's profile has no bio.",
      "type": "string", "maxLength": 1000, "examples": ["News about coats."]
    }
  }
}`

// Driver describes the provider.
func Driver() *provider.Driver {
	return &provider.Driver{
		Name:           name,
		Facility:       provider.ClientKey,
		Capabilities:   capabilities(),
		Limits:         limits(),
		AccountOptions: accountOptions,
		Fingerprint:    fingerprint,
		Open:           open,
	}
}

func capabilities() provider.Capabilities {
	return provider.Capabilities{
		Formats:     []string{"text", "image", "carousel", "video", "link", "article"},
		Markup:      provider.HTML,
		Edit:        true,
		Retract:     true,
		Thread:      true,
		Pin:         true,
		AltText:     true,
		Profile:     []string{"name", "bio", "links", "pinned"},
		Regenerable: true,
	}
}

// limits are ours: what keeps one hostile file from filling memory.
func limits() provider.Limits {
	return provider.Limits{
		Media:            40,
		ImageBytes:       maxImageBytes,
		ImagePixels:      maxPixels,
		VideoBytes:       maxVideoBytes,
		MediaTypes:       []string{"image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm"},
		ImageTypes:       []string{"image/jpeg", "image/png", "image/webp"},
		VideoPerPost:     40,
		MixImageAndVideo: true,
		PageSize:         perPage,
	}
}

// site is one account's folder.
type site struct {
	account  string
	handle   string
	place    place
	baseURL  string // without a final slash, or empty
	title    string // while the profile has no name
	intro    string // while the profile has no bio
	language string
	zone     *time.Location
	clock    clock.Clock
	file     func(context.Context, content.Attachment) (provider.File, error)

	mu   sync.Mutex                  // one change at a time
	step func(op, file string) error // tests stop the work before any change on disk
}

// open checks the folder; it writes nothing.
func open(ctx context.Context, c provider.Config) (*provider.Account, error) {
	s, err := newSite(c)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Rejected, Op: "open", Err: err}
	}
	if err := s.check(ctx); err != nil {
		return nil, failure("open", err)
	}
	return s.opened(), nil
}

func (s *site) opened() *provider.Account {
	return &provider.Account{
		Identity:     provider.Identity{Provider: name, Server: s.place.dir, ID: s.account, Handle: s.handle},
		Capabilities: capabilities(),
		Limits:       limits(),
		Posts:        posts{s},
		Pins:         pins{s},
		Profile:      profile{s},
		Finish:       s.finish,
	}
}

func newSite(c provider.Config) (*site, error) {
	dir, err := cleanFolder(cmp.Or(c.Account.Server, DefaultFolder))
	if err != nil {
		return nil, err
	}
	base, err := cleanBase(option(c.Account, "base_url"))
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(c.Account.Timezone)
	if err != nil {
		zone = time.UTC // the loader has said so; a page can still carry a date
	}
	return &site{
		account:  c.Account.ID,
		handle:   c.Account.Handle,
		place:    place{root: c.Root, dir: dir},
		baseURL:  base,
		title:    cmp.Or(option(c.Account, "title"), c.Account.ID),
		intro:    option(c.Account, "description"),
		language: cmp.Or(c.Account.Language, "en"),
		zone:     zone,
		clock:    c.Clock,
		file:     c.File,
	}, nil
}

func option(a content.Account, name string) string {
	s, _ := a.Options[name].(string)
	return clean(s)
}

func cleanBase(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("base_url %q: want an address such as https://blog.example.org", s)
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// check refuses a folder that is somebody else's.
func (s *site) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := s.place.open(nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return s.checkOwner(f)
}

func rejected(format string, args ...any) error {
	return &provider.Error{Kind: provider.Rejected, Op: name, Err: fmt.Errorf(format, args...)}
}

func unsupported(what string) error {
	return &provider.Error{Kind: provider.Unsupported, Op: name, Err: errors.New(what + " is not offered by a site")}
}

// failure names the operation. What no method classified failed before the one
// rename that would have made it visible, so it is safe to send again.
func failure(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *provider.Error
	if errors.As(err, &e) {
		return &provider.Error{Kind: e.Kind, Op: op, Err: e.Err}
	}
	return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
}
