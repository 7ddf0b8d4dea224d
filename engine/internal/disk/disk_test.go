package disk_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/smmctl/smmctl/engine/internal/disk"
)

// holds checks that the folder has the one file, with this text.
func holds(t *testing.T, name, text string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || string(got) != text {
		t.Errorf("%q, %v, want %q", got, err, text)
	}
	if found, err := os.ReadDir(filepath.Dir(name)); err != nil || len(found) != 1 {
		t.Errorf("%v, %v: something is left", found, err)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a.json")
	for _, text := range []string{"one", "another"} {
		if err := disk.Replace(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		holds(t, name, text)
	}
	info, err := os.Stat(name)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := disk.Replace(filepath.Join(name, "below"), nil, 0o600); err == nil {
		t.Error("below a file")
	}
}

// Whoever has the old file open keeps it: it is not written over.
func TestReplaceLeavesReadersTheOldFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be replaced there")
	}
	name := filepath.Join(t.TempDir(), "a.json")
	if err := disk.Replace(name, []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := disk.Replace(name, []byte("another"), 0o644); err != nil {
		t.Fatal(err)
	}
	if old, err := io.ReadAll(f); string(old) != "one" || err != nil {
		t.Errorf("%q, %v", old, err)
	}
}

func TestReplaceBy(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "a.json")
	broken := errors.New("broken")
	write := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, text)
			return err
		}
	}
	if err := disk.ReplaceBy(name, 0o644, write("one", nil)); err != nil {
		t.Fatal(err)
	}
	if err := disk.ReplaceBy(name, 0o644, write("half of ano", broken)); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	holds(t, name, "one")
}

func TestSyncDir(t *testing.T) {
	t.Parallel()
	if err := disk.SyncDir(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := disk.SyncDir(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
