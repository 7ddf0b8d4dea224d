package github_test

import (
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/forgetest"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/forge/githubtest"
	"github.com/smmctl/smmctl/engine/provider"
)

// TestConformance ends with the referee's word on every call.
func TestConformance(t *testing.T) {
	t.Parallel()
	forgetest.Run(t, forgetest.Harness{New: subject})
}

func subject(t *testing.T) forgetest.Subject {
	s := githubtest.Start(t)
	t.Cleanup(func() { s.Judge(t) })
	owner, bot := s.User(t, "owner"), s.User(t, "bot")
	r := s.Repository(t, owner, "brand")
	f, err := github.New(github.Options{API: s.API(), Repository: r.FullName(), Token: provider.NewSecret(bot.Token)})
	if err != nil {
		t.Fatal(err)
	}
	return forgetest.Subject{
		Forge: f, Self: bot.Name, CloneURL: r.CloneURL(bot),
		Wait: func(*testing.T, string, string) {}, WaitHead: func(*testing.T, int, string) {},
		Fork: func(t *testing.T, who string) string { return r.Fork(t, s.User(t, who)).CloneURL(s.User(t, who)) },
		Open: func(t *testing.T, who, head, base, title string) int {
			return r.Open(t, s.User(t, who), head, base, title)
		},
		Review: func(t *testing.T, who string, pull int, state forge.ReviewState, body string) int64 {
			return r.Review(t, s.User(t, who), pull, state, body)
		},
		Dismiss: func(t *testing.T, pull int, review int64) { r.Dismiss(t, pull, review) },
		Say:     func(t *testing.T, who string, pull int, body string) { r.Comment(t, s.User(t, who), pull, body) },
		Merge: func(t *testing.T, who string, pull int, style string) string {
			return r.Merge(t, s.User(t, who), pull, style)
		},
		Statuses: func(t *testing.T, commit string) []forge.Status { return r.Statuses(t, commit) },
	}
}
