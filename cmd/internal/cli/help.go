package cli

import "github.com/spf13/cobra"

// strictHelp makes help and completion, which cobra brings, as strict as the
// other commands: a name that does not exist is wrong usage, not a page of help.
func strictHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Example = "  smmctl help apply"
			c.Args = func(_ *cobra.Command, args []string) error {
				if found, rest, err := root.Find(args); err != nil || found == root && len(args) > 0 || len(rest) > 0 {
					return usage("help: there is no command %q", args)
				}
				return nil
			}
		case "completion":
			c.Example = "  smmctl completion bash"
			c.RunE = func(*cobra.Command, []string) error {
				return usage("completion: for which shell? bash, zsh, fish or powershell")
			}
			for _, shell := range c.Commands() {
				shell.Example = "  " + shell.CommandPath()
			}
		}
	}
}
