package vk

import (
	"context"
	"iter"
	"net/url"
	"strconv"

	"github.com/smmctl/smmctl/engine/provider"
)

// pageSize is what wall.get gives at most (the schema, 2025-01). overlap is how
// many posts of a page are asked for again with the next: pages go by a distance
// from the newest, so a post that is deleted meanwhile would make another one slip
// between two pages.
const (
	pageSize = 100
	overlap  = 10
)

// maxPages bounds how much is read. An endless listing cannot be told from a long
// one, and proves nothing of what is not in it. VK allows 5000 calls a day.
const maxPages = 500

// List implements provider.Posts: the community's own posts, newest first. VK
// puts the pinned post before all others; here it stands where its time is.
func (l *login) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		var pinned *post
		for p, err := range l.wall(ctx, "list", "owner") {
			switch {
			case err != nil:
				yield(provider.Object{}, err)
				return
			case !l.mine(&p):
				continue
			case bool(p.Pinned) && pinned == nil:
				pinned = &p
				continue
			case pinned != nil && pinned.Date >= p.Date:
				if !yield(pinned.object(), nil) {
					return
				}
				pinned = &post{} // it was given
			}
			if !yield(p.object(), nil) {
				return
			}
		}
		if pinned != nil && pinned.ID != 0 {
			yield(pinned.object(), nil)
		}
	}
}

// wall walks wall.get. It reads a page when it is asked for what is on it, and no
// page after the caller has had enough.
func (l *login) wall(ctx context.Context, op, filter string) iter.Seq2[post, error] {
	return func(yield func(post, error) bool) {
		seen := map[int64]bool{}
		for page := range maxPages {
			offset := page * (pageSize - overlap)
			list, err := l.page(ctx, op, filter, offset)
			if err == nil && page > 0 {
				err = joined(op, list, seen)
			}
			if err != nil {
				yield(post{}, err)
				return
			}
			for _, p := range list.Items {
				if seen[p.ID] {
					continue
				}
				seen[p.ID] = true
				if !yield(p, nil) {
					return
				}
			}
			if offset+pageSize >= list.Count {
				return
			}
		}
		yield(post{}, unsound(op, "it has no end within %d pages", maxPages))
	}
}

func (l *login) page(ctx context.Context, op, filter string, offset int) (postList, error) {
	var list postList
	_, err := l.read(ctx, op, "wall.get", url.Values{
		"owner_id": {ownerText(l.owner())}, "filter": {filter},
		"count": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)},
	}, &list)
	if err != nil {
		return list, err
	}
	if list.Count < offset+len(list.Items) || len(list.Items) > pageSize {
		return list, unsound(op, "it counts %d posts and gives more", list.Count)
	}
	for _, p := range list.Items {
		if p.ID <= 0 || p.Date <= 0 {
			return list, unsound(op, "a post without a number or a time")
		}
	}
	return list, nil
}

// joined checks that a page begins where the one before it ended.
func joined(op string, list postList, seen map[int64]bool) error {
	for _, p := range list.Items {
		if seen[p.ID] {
			return nil
		}
	}
	return unsound(op, "it changed while it was read")
}

// unsound is the error of a listing that cannot prove what is not in it.
func unsound(op, format string, args ...any) *provider.Error {
	e := provider.Refused(op, "the listing cannot be relied on: "+format, args...)
	e.Kind = provider.Unsent
	return e
}
