package wordpress

import (
	"context"

	"github.com/smmctl/smmctl/engine/provider"
)

// Edit implements provider.Posts. The post is read first, and only one that
// readers see is changed; no status is sent, so that what an editor has taken down
// meanwhile stays down. WordPress has no condition on a change (no If-Match): an
// editor's change between our reading and our writing is overwritten, and kept by
// WordPress as a revision.
func (l *login) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	const op = "edit"
	if _, err := l.read(ctx, op, id, live); err != nil {
		return provider.Object{}, err
	}
	b, err := l.prepare(ctx, op, r)
	if err != nil {
		return provider.Object{}, err
	}
	b.Slug = keptSlug(r)
	_, had := r.PriorSent["options."+optCategories]
	if had && b.Categories == nil {
		b.Categories = &[]int64{}
	}
	return l.change(ctx, op, id, b)
}

// keptSlug leaves an address as it was, though WordPress had to add a number to
// it, unless another is asked for.
func keptSlug(r provider.Request) string {
	was := r.Prior["slug"]
	if was != "" && r.PriorSent["options."+optSlug] == r.Segment.Options[optSlug] {
		return was
	}
	return slug(r)
}

// change sends b for a post and returns what it has become.
func (l *login) change(ctx context.Context, op, id string, b any) (provider.Object, error) {
	route, err := validID(op, id)
	if err != nil {
		return provider.Object{}, err
	}
	resp, err := l.post(ctx, op, route, view(), b)
	if err != nil {
		return provider.Object{}, err
	}
	p, err := decodePost(resp.Body)
	switch {
	case err != nil:
		return provider.Object{}, unreadable(op, resp, err.Error())
	case p.Status != live && p.Status != later:
		return provider.Object{}, notThere(op, "the post is "+statusWord(p.Status))
	}
	return p.object(), nil
}
