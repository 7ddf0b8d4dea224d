package markdown

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/smmctl/smmctl/engine"
)

var update = flag.Bool("update", false, "write the golden files")

// The golden files are to be looked at, on a forge: what reviewers see.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*engine.Review{"nothing": empty(), "busy": busy(), "languages": languages()} {
		body, full, cut := Comment(r, Options{Workspace: map[string]string{"busy": "brands/acme"}[name]})
		if cut || body != full {
			t.Errorf("%s: cut, although it is short", name)
		}
		file := filepath.Join("testdata", name+".md")
		if *update {
			if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if body != string(want) {
			t.Errorf("%s: differs from its golden file; go test -update writes it:\n%s", name, body)
		}
	}
}
