package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
)

// sticky is the one comment of ours in a pull request that begins with a marker.
type sticky struct {
	home   *forge.Forge
	pull   int
	marker string
	self   string // who we are; empty where the token does not tell
}

// errWho keeps a token that does not tell whose it is from making comment after
// comment.
var errWho = fmt.Errorf("%w: it does not tell whose it is, and there is a comment that may be its own: give it read:user", forge.ErrForbidden)

// keep makes body what the comment says: edited where it says something else,
// created where there is none; where there are several, the oldest.
func (s *sticky) keep(ctx context.Context, body string) error {
	var err error
	if s.self, err = s.home.Comments.Self(ctx); err != nil {
		return err
	}
	old, err := s.find(ctx)
	if err != nil {
		return err
	}
	if old == nil {
		return s.create(ctx, body)
	}
	if sameBody(old.Body, body) {
		return nil
	}
	_, err = s.home.Comments.Edit(ctx, old.ID, body)
	if errors.Is(err, forge.ErrNotFound) { // deleted while we looked
		return s.create(ctx, body)
	}
	return err
}

func (s *sticky) create(ctx context.Context, body string) error {
	_, err := s.home.Comments.Create(ctx, s.pull, body)
	if err == nil || errors.Is(err, forge.ErrForbidden) || errors.Is(err, forge.ErrLimited) || errors.Is(err, forge.ErrNotFound) {
		return err
	}
	// The answer may be what was lost. Another comment is never made on that guess:
	// where it is not there, the next run makes it.
	if old, lost := s.find(ctx); lost == nil && old != nil && sameBody(old.Body, body) {
		return nil
	}
	return err
}

// find returns our oldest comment with the marker, or nil. Whoever copies the
// marker gets neither our words nor our place.
func (s *sticky) find(ctx context.Context) (*forge.Comment, error) {
	list, err := s.home.Comments.List(ctx, s.pull)
	if err != nil {
		return nil, err
	}
	doubtful := false
	for i := range list {
		switch {
		case !strings.HasPrefix(list[i].Body, s.marker):
		case forge.Own(list[i].By, s.self):
			return &list[i], nil
		default:
			doubtful = true
		}
	}
	if doubtful && s.self == "" && s.home.Name == ci.Gitea { // GitHub always tells a person's token
		return nil, errWho
	}
	return nil, nil
}

// sameBody compares as forges keep text.
func sameBody(a, b string) bool { return normal(a) == normal(b) }

func normal(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
