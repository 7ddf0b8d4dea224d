package wordpress

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/smmctl/smmctl/engine/provider"
)

// draft is the status of what only editors see.
const draft = "draft"

// release is what makes a draft public, now or later. It is the whole request, so
// sending it twice is the same as once.
type release struct {
	Status  string `json:"status"`
	DateGMT string `json:"date_gmt"`
}

// create makes a post in two steps. WordPress stores a post first, and its
// featured picture, categories and tags after it (create_item, 6.1.9): made public
// at once, it would be seen, mailed and shared without them, and would stay so if
// the request died between. So it is made whole as a draft, which nobody sees, and
// the draft is released.
func (l *login) create(ctx context.Context, op string, r provider.Request, out release) (provider.Object, error) {
	b, err := l.prepare(ctx, op, r)
	if err != nil {
		return provider.Object{}, err
	}
	b.Slug, b.Status = slug(r), draft
	id, err := l.draft(ctx, op, r, b)
	if err != nil {
		return provider.Object{}, err
	}
	resp, err := l.post(ctx, op, "posts/"+idText(id), view(), out)
	if err != nil {
		return provider.Object{}, l.notReleased(ctx, id, provider.AsError(op, err))
	}
	p, err := decodePost(resp.Body)
	switch {
	case err != nil:
		return provider.Object{}, unreadable(op, resp, err.Error())
	case p.Status == live, p.Status == later && out.Status == later:
		return p.object(), nil
	}
	return provider.Object{}, l.takeBack(ctx, op, p)
}

// draft stores b where no reader sees it: in the draft that an interrupted attempt
// has left, else in a new one. Nothing is published by that, so doubt is Unsent.
func (l *login) draft(ctx context.Context, op string, r provider.Request, b body) (int64, error) {
	op += ": make a draft"
	route := "posts"
	left, err := l.leftDraft(ctx, op, r)
	if err != nil {
		return 0, noSuchAddress(err)
	}
	if left > 0 {
		route += "/" + idText(left)
	}
	resp, err := l.post(ctx, op, route, query("context", "edit", "_fields", postFields), b)
	if err != nil {
		e := provider.AsError(op, err)
		switch {
		case e.Kind == provider.NotFound && left > 0: // somebody was faster
			e.Kind = provider.Unsent
		case e.Kind == provider.Ambiguous && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout:
			e.Kind = provider.Rejected // an extension's refusal: of a draft only
		}
		return 0, noSuchAddress(provider.Harmless(op, e))
	}
	p, err := decodePost(resp.Body)
	if err != nil {
		return 0, provider.Harmless(op, unreadable(op, resp, err.Error()))
	}
	if p.Status == live {
		return 0, &provider.Error{Kind: provider.Ambiguous, Op: op, Err: errors.New("the site has published a draft")}
	}
	return p.ID, nil
}

// noSuchAddress reads a 404 of what has no id: the site has no such API.
func noSuchAddress(err error) error {
	if e := provider.AsError("", err); e.Kind == provider.NotFound {
		e.Kind = provider.Unsupported
	}
	return err
}

// mostNumbers is how many drafts of one name are looked at: WordPress adds -2, -3 …
// to a name that is taken.
const mostNumbers = 9

// leftDraft finds a draft of the same name and words. Without that, each attempt
// would leave one, and their names would be taken.
func (l *login) leftDraft(ctx context.Context, op string, r provider.Request) (int64, error) {
	q := view("author", idText(l.me), "status", draft, "per_page", "100", "orderby", "id", "order", "asc", "slug[]", slug(r))
	for n := 2; n <= mostNumbers; n++ {
		q["slug[]"] = append(q["slug[]"], slug(r)+"-"+strconv.Itoa(n))
	}
	items, _, err := l.page(ctx, op, q)
	if err != nil {
		return 0, err
	}
	want := fingerprintOf(r.Segment)
	for _, p := range items {
		if p.Author == l.me && p.Status == draft && p.object().Fingerprint == want {
			return p.ID, nil
		}
	}
	return 0, nil
}

// notReleased tidies up after a refusal: a draft that will never be released does
// not stay. After doubt it does, for the next attempt.
func (l *login) notReleased(ctx context.Context, id int64, e *provider.Error) error {
	switch {
	case e.Code == "" && (e.Status == http.StatusForbidden || e.Status == http.StatusNotFound):
		// Not WordPress's own no: something before the site, perhaps after it had
		// carried the request out.
		e.Kind = provider.Ambiguous
	case e.Kind == provider.NotFound: // somebody took the draft away
		e.Kind = provider.Unsent
	case e.Kind == provider.Rejected || e.Kind == provider.Unauthorized || e.Kind == provider.Unsupported:
		if _, err := l.read(ctx, e.Op, idText(id), draft); err == nil { // never what readers see
			_, _ = l.remove(ctx, e.Op, "posts/"+idText(id), nil)
		}
	}
	return e
}

// takeBack answers for a site that did not publish what it was told to: an
// extension for editors' work keeps posts for review. It must not lie there once
// for each attempt.
func (l *login) takeBack(ctx context.Context, op string, p post) error {
	if _, err := l.remove(ctx, op, "posts/"+idText(p.ID), nil); err != nil {
		return &provider.Error{Kind: provider.Ambiguous, Op: op, Code: "kept as " + statusWord(p.Status), Err: errors.New("the site did not publish the post, and did not take it back")}
	}
	return provider.Refused(op, "the site keeps the post as %q instead of publishing it: an extension for reviews? It is in the trash again", statusWord(p.Status))
}
