// Package repo is what the engine needs of the repository that a workspace
// lives in: where it is, its files at any revision as an fs.FS, whether files
// are uncommitted, and what a remote's branch points to. Objects are read with
// go-git; whatever talks to a network, or has to agree with git about locks and
// configuration, runs the git program. It exists so that no other package needs
// to know how Git lays out a repository. It imports go-git and the standard
// library only.
package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WorkspaceFile is the file whose folder is a workspace's root.
const WorkspaceFile = "smm.yaml"

// Errors that callers match.
var (
	ErrNoWorkspace = errors.New("no smm.yaml here or in any folder above: `smmctl init` makes a workspace")
	ErrNoGit       = errors.New("not in a Git repository")
	ErrNoCommit    = errors.New("the repository has no commit yet")
	ErrNoRevision  = errors.New("no such revision")
	ErrUnsupported = errors.New("this kind of Git repository cannot be read")
)

// Repo is a workspace and the repository around it. The fields about Git are
// empty where the workspace is not in one.
type Repo struct {
	Workspace string // the folder with smm.yaml, absolute
	Root      string // the repository's work tree, absolute
	Prefix    string // the workspace below Root, with slashes; empty at the root
	GitDir    string // this work tree's .git
	CommonDir string // the .git that all linked work trees share
	Git       Git    // runs the program; tests replace it
}

// Find returns the workspace that dir is in, and its repository if it has one.
func Find(dir string) (*Repo, error) {
	start, err := canonical(dir)
	if err != nil {
		return nil, err
	}
	for at := start; ; {
		if info, err := os.Stat(filepath.Join(at, WorkspaceFile)); err == nil && !info.IsDir() {
			return At(at)
		}
		up := filepath.Dir(at)
		if up == at {
			return nil, fmt.Errorf("%s: %w", dir, ErrNoWorkspace)
		}
		at = up
	}
}

// At takes dir for a workspace's root, whether it holds smm.yaml or not.
func At(dir string) (*Repo, error) {
	root, err := canonical(dir)
	if err != nil {
		return nil, err
	}
	r := &Repo{Workspace: root, Git: Program(DefaultTimeout)}
	for at := root; ; {
		gitDir, err := gitDirOf(at)
		if err != nil {
			return nil, err
		}
		if gitDir != "" {
			return r, r.locate(at, gitDir)
		}
		up := filepath.Dir(at)
		if up == at {
			return r, nil
		}
		at = up
	}
}

// HasGit reports whether the workspace is in a Git repository.
func (r *Repo) HasGit() bool { return r.GitDir != "" }

func (r *Repo) locate(root, gitDir string) error {
	prefix, err := filepath.Rel(root, r.Workspace)
	if err != nil {
		return err
	}
	if prefix == "." {
		prefix = ""
	}
	r.Root, r.Prefix, r.GitDir = root, filepath.ToSlash(prefix), gitDir
	r.CommonDir, err = commonDirOf(gitDir)
	return err
}

func canonical(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// gitDirOf returns dir's .git, which in linked work trees and submodules is a
// file that names it; empty where dir has none.
func gitDirOf(dir string) (string, error) {
	dot := filepath.Join(dir, ".git")
	info, err := os.Stat(dot)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case info.IsDir():
		if _, err := os.Stat(filepath.Join(dot, "HEAD")); err != nil {
			return "", nil // an empty .git folder is not a repository
		}
		return dot, nil
	}
	text, err := readSmall(dot)
	if err != nil {
		return "", err
	}
	target, ok := strings.CutPrefix(text, "gitdir:")
	if !ok {
		return "", fmt.Errorf("%s: %w: no gitdir in it", dot, ErrUnsupported)
	}
	return against(dir, strings.TrimSpace(target)), nil
}

func commonDirOf(gitDir string) (string, error) {
	text, err := readSmall(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return gitDir, nil
	}
	return against(gitDir, text), err
}

func against(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// readSmall reads one of Git's one-line files.
func readSmall(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Size() > 64<<10 {
		return "", fmt.Errorf("%s: %w: %d bytes where a line was expected", path, ErrUnsupported, info.Size())
	}
	b, err := os.ReadFile(path)
	return strings.TrimSpace(string(b)), err
}
