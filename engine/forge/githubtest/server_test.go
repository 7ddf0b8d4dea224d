package githubtest_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/forge/githubtest"
	"github.com/smmctl/smmctl/engine/provider"
)

// TestRefusals: the server refuses what is wrong, and complains of manners.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := githubtest.Start(t)
	anna := s.User(t, "anna")
	s.Repository(t, anna, "brand")
	reader := s.Job(t, map[string]string{"contents": "read"})
	for name, c := range map[string]struct {
		method, path, body, token string
		status                    int
	}{
		"no token":             {"GET", "/repos/anna/brand/pulls", "", "", 401},
		"a wrong token":        {"GET", "/repos/anna/brand/pulls", "", "x", 401},
		"another repository":   {"GET", "/repos/anna/other/pulls", "", anna.Token, 404},
		"another path":         {"GET", "/repos/anna/brand/letters", "", anna.Token, 404},
		"no permission":        {"GET", "/repos/anna/brand/pulls", "", reader.Token, 403},
		"an unknown parameter": {"GET", "/repos/anna/brand/pulls?limit=5", "", anna.Token, 422},
		"a wrong word":         {"GET", "/repos/anna/brand/pulls?state=merged", "", anna.Token, 422},
		"too large a page":     {"GET", "/repos/anna/brand/pulls?per_page=101", "", anna.Token, 422},
		"no JSON":              {"POST", "/repos/anna/brand/statuses/" + sha, "x", anna.Token, 400},
		"an unknown field":     {"POST", "/repos/anna/brand/statuses/" + sha, `{"state":"success","colour":"red"}`, anna.Token, 422},
		"a number":             {"POST", "/repos/anna/brand/statuses/" + sha, `{"state":1}`, anna.Token, 422},
		"no state":             {"POST", "/repos/anna/brand/statuses/" + sha, `{"context":"x"}`, anna.Token, 422},
		"a commit of nobody":   {"POST", "/repos/anna/brand/statuses/" + sha, `{"state":"success"}`, anna.Token, 422},
		"half a commit":        {"POST", "/repos/anna/brand/statuses/0123", `{"state":"success"}`, anna.Token, 422},
		"a body of a read":     {"GET", "/repos/anna/brand/pulls", "{}", anna.Token, 400},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.token != "" {
			req.Header.Set("Authorization", "Bearer "+c.token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != c.status || !strings.Contains(string(b), `"message":`) {
			t.Errorf("%s: HTTP %d %s, want %d", name, resp.StatusCode, b, c.status)
		}
	}
	if got := s.Complaints(); !slices.ContainsFunc(got, func(c string) bool { return strings.Contains(c, "User-Agent") }) ||
		!slices.ContainsFunc(got, func(c string) bool { return strings.Contains(c, "Accept") }) {
		t.Errorf("complaints: %v", got)
	}
}

// TestJobToken: a job's token comments under the bot's name, does not know who it
// is, and is told which permission it lacks.
func TestJobToken(t *testing.T) {
	t.Parallel()
	s := githubtest.Start(t)
	t.Cleanup(func() { s.Judge(t) })
	anna := s.User(t, "anna")
	r := s.Repository(t, anna, "brand")
	open := func(permissions map[string]string) *forge.Forge {
		f, err := github.New(github.Options{API: s.API(), Repository: r.FullName(), Token: provider.NewSecret(s.Job(t, permissions).Token)})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open(map[string]string{"pull-requests": "write"})
	if self, err := f.Comments.Self(t.Context()); err != nil || self != "" {
		t.Errorf("self: %q %v", self, err)
	}
	weak := open(map[string]string{"contents": "read", "pull-requests": "read"})
	for needs, err := range map[string]error{
		"pull-requests: write": func() error { _, err := weak.Comments.Create(t.Context(), 1, "x"); return err }(),
		"statuses: write":      weak.Statuses.Set(t.Context(), sha, forge.Status{Context: "x", State: forge.Success}),
		"pull-requests: read": func() error {
			_, err := open(map[string]string{}).Pulls.Reviews(t.Context(), 1)
			return err
		}(),
	} {
		if !errors.Is(err, forge.ErrForbidden) || !strings.Contains(err.Error(), needs) {
			t.Errorf("%v, want it to say that it needs %s", err, needs)
		}
	}
}
