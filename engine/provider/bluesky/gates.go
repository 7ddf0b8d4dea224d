package bluesky

import (
	"context"
	"encoding/json"

	"github.com/smmctl/smmctl/engine/provider"
)

// A gate is a record of its own, under the key of the post that it is about.

const disableRule = postgateType + "#disableRule"

type rule struct {
	Type string `json:"$type"`
}

// threadgate says who may reply; an empty list is nobody.
type threadgate struct {
	Type      string `json:"$type"`
	Post      string `json:"post"`
	Allow     []rule `json:"allow"`
	CreatedAt string `json:"createdAt"`
}

// postgate says whether the post may be quoted.
type postgate struct {
	Type      string `json:"$type"`
	Post      string `json:"post"`
	Rules     []rule `json:"embeddingRules"`
	CreatedAt string `json:"createdAt"`
}

func (p place) in(collection string) place { return place{p.repo, collection, p.rkey} }

func (c choices) allowed() []rule {
	out := []rule{}
	for _, r := range c.allow {
		out = append(out, rule{r})
	}
	return out
}

// gates are the records that go with a new post.
func (c choices) gates(where place, created string) []change {
	var out []change
	if c.gated {
		out = append(out, creation(where.in(gateType), threadgate{gateType, where.uri(), c.allowed(), created}))
	}
	if c.unquoted {
		out = append(out, creation(where.in(postgateType), postgate{postgateType, where.uri(), []rule{{disableRule}}, created}))
	}
	return out
}

// gatesOf lists the deletions of the gates that a post has.
func (l *login) gatesOf(ctx context.Context, op string, where place) ([]change, error) {
	var out []change
	for _, collection := range []string{gateType, postgateType} {
		switch _, err := l.record(ctx, op, where.in(collection)); {
		case err == nil:
			out = append(out, deletion(where.in(collection)))
		case !provider.Is(err, provider.NotFound):
			return nil, err
		}
	}
	return out, nil
}

// setGates makes a published post's gates what its options say. Each is read and
// only its rule changed: replies that were hidden by hand stay hidden.
func (l *login) setGates(ctx context.Context, op string, where place, c choices, created string) error {
	err := l.setGate(ctx, op, where.in(gateType), c.gated, "allow", c.allowed(),
		threadgate{gateType, where.uri(), c.allowed(), created})
	if err != nil {
		return err
	}
	return l.setGate(ctx, op, where.in(postgateType), c.unquoted, "embeddingRules", []rule{{disableRule}},
		postgate{postgateType, where.uri(), []rule{{disableRule}}, created})
}

func (l *login) setGate(ctx context.Context, op string, at place, wanted bool, field string, rules []rule, anew any) error {
	was, err := l.record(ctx, op, at)
	if provider.Is(err, provider.NotFound) {
		if wanted {
			_, err := l.put(ctx, op, at, anew, nil)
			return changedMeanwhile(err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	all := was.fields()
	delete(all, field)
	if wanted {
		b, err := json.Marshal(rules)
		if err != nil {
			return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
		}
		all[field] = b
	}
	_, err = l.put(ctx, op, at, all, &was.CID)
	return changedMeanwhile(err)
}

// changedMeanwhile is err of a record that was read, changed and written back: the
// server's word that it is another by now proves that nothing was written, and
// that reading it again will help.
func changedMeanwhile(err error) error {
	if coded(err, "InvalidSwap") {
		provider.AsError("", err).Kind = provider.Unsent
	}
	return err
}
