package view_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"

	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider/all"
)

var write = flag.Bool("write", false, "write the documentation instead of comparing it")

// TestDocsProviders keeps docs/providers/README.md as the drivers are.
// `go test -run TestDocs ./cmd/internal/view -args -write` writes it.
func TestDocsProviders(t *testing.T) {
	t.Parallel()
	name := filepath.Join("..", "..", "..", "docs", "providers", "README.md")
	want := view.ProvidersPage(all.Drivers())
	if *write {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the providers say (%v): run `make docs`", name, err)
	}
}

func TestProvidersJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := view.JSON(&b, view.Providers(all.Drivers())); err != nil {
		t.Fatal(err)
	}
	var got struct {
		FormatVersion int `json:"format_version"`
		Providers     []struct {
			Name, Facility       string
			Capabilities, Limits map[string]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.FormatVersion != 1 || len(got.Providers) != len(all.Drivers()) {
		t.Fatalf("got %s", b.String())
	}
	for _, p := range got.Providers {
		for k, v := range p.Limits {
			if v == nil {
				t.Errorf("%s: limits.%s is null", p.Name, k)
			}
		}
		for k, v := range p.Capabilities {
			if v == nil {
				t.Errorf("%s: capabilities.%s is null", p.Name, k)
			}
		}
		for _, k := range []string{"visibility_delay", "key_lifetime"} {
			if _, err := content.ParseDuration(p.Capabilities[k].(string)); err != nil {
				t.Errorf("%s: capabilities.%s: %v", p.Name, k, err)
			}
		}
	}
}

// What comes from a platform's data cannot break the table that it stands in.
func TestProvidersPage(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(view.ProvidersPage(all.Drivers())) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != len(all.Drivers())+2 {
			t.Errorf("not a row: %s", line)
		}
	}
}
