package memory

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// staleness is how far behind a stale read is where its fault does not say.
const staleness = time.Minute

type posts struct{ *account }

// Publish implements provider.Posts.
func (a posts) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	return request(ctx, a.account, OpPublish, func(f Fault) (provider.Object, error) {
		if id, known := a.keyed(r.ClientKey, f); known {
			return a.repeated(id, f)
		}
		if err := a.check(r); err != nil {
			return provider.Object{}, err
		}
		o := a.create(r, a.p.now(), f)
		a.remember(r.ClientKey, o.ID)
		return o, nil
	})
}

// keyed returns the object that a key stands for, where the platform knows keys.
func (a *account) keyed(key string, f Fault) (id string, known bool) {
	if key == "" || f.Kind == KeyIgnored {
		return "", false
	}
	switch a.o.Facility {
	case provider.ClientKey:
		r := a.p.byID[keyID(key)]
		return keyID(key), r != nil && !r.gone
	case provider.IdempotencyKey:
		m, ok := a.p.keys[key]
		if life := a.o.Capabilities.KeyLifetime; f.Kind == KeyExpired || (life > 0 && a.p.now().Sub(m.at) >= life) {
			return "", false
		}
		return m.id, ok
	}
	return "", false
}

func keyID(key string) string { return "k" + key[:min(len(key), 16)] }

// repeated answers a request whose key is known.
func (a *account) repeated(id string, f Fault) (provider.Object, error) {
	switch f.Kind {
	case RepeatedKey400:
		return provider.Object{}, &provider.Error{Kind: provider.Ambiguous, Status: http.StatusBadRequest, Code: "duplicate idempotency key"}
	case RepeatedKey500:
		return provider.Object{}, &provider.Error{Kind: provider.Ambiguous, Status: http.StatusInternalServerError}
	}
	if i := a.p.job(id); i >= 0 {
		return cloneObject(a.p.scheduled[i].object), nil
	}
	if r := a.p.byID[id]; r != nil && !r.gone {
		return cloneObject(r.object), nil
	}
	return provider.Object{}, absent("")
}

// create makes a publication live.
func (a *account) create(r provider.Request, at time.Time, f Fault) provider.Object {
	p := a.p
	id := ""
	if a.o.Facility == provider.ClientKey && r.ClientKey != "" {
		id = keyID(r.ClientKey)
	}
	if old := p.byID[id]; id == "" || (old != nil && !old.gone) {
		id = p.nextID()
	}
	o := p.object(id, r.Segment, at)
	o.ParentID = r.ParentID
	lag := a.o.Capabilities.VisibilityDelay
	if f.Kind == ListingLag {
		lag = f.Delay
	}
	p.insert(&record{object: o, visible: p.now().Add(lag)})
	p.accepted[Slot{r.Key, r.Generation, r.Index}]++
	return cloneObject(o)
}

func (a *account) remember(key, id string) {
	if key != "" && a.o.Facility == provider.IdempotencyKey {
		a.p.keys[key] = remembered{id, a.p.now()}
	}
}

// Edit implements provider.Posts.
func (a posts) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	return request(ctx, a.account, OpEdit, func(Fault) (provider.Object, error) {
		if !a.o.Capabilities.Edit {
			return provider.Object{}, unsupported("", "what is published stays as it is here")
		}
		old, err := a.find(id)
		if err != nil {
			return provider.Object{}, err
		}
		if err := a.checkSegment(r.Segment); err != nil {
			return provider.Object{}, err
		}
		a.p.put(old, r.Segment)
		return cloneObject(old.object), nil
	})
}

// Delete implements provider.Posts.
func (a posts) Delete(ctx context.Context, id string) error {
	_, err := request(ctx, a.account, OpDelete, func(Fault) (none, error) {
		if !a.o.Capabilities.Retract {
			return none{}, unsupported("", "what is published stays here")
		}
		r, err := a.find(id)
		if err != nil {
			return none{}, err
		}
		a.p.drop(r)
		return none{}, nil
	})
	return err
}

// Get implements provider.Posts.
func (a posts) Get(ctx context.Context, id string) (provider.Object, error) {
	return request(ctx, a.account, OpGet, func(f Fault) (provider.Object, error) {
		if a.o.Facility == provider.NoFacility {
			return provider.Object{}, unsupported("", "nothing can be read back here")
		}
		r := a.p.byID[id]
		if r == nil {
			return provider.Object{}, absent("")
		}
		o := a.p.seen(r, stale(f))
		if o == nil {
			return provider.Object{}, absent("")
		}
		return cloneObject(*o), nil
	})
}

// List implements provider.Posts, a request a page.
func (a posts) List(ctx context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		var after *record
		for {
			got, err := request(ctx, a.account, OpList, func(f Fault) (page, error) { return a.page(after, f) })
			if err != nil {
				yield(provider.Object{}, err)
				return
			}
			for _, o := range got.objects {
				if !yield(o, nil) {
					return
				}
			}
			if got.last == nil {
				return
			}
			after = got.last
		}
	}
}

// page is one page of a listing; last is nil at the end.
type page struct {
	objects []provider.Object
	last    *record
}

// page reads the objects older than after; nil starts at the newest.
func (a *account) page(after *record, f Fault) (page, error) {
	if a.o.Facility == provider.NoFacility {
		return page{}, unsupported("", "nothing can be listed here")
	}
	p, now := a.p, a.p.now()
	end := len(p.objects)
	if after != nil {
		end = max(slices.Index(p.objects, after), 0)
	}
	size := a.o.Limits.PageSize
	if size <= 0 {
		size = 40
	}
	var out page
	for _, r := range slices.Backward(p.objects[:end]) {
		o := p.seen(r, stale(f))
		if o == nil || now.Before(r.visible) {
			continue
		}
		if len(out.objects) == size {
			return out, nil
		}
		out.objects, out.last = append(out.objects, cloneObject(*o)), r
	}
	out.last = nil
	return out, nil
}

func stale(f Fault) time.Duration {
	if f.Kind != StaleRead {
		return 0
	}
	if f.Delay == 0 {
		return staleness
	}
	return f.Delay
}

func (a *account) find(id string) (*record, error) {
	r := a.p.byID[id]
	if r == nil || r.gone {
		return nil, absent("")
	}
	return r, nil
}

type pins struct{ *account }

// Pin implements provider.Pins.
func (a pins) Pin(ctx context.Context, id string) error { return a.set(ctx, OpPin, id, true) }

// Unpin implements provider.Pins.
func (a pins) Unpin(ctx context.Context, id string) error { return a.set(ctx, OpUnpin, id, false) }

func (a pins) set(ctx context.Context, op, id string, pinned bool) error {
	_, err := request(ctx, a.account, op, func(Fault) (none, error) {
		r, err := a.find(id)
		if err != nil {
			return none{}, err
		}
		if r.object.Pinned == pinned {
			return none{}, nil
		}
		if pinned && over(a.pinned()+1, a.o.Limits.Pins) {
			return none{}, rejected("", "too many pins")
		}
		a.p.touch(r)
		r.object.Pinned = pinned
		return none{}, nil
	})
	return err
}

func (a *account) pinned() int {
	n := 0
	for _, r := range a.p.objects {
		if r.object.Pinned && !r.gone {
			n++
		}
	}
	return n
}
