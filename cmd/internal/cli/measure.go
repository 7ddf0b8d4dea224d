package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider"
)

// maxText is the longest text that is measured; no network takes as much.
const maxText = 1 << 20

func newMeasureCmd(g *global) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use: "measure [FILE|-]", Short: "Count a text as each network does",
		Long: `Counts a text by each network's own rule and compares it with the network's usual
limit, also for networks to which smmctl does not publish yet; docs/measure.md has the
table. The input is final text, not Markdown; one line end at its end is dropped.
Without FILE, or with -, standard input is read. Exit 3 when the text is too long for a
network to which smmctl publishes, or for the one that is named.`,
		Example: `  echo "Hello https://example.org/a/very/long/address" | smmctl measure
  smmctl measure --provider mastodon post.txt --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return runMeasure(g, name, append(args, "-")[0])
		},
	}
	cmd.Flags().StringVar(&name, "provider", "", "only by this network's rule")
	return cmd
}

func runMeasure(g *global, name, file string) error {
	networks, err := g.networks(name)
	if err != nil {
		return err
	}
	text, err := g.text(file)
	if err != nil {
		return err
	}
	results := make([]view.Measured, len(networks))
	ok := true
	for i, n := range networks {
		supported := slices.ContainsFunc(g.Drivers, func(d *provider.Driver) bool { return d.Name == n.Name })
		results[i] = view.Measured{Provider: n.Name, Result: n.Measure(text), Segments: 1, Supported: supported}
		ok = ok && (results[i].OK || !supported && name == "")
	}
	if g.json {
		err = view.JSON(g.Out, map[string]any{"format_version": 1, "results": results})
	} else {
		g.printer().Measured(results)
	}
	if err == nil && !ok {
		return &exit{code: exitInvalid}
	}
	return err
}

// networks are those of the table and the providers that bound a text without
// being in it, or the named one.
func (g *global) networks(name string) ([]measure.Network, error) {
	all := measure.Networks()
	for _, d := range g.Drivers {
		if _, known := measure.Lookup(d.Name); !known {
			all = append(all, unlisted(d))
		}
	}
	if name == "" {
		return slices.DeleteFunc(all, func(n measure.Network) bool { return n.Limit == 0 && n.Source == "" }), nil
	}
	var names []string
	for _, n := range all {
		if n.Name == name {
			return []measure.Network{n}, nil
		}
		names = append(names, n.Name)
	}
	if near := load.Suggest(name, names); near != "" {
		return nil, usage("--provider: %q does not exist: did you mean %q?", name, near)
	}
	return nil, usage("--provider: %q does not exist: `smmctl measure` lists those that do", name)
}

// unlisted is the row of a provider that the table does not have.
func unlisted(d *provider.Driver) measure.Network {
	n := measure.Network{Name: d.Name, Unit: measure.Unit(d.Limits.Unit), Limit: d.Limits.Characters, Caption: d.Limits.Caption}
	if n.Unit == "" {
		n.Unit = measure.Codepoints
	}
	if d.Limits.TextBytes > 0 {
		n.Also = []measure.Bound{{Unit: measure.Bytes, Limit: d.Limits.TextBytes}}
	}
	return n
}

// text reads a file or standard input.
func (g *global) text(file string) (string, error) {
	in := g.In
	if file != "-" {
		if !filepath.IsAbs(file) {
			file = filepath.Join(g.folder(), file)
		}
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxText+1))
	switch {
	case err != nil:
		return "", err
	case len(b) > maxText:
		return "", &exit{exitInvalid, fmt.Errorf("the text is longer than %d bytes: no network takes as much", maxText)}
	case !utf8.Valid(b):
		return "", &exit{exitInvalid, errors.New("the text is not UTF-8")}
	}
	b = bytes.TrimSuffix(b, []byte("\n"))
	return string(bytes.TrimSuffix(b, []byte("\r"))), nil
}
