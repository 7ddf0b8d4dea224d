package migrate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/repo"
)

// readFolder reads a folder through os.Root: nothing of the source leads out of
// it.
func readFolder(ctx context.Context, o Options) (*Export, error) {
	if o.Source == "" {
		return nil, wrong("--from %s needs --source FOLDER: the folder with the messages", o.From)
	}
	root, err := os.OpenRoot(o.Source)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wrong("%s: there is no such folder: --source names what %s works on", o.Source, o.From)
	}
	if err != nil {
		return nil, err
	}
	past, err := historyOf(ctx, o.Source)
	if err != nil {
		root.Close()
		return nil, err
	}
	read := map[string]func(fs.FS, *history, Options) (*Export, error){
		TwitterTogether: readTweets, Crosspost: readMessages, NodejsBluesky: readRecords,
	}
	e, err := read[o.From](root.FS(), past, o)
	if err != nil {
		root.Close()
		return nil, err
	}
	e.From, e.files, e.closer = o.From, root.FS(), root
	return e, nil
}

// history is what a source's repository knows of its files: which are in its
// newest commit, and when they came. A nil history knows nothing.
type history struct {
	committed map[string]bool
	added     map[string]time.Time
}

// historyOf reads the history of a folder of a repository. What is in none, or
// in one without a commit, has no history.
func historyOf(ctx context.Context, dir string) (*history, error) {
	r, err := repo.At(dir)
	if err != nil {
		return nil, err
	}
	if _, err := r.Head(); !r.HasGit() || errors.Is(err, repo.ErrNoCommit) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	h := &history{committed: map[string]bool{}, added: map[string]time.Time{}}
	out, err := r.Git(ctx, r.Workspace, nil, "ls-tree", "-r", "-z", "--name-only", "HEAD")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(string(out), "\x00") {
		h.committed[name] = true
	}
	// A merge's own time is when the tools run; a file that was renamed is a new
	// one to them.
	out, err = r.Git(ctx, r.Workspace, nil, "log", "--first-parent", "-m", "--no-renames", "--diff-filter=A", "--relative", "-z", "--name-only", "--format=%x01%ct", "HEAD", "--", ".")
	if err != nil {
		return nil, err
	}
	h.read(string(out))
	return h, nil
}

// read takes the log apart: newest first, a time behind \x01, then names.
func (h *history) read(log string) {
	var at time.Time
	for word := range strings.SplitSeq(log, "\x00") {
		word = strings.TrimPrefix(word, "\n")
		if stamp, ok := strings.CutPrefix(word, "\x01"); ok {
			var seconds int64
			stamp, rest, _ := strings.Cut(stamp, "\n")
			if _, err := fmt.Sscan(stamp, &seconds); err != nil {
				continue
			}
			at, word = time.Unix(seconds, 0).UTC(), strings.TrimPrefix(rest, "\n")
		}
		if _, known := h.added[word]; word != "" && !known {
			h.added[word] = at
		}
	}
}

// of says whether a file has been committed, and when it came. Without a
// history, it has: that is the safe side.
func (h *history) of(name string) (committed bool, at time.Time) {
	if h == nil {
		return true, time.Time{}
	}
	return h.committed[name], h.added[name]
}

// texts yields the plain files below a folder that have one of the extensions,
// in their order. Links are left out, with a note, and so is what is too large.
func (e *Export) texts(fsys fs.FS, folder string, extensions ...string) ([]string, error) {
	var out []string
	err := fs.WalkDir(fsys, folder, func(name string, d fs.DirEntry, err error) error {
		base := filepath.Base(name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != folder && (strings.HasPrefix(base, ".") || base == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains(extensions, strings.ToLower(filepath.Ext(base))):
			return nil
		case !d.Type().IsRegular():
			e.note(name, "is no plain file: left out")
			return nil
		case len(out) >= maxPosts:
			return fmt.Errorf("%s: more than %d posts", folder, maxPosts)
		}
		out = append(out, name)
		return nil
	})
	return out, err
}

// text reads a small file; false, with a note, where it cannot be had.
func (e *Export) text(fsys fs.FS, name string) (string, bool) {
	text, ok := readSmall(fsys, name)
	if !ok {
		e.note(name, "cannot be read, or is larger than %d kB: left out", maxTextFile>>10)
	}
	return text, ok
}

func readSmall(fsys fs.FS, name string) (string, bool) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	b, err := io.ReadAll(io.LimitReader(f, maxTextFile+1))
	return string(b), err == nil && len(b) <= maxTextFile
}
