package vk

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine/provider"
)

// flags are what is said of a post by yes or no, as it is.
func (p *post) flags() map[string]bool {
	return map[string]bool{optSigned: p.Signer != 0, optClosed: bool(p.Comments.CanOpen), optAds: bool(p.Ads)}
}

// keep adds to an edit what it would take away and no file speaks of, now or
// before: somebody may have closed the comments by hand, for a reason.
func (p *post) keep(into url.Values, r provider.Request) {
	silent := func(option string) bool {
		return r.Segment.Options[option] == "" && r.PriorSent["options."+option] == ""
	}
	for name, is := range p.flags() {
		if silent(name) {
			into.Set(name, zeroOne(is))
		}
	}
	switch {
	case p.Copyright.Link == "" || into.Has("copyright"):
	case silent(optSource):
		into.Set("copyright", p.Copyright.Link)
	default:
		into.Set("copyright", "")
	}
	p.keepTopic(into)
}

// keepTopic adds the topic that was chosen on VK.
func (p *post) keepTopic(into url.Values) {
	if p.Topic > 0 {
		into.Set("topic_id", ownerText(p.Topic))
	}
}

// edited names all that is to hang on a post after an edit: what it has of the
// same files, what is new, and its poll.
func (l *login) edited(ctx context.Context, op string, r provider.Request, was *post) ([]string, error) {
	has := map[string]string{}
	for _, a := range was.Attachments {
		has[a.ref()] = a.sent()
	}
	poll := has[r.Prior["poll.id"]]
	if r.Segment.Poll != nil && poll == "" {
		return nil, unsupported(op, "a poll cannot be put into a published post")
	}
	kept := keptMedia(r)
	for i, name := range kept {
		kept[i] = has[name]
	}
	out, err := l.uploadAll(ctx, op, r, kept)
	if err != nil {
		return nil, err
	}
	if r.Segment.Poll != nil {
		out = append(out, poll)
	}
	return append(out, links(r.Segment)...), nil
}

// keptMedia finds, for each file wanted, the name of an attachment that was made
// of the very same file; "" where there is none. Where somebody has added or taken
// away media by hand, nobody can tell which is which.
func keptMedia(r provider.Request) []string {
	out := make([]string, len(r.Segment.Media))
	n := count(r.PriorSent, sumPath)
	if n != count(r.Prior, mediaPath) {
		return out
	}
	taken := map[int]bool{}
	for i, m := range r.Segment.Media {
		for j := range n {
			name := r.Prior[mediaPath(j)]
			if !taken[j] && r.PriorSent[sumPath(j)] == m.SHA256 && strings.HasPrefix(name, kindOf(m)) {
				out[i], taken[j] = name, true
				break
			}
		}
	}
	return out
}

func sumPath(i int) string { return fmt.Sprintf("media[%d].sha256", i) }

// count is how many of the paths in a row are there.
func count(in map[string]string, path func(int) string) int {
	n := 0
	for in[path(n)] != "" {
		n++
	}
	return n
}
