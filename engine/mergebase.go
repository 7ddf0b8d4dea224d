package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/repo"
)

// mergeBase is the newest commit that a pull request has in common with its
// branch. An older one would make what came in from the branch look like the pull
// request's own, and have it approved by people who were never shown it. A clone
// with its history is believed first, and a forge where that is shallow.
func (r *reader) mergeBase(ctx context.Context, p forge.Pull) (string, error) {
	if r.e.Repo.Shallow() {
		if p.MergeBase == "" {
			return "", fmt.Errorf("%w: neither the forge nor this shallow clone knows where it left %s: fetch the whole history (fetch-depth: 0)", errGone, r.branch)
		}
		return p.MergeBase, nil
	}
	base, err := r.commonWith(ctx, p)
	if err != nil && errors.Is(err, errGone) && p.MergeBase != "" {
		return p.MergeBase, nil
	}
	return base, err
}

// commonWith looks into the clone's history.
func (r *reader) commonWith(ctx context.Context, p forge.Pull) (string, error) {
	side, err := r.otherSide(ctx, p)
	if err != nil {
		return "", err
	}
	if err := r.bring(ctx, p.HeadSHA); err != nil {
		return "", err
	}
	out, err := r.e.Repo.Git(ctx, r.e.Repo.Root, nil, "merge-base", "--end-of-options", side, p.HeadSHA)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errGone, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// otherSide is the branch as it is, or as it was just before the merge: in all
// three styles, what the merge made has its own parent there.
func (r *reader) otherSide(ctx context.Context, p forge.Pull) (string, error) {
	switch {
	case p.Merged && p.MergedAs != p.HeadSHA:
		return p.MergedAs + "^1", r.bring(ctx, p.MergedAs)
	case p.Merged: // the branch was only moved forward
		side := firstOf(p.MergeBase, p.BaseSHA)
		return side, r.bring(ctx, side)
	case r.remote == "":
		return "refs/heads/" + r.branch, nil
	}
	tip, err := r.e.Repo.RemoteTip(ctx, r.remote, r.branch)
	if errors.Is(err, repo.ErrNoBranch) {
		return "", fmt.Errorf("%w: %w", errGone, err)
	}
	if err != nil {
		return "", err
	}
	return tip, r.bring(ctx, tip)
}
