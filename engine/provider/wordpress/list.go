package wordpress

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// pageSize is what the API gives at most (WP_REST_Controller::get_collection_params).
const pageSize = 100

// maxPages bounds what is read of a listing. An endless one cannot be told from a
// long one, and proves nothing of what is not in it.
const maxPages = 1000

// List implements provider.Posts: the account's own posts that readers see, newest
// first.
func (l *login) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		for p, err := range l.pages(ctx, "list", live) {
			if err != nil {
				yield(provider.Object{}, err)
				return
			}
			if !yield(p.object(), nil) {
				return
			}
		}
	}
}

// unsound is the error of a listing that cannot prove what is not in it.
func unsound(op, what string) error {
	return &provider.Error{Kind: provider.Unsent, Op: op, Err: errors.New("the listing cannot be relied on: " + what)}
}

// cursor is a place in a listing: a second of the site's own time, and what of
// that second has been read. Pages by number would not do: WordPress orders by the
// second only, so that the database may show one of two equals on both pages and
// the other on none, and a new post shifts all that follow.
type cursor struct {
	date string
	seen []int64
}

func (c *cursor) pass(p post) {
	if p.Date != c.date {
		c.date, c.seen = p.Date, nil
	}
	c.seen = append(c.seen, p.ID)
}

// query asks for what lies at the cursor or before it and was not read.
func (c *cursor) query(q url.Values) error {
	if c.date == "" {
		return nil
	}
	at := moment(c.date)
	if at.IsZero() {
		return errors.New("a post without a time")
	}
	q.Set("before", at.Add(time.Second).Format(dateLayout))
	q.Del("exclude[]")
	for _, id := range c.seen {
		q.Add("exclude[]", idText(id))
	}
	return nil
}

// pages walks the account's posts of a status. It reads a page when it is asked
// for what is on it, and no page after the caller has had enough.
func (l *login) pages(ctx context.Context, op, status string) iter.Seq2[post, error] {
	return func(yield func(post, error) bool) {
		q := view("author", idText(l.me), "status", status, "per_page", strconv.Itoa(pageSize), "orderby", "date", "order", "desc")
		seen := map[int64]bool{}
		var at cursor
		for range maxPages {
			items, last, err := l.page(ctx, op, q)
			if err != nil {
				yield(post{}, err)
				return
			}
			fresh := false
			for _, p := range items {
				at.pass(p)
				if seen[p.ID] {
					continue
				}
				seen[p.ID], fresh = true, true
				if p.Author == l.me && p.Status == status && !yield(p, nil) {
					return
				}
			}
			if last {
				return
			}
			if !fresh {
				yield(post{}, unsound(op, "it repeats itself"))
				return
			}
			if err := at.query(q); err != nil {
				yield(post{}, unsound(op, err.Error()))
				return
			}
		}
		yield(post{}, unsound(op, fmt.Sprintf("it has no end within %d pages", maxPages)))
	}
}

// page reads one page and reports whether it is the last. The site says how many
// posts there are; one that shows fewer hides some.
func (l *login) page(ctx context.Context, op string, q url.Values) (items []post, last bool, err error) {
	resp, err := l.get(ctx, op, "posts", q)
	if err != nil {
		return nil, false, err
	}
	if err := decode(resp.Body, &items); err != nil || items == nil {
		return nil, false, unsound(op, "it is no list")
	}
	for i := range items {
		if err := items[i].sound(); err != nil {
			return nil, false, unsound(op, "a post without an id, a time or its text")
		}
	}
	total, err := strconv.Atoi(resp.Header.Get("X-WP-Total"))
	if err != nil { // taken off on the way: then only an empty page is the end
		return items, len(items) == 0, nil
	}
	if len(items) < min(total, pageSize) {
		return nil, false, unsound(op, fmt.Sprintf("%d posts of %d are not shown", total-len(items), total))
	}
	return items, total <= len(items), nil
}
