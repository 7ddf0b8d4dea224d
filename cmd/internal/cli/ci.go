package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
)

func newCiCmd(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use: "ci", Short: "Inside a forge's CI: check a pull request, publish a merge",
		Long: `What jobs of GitHub, Gitea and Forgejo Actions run. The forge, the repository and the
token are those of the job.`,
		Example: `  smmctl ci plan          # on a pull request
  smmctl ci publish       # on merge, and every ten minutes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCiPlanCmd(g), newCiPublishCmd(g))
	return cmd
}

// job is what runs this, and its forge; both are nil outside of a forge's job. The
// forge alone is nil, with an error, where it cannot be asked.
func (g *global) job() (*ci.Job, *forge.Forge, error) {
	job, err := ci.Detect(g.Getenv, os.ReadFile)
	if errors.Is(err, ci.ErrNoJob) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the forge: %w", err)
	}
	home, err := job.Open(g.HTTP)
	if err != nil {
		return job, nil, fmt.Errorf("the forge: %w", err)
	}
	return job, home, nil
}
