package scaffold

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/repo"
)

// repository returns the repository around dir, and makes one where there is
// none. Its first branch is the one that the person has configured, else main.
func repository(ctx context.Context, dir string) (*repo.Repo, error) {
	r, err := repo.At(dir)
	if err != nil || r.HasGit() {
		return r, err
	}
	if _, err := r.Git(ctx, r.Workspace, nil, "init", "--quiet"); err != nil {
		return nil, err
	}
	if configured, err := r.Git(ctx, r.Workspace, nil, "config", "init.defaultBranch"); err != nil || len(configured) == 0 {
		if _, err := r.Git(ctx, r.Workspace, nil, "symbolic-ref", "HEAD", "refs/heads/main"); err != nil {
			return nil, err
		}
	}
	return repo.At(dir)
}

// branchOf returns the branch that is checked out, with or without commits.
func branchOf(ctx context.Context, r *repo.Repo) (string, error) {
	out, err := r.Git(ctx, r.Root, nil, "symbolic-ref", "--short", "HEAD")
	if repo.ExitCode(err) > 0 {
		return "main", nil // a commit is checked out, not a branch
	}
	return strings.TrimSpace(string(out)), err
}

// addedAtOnce is how many files one run of git takes: each has its own time.
const addedAtOnce = 5000

// firstCommit commits the files where the repository has no commit yet, and
// returns it. It works without any Git identity, and leaves alone what else is
// staged.
func firstCommit(ctx context.Context, r *repo.Repo, paths []string) (string, error) {
	if _, err := r.Head(); !errors.Is(err, repo.ErrNoCommit) {
		return "", err
	}
	staged, err := r.Git(ctx, r.Root, nil, "ls-files", "-z")
	if err != nil {
		return "", err
	}
	for batch := range slices.Chunk(paths, addedAtOnce) {
		if _, err := r.Git(ctx, r.Root, []byte(strings.Join(batch, "\x00")), "update-index", "--add", "-z", "--stdin"); err != nil {
			return "", err
		}
	}
	args := append(identity(ctx, r), "--literal-pathspecs", "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", "A workspace for smmctl")
	var list []byte
	if len(staged) > 0 { // which git compares path by path: it takes its time
		args, list = append(args, "--only", "--pathspec-from-file=-", "--pathspec-file-nul"), []byte(strings.Join(paths, "\x00"))
	}
	if _, err := r.Git(ctx, r.Root, list, args...); err != nil {
		return "", err
	}
	return r.Head()
}

// identity stands in for a person whom Git does not know.
func identity(ctx context.Context, r *repo.Repo) []string {
	for _, name := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		if _, err := r.Git(ctx, r.Root, nil, "-c", "user.useConfigOnly=true", "var", name); err != nil {
			return []string{"-c", "user.name=smmctl", "-c", "user.email=smmctl@localhost"}
		}
	}
	return nil
}
