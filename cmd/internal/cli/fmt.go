package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/format"
)

// maxFormat is the largest file that is formatted; loading refuses larger ones.
const maxFormat = 1 << 20

func newFmtCmd(g *global) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use: "fmt [PATH...]", Short: "Put files into their canonical form",
		Long: `Puts the keys of every YAML file and front matter in the schemas' order and spaces them
the same. Comments and texts stay as they are; no value changes. Prints the files that
it changed.`,
		Example: `  smmctl fmt
  smmctl fmt content/acme/2026-12
  smmctl fmt --check      # changes nothing; exit 3 when something would`,
		RunE: func(_ *cobra.Command, args []string) error { return runFmt(g, check, args) },
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit 3 when a file is not in its canonical form")
	return cmd
}

// formatted is what came of formatting.
type formatted struct {
	FormatVersion int           `json:"format_version"`
	Changed       []string      `json:"changed"`
	Errors        []formatError `json:"errors"`
}

// formatError is a file that cannot be read.
type formatError struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Summary string `json:"summary"`
}

func runFmt(g *global, check bool, paths []string) error {
	e, err := g.open()
	if err != nil {
		return err
	}
	if paths, err = e.Relative(g.folder(), paths); err != nil {
		return usage("%w", err)
	}
	root, err := os.OpenRoot(e.Repo.Workspace)
	if err != nil {
		return err
	}
	defer root.Close()
	files, err := formatFiles(root, paths)
	if err != nil {
		return err
	}
	out := formatted{FormatVersion: 1, Changed: []string{}, Errors: []formatError{}}
	for _, f := range files {
		if err := out.file(root, f, check); err != nil {
			return err
		}
	}
	if err := g.showFormatted(out); err != nil {
		return err
	}
	if len(out.Errors) > 0 || check && len(out.Changed) > 0 {
		return &exit{code: exitInvalid}
	}
	return nil
}

func (g *global) showFormatted(out formatted) error {
	if g.json {
		return view.JSON(g.Out, out)
	}
	for _, f := range out.Changed {
		fmt.Fprintln(g.Out, view.Safe(f))
	}
	for _, e := range out.Errors {
		fmt.Fprintf(g.Err, "%s:%d:%d: %s\n", view.Safe(e.Path), e.Line, e.Column, view.Safe(e.Summary))
	}
	return nil
}

// formatFiles lists the workspace's own files, or those of them that the paths
// name or hold. A path that holds none is a mistake.
func formatFiles(root *os.Root, paths []string) ([]string, error) {
	all := []string{}
	for _, top := range []string{"smm.yaml", "strategies", "content"} {
		err := fs.WalkDir(root.FS(), top, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil && name == top && errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case d.IsDir() && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			}
			if _, ours := format.KindOf(name); ours && d.Type().IsRegular() {
				all = append(all, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return within(all, paths)
}

func within(files, paths []string) ([]string, error) {
	if len(paths) == 0 || slices.Contains(paths, ".") {
		return files, nil
	}
	var out []string
	for _, p := range paths {
		n := len(out)
		for _, f := range files {
			if f == p || strings.HasPrefix(f, p+"/") {
				out = append(out, f)
			}
		}
		if len(out) == n {
			return nil, usage("%s: no file of a workspace is there", p)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (o *formatted) file(root *os.Root, name string, check bool) error {
	kind, _ := format.KindOf(name)
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	if info.Size() > maxFormat {
		o.Errors = append(o.Errors, formatError{name, 1, 1, fmt.Sprintf("the file is too large to be one of a workspace (%d bytes)", info.Size())})
		return nil
	}
	src, err := root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	out, err := format.File(src, kind)
	var bad *format.Error
	switch {
	case errors.As(err, &bad):
		d := bad.Diagnostics[0]
		o.Errors = append(o.Errors, formatError{name, d.Line, d.Column, d.Summary})
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case bytes.Equal(src, out):
		return nil
	}
	o.Changed = append(o.Changed, name)
	if check {
		return nil
	}
	return replace(root, name, out, info.Mode().Perm())
}

// replace writes a file so that a crash leaves the old one or the new one.
func replace(root *os.Root, name string, b []byte, mode fs.FileMode) error {
	name = filepath.FromSlash(name)
	temp := filepath.Join(filepath.Dir(name), ".smmctl-fmt-"+filepath.Base(name))
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp)
	}
	return err
}
