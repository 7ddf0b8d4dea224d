package wordpress

import (
	"context"
	"net/http"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// body is a post's whole state. A field that is empty and may be left out is left
// alone.
type body struct {
	Title      string   `json:"title"`
	Content    string   `json:"content"`
	Excerpt    string   `json:"excerpt"`
	Featured   int64    `json:"featured_media"`
	Tags       []int64  `json:"tags"`
	Categories *[]int64 `json:"categories,omitempty"`
	Slug       string   `json:"slug,omitempty"`
	Comments   string   `json:"comment_status,omitempty"`
	Status     string   `json:"status,omitempty"`
}

// Publish implements provider.Posts. The moment is sent, by the site's own clock,
// and in UTC. Left to itself the site writes its local time and makes UTC of that
// (wp_insert_post, 6.1.9): in the hour that comes twice when summer time ends it
// would be an hour off, into the future, where the post would wait, or before the
// intent, where it would not be found again.
func (l *login) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	return l.create(ctx, "publish", r, release{live, scheduleTime(l.clock.Now().Add(l.ahead))})
}

// prepare does all that publishes nothing: media and terms.
func (l *login) prepare(ctx context.Context, op string, r provider.Request) (body, error) {
	s := r.Segment
	switch {
	case r.ParentID != "" || r.ParentURL != "" || r.Index > 0 || s.IsComment:
		return body{}, unsupported(op, "threads and answers")
	case s.Poll != nil:
		return body{}, unsupported(op, "polls")
	case s.Title == "" && s.Text == "" && s.HTML == "" && len(s.Media) == 0:
		return body{}, provider.Refused(op, "there is nothing in it")
	}
	media, err := l.library(ctx, op, r)
	if err != nil {
		return body{}, err
	}
	// Titles and excerpts are HTML there, and ours are text.
	b := body{Title: escape(s.Title), Excerpt: escape(s.Options[optExcerpt]), Comments: s.Options[optComments]}
	b.Content = compose(s, media)
	if i := featured(s); i >= 0 {
		b.Featured = media[i].ID
	}
	if b.Tags, err = l.termIDs(ctx, op, tags, s.Tags); err != nil {
		return body{}, err
	}
	if names := s.Options[optCategories]; names != "" {
		ids, err := l.termIDs(ctx, op, categories, strings.Split(names, ","))
		if err != nil {
			return body{}, err
		}
		b.Categories = &ids
	}
	return b, nil
}

// compose writes the body: the first medium before the text, unless it is the
// featured picture, and the others behind it.
func compose(s content.Segment, media []medium) string {
	parts := []string{blocksOf(s)}
	for i, m := range media {
		switch shown := mediumBlock(s.Media[i], m); {
		case i == featured(s):
		case i == 0:
			parts = []string{shown, parts[0]}
		default:
			parts = append(parts, shown)
		}
	}
	return strings.Join(parts, "\n\n")
}

// slug is the last part of the post's address that is asked for.
func slug(r provider.Request) string {
	if s := r.Segment.Options[optSlug]; s != "" {
		return s
	}
	if r.Key.Occurrence != "" {
		return r.Key.Post + "-" + r.Key.Occurrence
	}
	return r.Key.Post
}

// Get implements provider.Posts. Somebody else's post is not there, and neither
// is what readers cannot see.
func (l *login) Get(ctx context.Context, id string) (provider.Object, error) {
	p, err := l.read(ctx, "get", id, live)
	if err != nil {
		return provider.Object{}, err
	}
	return p.object(), nil
}

// read gets an own post of a status.
func (l *login) read(ctx context.Context, op, id, status string) (post, error) {
	route, err := validID(op, id)
	if err != nil {
		return post{}, err
	}
	resp, err := l.get(ctx, op, route, view())
	if err != nil {
		if e := provider.AsError(op, err); e.Code == "rest_forbidden_context" && e.Status == http.StatusForbidden {
			// Somebody else's, or it became so. With 401 it says that nobody is signed in.
			e.Kind = provider.NotFound
		}
		return post{}, err
	}
	p, err := decodePost(resp.Body)
	switch {
	case err != nil:
		return post{}, provider.Harmless(op, unreadable(op, resp, err.Error()))
	case p.Author != l.me:
		return post{}, notThere(op, "not this account's post")
	case p.Status != status:
		return post{}, notThere(op, "the post is "+statusWord(p.Status))
	}
	return p, nil
}

func statusWord(status string) string {
	if codePattern.MatchString(status) {
		return status
	}
	return "of another status"
}

// Delete implements provider.Posts: into the trash, from where a person can bring
// it back. A site without a trash refuses that, having done nothing, and is asked
// to delete for good.
func (l *login) Delete(ctx context.Context, id string) error {
	const op = "delete"
	route, err := validID(op, id)
	if err != nil {
		return err
	}
	resp, err := l.remove(ctx, op, route, nil)
	if codeOf(resp) == "rest_trash_not_supported" {
		_, err = l.remove(ctx, op, route, query("force", "true"))
	}
	return err
}

func (l *login) remove(ctx context.Context, op, route string, q map[string][]string) (*httpx.Response, error) {
	return l.send(ctx, request{op: op, method: http.MethodDelete, route: route, query: q})
}
