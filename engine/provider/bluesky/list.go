package bluesky

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strconv"

	"github.com/smmctl/smmctl/engine/provider"
)

// List implements provider.Posts. Records come by key, which is by time for every
// key that a program made; one that a person chose, or that was imported, may
// stand elsewhere.
func (l *login) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	const op = "list"
	return func(yield func(provider.Object, error) bool) {
		face, _, err := l.profile(ctx, op)
		if err != nil {
			yield(provider.Object{}, err)
			return
		}
		pinned, seen := face.pinned().URI, map[string]bool{}
		for cursor := ""; ; {
			p, err := l.page(ctx, op, cursor)
			if err != nil {
				yield(provider.Object{}, err)
				return
			}
			for _, f := range p.Records {
				o, err := l.listed(op, f, seen)
				o.Pinned = err == nil && o.ID == pinned
				if !yield(o, err) || err != nil {
					return
				}
			}
			if p.Cursor == "" || len(p.Records) == 0 {
				return
			}
			cursor = p.Cursor
		}
	}
}

// page is one answer of listRecords. Records is nil where the answer is no list.
type page struct {
	Records []found `json:"records"`
	Cursor  string  `json:"cursor"`
}

func (l *login) page(ctx context.Context, op, cursor string) (page, error) {
	q := url.Values{"repo": {l.did}, "collection": {postType}, "limit": {strconv.Itoa(pageSize)}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var p page
	if err := l.get(ctx, op, "com.atproto.repo.listRecords", q, &p); err != nil {
		return p, err
	}
	if p.Records == nil {
		return p, &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the answer is no list")}
	}
	return p, nil
}

// listed reads one record of a page. A listing that names what is not this
// account's, or anything twice, proves nothing about what is absent.
func (l *login) listed(op string, f found, seen map[string]bool) (provider.Object, error) {
	where, ok := parseURI(f.URI)
	if !ok || where.repo != l.did || where.collection != postType || seen[f.URI] {
		return provider.Object{}, &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the listing holds a record twice, or one that is not this account's")}
	}
	seen[f.URI] = true
	return f.post().object(where), nil
}
