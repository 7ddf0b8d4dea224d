package scaffold

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

type workflow struct {
	On struct {
		Target *struct{ Branches, Types []string } `yaml:"pull_request_target"`
		Pull   any                                 `yaml:"pull_request"`
		Push   *struct{ Branches []string }
		Cron   []struct{ Cron string } `yaml:"schedule"`
	}
	Permissions map[string]string
	Concurrency struct {
		Group  string
		Cancel bool `yaml:"cancel-in-progress"`
	}
	Jobs map[string]job
}

type job struct {
	If          string
	Permissions map[string]string
	Steps       []struct {
		Uses, Run string
		Folder    string `yaml:"working-directory"`
		With      map[string]string
		Env       map[string]string
	}
}

func parsed(t *testing.T, text string) workflow {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return w
}

// texts are the two workflows of a new workspace.
func texts(t *testing.T, o Options) (plan, publish string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "acme")
	m := made(t, dir, o)
	folder := "." + o.Forge + "/workflows/"
	if !slices.Equal(m.Workflows, []string{folder + "smmctl-plan.yml", folder + "smmctl-publish.yml"}) {
		t.Fatalf("made %v", m.Workflows)
	}
	out := make([]string, 2)
	for i, name := range m.Workflows {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		out[i] = string(b)
	}
	return out[0], out[1]
}

const built = "0123456789abcdef0123456789abcdef01234567"

// Planning runs for pull requests alone, checks the branch out and never the
// proposal, and sees no secret.
func TestPlanWorkflow(t *testing.T) {
	t.Parallel()
	for _, forge := range Forges() {
		text, _ := texts(t, Options{Forge: forge, Version: "v1.2.3", Commit: built})
		w := parsed(t, text)
		plan := w.Jobs["plan"]
		switch {
		case w.On.Target == nil || w.On.Pull != nil || w.On.Push != nil || w.On.Cron != nil:
			t.Errorf("%s: runs on %+v", forge, w.On)
		case !slices.Equal(w.On.Target.Branches, []string{"main"}) || !slices.Equal(w.On.Target.Types, []string{"opened", "synchronize", "reopened"}):
			t.Errorf("%s: runs on %+v", forge, w.On.Target)
		case len(w.Jobs) != 1 || w.Permissions == nil || len(w.Permissions) != 0:
			t.Errorf("%s: %d jobs, permissions %v", forge, len(w.Jobs), w.Permissions)
		case !maps.Equal(plan.Permissions, map[string]string{"contents": "read", "pull-requests": "write", "statuses": "write"}):
			t.Errorf("%s: may %v", forge, plan.Permissions)
		case !strings.Contains(w.Concurrency.Group, "github.event.pull_request.number") || !w.Concurrency.Cancel:
			t.Errorf("%s: concurrency %+v", forge, w.Concurrency)
		case !maps.Equal(plan.Steps[0].With, map[string]string{"ref": "main", "fetch-depth": "1"}):
			t.Errorf("%s: checks out %v", forge, plan.Steps[0].With)
		case plan.Steps[1].With["command"] != "ci plan" || !strings.HasPrefix(plan.Steps[1].With["args"], "--offline"):
			t.Errorf("%s: runs %v", forge, plan.Steps[1].With)
		}
		for line := range strings.Lines(text) {
			code, _, _ := strings.Cut(line, "#")
			if strings.Contains(code, "git ") {
				t.Errorf("%s: ci plan brings what it needs itself: %s", forge, line)
			}
			if strings.Contains(code, "secrets.") || strings.Contains(code, "head") {
				t.Errorf("%s: %s", forge, line)
			}
		}
	}
}

// Publishing runs from the branch alone, one run at a time; the step that
// publishes is the only one that sees a secret.
func TestPublishWorkflow(t *testing.T) {
	t.Parallel()
	for _, forge := range Forges() {
		_, text := texts(t, Options{Forge: forge, Version: "v1.2.3", Commit: built})
		w := parsed(t, text)
		publish := w.Jobs["publish"]
		last := publish.Steps[len(publish.Steps)-1]
		switch {
		case w.On.Target != nil || w.On.Pull != nil || w.On.Push == nil || !slices.Equal(w.On.Push.Branches, []string{"main"}):
			t.Errorf("%s: runs on %+v", forge, w.On)
		case len(w.On.Cron) != 1 || w.On.Cron[0].Cron != "*/10 * * * *":
			t.Errorf("%s: schedule %v", forge, w.On.Cron)
		case len(w.Jobs) != 1 || w.Permissions == nil || len(w.Permissions) != 0:
			t.Errorf("%s: %d jobs, permissions %v", forge, len(w.Jobs), w.Permissions)
		case !maps.Equal(publish.Permissions, map[string]string{"contents": "write", "pull-requests": "write"}):
			t.Errorf("%s: may %v", forge, publish.Permissions)
		case w.Concurrency.Group != "smmctl-publish" || w.Concurrency.Cancel:
			t.Errorf("%s: concurrency %+v", forge, w.Concurrency)
		case publish.Steps[0].With["ref"] != "main":
			t.Errorf("%s: checks out %v", forge, publish.Steps[0].With)
		case last.Run != "smmctl ci publish" || last.Env["SMMCTL_FORGE_TOKEN"] == "":
			t.Errorf("%s: the last step is %+v", forge, last)
		}
		for i, s := range publish.Steps[:len(publish.Steps)-1] {
			if len(s.Env) > 0 {
				t.Errorf("%s: step %d sees %v", forge, i, s.Env)
			}
		}
	}
}

