package repo

import (
	"errors"
	"fmt"
	"io/fs"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Head returns the commit that is checked out; ErrNoCommit where there is none.
func (r *Repo) Head() (string, error) {
	s, err := r.Objects()
	if err != nil {
		return "", err
	}
	defer s.Close()
	commit, err := resolve(s, "HEAD")
	if errors.Is(err, ErrNoRevision) {
		return "", fmt.Errorf("%s: %w", r.Root, ErrNoCommit)
	}
	return commit.String(), err
}

// FS returns the workspace's files at a revision (a branch, a tag, a commit,
// HEAD~2, …) and the commit that it means. Nothing is checked out.
func (r *Repo) FS(rev string) (fs.FS, string, error) {
	s, err := r.Objects()
	if err != nil {
		return nil, "", err
	}
	commit, err := resolve(s, rev)
	if err != nil {
		s.Close()
		return nil, "", err
	}
	tree, err := r.workspaceTree(s, commit)
	if err != nil {
		s.Close()
		return nil, "", fmt.Errorf("%s: %w", rev, err)
	}
	return newTreeFS(r, s, tree), commit.String(), nil
}

func resolve(s *filesystem.Storage, rev string) (plumbing.Hash, error) {
	g, err := gogit.Open(s, nil)
	if err != nil && !errors.Is(err, gogit.ErrRepositoryNotExists) {
		// go-git refuses extensions that do not matter for reading a commit
		// (a partial clone); a reference or a full commit id needs none.
		return resolvePlain(s, rev)
	}
	if err != nil {
		return plumbing.ZeroHash, err
	}
	h, err := g.ResolveRevision(plumbing.Revision(rev))
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("%s: %w: %w", rev, ErrNoRevision, err)
	}
	return *h, nil
}

func resolvePlain(s *filesystem.Storage, rev string) (plumbing.Hash, error) {
	if plumbing.IsHash(rev) {
		h := plumbing.NewHash(rev)
		if _, err := object.GetCommit(s, h); err == nil {
			return h, nil
		}
	}
	for _, rule := range plumbing.RefRevParseRules {
		name := plumbing.ReferenceName(fmt.Sprintf(rule, rev))
		if ref, err := resolveRef(s, name); err == nil {
			return ref, nil
		}
	}
	return plumbing.ZeroHash, fmt.Errorf("%s: %w", rev, ErrNoRevision)
}

// resolveRef follows symbolic references, a few of them.
func resolveRef(s *filesystem.Storage, name plumbing.ReferenceName) (plumbing.Hash, error) {
	for range 5 {
		ref, err := s.Reference(name)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if ref.Type() == plumbing.HashReference {
			return ref.Hash(), nil
		}
		name = ref.Target()
	}
	return plumbing.ZeroHash, plumbing.ErrReferenceNotFound
}

// workspaceTree returns the tree of the workspace's folder in a commit.
func (r *Repo) workspaceTree(s *filesystem.Storage, commit plumbing.Hash) (*object.Tree, error) {
	c, err := object.GetCommit(s, commit)
	if err != nil {
		return nil, err
	}
	tree, err := c.Tree()
	if err != nil || r.Prefix == "" {
		return tree, err
	}
	sub, err := tree.Tree(r.Prefix)
	if e, found := tree.FindEntry(r.Prefix); err != nil && found == nil && e.Mode != filemode.Dir { // a file or a link
		err = object.ErrDirectoryNotFound
	}
	if errors.Is(err, object.ErrDirectoryNotFound) {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Prefix, err)
	}
	return sub, nil
}
