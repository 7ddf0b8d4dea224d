package vk

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/smmctl/smmctl/engine/provider"
)

// Publish implements provider.Posts. VK answers with the new post's number only,
// so the post is read back; where that fails, the publication is in doubt for the
// caller, who finds it in the listing.
func (l *login) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "publish"
	p, err := l.prepare(ctx, op, r)
	if err != nil {
		return provider.Object{}, err
	}
	p.Set("guid", guid(r.ClientKey, fingerprintOf(r.Segment)))
	id, err := l.postID(ctx, op, "wall.post", p)
	l.settle(r, err)
	if err != nil {
		return provider.Object{}, err
	}
	made, err := l.published(ctx, op, id)
	if err != nil {
		return provider.Object{}, doubtful(op, "published, and not read back", err)
	}
	return made.object(), nil
}

// prepare does all that publishes nothing: it checks, uploads and makes the poll.
func (l *login) prepare(ctx context.Context, op string, r provider.Request) (url.Values, error) {
	if err := l.check(op, r); err != nil {
		return nil, err
	}
	attachments, err := l.attachments(ctx, op, r)
	if err != nil {
		return nil, err
	}
	return l.creation(r, attachments), nil
}

// postID calls a method that answers with a post's number.
func (l *login) postID(ctx context.Context, op, method string, p url.Values) (int64, error) {
	var made struct {
		ID int64 `json:"post_id"`
	}
	if _, err := l.call(ctx, op, method, p, &made); err != nil {
		return 0, err
	}
	if made.ID <= 0 {
		return 0, unreadable(op, method, errors.New("it names no post"))
	}
	return made.ID, nil
}

// doubtful is the error of a write that was carried out and could not be looked
// at: whatever failed, the write is not to be sent again unseen.
func doubtful(op, what string, err error) *provider.Error {
	return &provider.Error{Kind: provider.Ambiguous, Op: op, Err: errors.New(what + ": " + err.Error())}
}

// Get implements provider.Posts.
func (l *login) Get(ctx context.Context, id string) (provider.Object, error) {
	p, err := l.own(ctx, "get", id)
	if err != nil {
		return provider.Object{}, err
	}
	return p.object(), nil
}

// own reads a published post of the community by its id.
func (l *login) own(ctx context.Context, op, id string) (*post, error) {
	n, ok := l.parseID(id)
	if !ok {
		return nil, &provider.Error{Kind: provider.NotFound, Op: op}
	}
	return l.published(ctx, op, n)
}

// published reads a post. Somebody else's, a repost, and one that is not published
// yet are not there.
func (l *login) published(ctx context.Context, op string, n int64) (*post, error) {
	var list byID
	if _, err := l.read(ctx, op, "wall.getById", url.Values{"posts": {objectID(l.owner(), n)}}, &list); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list.items, func(p post) bool { return p.ID == n && l.mine(&p) })
	if i < 0 {
		return nil, &provider.Error{Kind: provider.NotFound, Op: op}
	}
	if list.items[i].Date <= 0 {
		return nil, provider.Harmless(op, unreadable(op, "wall.getById", errors.New("a post without a time")))
	}
	return &list.items[i], nil
}

// mine reports whether a post is the community's own and published.
func (l *login) mine(p *post) bool {
	return p.Owner == l.owner() && p.From == l.owner() && !bool(p.Deleted) && len(p.History) == 0 && (p.Type == "post" || p.Type == "")
}

// Edit implements provider.Posts. wall.edit replaces the whole post (memory; the
// documentation does not say), so everything is sent.
func (l *login) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	const op = "edit"
	if err := l.check(op, r); err != nil {
		return provider.Object{}, err
	}
	was, err := l.own(ctx, op, id)
	if err != nil {
		return provider.Object{}, err
	}
	if was.CanEdit != nil && !bool(*was.CanEdit) {
		return provider.Object{}, provider.Refused(op, "VK does not let this post be edited any more")
	}
	attachments, err := l.edited(ctx, op, r, was)
	if err != nil {
		return provider.Object{}, err
	}
	p := l.params(r.Segment, attachments)
	was.keep(p, r)
	_, err = l.change(ctx, op, was.ID, p)
	l.settle(r, err)
	if err != nil {
		return provider.Object{}, err
	}
	now, err := l.published(ctx, op, was.ID)
	if err != nil {
		return provider.Object{}, doubtful(op, "edited, and not read back", err)
	}
	return now.object(), nil
}

func (l *login) change(ctx context.Context, op string, n int64, p url.Values) (int64, error) {
	p.Set("post_id", ownerText(n))
	return l.postID(ctx, op, "wall.edit", p)
}

// Delete implements provider.Posts.
func (l *login) Delete(ctx context.Context, id string) error {
	const op = "delete"
	n, ok := l.parseID(id)
	if !ok {
		return &provider.Error{Kind: provider.NotFound, Op: op}
	}
	err := l.remove(ctx, op, n)
	if code := codeOf(err); code == codeAccess || code == codeWallPost || code == codeParam || code == codeNotFound {
		// VK has no one code for a post that is gone: see whether it is.
		if _, gone := l.published(ctx, op, n); gone != nil {
			return gone
		}
		provider.AsError(op, err).Kind = provider.Rejected
	}
	return err
}

func (l *login) remove(ctx context.Context, op string, n int64) error {
	var done int
	_, err := l.call(ctx, op, "wall.delete", l.postParams(n), &done)
	if err == nil && done != 1 {
		return unreadable(op, "wall.delete", errors.New("it does not say that it was done"))
	}
	return err
}

func (l *login) postParams(n int64) url.Values {
	return url.Values{"owner_id": {ownerText(l.owner())}, "post_id": {ownerText(n)}}
}
