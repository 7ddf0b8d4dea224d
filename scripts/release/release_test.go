// Package release_test holds what a release is made of to what other parts rely
// on: the names that the action downloads, the variables that `smmctl version`
// shows, an image without a root user. `make release-check` builds everything
// with goreleaser itself, which takes minutes; this takes none. It exists so that
// a release does not fail on the day of the release.
package release_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"gopkg.in/yaml.v3"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type config struct {
	Version int
	Project string `yaml:"project_name"`
	Env     []string
	Before  struct{ Hooks []string }
	Builds  []struct {
		Main, Binary                 string
		Goos, Goarch, Flags, Ldflags []string
		Timestamp                    string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		Formats   []string
		Name      string `yaml:"name_template"`
		Overrides []struct {
			Goos    string
			Formats []string
		} `yaml:"format_overrides"`
		Info  map[string]string `yaml:"builds_info"`
		Files []struct {
			Src, Dst string
			Strip    bool `yaml:"strip_parent"`
			Info     map[string]string
		}
	}
	Checksum struct {
		Name      string `yaml:"name_template"`
		Algorithm string
	}
	Sboms   []struct{ Artifacts string }
	Dockers []struct {
		Images, Tags, Platforms []string
		Labels                  map[string]string
	} `yaml:"dockers_v2"`
	Casks     []map[string]any `yaml:"homebrew_casks"`
	Changelog map[string]any
	Release   map[string]any
	Snapshot  map[string]string
}

