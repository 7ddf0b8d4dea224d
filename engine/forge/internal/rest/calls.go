package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/forge"
)

// Calls are what both forges have under the same paths.
type Calls struct {
	*Client
	Page                         Page
	ReadPulls, Comment, Statuses string // which permissions these take, in the forge's words
}

// Pull reads one pull request.
func (c *Calls) Pull(ctx context.Context, number int) (*forge.Pull, error) {
	op := "pull request " + strconv.Itoa(number)
	if number <= 0 {
		return nil, fmt.Errorf("%s: %s: %w", c.name, op, forge.ErrNotFound)
	}
	var p Pull
	if _, err := c.Do(ctx, Request{Op: op, Needs: c.ReadPulls, Path: "/pulls/" + strconv.Itoa(number)}, &p); err != nil {
		return nil, err
	}
	out, err := p.Forge(op)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	if out.Number != number {
		return nil, c.odd(op, "it is another one, %d", out.Number)
	}
	return out, nil
}

// Merged reads, of closed pull requests that q sorts with the latest update
// first, those that were merged into branch and updated at or after since.
// A pull request that is updated while the list is read may be missing from it;
// it is in the next one, for its time is later.
func (c *Calls) Merged(ctx context.Context, branch string, since time.Time, q url.Values) ([]forge.Pull, error) {
	op := "merged pull requests"
	var out []forge.Pull
	r := Request{Op: op, Needs: c.ReadPulls, Path: "/pulls", Query: q}
	err := Each(ctx, c.Client, r, c.Page, func(p Pull) int64 { return p.ID }, func(p Pull) (bool, error) {
		if p.UpdatedAt == nil {
			return false, Odd(op, "pull request %d has no time", p.Number)
		}
		if p.UpdatedAt.Before(since) {
			return false, nil
		}
		if p.MergedAt == nil || p.Base == nil || p.Base.Ref != branch {
			return true, nil
		}
		one, err := p.Forge(op)
		if err == nil {
			out = append(out, *one)
		}
		return true, err
	})
	slices.SortStableFunc(out, func(a, b forge.Pull) int {
		return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.Number, b.Number))
	})
	return out, err
}

// EachReview gives take every review of a pull request, those that say nothing
// yet among them.
func (c *Calls) EachReview(ctx context.Context, pull int, take func(Review) error) error {
	r := Request{Op: fmt.Sprintf("reviews of pull request %d", pull), Needs: c.ReadPulls, Path: fmt.Sprintf("/pulls/%d/reviews", pull)}
	return Each(ctx, c.Client, r, c.Page, func(r Review) int64 { return r.ID }, func(r Review) (bool, error) { return true, take(r) })
}

// Reviews lists a pull request's reviews, the oldest first.
func (c *Calls) Reviews(ctx context.Context, pull int) ([]forge.Review, error) {
	var out []forge.Review
	err := c.EachReview(ctx, pull, func(r Review) error {
		one, err := r.Forge(fmt.Sprintf("reviews of pull request %d", pull))
		if one != nil {
			out = append(out, *one)
		}
		return err
	})
	slices.SortStableFunc(out, func(a, b forge.Review) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return out, err
}

// List returns all comments of a pull request's conversation.
func (c *Calls) List(ctx context.Context, pull int) ([]forge.Comment, error) {
	op := fmt.Sprintf("comments of pull request %d", pull)
	var out []forge.Comment
	r := Request{Op: op, Needs: c.Comment, Path: fmt.Sprintf("/issues/%d/comments", pull)}
	err := Each(ctx, c.Client, r, c.Page, func(c comment) int64 { return c.ID }, func(c comment) (bool, error) {
		one, err := c.forge(op)
		if err == nil {
			out = append(out, *one)
		}
		return true, err
	})
	slices.SortStableFunc(out, func(a, b forge.Comment) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// Create makes a comment. It is tried once: after an error without an answer,
// List tells whether it is there.
func (c *Calls) Create(ctx context.Context, pull int, body string) (*forge.Comment, error) {
	return c.write(ctx, Request{
		Op: fmt.Sprintf("comment on pull request %d", pull), Method: http.MethodPost, Path: fmt.Sprintf("/issues/%d/comments", pull),
	}, body)
}

// Edit changes a comment's body.
func (c *Calls) Edit(ctx context.Context, id int64, body string) (*forge.Comment, error) {
	return c.write(ctx, Request{
		Op: fmt.Sprintf("edit comment %d", id), Method: http.MethodPatch, Path: fmt.Sprintf("/issues/comments/%d", id),
	}, body)
}

func (c *Calls) write(ctx context.Context, r Request, body string) (*forge.Comment, error) {
	r.Needs, r.Body = c.Comment, map[string]string{"body": body}
	var out comment
	if _, err := c.Do(ctx, r, &out); err != nil {
		return nil, err
	}
	one, err := out.forge(r.Op)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return one, nil
}

// Self asks whose the token is: nothing where the forge refuses to say that to
// this kind of token.
func (c *Calls) Self(ctx context.Context) (string, error) {
	const op = "the token's account"
	var u User
	_, err := c.Do(ctx, Request{Op: op, Needs: "to be a person's or a machine user's", Path: "//user"}, &u)
	if errors.Is(err, forge.ErrNotFound) || errors.Is(err, forge.ErrForbidden) && Status(err) != http.StatusUnauthorized {
		return "", nil
	}
	if err == nil && u.Login == "" {
		return "", c.odd(op, "it has no login")
	}
	return u.Login, err
}

// maxDescription is GitHub's bound; Gitea has none.
const maxDescription = 140

// Set marks a commit. A description that is too long is cut.
func (c *Calls) Set(ctx context.Context, commit string, s forge.Status) error {
	op := "status of commit " + commit
	if !IsCommit(commit) {
		return fmt.Errorf("%s: %.80q is no commit", c.name, commit)
	}
	body := map[string]string{"state": string(s.State), "description": cut(s.Description)}
	for name, v := range map[string]string{"context": s.Context, "target_url": s.URL} {
		if v != "" {
			body[name] = v
		}
	}
	_, err := c.Do(ctx, Request{Op: op, Needs: c.Statuses, Method: http.MethodPost, Path: "/statuses/" + commit, Body: body}, nil)
	return err
}

func cut(s string) string {
	if utf8.RuneCountInString(s) <= maxDescription {
		return s
	}
	return string([]rune(s)[:maxDescription-1]) + "…"
}
