// Package gitea carries out package forge over Gitea's interface, version 1
// (Gitea 1.26.0, 2026-11-24), which Forgejo speaks, too. It imports forge, what
// the forges' clients share, and provider for the type that hides a token.
package gitea

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/internal/rest"
	"github.com/smmctl/smmctl/engine/provider"
)

// pageSize is the most that Gitea gives, unless [api] MAX_RESPONSE_ITEMS says
// otherwise.
const pageSize = 50

// Options say which repository is meant, and as whom.
type Options struct {
	API        string // such as https://gitea.example/api/v1
	Repository string // owner/name
	Token      provider.Secret
	HTTP       *http.Client // nil: one of our own. It is not changed
	Clock      clock.Clock  // nil: the system's. Reads that fail are repeated after a second or two of it
}

// New returns the repository's forge; it makes no request. Comments.Self is empty
// where the token lacks read:user.
func New(o Options) (*forge.Forge, error) {
	c, err := rest.New(rest.Config{
		Name: "gitea", API: o.API, Repository: o.Repository, Token: o.Token, Scheme: "token", HTTP: o.HTTP, Clock: o.Clock,
		Header: http.Header{"Accept": {"application/json"}},
	})
	if err != nil {
		return nil, err
	}
	calls := &rest.Calls{
		Client: c, Page: rest.Page{Param: "limit", Size: pageSize},
		ReadPulls: "read:repository", Comment: "write:issue", Statuses: "write:repository (a job's token: contents: write)",
	}
	return &forge.Forge{Name: "gitea", Pulls: pulls{calls}, Comments: calls, Statuses: calls, Remarks: remarks{calls}}, nil
}

type pulls struct{ *rest.Calls }

// Merged lists pull requests by their last update.
func (p pulls) Merged(ctx context.Context, branch string, since time.Time) ([]forge.Pull, error) {
	return p.Calls.Merged(ctx, branch, since, url.Values{"state": {"closed"}, "base_branch": {branch}, "sort": {"recentupdate"}})
}
