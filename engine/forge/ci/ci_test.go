package ci_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
	"github.com/smmctl/smmctl/engine/forge/githubtest"
)

const (
	base  = "0123456789abcdef0123456789abcdef01234567"
	head  = "89abcdef0123456789abcdef0123456789abcdef"
	token = "s3cret-forge-t0ken"
)

type env map[string]string

func (e env) get(name string) string { return e[name] }

// with returns e with further variables.
func (e env) with(more env) env {
	out := env{}
	for _, m := range []env{e, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

var (
	onGitHub = env{
		"GITHUB_ACTIONS": "true", "GITHUB_API_URL": "https://api.github.com", "GITHUB_SERVER_URL": "https://github.com",
		"GITHUB_REPOSITORY": "acme/brand", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "event.json", "GITHUB_REF": "refs/pull/7/merge",
		"GITHUB_SHA": base, "GITHUB_ACTOR": "anna", "GITHUB_RUN_ID": "4711", "GITHUB_RUN_NUMBER": "12", "GITHUB_STEP_SUMMARY": "/tmp/summary",
		"GITHUB_OUTPUT": "/tmp/output", "GITHUB_TOKEN": token,
	}
	onGitea = onGitHub.with(env{
		"GITEA_ACTIONS": "true", "GITHUB_API_URL": "https://gitea.example/api/v1", "GITHUB_SERVER_URL": "https://gitea.example/", "GITHUB_TOKEN": "other", "GITEA_TOKEN": token,
	})
)

// event is a file that holds text.
func event(text string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if name != "event.json" {
			return nil, os.ErrNotExist
		}
		return []byte(text), nil
	}
}

// pullEvent is a pull request's, as both forges write it.
func pullEvent(headRepo, more string) string {
	return fmt.Sprintf(`{"action":"synchronize","number":7,"repository":{"id":1,"full_name":"Acme/brand","default_branch":"main"},
		"pull_request":{"id":70,"number":7,"state":"open","title":"A post","html_url":"https://forge.example/acme/brand/pulls/7","user":{"login":"anna"},
		"base":{"ref":"main","sha":%q,"repo":{"id":1}},"head":{"ref":"topic","sha":%q,"repo":%s},"updated_at":"2026-12-01T00:00:00Z","surprise":{"a":[1]}%s}}`,
		base, head, headRepo, more)
}

func TestDetectPull(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env          env
		forge, token string
		api, run     string
	}{
		"github":              {onGitHub, ci.GitHub, token, "https://api.github.com", "https://github.com/acme/brand/actions/runs/4711"},
		"gitea":               {onGitea, ci.Gitea, token, "https://gitea.example/api/v1", "https://gitea.example/acme/brand/actions/runs/12?by_index=true"},
		"forgejo":             {onGitea.with(env{"GITEA_ACTIONS": "", "FORGEJO_ACTIONS": "true"}), ci.Gitea, token, "https://gitea.example/api/v1", "https://gitea.example/acme/brand/actions/runs/12?by_index=true"},
		"said to be gitea":    {onGitHub.with(env{"SMMCTL_FORGE": "forgejo", "GITHUB_API_URL": "", "GITHUB_SERVER_URL": "https://f.example"}), ci.Gitea, token, "https://f.example/api/v1", "https://f.example/acme/brand/actions/runs/12?by_index=true"},
		"a token of our own":  {onGitHub.with(env{"SMMCTL_FORGE_TOKEN": "mine\n"}), ci.GitHub, "mine", "https://api.github.com", "https://github.com/acme/brand/actions/runs/4711"},
		"an enterprise's own": {onGitHub.with(env{"GITHUB_API_URL": "https://ghe.example/api/v3", "GITHUB_SERVER_URL": "https://ghe.example"}), ci.GitHub, token, "https://ghe.example/api/v3", "https://ghe.example/acme/brand/actions/runs/4711"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := ci.Detect(c.env.get, event(pullEvent(`{"id":1}`, `,"merge_base":"`+base+`"`)))
			if err != nil {
				t.Fatal(err)
			}
			pull := *j.Pull
			want := forge.Pull{
				Number: 7, Title: "A post", URL: "https://forge.example/acme/brand/pulls/7", Author: "anna", Base: "main", BaseSHA: base, Head: "topic", HeadSHA: head,
				MergeBase: base, Open: true, UpdatedAt: pull.UpdatedAt,
			}
			if pull != want {
				t.Errorf("got  %+v\nwant %+v", pull, want)
			}
			if j.Forge != c.forge || j.API != c.api || j.RunURL != c.run || j.Token.Reveal() != c.token || j.Repository != "acme/brand" || j.Actor != "anna" ||
				j.Event != "pull_request" || j.Ref != "refs/pull/7/merge" || j.Branch != "" || j.Default != "main" || j.Commit != base ||
				j.Summary != "/tmp/summary" || j.Output != "/tmp/output" {
				t.Errorf("%+v", j)
			}
			if f, err := j.Open(nil); err != nil || f.Name != c.forge {
				t.Errorf("open: %v %v", f, err)
			}
			if strings.Contains(fmt.Sprintf("%+v %#v", j, *j), c.token) {
				t.Error("the token is shown")
			}
		})
	}
}

