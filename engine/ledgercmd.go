package engine

import (
	"context"

	"github.com/smmctl/smmctl/engine/ledger"
	gitledger "github.com/smmctl/smmctl/engine/ledger/git"
)

// LedgerReport is what is known of the ledger as a whole.
type LedgerReport struct {
	gitledger.Report
	Remote string `json:"remote"` // a Git remote's name; empty: this clone's alone
}

// LedgerCreate makes the ledger, once, on purpose: here, and on its remote where
// smm.yaml names one. One that is there already is only looked at.
func (e *Engine) LedgerCreate(ctx context.Context) (LedgerReport, error) {
	l, r, err := e.wholeLedger()
	if err != nil {
		return r, err
	}
	if err := l.Create(ctx); err != nil {
		return r, err
	}
	r.Report, err = l.Check(ctx)
	return r, err
}

// LedgerCheck reads every line of the ledger and lists what is wrong with it.
func (e *Engine) LedgerCheck(ctx context.Context) (LedgerReport, error) {
	l, r, err := e.wholeLedger()
	if err != nil {
		return r, err
	}
	r.Report, err = l.Check(ctx)
	if err == nil && r.Revision == "" {
		err = ledger.ErrMissing
	}
	return r, err
}

func (e *Engine) wholeLedger() (*gitledger.Ledger, LedgerReport, error) {
	r := LedgerReport{}
	w, err := e.source("")
	if err != nil {
		return nil, r, err
	}
	if err := e.load(w); err != nil {
		return nil, r, err
	}
	cfg, err := w.config()
	if err != nil {
		return nil, r, err
	}
	if cfg.Ledger.ID == "" {
		return nil, r, &InvalidError{errNoLedgerID.Error()}
	}
	r.Remote = ledgerRemote(cfg)
	l, err := e.gitLedger(cfg, access{write: true})
	return l, r, err
}
