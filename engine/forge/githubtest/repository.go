package githubtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
)

// Repository is one on a Server. Its Git repository is a folder.
type Repository struct {
	*Server
	Owner User
	Name  string

	git      git
	made     time.Time
	fork     bool
	pulls    []*pull
	comments []*comment
	statuses []status
	issues   int
}

type pull struct {
	number                       int
	id                           int64
	by                           User
	title                        string
	base, head                   string
	from                         *Repository
	baseSHA, headSHA             string
	open                         bool
	merged, made, updated, ended time.Time
	mergedAs                     string
	mergedBy                     *User
	reviews                      []*review
	retargets                    []retarget
}

type retarget struct {
	id int64
	by User
	at time.Time
}

type review struct {
	id          int64
	by          User
	state, body string
	commit      string
	at          time.Time
}

type comment struct {
	id            int64
	pull          *pull
	by            User
	body          string
	made, updated time.Time
}

type status struct {
	commit string
	forge.Status
}

// Repository makes an empty, public repository.
func (s *Server) Repository(t testing.TB, owner User, name string) *Repository {
	t.Helper()
	r := &Repository{Server: s, Owner: owner, Name: name, git: git(filepath.Join(s.dir, owner.Name, name+".git")), made: now()}
	if err := os.MkdirAll(filepath.Dir(string(r.git)), 0o755); err != nil {
		t.Fatal(err)
	}
	r.git.must(t, "init", "-q", "--bare", "-b", "main", ".")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repositories[r.FullName()] = r
	return r
}

// FullName is owner/name.
func (r *Repository) FullName() string { return r.Owner.Name + "/" + r.Name }

// CloneURL is the folder of the Git repository.
func (r *Repository) CloneURL(User) string { return string(r.git) }

// Fork makes by's copy.
func (r *Repository) Fork(t testing.TB, by User) *Repository {
	t.Helper()
	f := r.Repository(t, by, r.Name)
	f.fork = true
	f.git.must(t, "fetch", "-q", string(r.git), "refs/heads/*:refs/heads/*")
	return f
}

// Open opens a pull request from head, a branch or USER:BRANCH of a fork, and
// returns its number.
func (r *Repository) Open(t testing.TB, by User, head, base, title string) int {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	from, branch := r, head
	if owner, b, is := strings.Cut(head, ":"); is {
		from, branch = r.repositories[owner+"/"+r.Name], b
		if from == nil {
			t.Fatalf("githubtest: there is no fork of %s", owner)
		}
	}
	r.issues++
	p := &pull{number: r.issues, id: r.next(), by: by, title: title, base: base, head: branch, from: from, open: true, made: now(), updated: now()}
	if !r.refresh(p) {
		t.Fatalf("githubtest: %s or %s is no branch", base, head)
	}
	r.pulls = append(r.pulls, p)
	return p.number
}

// refresh takes note of what was pushed to an open pull request, and keeps it
// under refs/pull. It reports whether both branches are there.
func (r *Repository) refresh(p *pull) bool {
	if !p.open {
		return true
	}
	base, head := r.git.tip(p.base), p.from.git.tip(p.head)
	if base == "" || head == "" {
		return false
	}
	if head == p.headSHA {
		return true
	}
	p.headSHA, p.updated = head, now()
	if p.baseSHA == "" { // it may stay that of the opening: github/docs issue 431, 2026-11-24
		p.baseSHA = base
	}
	_, err := r.git.run("fetch", "-q", string(p.from.git), "+refs/heads/"+p.head+":refs/pull/"+strconv.Itoa(p.number)+"/head")
	return err == nil
}

func (r *Repository) find(number string) *pull {
	i := slices.IndexFunc(r.pulls, func(p *pull) bool { return strconv.Itoa(p.number) == number })
	if i < 0 {
		return nil
	}
	r.refresh(r.pulls[i])
	return r.pulls[i]
}

func (r *Repository) mustFind(t testing.TB, number int) *pull {
	t.Helper()
	p := r.find(strconv.Itoa(number))
	if p == nil {
		t.Fatalf("githubtest: there is no pull request %d", number)
	}
	return p
}

var states = map[forge.ReviewState]string{forge.Approved: "APPROVED", forge.ChangesRequested: "CHANGES_REQUESTED", forge.Commented: "COMMENTED", forge.Dismissed: "DISMISSED"}

// Event is what a job's file holds of a pull request's event, such as opened,
// synchronize or closed.
func (r *Repository) Event(t testing.TB, pull int, action string) []byte {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.mustFind(t, pull)
	b, err := json.Marshal(object{
		"action": action, "number": p.number, "pull_request": r.wholePull(r, p), "repository": r.repositoryObject(r), "sender": r.user(p.by),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Review reviews the pull request's head and returns the review's id.
func (r *Repository) Review(t testing.TB, by User, pull int, state forge.ReviewState, body string) int64 {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.mustFind(t, pull)
	one := &review{r.next(), by, states[state], body, p.headSHA, now()}
	p.reviews, p.updated = append(p.reviews, one), now()
	return one.id
}

// Retarget gives an open pull request another base.
func (r *Repository) Retarget(t testing.TB, by User, pull int, base string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.mustFind(t, pull)
	if p.baseSHA = r.git.tip(base); !p.open || p.baseSHA == "" {
		t.Fatalf("githubtest: pull request %d cannot go to %s", pull, base)
	}
	p.base, p.updated = base, now()
	p.retargets = append(p.retargets, retarget{r.next(), by, now()})
}

// Dismiss dismisses a review.
func (r *Repository) Dismiss(t testing.TB, pull int, id int64) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.mustFind(t, pull).reviews {
		if one.id == id {
			one.state = "DISMISSED"
		}
	}
}

// Comment puts a comment into a pull request's conversation.
func (r *Repository) Comment(t testing.TB, by User, pull int, body string) int64 {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.say(r.mustFind(t, pull), by, body).id
}

func (r *Repository) say(p *pull, by User, body string) *comment {
	c := &comment{r.next(), p, by, body, now(), now()}
	r.comments, p.updated = append(r.comments, c), now()
	return c
}

// Statuses returns the marks beside a commit, the oldest first.
func (r *Repository) Statuses(t testing.TB, commit string) []forge.Status {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []forge.Status
	for _, s := range r.statuses {
		if s.commit == commit {
			out = append(out, s.Status)
		}
	}
	return out
}

// Merge merges in a style, merge, squash or rebase, and returns the commit that
// the base branch then has.
func (r *Repository) Merge(t testing.TB, by User, pull int, style string) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.mustFind(t, pull)
	commit, err := r.git.merge(p, style)
	if err != nil {
		t.Fatalf("githubtest: pull request %d cannot be merged: %v", pull, err)
	}
	p.open, p.mergedAs, p.mergedBy = false, commit, &by
	p.merged, p.updated, p.ended = now(), now(), now()
	return commit
}
