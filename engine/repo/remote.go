package repo

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Errors of RemoteTip.
var (
	ErrNoRemote    = errors.New("no such Git remote: `git remote add` makes one, `remote: none` in smm.yaml does without")
	ErrNoBranch    = errors.New("the remote has no such branch")
	ErrUnreachable = errors.New("the remote cannot be reached")
)

// HasRemote reports whether the repository has a remote of this name.
func (r *Repo) HasRemote(name string) bool {
	s, err := r.Objects()
	if err != nil {
		return false
	}
	defer s.Close()
	cfg, err := s.Config()
	return err == nil && cfg.Remotes[name] != nil
}

// RemoteTip asks the remote what a branch points to.
func (r *Repo) RemoteTip(ctx context.Context, remote, branch string) (string, error) {
	if !r.HasRemote(remote) {
		return "", fmt.Errorf("%s: %w", remote, ErrNoRemote)
	}
	ref := "refs/heads/" + branch
	out, err := r.Git(ctx, r.Root, nil, "ls-remote", "--quiet", "--refs", "--", remote, ref)
	if err != nil {
		return "", fmt.Errorf("%s: %w: %w", remote, ErrUnreachable, err)
	}
	// ls-remote matches by the end of the name, so more may have been listed.
	for line := range strings.Lines(string(out)) {
		if sha, name, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && name == ref {
			return sha, nil
		}
	}
	return "", fmt.Errorf("%s on %s: %w", branch, remote, ErrNoBranch)
}
