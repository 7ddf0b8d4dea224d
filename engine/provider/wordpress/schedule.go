package wordpress

import (
	"context"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// Schedule implements provider.Schedules: the post is kept with the status
// future, and has the same id before its time and after.
//
// An Object without ScheduledAt means that the site has published at once.
func (l *login) Schedule(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "schedule"
	if err := l.checkLead(op, r.At); err != nil {
		return provider.Object{}, err
	}
	return l.create(ctx, op, r, release{later, scheduleTime(r.At)})
}

func scheduleTime(t time.Time) string { return t.UTC().Format(dateLayout) }

// checkLead refuses a time that is too near: the site would publish at once.
func (l *login) checkLead(op string, at time.Time) error {
	if at.Sub(l.clock.Now()) < scheduleLead {
		return provider.Refused(op, "%s is not %s ahead: the site would publish at once", at.UTC().Format(time.RFC3339), scheduleLead)
	}
	return nil
}

// Reschedule implements provider.Schedules. What has been published meanwhile is
// not touched: another time would take it down until then.
func (l *login) Reschedule(ctx context.Context, id string, at time.Time) (provider.Object, error) {
	const op = "reschedule"
	if err := l.checkLead(op, at); err != nil {
		return provider.Object{}, err
	}
	if _, err := l.read(ctx, op, id, later); err != nil {
		return provider.Object{}, err
	}
	return l.change(ctx, op, id, map[string]string{"date_gmt": scheduleTime(at)})
}

// Unschedule implements provider.Schedules. What has been published meanwhile is
// not touched: to take it down is another decision.
func (l *login) Unschedule(ctx context.Context, id string) error {
	const op = "unschedule"
	if _, err := l.read(ctx, op, id, later); err != nil {
		return err
	}
	return l.Delete(ctx, id)
}

// ListScheduled implements provider.Schedules. A post whose time has passed and
// that the site has not published (its clock was not run) is still listed: it may
// appear at any moment.
func (l *login) ListScheduled(ctx context.Context) ([]provider.Object, error) {
	var out []provider.Object
	for p, err := range l.pages(ctx, "list the schedule", later) {
		if err != nil {
			return nil, err
		}
		out = append(out, p.object())
	}
	return out, nil
}
