// Package validate checks a workspace: schemas, references both ways, what each
// network can carry, house rules. It imports content, diag, load, media, render,
// schemas, clock and the types of provider.
//
// Files that are few (smm.yaml, strategies, accounts, campaigns, plans) are
// checked one after the other. Posts are many: each is read, rendered, counted
// and dropped again by one of a few workers, and only a unit stays of it: its
// diagnostics, its publications without their segments, and what it refers to.
// What takes more than one post to see (duplicates, references, slots filled
// twice) is found among the units, so that a unit from the cache serves as well
// as a fresh one.
package validate

import (
	"context"
	"runtime"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/media"
	"github.com/smmctl/smmctl/engine/provider"
)

// Options say what a check needs besides the workspace.
type Options struct {
	Drivers map[string]*provider.Driver
	Limits  map[string]provider.Limits // by account: the server's, as remembered
	// URL returns a publication's live address, or "" before there is one. Nil:
	// nothing is live.
	URL func(content.Key) string
	// Paths keeps the report to diagnostics of these files, or of files below
	// these folders. Everything is checked all the same.
	Paths []string
	// Workers read posts at one time; 0 is 2, or 1 where there is one core.
	Workers int
	Cache   Cache // nil: none
	// Media remembers what the workspace's media files are, so that who renders
	// the posts afterwards reads none of them again. Nil: a memory of its own.
	Media *media.Cache
	// Lean leaves the publications out of the report, for who wants only the
	// diagnostics: of a hundred thousand posts they take half the memory.
	Lean bool
	// Keep lets the report be checked Again.
	Keep bool
	// Version identifies the program for the cache: another one renders anew.
	Version string
	Clock   clock.Clock // nil: the machine's
}

// Report is what a check of a workspace found.
type Report struct {
	Files       int
	Diagnostics diag.List // sorted
	Posts       []Post    // by path
	// Accounts says why nothing may go to an account, by id; Profiles, why its
	// profile may not be changed. An account without a row is sound.
	Accounts map[string]string
	Profiles map[string]string
	// Incomplete says that some file could not be read, or that not all of its
	// publications are known: nothing may be retracted.
	Incomplete bool
	Stats      Stats

	kept *kept
}

// Stats say what a check had to do.
type Stats struct {
	Decoded int // posts that were read and rendered
	Reused  int // posts whose unit came from the cache
}

// Post is what is known of one post without reading it again. Publications have
// no segments; an invalid post's carry the reason in Invalid.
type Post struct {
	ID           string
	Path         string
	Status       content.Status
	Slot         string
	Pillar       string // its own, else its slot's
	Gone         bool   // removed or retracted
	Publications []content.Publication
}

// Active reports whether the post is to be published at some time, or was.
func (p *Post) Active() bool { return active(p.Gone, p.Status) }

// Check checks the whole workspace. The error is a failure of ours or of the
// world; what is wrong with the workspace is in the report.
func Check(ctx context.Context, ws *load.Workspace, o Options) (*Report, error) {
	if ws.Config == nil {
		list := newSeverities(nil).all(ws.Diagnostics)
		return &Report{Files: ws.Files, Diagnostics: within(list, o.Paths), Incomplete: true}, nil
	}
	c := newChecker(ws, o.withDefaults())
	c.few()
	if err := c.readPosts(ctx); err != nil {
		return nil, err
	}
	c.across()
	return c.report(), nil
}

// few checks the files that are few.
func (c *checker) few() {
	c.config()
	c.strategies()
	c.accounts()
	c.campaigns()
	c.plans()
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = min(2, runtime.GOMAXPROCS(0))
	}
	if o.URL == nil {
		o.URL = func(content.Key) string { return "" }
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	return o
}
