package bluesky

import (
	"context"
	"encoding/json"

	"github.com/smmctl/smmctl/engine/provider"
)

// Edit implements provider.Posts, where the account's file opted in to it. The
// record is read, what a segment says is set in it, and the rest (its time, what
// it answers, a quote, fields that we do not know) is written back as it was.
func (l *login) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	const op = "edit"
	if !l.caps.Edit {
		return provider.Object{}, unsupported(op, "a post here is not edited but replaced, unless the account says options: {edit: put}")
	}
	where, err := l.own(op, id)
	if err != nil {
		return provider.Object{}, err
	}
	c, err := l.check(op, r.Segment)
	if err != nil {
		return provider.Object{}, err
	}
	was, err := l.record(ctx, op, where)
	if err != nil {
		return provider.Object{}, err
	}
	before := was.post()
	next := before
	if err := l.fill(ctx, op, &next, r.Segment, c); err != nil {
		return provider.Object{}, err
	}
	next.Embed = before.Embed.keepQuote(next.Embed)
	all, err := merge(was.fields(), next)
	if err != nil {
		return provider.Object{}, &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
	}
	if _, err := l.put(ctx, op, where, all, &was.CID); err != nil {
		return provider.Object{}, changedMeanwhile(err)
	}
	c.gated = c.gated && before.Reply == nil
	if err := l.setGates(ctx, op, where, c, before.CreatedAt); err != nil {
		return provider.Object{}, half(op, err)
	}
	return next.object(where), nil
}

// half is err of an edit whose first part was carried out.
func half(op string, err error) error {
	e := *provider.AsError(op, err)
	e.Kind = provider.Ambiguous
	return &e
}

// merge lays what a segment says over a record's fields.
func merge(all map[string]json.RawMessage, p post) (map[string]json.RawMessage, error) {
	for name, v := range map[string]any{"text": p.Text, "facets": p.Facets, "embed": p.Embed, "langs": p.Langs, "labels": p.Labels} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		if string(b) == "null" {
			delete(all, name)
			continue
		}
		all[name] = b
	}
	return all, nil
}

// keepQuote gives what is to be embedded together with the quote that e holds.
func (e *embed) keepQuote(next *embed) *embed {
	if e == nil {
		return next
	}
	switch e.Type {
	case quoteEmbed:
		if next == nil {
			return e
		}
		b, err := json.Marshal(e)
		if err != nil {
			return next
		}
		return &embed{Type: quoteAndMedia, Record: b, Media: next}
	case quoteAndMedia:
		if next != nil {
			return &embed{Type: quoteAndMedia, Record: e.Record, Media: next}
		}
		var quote embed
		if json.Unmarshal(e.Record, &quote) == nil {
			return &quote
		}
	}
	return next
}
