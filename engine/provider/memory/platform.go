package memory

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Slot is one segment of one generation of a Key: what may be accepted at most
// once.
type Slot struct {
	Key        content.Key
	Generation int
	Index      int
}

// Platform is one account's side of a social network. Its methods may be called
// by several goroutines; those that look at it or meddle with it count as no
// request and meet no fault.
type Platform struct {
	Faults Faults

	id    string
	clock clock.Clock

	mu        sync.Mutex
	skew      time.Duration
	seq       int
	objects   []*record // oldest first
	byID      map[string]*record
	keys      map[string]remembered // idempotency keys
	scheduled []*job                // in order of creation
	profile   map[string]string
	accepted  map[Slot]int
	requests  map[string]int
	window    time.Time // in which served counts
	served    int
}

// record is an object with what it was before its last change, which a stale
// read shows.
type record struct {
	object  provider.Object
	foreign bool
	gone    bool
	visible time.Time // from when List has it
	changed time.Time
	was     *provider.Object // nil: it was not there
}

type remembered struct {
	id string
	at time.Time
}

// New returns an empty platform with one login, id.
func New(id string, c clock.Clock) *Platform {
	return &Platform{
		id: id, clock: c,
		byID: map[string]*record{}, keys: map[string]remembered{}, profile: map[string]string{},
		accepted: map[Slot]int{}, requests: map[string]int{},
	}
}

// Now is the platform's own clock.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

// now rounds to milliseconds, as platforms do.
func (p *Platform) now() time.Time {
	return p.clock.Now().Add(p.skew).UTC().Truncate(time.Millisecond)
}

// SetSkew makes the platform's clock differ from ours.
func (p *Platform) SetSkew(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.skew = d
}

// Accepted returns how many publications were ever taken for a segment, counted
// when they went live.
func (p *Platform) Accepted(key content.Key, generation, segment int) int {
	p.Settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.accepted[Slot{key, generation, segment}]
}

// AcceptedSlots returns Accepted for every segment that was ever taken.
func (p *Platform) AcceptedSlots() map[Slot]int {
	p.Settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.accepted)
}

// Requests returns how many requests of op arrived.
func (p *Platform) Requests(op string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests[op]
}

// Own returns what is live and not foreign, newest first, as it truly is.
func (p *Platform) Own() []provider.Object { return p.liveOf(false) }

// Foreign returns the live foreign objects, newest first.
func (p *Platform) Foreign() []provider.Object { return p.liveOf(true) }

func (p *Platform) liveOf(foreign bool) []provider.Object {
	p.Settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []provider.Object
	for _, r := range slices.Backward(p.objects) {
		if !r.gone && r.foreign == foreign {
			out = append(out, cloneObject(r.object))
		}
	}
	return out
}

// Scheduled returns what waits in the platform's schedule.
func (p *Platform) Scheduled() []provider.Object {
	p.Settle()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []provider.Object
	for _, j := range p.scheduled {
		out = append(out, cloneObject(j.object))
	}
	return out
}

// AddForeign makes an object that is not ours, at a time that may lie in the
// past, and returns its id. The zero time is now.
func (p *Platform) AddForeign(text string, at time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.IsZero() {
		at = p.now()
	}
	r := &record{foreign: true, object: p.object(p.nextID(), content.Segment{Text: text}, at.UTC())}
	p.insert(r)
	return r.object.ID
}

// Tamper changes an object's text, as somebody does by hand.
func (p *Platform) Tamper(id, text string) error {
	return p.meddle(id, func(r *record) { p.put(r, content.Segment{Text: text}) })
}

// Remove deletes an object, as somebody does by hand.
func (p *Platform) Remove(id string) error { return p.meddle(id, p.drop) }

func (p *Platform) meddle(id string, change func(*record)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.byID[id]
	if r == nil || r.gone {
		return fmt.Errorf("object %s: not there", id)
	}
	change(r)
	return nil
}

func (p *Platform) nextID() string {
	p.seq++
	return fmt.Sprintf("%06d", p.seq)
}

func (p *Platform) object(id string, s content.Segment, at time.Time) provider.Object {
	f := Fields(s)
	return provider.Object{
		ID: id, URL: "https://memory.example/" + p.id + "/" + id, CreatedAt: at,
		Fields: f, Fingerprint: fingerprint(f),
	}
}

// insert keeps objects in the order of their times.
func (p *Platform) insert(r *record) {
	r.changed = p.now()
	if old := p.byID[r.object.ID]; old != nil {
		p.objects = slices.DeleteFunc(p.objects, func(o *record) bool { return o == old })
	}
	p.byID[r.object.ID] = r
	i := len(p.objects)
	for i > 0 && p.objects[i-1].object.CreatedAt.After(r.object.CreatedAt) {
		i--
	}
	p.objects = slices.Insert(p.objects, i, r)
}

// put gives an object the form of s.
func (p *Platform) put(r *record, s content.Segment) {
	p.touch(r)
	r.object.Fields = Fields(s)
	r.object.Fingerprint = fingerprint(r.object.Fields)
}

func (p *Platform) drop(r *record) {
	p.touch(r)
	r.gone = true
}

func (p *Platform) touch(r *record) {
	was := cloneObject(r.object)
	r.was, r.changed = &was, p.now()
}

// seen is what a read that lags behind by stale shows of r, or nil.
func (p *Platform) seen(r *record, stale time.Duration) *provider.Object {
	switch {
	case stale > 0 && p.now().Sub(r.changed) < stale:
		return r.was
	case r.gone:
		return nil
	}
	return &r.object
}

func cloneObject(o provider.Object) provider.Object {
	o.Fields = maps.Clone(o.Fields)
	return o
}
