// Package docs_test holds the documentation to what it says: every example of a
// file is one that smmctl takes, and every link leads somewhere.
package docs_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/validate"
)

// pages are the README and everything below docs/, by path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := os.DirFS("..")
	out := map[string]string{}
	err := fs.WalkDir(root, "docs", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			out[name] = ""
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out["README.md"] = ""
	for name := range out {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(text)
	}
	return out
}

// block is a fenced example: its language and, after it, the path that it would
// have in a workspace, if it is a whole file.
type block struct {
	lang, path, text string
	line             int
}

func blocks(text string) []block {
	var out []block
	var now *block
	var fence string
	for i, line := range strings.Split(text, "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case now == nil && len(ticks) >= 3:
			lang, name, _ := strings.Cut(strings.TrimSpace(line[len(ticks):]), " ")
			now, fence = &block{lang: lang, path: name, line: i + 1}, ticks
		case now != nil && line == fence:
			out = append(out, *now)
			now = nil
		case now != nil:
			now.text += line + "\n"
		}
	}
	return out
}

// places is where a fragment may belong, each with the kind of file there.
var places = []string{
	"smm.yaml", "strategies/acme/strategy.yaml", "strategies/acme/accounts/fragment.yaml", "strategies/acme/campaigns/fragment.yaml",
	"strategies/acme/playbook.yaml", "content/acme/2026-12/plan.yaml", "content/acme/2026-12/fragment.md",
}

// Every YAML example agrees with the schema of some kind of file. A fragment may
// leave out what is required; a file that names its path may not.
func TestExamplesAgreeWithTheSchemas(t *testing.T) {
	t.Parallel()
	seen := 0
	for name, text := range pages(t) {
		for _, b := range blocks(text) {
			switch {
			case b.path != "" && (b.lang == "yaml" || b.lang == "markdown"):
				seen++
				report(t, name, b, problems(t, map[string]string{b.path: b.text}, "variant-without-post"))
			case b.lang == "yaml", b.lang == "markdown" && strings.HasPrefix(b.text, "---\n"):
				seen++
				fragment(t, name, b)
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d examples were found", seen)
	}
}

func fragment(t *testing.T, page string, b block) {
	t.Helper()
	var least diag.List
	for _, place := range places {
		text := b.text
		if path.Ext(place) == ".md" && b.lang == "yaml" {
			text = "---\n" + text + "---\nText.\n"
		}
		if path.Ext(place) == ".md" != (b.lang == "markdown") && b.lang == "markdown" {
			continue
		}
		found := problems(t, map[string]string{place: text}, "missing-key")
		if len(found) == 0 {
			return
		}
		if least == nil || len(found) < len(least) {
			least = found
		}
	}
	report(t, page, b, least)
}

func report(t *testing.T, page string, b block, found diag.List) {
	t.Helper()
	for _, d := range found {
		t.Errorf("%s:%d: %s:%d: %s (%s)", page, b.line, d.Path, d.Line, d.Summary, d.Rule)
	}
}

const config = "format: 1\ntimezone: Europe/Paris\nledger: {id: example, remote: none}\n"

// problems loads files as a workspace and returns its errors but those of one
// rule.
func problems(t *testing.T, files map[string]string, except string) diag.List {
	t.Helper()
	ws := open(t, files)
	found := slices.Clone(ws.Diagnostics)
	for _, p := range ws.Posts {
		_, more := ws.Post(p)
		found = append(found, more...)
	}
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Error || d.Rule == except })
}

func open(t *testing.T, files map[string]string) *load.Workspace {
	t.Helper()
	fsys := fstest.MapFS{"smm.yaml": {Data: []byte(config)}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	ws, err := load.Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// The examples of files.md are one workspace, which validates.
func TestFilesExamplesAreOneWorkspace(t *testing.T) {
	t.Parallel()
	picture, err := os.ReadFile("../content/smmctl/2026-12/media/states.png")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"content/acme/2026-12/media/coat.png": string(picture)}
	for _, b := range blocks(pages(t)["docs/files.md"]) {
		if b.path != "" {
			files[b.path] = b.text
		}
	}
	drivers := map[string]*provider.Driver{}
	for _, d := range all.Drivers() {
		drivers[d.Name] = d
	}
	r, err := validate.Check(t.Context(), open(t, files), validate.Options{Drivers: drivers})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error || d.Severity == diag.Warning {
			t.Errorf("%s:%d: %s: %s (%s)", d.Path, d.Line, d.Severity, d.Summary, d.Rule)
		}
	}
	if r.Files < 9 || len(r.Posts) != 1 {
		t.Errorf("%d files, %d posts in %v", r.Files, len(r.Posts), slices.Sorted(maps.Keys(files)))
	}
}

var (
	link = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code = regexp.MustCompile("`[^`\n]+`")
)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for name, text := range all {
		for _, b := range blocks(text) {
			text = strings.ReplaceAll(text, b.text, "")
		}
		text = code.ReplaceAllString(text, "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if target != "" {
				target = path.Join(path.Dir(name), target)
			} else {
				target = name
			}
			if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: %s: %v", name, m[1], err)
			}
			if page, ok := all[target]; ok && anchor != "" && !slices.Contains(anchors(page), anchor) {
				t.Errorf("%s: %s: there is no such heading", name, m[1])
			}
		}
	}
}

var (
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// anchors are a page's headings as a forge makes links of them.
func anchors(text string) []string {
	var out []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return out
}

func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("\n")); n > 150 {
		t.Error(fmt.Errorf("README.md has %d lines, more than 150", n))
	}
}
