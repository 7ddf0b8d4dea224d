package media

import (
	"io/fs"
	"path"
	"strings"
)

// maxLinks bounds the symbolic links followed to one file.
const maxLinks = 16

// inside refuses a path that leads out of fsys, by itself or through a symbolic
// link, where fsys shows its links. Links inside are fine.
func inside(fsys fs.FS, name string) error {
	if !fs.ValidPath(name) || strings.Contains(name, "\\") {
		return ErrOutside
	}
	links, ok := fsys.(fs.ReadLinkFS)
	if !ok {
		return nil
	}
	done, rest := ".", strings.Split(name, "/")
	for followed := 0; len(rest) > 0; {
		at := path.Join(done, rest[0])
		info, err := links.Lstat(at)
		if err != nil {
			return missing(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done, rest = at, rest[1:]
			continue
		}
		if followed++; followed > maxLinks {
			return ErrOutside
		}
		target, err := links.ReadLink(at)
		if err != nil {
			return err
		}
		to := path.Join(done, target)
		if path.IsAbs(target) || !fs.ValidPath(to) {
			return ErrOutside
		}
		done, rest = ".", append(strings.Split(to, "/"), rest[1:]...)
	}
	return nil
}

// Fetched is the folder of the workspace where what was fetched is kept. It is a
// cache, and never in Git.
const Fetched = ".smmctl/cache/fetched"

// FetchedName is the path of a fetched file, by its SHA-256.
func FetchedName(sum string) string { return Fetched + "/" + strings.ToLower(sum) }

// IsFetched reports whether a path is one of them.
func IsFetched(name string) bool { return path.Dir(name) == Fetched }
