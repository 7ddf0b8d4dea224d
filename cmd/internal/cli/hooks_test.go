package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/format"
	"github.com/smmctl/smmctl/engine/provider/all"
	"github.com/smmctl/smmctl/engine/scaffold"
)

// december is a clock that stands still.
type december struct{ clock.System }

func (december) Now() time.Time { return time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC) }

type hook struct {
	ID, Name, Description, Entry, Language, Files, Exclude string
	Pass                                                   *bool `yaml:"pass_filenames"`
}

// hooks are those of .pre-commit-hooks.yaml, by id. A key that the file should
// not have is an error.
func hooks(t *testing.T) map[string]hook {
	t.Helper()
	b, err := os.ReadFile("../../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var list []hook
	if err := d.Decode(&list); err != nil {
		t.Fatal(err)
	}
	out := map[string]hook{}
	for _, h := range list {
		if h.Name == "" || h.Description == "" || h.Language != "golang" || !strings.HasPrefix(h.Entry, "smmctl ") {
			t.Errorf("%+v", h)
		}
		out[h.ID] = h
	}
	if len(out) != 2 {
		t.Fatalf("%d hooks", len(out))
	}
	return out
}

// run runs a hook's entry in a folder, as pre-commit does.
func (h hook) run(t *testing.T, dir string, files ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	env := Env{
		In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(string) string { return "" }, Dir: dir,
		Clock: december{}, Drivers: all.Drivers(),
	}
	code := Main(context.Background(), append(strings.Fields(h.Entry)[1:], files...), env)
	return code, out.String()
}

// workspace makes one and lists its files.
func workspace(t *testing.T) (dir string, files []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "acme")
	made, err := scaffold.Init(t.Context(), scaffold.Options{Dir: dir, Timezone: "UTC", Clock: december{}})
	if err != nil {
		t.Fatal(err)
	}
	return dir, made.Files
}

// The hook for fmt gets the files that fmt takes, and no others, for those it
// would refuse.
func TestHookFiles(t *testing.T) {
	t.Parallel()
	h := hooks(t)["smmctl-fmt"]
	files, exclude := regexp.MustCompile(h.Files), regexp.MustCompile(h.Exclude)
	_, made := workspace(t)
	names := slices.Concat(made, []string{
		"content/acme/2026-12/a.mastodon.md", "content/acme/2026-12/README.md", "content/acme/2026-12/readme.md", "content/acme/notes.md",
		"content/acme/2026-12/media/a.md", "content/acme/2026-12/media/hero.png", "content/acme/2026-12/other.yaml", "strategies/acme/playbook.yaml",
		"strategies/acme/campaigns/winter.yaml", "strategies/acme/accounts/notes.md", "strategies/acme/other.yaml", "README.md", "smm.yaml.bak", "a/smm.yaml",
	})
	seen := 0
	for _, name := range names {
		_, ours := format.KindOf(name)
		if got := files.MatchString(name) && !exclude.MatchString(name); got != ours {
			t.Errorf("%s: the hook gets it: %t, fmt takes it: %t", name, got, ours)
		}
		if ours {
			seen++
		}
	}
	if seen < 8 {
		t.Errorf("only %d of %v are ours", seen, names)
	}
}

// The entries are commands that do on a workspace what the hooks say.
func TestHooksRun(t *testing.T) {
	t.Parallel()
	dir, _ := workspace(t)
	validate, fmt := hooks(t)["smmctl-validate"], hooks(t)["smmctl-fmt"]
	const name = "content/acme/2026-12/messy.md"
	if code, out := fmt.run(t, dir, "smm.yaml", "content/acme/2026-12/plan.yaml"); code != 0 || out != "" {
		t.Errorf("fmt: %d, %s", code, out)
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("---\naccounts:   [acme-site]\nid: messy\n---\nText.\n")
	if code, out := fmt.run(t, dir, name); code != 0 || !strings.Contains(out, "messy.md") {
		t.Errorf("fmt: %d, %s", code, out)
	}
	if validate.Pass == nil || *validate.Pass {
		t.Error("validate is about the whole workspace: a file's name would leave the others out")
	}
	if code, out := validate.run(t, dir); code != 0 {
		t.Errorf("validate: %d, %s", code, out)
	}
	write("---\naccounts: [nobody]\nid: messy\n---\nText.\n")
	if code, out := validate.run(t, dir); code != exitInvalid || !strings.Contains(out, "nobody") {
		t.Errorf("validate: %d, %s", code, out)
	}
}

// For a workspace in a subfolder, the page's lines match its files, and the
// commands find it. The hooks' own patterns would not.
func TestHooksInASubfolder(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^ +- (\{id: smmctl-.*\})$`).FindAllSubmatch(page, -1)
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	root := t.TempDir()
	if _, err := scaffold.Init(t.Context(), scaffold.Options{Dir: filepath.Join(root, "social"), Timezone: "UTC", Clock: december{}}); err != nil {
		t.Fatal(err)
	}
	own := hooks(t)
	for _, line := range lines {
		var h hook
		if err := yaml.Unmarshal(line[1], &h); err != nil {
			t.Fatal(err)
		}
		const name = "social/content/social/2026-12/hello.md"
		if regexp.MustCompile(own[h.ID].Files).MatchString(name) || !regexp.MustCompile(h.Files).MatchString(name) {
			t.Errorf("%s: files %s", h.ID, h.Files)
		}
		if h.Pass == nil {
			h.Pass = own[h.ID].Pass
		}
		if h.Pass == nil || *h.Pass {
			t.Errorf("%s: gets names that begin with social/", h.ID)
		}
		h.Entry = strings.Replace(h.Entry, "-C social", "-C "+filepath.Join(root, "social"), 1)
		if code, out := h.run(t, root); code != 0 {
			t.Errorf("%s: %d, %s", h.ID, code, out)
		}
	}
}
