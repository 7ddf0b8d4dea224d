package scaffold

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/repo"
)

// addWorkflows writes the forge's workflows for a workspace that is there already,
// and nothing else. Committing them is for its owner.
func addWorkflows(o Options) (*Made, error) {
	r, err := repo.At(o.Dir)
	if err != nil {
		return nil, err
	}
	if !r.HasGit() {
		return nil, fmt.Errorf("%s: %w: workflows belong to a repository's root; run `git init` there first", o.Dir, repo.ErrNoGit)
	}
	w, err := existing(r, o.Forge)
	if err != nil {
		return nil, err
	}
	flows, err := workflows(r, w, o)
	if err != nil {
		return nil, err
	}
	m := &Made{Dir: r.Workspace, Existing: true, Branch: w.Branch, LedgerID: w.LedgerID, Files: []string{}, Kept: []string{}}
	m.Workflows, err = write(r.Root, flows)
	return m, err
}

// existing is what smm.yaml says of the workspace.
func existing(r *repo.Repo, forge string) (workspace, error) {
	fsys, err := repo.DirFS(r.Workspace)
	if err != nil {
		return workspace{}, err
	}
	ws, err := load.Open(fsys)
	if err != nil {
		return workspace{}, err
	}
	if ws.Config == nil {
		return workspace{}, fmt.Errorf("%s cannot be read: `smmctl validate` says why", filepath.Join(r.Workspace, repo.WorkspaceFile))
	}
	cfg := ws.Config.Value
	return workspace{Branch: cmp.Or(cfg.Branch, "main"), LedgerID: cfg.Ledger.ID, Forge: forge}, nil
}
