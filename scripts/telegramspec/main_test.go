package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const api1 = `{"version":"Bot API 99.1","release_date":"May 1, 2030",
"methods":{"send":{"fields":[
  {"name":"chat_id","types":["Integer","String"],"required":true},
  {"name":"text","types":["String"],"required":false},
  {"name":"media","types":["Array of PhotoIn","Array of StickerIn"],"required":false},
  {"name":"unused","types":["Boolean"],"required":false}]}},
"types":{"PhotoIn":{"fields":[{"name":"type","types":["String"],"required":true}]},"AnyIn":{"subtypes":["PhotoIn","StickerIn"]}}}`

// TestAnew: what the table names keeps its place and gets its types; what is
// required is added; what is gone is an error.
func TestAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table, file := filepath.Join(dir, "spec.txt"), filepath.Join(dir, "api.json")
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(file, api1)
	put(table, "# old\nsend\n  media Old\n  text! Old\nAnyIn\nPhotoIn\n")
	if err := run(table, "some source @abc", file); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(got), "\nsend\n")
	if want := "  chat_id! Integer|String\n  text String\n  media Array of PhotoIn\nAnyIn PhotoIn\nPhotoIn\n  type! String\n"; rest != want {
		t.Errorf("%s\nwant %s", rest, want)
	}
	if head := string(got); !strings.HasPrefix(head, "# Bot API 99.1 (May 1, 2030), from some source @abc") {
		t.Errorf("%s", head)
	}
	for name, text := range map[string]string{"a method": "sent\n", "a field": "send\n  txet String\n"} {
		put(table, text)
		if err := run(table, "some source @abc", file); err == nil {
			t.Errorf("%s that is gone is no error", name)
		}
	}
}

// TestUsage: a table says where it is from, so that it cannot be made without.
func TestUsage(t *testing.T) {
	t.Parallel()
	for _, given := range [][2]string{{"", "api.json"}, {"some source @abc", ""}} {
		if err := run("spec.txt", given[0], given[1]); err == nil || !strings.Contains(err.Error(), "usage") {
			t.Errorf("source %q, file %q: %v", given[0], given[1], err)
		}
	}
}
