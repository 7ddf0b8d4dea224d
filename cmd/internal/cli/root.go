// Package cli is smmctl's command line: one file a verb, each an options struct,
// a constructor and a run function. It imports the engine, view and the table of
// providers; what it does is in package engine.
package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/repo"
)

// Env is the world outside, so that tests can be in another one.
type Env struct {
	In       io.Reader
	Out      io.Writer
	Err      io.Writer
	Getenv   func(string) string
	Dir      string // the folder that the command is run in
	Terminal bool   // Out is one
	CanAsk   bool   // In is one too
	Clock    clock.Clock
	HTTP     *http.Client
	Drivers  []*provider.Driver
	Timing   apply.Timing // zero: the real one

	// For tests of the protocol only.
	Sabotage apply.Sabotage
	Git      repo.Git
	Around   func(ledger.Ledger) ledger.Ledger
}

// System is the real world.
func System() Env {
	return Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Dir: ".", Clock: clock.System{},
		Terminal: term.IsTerminal(int(os.Stdout.Fd())),
		CanAsk:   term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		HTTP:     http.DefaultClient, Drivers: all.Drivers(),
	}
}

// global are the flags of every command.
type global struct {
	Env
	dir       string
	json      bool
	noColour  bool
	quiet     bool
	verbose   bool
	logFormat string
	timeout   time.Duration
}

// Main runs one command and returns its exit code.
func Main(ctx context.Context, args []string, env Env) int {
	g := &global{Env: env}
	root := newRoot(g)
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	err := root.ExecuteContext(ctx)
	if err != nil && err.Error() != "" {
		fmt.Fprintf(env.Err, "smmctl: %s\n", view.Safe(err.Error()))
	}
	return codeOf(err)
}

// Commands is the tree of all commands, for those who write about them.
func Commands() *cobra.Command { return newRoot(&global{Env: System()}) }

func newRoot(g *global) *cobra.Command {
	var version bool
	cmd := &cobra.Command{
		Use:   "smmctl",
		Short: "Publish a brand's social media from a Git repository, once and only once",
		Long: `smmctl is to a brand's social media what Terraform is to infrastructure: plans and
posts are files in a Git repository, reviewed like code; smmctl compares them with
what is live on each platform and makes the platforms match.

  smmctl diff     what would be done (changes nothing)
  smmctl apply    do it`,
		Example: `  smmctl init my-brand && cd my-brand
  smmctl validate
  smmctl diff
  smmctl apply`,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return g.showVersion()
			}
			return cmd.Help()
		},
	}
	cmd.Flags().BoolVar(&version, "version", false, "show the version, as smmctl version does")
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		_, name, sub := strings.Cut(c.CommandPath(), " ")
		if !sub { // the program's name stands before every error
			return usage("%w", err)
		}
		return usage("%s: %w", name, err)
	})
	f := cmd.PersistentFlags()
	f.StringVarP(&g.dir, "chdir", "C", "", "work in this folder")
	f.BoolVar(&g.json, "json", false, "one JSON document on standard output")
	f.BoolVar(&g.noColour, "no-color", false, "no colours")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "only results and errors")
	f.BoolVarP(&g.verbose, "verbose", "v", false, "log what is done, on standard error")
	f.StringVar(&g.logFormat, "log-format", "text", "text or json")
	f.DurationVar(&g.timeout, "timeout", 0, "bound one request to a platform (default 30s)")
	cmd.AddGroup(
		&cobra.Group{ID: "write", Title: "Write:"}, &cobra.Group{ID: "publish", Title: "Publish:"},
		&cobra.Group{ID: "settle", Title: "Settle and own:"}, &cobra.Group{ID: "more", Title: "More:"},
	)
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			cmd.AddCommand(c)
		}
	}
	add("write", newInitCmd(g), newNewCmd(g), newValidateCmd(g), newFmtCmd(g), newRenderCmd(g), newMeasureCmd(g))
	add("publish", newDiffCmd(g), newShowCmd(g), newApplyCmd(g), newStatusCmd(g), newFreezeCmd(g), newThawCmd(g), newCiCmd(g))
	add("settle", newResolveCmd(g), newImportCmd(g), newAdoptCmd(g), newForgetCmd(g), newRetractCmd(g), newLockCmd(g), newLedgerCmd(g), newAccountsCmd(g))
	add("more", newProvidersCmd(g), newVersionCmd(g))
	cmd.SetHelpCommandGroupID("more")
	cmd.SetCompletionCommandGroupID("more")
	strictHelp(cmd)
	wrapArgs(cmd)
	return cmd
}

// wrapArgs makes wrong arguments wrong usage.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return usage("%w: see `%s --help`", err, c.CommandPath())
			}
			return nil
		}
	}
	for _, c := range cmd.Commands() {
		wrapArgs(c)
	}
}

func (g *global) folder() string {
	if g.dir != "" {
		return g.dir
	}
	return g.Dir
}

// open finds the workspace and makes an engine for it.
func (g *global) open() (*engine.Engine, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	return engine.Open(g.folder(), engine.Options{
		Drivers: g.Drivers, Clock: g.Clock, HTTP: g.HTTP, Getenv: g.Getenv, Log: g.logger(), Version: built().Version, Build: build(),
		Timeout: g.timeout, Timing: g.Timing, Sabotage: g.Sabotage, Git: g.Git, Around: g.Around,
	})
}

func (g *global) check() error {
	if g.logFormat != "text" && g.logFormat != "json" {
		return usage("--log-format: text or json, not %q", g.logFormat)
	}
	if g.timeout < 0 {
		return usage("--timeout: %s is less than nothing", g.timeout)
	}
	return nil
}

func (g *global) logger() *slog.Logger {
	level := slog.LevelWarn
	if g.verbose {
		level = slog.LevelDebug
	}
	o := &slog.HandlerOptions{Level: level}
	if g.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(g.Err, o))
	}
	return slog.New(slog.NewTextHandler(g.Err, o))
}

func (g *global) printer() *view.Printer {
	return &view.Printer{W: g.Out, Colour: g.colour(), Quiet: g.quiet}
}

// colour follows no-color.org and force-color.org: the flag first, then the wish
// for none, then the wish for some, then what the output is.
func (g *global) colour() bool {
	switch force := g.Getenv("FORCE_COLOR"); {
	case g.noColour || g.Getenv("NO_COLOR") != "":
		return false
	case force != "":
		return force != "0"
	}
	return g.Terminal && g.Getenv("CI") == "" && g.Getenv("TERM") != "dumb"
}

// note tells a person something beside the result.
func (g *global) note(format string, args ...any) {
	if !g.quiet {
		fmt.Fprintf(g.Err, strings.TrimSuffix(format, "\n")+"\n", args...)
	}
}
