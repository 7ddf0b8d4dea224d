package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/migrate"
	"github.com/smmctl/smmctl/engine/scaffold"
)

type initOptions struct {
	dir, forge, timezone string

	from, source, dateFormat string
	accounts                 []string
	ready                    bool
}

func newInitCmd(g *global) *cobra.Command {
	o := &initOptions{}
	cmd := &cobra.Command{
		Use: "init [DIR]", Short: "Make a workspace that publishes at once",
		Long: `Makes a workspace: a brand named after the folder, an account on the embedded site, the
month's plan and two posts, one due now and one that waits. It validates as it stands,
and the first "smmctl apply" publishes to public/site. Nothing is ever overwritten.

Where there is no Git repository yet, or one without commits, the files are its first
commit. In a repository that has commits they are only written: you commit them.
In a workspace that is there already, --forge writes the workflows alone.

With --from it takes over what another tool keeps, instead of the two posts:

  twitter-together  the repository with tweets/*.tweet (DIR itself, or --source)
  nodejs-bluesky    the repository with records/ (DIR itself, or --source)
  crosspost         a folder of messages (--source FOLDER)
  csv               a table as Buffer, Hootsuite and SMMplanner take it (--source FILE)
  ics               a calendar: its events become slots of the plan (--source FILE)

What was published already is never published again. What is planned becomes a draft,
for the old tool may still publish it: switch that off first. docs/migration.md has all
of it. An account that --account does not describe goes to the embedded site.`,
		Example: `  smmctl init acme && cd acme && smmctl apply
  smmctl init                   # in this folder
  smmctl init --forge github    # with workflows: show plans in pull requests, publish on merge
  smmctl init --from twitter-together
  smmctl init --from twitter-together --account twitter=mastodon,server=https://social.example
  smmctl init acme --from csv --source posts.csv --date-format dmy --timezone Europe/Paris
  smmctl init acme --from ics --source plan.ics`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = g.folder()
			if len(args) == 1 {
				o.dir = g.path(args[0])
			}
			return runInit(cmd.Context(), g, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.forge, "forge", "", "also write workflows for this forge, in an existing workspace only them: "+strings.Join(scaffold.Forges(), " or "))
	f.StringVar(&o.timezone, "timezone", "", "the workspace's time zone, such as Europe/Paris (default: this machine's)")
	f.StringVar(&o.from, "from", "", "take over from another tool: "+strings.Join(migrate.Kinds(), ", "))
	f.StringVar(&o.source, "source", "", "where that tool's files are; a file for csv and ics")
	f.StringVar(&o.dateFormat, "date-format", "", "how csv writes 03/04/2026: dmy or mdy (default: as its rows show)")
	f.StringArrayVar(&o.accounts, "account", nil, "NAME=PROVIDER[,server=URL][,handle=H][,OPTION=V]: an account, by the name that the source has for it; repeatable")
	f.BoolVar(&o.ready, "ready", false, "make planned posts ready instead of drafts: the old tool is off")
	return cmd
}

func runInit(ctx context.Context, g *global, o *initOptions) error {
	if err := g.check(); err != nil {
		return err
	}
	zone, err := o.zone(g)
	if err != nil {
		return err
	}
	s := scaffold.Options{
		Dir: o.dir, Forge: o.forge, Timezone: zone.String(), Clock: g.Clock, Version: built().Version, Commit: built().Commit,
	}
	var taken *migrate.Summary
	if o.from != "" {
		export, err := o.read(ctx, g, zone)
		if err != nil {
			return asUsage(err)
		}
		defer export.Close()
		plan := migrate.Plan{Zone: zone, Now: g.Clock.Now(), Ready: o.ready, Drivers: g.Drivers}
		if plan.Accounts, err = o.wishes(g); err != nil {
			return err
		}
		if err := export.Check(plan.Accounts); err != nil {
			return asUsage(err)
		}
		s.Contents = func(start scaffold.Start) (contents *scaffold.Contents, err error) {
			contents, taken, err = export.Contents(start, plan)
			return contents, err
		}
	} else if o.source != "" || o.dateFormat != "" || len(o.accounts) > 0 || o.ready {
		return usage("init: --source, --date-format, --account and --ready go with --from")
	}
	made, err := scaffold.Init(ctx, s)
	if err != nil {
		return asUsage(err)
	}
	if g.json {
		return view.JSON(g.Out, struct {
			FormatVersion int `json:"format_version"`
			*scaffold.Made
			TakenOver *migrate.Summary `json:"taken_over,omitempty"`
		}{1, made, taken})
	}
	if taken != nil {
		g.printer().TakenOver(made, taken)
		return nil
	}
	g.printer().Made(made)
	return nil
}

// path is a person's path, as seen from the folder that is worked in.
func (g *global) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(g.folder(), name)
}

func (o *initOptions) zone(g *global) (*time.Location, error) {
	name := o.timezone
	if name == "" {
		name = scaffold.LocalZone(g.Getenv)
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, usage("--timezone %q does not exist: write a name such as Europe/Paris", name)
	}
	return zone, nil
}

// read reads the source: by default the folder itself, which is the repository
// that the other tool runs in.
func (o *initOptions) read(ctx context.Context, g *global, zone *time.Location) (*migrate.Export, error) {
	if o.dateFormat != "" && o.dateFormat != "dmy" && o.dateFormat != "mdy" {
		return nil, usage("--date-format %q: dmy (3 April is 03/04) or mdy (it is 04/03)", o.dateFormat)
	}
	source := o.source
	switch {
	case source != "":
		source = g.path(source)
	case o.from == migrate.TwitterTogether || o.from == migrate.NodejsBluesky:
		source = o.dir
	}
	return migrate.Read(ctx, migrate.Options{From: o.from, Source: source, Zone: zone, DateFormat: o.dateFormat, Now: g.Clock.Now()})
}

// wishes reads --account: twitter=mastodon,server=https://social.example.
func (o *initOptions) wishes(g *global) (map[string]scaffold.AccountWish, error) {
	out := map[string]scaffold.AccountWish{}
	for _, text := range o.accounts {
		name, rest, ok := strings.Cut(text, "=")
		words := strings.Split(rest, ",")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, usage("--account %q: write NAME=PROVIDER, such as twitter=mastodon,server=https://social.example", text)
		}
		w := scaffold.AccountWish{ID: "account", Provider: strings.TrimSpace(words[0]), Options: map[string]string{}}
		for _, word := range words[1:] {
			key, value, ok := strings.Cut(strings.TrimSpace(word), "=")
			switch {
			case !ok:
				return nil, usage("--account %s: %q is no KEY=VALUE", name, word)
			case key == "server":
				w.Server = value
			case key == "handle":
				w.Handle = value
			default:
				w.Options[key] = value
			}
		}
		if err := w.Check(g.Drivers); err != nil {
			return nil, usage("--account %s: %w", name, err)
		}
		out[strings.ToLower(name)] = w
	}
	return out, nil
}

// asUsage gives a wish that makes no sense its exit code.
func asUsage(err error) error {
	var wrong *scaffold.UsageError
	var unread *migrate.UsageError
	if errors.As(err, &wrong) || errors.As(err, &unread) {
		return &exit{exitUsage, err}
	}
	return err
}
