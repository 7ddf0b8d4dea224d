package forge

import (
	"context"
	"fmt"
	"strings"
)

// errWho keeps a token that does not tell whose it is from making comment after
// comment.
var errWho = fmt.Errorf("%w: it does not tell whose it is, and there is a comment that may be its own: give it read:user", ErrForbidden)

// FindOwn returns our oldest comment in a pull request that begins with mark, or nil
// where there is none. Whoever copies the mark gets neither our words nor our place.
// Where it cannot be said whether a comment with the mark is ours, the error matches
// ErrForbidden: another comment must not be made then.
func FindOwn(ctx context.Context, f *Forge, pull int, mark string) (*Comment, error) {
	self, err := f.Comments.Self(ctx)
	if err != nil {
		return nil, err
	}
	list, err := f.Comments.List(ctx, pull)
	if err != nil {
		return nil, err
	}
	doubtful := false
	for i := range list {
		switch {
		case !strings.HasPrefix(strings.TrimSpace(list[i].Body), mark):
		case Own(list[i].By, self):
			return &list[i], nil
		default:
			doubtful = true
		}
	}
	if doubtful && self == "" && f.Name == gitea { // GitHub always tells a person's token
		return nil, errWho
	}
	return nil, nil
}

// gitea is the name of Gitea and Forgejo.
const gitea = "gitea"

// Own reports whether a comment by that login is one of ours; self is what
// Comments.Self says. A job's own token does not tell whose it is; it comments under a
// name that no person and no other app can have: GitHub's is github-actions[bot], and
// Gitea and Forgejo reserve their runners' (routers and models/user, 2026-11-24).
func Own(by, self string) bool {
	if self != "" {
		return strings.EqualFold(by, self)
	}
	return by == "github-actions[bot]" || by == "gitea-actions" || by == "forgejo-actions"
}
