package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
)

func newValidateCmd(g *global) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use: "validate [PATH...]", Short: "Check the workspace: schemas, references, what each network can carry",
		Long: `Reads every file of the workspace and reports every problem, with its place and what
to do. PATHs limit what is reported, not what is checked. Warnings do not fail.`,
		Example: `  smmctl validate
  smmctl validate content/acme/2026-12
  smmctl validate --format github     # annotations in a pull request`,
		RunE: func(cmd *cobra.Command, args []string) error { return runValidate(cmd.Context(), g, format, args) },
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json, sarif, github or junit")
	return cmd
}

func runValidate(ctx context.Context, g *global, format string, paths []string) error {
	if g.json {
		format = "json"
	}
	if !view.KnownFormat(format) {
		return usage("--format: text, json, sarif, github or junit, not %q", format)
	}
	e, err := g.open()
	if err != nil {
		return err
	}
	paths, err = e.Relative(g.folder(), paths)
	if err != nil {
		return usage("%w", err)
	}
	r, err := e.Validate(ctx, paths)
	if err != nil {
		return err
	}
	if err := g.printer().Report(format, r, built().Version); err != nil {
		return err
	}
	if r.Diagnostics.HasErrors() {
		return &exit{code: exitInvalid}
	}
	return nil
}