// What is to be filled in is told: a release, where the program that made the files
// is none.
func TestReleaseIsToBeNamed(t *testing.T) {
	t.Parallel()
	for _, forge := range Forges() {
		for version, want := range map[string]bool{"v1.2.3": false, "dev": true} {
			plan, publish := texts(t, Options{Forge: forge, Version: version, Commit: built})
			if strings.Contains(plan, "name a release") != want || strings.Contains(plan, "nothing to fill in") == want || strings.Contains(publish, "Name a release") != want {
				t.Errorf("%s of %s: what is to be filled in?\n%s\n%s", forge, version, plan, publish)
			}
		}
	}
}

// What is written as comments becomes a workflow when each # is removed.
func TestCommentedLines(t *testing.T) {
	t.Parallel()
	marks := regexp.MustCompile(`(?m)^  # {1,3}(plan-online:|  .*)$`)
	for _, forge := range Forges() {
		plan, publish := texts(t, Options{Forge: forge, Version: "v1.2.3", Commit: built})
		whole := strings.Replace(marks.ReplaceAllString(plan, "  $1"), "    # if:", "    if:", 1)
		online := parsed(t, whole).Jobs["plan-online"]
		if offline := parsed(t, whole).Jobs["plan"]; offline.If != "github.event.pull_request.head.repo.full_name != github.repository" {
			t.Errorf("%s: %+v", forge, offline)
		}
		if online.If != "github.event.pull_request.head.repo.full_name == github.repository" || len(online.Steps) != 3 {
			t.Errorf("%s: %+v", forge, online)
		} else if env := online.Steps[2].Env; env["SMMCTL_FORGE_TOKEN"] == "" || env["ACME_MASTODON_TOKEN"] == "" {
			t.Errorf("%s: %v", forge, env)
		}
		steps := parsed(t, strings.ReplaceAll(publish, "# ACME_", "ACME_")).Jobs["publish"].Steps
		if env := steps[len(steps)-1].Env; env["ACME_MASTODON_TOKEN"] != "${{ secrets.ACME_MASTODON_TOKEN }}" {
			t.Errorf("%s: %v", forge, env)
		}
	}
}

// Whatever is used is pinned, and no script is put together from an expression.
func TestWorkflowsArePinned(t *testing.T) {
	t.Parallel()
	commit := regexp.MustCompile(`^(https://github\.com/)?(actions/checkout|actions/upload-artifact|smmctl/smmctl)@[0-9a-f]{40}$`)
	for _, forge := range Forges() {
		plan, publish := texts(t, Options{Forge: forge, Version: "v1.2.3", Commit: built})
		for _, text := range []string{plan, publish} {
			for _, j := range parsed(t, text).Jobs {
				for _, s := range j.Steps {
					if s.Uses != "" && !commit.MatchString(s.Uses) {
						t.Errorf("%s: uses %s", forge, s.Uses)
					}
					if strings.Contains(s.Run, "${{") {
						t.Errorf("%s: runs %s", forge, s.Run)
					}
				}
			}
		}
	}
}

// A release pins itself, by its commit where that is known.
func TestPinned(t *testing.T) {
	t.Parallel()
	for _, c := range [][4]string{
		{"v1.2.3", built, "smmctl/smmctl@" + built + " # v1.2.3", "v1.2.3"},
		{"v1.2.3-rc.1", built, "smmctl/smmctl@" + built + " # v1.2.3-rc.1", "v1.2.3-rc.1"},
		{"v1.2.3", "", "smmctl/smmctl@v1.2.3", "v1.2.3"},
		{"dev", "", "smmctl/smmctl@main # write a release here before you publish", "source"},
		{"v1.2.3-4-ga4108ac", built, "smmctl/smmctl@main # write a release here before you publish", "source"},
		{"v0.0.0-20261124180000-a4108ac0a410", "a4108ac0a410", "smmctl/smmctl@main # write a release here before you publish", "source"},
		{"a4108ac-dirty", built, "smmctl/smmctl@main # write a release here before you publish", "source"},
	} {
		if action, version := pinned(c[0], c[1]); action != c[2] || version != c[3] {
			t.Errorf("%s of %.7s: %s, %s", c[0], c[1], action, version)
		}
	}
}

// A workflow that is there already is kept, and the other one is not written.
func TestWorkflowsOverwriteNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "acme")
	mine := filepath.Join(dir, ".github", "workflows", "smmctl-publish.yml")
	if err := os.MkdirAll(filepath.Dir(mine), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Init(t.Context(), Options{Dir: dir, Forge: "github", Timezone: "UTC", Clock: at{}})
	var exists *ExistsError
	if !errors.As(err, &exists) || exists.Path != ".github/workflows/smmctl-publish.yml" {
		t.Fatalf("got %v", err)
	}
	if b, _ := os.ReadFile(mine); string(b) != "mine" {
		t.Errorf("overwritten: %s", b)
	}
	for _, name := range []string{".github/workflows/smmctl-plan.yml", "smm.yaml"} {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}
