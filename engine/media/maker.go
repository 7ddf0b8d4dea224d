package media

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/internal/disk"
)

// maxMade is how many bytes of made files are kept.
const maxMade = 1 << 30

// Maker makes files and remembers them in a folder, which may be deleted at any
// time. One picture is decoded at a time: that bounds the memory. It may be used
// from several goroutines.
type Maker struct {
	Files fs.FS
	// Dir is the folder; empty: nothing is remembered.
	Dir string
	// Most is how many bytes are kept there; 0: 1 GB.
	Most int64

	mu sync.Mutex
}

// Make is the package's Make, remembered by the digests of the file and of what
// is done to it.
func (m *Maker) Make(ctx context.Context, a content.Attachment) (Made, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Made{}, err
	}
	name, err := key(a)
	if err != nil || m.Dir == "" || a.SHA256 == "" || a.Make == nil {
		return Make(m.Files, a)
	}
	if made, ok := m.find(name); ok {
		return made, nil
	}
	made, err := Make(m.Files, a)
	if err == nil {
		_ = m.keep(name, made) // that it could not be kept makes the next time slower
	}
	return made, err
}

// entry is the line before a kept file's bytes.
type entry struct {
	SHA256 string `json:"sha256"` // of the bytes
	Type   string `json:"type"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// find returns a kept file, unless it was damaged meanwhile.
func (m *Maker) find(name string) (Made, bool) {
	f, err := os.Open(filepath.Join(m.Dir, name))
	if err != nil {
		return Made{}, false
	}
	defer f.Close()
	all, err := io.ReadAll(io.LimitReader(f, 2*MaxPicture))
	head, data, ok := bytes.Cut(all, []byte{'\n'})
	var e entry
	if err != nil || !ok || json.Unmarshal(head, &e) != nil || digest(data) != e.SHA256 {
		return Made{}, false
	}
	return Made{e.Type, e.Width, e.Height, data}, true
}

func (m *Maker) keep(name string, made Made) error {
	head, err := json.Marshal(entry{digest(made.Data), made.Type, made.Width, made.Height})
	if err != nil {
		return err
	}
	if err := Folder(m.Dir); err != nil {
		return err
	}
	err = disk.ReplaceBy(filepath.Join(m.Dir, name), 0o644, func(w io.Writer) error {
		_, err := w.Write(append(append(head, '\n'), made.Data...))
		return err
	})
	return errors.Join(err, Tidy(m.Dir, cmp.Or(m.Most, maxMade)))
}

const ignoreFile = ".gitignore"

// Folder makes a folder for what can be made again, which Git does not see.
func Folder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(dir, ignoreFile)
	if _, err := os.Stat(ignore); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return disk.ReplaceBy(ignore, 0o644, func(w io.Writer) error {
		_, err := io.WriteString(w, "*\n")
		return err
	})
}

// ownName is what files are kept under: digests.
var ownName = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Tidy removes a folder's oldest files until the rest has at most so many bytes.
func Tidy(dir string, most int64) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var files []fs.FileInfo
	total := int64(0)
	for _, d := range list {
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || !ownName.MatchString(d.Name()) {
			continue // not ours, or another process has removed it
		}
		files = append(files, info)
		total += info.Size()
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if total <= most {
			break
		}
		total -= f.Size()
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
