package cli

import "github.com/spf13/cobra"

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
