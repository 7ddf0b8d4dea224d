package wordpress

import "context"

// Pin implements provider.Pins: the post becomes sticky. A site may have several.
func (l *login) Pin(ctx context.Context, id string) error { return l.stick(ctx, "pin", id, true) }

// Unpin implements provider.Pins.
func (l *login) Unpin(ctx context.Context, id string) error { return l.stick(ctx, "unpin", id, false) }

func (l *login) stick(ctx context.Context, op, id string, sticky bool) error {
	_, err := l.change(ctx, op, id, map[string]bool{"sticky": sticky})
	return err
}
