package engine

import (
	"fmt"

	"github.com/smmctl/smmctl/engine/load"
)

// knows refuses an account or a post that is neither in the files nor in the
// ledger: a slip of the pen must not look like "nothing to do".
func (w *world) knows(o PlanOptions) error {
	accounts, posts := map[string]bool{}, map[string]bool{}
	for id := range w.ws.Accounts {
		accounts[id] = true
	}
	for _, p := range w.report.Posts {
		posts[p.ID] = true
	}
	for k := range w.snap.Entries {
		accounts[k.Account], posts[k.Post] = true, true
	}
	if err := isKnown("account", o.Account, accounts); err != nil {
		return err
	}
	return isKnown("post", o.Post, posts)
}

func isKnown(what, id string, known map[string]bool) error {
	if id == "" || known[id] {
		return nil
	}
	if near := load.Suggest(id, sortedKeys(known)); near != "" {
		return fmt.Errorf("no %s %q in this workspace: did you mean %q?", what, id, near)
	}
	return fmt.Errorf("no %s %q in this workspace", what, id)
}
