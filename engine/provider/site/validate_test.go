//go:build integration

package site

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestValidHTML holds every page against html-validate (npm, pinned by
// testdata/validate/package-lock.json). It needs node and npm, and installs the
// validator by itself.
func TestValidHTML(t *testing.T) {
	t.Parallel()
	tool := t.TempDir()
	must(t, os.CopyFS(tool, os.DirFS(filepath.Join("testdata", "validate"))))
	run(t, tool, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")

	w := newWorld(t)
	demo(w, w.open())
	bare := newWorld(t)
	bare.cfg.Account.Options = nil
	demo(bare, bare.open())
	for _, s := range []*world{w, bare} {
		args := []string{"--max-warnings", "0", "--config", filepath.Join(tool, ".htmlvalidate.json")}
		for f := range s.tree() {
			if filepath.Ext(f) == ".html" {
				args = append(args, filepath.Join(s.out, filepath.FromSlash(f)))
			}
		}
		run(t, tool, filepath.Join(tool, "node_modules", ".bin", "html-validate"), args...)
	}
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
}
