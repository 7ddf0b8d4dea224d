package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
)

// sticky is the one comment of ours in a pull request that begins with a marker.
type sticky struct {
	home   *forge.Forge
	pull   int
	marker string
}

// keep makes body what the comment says: edited where it says something else,
// created where there is none; where there are several, the oldest.
func (s *sticky) keep(ctx context.Context, body string) error {
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

func (s *sticky) find(ctx context.Context) (*forge.Comment, error) {
	return forge.FindOwn(ctx, s.home, s.pull, s.marker)
}

// sameBody compares as forges keep text.
func sameBody(a, b string) bool { return normal(a) == normal(b) }

func normal(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
