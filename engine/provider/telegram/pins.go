package telegram

import (
	"context"

	"github.com/smmctl/smmctl/engine/provider"
)

// Pin implements provider.Pins. Nobody is notified; of an album its first message
// is pinned.
func (l *login) Pin(ctx context.Context, id string) error {
	return l.pin(ctx, "pin", "pinChatMessage", id, map[string]any{"disable_notification": true})
}

// Unpin implements provider.Pins.
func (l *login) Unpin(ctx context.Context, id string) error {
	return l.pin(ctx, "unpin", "unpinChatMessage", id, map[string]any{})
}

func (l *login) pin(ctx context.Context, op, method, id string, params map[string]any) error {
	ids := parseIDs(id)
	if ids == nil {
		return provider.Refused(op, "%q is no id of a message", id)
	}
	params["chat_id"], params["message_id"] = l.chat.ID, ids[0]
	return done(l.command(ctx, call{op: op, method: method, params: params}))
}
