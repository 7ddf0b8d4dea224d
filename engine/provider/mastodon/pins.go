package mastodon

import (
	"context"
	"net/http"

	"github.com/smmctl/smmctl/engine/provider"
)

// Pin implements provider.Pins. Pinning twice is the same as once; some servers
// say so with an error.
func (l *login) Pin(ctx context.Context, id string) error {
	const op = "pin"
	resp, err := l.send(ctx, request{op: op, method: http.MethodPost, path: statusesPath + "/" + seg(id) + "/pin"})
	if err != nil && provider.Is(err, provider.Rejected) && said(resp, "already pinned", "already been pinned") {
		return nil
	}
	return err
}

// Unpin implements provider.Pins.
func (l *login) Unpin(ctx context.Context, id string) error {
	const op = "unpin"
	resp, err := l.send(ctx, request{op: op, method: http.MethodPost, path: statusesPath + "/" + seg(id) + "/unpin"})
	if err != nil && provider.Is(err, provider.Rejected) && said(resp, "not pinned") {
		return nil
	}
	return err
}
