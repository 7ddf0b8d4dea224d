package repo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Commits are brought by their ids, and a clone keeps its kind.
func TestBring(t *testing.T) {
	t.Parallel()
	ctx, git := context.Background(), Program(DefaultTimeout)
	dir := t.TempDir()
	run := func(where string, args ...string) string {
		t.Helper()
		out, err := git(ctx, where, nil, append([]string{"-c", "user.name=a", "-c", "user.email=a@localhost"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	origin := filepath.Join(dir, "origin")
	run(dir, "init", "--quiet", "--initial-branch=main", origin)
	run(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
	commit := func(branch, text string) string {
		run(origin, "checkout", "--quiet", "-B", branch)
		if err := os.WriteFile(filepath.Join(origin, WorkspaceFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run(origin, "add", ".")
		run(origin, "commit", "--quiet", "--message", text)
		return run(origin, "rev-parse", "HEAD")
	}
	first := commit("main", "one")
	commit("main", "two")
	url := "file://" + filepath.ToSlash(origin)
	for _, shallow := range []bool{true, false} {
		clone := filepath.Join(dir, map[bool]string{true: "shallow", false: "whole"}[shallow])
		args := []string{"clone", "--quiet", "--single-branch", "--branch=main", url, clone}
		if shallow {
			args = append(args, "--depth=1")
		}
		run(dir, args...)
		r, err := At(clone)
		if err != nil {
			t.Fatal(err)
		}
		other := commit("other-"+filepath.Base(clone), "other "+filepath.Base(clone))
		run(origin, "checkout", "--quiet", "main")
		if r.Has(other) || r.Shallow() != shallow || r.Has(first) == shallow {
			t.Fatalf("shallow %v: has %v, shallow %v, first %v", shallow, r.Has(other), r.Shallow(), r.Has(first))
		}
		refs := run(clone, "for-each-ref")
		if err := r.Bring(ctx, "origin", other, first, other); err != nil {
			t.Fatal(err)
		}
		if !r.Has(other) || !r.Has(first) || r.Shallow() != shallow || run(clone, "for-each-ref") != refs {
			t.Errorf("shallow %v: has %v and %v, shallow %v", shallow, r.Has(other), r.Has(first), r.Shallow())
		}
		none := strings.Repeat("1", 40)
		if err := r.Bring(ctx, "origin", none); !errors.Is(err, ErrUnreachable) {
			t.Errorf("a commit that is nowhere: %v", err)
		}
		for _, bad := range []string{"main", "--upload-pack=x", ""} {
			if err := r.Bring(ctx, "origin", bad); err == nil || !strings.Contains(err.Error(), "full id") {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
}
