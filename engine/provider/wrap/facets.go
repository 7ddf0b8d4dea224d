package wrap

import (
	"context"
	"iter"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// result runs f through do and hands its value on.
func result[T any](ctx context.Context, do Middleware, c Call, f func(context.Context) (T, error)) (T, error) {
	var out T
	err := do(ctx, c, func(ctx context.Context) (err error) {
		out, err = f(ctx)
		return err
	})
	return out, err
}

func sends(op string, r provider.Request) Call {
	return Call{Op: op, Write: true, Key: r.Key, Segment: r.Index}
}

type posts struct {
	next provider.Posts
	do   Middleware
}

func (p posts) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	return result(ctx, p.do, sends("publish", r), func(ctx context.Context) (provider.Object, error) {
		return p.next.Publish(ctx, r)
	})
}

func (p posts) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	c := sends("edit", r)
	c.ID = id
	return result(ctx, p.do, c, func(ctx context.Context) (provider.Object, error) { return p.next.Edit(ctx, id, r) })
}

func (p posts) Delete(ctx context.Context, id string) error {
	return p.do(ctx, Call{Op: "delete", Write: true, ID: id}, func(ctx context.Context) error { return p.next.Delete(ctx, id) })
}

func (p posts) Get(ctx context.Context, id string) (provider.Object, error) {
	return result(ctx, p.do, Call{Op: "get", ID: id}, func(ctx context.Context) (provider.Object, error) {
		return p.next.Get(ctx, id)
	})
}

// List is one call however many pages it reads. A second attempt reads from the
// top and goes on where the first one broke off.
func (p posts) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		var at resume
		stopped := false
		err := p.do(ctx, Call{Op: "list"}, func(ctx context.Context) error {
			for o, err := range p.next.List(ctx) {
				if err != nil {
					return err
				}
				if at.passed(o) {
					continue
				}
				if !yield(o, nil) {
					stopped = true
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(provider.Object{}, err)
		}
	}
}

// resume remembers what of a listing has been handed on. What is newer than the
// last of it was made meanwhile and belongs to the next listing.
type resume struct {
	seen map[string]bool
	last time.Time
}

func (r *resume) passed(o provider.Object) bool {
	if r.seen[o.ID] || (r.seen != nil && o.CreatedAt.After(r.last)) {
		return true
	}
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	r.seen[o.ID], r.last = true, o.CreatedAt
	return false
}

type pins struct {
	next provider.Pins
	do   Middleware
}

func (p pins) Pin(ctx context.Context, id string) error {
	return p.do(ctx, Call{Op: "pin", Write: true, ID: id}, func(ctx context.Context) error { return p.next.Pin(ctx, id) })
}

func (p pins) Unpin(ctx context.Context, id string) error {
	return p.do(ctx, Call{Op: "unpin", Write: true, ID: id}, func(ctx context.Context) error { return p.next.Unpin(ctx, id) })
}

type schedules struct {
	next provider.Schedules
	do   Middleware
}

func (s schedules) Schedule(ctx context.Context, r provider.Request) (provider.Object, error) {
	return result(ctx, s.do, sends("schedule", r), func(ctx context.Context) (provider.Object, error) {
		return s.next.Schedule(ctx, r)
	})
}

func (s schedules) Reschedule(ctx context.Context, id string, at time.Time) (provider.Object, error) {
	c := Call{Op: "reschedule", Write: true, ID: id}
	return result(ctx, s.do, c, func(ctx context.Context) (provider.Object, error) { return s.next.Reschedule(ctx, id, at) })
}

func (s schedules) Unschedule(ctx context.Context, id string) error {
	c := Call{Op: "unschedule", Write: true, ID: id}
	return s.do(ctx, c, func(ctx context.Context) error { return s.next.Unschedule(ctx, id) })
}

func (s schedules) ListScheduled(ctx context.Context) ([]provider.Object, error) {
	return result(ctx, s.do, Call{Op: "list_scheduled"}, s.next.ListScheduled)
}

type profile struct {
	next provider.Profile
	do   Middleware
}

func (p profile) GetProfile(ctx context.Context) (map[string]string, error) {
	return result(ctx, p.do, Call{Op: "get_profile"}, p.next.GetProfile)
}

func (p profile) SetProfile(ctx context.Context, f content.Face) (map[string]string, error) {
	c := Call{Op: "set_profile", Write: true}
	return result(ctx, p.do, c, func(ctx context.Context) (map[string]string, error) { return p.next.SetProfile(ctx, f) })
}
