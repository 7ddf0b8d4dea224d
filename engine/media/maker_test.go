package media

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// countFS counts what is opened.
type countFS struct {
	fstest.MapFS
	opened *int
}

func (c countFS) Open(name string) (fs.File, error) { *c.opened++; return c.MapFS.Open(name) }

func TestMakerRemembers(t *testing.T) {
	t.Parallel()
	opened := 0
	files := fstest.MapFS{"a.jpg": file(dirtyJPEG(t, photo(40, 20), 6))}
	a := decided(t, files, "a.jpg", Limits{Side: 16}, nil)
	dir := filepath.Join(t.TempDir(), "made")
	m := &Maker{Files: countFS{files, &opened}, Dir: dir}
	first, err := m.Make(t.Context(), a)
	if err != nil || opened == 0 {
		t.Fatal(err, opened)
	}
	opened = 0
	second, err := (&Maker{Files: m.Files, Dir: dir}).Make(t.Context(), a)
	if err != nil || opened != 0 || !bytes.Equal(first.Data, second.Data) || second.Type != first.Type || second.Width != first.Width || second.Height != first.Height {
		t.Errorf("%v, opened %d: %+v", err, opened, second)
	}
	other := a
	other.Make = &content.Make{Type: "image/jpeg", Width: 8, Height: 16}
	if third, err := m.Make(t.Context(), other); err != nil || third.Width != 8 {
		t.Errorf("another size: %+v, %v", third, err)
	}
	name, err := key(a)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	for i, spoilt := range [][]byte{nil, kept[:len(kept)-1], append(kept[:len(kept)-1:len(kept)-1], 0), []byte("{}\nx"), []byte("no")} {
		if err := os.WriteFile(filepath.Join(dir, name), spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		opened = 0
		if again, err := m.Make(t.Context(), a); err != nil || opened == 0 || !bytes.Equal(again.Data, first.Data) {
			t.Errorf("spoilt %d: %v, opened %d", i, err, opened)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, ignoreFile)); err != nil || string(b) != "*\n" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 6 {
		name := filepath.Join(dir, fmt.Sprintf("%064d", i))
		if err := os.WriteFile(name, make([]byte, 10), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(int64(1000-i), 0)
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "precious.txt"), make([]byte, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Tidy(dir, 35); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 4 || left[2].Name() != fmt.Sprintf("%064d", 2) || left[3].Name() != "precious.txt" {
		t.Errorf("%v, %v", left, err)
	}
}
