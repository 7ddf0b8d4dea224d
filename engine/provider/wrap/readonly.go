package wrap

import (
	"context"
	"errors"

	"github.com/smmctl/smmctl/engine/provider"
)

// ErrReadOnly is inside the error of every write to a read-only account.
var ErrReadOnly = errors.New("this run only reads")

// ReadOnly refuses every write, before it is sent.
func ReadOnly() Middleware {
	return func(ctx context.Context, c Call, next func(context.Context) error) error {
		if c.Write {
			return &provider.Error{Kind: provider.Rejected, Op: c.Op, Err: ErrReadOnly}
		}
		return next(ctx)
	}
}
