package giteatest_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge/giteatest"
)

// TestNothingIsLeft: the server ends with the test, its port and its folder with
// it, and its repositories can be cloned while it runs.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs a real Gitea, which is built the first time")
	}
	var url string
	t.Run("running", func(t *testing.T) {
		s := giteatest.Start(t)
		url = s.URL
		u := s.User(t, "anna")
		if again := s.User(t, "anna"); again != u {
			t.Errorf("another account: %v", again.Name)
		}
		r := s.Repository(t, u, "brand")
		cmd := exec.Command("git", "ls-remote", r.CloneURL(u))
		cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0")
		if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "" {
			t.Errorf("%v %s", err, out)
		}
	})
	if resp, err := http.Get(url); err == nil {
		_ = resp.Body.Close()
		t.Error("the server is still there")
	}
}
