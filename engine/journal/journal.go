// Package journal is the local, synced journal of a run: what has become of each
// Key since the run's first commit to the ledger, so that a process that dies
// before its last commit loses nothing on the machine that it ran on. It holds
// one NDJSON line a record, each on disk before Append returns. It imports
// ledger, disk and the standard library.
package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/internal/disk"
	"github.com/smmctl/smmctl/engine/ledger"
)

// Errors that callers match.
var (
	ErrForeign = errors.New("the journal is another ledger's")
	ErrCorrupt = errors.New("the journal cannot be read")
)

// FileName is the journal's file in its folder.
const FileName = "journal.ndjson"

// maxSize bounds what Read takes in; a record is about 2 KB.
const maxSize = 256 << 20

// Record is one step of a run: an entry as it stands then. The time is the
// caller's clock's.
type Record struct {
	Run   string        `json:"run"`
	Time  time.Time     `json:"time"`
	Entry *ledger.Entry `json:"entry"`
}

// header is the first line: whose journal it is.
type header struct {
	Journal int    `json:"journal"` // the format's version
	Ledger  string `json:"ledger"`
}

const version = 1

// Journal appends records. It is safe for concurrent use within one process; the
// ledger's lease keeps other processes away.
type Journal struct {
	mu   sync.Mutex
	path string
	id   string
	file *os.File // nil until the first Append
}

// Open takes dir (made when it is needed, usually .git/smmctl) for the journal of
// a ledger. A journal that another ledger has left there is refused, for its
// records would be recorded in the wrong place.
func Open(dir, ledgerID string) (*Journal, error) {
	j := &Journal{path: filepath.Join(dir, FileName), id: ledgerID}
	_, err := j.Read()
	return j, err
}

// Append adds a record and waits until it is on disk.
func (j *Journal) Append(r Record) error {
	line, err := encode(r)
	if err != nil {
		return fmt.Errorf("%s: %w", FileName, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		if err := j.start(); err != nil {
			return err
		}
	}
	_, err = j.file.Write(line)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// The line may be there in part: the next Append begins with mending it.
		_ = j.file.Close()
		j.file = nil
	}
	return err
}

// start opens the file to append to: with its header, and without the torn line
// that a crash may have left.
func (j *Journal) start() error {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := j.mend(f); err != nil {
		return errors.Join(err, f.Close())
	}
	j.file = f
	return nil
}

// mend cuts f after its last whole line and stands there.
func (j *Journal) mend(f *os.File) error {
	data, err := readAll(f)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	if _, err := j.parse(data[:whole]); err != nil {
		return err
	}
	if err := f.Truncate(int64(whole)); err != nil {
		return err
	}
	if _, err := f.Seek(int64(whole), io.SeekStart); err != nil {
		return err
	}
	if whole == 0 {
		line, err := encode(header{version, j.id})
		if err != nil {
			return err
		}
		if _, err := f.Write(line); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return disk.SyncDir(filepath.Dir(j.path))
}

// Read returns the records, oldest first; none where there is no journal. A last
// line that a crash has torn is left out: its Append never returned.
func (j *Journal) Read() ([]Record, error) {
	f, err := os.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := readAll(f)
	if err != nil {
		return nil, err
	}
	return j.parse(data[:bytes.LastIndexByte(data, '\n')+1])
}

// parse reads whole lines.
func (j *Journal) parse(data []byte) ([]Record, error) {
	var records []Record
	for n := 1; len(data) > 0; n++ {
		end := bytes.IndexByte(data, '\n') + 1
		text := data[:end]
		data = data[end:]
		if n == 1 {
			if err := j.checkHeader(text); err != nil {
				return nil, err
			}
			continue
		}
		var r Record
		if err := json.Unmarshal(text, &r); err != nil || r.Entry == nil {
			return nil, fmt.Errorf("%s:%d: %w: not a record", FileName, n, ErrCorrupt)
		}
		records = append(records, r)
	}
	return records, nil
}

func (j *Journal) checkHeader(text []byte) error {
	var h header
	if err := json.Unmarshal(text, &h); err != nil {
		return fmt.Errorf("%s:1: %w: %w", FileName, ErrCorrupt, err)
	}
	if h.Journal != version {
		return fmt.Errorf("%s:1: %w: version %d, this program knows %d", FileName, ErrCorrupt, h.Journal, version)
	}
	if h.Ledger != j.id {
		return fmt.Errorf("%s: %w: of %q, wanted %q", FileName, ErrForeign, h.Ledger, j.id)
	}
	return nil
}

// Clear removes the journal, once its records are in the ledger.
func (j *Journal) Clear() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.closeFile()
	if e := os.Remove(j.path); e != nil && !errors.Is(e, fs.ErrNotExist) {
		return errors.Join(err, e)
	}
	if _, e := os.Stat(filepath.Dir(j.path)); e == nil {
		err = errors.Join(err, disk.SyncDir(filepath.Dir(j.path)))
	}
	return err
}

// Close gives the file back; its records stay.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.closeFile()
}

func (j *Journal) closeFile() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

func readAll(f *os.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxSize {
		return nil, fmt.Errorf("%s: %w: %d bytes", FileName, ErrCorrupt, info.Size())
	}
	return io.ReadAll(f)
}
