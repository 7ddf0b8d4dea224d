package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/load"
)

// AccountCheck is what signing in to an account has shown.
type AccountCheck struct {
	Account  string     `json:"account"`
	Provider string     `json:"provider"`
	OK       bool       `json:"ok"`
	Server   string     `json:"server"`
	ID       string     `json:"id"` // of the login, on the platform
	Handle   string     `json:"handle"`
	Pinned   bool       `json:"pinned"` // the ledger knows this very login
	Can      []string   `json:"can"`    // in the platform's own words, as far as it tells
	Lacks    []string   `json:"lacks"`
	Expires  *time.Time `json:"expires"` // null: it does not, or nobody says
	Error    string     `json:"error"`
}

// CheckAccounts signs in to the accounts, all where none is named, and says what
// each credential leads to. It changes nothing.
func (e *Engine) CheckAccounts(ctx context.Context, ids []string) ([]AccountCheck, error) {
	w, err := e.source("")
	if err != nil {
		return nil, err
	}
	w.readOnly = true
	if err := e.load(w); err != nil {
		return nil, err
	}
	err = e.openLedger(ctx, w, access{})
	if errors.Is(err, ledger.ErrMissing) { // before the first apply nothing is pinned
		w.snap, err = &ledger.Snapshot{}, nil
	}
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		ids = slices.Sorted(maps.Keys(w.ws.Accounts))
	}
	for _, id := range ids {
		if w.ws.Accounts[id] != nil {
			continue
		}
		if near := load.Suggest(id, slices.Collect(maps.Keys(w.ws.Accounts))); near != "" {
			return nil, fmt.Errorf("no account is called %q: did you mean %q?", id, near)
		}
		return nil, fmt.Errorf("no account is called %q", id)
	}
	out := make([]AccountCheck, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { out[i] = e.checkAccount(ctx, w, w.ws.Accounts[id].Value) })
	}
	wg.Wait()
	return out, ctx.Err()
}

func (e *Engine) checkAccount(ctx context.Context, w *world, a content.Account) AccountCheck {
	c := AccountCheck{Account: a.ID, Provider: a.Provider, Server: a.Server, Can: []string{}, Lacks: []string{}}
	opened, err := e.signIn(ctx, w, a, nil)
	if opened != nil {
		who := opened.Identity
		c.Server, c.ID, c.Handle = who.Server, who.ID, who.Handle
		c.Can, c.Lacks = append(c.Can, opened.Access.Can...), append(c.Lacks, opened.Access.Lacks...)
		if at := opened.Access.Expires; !at.IsZero() {
			c.Expires = &at
		}
	}
	if err != nil {
		c.Error = err.Error()
		return c
	}
	_, c.Pinned = w.snap.Accounts[a.ID]
	c.OK = len(c.Lacks) == 0 && (c.Expires == nil || c.Expires.After(e.Clock.Now()))
	return c
}
