package git

import (
	"context"
	"path/filepath"
)

// maxPacks is how many packs a clone may have before they are put together. Each
// commit to the ledger adds one, and every reader opens the index of every one;
// 50 is also where `git gc --auto` would do it.
const maxPacks = 50

// maintain puts small packs together, as a run ends. That it cannot is no reason
// to stop.
func (l *Ledger) maintain(ctx context.Context) {
	dir := filepath.Join(l.repo.CommonDir, "objects", "pack")
	packs, err := filepath.Glob(filepath.Join(dir, "*.pack"))
	if err != nil || len(packs) <= maxPacks {
		return
	}
	// Git before 2.44 forgets on the way which objects a partial clone may lack.
	if lacking, _ := filepath.Glob(filepath.Join(dir, "*.promisor")); len(lacking) > 0 {
		return
	}
	if _, err := l.git(ctx, nil, "repack", "--geometric=2", "-d", "-q"); err != nil {
		l.opts.Log.Warn("the repository's packs were not put together", "packs", len(packs), "error", err)
	}
}
