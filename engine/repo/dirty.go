package repo

import (
	"context"
	"fmt"
	"strings"
)

// own is what belongs to a workspace, below its root.
var own = []string{WorkspaceFile, "strategies", "content"}

// Dirty returns the workspace's own files that HEAD does not have as they are
// on disk: changed, staged, deleted or new, relative to the workspace. Ignored
// files are not looked at.
func (r *Repo) Dirty(ctx context.Context) ([]string, error) {
	if !r.HasGit() {
		return nil, fmt.Errorf("%s: %w", r.Workspace, ErrNoGit)
	}
	args := append([]string{
		"--no-optional-locks", "--literal-pathspecs",
		"status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--"}, own...)
	out, err := r.Git(ctx, r.Workspace, nil, args...)
	if err != nil {
		return nil, err
	}
	var paths []string
	for record := range strings.SplitSeq(string(out), "\x00") {
		if len(record) > 3 { // two letters and a space
			paths = append(paths, strings.TrimPrefix(record[3:], r.slashPrefix()))
		}
	}
	return paths, nil
}

func (r *Repo) slashPrefix() string {
	if r.Prefix == "" {
		return ""
	}
	return r.Prefix + "/"
}
