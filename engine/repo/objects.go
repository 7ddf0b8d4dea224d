package repo

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// Objects opens the repository's objects and references as they are now. The
// result is not safe for concurrent use and is to be closed.
func (r *Repo) Objects() (*filesystem.Storage, error) {
	if !r.HasGit() {
		return nil, fmt.Errorf("%s: %w", r.Workspace, ErrNoGit)
	}
	dot := billy.Filesystem(osfs.New(r.GitDir))
	if r.CommonDir != r.GitDir {
		dot = dotgit.NewRepositoryFilesystem(dot, osfs.New(r.CommonDir))
	}
	options := filesystem.Options{KeepDescriptors: true, AlternatesFS: osfs.New(rootOf(r.CommonDir))}
	s := filesystem.NewStorageWithOptions(dot, cache.NewObjectLRU(16*cache.MiByte), options)
	if err := supported(s); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Root, err)
	}
	return s, nil
}

func rootOf(path string) string {
	return filepath.VolumeName(path) + string(filepath.Separator)
}

// supported refuses what go-git would misread rather than fail on.
func supported(s *filesystem.Storage) error {
	cfg, err := s.Config()
	if err != nil {
		return err
	}
	for _, o := range cfg.Raw.Section("extensions").Options {
		key, value := strings.ToLower(o.Key), strings.ToLower(o.Value)
		switch {
		case key == "objectformat" && value != "sha1":
			return fmt.Errorf("%w: its object format is %s", ErrUnsupported, value)
		case key == "refstorage" && value != "files":
			return fmt.Errorf("%w: its references are kept as %s", ErrUnsupported, value)
		}
	}
	return nil
}
