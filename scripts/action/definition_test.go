package action_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

type step struct {
	If, Uses, Run, Shell string
	Env                  map[string]string
	With                 map[string]string
}

type definition struct {
	Inputs map[string]struct {
		Description, Default string
		Required             bool
	}
	Runs struct {
		Using string
		Steps []step
	}
}

func action(t *testing.T) definition {
	t.Helper()
	b, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var d definition
	if err := yaml.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// No input becomes part of a script, each is used, and what is fetched is pinned.
func TestDefinition(t *testing.T) {
	t.Parallel()
	d := action(t)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`)
	script := regexp.MustCompile(`^bash "\$GITHUB_ACTION_PATH/(scripts/action/[a-z]+\.sh)"$`)
	used := ""
	for i, s := range d.Runs.Steps {
		used += s.If
		for _, v := range s.Env {
			used += v
			if strings.Contains(v, "token") && !strings.HasSuffix(s.Run, "/run.sh\"") {
				t.Errorf("step %d sees the token and is not the one that runs smmctl", i)
			}
		}
		switch {
		case s.Uses != "":
			if !pinned.MatchString(s.Uses) {
				t.Errorf("step %d: %s is not pinned", i, s.Uses)
			}
		case s.Shell != "bash":
			t.Errorf("step %d: shell %q", i, s.Shell)
		default:
			m := script.FindStringSubmatch(s.Run)
			if m == nil {
				t.Errorf("step %d runs %q: scripts are in scripts/action, inputs in the environment", i, s.Run)
			} else if _, err := os.Stat("../../" + m[1]); err != nil {
				t.Error(err)
			}
		}
	}
	if d.Runs.Using != "composite" || len(d.Inputs) < 5 || !d.Inputs["version"].Required || d.Inputs["version"].Default != "" {
		t.Errorf("%+v", d)
	}
	for name, in := range d.Inputs {
		if in.Description == "" || !strings.Contains(used, "inputs."+name) {
			t.Errorf("input %s is not explained or not used", name)
		}
	}
}

// The Go that builds from source is the one that go.mod asks for.
func TestGoVersion(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	if got := action(t).Runs.Steps[0].With["go-version"]; want == nil || got != string(want[1]) {
		t.Errorf("action.yml sets Go %s up, go.mod asks for %s", got, want)
	}
}

// shellcheck has nothing to say.
func TestShellcheck(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("shellcheck"); err != nil {
		if testing.Short() {
			t.Skip("shellcheck is not installed")
		}
		t.Fatal("shellcheck is not installed: `make setup` installs it")
	}
	if out, err := exec.Command("shellcheck", "install.sh", "run.sh").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
