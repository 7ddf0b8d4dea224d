package ci

import (
	"errors"
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/internal/rest"
)

// maxEvent bounds an event's file: a forge sends none over 25 MiB ("Webhook
// events and payloads", docs.github.com, 2026-11-24).
const maxEvent = 25 << 20

// event is what is read of an event's file. A comment's event has the pull
// request as an issue, and only its number.
type event struct {
	Number      int        `json:"number"`
	PullRequest *rest.Pull `json:"pull_request"`
	Issue       *struct {
		Number      int    `json:"number"`
		Title       string `json:"title"`
		PullRequest *struct {
			URL string `json:"html_url"`
		} `json:"pull_request"`
	} `json:"issue"`
	Repository *struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// read takes over what the event says.
func (j *Job) read(b []byte) error {
	if len(b) > maxEvent {
		return fmt.Errorf("it has more than %d MiB", maxEvent>>20)
	}
	var e event
	if err := rest.Decode(b, &e); err != nil {
		return fmt.Errorf("it is no event of a forge: %w", err)
	}
	if r := e.Repository; r != nil {
		if r.FullName != "" && !strings.EqualFold(r.FullName, j.Repository) {
			return fmt.Errorf("it is of the repository %.100q, and GITHUB_REPOSITORY says %.100q", r.FullName, j.Repository)
		}
		j.Default = r.DefaultBranch
	}
	switch {
	case e.PullRequest != nil:
		p, err := e.PullRequest.Forge("the event")
		if err != nil {
			return err
		}
		if e.Number != 0 && e.Number != p.Number {
			return errors.New("it has two numbers for its pull request")
		}
		j.Pull = p
	case e.Issue != nil && e.Issue.PullRequest != nil:
		if e.Issue.Number <= 0 {
			return errors.New("its pull request has no number")
		}
		j.Pull = &forge.Pull{Number: e.Issue.Number, Title: e.Issue.Title, Fork: true}
	}
	return nil
}
