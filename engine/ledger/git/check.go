package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/smmctl/smmctl/engine/ledger"
)

// Report is what Check found.
type Report struct {
	ID       string   `json:"id"`
	Branch   string   `json:"branch"`
	Revision string   `json:"revision"`
	Entries  int      `json:"entries"`
	Shards   int      `json:"shards"`
	Problems []string `json:"problems"` // empty: whole
}

// Check reads every line of the ledger and lists all that is wrong with it,
// where Read stops at the first. A ledger that cannot be had at all (missing,
// unreachable, another workspace's, rewound, newer) is an error.
func (l *Ledger) Check(ctx context.Context) (Report, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := Report{ID: l.opts.ID, Branch: l.opts.Branch, Problems: []string{}}
	known, err := l.recall(ctx)
	if err != nil {
		return r, err
	}
	tip, err := l.locate(ctx)
	if err != nil || tip.IsZero() {
		return r, err
	}
	defer l.dropFetched(ctx)
	if tip, err = l.bring(ctx, tip); err == nil && !l.opts.Offline {
		err = l.continues(ctx, known, tip)
	}
	if err != nil {
		return r, err
	}
	r.Revision = tip.String()
	err = l.objects(ctx, func(s *filesystem.Storage) error {
		r.Entries, r.Shards, r.Problems = 0, 0, []string{}
		st, err := loadTrees(s, tip, l.opts.ID)
		switch {
		case errors.Is(err, ledger.ErrCorrupt):
			r.Problems = append(r.Problems, err.Error())
			return nil
		case err != nil:
			return fmt.Errorf("ledger %s: %w", l.opts.Branch, err)
		}
		r.examine(st, s)
		return ctx.Err()
	})
	return r, err
}

func (r *Report) examine(st *state, s *filesystem.Storage) {
	if err := st.loadFiles(s); err != nil {
		r.Problems = append(r.Problems, err.Error())
	}
	for _, file := range st.shards {
		index, data, err := st.readShard(s, file)
		var entries []*ledger.Entry
		if err == nil {
			entries, err = decodeShard(data, index, st.format.Shards)
		}
		if err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
		r.Shards++
		r.Entries += len(entries)
	}
}
