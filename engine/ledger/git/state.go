package git

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// state is the ledger at one commit, with the trees to build the next one from.
type state struct {
	commit   plumbing.Hash // zero: not started
	format   format
	root     []object.TreeEntry
	shards   []object.TreeEntry
	snapshot *ledger.Snapshot
}

// newState is a ledger before its first commit.
func newState(id string) *state {
	return &state{
		format: format{formatVersion, formatVersion, shardCount, id},
		snapshot: &ledger.Snapshot{
			ID: id, Entries: map[content.Key]*ledger.Entry{}, Accounts: map[string]ledger.Pin{},
		},
	}
}

// load reads a commit's ledger.
func (l *Ledger) load(ctx context.Context, commit plumbing.Hash) (*state, error) {
	var st *state
	err := l.objects(ctx, func(s *filesystem.Storage) (err error) {
		if st, err = loadTrees(s, commit, l.opts.ID); err != nil {
			return err
		}
		if err := st.loadFiles(s); err != nil {
			return err
		}
		return st.loadEntries(ctx, s)
	})
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", l.opts.Branch, err)
	}
	return st, nil
}

// loadTrees reads the outline of a ledger: its format and what files it has.
func loadTrees(s *filesystem.Storage, commit plumbing.Hash, id string) (*state, error) {
	c, err := object.GetCommit(s, commit)
	if err != nil {
		return nil, missingObject(commit.String(), err)
	}
	root, err := object.GetTree(s, c.TreeHash)
	if err != nil {
		return nil, missingObject(commit.String(), err)
	}
	st := newState(id)
	st.commit, st.root, st.snapshot.Revision = commit, root.Entries, commit.String()
	at := find(st.root, formatFile)
	if at < 0 {
		return nil, fmt.Errorf("%w: the branch has no %s", ledger.ErrForeign, formatFile)
	}
	data, err := readBlob(s, st.root[at].Hash)
	if err != nil {
		return nil, missingObject(formatFile, err)
	}
	if st.format, err = parseFormat(data, id); err != nil {
		return nil, err
	}
	if at := find(st.root, entriesDir); at >= 0 {
		tree, err := object.GetTree(s, st.root[at].Hash)
		if err != nil {
			return nil, missingObject(entriesDir, err)
		}
		st.shards = tree.Entries
	}
	return st, nil
}

// missingObject says which part of the ledger this clone cannot read.
func missingObject(name string, err error) error {
	if errors.Is(err, ledger.ErrCorrupt) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s: %w: %w", name, ledger.ErrCorrupt, err)
}

func find(entries []object.TreeEntry, name string) int {
	return slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == name })
}

func (st *state) loadFiles(s *filesystem.Storage) error {
	for _, name := range []string{leaseFile, freezesFile, accountsFile, approvalsFile, pullsFile, toldFile} {
		at := find(st.root, name)
		if at < 0 {
			continue
		}
		data, err := readBlob(s, st.root[at].Hash)
		if err != nil {
			return missingObject(name, err)
		}
		if err := decodeRoot(st.snapshot, name, data); err != nil {
			return err
		}
	}
	if st.snapshot.Accounts == nil { // accounts.json held null
		st.snapshot.Accounts = map[string]ledger.Pin{}
	}
	return nil
}

// shardFile is one shard on its way from the object store to its entries.
type shardFile struct {
	index   int
	data    []byte
	entries []*ledger.Entry
	err     error
}

// loadEntries reads the shards one after another, as the object store wants it,
// and decodes them beside that, which is most of the work.
func (st *state) loadEntries(ctx context.Context, s *filesystem.Storage) error {
	files := make([]shardFile, len(st.shards))
	work := make(chan *shardFile)
	var decoders sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 8) {
		decoders.Go(func() {
			for f := range work {
				f.entries, f.err = decodeShard(f.data, f.index, st.format.Shards)
				f.data = nil
			}
		})
	}
	for i := range files {
		if files[i].err = ctx.Err(); files[i].err == nil {
			files[i].index, files[i].data, files[i].err = st.readShard(s, st.shards[i])
		}
		if files[i].err != nil {
			break
		}
		work <- &files[i]
	}
	close(work)
	decoders.Wait()
	total := 0
	for i := range files {
		if files[i].err != nil {
			return files[i].err
		}
		total += len(files[i].entries)
	}
	st.snapshot.Entries = make(map[content.Key]*ledger.Entry, total)
	for i := range files {
		addTo(st.snapshot.Entries, files[i].entries)
	}
	return nil
}

// readShard reads one file of entries/; a file that is no shard is an error, for
// it may hold entries that were meant to count.
func (st *state) readShard(s *filesystem.Storage, e object.TreeEntry) (int, []byte, error) {
	name := path.Join(entriesDir, e.Name)
	number, ok := strings.CutSuffix(e.Name, ".ndjson")
	index, err := strconv.Atoi(number)
	if !ok || err != nil || index < 0 || index >= st.format.Shards || shardName(index) != e.Name || e.Mode != filemode.Regular {
		return 0, nil, fmt.Errorf("%s: %w: not a shard", name, ledger.ErrCorrupt)
	}
	data, err := readBlob(s, e.Hash)
	if err != nil {
		return 0, nil, missingObject(name, err)
	}
	return index, data, nil
}
