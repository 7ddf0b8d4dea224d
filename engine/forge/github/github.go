// Package github carries out package forge over GitHub's REST interface, version
// 2022-11-28 (docs.github.com/rest, 2026-11-24). It imports forge, what the
// forges' clients share, and provider for the type that hides a token.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/internal/rest"
	"github.com/smmctl/smmctl/engine/provider"
)

const (
	// DefaultAPI is github.com's; a GitHub Enterprise Server's is https://HOST/api/v3.
	DefaultAPI = "https://api.github.com"
	version    = "2022-11-28"
	pageSize   = 100 // the most that GitHub gives
)

// Options say which repository is meant, and as whom.
type Options struct {
	API        string // DefaultAPI where empty
	Repository string // owner/name
	Token      provider.Secret
	HTTP       *http.Client // nil: one of our own. It is not changed
	Clock      clock.Clock  // nil: the system's. Reads that fail are repeated after a second or two of it
}

// New returns the repository's forge; it makes no request. Remarks is nil: GitHub
// reads remarks from the job's log, as workflow commands. Comments.Self is empty
// for a job's GITHUB_TOKEN, which may not ask whose it is.
func New(o Options) (*forge.Forge, error) {
	if o.API == "" {
		o.API = DefaultAPI
	}
	c, err := rest.New(rest.Config{
		Name: "github", API: o.API, Repository: o.Repository, Token: o.Token, Scheme: "Bearer", HTTP: o.HTTP, Clock: o.Clock,
		Header: http.Header{"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {version}},
	})
	if err != nil {
		return nil, err
	}
	calls := &rest.Calls{
		Client: c, Page: rest.Page{Param: "per_page", Size: pageSize},
		ReadPulls: "pull-requests: read", Comment: "pull-requests: write", Statuses: "statuses: write",
	}
	return &forge.Forge{Name: "github", Pulls: pulls{calls}, Comments: calls, Statuses: calls}, nil
}

type pulls struct{ *rest.Calls }

// Pull asks a second time for the commit that both sides have in common, which
// takes contents: read.
func (p pulls) Pull(ctx context.Context, number int) (*forge.Pull, error) {
	out, err := p.Calls.Pull(ctx, number)
	if err != nil {
		return nil, err
	}
	out.MergeBase, err = p.mergeBase(ctx, out)
	return out, err
}

// event is one of a pull request's timeline. Commits, and mentions from elsewhere,
// have no id.
type event struct {
	Event string     `json:"event"`
	At    *time.Time `json:"created_at"`
}

// retargets are the events of a pull request that gets another base: by a person,
// or because its base was merged and deleted (docs.github.com, "Issue event
// types", 2026-11-24).
var retargets = map[string]bool{"base_ref_changed": true, "automatic_base_change_succeeded": true}

// Retargeted reads the timeline, which takes pull-requests: read.
func (p pulls) Retargeted(ctx context.Context, pull *forge.Pull) (last time.Time, err error) {
	op := fmt.Sprintf("timeline of pull request %d", pull.Number)
	n := int64(0)
	count := func(event) int64 { n++; return n }
	r := rest.Request{Op: op, Needs: p.ReadPulls, Path: fmt.Sprintf("/issues/%d/timeline", pull.Number)}
	err = rest.Each(ctx, p.Client, r, p.Page, count, func(e event) (bool, error) {
		switch {
		case e.Event == "":
			return false, rest.Odd(op, "an event has no name")
		case retargets[e.Event] && e.At == nil:
			return false, rest.Odd(op, "the base was changed, and it is not said when")
		case retargets[e.Event] && e.At.After(last):
			last = e.At.UTC()
		}
		return true, nil
	})
	return last, err
}

// mergeBase asks for it against the branch as it is, or as it was just before the
// merge. The branch's commit that a pull request itself names may be the one of
// its opening (github/docs issue 431, 2026-11-24): against it, what was merged
// into the pull request meanwhile would look like its own. It returns nothing
// where the sides have no common commit, which GitHub says by a 404.
func (p pulls) mergeBase(ctx context.Context, pull *forge.Pull) (string, error) {
	op := fmt.Sprintf("merge base of pull request %d", pull.Number)
	side, err := p.otherSide(ctx, op, pull)
	if err != nil {
		return "", err
	}
	var v struct {
		Base sha `json:"merge_base_commit"`
	}
	// One commit a page: the list of them is not looked at.
	_, err = p.Do(ctx, rest.Request{
		Op: op, Needs: "contents: read", Path: "/compare/" + side + "..." + pull.HeadSHA, Query: url.Values{"per_page": {"1"}},
	}, &v)
	switch {
	case errors.Is(err, forge.ErrNotFound):
		return "", nil
	case err != nil:
		return "", err
	case !rest.IsCommit(v.Base.SHA):
		return "", fmt.Errorf("github: %w", rest.Odd(op, "it is no commit"))
	}
	return v.Base.SHA, nil
}

type sha struct {
	SHA string `json:"sha"`
}

// otherSide is what the head is compared with: the branch by its name, or the
// first parent of what the merge made, which was on the branch in every style.
func (p pulls) otherSide(ctx context.Context, op string, pull *forge.Pull) (string, error) {
	if !pull.Merged {
		return url.PathEscape(pull.Base), nil
	}
	if pull.MergedAs == pull.HeadSHA { // the branch was moved forward by hand
		return pull.BaseSHA, nil
	}
	var v struct {
		Parents []sha `json:"parents"`
	}
	_, err := p.Do(ctx, rest.Request{
		Op: op, Needs: "contents: read", Path: "/commits/" + pull.MergedAs, Query: url.Values{"per_page": {"1"}},
	}, &v)
	switch {
	case err != nil:
		return "", err
	case len(v.Parents) == 0 || !rest.IsCommit(v.Parents[0].SHA):
		return "", fmt.Errorf("github: %w", rest.Odd(op, "the merge has no parent"))
	}
	return v.Parents[0].SHA, nil
}

// Merged has no MergedBy: GitHub's lists do not tell it.
func (p pulls) Merged(ctx context.Context, branch string, since time.Time) ([]forge.Pull, error) {
	return p.Calls.Merged(ctx, branch, since, url.Values{"state": {"closed"}, "base": {branch}, "sort": {"updated"}, "direction": {"desc"}})
}
