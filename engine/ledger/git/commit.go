package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/smmctl/smmctl/engine/ledger"
)

// Commit writes u over u.Base: as one commit, recorded when the remote has it,
// or, without a remote, when this clone's branch has moved. The snapshots that
// it returns share what did not change with earlier ones.
func (l *Ledger) Commit(ctx context.Context, u ledger.Update) (*ledger.Snapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opts.Offline && l.opts.Remote != "" {
		return nil, fmt.Errorf("opened offline: %w", ledger.ErrUnreachable)
	}
	base, err := l.base(ctx, u.Base)
	if err != nil {
		return nil, err
	}
	snapshot, err := base.snapshot.With(u)
	if err != nil || u.Empty() {
		return snapshot, err
	}
	next, b, err := l.build(ctx, base, snapshot, u)
	if err != nil {
		return nil, err
	}
	if err := writePack(l.repo.CommonDir, b); err != nil {
		return nil, fmt.Errorf("ledger %s: %w", l.opts.Branch, err)
	}
	if err := l.record(ctx, base.commit, next.commit); err != nil {
		return nil, err
	}
	l.known = next
	if u.Release {
		l.maintain(ctx)
	}
	return next.snapshot, nil
}

// base finds the state that an update was made from.
func (l *Ledger) base(ctx context.Context, revision string) (*state, error) {
	switch {
	case revision == "":
		if l.opts.Remote == "" {
			if _, err := l.locateLocal(ctx); err != nil {
				return nil, err
			}
		}
		return nil, fmt.Errorf("no revision: %w", ledger.ErrConflict) // even an empty ledger has one
	case l.known != nil && l.known.commit.String() == revision:
		return l.known, nil
	case !plumbing.IsHash(revision) || !l.have(plumbing.NewHash(revision)):
		return nil, fmt.Errorf("revision %.40q: %w", revision, ledger.ErrConflict)
	}
	return l.load(ctx, plumbing.NewHash(revision))
}

// build makes the objects of the next commit: the shards that u touches, the
// small files that it changes, and the trees above them.
func (l *Ledger) build(ctx context.Context, base *state, s *ledger.Snapshot, u ledger.Update) (*state, *batch, error) {
	b := &batch{}
	next := &state{format: base.format, root: slices.Clone(base.root), shards: slices.Clone(base.shards), snapshot: s}
	if err := l.buildRoot(b, next, u); err != nil {
		return nil, nil, err
	}
	entries := make([]*ledger.Entry, len(u.Entries))
	for i, e := range u.Entries {
		entries[i] = s.Entries[e.Key] // with its revision raised
	}
	if err := l.buildShards(ctx, b, next, entries); err != nil {
		return nil, nil, err
	}
	at := u.At
	if at.IsZero() {
		at = l.opts.Clock.Now()
	}
	actor, message := cmp.Or(u.Actor, l.opts.Actor), cmp.Or(strings.TrimSpace(u.Message), summary(u))
	next.commit = b.commit(b.tree(next.root), base.commit, actor, message, at)
	s.Revision = next.commit.String()
	return next, b, nil
}

func (l *Ledger) buildRoot(b *batch, next *state, u ledger.Update) error {
	files, err := rootFiles(next.snapshot, u)
	if err != nil {
		return err
	}
	if find(next.root, formatFile) < 0 {
		if files[formatFile], err = encode(next.format); err != nil {
			return err
		}
		files[readmeFile] = []byte(readme)
	}
	for name, data := range files {
		put(&next.root, name, data, b)
	}
	return nil
}

func (l *Ledger) buildShards(ctx context.Context, b *batch, next *state, entries []*ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	groups := byShard(entries, next.format.Shards)
	old := make(map[int][]byte, len(groups))
	err := l.objects(ctx, func(s *filesystem.Storage) (err error) {
		for index := range groups {
			if at := find(next.shards, shardName(index)); at >= 0 {
				if old[index], err = readBlob(s, next.shards[at].Hash); err != nil {
					return missingObject(shardName(index), err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for index, group := range groups {
		data, err := mergeShard(old[index], index, next.format.Shards, group)
		if err != nil {
			return err
		}
		put(&next.shards, shardName(index), data, b)
	}
	tree := b.tree(next.shards)
	remove(&next.root, entriesDir)
	next.root = append(next.root, object.TreeEntry{Name: entriesDir, Mode: filemode.Dir, Hash: tree})
	return nil
}

// put sets a file of a tree; nil data removes it.
func put(entries *[]object.TreeEntry, name string, data []byte, b *batch) {
	if data == nil {
		remove(entries, name)
		return
	}
	hash := plumbing.ComputeHash(plumbing.BlobObject, data)
	if at := find(*entries, name); at >= 0 && (*entries)[at].Hash == hash {
		return
	}
	remove(entries, name)
	*entries = append(*entries, object.TreeEntry{Name: name, Mode: filemode.Regular, Hash: b.blob(data)})
}

func remove(entries *[]object.TreeEntry, name string) {
	*entries = slices.DeleteFunc(*entries, func(e object.TreeEntry) bool { return e.Name == name })
}

// summary is the message of an update that brings none.
func summary(u ledger.Update) string {
	lines := make([]string, len(u.Entries))
	for i, e := range u.Entries {
		lines[i] = fmt.Sprintf("%s %s", e.State, e.Key)
	}
	switch {
	case len(lines) == 1:
		return lines[0]
	case len(lines) > 1:
		return fmt.Sprintf("%d entries\n\n%s", len(lines), strings.Join(lines, "\n"))
	case u.Release:
		return "the lease is released"
	case u.Lease != nil:
		return "the lease is taken by " + u.Lease.Holder
	case u.Freezes != nil:
		return fmt.Sprintf("freezes: %d", len(*u.Freezes))
	case u.Approvals != nil, u.Pulls != nil:
		return "reviews"
	case u.Told != nil:
		return "who was told"
	}
	return "accounts"
}

// record makes commit the ledger's tip where it is still base.
func (l *Ledger) record(ctx context.Context, base, commit plumbing.Hash) error {
	if l.opts.Remote == "" {
		return l.recordLocal(ctx, base, commit)
	}
	known, err := l.recall(ctx)
	if err != nil {
		return err
	}
	defer l.dropFetched(ctx)
	if err := l.push(ctx, base, commit); err != nil {
		return err
	}
	l.remember(context.WithoutCancel(ctx), known, commit)
	return nil
}

func (l *Ledger) recordLocal(ctx context.Context, base, commit plumbing.Hash) error {
	// Where the branch is still at base, nobody can have seen anything newer.
	err := l.moveRefs(ctx, move{l.branch, base, commit, false}, move{name: l.seen, to: commit, follow: true})
	if err == nil {
		return nil
	}
	switch tip, refErr := l.ref(ctx, l.branch); {
	case refErr != nil:
		return errors.Join(err, refErr)
	case tip == commit: // moved, although the program did not say so
		return nil
	case tip != base:
		return ledger.ErrConflict
	}
	return fmt.Errorf("branch %s: %w", l.opts.Branch, err)
}
