package memory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// job is a publication that waits in the platform's schedule.
type job struct {
	object  provider.Object
	request provider.Request
	owner   *account
}

// Settle publishes what has come due. Every request does so first; the id of
// what is published has nothing to do with the schedule's.
func (p *Platform) Settle() {
	for _, j := range p.due() {
		if f := p.Faults.Next(OpDue); f.Kind != ScheduleLost {
			p.publishDue(j, f)
		}
	}
}

func (p *Platform) publishDue(j *job, f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.owner.o.Facility == provider.ClientKey {
		if _, known := j.owner.keyed(j.request.ClientKey, f); known {
			return
		}
	}
	j.owner.create(j.request, j.object.ScheduledAt, f)
}

// due takes out of the schedule what has come due, earliest first.
func (p *Platform) due() []*job {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.scheduled) == 0 {
		return nil
	}
	var out []*job
	now := p.now()
	p.scheduled = slices.DeleteFunc(p.scheduled, func(j *job) bool {
		late := !j.object.ScheduledAt.After(now)
		if late {
			out = append(out, j)
		}
		return late
	})
	slices.SortStableFunc(out, func(a, b *job) int { return a.object.ScheduledAt.Compare(b.object.ScheduledAt) })
	return out
}

// job returns the place of a scheduled object, or -1.
func (p *Platform) job(id string) int {
	return slices.IndexFunc(p.scheduled, func(j *job) bool { return j.object.ID == id })
}

type schedules struct{ *account }

// Schedule implements provider.Schedules.
func (a schedules) Schedule(ctx context.Context, r provider.Request) (provider.Object, error) {
	return request(ctx, a.account, OpSchedule, func(f Fault) (provider.Object, error) {
		if o, known, err := a.scheduledAs(r, f); known {
			return o, err
		}
		if err := a.checkTime(r.At); err != nil {
			return provider.Object{}, err
		}
		if over(len(a.p.scheduled)+1, a.o.Limits.ScheduleTotal) {
			return provider.Object{}, rejected("", "the schedule is full")
		}
		if err := a.check(r); err != nil {
			return provider.Object{}, err
		}
		return a.enqueue(r), nil
	})
}

// scheduledAs finds what a key stands for already.
func (a *account) scheduledAs(r provider.Request, f Fault) (o provider.Object, known bool, err error) {
	id, known := a.keyed(r.ClientKey, f)
	if a.o.Facility == provider.ClientKey && !known && f.Kind != KeyIgnored && r.ClientKey != "" {
		id = "s-" + keyID(r.ClientKey)
		known = a.p.job(id) >= 0
	}
	if !known {
		return provider.Object{}, false, nil
	}
	o, err = a.repeated(id, f)
	return o, true, err
}

func (a *account) enqueue(r provider.Request) provider.Object {
	id := "s-" + a.p.nextID()
	if k := "s-" + keyID(r.ClientKey); a.o.Facility == provider.ClientKey && r.ClientKey != "" && a.p.job(k) < 0 {
		id = k
	}
	o := a.p.object(id, r.Segment, a.p.now())
	o.URL, o.ParentID, o.ScheduledAt = "", r.ParentID, r.At.UTC().Truncate(time.Millisecond)
	a.p.scheduled = append(a.p.scheduled, &job{object: o, request: r, owner: a})
	a.remember(r.ClientKey, id)
	return cloneObject(o)
}

// Reschedule implements provider.Schedules.
func (a schedules) Reschedule(ctx context.Context, id string, at time.Time) (provider.Object, error) {
	return request(ctx, a.account, OpReschedule, func(Fault) (provider.Object, error) {
		i := a.p.job(id)
		if i < 0 {
			return provider.Object{}, absent("")
		}
		if err := a.checkTime(at); err != nil {
			return provider.Object{}, err
		}
		a.p.scheduled[i].object.ScheduledAt = at.UTC().Truncate(time.Millisecond)
		return cloneObject(a.p.scheduled[i].object), nil
	})
}

// Unschedule implements provider.Schedules.
func (a schedules) Unschedule(ctx context.Context, id string) error {
	_, err := request(ctx, a.account, OpUnschedule, func(Fault) (none, error) {
		i := a.p.job(id)
		if i < 0 {
			return none{}, absent("")
		}
		a.p.scheduled = slices.Delete(a.p.scheduled, i, i+1)
		return none{}, nil
	})
	return err
}

// ListScheduled implements provider.Schedules.
func (a schedules) ListScheduled(ctx context.Context) ([]provider.Object, error) {
	return request(ctx, a.account, OpListScheduled, func(Fault) ([]provider.Object, error) {
		var out []provider.Object
		for _, j := range a.p.scheduled {
			out = append(out, cloneObject(j.object))
		}
		slices.SortStableFunc(out, func(x, y provider.Object) int {
			if c := x.ScheduledAt.Compare(y.ScheduledAt); c != 0 {
				return c
			}
			return strings.Compare(x.ID, y.ID)
		})
		return out, nil
	})
}
