package gitea_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/gitea"
	"github.com/smmctl/smmctl/engine/forge/giteatest"
	"github.com/smmctl/smmctl/engine/provider"
)

// TestRealGitea holds what only a real server can tell.
func TestRealGitea(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs a real Gitea, which is built the first time")
	}
	s := giteatest.Start(t)
	owner, bot, anna := s.User(t, "owner"), s.User(t, "bot"), s.User(t, "anna")
	r := s.Repository(t, owner, "brand")
	r.Collaborator(t, bot)
	r.Collaborator(t, anna)
	at := "/repos/" + r.FullName()
	s.Call(t, owner, http.MethodPost, at+"/contents/README", map[string]any{"content": "YQ==", "message": "First"}, nil)
	s.Call(t, owner, http.MethodPost, at+"/contents/post.md", map[string]any{"content": "YQ==", "message": "A post", "new_branch": "topic"}, nil)
	number := r.Open(t, owner, "topic", "main", "WIP: a post")
	open := func(t *testing.T, token string) *forge.Forge {
		f, err := gitea.New(gitea.Options{API: s.API(), Repository: r.FullName(), Token: provider.NewSecret(token)})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open(t, s.Scoped(t, bot, "write:repository", "write:issue", "read:user").Token)
	p, err := f.Pulls.Pull(t.Context(), number)
	if err != nil || !p.Draft {
		t.Fatalf("a draft: %+v %v", p, err)
	}

	t.Run("scopes", func(t *testing.T) {
		weak := open(t, s.Scoped(t, bot, "read:repository").Token)
		if _, err := weak.Pulls.Pull(t.Context(), number); err != nil {
			t.Errorf("read:repository reads a pull request: %v", err)
		}
		if self, err := weak.Comments.Self(t.Context()); self != "" || err != nil {
			t.Errorf("self without read:user: %q %v", self, err)
		}
		for needs, err := range map[string]error{
			"write:issue":      func() error { _, err := weak.Comments.Create(t.Context(), number, "x"); return err }(),
			"write:repository": weak.Statuses.Set(t.Context(), p.HeadSHA, forge.Status{Context: "x", State: forge.Success}),
		} {
			if !errors.Is(err, forge.ErrForbidden) || !strings.Contains(err.Error(), needs) {
				t.Errorf("%v, want it to say that it needs %s", err, needs)
			}
		}
		if _, err := open(t, strings.Repeat("0", 40)).Pulls.Pull(t.Context(), number); !errors.Is(err, forge.ErrForbidden) {
			t.Errorf("a wrong token: %v", err)
		}
	})

	t.Run("drafts of reviews are hidden", func(t *testing.T) {
		s.Call(t, anna, http.MethodPost, fmt.Sprintf("%s/pulls/%d/reviews", at, number), map[string]any{
			"event": "PENDING", "body": "not yet", "comments": []any{map[string]any{"path": "post.md", "new_position": 1, "body": "hm"}},
		}, nil)
		got, err := f.Pulls.Reviews(t.Context(), number)
		if err != nil || len(got) != 0 {
			t.Errorf("%+v %v", got, err)
		}
	})

	t.Run("what others say with our mark stays", func(t *testing.T) {
		const mark = "<!-- ours -->"
		r.Review(t, anna, number, forge.Approved, "they wrote "+mark)
		r.Review(t, owner, number, forge.Commented, mark)
		remark := []forge.Remark{{Path: "post.md", Line: 1, Body: "x"}}
		for range 2 {
			if err := f.Remarks.Replace(t.Context(), number, p.HeadSHA, mark, remark); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Remarks.Replace(t.Context(), number, p.HeadSHA, mark, nil); err != nil {
			t.Fatal(err)
		}
		got, err := f.Pulls.Reviews(t.Context(), number)
		if err != nil || len(got) != 2 {
			t.Errorf("%+v %v", got, err)
		}
		if err := f.Remarks.Replace(t.Context(), number, p.HeadSHA, "", remark); err == nil {
			t.Error("remarks without a mark")
		}
	})
}
