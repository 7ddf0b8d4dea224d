package engine

// Trunk names the remote and the branch that the workspace is published from:
// what smm.yaml says of the work tree, or what holds where it cannot be read. The
// remote is empty where the ledger has none.
func (e *Engine) Trunk() (remote, branch string) {
	remote, branch = "origin", "main"
	w, err := e.source("")
	if err != nil || e.load(w) != nil {
		return remote, branch
	}
	if cfg, err := w.config(); err == nil {
		remote, branch = ledgerRemote(cfg), firstOf(cfg.Branch, "main")
	}
	return remote, branch
}
