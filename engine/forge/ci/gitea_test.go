package ci_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/forge/ci"
	"github.com/smmctl/smmctl/engine/forge/giteatest"
)

// TestGiteasEvent reads what a real Gitea sends of a pull request: its runner
// writes the same into the event's file.
func TestGiteasEvent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs a real Gitea, which is built the first time")
	}
	s := giteatest.Start(t)
	owner := s.User(t, "owner")
	r := s.Repository(t, owner, "brand")
	events := make(chan []byte, 8)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if b, err := io.ReadAll(r.Body); err == nil {
			events <- b
		}
	}))
	t.Cleanup(hook.Close)
	at := "/repos/" + r.FullName()
	s.Call(t, owner, http.MethodPost, at+"/contents/README", map[string]any{"content": "YQ==", "message": "First"}, nil)
	s.Call(t, owner, http.MethodPost, at+"/contents/post.md", map[string]any{"content": "YQ==", "message": "A post", "new_branch": "topic"}, nil)
	s.Call(t, owner, http.MethodPost, at+"/hooks", map[string]any{
		"type": "gitea", "active": true, "events": []string{"pull_request"}, "config": map[string]string{"url": hook.URL, "content_type": "json"},
	}, nil)
	number := r.Open(t, owner, "topic", "main", "A post")

	select {
	case b := <-events:
		j, err := ci.Detect(env{
			"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_SERVER_URL": s.URL, "GITHUB_REPOSITORY": r.FullName(),
			"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "event.json", "GITEA_TOKEN": owner.Token,
		}.get, event(string(b)))
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		f, err := j.Open(nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Pulls.Pull(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		told, now := *j.Pull, *p
		told.UpdatedAt, now.UpdatedAt = time.Time{}, time.Time{}
		if told != now || told.Fork || j.Default != "main" {
			t.Errorf("the event says %+v\nthe interface %+v", told, now)
		}
	case <-time.After(time.Minute):
		t.Fatal("no event within a minute")
	}
}
