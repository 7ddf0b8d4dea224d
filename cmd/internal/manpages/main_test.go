package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/smmctl/smmctl/cmd/internal/cli"
)

func env(epoch string) func(string) string {
	return func(name string) string {
		if name == "SOURCE_DATE_EPOCH" {
			return epoch
		}
		return ""
	}
}

// Every command has a page, which names its flags and loses none of its words,
// and which is the same each time.
func TestPages(t *testing.T) {
	t.Parallel()
	dir, again := filepath.Join(t.TempDir(), "man"), t.TempDir()
	for _, d := range []string{dir, again} {
		if err := run(d, env("1795543200")); err != nil {
			t.Fatal(err)
		}
	}
	pages := map[string]bool{}
	each(cli.Commands(), func(c *cobra.Command) {
		if !c.IsAvailableCommand() && c.HasParent() {
			return
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		pages[name] = true
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", c.CommandPath(), err)
			return
		}
		if other, err := os.ReadFile(filepath.Join(again, name)); err != nil || !bytes.Equal(page, other) {
			t.Errorf("%s: another run made another page (%v)", name, err)
		}
		plain := strings.NewReplacer(`\-`, "-", `\&`, "", `\fB`, "", `\fI`, "", `\fP`, "", `\fR`, "", `\[rs]`, `\`, `\e`, `\`).Replace(string(page))
		for _, word := range strings.Fields(c.Long) {
			if word = strings.Trim(word, "`\"'()*_#"); !strings.Contains(plain, word) {
				t.Errorf("%s: the page has lost %q", name, word)
			}
		}
		if !strings.Contains(plain, "2026-11") && !strings.Contains(plain, "Nov 2026") {
			t.Errorf("%s: no date", name)
		}
	})
	written, err := os.ReadDir(dir)
	if err != nil || len(written) != len(pages) {
		t.Errorf("%d pages for %d commands (%v)", len(written), len(pages), err)
	}
}

func TestPagesNeedADate(t *testing.T) {
	t.Parallel()
	if err := run(t.TempDir(), env("")); err == nil || !strings.Contains(err.Error(), "SOURCE_DATE_EPOCH") {
		t.Errorf("got %v", err)
	}
}

// mandoc takes every page without a warning.
func TestFormatter(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("mandoc"); err != nil {
		if testing.Short() {
			t.Skip("mandoc is not installed")
		}
		t.Fatal("mandoc is not installed: `make setup` installs it")
	}
	args := []string{"mandoc", "-T", "lint", "-W", "error"}
	dir := t.TempDir()
	if err := run(dir, env("1795543200")); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	slices.Sort(pages)
	for _, p := range pages {
		if out, err := exec.Command(args[0], append(args[1:], p)...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", filepath.Base(p), err, out)
		}
	}
}

func each(c *cobra.Command, do func(*cobra.Command)) {
	do(c)
	for _, sub := range c.Commands() {
		each(sub, do)
	}
}
