package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/smmctl/smmctl/engine/provider"
)

// pageSize is what the API gives at most (docs, methods/accounts, 2026-07-02).
const pageSize = 40

// defaultPage is the page of servers that do not know `limit`.
const defaultPage = 20

// How much of a listing is read at most. An endless one cannot be told from a
// long one, and proves nothing of what is not in it.
const (
	maxPages   = 2500
	maxObjects = 100_000
)

// List implements provider.Posts: own posts and replies, newest first, no
// boosts.
func (l *login) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		const op = "list"
		path := "/api/v1/accounts/" + seg(l.me) + "/statuses"
		for st, err := range l.pages(ctx, op, path, url.Values{"exclude_reblogs": {"true"}}) {
			switch {
			case err != nil:
				yield(provider.Object{}, err)
				return
			case !l.mine(&st):
			case st.CreatedAt.IsZero():
				// Without its time nobody can tell whether this is what was sought.
				yield(provider.Object{}, unsound(op, "a post without a time"))
				return
			default:
				if !yield(st.object(), nil) {
					return
				}
			}
		}
	}
}

// unsound is the error of a listing that cannot prove what is not in it.
func unsound(op, what string) error {
	return &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the listing cannot be relied on: " + what)}
}

// pages walks a listing by max_id. It reads a page when it is asked for what
// is on it, and no page after the caller has had enough.
func (l *login) pages(ctx context.Context, op, path string, query url.Values) iter.Seq2[status, error] {
	return func(yield func(status, error) bool) {
		seen := map[str]bool{}
		query.Set("limit", strconv.Itoa(pageSize))
		promised := false // the server itself said that there is more
		for range maxPages {
			p, err := l.page(ctx, op, path, query)
			if err != nil {
				yield(status{}, err)
				return
			}
			fresh := 0
			for _, st := range p.items {
				if seen[st.ID] {
					continue
				}
				seen[st.ID] = true
				fresh++
				if !yield(st, nil) {
					return
				}
			}
			if fresh == 0 && (len(p.items) >= pageSize || promised && len(p.items) > 0) {
				yield(status{}, unsound(op, "it repeats itself"))
				return
			}
			if fresh == 0 || p.next == "" {
				return
			}
			if len(seen) >= maxObjects {
				break
			}
			promised = p.linked
			query.Set("max_id", p.next)
		}
		yield(status{}, unsound(op, fmt.Sprintf("it has no end within %d posts or %d pages", maxObjects, maxPages)))
	}
}

type page struct {
	items []status
	next  string // the next page's max_id, or empty at the end
	// linked says that the server named the next page, and we did not guess it.
	linked bool
}

func (l *login) page(ctx context.Context, op, path string, query url.Values) (page, error) {
	resp, err := l.get(ctx, op, path, query)
	if err != nil {
		return page{}, err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(resp.Body, &raw); err != nil {
		return page{}, unsound(op, "it is no list")
	}
	p := page{items: make([]status, len(raw))}
	for i, b := range raw {
		if err := decode(b, &p.items[i]); err != nil || p.items[i].ID == "" {
			return page{}, unsound(op, "a post without an id")
		}
	}
	p.next = next(resp.Header, p.items)
	p.linked = nextID(resp.Header.Values("Link")) != ""
	return p, nil
}

// next says where the following page begins. Of a Link header only max_id is
// taken: the address itself may lead anywhere, and the token must not. A server
// without the header, or with a full page and no next link, is asked from the
// last id on, unless the page is so short that it must be the last.
func next(h http.Header, items []status) string {
	if len(items) == 0 {
		return ""
	}
	last := string(items[len(items)-1].ID)
	links := h.Values("Link")
	if id := nextID(links); id != "" {
		return id
	}
	if short := defaultPage; len(items) >= pageSize || (len(links) == 0 && len(items) >= short) {
		return last
	}
	return ""
}

func nextID(headers []string) string {
	for _, link := range strings.Split(strings.Join(headers, ","), ",") {
		address, params, ok := strings.Cut(link, ">")
		_, address, open := strings.Cut(address, "<")
		if !ok || !open || !strings.Contains(strings.ReplaceAll(params, `"`, ""), "rel=next") {
			continue
		}
		if u, err := url.Parse(address); err == nil {
			return u.Query().Get("max_id")
		}
	}
	return ""
}
