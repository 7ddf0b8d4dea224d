package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

const schedulePath = "/api/v1/scheduled_statuses"

// Schedule implements provider.Schedules. Its idempotency key is not the
// publication's own: a server that remembers a schedule's entry under a key
// answers 404 to it once the entry has gone (PostStatusService of Mastodon, read
// 2026-08-08), and the publication may still have to be sent by us.
//
// An Object without ScheduledAt means that the server has published at once.
func (l *login) Schedule(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "schedule"
	if err := l.checkLead(op, r.At); err != nil {
		return provider.Object{}, err
	}
	b, err := l.prepare(ctx, op, r)
	if err != nil {
		return provider.Object{}, err
	}
	b.ScheduledAt = scheduleTime(r.At)
	key := ""
	if r.ClientKey != "" {
		key = content.Digest("schedule", r.ClientKey, b.ScheduledAt, fingerprintOf(r.Segment))
	}
	st, resp, err := l.create(ctx, op, key, b)
	if err == nil && replayed(resp) && !l.stillScheduled(ctx, string(st.ID)) {
		// Pleroma tells of an entry that was called off since.
		l.burn(key)
		st, resp, err = l.create(ctx, op, key, b)
	}
	l.settle(r, err)
	if err != nil {
		return provider.Object{}, err
	}
	if st.Content != nil && st.ScheduledAt.IsZero() {
		return st.object(), nil
	}
	return scheduledObject(op, st, resp)
}

// stillScheduled reports whether an entry is in the schedule; doubt is a yes.
func (l *login) stillScheduled(ctx context.Context, id string) bool {
	_, err := l.get(ctx, "look up the schedule", schedulePath+"/"+seg(id), nil)
	return !provider.Is(err, provider.NotFound)
}

func scheduledObject(op string, st *status, resp *httpx.Response) (provider.Object, error) {
	if st.ID == "" || st.ScheduledAt.IsZero() {
		return provider.Object{}, unreadable(op, resp, "the answer is neither a post nor an entry of the schedule")
	}
	return st.scheduled(), nil
}

func scheduleTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// checkLead refuses a time that is too near: in the past, servers publish at
// once or backdate, and within the lead they answer 422.
func (l *login) checkLead(op string, at time.Time) error {
	if lead := at.Sub(l.clock.Now()); lead <= l.limits.ScheduleMin {
		return provider.Refused(op, "%s is not more than %s ahead: the server would not keep it for then", at.UTC().Format(time.RFC3339), l.limits.ScheduleMin)
	}
	return nil
}

// Reschedule implements provider.Schedules.
func (l *login) Reschedule(ctx context.Context, id string, at time.Time) (provider.Object, error) {
	const op = "reschedule"
	if err := l.checkLead(op, at); err != nil {
		return provider.Object{}, err
	}
	resp, err := l.post(ctx, request{op: op, method: http.MethodPut, path: schedulePath + "/" + seg(id)},
		map[string]string{"scheduled_at": scheduleTime(at)})
	if err != nil {
		return provider.Object{}, err
	}
	var st status
	if err := decode(resp.Body, &st); err != nil {
		return provider.Object{}, unreadable(op, resp, "the answer is not JSON")
	}
	return scheduledObject(op, &st, resp)
}

// Unschedule implements provider.Schedules.
func (l *login) Unschedule(ctx context.Context, id string) error {
	const op = "unschedule"
	if id == "" {
		return &provider.Error{Kind: provider.NotFound, Op: op}
	}
	_, err := l.send(ctx, request{op: op, method: http.MethodDelete, path: schedulePath + "/" + seg(id)})
	return err
}

// ListScheduled implements provider.Schedules.
func (l *login) ListScheduled(ctx context.Context) ([]provider.Object, error) {
	const op = "list the schedule"
	var out []provider.Object
	for st, err := range l.pages(ctx, op, schedulePath, url.Values{}) {
		if err != nil {
			return nil, err
		}
		if st.ScheduledAt.IsZero() {
			return nil, unsound(op, "an entry without a time")
		}
		out = append(out, st.scheduled())
	}
	return out, nil
}
