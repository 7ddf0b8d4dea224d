package engine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTrunk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config string
		want   Trunk
	}{
		"what holds where nothing is said": {"format: 1\ntimezone: UTC\nledger: {id: a}\n", Trunk{"origin", "main", "smm-ledger"}},
		"everything said":                  {"format: 1\ntimezone: UTC\nbranch: live\nledger: {id: a, remote: hub, branch: book}\n", Trunk{"hub", "live", "book"}},
		"none":                             {"format: 1\ntimezone: UTC\nledger: {id: a, remote: none}\n", Trunk{"", "main", "smm-ledger"}},
		"unreadable":                       {"format: [\n", Trunk{"origin", "main", "smm-ledger"}},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "smm.yaml"), []byte(c.config), 0o644); err != nil {
			t.Fatal(err)
		}
		e, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Trunk(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
