// Package forge is what the engine asks of the place where a workspace is
// reviewed: pull requests and their reviews, comments, statuses and remarks on
// lines. Packages github and gitea carry it out over HTTP. It exists so that
// no other package needs to know a forge's interface. It imports the standard
// library only.
package forge

import (
	"context"
	"errors"
	"time"
)

// Forge is one repository on a forge. A field is nil where the forge has no such
// thing.
type Forge struct {
	Name     string // github or gitea
	Pulls    Pulls
	Comments Comments
	Statuses Statuses
	Remarks  Remarks // nil: remarks on lines are not made over the interface (GitHub reads them from the job's log)
}

// Pulls reads pull requests.
type Pulls interface {
	// Pull returns one; ErrNotFound where there is none of that number.
	Pull(ctx context.Context, number int) (*Pull, error)
	// Merged lists those merged into branch that were updated at or after since,
	// the longest untouched first. A review counts as an update. MergeBase and
	// MergedBy are empty where the forge's list does not tell them.
	Merged(ctx context.Context, branch string, since time.Time) ([]Pull, error)
	// Reviews lists a pull request's reviews, the oldest first.
	Reviews(ctx context.Context, number int) ([]Review, error)
	// Retargeted says when a pull request was last given another branch to be merged
	// into, and zero where it never was: reviews from before are of another
	// difference. ErrUnclear where the forge shows too little of what happened.
	Retargeted(ctx context.Context, pull *Pull) (time.Time, error)
}

// Comments are those in a pull request's conversation.
type Comments interface {
	// List returns all of them, the oldest first.
	List(ctx context.Context, pull int) ([]Comment, error)
	Create(ctx context.Context, pull int, body string) (*Comment, error)
	// Edit returns ErrNotFound where the comment is gone.
	Edit(ctx context.Context, id int64, body string) (*Comment, error)
	// Self is the login that comments are made under, and empty where the token does not tell.
	Self(ctx context.Context) (string, error)
}

// Statuses are the marks beside a commit.
type Statuses interface {
	Set(ctx context.Context, commit string, s Status) error
}

// Remarks are those on a pull request's lines.
type Remarks interface {
	// Replace puts remarks in the place of those that were made earlier under the
	// same mark; none takes them away.
	Replace(ctx context.Context, pull int, commit, mark string, remarks []Remark) error
}

// Pull is a pull request.
type Pull struct {
	Number  int
	Title   string
	URL     string
	Author  string // a login
	Base    string // a branch
	BaseSHA string // that branch's commit, as the forge last compared it
	Head    string
	HeadSHA string
	// MergeBase is the newest commit that both sides have in common: with the branch
	// as it is now, or, once merged, as it was just before. Empty where the forge
	// does not say. What people approve of is measured from it.
	MergeBase string
	Fork      bool // the head is in another repository
	Draft     bool
	Open      bool
	Merged    bool
	MergedAs  string // the commit that the merge made
	MergedAt  time.Time
	MergedBy  string
	UpdatedAt time.Time
}

// ReviewState is what a reviewer said.
type ReviewState string

// The states.
const (
	Approved         ReviewState = "approved"
	ChangesRequested ReviewState = "changes_requested"
	Commented        ReviewState = "commented"
	Dismissed        ReviewState = "dismissed"
)

// Review is what one person said of one commit of a pull request.
type Review struct {
	ID     int64
	By     string // a login
	State  ReviewState
	Commit string // that the reviewer had in front of them
	At     time.Time
	URL    string
}

// Comment is one in a pull request's conversation.
type Comment struct {
	ID   int64
	By   string
	Body string
	URL  string
}

// StatusState is how a commit's mark looks.
type StatusState string

// The states.
const (
	Pending StatusState = "pending"
	Success StatusState = "success"
	Failure StatusState = "failure" // the content is at fault
	Error   StatusState = "error"   // the check is
)

// Status is a mark beside a commit, one a Context.
type Status struct {
	Context     string
	State       StatusState
	Description string // at most 140 characters
	URL         string
}

// Remark is a sentence on a line of a changed file.
type Remark struct {
	Path string
	Line int // of the new side, from 1
	Body string
}

// Errors of a Forge.
var (
	ErrNotFound  = errors.New("the forge has no such thing")
	ErrForbidden = errors.New("the forge's token may not do this")
	ErrLimited   = errors.New("the forge asks to wait")
	ErrUnclear   = errors.New("the forge does not show all of it")
)
