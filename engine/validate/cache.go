package validate

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/internal/disk"
	"github.com/smmctl/smmctl/schemas"
)

// Cache keeps what a run found for the next one, in parts. It may be deleted at
// any time, and whatever is wrong with it, a check is only slower.
type Cache interface {
	// Open returns a part as it was saved last. Any error stands for nothing.
	Open(part string) (io.ReadCloser, error)
	// Save replaces a part by what write writes, or leaves it where write fails.
	Save(part string, write func(io.Writer) error) error
}

// DirCache keeps the cache in a folder of its own, ignored by Git.
type DirCache string

// Open opens a part's file.
func (d DirCache) Open(part string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(string(d), part))
}

// Save replaces a part's file.
func (d DirCache) Save(part string, write func(io.Writer) error) error {
	if err := os.MkdirAll(string(d), 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(string(d), ".gitignore")
	if _, err := os.Stat(ignore); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(ignore, []byte("*\n"), 0o644); err != nil {
			return err
		}
	}
	return disk.ReplaceBy(filepath.Join(string(d), part), 0o644, write)
}

// The file is a header (magic, epoch), then a record a post, in the order of
// paths: its path, its unit, and a sum of both against damage.
const (
	cacheMagic = "smmctl-validate-4\n"
	maxRecord  = 4 << 20
)

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// epoch is a digest of all that units were made with but their own files:
// another one makes the whole cache void.
func (c *checker) epoch() (string, error) {
	drivers := map[string][]string{}
	for name, d := range c.o.Drivers {
		drivers[name] = []string{d.PostOptions, d.AccountOptions}
	}
	basis := []any{
		cacheMagic, c.o.Version, content.RendererVersion, c.scope.Config, c.scope.Accounts, c.scope.Strategies,
		c.scope.Campaigns, c.names.unread, c.o.Drivers, drivers, c.o.Limits,
	}
	b, err := json.Marshal(basis)
	if err != nil {
		return "", err
	}
	return content.Digest(string(b), schemaDigest()), nil
}

func schemaDigest() string {
	var parts []string
	_ = fs.WalkDir(schemas.FS, ".", func(path string, d fs.DirEntry, err error) error { // an embedded file system does not fail
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(schemas.FS, path)
		parts = append(parts, path, string(b))
		return err
	})
	return content.Digest(parts...)
}

// cachePart is the part for posts. A work tree and a revision have one each: they
// tell changed files by different means, and would void each other's.
func (c *checker) cachePart() string {
	if stampOf(c.ws.FS, c.ws.Config.Path).blob != "" {
		return "posts-of-revision"
	}
	return "posts"
}

// cacheReader gives the saved units back, in order. A nil one gives none.
type cacheReader struct {
	file     io.Closer
	r        *bufio.Reader
	path     string // of the record that was read last
	unit     string
	done     bool
	leftover bool // there were units that nobody asked for
}

// openCache opens the cache where it was made with the same things.
func (c *checker) openCache() *cacheReader {
	none := &cacheReader{done: true}
	if c.o.Cache == nil {
		return none
	}
	epoch, err := c.epoch()
	if err != nil { // a value that has no JSON form, such as .nan: no cache then
		c.o.Cache = nil
		return none
	}
	c.cacheEpoch = epoch
	return openPart(c.o.Cache, c.cachePart(), epoch)
}

// openPart opens a part where its header is of this epoch. What is of another is
// left over.
func openPart(cache Cache, part, epoch string) *cacheReader {
	f, err := cache.Open(part)
	if err != nil {
		return &cacheReader{done: true}
	}
	r := bufio.NewReaderSize(f, 64<<10)
	head := make([]byte, len(cacheMagic)+len(epoch))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != cacheMagic+epoch {
		_ = f.Close()
		return &cacheReader{done: true, leftover: true}
	}
	return &cacheReader{file: f, r: r}
}

func (r *cacheReader) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}

// find returns the saved unit of a post, or "". Paths are asked for in order.
func (r *cacheReader) find(path string) string {
	for !r.done && r.path < path {
		if r.unit != "" {
			r.leftover = true
		}
		r.next()
	}
	if r.done || r.path != path {
		return ""
	}
	unit := r.unit
	r.unit = ""
	return unit
}

// finish looks whether units are left that nobody asked for.
func (r *cacheReader) finish() {
	if !r.done && r.unit != "" {
		r.leftover = true
	}
	for !r.done && !r.leftover {
		r.next()
		r.leftover = !r.done
	}
}

func (r *cacheReader) next() {
	r.path, r.unit = "", ""
	path, ok := r.bytes()
	unit, ok2 := r.bytes()
	var sum [4]byte
	_, err := io.ReadFull(r.r, sum[:])
	if !ok || !ok2 || err != nil || binary.LittleEndian.Uint32(sum[:]) != recordSum(path, unit) {
		r.done = true
		return
	}
	r.path, r.unit = string(path), string(unit)
}

func (r *cacheReader) bytes() ([]byte, bool) {
	n, err := binary.ReadUvarint(r.r)
	if err != nil || n == 0 || n > maxRecord {
		return nil, false
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r.r, b)
	return b, err == nil
}

func recordSum(path, unit []byte) uint32 {
	return crc32.Update(crc32.Checksum(path, crcTable), crcTable, unit)
}

// mendCache writes the units that are new among those that the old cache has.
// That it could not be written is no failure of the check: the next is slower.
func (c *checker) mendCache() {
	if c.o.Cache == nil {
		return
	}
	old := openPart(c.o.Cache, c.cachePart(), c.cacheEpoch)
	defer old.close()
	_ = savePart(c.o.Cache, c.cachePart(), c.cacheEpoch, func(put func(path, unit string) error) error {
		for i := range c.units {
			u := &c.units[i]
			saved := old.find(u.path)
			if err := put(u.path, cmp.Or(u.encoded, saved)); err != nil {
				return err
			}
		}
		return nil
	})
}

// savePart writes a part: its header, then what each puts.
func savePart(cache Cache, part, epoch string, each func(put func(path, unit string) error) error) error {
	return cache.Save(part, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 64<<10)
		if _, err := b.WriteString(cacheMagic + epoch); err != nil {
			return err
		}
		err := each(func(path, unit string) error { return writeRecord(b, path, unit) })
		return errors.Join(err, b.Flush())
	})
}

func writeRecord(w io.Writer, path, unit string) error {
	if path == "" || unit == "" || len(unit) > maxRecord {
		return nil
	}
	var b bytes.Buffer
	for _, s := range []string{path, unit} {
		b.Write(binary.AppendUvarint(nil, uint64(len(s))))
		b.WriteString(s)
	}
	b.Write(binary.LittleEndian.AppendUint32(nil, recordSum([]byte(path), []byte(unit))))
	_, err := w.Write(b.Bytes())
	return err
}
