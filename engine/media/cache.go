package media

import (
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// maxCached bounds how many descriptions are kept at one time: a logo that a
// thousand posts carry is read once, and a hundred thousand photographs do not
// fill the memory.
const maxCached = 4096

// Cache remembers descriptions of one file system's files by path, size and time
// of change, so that a file shared by many posts is read once. The zero Cache is
// empty and ready. It may be used from several goroutines.
type Cache struct {
	// Films describes a film that Probe cannot: WebM, and what it knows no codec of.
	// Nil: nobody does.
	Films func(io.Reader) (Film, error)

	mu   sync.Mutex
	seen map[cacheKey]content.Attachment
}

type cacheKey struct {
	path     string
	size     int64
	modified time.Time
}

// Probe is the package's Probe, remembered. Errors are not.
func (c *Cache) Probe(fsys fs.FS, name string) (content.Attachment, error) {
	info, err := stat(fsys, name)
	if err != nil {
		return content.Attachment{}, fmt.Errorf("%s: %w", name, err)
	}
	key := cacheKey{name, info.Size(), info.ModTime().UTC()}
	c.mu.Lock()
	a, ok := c.seen[key]
	c.mu.Unlock()
	if ok {
		return a, nil
	}
	a, err = read(fsys, name)
	if err != nil {
		return a, err
	}
	c.film(fsys, &a)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= maxCached {
		c.seen = map[cacheKey]content.Attachment{}
	}
	c.seen[key] = a
	return a, nil
}

// Film is what another program knows of a film.
type Film struct {
	Duration      time.Duration
	Codec         string
	Width, Height int
}

// film fills in what only another program knows. That it does not know is no
// error.
func (c *Cache) film(fsys fs.FS, a *content.Attachment) {
	if c.Films == nil || !strings.HasPrefix(a.Type, "video/") || a.Traits.Codec != "" {
		return
	}
	f, err := fsys.Open(a.File)
	if err != nil {
		return
	}
	defer f.Close()
	film, err := c.Films(f)
	if err != nil {
		return
	}
	a.Traits.Duration, a.Traits.Codec = film.Duration, film.Codec
	a.Width, a.Height = film.Width, film.Height
}
