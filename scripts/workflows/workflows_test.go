// Package workflows_test holds every workflow to what actionlint and this
// project ask of it: this repository's own, and those that `smmctl init` writes
// for both forges. It exists because a workflow's mistakes show only after a
// merge, beside the tokens of a brand.
package workflows_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/scaffold"
)

const root = "../.."

// actionlint is built from tools/actionlint, whose go.sum pins it.
func actionlint(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "actionlint")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-C", filepath.Join(root, "tools", "actionlint"), "-o", name, "github.com/rhysd/actionlint/cmd/actionlint")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("actionlint cannot be built: %v\n%s", err, out)
	}
	return name
}

// lint runs actionlint in a repository's folder over the workflows named, or
// over all of .github.
func lint(t *testing.T, program, dir string, names ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, append([]string{"-no-color"}, names...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

func own(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(root + "/.github/workflows/*.yml")
	if err != nil || len(names) < 4 {
		t.Fatalf("%v, %v", names, err)
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// written are the workflows of new workspaces, each in a repository of its own:
// for each forge, at the root and in a folder, of a release and of a build.
func written(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, forge := range scaffold.Forges() {
		for _, version := range []string{"v1.2.3", "dev"} {
			for _, folder := range []string{".", "social"} {
				dir := t.TempDir()
				if out, err := exec.Command("git", "init", "--quiet", dir).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				made, err := scaffold.Init(t.Context(), scaffold.Options{
					Dir: filepath.Join(dir, folder), Forge: forge, Timezone: "UTC", Clock: clock.System{},
					Version: version, Commit: "0123456789abcdef0123456789abcdef01234567",
				})
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range made.Workflows {
					out = append(out, filepath.Join(dir, filepath.FromSlash(name)))
				}
			}
		}
	}
	return out
}

var (
	absolute = regexp.MustCompile(`uses: https://github\.com/`)
	marks    = regexp.MustCompile(`(?m)^  # {1,3}(plan-online:|  .*)$`)
	secret   = strings.NewReplacer("# ACME_", "ACME_", "# token:", "token:")
)

func TestActionlint(t *testing.T) {
	t.Parallel()
	program := actionlint(t)
	if out := lint(t, program, root); out != "" {
		t.Errorf("this repository's workflows:\n%s", out)
	}
	for _, name := range written(t) {
		text := absolute.ReplaceAllString(read(t, name), "uses: ") // Gitea's own form, which actionlint does not know
		for what, text := range map[string]string{"as written": text, "filled in": secret.Replace(marks.ReplaceAllString(text, "  $1"))} {
			file := filepath.Join(t.TempDir(), filepath.Base(name))
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if out := lint(t, program, filepath.Dir(file), file); out != "" {
				t.Errorf("%s, %s:\n%s\n%s", name, what, out, text)
			}
		}
	}
}

// The linter would notice: a misspelt key, an expression that hostile text gets
// into, an input that the action does not have.
func TestActionlintNotices(t *testing.T) {
	t.Parallel()
	program, dir := actionlint(t), t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".github", "workflows"), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "init", "--quiet", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "action.yml"), []byte(read(t, root+"/action.yml")), 0o644); err != nil {
		t.Fatal(err)
	}
	const head = "on: pull_request_target\njobs:\n  plan:\n    runs-on: ubuntu-latest\n    steps:\n"
	for text, want := range map[string]string{
		"      - run: echo hello\n        enw: {A: b}\n":                       "unexpected key",
		"      - run: echo '${{ github.event.pull_request.title }}'\n":         "potentially untrusted",
		"      - uses: ./\n        with: {version: source, comand: ci plan}\n": "comand",
		"      - uses: ./\n        with: {command: ci plan}\n":                 "version",
	} {
		file := filepath.Join(dir, ".github", "workflows", "bad.yml")
		if err := os.WriteFile(file, []byte(head+text), 0o644); err != nil {
			t.Fatal(err)
		}
		if out := lint(t, program, dir, file); !strings.Contains(out, want) {
			t.Errorf("%s: want %q in %q", text, want, out)
		}
	}
}

type workflow struct {
	Permissions *map[string]string
	Jobs        map[string]struct {
		Timeout     int `yaml:"timeout-minutes"`
		Permissions map[string]string
		Steps       []struct {
			Uses, Run string
			With      map[string]string
		}
	}
}

// Permissions are few and written down, actions are pinned, no expression is put
// into a script, and what runs for strangers checks out the branch.
func TestOwnWorkflows(t *testing.T) {
	t.Parallel()
	uses := regexp.MustCompile(`^\s*(- )?uses:`)
	pinned := regexp.MustCompile(`^\s*(- )?uses: (\./|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	for _, name := range own(t) {
		text := read(t, name)
		var w workflow
		if err := yaml.Unmarshal([]byte(text), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if w.Permissions == nil || len(*w.Permissions) > 1 || len(*w.Permissions) == 1 && (*w.Permissions)["contents"] != "read" {
			t.Errorf("%s: begins with the permissions %v", name, w.Permissions)
		}
		for id, j := range w.Jobs {
			if j.Timeout == 0 {
				t.Errorf("%s: %s has no time limit", name, id)
			}
			for _, s := range j.Steps {
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: %s puts an expression into a script: %s", name, id, s.Run)
				}
				if strings.Contains(text, "pull_request_target") && strings.Contains(s.Uses, "actions/checkout@") && s.With["ref"] != "main" {
					t.Errorf("%s: %s checks out %v", name, id, s.With)
				}
			}
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimRight(line, "\n"); uses.MatchString(line) && !pinned.MatchString(line) {
				t.Errorf("%s: not pinned by a commit, with its version beside it: %s", name, line)
			}
		}
	}
}
