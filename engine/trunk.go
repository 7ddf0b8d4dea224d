package engine

import (
	"io/fs"
	"slices"

	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/repo"
)

// Trunk is where a workspace is published from, and where its ledger is.
type Trunk struct {
	Remote string // a Git remote's name; empty: the ledger is in this clone alone
	Branch string // whose tip apply carries out
	Ledger string // the ledger's branch
}

// Trunk is what smm.yaml says of it in the work tree, or what holds where that
// cannot be read.
func (e *Engine) Trunk() Trunk {
	t := Trunk{Remote: "origin", Branch: "main", Ledger: gitledger.DefaultBranch}
	fsys, err := e.Repo.WorkTree()
	if err != nil {
		return t
	}
	ws, err := load.Open(onlyConfig{fsys})
	if err != nil || ws.Config == nil {
		return t
	}
	cfg := &ws.Config.Value
	return Trunk{Remote: ledgerRemote(cfg), Branch: firstOf(cfg.Branch, t.Branch), Ledger: firstOf(cfg.Ledger.Branch, t.Ledger)}
}

// onlyConfig is a workspace of which nothing but smm.yaml is to be read.
type onlyConfig struct{ fs.FS }

func (o onlyConfig) Open(name string) (fs.File, error) {
	if name != "." && name != repo.WorkspaceFile {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.FS.Open(name)
}

func (o onlyConfig) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	list, err := fs.ReadDir(o.FS, name)
	return slices.DeleteFunc(list, func(d fs.DirEntry) bool { return d.Name() != repo.WorkspaceFile }), err
}
