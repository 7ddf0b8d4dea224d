package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A step's page never grows beyond what the forge shows of it.
func TestSummaryIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, adds int
		want         int
	}{
		"first":           {0, 100, 102},
		"after others":    {5000, 100, 5102},
		"all of it":       {0, maxSummary - 2, maxSummary},
		"a byte too many": {0, maxSummary - 1, 0},
		"filled":          {maxSummary - 1000, 10, maxSummary - 1000},
	} {
		page := filepath.Join(t.TempDir(), "page.md")
		if err := os.WriteFile(page, []byte(strings.Repeat("x", c.before)), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := addSummary(page, func(int) string { return strings.Repeat("y", c.adds) }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		b, err := os.ReadFile(page)
		if err != nil || len(b) != c.want {
			t.Errorf("%s: %d bytes, want %d, %v", name, len(b), c.want, err)
		}
	}
	if err := addSummary("", nil); err != nil {
		t.Error(err)
	}
	if err := addSummary(t.TempDir(), nil); err == nil {
		t.Error("a folder is no page")
	}
}
