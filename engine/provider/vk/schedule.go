package vk

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// Schedule implements provider.Schedules. Its guid is not the publication's own:
// what VK remembers of a postponed post that was called off must not stand in the
// way of the post that we send instead.
//
// An Object without ScheduledAt means that VK has published at once.
func (l *login) Schedule(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "schedule"
	if err := l.checkTime(op, r.At); err != nil {
		return provider.Object{}, err
	}
	p, err := l.prepare(ctx, op, r)
	if err != nil {
		return provider.Object{}, err
	}
	p.Set("publish_date", unix(r.At))
	p.Set("guid", guid("schedule", r.ClientKey, unix(r.At), fingerprintOf(r.Segment)))
	id, err := l.postID(ctx, op, "wall.post", p)
	l.settle(r, err)
	if err != nil {
		return provider.Object{}, err
	}
	made, err := l.postponed(ctx, op, id)
	if err == nil {
		return made.scheduled(), nil
	}
	if provider.Is(err, provider.NotFound) {
		if live, lerr := l.published(ctx, op, id); lerr == nil {
			return live.object(), nil
		}
	}
	return provider.Object{}, doubtful(op, "scheduled, and not read back", err)
}

// checkTime refuses a time that is too near: VK publishes at once what has no
// time ahead of it.
func (l *login) checkTime(op string, at time.Time) error {
	if lead := at.Sub(l.clock.Now()); lead < l.limits.ScheduleMin || lead <= 0 {
		return provider.Refused(op, "%s is not %s ahead: VK might publish it at once", at.UTC().Format(time.RFC3339), l.limits.ScheduleMin)
	}
	return nil
}

// postponed finds a post in the schedule. It is looked for in the schedule's own
// listing: whether wall.getById gives postponed posts is not documented.
func (l *login) postponed(ctx context.Context, op string, id int64) (*post, error) {
	for p, err := range l.wall(ctx, op, "postponed") {
		if err != nil {
			return nil, err
		}
		if p.ID == id && l.waiting(&p) {
			return &p, nil
		}
	}
	return nil, &provider.Error{Kind: provider.NotFound, Op: op}
}

// waiting reports whether a post is the community's own and in the schedule.
func (l *login) waiting(p *post) bool {
	return p.Owner == l.owner() && !bool(p.Deleted) && p.Type == "postpone"
}

// Reschedule implements provider.Schedules. wall.edit takes away what it is not
// sent, so the post is read and sent whole.
func (l *login) Reschedule(ctx context.Context, id string, at time.Time) (provider.Object, error) {
	const op = "reschedule"
	if err := l.checkTime(op, at); err != nil {
		return provider.Object{}, err
	}
	n, ok := l.parseID(id)
	if !ok {
		return provider.Object{}, &provider.Error{Kind: provider.NotFound, Op: op}
	}
	was, err := l.postponed(ctx, op, n)
	if err != nil {
		return provider.Object{}, err
	}
	p, err := l.whole(op, was, at)
	if err != nil {
		return provider.Object{}, err
	}
	if _, err := l.change(ctx, op, n, p); err != nil {
		return provider.Object{}, err
	}
	now, err := l.postponed(ctx, op, n)
	if err != nil {
		return provider.Object{}, doubtful(op, "rescheduled, and not read back", err)
	}
	return now.scheduled(), nil
}

// whole is a post as an edit must send it for it to stay as it is, at another time.
func (l *login) whole(op string, was *post, at time.Time) (url.Values, error) {
	p := url.Values{"owner_id": {ownerText(l.owner())}, "message": {plain(was.Text)}, "publish_date": {unix(at)}}
	var hanging []string
	for _, a := range was.Attachments {
		name := a.sent()
		if name == "" {
			return nil, unsupported(op, "the post holds a %s that would be lost: change its time by hand", a.kind)
		}
		if a.poll != nil && a.poll.Ends > 0 && a.poll.Ends <= at.Unix() {
			return nil, provider.Refused(op, "the poll ends at %s, before the post would be published", time.Unix(a.poll.Ends, 0).UTC().Format(time.RFC3339))
		}
		hanging = append(hanging, name)
	}
	p.Set("attachments", strings.Join(hanging, ","))
	for name, is := range was.flags() {
		p.Set(name, zeroOne(is))
	}
	if was.Copyright.Link != "" {
		p.Set("copyright", was.Copyright.Link)
	}
	was.keepTopic(p)
	return p, nil
}

// Unschedule implements provider.Schedules. The post must still be in the
// schedule: should VK keep a post's number when it publishes it, what is live
// would be deleted.
func (l *login) Unschedule(ctx context.Context, id string) error {
	const op = "unschedule"
	n, ok := l.parseID(id)
	if !ok {
		return &provider.Error{Kind: provider.NotFound, Op: op}
	}
	if _, err := l.postponed(ctx, op, n); err != nil {
		return err
	}
	return l.remove(ctx, op, n)
}

// ListScheduled implements provider.Schedules.
func (l *login) ListScheduled(ctx context.Context) ([]provider.Object, error) {
	var out []provider.Object
	for p, err := range l.wall(ctx, "list the schedule", "postponed") {
		if err != nil {
			return nil, err
		}
		if l.waiting(&p) {
			out = append(out, p.scheduled())
		}
	}
	return out, nil
}