// TestGitHubsEvent: the event of the strict server, whose pull request is as
// GitHub's document has it, tells what its interface tells.
func TestGitHubsEvent(t *testing.T) {
	t.Parallel()
	s := githubtest.Start(t)
	owner, stranger := s.User(t, "owner"), s.User(t, "stranger")
	r := s.Repository(t, owner, "brand")
	commitTo(t, r.CloneURL(owner), "main")
	f := r.Fork(t, stranger)
	commitTo(t, f.CloneURL(stranger), "topic")
	number := r.Open(t, stranger, "stranger:topic", "main", "A gift")
	j, err := ci.Detect(onGitHub.with(env{"GITHUB_API_URL": s.API(), "GITHUB_REPOSITORY": r.FullName(), "GITHUB_TOKEN": owner.Token}).get, event(string(r.Event(t, number, "opened"))))
	if err != nil {
		t.Fatal(err)
	}
	client, err := j.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := client.Pulls.Pull(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	p.MergeBase = "" // the event does not tell it
	if *j.Pull != *p || !p.Fork || j.Default != "main" {
		t.Errorf("the event says %+v\nthe interface %+v", *j.Pull, *p)
	}
}

// commitTo adds an empty commit to a branch of a bare repository.
func commitTo(t *testing.T, dir, branch string) {
	t.Helper()
	script := `tree=$(git mktree </dev/null) && parent=$(git rev-parse -q --verify HEAD) ; git update-ref "refs/heads/$1" "$(git commit-tree "$tree" ${parent:+-p "$parent"} -m x)"`
	cmd := exec.Command("sh", "-c", script, "sh", branch)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_DIR="+dir, "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
}

func TestDetectOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env   env
		event string
		want  func(*ci.Job) bool
	}{
		"a push": {
			onGitHub.with(env{"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/release/1"}), `{"ref":"refs/heads/release/1","repository":{"full_name":"acme/brand"}}`,
			func(j *ci.Job) bool { return j.Pull == nil && j.Branch == "release/1" },
		},
		"a tag":                {onGitHub.with(env{"GITHUB_REF": "refs/tags/v1"}), `{}`, func(j *ci.Job) bool { return j.Pull == nil && j.Branch == "" }},
		"a schedule":           {onGitea.with(env{"GITHUB_EVENT_NAME": "schedule", "GITHUB_REF": "refs/heads/main"}), `{"schedule":"*/10 * * * *"}`, func(j *ci.Job) bool { return j.Pull == nil && j.Branch == "main" }},
		"no event":             {onGitHub.with(env{"GITHUB_EVENT_PATH": ""}), "", func(j *ci.Job) bool { return j.Pull == nil }},
		"a fork":               {onGitHub, pullEvent(`{"id":2}`, ""), func(j *ci.Job) bool { return j.Pull.Fork }},
		"a fork that is gone":  {onGitHub, pullEvent(`null`, ""), func(j *ci.Job) bool { return j.Pull.Fork }},
		"a draft":              {onGitHub, pullEvent(`{"id":1}`, `,"draft":true`), func(j *ci.Job) bool { return j.Pull.Draft && !j.Pull.Fork }},
		"a merge":              {onGitHub, strings.Replace(pullEvent(`{"id":1}`, `,"merged_at":"2026-12-01T00:00:00Z","merge_commit_sha":"`+head+`"`), "open", "closed", 1), func(j *ci.Job) bool { return j.Pull.Merged && j.Pull.MergedAs == head && !j.Pull.Open }},
		"a comment":            {onGitHub, `{"issue":{"number":7,"title":"A post","pull_request":{}}}`, func(j *ci.Job) bool { return j.Pull.Number == 7 && j.Pull.Fork }},
		"a comment on nothing": {onGitHub, `{"issue":{"number":7}}`, func(j *ci.Job) bool { return j.Pull == nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := ci.Detect(c.env.get, event(c.event))
			if err != nil {
				t.Fatal(err)
			}
			if !c.want(j) {
				t.Errorf("%+v %+v", j, j.Pull)
			}
		})
	}
}

