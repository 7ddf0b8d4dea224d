package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
)

// MaxPages bounds a list. Ten thousand comments on one pull request are an
// attack, and half of them would be no answer.
const MaxPages = 100

// Page is how a list is asked for.
type Page struct {
	Param string // the name of the parameter that says how many elements a page has
	Size  int
}

// Each reads the list that r asks for, page by page, and gives take each element
// once, until it returns false. id tells elements apart: what moves from one page
// to the next while they are read comes twice. A list without an end is an error.
func Each[T any](ctx context.Context, c *Client, r Request, p Page, id func(T) int64, take func(T) (more bool, err error)) error {
	seen := map[int64]bool{}
	for page := 1; page <= MaxPages; page++ {
		q := r
		q.Query = clone(r.Query)
		q.Query.Set(p.Param, strconv.Itoa(p.Size))
		q.Query.Set("page", strconv.Itoa(page))
		var all []T
		header, err := c.Do(ctx, q, &all)
		if err != nil {
			return err
		}
		if all == nil {
			return c.odd(r.Op, "there is no list")
		}
		before := len(seen)
		for _, one := range all {
			n := id(one)
			if n <= 0 {
				return c.odd(r.Op, "an element has no id")
			}
			if seen[n] {
				continue
			}
			seen[n] = true
			more, err := take(one)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if !more {
				return nil
			}
		}
		if !further(header, len(all), len(seen), page*p.Size, p.Size) {
			return nil
		}
		if len(all) > 0 && len(seen) == before {
			return c.odd(r.Op, "page %d brings nothing new, and there is said to be more", page)
		}
	}
	return fmt.Errorf("%s: %s: the list has more than %d pages: %w", c.name, r.Op, MaxPages, forge.ErrUnclear)
}

var nextLink = regexp.MustCompile(`;\s*rel="?next"?`)

// further reports whether a list goes on. GitHub says so in Link, Gitea in Link
// or, for reviews, only in X-Total-Count, which counts the drafts of others, too,
// though they are left out; comments it gives all at once, with their number
// (Gitea 1.26.0, routers/api/v1/repo).
func further(h http.Header, onPage, seen, asked, size int) bool {
	if link := h.Get("Link"); link != "" {
		return nextLink.MatchString(link)
	}
	if total, err := strconv.Atoi(strings.TrimSpace(h.Get("X-Total-Count"))); err == nil {
		return seen < total && (onPage > 0 || asked < total)
	}
	return onPage >= size
}

func clone(q url.Values) url.Values {
	out := url.Values{}
	for k, v := range q {
		out[k] = v
	}
	return out
}
