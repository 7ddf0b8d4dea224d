package mastodontest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func cmpID(a, b string) int { return strings.Compare(a, b) }

// list is the account's listing, newest first.
func (s *Server) list(c call) answer {
	if c.id != s.AccountID() {
		return failure(http.StatusNotFound, "Record not found")
	}
	q := c.URL.Query()
	var shown []*post
	for _, p := range slices.Backward(s.posts) {
		v := s.seen(p, c.fault)
		switch {
		case v == nil, p.visible.After(s.now()):
		case p.boost && q.Get("exclude_reblogs") == "true":
		case p.parent != "" && q.Get("exclude_replies") == "true":
		case q.Get("pinned") == "true" && !v.pinned:
		default:
			shown = append(shown, p)
		}
	}
	return paged(s, c, shown, func(p *post) string { return p.id }, func(p *post) object { return s.render(p, s.seen(p, c.fault)) })
}

// paged cuts a page out of items, which are sorted by id, newest first, and
// links to its neighbours.
func paged[T any](s *Server, c call, items []T, id func(T) string, render func(T) object) answer {
	q := c.URL.Query()
	for name := range q {
		if !slices.Contains([]string{"max_id", "since_id", "min_id", "limit", "exclude_replies", "exclude_reblogs", "only_media", "pinned", "tagged"}, name) {
			s.complain(c.Request, "unknown parameter "+name)
		}
	}
	limit := 20
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n > 0 {
		limit = min(n, 40)
	}
	out := []object{}
	first, last := "", ""
	for _, it := range items {
		if m := q.Get("max_id"); m != "" && cmpID(id(it), m) >= 0 {
			continue
		}
		if len(out) == limit {
			break
		}
		if first == "" {
			first = id(it)
		}
		last = id(it)
		out = append(out, render(it))
	}
	a := ok(out)
	if len(out) > 0 {
		a.header = http.Header{"Link": {s.links(c, first, last, len(out) == limit)}}
	}
	return a
}

func (s *Server) links(c call, first, last string, more bool) string {
	base := "https://" + s.o.Domain + c.URL.Path
	prev := fmt.Sprintf(`<%s?limit=40&min_id=%s>; rel="prev"`, base, first)
	if !more {
		return prev
	}
	return fmt.Sprintf(`<%s?limit=40&max_id=%s>; rel="next", %s`, base, last, prev)
}

// search finds a post by its address, as resolve=true does.
func (s *Server) search(c call) answer {
	q := c.URL.Query()
	found := []object{}
	if q.Get("resolve") == "true" && (q.Get("type") == "" || q.Get("type") == "statuses") {
		if p := s.remotes[q.Get("q")]; p != nil {
			found = append(found, s.render(p, p.now))
		}
		for _, p := range s.posts {
			if p.now != nil && p.url == q.Get("q") {
				found = append(found, s.render(p, p.now))
			}
		}
	}
	return ok(object{"accounts": []any{}, "hashtags": []any{}, "statuses": found})
}
