// Package ci finds out what a job on a forge knows of itself: GitHub Actions,
// Gitea Actions and Forgejo Actions describe it in the same variables and in a
// file with the event. It imports forge and its clients, and provider for the
// type that hides a token. It exists so that commands ask one value and neither
// variables nor a forge's name.
package ci

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/gitea"
	"github.com/smmctl/smmctl/engine/forge/github"
	"github.com/smmctl/smmctl/engine/provider"
)

// The forges.
const (
	GitHub = "github"
	Gitea  = "gitea" // and Forgejo
)

// ErrNoJob says that this is no job on a forge that is known.
var ErrNoJob = errors.New("this is no job of GitHub, Gitea or Forgejo Actions: set SMMCTL_FORGE to github or gitea, GITHUB_API_URL and GITHUB_REPOSITORY to call a forge from elsewhere")

// Job is what a job knows of itself. Everything in it comes from variables and
// from the event, that is, in part from whoever opened the pull request.
type Job struct {
	Forge      string // GitHub or Gitea
	API        string // the interface's address
	Server     string // the forge's address for people
	Repository string // owner/name: the one that the job runs for, which is the base of a pull request
	Token      provider.Secret

	Event   string      // pull_request, pull_request_target, push, schedule, workflow_dispatch …
	Ref     string      // refs/heads/main, refs/pull/7/merge …
	Branch  string      // the branch of Ref; empty where Ref is none
	Commit  string      // what the event is about; on pull_request of GitHub, a trial merge
	Default string      // the repository's default branch, where the event says so
	Pull    *forge.Pull // nil where the event is about none. What the event does not tell is empty, and Fork is then true
	Actor   string

	RunURL  string // empty where the job cannot say
	Summary string // the file that the step's summary goes to, or empty
	Output  string // the file that the step's outputs go to, or empty
}

// Detect reads the job's description. readFile reads the event's file; getenv is
// os.Getenv. It returns ErrNoJob where there is none. SMMCTL_FORGE says which
// forge it is, else GITEA_ACTIONS or FORGEJO_ACTIONS, else GITHUB_ACTIONS, which
// Gitea's runner sets, too.
func Detect(getenv func(string) string, readFile func(string) ([]byte, error)) (*Job, error) {
	name, err := which(getenv)
	if err != nil {
		return nil, err
	}
	j := &Job{
		Forge: name, Repository: getenv("GITHUB_REPOSITORY"), Token: token(name, getenv),
		Server: strings.TrimRight(getenv("GITHUB_SERVER_URL"), "/"), API: strings.TrimRight(getenv("GITHUB_API_URL"), "/"),
		Event: getenv("GITHUB_EVENT_NAME"), Ref: getenv("GITHUB_REF"), Commit: getenv("GITHUB_SHA"), Actor: getenv("GITHUB_ACTOR"),
		Summary: getenv("GITHUB_STEP_SUMMARY"), Output: getenv("GITHUB_OUTPUT"),
	}
	j.Branch, _ = strings.CutPrefix(j.Ref, "refs/heads/")
	if j.Branch == j.Ref {
		j.Branch = ""
	}
	j.addresses(getenv("GITHUB_RUN_ID"), getenv("GITHUB_RUN_NUMBER"))
	if j.Repository == "" {
		return nil, errors.New("GITHUB_REPOSITORY is not set: which repository is the job for?")
	}
	if j.API == "" {
		return nil, errors.New("GITHUB_API_URL is not set: where is the forge's interface?")
	}
	if path := getenv("GITHUB_EVENT_PATH"); path != "" {
		b, err := readFile(path)
		if err != nil {
			return nil, fmt.Errorf("the event that the job runs for: %w", err)
		}
		if err := j.read(b); err != nil {
			return nil, fmt.Errorf("the event that the job runs for: %w", err)
		}
	}
	return j, nil
}

func which(getenv func(string) string) (string, error) {
	switch name := getenv("SMMCTL_FORGE"); name {
	case GitHub, Gitea:
		return name, nil
	case "forgejo":
		return Gitea, nil
	case "":
	default:
		return "", fmt.Errorf("SMMCTL_FORGE: %.40q is no forge that smmctl knows: github, gitea or forgejo", name)
	}
	switch {
	case getenv("GITEA_ACTIONS") == "true" || getenv("FORGEJO_ACTIONS") == "true":
		return Gitea, nil
	case getenv("GITHUB_ACTIONS") == "true":
		return GitHub, nil
	}
	return "", ErrNoJob
}

func token(name string, getenv func(string) string) provider.Secret {
	names := []string{"SMMCTL_FORGE_TOKEN", "GITHUB_TOKEN"}
	if name == Gitea {
		names = []string{"SMMCTL_FORGE_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"}
	}
	for _, n := range names {
		if v := strings.TrimSpace(getenv(n)); v != "" {
			return provider.NewSecret(v)
		}
	}
	return provider.Secret{}
}

// addresses fills in what follows from the rest. A run's page is under its id on
// GitHub and under its number on Gitea, which since 1.26 takes the number for an
// id, too, unless it is told (routers/web/repo/actions/view.go).
func (j *Job) addresses(id, number string) {
	run := id
	if j.Forge == Gitea {
		run = id
		if number != "" {
			run = number + "?by_index=true"
		}
		if j.API == "" && j.Server != "" {
			j.API = j.Server + "/api/v1"
		}
	} else {
		j.API = cmp.Or(j.API, github.DefaultAPI)
		j.Server = cmp.Or(j.Server, "https://github.com")
	}
	if run != "" && j.Server != "" {
		j.RunURL = j.Server + "/" + j.Repository + "/actions/runs/" + run
	}
}

// Open makes the client of the job's forge. It makes no request; h may be nil.
func (j *Job) Open(h *http.Client) (*forge.Forge, error) {
	if j.Token.Reveal() == "" {
		return nil, fmt.Errorf("%w: there is none: give the step GITHUB_TOKEN or SMMCTL_FORGE_TOKEN", forge.ErrForbidden)
	}
	if j.Forge == Gitea {
		return gitea.New(gitea.Options{API: j.API, Repository: j.Repository, Token: j.Token, HTTP: h})
	}
	return github.New(github.Options{API: j.API, Repository: j.Repository, Token: j.Token, HTTP: h})
}
