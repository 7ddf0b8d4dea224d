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
limit. The input is final text, not Markdown; one line end at its end is dropped.
Without FILE, or with -, standard input is read. Exit 3 when the text is too long.`,
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
	drivers, err := g.measured(name)
	if err != nil {
		return err
	}
	text, err := g.text(file)
	if err != nil {
		return err
	}
	results := make([]view.Measured, len(drivers))
	ok := true
	for i, d := range drivers {
		results[i] = measured(d, text)
		ok = ok && results[i].OK
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

func measured(d *provider.Driver, text string) view.Measured {
	m := view.Measured{Provider: d.Name, Unit: d.Limits.Unit, Limit: d.Limits.Characters, Segments: 1}
	if m.Unit == "" {
		m.Unit = string(measure.Codepoints)
	}
	m.Length = measure.Counter{Unit: measure.Unit(m.Unit), URLLength: d.Limits.URLLength}.Length(text)
	m.OK = m.Limit == 0 || m.Length <= m.Limit
	return m
}

// measured are the providers that bound a text, or the named one.
func (g *global) measured(name string) ([]*provider.Driver, error) {
	var names []string
	out := []*provider.Driver{}
	for _, d := range g.Drivers {
		names = append(names, d.Name)
		if d.Name == name || name == "" && d.Limits.Characters > 0 {
			out = append(out, d)
		}
	}
	if name == "" || slices.Contains(names, name) {
		return out, nil
	}
	if near := load.Suggest(name, names); near != "" {
		return nil, usage("--provider: %q does not exist: did you mean %q?", name, near)
	}
	return nil, usage("--provider: %q does not exist: `smmctl providers` lists them", name)
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
