package engine

// Trunk is where a workspace is published from, and where its ledger is.
type Trunk struct {
	Remote string // a Git remote's name; empty: the ledger is in this clone alone
	Branch string // whose tip apply carries out
	Ledger string // the ledger's branch
}

// Trunk is what smm.yaml says of it in the work tree, or what holds where that
// cannot be read.
func (e *Engine) Trunk() Trunk {
	t := Trunk{Remote: "origin", Branch: "main", Ledger: "smm-ledger"}
	w, err := e.source("")
	if err != nil || e.load(w) != nil {
		return t
	}
	cfg, err := w.config()
	if err != nil {
		return t
	}
	return Trunk{Remote: ledgerRemote(cfg), Branch: firstOf(cfg.Branch, t.Branch), Ledger: firstOf(cfg.Ledger.Branch, t.Ledger)}
}
