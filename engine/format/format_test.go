package format

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestYAML(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		kind      Kind
		src, want string
	}{
		{"order, comments, spacing", Account,
			"# yaml-language-server: $schema=x\n# About the account.\nprovider:   site   # kind\n\n\n# Above the id.\nid: acme   \nguards: {min_gap:   30m,per_run: 5} # guards\n# the end\n\n",
			"# yaml-language-server: $schema=x\n# About the account.\n# Above the id.\nid: acme\nprovider: site   # kind\nguards: {per_run: 5, min_gap: 30m} # guards\n# the end\n"},
		{"blank lines stay between", Strategy, "brand: acme\n\n\n\nvoice:\n  avoid: [b]\n  do: [ a,b ]\n\npillars:\n  - share: 40\n    id: craft\n  # the second\n  - {max: 25, id: offers}\n",
			"brand: acme\n\npillars:\n  - id: craft\n    share: 40\n  # the second\n  - {id: offers, max: 25}\n\nvoice:\n  do: [a, b]\n  avoid: [b]\n"},
		{"long texts stay", Campaign, "goal: |\n  A\n\n    B: c   \nid: sale\ndescription: one\n  two\n", "id: sale\ndescription: one\n  two\ngoal: |\n  A\n\n    B: c   \n"},
		{"free maps keep their order", Strategy, "brand: acme\nmentions:\n  zoe: {x: \"@z\", bluesky: \"@z\"}\n  adam: {x: \"@a\"}\n", "brand: acme\nmentions:\n  zoe: {x: \"@z\", bluesky: \"@z\"}\n  adam: {x: \"@a\"}\n"},
		{"unknown keys go last", Account, "what: 1\nprovider: site\nid: acme\n", "id: acme\nprovider: site\nwhat: 1\n"},
		{"crlf is kept", Account, "\xef\xbb\xbfprovider: site\r\nid: acme\r\n", "id: acme\r\nprovider: site\r\n"},
		{"anchors are left alone", Account, "provider: &p site\nid: acme\nserver: *p\n\n\n", "provider: &p site\nid: acme\nserver: *p\n"},
		{"a group that is the whole file", Account, "{provider: site,\n id: acme}\n", "{provider: site,\n id: acme}\n"},
		{"a list over several lines", Plan, "slots: [\n  {at: 2026-12-01, id: one}, # first\n]\nmonth: 2026-12\n", "month: 2026-12\nslots: [\n  {at: 2026-12-01, id: one}, # first\n]\n"},
		{"a document mark", Account, "---\nprovider: site\nid: acme\n", "---\nid: acme\nprovider: site\n"},
		{"quotes in a list", Strategy, "brand: acme\nhashtags: {banned: ['it''s',\"a, b\" ,  don't], branded: [\"#acme\"]}\n", "brand: acme\nhashtags: {branded: [\"#acme\"], banned: ['it''s', \"a, b\", don't]}\n"},
		{"a comment above the first key of an item", Plan, "month: 2026-12\nslots:\n  - at: 2026-12-01\n    # named\n    id: one\n", "month: 2026-12\nslots:\n  - at: 2026-12-01\n    # named\n    id: one\n"},
		{"comments alone", Account, "# a\n\n\n\n# b\n\n", "# a\n\n\n\n# b\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := YAML([]byte(tt.src), tt.kind)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot:\n%s\nwant:\n%s", err, got, tt.want)
			}
			again, err := YAML(got, tt.kind)
			if err != nil || string(again) != string(got) {
				t.Errorf("again: %v\n%s", err, again)
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		kind      Kind
		src, want string
	}{
		{"body untouched", Post, "\xef\xbb\xbf---  \nstatus: ready\nid: sale\n---\n\n\n  a  \n\n---\n\n\n\nb", "---\nid: sale\nstatus: ready\n---\n\n\n  a  \n\n---\n\n\n\nb\n"},
		{"no body", Post, "---\nstatus: ready\nid: sale\n---\n\n\n", "---\nid: sale\nstatus: ready\n---\n"},
		{"crlf", Post, "---\r\nstatus: ready\r\nid: sale\r\n---\r\na\r\n\r\n", "---\r\nid: sale\r\nstatus: ready\r\n---\r\na\r\n"},
		{"no keys", Variant, "---\n---\na\n\n", "---\n---\na\n"},
		{"no front matter", Variant, "a\n\n", "a\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Markdown([]byte(tt.src), tt.kind)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot:\n%q\nwant:\n%q", err, got, tt.want)
			}
		})
	}
	var e *Error
	if _, err := Markdown([]byte("---\nid: [\n---\n"), Post); !errors.As(err, &e) || e.Diagnostics[0].Line != 2 {
		t.Errorf("a file that cannot be read: %v", err)
	}
	if _, err := Markdown([]byte("a\n"), Post); !errors.As(err, &e) {
		t.Errorf("a post without front matter: %v", err)
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Kind{
		"smm.yaml": Workspace, "strategies/a/strategy.yaml": Strategy, "strategies/a/playbook.yaml": Playbook, "strategies/a/accounts/b.yaml": Account,
		"strategies/a/campaigns/b.yaml": Campaign, "content/a/2026-12/plan.yaml": Plan, "content/a/2026-12/b.md": Post, "content/a/2026-12/b.fr.md": Variant,
		"content/a/2026-12/README.md": "", "docs/a.md": "", "content/a/2026-12/media/a.md": "", "strategies/a/x.yaml": "",
	} {
		if got, ok := KindOf(name); got != want || ok != (want != "") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestSetFrontMatter(t *testing.T) {
	t.Parallel()
	const post = "---\n# top\nid: sale   # for life\nstatus: draft # soon\n\n# the slot\nslot: \"a\"\nreason: |\n  long\n  text\ntags: [x]\n---\nBody\n"
	tests := []struct{ name, src, key, value, want string }{
		{"change", post, "status", "ready", "---\n# top\nid: sale   # for life\nstatus: ready # soon\n\n# the slot\nslot: \"a\"\nreason: |\n  long\n  text\ntags: [x]\n---\nBody\n"},
		{"change quoted", post, "slot", "b", "---\n# top\nid: sale   # for life\nstatus: draft # soon\n\n# the slot\nslot: b\nreason: |\n  long\n  text\ntags: [x]\n---\nBody\n"},
		{"change a block", post, "reason", "short", "---\n# top\nid: sale   # for life\nstatus: draft # soon\n\n# the slot\nslot: \"a\"\nreason: short\ntags: [x]\n---\nBody\n"},
		{"remove", post, "slot", "", "---\n# top\nid: sale   # for life\nstatus: draft # soon\n\n# the slot\nreason: |\n  long\n  text\ntags: [x]\n---\nBody\n"},
		{"remove what is not there", post, "pillar", "", post},
		{"add in its place", post, "publish_at", "2026-12-03T09:30", "---\n# top\nid: sale   # for life\npublish_at: 2026-12-03T09:30\nstatus: draft # soon\n\n# the slot\nslot: \"a\"\nreason: |\n  long\n  text\ntags: [x]\n---\nBody\n"},
		{"add at the end", "---\nid: sale\n---", "republish", "2", "---\nid: sale\nrepublish: 2\n---"},
		{"add to nothing", "\xef\xbb\xbf---\r\n---\r\nBody", "id", "sale", "\xef\xbb\xbf---\r\nid: sale\r\n---\r\nBody"},
		{"crlf", "---\r\nid: sale\r\n---\r\nBody\r\n", "retract", "true", "---\r\nid: sale\r\nretract: true\r\n---\r\nBody\r\n"},
		{"quotes where they are needed", "---\nid: sale\n---\n", "first_comment", "#a: b", "---\nid: sale\nfirst_comment: \"#a: b\"\n---\n"},
		{"a number as text", "---\nid: sale\n---\n", "pillar", "2026", "---\nid: sale\npillar: \"2026\"\n---\n"},
		{"a date as text", "---\nid: sale\n---\n", "slot", "2026-12-03", "---\nid: sale\nslot: 2026-12-03\n---\n"},
		{"no value yet", "---\nid: sale\nslot:   # which?\n---\n", "slot", "a", "---\nid: sale\nslot: a   # which?\n---\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := SetFrontMatter([]byte(tt.src), tt.key, tt.value)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot:\n%q\nwant:\n%q", err, got, tt.want)
			}
		})
	}
	for key, value := range map[string]string{"tags": "x", "accounts": "x", "whatever": "x", "republish": "two", "retract": "maybe", "slot": "\xff"} {
		if _, err := SetFrontMatter([]byte(post), key, value); err == nil {
			t.Errorf("%s: %q was accepted", key, value)
		}
	}
	if _, err := SetFrontMatter([]byte("---\nslot: [a]\n---\n"), "slot", "b"); !errors.Is(err, ErrNotScalar) {
		t.Errorf("a list for a scalar: %v", err)
	}
}

// The contract's examples keep their meaning and their comments.
func TestContractFiles(t *testing.T) {
	t.Parallel()
	root := "../load/testdata/contract"
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		kind, ok := KindOf(filepath.ToSlash(rel))
		src, err := os.ReadFile(name)
		if err != nil || !ok {
			t.Errorf("%s: %v", name, err)
			return nil
		}
		same(t, src, kind)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
