package wrap

import (
	"context"
	"errors"
	"log/slog"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Trace logs each attempt at level debug: what, for whom, how long and with what
// outcome. Texts, headers and the words of errors stay out of it.
func Trace(log *slog.Logger, c clock.Clock) Middleware {
	if c == nil {
		c = clock.System{}
	}
	return func(ctx context.Context, call Call, next func(context.Context) error) error {
		if !log.Enabled(ctx, slog.LevelDebug) {
			return next(ctx)
		}
		start := c.Now()
		err := next(ctx)
		attrs := []slog.Attr{slog.String("op", call.Op)}
		if call.Key != (content.Key{}) {
			attrs = append(attrs, slog.String("key", call.Key.String()), slog.Int("segment", call.Segment))
		}
		if call.ID != "" {
			attrs = append(attrs, slog.String("id", call.ID))
		}
		attrs = append(attrs, slog.Duration("took", c.Now().Sub(start)), slog.String("outcome", outcome(err)))
		var e *provider.Error
		if errors.As(err, &e) && e.Status != 0 {
			attrs = append(attrs, slog.Int("status", e.Status))
		}
		log.LogAttrs(ctx, slog.LevelDebug, "platform call", attrs...)
		return err
	}
}

func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	return string(provider.KindOf(err))
}
