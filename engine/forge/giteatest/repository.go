package giteatest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
)

// waitTime is how long the server may take to notice a push or to look for
// conflicts.
const waitTime = time.Minute

// Repository is one on a Server.
type Repository struct {
	*Server
	Owner User
	Name  string
}

// Repository makes an empty, public repository.
func (s *Server) Repository(t testing.TB, owner User, name string) *Repository {
	t.Helper()
	s.Call(t, owner, http.MethodPost, "/user/repos", map[string]any{"name": name, "default_branch": "main"}, nil)
	return &Repository{s, owner, name}
}

// FullName is owner/name.
func (r *Repository) FullName() string { return r.Owner.Name + "/" + r.Name }

// CloneURL is the repository's address with u's credentials in it.
func (r *Repository) CloneURL(u User) string {
	return strings.Replace(r.URL, "://", "://"+url.UserPassword(u.Name, u.Token).String()+"@", 1) + "/" + r.FullName() + ".git"
}

func (r *Repository) path(rest string) string { return "/repos/" + r.FullName() + rest }

// Collaborator lets u write.
func (r *Repository) Collaborator(t testing.TB, u User) {
	t.Helper()
	r.Call(t, r.Owner, http.MethodPut, r.path("/collaborators/"+u.Name), map[string]any{"permission": "write"}, nil)
}

// Fork makes by's copy.
func (r *Repository) Fork(t testing.TB, by User) *Repository {
	t.Helper()
	r.Call(t, by, http.MethodPost, r.path("/forks"), map[string]any{}, nil)
	return &Repository{r.Server, by, r.Name}
}

// until asks again until ask says that it is so: the server does much of its
// work a moment after its answer.
func until(t testing.TB, what string, ask func() bool) {
	t.Helper()
	for end := time.Now().Add(waitTime); !ask(); time.Sleep(tick) {
		if time.Now().After(end) {
			t.Fatalf("gitea: %s: not within %v", what, waitTime)
		}
	}
}

// Wait returns when the interface knows that commit is branch's tip. Just after a
// push it may answer 404 or 500.
func (r *Repository) Wait(t testing.TB, branch, commit string) {
	t.Helper()
	until(t, "commit "+commit+" on "+branch, func() bool {
		status, answer := r.Try(t, r.Owner, http.MethodGet, r.path("/branches/"+url.PathEscape(branch)), nil)
		return status == http.StatusOK && strings.Contains(string(answer), `"id":"`+commit+`"`)
	})
}

// WaitHead returns when the pull request's head is commit.
func (r *Repository) WaitHead(t testing.TB, pull int, commit string) {
	t.Helper()
	until(t, "commit "+commit+" as the head of pull request "+strconv.Itoa(pull), func() bool {
		return r.pull(t, pull).Head.SHA == commit
	})
}

type pull struct {
	Number    int    `json:"number"`
	Mergeable bool   `json:"mergeable"`
	MergedAs  string `json:"merge_commit_sha"`
	Head      struct {
		SHA string `json:"sha"`
	} `json:"head"`
}

func (r *Repository) pull(t testing.TB, number int) (p pull) {
	t.Helper()
	r.Call(t, r.Owner, http.MethodGet, r.path("/pulls/"+strconv.Itoa(number)), nil, &p)
	return p
}

// Open opens a pull request from head, a branch or USER:BRANCH of a fork, and
// returns its number.
func (r *Repository) Open(t testing.TB, by User, head, base, title string) int {
	t.Helper()
	var p pull
	r.Call(t, by, http.MethodPost, r.path("/pulls"), map[string]any{"head": head, "base": base, "title": title}, &p)
	return p.Number
}

var events = map[forge.ReviewState]string{forge.Approved: "APPROVED", forge.ChangesRequested: "REQUEST_CHANGES", forge.Commented: "COMMENT"}

// Review reviews the pull request's head and returns the review's id.
func (r *Repository) Review(t testing.TB, by User, pull int, state forge.ReviewState, body string) int64 {
	t.Helper()
	var out struct {
		ID int64 `json:"id"`
	}
	r.Call(t, by, http.MethodPost, r.path("/pulls/"+strconv.Itoa(pull)+"/reviews"), map[string]any{"event": events[state], "body": body}, &out)
	return out.ID
}

// Retarget gives a pull request another base.
func (r *Repository) Retarget(t testing.TB, by User, pull int, base string) {
	t.Helper()
	r.Call(t, by, http.MethodPatch, r.path("/pulls/"+strconv.Itoa(pull)), map[string]any{"base": base}, nil)
}

// Merge merges in a style, merge, squash or rebase, and returns the commit that
// the base branch then has.
func (r *Repository) Merge(t testing.TB, by User, pull int, style string) string {
	t.Helper()
	path := r.path("/pulls/" + strconv.Itoa(pull))
	until(t, "pull request "+strconv.Itoa(pull)+" can be merged", func() bool { return r.pull(t, pull).Mergeable })
	until(t, "pull request "+strconv.Itoa(pull)+" is merged", func() bool { // it may still be looking for conflicts, and says 405 then
		status, answer := r.Try(t, by, http.MethodPost, path+"/merge", map[string]any{"Do": style})
		if status/100 != 2 && status != http.StatusMethodNotAllowed {
			t.Fatalf("gitea: merging pull request %d: HTTP %d: %s", pull, status, answer)
		}
		return status/100 == 2
	})
	return r.pull(t, pull).MergedAs
}
