package gitea_test

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/forgetest"
	"github.com/smmctl/smmctl/engine/forge/gitea"
	"github.com/smmctl/smmctl/engine/forge/giteatest"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs a real Gitea, which is built the first time")
	}
	s := giteatest.Start(t)
	forgetest.Run(t, forgetest.Harness{New: func(t *testing.T) forgetest.Subject { return subject(t, s, path.Base(t.Name())) }})
}

func subject(t *testing.T, s *giteatest.Server, name string) forgetest.Subject {
	owner, bot := s.User(t, "owner"), s.User(t, "bot")
	r := s.Repository(t, owner, name)
	for _, who := range []string{"bot", "anna", "boris", "clara", "dora", "emil"} {
		r.Collaborator(t, s.User(t, who))
	}
	bot = s.Scoped(t, bot, "write:repository", "write:issue", "read:user")
	f, err := gitea.New(gitea.Options{API: s.API(), Repository: r.FullName(), Token: provider.NewSecret(bot.Token)})
	if err != nil {
		t.Fatal(err)
	}
	at := func(format string, args ...any) string {
		return "/repos/" + r.FullName() + fmt.Sprintf(format, args...)
	}
	return forgetest.Subject{
		Forge: f, Self: bot.Name, CloneURL: r.CloneURL(owner), Supersedes: true,
		Wait:     func(t *testing.T, branch, commit string) { r.Wait(t, branch, commit) },
		WaitHead: func(t *testing.T, pull int, commit string) { r.WaitHead(t, pull, commit) },
		Fork:     func(t *testing.T, who string) string { return r.Fork(t, s.User(t, who)).CloneURL(s.User(t, who)) },
		Open: func(t *testing.T, who, head, base, title string) int {
			return r.Open(t, s.User(t, who), head, base, title)
		},
		Review: func(t *testing.T, who string, pull int, state forge.ReviewState, body string) int64 {
			return r.Review(t, s.User(t, who), pull, state, body)
		},
		Dismiss: func(t *testing.T, pull int, review int64) {
			s.Call(t, owner, http.MethodPost, at("/pulls/%d/reviews/%d/dismissals", pull, review), map[string]any{"message": "no"}, nil)
		},
		Retarget: func(t *testing.T, who string, pull int, base string) {
			r.Retarget(t, s.User(t, who), pull, base)
		},
		Say: func(t *testing.T, who string, pull int, body string) {
			s.Call(t, s.User(t, who), http.MethodPost, at("/issues/%d/comments", pull), map[string]any{"body": body}, nil)
		},
		Merge: func(t *testing.T, who string, pull int, style string) string {
			return r.Merge(t, s.User(t, who), pull, style)
		},
		Statuses: func(t *testing.T, commit string) []forge.Status {
			return statuses(t, s, owner, at("/statuses/%s?sort=oldest", commit))
		},
		Remarks: func(t *testing.T, pull int) []forge.Remark {
			return remarks(t, s, owner, at("/pulls/%d/reviews", pull))
		},
	}
}

type status struct {
	ID          int64  `json:"id"`
	Context     string `json:"context"`
	Status      string `json:"status"`
	Description string `json:"description"`
	URL         string `json:"target_url"`
}

func statuses(t *testing.T, s *giteatest.Server, by giteatest.User, path string) (out []forge.Status) {
	var list []status
	s.Call(t, by, http.MethodGet, path, nil, &list)
	slices.SortFunc(list, func(a, b status) int { return int(a.ID - b.ID) })
	for _, one := range list {
		out = append(out, forge.Status{Context: one.Context, State: forge.StatusState(one.Status), Description: one.Description, URL: one.URL})
	}
	return out
}

func remarks(t *testing.T, s *giteatest.Server, by giteatest.User, path string) (out []forge.Remark) {
	var list []struct {
		ID int64 `json:"id"`
	}
	s.Call(t, by, http.MethodGet, path, nil, &list)
	for _, review := range list {
		var comments []struct {
			Path string `json:"path"`
			Line int    `json:"position"`
			Body string `json:"body"`
		}
		s.Call(t, by, http.MethodGet, fmt.Sprintf("%s/%d/comments", path, review.ID), nil, &comments)
		for _, c := range comments {
			out = append(out, forge.Remark(c))
		}
	}
	return out
}
