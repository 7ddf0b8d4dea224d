package validate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

var update = flag.Bool("update", false, "write docs/rules.md anew")

const rulesDoc = "../../docs/rules.md"

// docs/rules.md is the table, in words.
func TestRulesDocument(t *testing.T) {
	t.Parallel()
	want := rulesMarkdown()
	if *update {
		if err := os.WriteFile(rulesDoc, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(rulesDoc)
	if err != nil || string(got) != want {
		t.Errorf("docs/rules.md is not what the table says (%v): run go test ./engine/validate -run RulesDocument -update", err)
	}
}

func rulesMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Rules

What ` + "`smmctl validate`" + ` checks. A rule's severity can be changed in ` + "`smm.yaml`" + `, for the whole workspace:

` + "```yaml" + `
rules: {post-without-slot: off, banned-word: error}   # off, info, warning or error
` + "```" + `

An error holds the post (or the account) and what depends on it; the others go out. Rules marked *fixed* cannot be
changed: what they find cannot be published safely. Errors of rules marked *draft* are only warnings in a draft or
an idea. This page is generated from the table in ` + "`engine/validate`" + `; its test keeps it so.
`)
	stage := ""
	for _, r := range table {
		if r.Stage != stage {
			stage = r.Stage
			fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | what holds |\n|---|---|---|\n", stage)
		}
		severity := string(r.Severity)
		if r.Fixed {
			severity += ", *fixed*"
		}
		if r.Draft {
			severity += ", *draft*"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Name, severity, r.Doc)
	}
	return b.String()
}

// ruleUse finds where a rule's name is written in the sources.
var ruleUse = regexp.MustCompile(`(?:diag\.New\(|\.diag\(|\bat\(|\.word\(|\.problem\(|\.reference\(|\.fail\(|\.warn\(|\.inBody\(|Rule: +|rule :?= )"([a-z]+(?:-[a-z0-9]+)*)"|\{"([a-z]+(?:-[a-z0-9]+)+)", |"(media-[a-z-]+|[a-z-]+-unsupported)"`)

// Every rule that the sources of loading, media, rendering and validation name is in
// the table, and the table has no other.
func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	used := map[string]string{}
	for _, dir := range []string{"../load", "../media", "../render", "."} {
		for _, name := range goFiles(t, dir) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range ruleUse.FindAllStringSubmatch(string(src), -1) {
				used[m[1]+m[2]+m[3]] = name
			}
		}
	}
	rules := Rules()
	for rule, where := range used {
		if _, ok := rules[rule]; !ok {
			t.Errorf("%s names rule %q, which is not in the table", where, rule)
		}
	}
	for _, r := range table {
		if used[r.Name] == "" {
			t.Errorf("rule %q is in the table and nowhere else", r.Name)
		}
		if r.Doc == "" || r.Stage == "" || r.Severity == "" {
			t.Errorf("rule %q lacks something: %+v", r.Name, r)
		}
	}
	if len(rules) != len(table) {
		t.Error("the table has a rule twice")
	}
}

func goFiles(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	return slices.DeleteFunc(all, func(name string) bool {
		return strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "table.go" && dir == "."
	})
}

func TestSeverities(t *testing.T) {
	t.Parallel()
	list := func() diag.List {
		return diag.List{{Rule: "banned-word", Severity: diag.Warning}, {Rule: "unknown-key", Severity: diag.Error}, {Rule: "embargo", Severity: diag.Error}}
	}
	got := newSeverities(map[string]string{"banned-word": "error", "unknown-key": Off, "embargo": "info"}).all(list())
	want := []diag.Severity{diag.Error, diag.Error, diag.Error} // the others are fixed
	if len(got) != 3 || got[0].Severity != want[0] || got[1].Severity != want[1] || got[2].Severity != want[2] {
		t.Errorf("got %+v", got)
	}
	if got := newSeverities(map[string]string{"banned-word": Off}).all(list()); len(got) != 2 {
		t.Errorf("a rule that is off still speaks: %+v", got)
	}
}

func TestDraftsAreForgiven(t *testing.T) {
	t.Parallel()
	s := newSeverities(nil)
	for status, want := range map[content.Status]diag.Severity{
		content.Draft: diag.Warning, content.Idea: diag.Warning, content.Cancelled: diag.Warning,
		content.InReview: diag.Error, content.Ready: diag.Error, content.OnHold: diag.Error,
	} {
		list := diag.List{{Rule: "unknown-slot", Severity: diag.Error}, {Rule: "unknown-account", Severity: diag.Error}}
		s.soften(list, status)
		if list[0].Severity != want || list[1].Severity != diag.Error {
			t.Errorf("%s: %+v", status, list)
		}
	}
}
