package validate

import (
	"io/fs"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/media"
)

// maxMemo bounds how many files' descriptions are kept at one time: a logo that
// a thousand posts carry is read once, and a hundred thousand photographs do
// not fill the memory.
const maxMemo = 4096

// mediaMemo remembers what media files are.
type mediaMemo struct {
	mu     sync.Mutex
	byPath map[string]mediaResult
}

type mediaResult struct {
	a   content.Attachment
	err error
}

func newMediaMemo() *mediaMemo { return &mediaMemo{byPath: map[string]mediaResult{}} }

func (m *mediaMemo) probe(fsys fs.FS, path string) (content.Attachment, error) {
	m.mu.Lock()
	r, ok := m.byPath[path]
	m.mu.Unlock()
	if ok {
		return r.a, r.err
	}
	a, err := media.Probe(fsys, path)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.byPath) >= maxMemo {
		clear(m.byPath)
	}
	m.byPath[path] = mediaResult{a, err}
	return a, err
}
