package repo

import (
	"context"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Has reports whether the clone has a commit, given by its full id, and its tree.
func (r *Repo) Has(commit string) bool {
	if !plumbing.IsHash(commit) {
		return false
	}
	s, err := r.Objects()
	if err != nil {
		return false
	}
	defer s.Close()
	c, err := object.GetCommit(s, plumbing.NewHash(commit))
	if err != nil {
		return false
	}
	_, err = c.Tree()
	return err == nil
}

// Bring fetches commits, given by their full ids, that the clone lacks. It moves
// no reference. A shallow clone stays as shallow as it is, a whole one stays whole.
func (r *Repo) Bring(ctx context.Context, remote string, commits ...string) error {
	var missing []string
	for _, c := range commits {
		switch {
		case !plumbing.IsHash(c):
			return fmt.Errorf("%.60q is no commit's full id", c)
		case !r.Has(c):
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if !r.HasRemote(remote) {
		return fmt.Errorf("%s: %w", remote, ErrNoRemote)
	}
	if err := r.Fetch(ctx, r.depth(), remote, missing...); err != nil {
		return fmt.Errorf("%s: %w: %w", remote, ErrUnreachable, err)
	}
	for _, c := range missing {
		if !r.Has(c) {
			return fmt.Errorf("%.12s: %w on %s", c, ErrNoRevision, remote)
		}
	}
	return nil
}

// Track brings a remote's branch, whole files included, to where the clone keeps
// what it knows of that remote. A shallow clone gets the tip alone.
func (r *Repo) Track(ctx context.Context, remote, branch string) error {
	if !r.HasRemote(remote) {
		return fmt.Errorf("%s: %w", remote, ErrNoRemote)
	}
	refs := "+refs/heads/" + branch + ":" + plumbing.NewRemoteReferenceName(remote, branch).String()
	if err := r.Fetch(ctx, r.depth(), remote, refs); err != nil {
		return fmt.Errorf("%s: %w: %w", remote, ErrUnreachable, err)
	}
	return nil
}

// Fetch fetches just what is named, commits or refspecs, with options of git's
// beside its own. No reference moves but those that a refspec names, no hook or
// configuration adds to it, and files come with their commits.
func (r *Repo) Fetch(ctx context.Context, options []string, remote string, what ...string) error {
	args := append([]string{
		"fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-auto-maintenance",
		"--no-recurse-submodules", "--no-filter", "--refmap=",
	}, options...)
	_, err := r.Git(ctx, r.Root, nil, append(append(args, "--", remote), what...)...)
	return err
}

// depth keeps a shallow clone as shallow as it is; in a whole one it would cut the
// history off.
func (r *Repo) depth() []string {
	if r.Shallow() {
		return []string{"--depth=1"}
	}
	return nil
}

// Shallow reports whether the clone's history is cut off.
func (r *Repo) Shallow() bool {
	s, err := r.Objects()
	if err != nil {
		return false
	}
	defer s.Close()
	commits, err := s.Shallow()
	return err == nil && len(commits) > 0
}
