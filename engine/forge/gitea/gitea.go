// Package gitea carries out package forge over Gitea's interface, version 1
// (Gitea 1.26.0, 2026-11-24), which Forgejo speaks, too. It imports forge, what
// the forges' clients share, and provider for the type that hides a token.
package gitea

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// Pull asks a second time for what was merged: of a single pull request Gitea
// gives the tip that its branch has now, and people may have pushed to that since
// (1.26.0, services/convert/pull.go; its lists are right).
func (p pulls) Pull(ctx context.Context, number int) (*forge.Pull, error) {
	out, err := p.Calls.Pull(ctx, number)
	if err != nil || !out.Merged {
		return out, err
	}
	name := fmt.Sprintf("pull/%d/head", number)
	op := fmt.Sprintf("head of pull request %d", number)
	var found refs
	if _, err := p.Do(ctx, rest.Request{Op: op, Needs: p.ReadPulls, Path: "/git/refs/" + name}, &found); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found, func(r ref) bool { return r.Ref == "refs/"+name })
	if i < 0 || !rest.IsCommit(found[i].Object.SHA) {
		return nil, fmt.Errorf("gitea: %w", rest.Odd(op, "it is no commit"))
	}
	out.HeadSHA = found[i].Object.SHA
	return out, nil
}

type ref struct {
	Ref    string `json:"ref"`
	Object struct {
		SHA string `json:"sha"`
	} `json:"object"`
}

// refs is a list, or its only element.
type refs []ref

// UnmarshalJSON implements json.Unmarshaler.
func (r *refs) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		return json.Unmarshal(b, (*[]ref)(r))
	}
	*r = make(refs, 1)
	return json.Unmarshal(b, &(*r)[0])
}

// event is one of a pull request's timeline.
type event struct {
	Type string     `json:"type"`
	At   *time.Time `json:"created_at"`
}

// Retargeted reads the timeline, the oldest first, which takes read:issue. Gitea
// leaves remarks on lines out of its pages, gives the number of what is left as
// the whole one, and null for a page of which nothing is (1.26.0,
// routers/api/v1/repo/issue_comment.go): an empty page is not the end. The end is
// the merge, after which no base can be changed.
func (p pulls) Retargeted(ctx context.Context, pull *forge.Pull) (last time.Time, err error) {
	op := fmt.Sprintf("timeline of pull request %d", pull.Number)
	for page := 1; page <= rest.MaxPages; page++ {
		q := url.Values{p.Page.Param: {strconv.Itoa(p.Page.Size)}, "page": {strconv.Itoa(page)}}
		var all []event
		r := rest.Request{Op: op, Needs: "read:issue", Path: fmt.Sprintf("/issues/%d/timeline", pull.Number), Query: q}
		if _, err := p.Do(ctx, r, &all); err != nil {
			return time.Time{}, err
		}
		for _, e := range all {
			switch {
			case e.Type == "" || e.At == nil:
				return time.Time{}, fmt.Errorf("gitea: %w", rest.Odd(op, "an event has no name or no time"))
			case e.Type == "merge_pull":
				return last, nil
			case e.Type == "change_target_branch" && e.At.After(last):
				last = e.At.UTC()
			}
		}
		if len(all) == 0 && !pull.Merged {
			return last, nil
		}
	}
	return time.Time{}, fmt.Errorf("gitea: %s: its end is not among %d pages: %w", op, rest.MaxPages, forge.ErrUnclear)
}

// Merged lists pull requests by their last update.
func (p pulls) Merged(ctx context.Context, branch string, since time.Time) ([]forge.Pull, error) {
	return p.Calls.Merged(ctx, branch, since, url.Values{"state": {"closed"}, "base_branch": {branch}, "sort": {"recentupdate"}})
}
