package bluesky

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// Publish implements provider.Posts. The record's key follows from the request,
// so whatever is found under it is this publication. That is looked for first:
// what can be refused today (a handle that leads nowhere, a post to answer that
// is gone) may have been fine when an earlier attempt, whose answer was lost, was
// carried out.
func (l *login) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "publish"
	rkey, at, err := keyOf(r)
	if err != nil {
		return provider.Object{}, provider.Refused(op, "%w", err)
	}
	where := place{l.did, postType, rkey}
	was, err := l.record(ctx, op, where)
	if err == nil {
		return was.post().object(where), nil
	}
	if !provider.Is(err, provider.NotFound) {
		return provider.Object{}, err
	}
	c, p, err := l.compose(ctx, op, r, at)
	if err != nil {
		return provider.Object{}, err
	}
	if err := l.create(ctx, op, where, p, c); err != nil {
		return l.taken(ctx, op, where, err)
	}
	return p.object(where), nil
}

// compose makes the record of a new post.
func (l *login) compose(ctx context.Context, op string, r provider.Request, at time.Time) (choices, post, error) {
	c, err := l.check(op, r.Segment)
	if err != nil {
		return c, post{}, err
	}
	answers := r.ParentID != "" || r.ParentURL != ""
	if answers && c.gated {
		if r.Index == 0 {
			return c, post{}, provider.Refused(op, "options.replies: who may reply is said at the post that begins a thread, and this one is an answer")
		}
		c.gated = false // the first segment has it
	}
	p := post{Type: postType, CreatedAt: at.Format(timeFormat)}
	if answers {
		if p.Reply, err = l.replyTo(ctx, op, r); err != nil {
			return c, p, err
		}
	}
	return c, p, l.fill(ctx, op, &p, r.Segment, c)
}

// fill sets what a segment says.
func (l *login) fill(ctx context.Context, op string, p *post, s content.Segment, c choices) error {
	p.Text, p.Langs, p.Labels = s.Text, nil, nil
	if s.Language != "" {
		p.Langs = []string{s.Language}
	}
	if len(c.labels) > 0 {
		p.Labels = &selfLabels{Type: "com.atproto.label.defs#selfLabels"}
		for _, v := range c.labels {
			p.Labels.Values = append(p.Labels.Values, selfLabel{v})
		}
	}
	var err error
	if p.Facets, err = l.facets(ctx, op, s.Facets); err != nil {
		return err
	}
	p.Embed, err = l.attach(ctx, op, s)
	return err
}

// check refuses what the server would, before anything is uploaded, and what it
// would not: an empty post.
func (l *login) check(op string, s content.Segment) (choices, error) {
	c, err := readOptions(s.Options)
	if err != nil {
		return c, provider.Refused(op, "%w", err)
	}
	n := measure.Length(l.limits.Unit, s.Text)
	switch {
	case s.Poll != nil:
		return c, unsupported(op, "there are no polls here")
	case !utf8.ValidString(s.Text):
		return c, provider.Refused(op, "the text is not UTF-8")
	case s.Text == "" && len(s.Media) == 0 && s.Card == nil:
		return c, provider.Refused(op, "the post is empty")
	case l.limits.Characters > 0 && n > l.limits.Characters:
		return c, provider.Refused(op, "the text has %d characters, and a post takes %d", n, l.limits.Characters)
	case l.limits.TextBytes > 0 && len(s.Text) > l.limits.TextBytes:
		return c, provider.Refused(op, "the text has %d bytes, and a post takes %d", len(s.Text), l.limits.TextBytes)
	}
	for _, f := range s.Facets {
		if f.Start < 0 || f.End <= f.Start || f.End > len(s.Text) {
			return c, provider.Refused(op, "a %s is marked at bytes %d to %d of a text of %d", f.Kind, f.Start, f.End, len(s.Text))
		}
	}
	return c, l.checkMedia(op, s.Media)
}

// create writes a new post, with its gates in one batch where it has any: nobody
// can reply between the two. The batch has no test for a record that is there
// already; the server fails at it (500, seen 2026-11-24), which is doubt, and the
// next attempt finds the record.
func (l *login) create(ctx context.Context, op string, where place, p post, c choices) error {
	gates := c.gates(where, p.CreatedAt)
	if len(gates) == 0 {
		_, err := l.put(ctx, op, where, p, nil)
		return err
	}
	results, err := l.batch(ctx, op, append([]change{creation(where, p)}, gates...))
	if err == nil && results[0].URI != where.uri() {
		err = unreadable(op, errAnother.Error())
	}
	return err
}

// taken is what a failed creation comes to: where the server says that the record
// is there, it is ours, from an earlier attempt.
func (l *login) taken(ctx context.Context, op string, where place, cause error) (provider.Object, error) {
	if !coded(cause, "InvalidSwap") {
		return provider.Object{}, cause
	}
	was, err := l.record(ctx, op, where)
	if err != nil {
		return provider.Object{}, &provider.Error{Kind: provider.Ambiguous, Op: op, Err: errors.Join(cause, err)}
	}
	return was.post().object(where), nil
}

// Get implements provider.Posts.
func (l *login) Get(ctx context.Context, id string) (provider.Object, error) {
	const op = "get"
	where, err := l.own(op, id)
	if err != nil {
		return provider.Object{}, err
	}
	was, err := l.record(ctx, op, where)
	if err != nil {
		return provider.Object{}, err
	}
	return was.post().object(where), nil
}

// Delete implements provider.Posts. A post that has gates is deleted with them in
// one batch; to delete what is not there is no error.
func (l *login) Delete(ctx context.Context, id string) error {
	const op = "delete"
	where, err := l.own(op, id)
	if err != nil {
		return err
	}
	gates, err := l.gatesOf(ctx, op, where)
	if err != nil {
		return err
	}
	if len(gates) == 0 {
		return l.write(ctx, op, "com.atproto.repo.deleteRecord", map[string]string{
			"repo": where.repo, "collection": where.collection, "rkey": where.rkey,
		}, &struct{}{})
	}
	switch _, err := l.record(ctx, op, where); {
	case err == nil:
		gates = append([]change{deletion(where)}, gates...)
	case !provider.Is(err, provider.NotFound):
		return err
	}
	_, err = l.batch(ctx, op, gates)
	return err
}
