package engine

import (
	"context"
	"errors"
)

// Review is filled by another part; this stands in for it until the parts meet.
func (e *Engine) Review(context.Context, ReviewOptions) (*Review, error) {
	return nil, errors.New("a proposal cannot be reviewed by this build")
}