// load reads the file strictly: a key that is not known here is a mistake, or
// belongs here.
func load(t *testing.T) config {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(read(t, ".goreleaser.yaml")))
	d.KnownFields(true)
	var c config
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func filled(t *testing.T, text string, data map[string]any) string {
	t.Helper()
	tmpl, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSixPrograms(t *testing.T) {
	t.Parallel()
	b := load(t).Builds[0]
	if !slices.Equal(b.Goos, []string{"linux", "darwin", "windows"}) || !slices.Equal(b.Goarch, []string{"amd64", "arm64"}) {
		t.Errorf("%v × %v", b.Goos, b.Goarch)
	}
	if _, err := os.Stat(filepath.Join(root, b.Main)); err != nil || b.Binary != "smmctl" {
		t.Errorf("%s from %s: %v", b.Binary, b.Main, err)
	}
}

// The variables that the build sets are there; one that is not would be left out
// without a word.
func TestVersionIsSet(t *testing.T) {
	t.Parallel()
	source := read(t, "cmd/internal/cli/version.go")
	set := regexp.MustCompile(`-X github\.com/smmctl/smmctl/cmd/internal/cli\.(\w+)=(\S+)`)
	values := map[string]string{}
	for _, m := range set.FindAllStringSubmatch(strings.Join(load(t).Builds[0].Ldflags, " ")+" "+strings.ReplaceAll(read(t, "Makefile"), "$(PKG)", "github.com/smmctl/smmctl/cmd/internal/cli"), -1) {
		if !regexp.MustCompile(`(?m)^\t` + m[1] + `\s+= (""|unknown)$`).MatchString(source) {
			t.Errorf("version.go has no string variable %s", m[1])
		}
		values[m[1]] += m[2]
	}
	if len(values) != 3 {
		t.Errorf("set: %v", values)
	}
}

// The action downloads what a release is called.
func TestNamesAreTheActions(t *testing.T) {
	t.Parallel()
	c := load(t)
	script := read(t, "scripts/action/install.sh")
	data := map[string]any{"Version": "${version#v}", "Os": "linux", "Arch": "amd64"}
	if name := strings.Replace(filled(t, c.Archives[0].Name, data), "_linux_amd64", "_$(platform)", 1); !strings.Contains(script, "name="+name+"\n") {
		t.Errorf("archives are called %s", name)
	}
	if name := filled(t, c.Checksum.Name, data); !strings.Contains(script, "list="+name+"\n") || c.Checksum.Algorithm != "sha256" {
		t.Errorf("the list is called %s, made with %s", name, c.Checksum.Algorithm)
	}
	a := c.Archives[0]
	if !slices.Equal(a.Formats, []string{"tar.gz"}) || len(a.Overrides) != 1 || a.Overrides[0].Goos != "windows" || !slices.Equal(a.Overrides[0].Formats, []string{"zip"}) {
		t.Errorf("archives are %v, %v", a.Formats, a.Overrides)
	}
}

// The same commit gives the same bytes: no time but the commit's, no path, no cgo.
func TestReproducible(t *testing.T) {
	t.Parallel()
	c := load(t)
	b := c.Builds[0]
	if !slices.Contains(b.Flags, "-trimpath") || !slices.Contains(c.Env, "CGO_ENABLED=0") || b.Timestamp != "{{ .CommitTimestamp }}" {
		t.Errorf("%v, %v, %s", b.Flags, c.Env, b.Timestamp)
	}
	infos := []map[string]string{c.Archives[0].Info}
	for _, f := range c.Archives[0].Files {
		infos = append(infos, f.Info)
	}
	for i, info := range infos {
		if info["mtime"] != "{{ .CommitDate }}" || info["owner"] != "root" || info["group"] != "root" {
			t.Errorf("entry %d of the archive: %v", i, info)
		}
	}
	if now := regexp.MustCompile(`\{\{-? *\.(Date|Timestamp|Now|Runtime|Hostname)`).FindString(read(t, ".goreleaser.yaml")); now != "" {
		t.Errorf("%s differs from run to run", now)
	}
}

// What the archives are to hold is there, or is made by scripts/release/extras.
func TestExtras(t *testing.T) {
	if testing.Short() {
		t.Skip("builds smmctl")
	}
	t.Parallel()
	c := load(t)
	dir := filepath.Join(t.TempDir(), "made")
	hook := c.Before.Hooks[len(c.Before.Hooks)-1]
	if hook != "./scripts/release/extras bin/release {{ .CommitTimestamp }}" {
		t.Fatalf("the hook is %s", hook)
	}
	cmd := exec.CommandContext(t.Context(), "./scripts/release/extras", dir, "1795543200")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, f := range c.Archives[0].Files {
		pattern := filepath.Join(root, f.Src)
		if rest, ok := strings.CutPrefix(f.Src, "bin/release/"); ok {
			pattern = filepath.Join(dir, rest)
		}
		if names, err := filepath.Glob(pattern); err != nil || len(names) == 0 {
			t.Errorf("%s: nothing is there (%v)", f.Src, err)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 2 {
		t.Errorf("left %v", names)
	}
	completions(t, filepath.Join(dir, "completions"))
}

// completions holds each shell's script to its shell.
func completions(t *testing.T, dir string) {
	t.Helper()
	for name, c := range map[string]struct {
		has   string
		shell []string
	}{
		"smmctl.bash": {"complete -o default", []string{"bash", "-n"}},
		"_smmctl":     {"#compdef smmctl", []string{"zsh", "-n"}},
		"smmctl.fish": {"complete -c smmctl", []string{"fish", "--no-execute"}},
		"smmctl.ps1":  {"Register-ArgumentCompleter", nil},
	} {
		file := filepath.Join(dir, name)
		if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), c.has) {
			t.Errorf("%s has no %q (%v)", name, c.has, err)
			continue
		}
		if c.shell == nil {
			continue
		}
		if _, err := exec.LookPath(c.shell[0]); err != nil {
			if !testing.Short() {
				t.Errorf("%s is not installed, so %s was not read by it: make setup installs it", c.shell[0], name)
			}
			continue
		}
		if out, err := exec.Command(c.shell[0], append(c.shell[1:], file)...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// The cask installs what the archives hold.
func TestCask(t *testing.T) {
	t.Parallel()
	c := load(t).Casks[0]
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"man/smmctl.1", "completions/smmctl.bash", "completions/_smmctl", "completions/smmctl.fish", "formula: git", "skip_upload: auto", "license: Apache-2.0"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// The image is built from a pinned base, holds git, and does not run as root.
func TestImage(t *testing.T) {
	t.Parallel()
	text := read(t, "Dockerfile")
	for _, want := range []*regexp.Regexp{
		regexp.MustCompile(`(?m)^FROM alpine:\d+\.\d+$`),
		regexp.MustCompile(`(?m)^RUN apk add --no-cache .*\bgit\b`),
		regexp.MustCompile(`(?m)^COPY \$TARGETPLATFORM/smmctl /usr/local/bin/smmctl$`),
		regexp.MustCompile(`(?m)^USER [1-9]\d*:[1-9]\d*$`),
		regexp.MustCompile(`(?m)^ENTRYPOINT \["smmctl"\]$`),
	} {
		if !want.MatchString(text) {
			t.Errorf("Dockerfile: no %s", want)
		}
	}
	if got := regexp.MustCompile(`(?m)^(ADD|CMD|ENV .*TOKEN|COPY \. )`).FindString(text); got != "" {
		t.Errorf("Dockerfile: %s", got)
	}
	d := load(t).Dockers[0]
	if !slices.Equal(d.Platforms, []string{"linux/amd64", "linux/arm64"}) || !slices.Contains(d.Tags, "v{{ .Version }}") {
		t.Errorf("%+v", d)
	}
}
