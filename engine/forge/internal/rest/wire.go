package rest

import (
	"net/url"
	"regexp"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
)

// User is an account on a forge; nil where it is gone.
type User struct {
	ID    int64  `json:"id"` // of Gitea's own users, such as the one that jobs act as, not above 0
	Login string `json:"login"`
}

// LoginOf returns u's login, or nothing.
func LoginOf(u *User) string {
	if u == nil {
		return ""
	}
	return u.Login
}

// Branch is one side of a pull request.
type Branch struct {
	Ref  string `json:"ref"`
	SHA  string `json:"sha"`
	Repo *struct {
		ID int64 `json:"id"`
	} `json:"repo"` // null where the repository is gone
}

// Pull is a pull request as both forges write it; what only one of them has is
// empty from the other.
type Pull struct {
	ID        int64      `json:"id"`
	Number    int        `json:"number"`
	Title     string     `json:"title"`
	HTMLURL   string     `json:"html_url"`
	User      *User      `json:"user"`
	State     string     `json:"state"`
	Draft     bool       `json:"draft"`
	Base      *Branch    `json:"base"`
	Head      *Branch    `json:"head"`
	MergeBase string     `json:"merge_base"` // Gitea
	MergedAt  *time.Time `json:"merged_at"`
	MergedAs  string     `json:"merge_commit_sha"` // of an open one, GitHub's trial merge
	MergedBy  *User      `json:"merged_by"`        // not in GitHub's lists
	UpdatedAt *time.Time `json:"updated_at"`
}

// Forge checks p and makes it a forge.Pull.
func (p *Pull) Forge(op string) (*forge.Pull, error) {
	switch {
	case p.Number <= 0:
		return nil, Odd(op, "a pull request has no number")
	case p.Base == nil || p.Head == nil || p.Base.Ref == "":
		return nil, Odd(op, "pull request %d has no branches", p.Number)
	case !IsCommit(p.Base.SHA) || !IsCommit(p.Head.SHA) || p.MergeBase != "" && !IsCommit(p.MergeBase):
		return nil, Odd(op, "a branch of pull request %d has no commit", p.Number)
	case p.State != "open" && p.State != "closed":
		return nil, Odd(op, "the state of pull request %d is %.20q", p.Number, p.State)
	}
	out := &forge.Pull{
		Number: p.Number, Title: p.Title, URL: address(p.HTMLURL), Author: LoginOf(p.User),
		Base: p.Base.Ref, BaseSHA: p.Base.SHA, Head: p.Head.Ref, HeadSHA: p.Head.SHA, MergeBase: p.MergeBase,
		Fork: p.fork(), Draft: p.Draft, Open: p.State == "open", UpdatedAt: timeOf(p.UpdatedAt),
	}
	if p.MergedAt != nil {
		if !IsCommit(p.MergedAs) {
			return nil, Odd(op, "pull request %d is merged as no commit", p.Number)
		}
		out.Merged, out.MergedAt, out.MergedAs, out.MergedBy = true, timeOf(p.MergedAt), p.MergedAs, LoginOf(p.MergedBy)
	}
	return out, nil
}

// fork errs towards a fork: its content gets no secrets.
func (p *Pull) fork() bool {
	return p.Base.Repo == nil || p.Head.Repo == nil || p.Base.Repo.ID <= 0 || p.Base.Repo.ID != p.Head.Repo.ID
}

// Review is a review as both forges write it. Dismissed is Gitea's.
type Review struct {
	ID        int64      `json:"id"`
	User      *User      `json:"user"`
	State     string     `json:"state"`
	Body      string     `json:"body"`
	CommitID  string     `json:"commit_id"` // null where the commit is gone
	Dismissed bool       `json:"dismissed"`
	At        *time.Time `json:"submitted_at"`
	HTMLURL   string     `json:"html_url"`
}

// states are both forges' words.
var states = map[string]forge.ReviewState{
	"APPROVED": forge.Approved, "CHANGES_REQUESTED": forge.ChangesRequested, "REQUEST_CHANGES": forge.ChangesRequested,
	"COMMENTED": forge.Commented, "COMMENT": forge.Commented, "DISMISSED": forge.Dismissed,
}

// silent are reviews that say nothing yet: a draft, a wish for a review.
var silent = map[string]bool{"PENDING": true, "REQUEST_REVIEW": true, "": true}

// Forge checks r and makes it a forge.Review; nil where it says nothing yet.
func (r *Review) Forge(op string) (*forge.Review, error) {
	if silent[r.State] {
		return nil, nil
	}
	state, known := states[r.State]
	switch {
	case !known:
		return nil, Odd(op, "the state of review %d is %.20q", r.ID, r.State)
	case r.CommitID != "" && !IsCommit(r.CommitID):
		return nil, Odd(op, "review %d is of no commit", r.ID)
	}
	if r.Dismissed {
		state = forge.Dismissed
	}
	if state == forge.Approved && (r.User == nil || r.User.ID <= 0) {
		state = forge.Commented // nobody's yes: a fork's job may give one on Gitea
	}
	return &forge.Review{
		ID: r.ID, By: LoginOf(r.User), State: state, Commit: r.CommitID, At: timeOf(r.At), URL: address(r.HTMLURL),
	}, nil
}

type comment struct {
	ID      int64  `json:"id"`
	User    *User  `json:"user"`
	Body    string `json:"body"`
	HTMLURL string `json:"html_url"`
}

func (c *comment) forge(op string) (*forge.Comment, error) {
	if c.ID <= 0 {
		return nil, Odd(op, "a comment has no id")
	}
	return &forge.Comment{ID: c.ID, By: LoginOf(c.User), Body: c.Body, URL: address(c.HTMLURL)}, nil
}

var commit = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// IsCommit reports whether s is a commit's whole name, of SHA-1 or SHA-256.
func IsCommit(s string) bool { return commit.MatchString(s) }

// address returns s where a browser may be sent there, and nothing else.
func address(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return u.String()
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
