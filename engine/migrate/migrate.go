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
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
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
	return nil, unknownSource(o.From)
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
