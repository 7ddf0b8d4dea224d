// Package migrate reads what other tools keep, and makes a workspace's files of
// it for `smmctl init --from`. A reader a source turns files into an Export, a
// plain value; Contents turns that into accounts, posts and months. What was
// published elsewhere becomes a file that can never be published: it says
// `removed` and has an `origin`, and each of them alone suffices. What is planned
// becomes a draft, for the old tool may still publish it. It imports content,
// load and format (to read and check front matter), render (to write texts that
// mean themselves), repo (for a source's history), scaffold and the types of
// provider.
//
// What each source looks like, and where that is from, is in docs/migration.md.
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

// The sources.
const (
	TwitterTogether = "twitter-together"
	Crosspost       = "crosspost"
	NodejsBluesky   = "nodejs-bluesky"
	CSV             = "csv"
	ICS             = "ics"
)

// Kinds lists the sources.
func Kinds() []string { return []string{TwitterTogether, Crosspost, NodejsBluesky, CSV, ICS} }

// What is read is a stranger's: these bound it.
const (
	maxPosts      = 100_000
	maxText       = 100_000   // bytes of one post
	maxTextFile   = 1 << 20   // a file that holds one post, or a few
	maxTable      = 256 << 20 // a CSV or an iCalendar file
	maxMedia      = 512 << 20 // one medium
	maxMediaTotal = 4 << 30
	maxParts      = 100
)

// Options say what is to be read.
type Options struct {
	From       string
	Source     string         // a folder, or the file of CSV and ICS
	Zone       *time.Location // in which times without an offset are read
	DateFormat string         // of 03/04/2026: dmy, mdy or "" where the file shows it
	Now        time.Time
}

// Export is what was found.
type Export struct {
	From     string
	Accounts []Account // that the source itself describes
	Posts    []Post
	Slots    []Slot
	Notes    []Note
	files    fs.FS // where media are; nil: there are none
	closer   io.Closer
}

// Close lets go of the source's folder. Media are copied from it until then.
func (e *Export) Close() error {
	if e.closer == nil {
		return nil
	}
	return e.closer.Close()
}

// Account is one that the source publishes to.
type Account struct {
	Name     string // as the source calls it
	Provider string
	Server   string
	Handle   string
}

// Post is one post of the source.
type Post struct {
	Where    string   // the file or the row
	Name     string   // what its id is made of; may be empty
	Parts    []string // plain text: one, or those of a thread
	At       time.Time
	Day      bool // At is known to the day only
	Accounts []string
	// Published says that it is live elsewhere, or has to be taken for that.
	Published bool
	Assumed   bool   // nothing says so, but its time has passed
	Remote    string // its address or id, where the source knows it
	Media     []Media
	Poll      []string
	PollFor   string // how long: 24h
	Link      string
	ReplyTo   string
	Quote     string
	Repost    string
	Tags      []string
	// Unready says why it stays a draft even where planned posts are made ready.
	Unready string
}

// Media is a file of the source's folder, or an address.
type Media struct {
	File string
	URL  string
	Alt  string
}

// Slot is a place in the plan.
type Slot struct {
	Where string
	At    time.Time
	Day   bool
	Name  string
	Brief string
}

// Note says what was left out or decided, and why.
type Note struct {
	Where string `json:"where"`
	Why   string `json:"why"`
}

func (e *Export) note(where, format string, args ...any) {
	e.Notes = append(e.Notes, Note{where, fmt.Sprintf(format, args...)})
}

// UsageError is a wish that makes no sense for the source, or that leaves a
// question open.
type UsageError struct{ Summary string }

func (e *UsageError) Error() string { return e.Summary }

func wrong(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// Read reads a source. The caller closes the Export.
func Read(ctx context.Context, o Options) (*Export, error) {
	switch o.From {
	case CSV, ICS:
		return readTable(o)
	case TwitterTogether, Crosspost, NodejsBluesky:
		return readFolder(ctx, o)
	}
	return nil, wrong("--from %q: %s", o.From, strings.Join(Kinds(), ", "))
}

func readTable(o Options) (*Export, error) {
	if o.Source == "" {
		return nil, wrong("--from %s needs --source FILE: the file that was exported", o.From)
	}
	f, err := os.Open(o.Source)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch info, err := f.Stat(); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, wrong("%s is no file: --from %s reads the file that was exported", o.Source, o.From)
	case info.Size() > maxTable:
		return nil, fmt.Errorf("%s: %d MB, more than %d: divide it", o.Source, info.Size()>>20, maxTable>>20)
	}
	if o.From == ICS {
		return readCalendar(io.LimitReader(f, maxTable), o)
	}
	return readRows(f, o)
}

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
