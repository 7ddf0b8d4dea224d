package ci_test

import (
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
	"github.com/smmctl/smmctl/engine/forge/giteatest"
)

const workflow = `on: [pull_request]
permissions: PERMISSIONS
jobs:
  plan:
    runs-on: ubuntu-latest
    steps: [{run: "true"}]
`

// TestGiteasJob takes jobs of a real Gitea as a runner does: what they know of
// themselves, and what their token may do.
func TestGiteasJob(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs a real Gitea, which is built the first time")
	}
	s := giteatest.Start(t)
	runner := s.Runner(t)
	for name, c := range map[string]struct {
		permissions string
		fork        bool
		set         error
	}{
		"planning":       {"{contents: read, pull-requests: write}", false, forge.ErrForbidden},
		"with a status":  {"{contents: write, pull-requests: write}", false, nil},
		"reading":        {"{contents: read, pull-requests: read}", false, forge.ErrForbidden},
		"from elsewhere": {"write-all", true, forge.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) { // one after another: there is one runner
			r, number := proposed(t, s, strings.ReplaceAll(name, " ", "-"), c.permissions, c.fork)
			given := runner.Job(t)
			vars := env(maps.Clone(given.Env))
			vars["GITHUB_EVENT_PATH"], vars["GITHUB_TOKEN"] = "event.json", given.Token
			j, err := ci.Detect(vars.get, event(string(given.Event)))
			if err != nil {
				t.Fatalf("%v\n%s", err, given.Event)
			}
			if j.Forge != ci.Gitea || j.API != s.API() || j.Repository != r.FullName() || j.Event != "pull_request" || j.Default != "main" || j.Pull == nil || j.Pull.Number != number || j.Pull.Fork != c.fork {
				t.Errorf("%+v %+v", j, j.Pull)
			}
			if resp, err := http.Get(j.RunURL); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %v %v", j.RunURL, resp, err)
			}
			f, err := j.Open(nil)
			if err != nil {
				t.Fatal(err)
			}
			if self, err := f.Comments.Self(t.Context()); err != nil || self != "gitea-actions" {
				t.Errorf("self: %q %v", self, err)
			}
			asTheInterfaceSays(t, f, j)
			// Whoever may read a public repository may comment, also a fork's job.
			comment, err := f.Comments.Create(t.Context(), number, "planned")
			if err != nil || comment.By != "gitea-actions" {
				t.Fatalf("comment: %+v %v", comment, err)
			}
			if _, err = f.Comments.Edit(t.Context(), comment.ID, "planned again"); err != nil {
				t.Errorf("edit: %v", err)
			}
			if n := approvals(t, s, r, f, given.Token); n != 0 {
				t.Errorf("a job's approval counts")
			}
			if err := f.Statuses.Set(t.Context(), j.Pull.HeadSHA, forge.Status{Context: "smmctl", State: forge.Success}); !errors.Is(err, c.set) {
				t.Errorf("status: %v", err)
			}
			remark := []forge.Remark{{Path: "post.md", Line: 1, Body: "x"}}
			for range 2 {
				if err := f.Remarks.Replace(t.Context(), number, j.Pull.HeadSHA, "<!-- mark -->", remark); err != nil {
					t.Errorf("remarks: %v", err)
				}
			}
		})
	}
}

// approvals approves with a job's token, which Gitea lets even a fork's do, and
// returns how many approvals there are for us.
func approvals(t *testing.T, s *giteatest.Server, r *giteatest.Repository, f *forge.Forge, token string) (n int) {
	t.Helper()
	s.Call(t, giteatest.User{Token: token}, http.MethodPost, "/repos/"+r.FullName()+"/pulls/1/reviews", map[string]any{"event": "APPROVED"}, nil)
	list, err := f.Pulls.Reviews(t.Context(), 1)
	if err != nil || len(list) != 1 || list[0].By != "gitea-actions" {
		t.Errorf("reviews: %+v %v", list, err)
	}
	for _, one := range list {
		if one.State == forge.Approved {
			n++
		}
	}
	return n
}

// asTheInterfaceSays wants the event to tell of the pull request what the
// interface tells.
func asTheInterfaceSays(t *testing.T, f *forge.Forge, j *ci.Job) {
	t.Helper()
	p, err := f.Pulls.Pull(t.Context(), j.Pull.Number)
	if err != nil {
		t.Errorf("pull request: %v", err)
		return
	}
	told, now := *j.Pull, *p
	told.UpdatedAt, now.UpdatedAt = time.Time{}, time.Time{}
	if told != now {
		t.Errorf("the event says %+v\nthe interface %+v", told, now)
	}
}

// proposed makes a repository with a workflow, and a pull request. A stranger who
// may write needs nobody to let their workflows run, and is a stranger none the
// less.
func proposed(t *testing.T, s *giteatest.Server, name, permissions string, fork bool) (*giteatest.Repository, int) {
	t.Helper()
	owner, stranger := s.User(t, "owner"), s.User(t, "stranger")
	r := s.Repository(t, owner, name)
	put(t, r, ".gitea/workflows/plan.yml", strings.Replace(workflow, "PERMISSIONS", permissions, 1), "")
	if !fork {
		put(t, r, "post.md", "a post\n", "topic")
		return r, r.Open(t, owner, "topic", "main", "A post")
	}
	r.Collaborator(t, stranger)
	put(t, r.Fork(t, stranger), "post.md", "a post\n", "topic")
	return r, r.Open(t, stranger, "stranger:topic", "main", "A post")
}

func put(t *testing.T, r *giteatest.Repository, path, text, branch string) {
	t.Helper()
	r.Call(t, r.Owner, http.MethodPost, "/repos/"+r.FullName()+"/contents/"+path, map[string]any{
		"content": base64.StdEncoding.EncodeToString([]byte(text)), "message": "Add " + path, "new_branch": branch,
	}, nil)
}
