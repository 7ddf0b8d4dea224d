package bluesky

import (
	"context"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// resolve gives the DID behind a handle. A handle that leads nowhere is refused:
// the reference PDS says no more of it than that (400).
func (l *login) resolve(ctx context.Context, op, handle string) (string, error) {
	name := strings.TrimPrefix(strings.TrimSpace(handle), "@")
	if validDID(name) {
		return name, nil
	}
	if !validHandle(name) {
		return "", provider.Refused(op, "%q is no handle", handle)
	}
	var out struct {
		DID string `json:"did"`
	}
	err := l.get(ctx, op+": look up @"+name, "com.atproto.identity.resolveHandle", url.Values{"handle": {name}}, &out)
	if provider.Is(err, provider.NotFound) {
		return "", provider.Refused(op, "nobody has the handle @%s", name)
	}
	if err != nil {
		return "", err
	}
	if !validDID(out.DID) {
		return "", &provider.Error{Kind: provider.Unsent, Op: op, Err: errAnother}
	}
	return out.DID, nil
}

// facets marks a text's runs. A mention whose handle leads nowhere is refused:
// the post can be mended before it is published, and not after.
func (l *login) facets(ctx context.Context, op string, all []content.Facet) ([]facet, error) {
	var out []facet
	for _, f := range all {
		var x feature
		switch f.Kind {
		case "link":
			x = feature{Type: "app.bsky.richtext.facet#link", URI: f.Value}
		case "tag":
			x = feature{Type: "app.bsky.richtext.facet#tag", Tag: strings.TrimPrefix(f.Value, "#")}
		case "mention":
			did, err := l.resolve(ctx, op, f.Value)
			if err != nil {
				return nil, err
			}
			x = feature{Type: "app.bsky.richtext.facet#mention", DID: did}
		default:
			continue // a style, which there is none of here
		}
		run := facet{Features: []feature{x}}
		run.Index.Start, run.Index.End = f.Start, f.End
		out = append(out, run)
	}
	return out, nil
}

// replyTo names the post that is answered, and the one that its thread began
// with: what it answered itself at the root, else it.
func (l *login) replyTo(ctx context.Context, op string, r provider.Request) (*reply, error) {
	address := r.ParentID
	if address == "" {
		address = r.ParentURL
	}
	where, ok := parsePost(address)
	if !ok {
		return nil, provider.Refused(op, "%w", badAddress(address))
	}
	var err error
	if where.repo, err = l.resolve(ctx, op, where.repo); err != nil {
		return nil, err
	}
	parent, err := l.record(ctx, op, where)
	if provider.Is(err, provider.NotFound) {
		return nil, provider.Refused(op, "the post to answer is not there: %s", where.uri())
	}
	if err != nil {
		return nil, err
	}
	out := &reply{Parent: ref{parent.URI, parent.CID}}
	out.Root = out.Parent
	if up := parent.post().Reply; up != nil && up.Root.URI != "" && up.Root.CID != "" {
		out.Root = up.Root
	}
	return out, nil
}
