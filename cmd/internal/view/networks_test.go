package view_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine/measure"
)

const (
	tableBegin = "<!-- made by `make docs` -->\n"
	tableEnd   = "<!-- end -->\n"
)

// TestDocsMeasure keeps the tables of docs/measure.md as the networks are.
// `go test -run TestDocs ./cmd/internal/view -args -write` writes them.
func TestDocsMeasure(t *testing.T) {
	t.Parallel()
	name := filepath.Join("..", "..", "..", "docs", "measure.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(page), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s has no place for the tables", name)
	}
	want := before + tableBegin + "\n" + view.NetworksTable(measure.Networks()) + "\n" + tableEnd + after
	switch {
	case *write:
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case want != string(page):
		t.Errorf("%s is not what the table of networks says: run `make docs`", name)
	}
}

// Each row of both tables has the cells of its head.
func TestNetworksTable(t *testing.T) {
	t.Parallel()
	odd := append(measure.Networks(), measure.Network{Name: "odd", Source: "a|b", Note: "<c> | d"})
	cells := 0
	for line := range strings.Lines(view.NetworksTable(odd)) {
		n := strings.Count(line, "|") - strings.Count(line, `\|`)
		if strings.HasPrefix(line, "| network ") {
			cells = n
		}
		if strings.HasPrefix(line, "|") && n != cells {
			t.Errorf("not a row: %s", line)
		}
	}
}
