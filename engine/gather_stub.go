package engine

import (
	"context"

	"github.com/smmctl/smmctl/engine/forge"
)

// Gather reads merged pull requests and their reviews into the ledger.
func (e *Engine) Gather(context.Context, *forge.Forge) error { return nil }