func TestDetectRefuses(t *testing.T) {
	t.Parallel()
	if _, err := ci.Detect(env{"CI": "true"}.get, nil); !errors.Is(err, ci.ErrNoJob) {
		t.Errorf("elsewhere: %v", err)
	}
	for name, c := range map[string]struct {
		env   env
		event string
	}{
		"an unknown forge":     {onGitHub.with(env{"SMMCTL_FORGE": "gitlab"}), "{}"},
		"no repository":        {onGitHub.with(env{"GITHUB_REPOSITORY": ""}), "{}"},
		"gitea without a name": {onGitea.with(env{"GITHUB_API_URL": "", "GITHUB_SERVER_URL": ""}), "{}"},
		"no file":              {onGitHub.with(env{"GITHUB_EVENT_PATH": "other.json"}), "{}"},
		"no JSON":              {onGitHub, "x"}, "nothing": {onGitHub, ""}, "a list": {onGitHub, "[]"},
		"another repository": {onGitHub, strings.Replace(pullEvent(`{"id":1}`, ""), "Acme/brand", "evil/brand", 1)},
		"another number":     {onGitHub, strings.Replace(pullEvent(`{"id":1}`, ""), `"number":7`, `"number":8`, 1)},
		"a negative number":  {onGitHub, `{"pull_request":{"number":-7}}`},
		"a comment's":        {onGitHub, `{"issue":{"number":-7,"pull_request":{}}}`},
		"a text for it":      {onGitHub, `{"pull_request":{"number":"7"}}`},
		"no branches":        {onGitHub, `{"pull_request":{"number":7,"state":"open"}}`},
		"no commit":          {onGitHub, strings.ReplaceAll(pullEvent(`{"id":1}`, ""), head, "--upload-pack=x")},
		"no state":           {onGitHub, strings.Replace(pullEvent(`{"id":1}`, ""), "open", "ajar", 1)},
		"deep":               {onGitHub, strings.Repeat(`{"pull_request":`, 20_000)},
		"huge":               {onGitHub, strings.Repeat(" ", 25<<20) + "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if j, err := ci.Detect(c.env.get, event(c.event)); err == nil {
				t.Errorf("%+v", j)
			}
		})
	}
}

func TestOpenNeedsAToken(t *testing.T) {
	t.Parallel()
	j, err := ci.Detect(onGitHub.with(env{"GITHUB_TOKEN": " "}).get, event("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Open(nil); !errors.Is(err, forge.ErrForbidden) {
		t.Error(err)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(pullEvent(`{"id":1}`, ""))
	f.Add(`{"issue":{"number":7,"pull_request":{}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		j, err := ci.Detect(onGitHub.get, event(text))
		if err != nil || j.Pull == nil {
			return
		}
		if j.Pull.Number <= 0 || !j.Pull.Fork && (len(j.Pull.HeadSHA) < 40 || len(j.Pull.BaseSHA) < 40) {
			t.Errorf("%q: %+v", text, j.Pull)
		}
	})
}
