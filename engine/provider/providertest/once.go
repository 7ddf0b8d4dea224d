package providertest

import (
	"errors"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// clientKey sends one request several times. Where the facility is ClientKey
// there is one object, whoever sends and however often; a platform that remembers
// keys gives one, too, while it does.
func clientKey(f *fixture) {
	s := f.segment("Once and only once")
	r, first := f.publish(s)
	again, err := f.acc.Posts.Publish(f.ctx(), r)
	switch f.h.Driver.Facility {
	case provider.ClientKey, provider.IdempotencyKey:
		if err != nil {
			f.Fatalf("the same key again: %v", err)
		}
		f.same("the same key again", again, first)
		f.count(s, 1)
	default:
		if err == nil && again.ID == "" {
			f.Error("the same key again: neither an object nor an error")
		}
	}
	if f.h.Driver.Facility == provider.ClientKey {
		f.race()
	}
	other := r
	other.Generation, other.ClientKey = 2, content.Digest(r.ClientKey, "2")
	if got, err := f.acc.Posts.Publish(f.ctx(), other); err == nil && got.ID == first.ID {
		f.Error("another key gave the same object")
	}
}

// race sends one request from several sides at once.
func (f *fixture) race() {
	s := f.segment("Once, from eight sides")
	r := f.request(s)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _, _ = f.acc.Posts.Publish(f.ctx(), r) }) // who loses may get an error
	}
	all.Wait()
	f.count(s, 1)
}

// ambiguousPublish loses the answer to a publication, after and before it was
// carried out. The error must be doubt, and reading must dispel it.
func ambiguousPublish(f *fixture) {
	for _, c := range []struct {
		fault memory.FaultKind
		live  int
	}{{memory.LostResponse, 1}, {memory.ErrorAfter, 1}, {memory.ErrorBefore, 0}} {
		if !f.breaks(memory.OpPublish, memory.Fault{Kind: c.fault}) {
			continue
		}
		s := f.segment("Did it arrive? " + string(c.fault))
		r := f.request(s)
		_, err := f.acc.Posts.Publish(f.ctx(), r)
		f.is(err, provider.Ambiguous)
		f.count(s, c.live)
		if !f.readable() {
			continue
		}
		for _, o := range f.matches(s) {
			if o.CreatedAt.Before(r.IntentAt.Add(-time.Second)) {
				f.Errorf("%s: created at %v, before the intent of %v", c.fault, o.CreatedAt, r.IntentAt)
			}
		}
		if facility := f.h.Driver.Facility; facility == provider.ClientKey || facility == provider.IdempotencyKey {
			f.send(r)
			f.count(s, 1)
		}
	}
}

func ambiguousEdit(f *fixture) {
	if !f.can().Edit {
		edit(f)
		return
	}
	r, o := f.publish(f.segment("Befor"))
	s := f.segment("Before")
	e := f.edition(r, o, s)
	if !f.breaks(memory.OpEdit, memory.Fault{Kind: memory.LostResponse}) {
		return
	}
	_, err := f.acc.Posts.Edit(f.ctx(), o.ID, e)
	f.is(err, provider.Ambiguous)
	if f.readable() || f.can().Lookup {
		got, err := f.acc.Posts.Get(f.ctx(), o.ID)
		if err != nil {
			f.Fatalf("get: %v", err)
		}
		f.sound(got, s)
	}
	if _, err := f.acc.Posts.Edit(f.ctx(), o.ID, e); err != nil {
		f.Errorf("the edit sent again: %v", err)
	}
	f.count(s, 1)
}

func ambiguousRetract(f *fixture) {
	if !f.can().Retract {
		retract(f)
		return
	}
	_, o := f.publish(f.segment("To be taken down"))
	if !f.breaks(memory.OpDelete, memory.Fault{Kind: memory.LostResponse}) {
		return
	}
	f.is(f.acc.Posts.Delete(f.ctx(), o.ID), provider.Ambiguous)
	f.gone(o.ID)
	if err := f.acc.Posts.Delete(f.ctx(), o.ID); err != nil {
		f.is(err, provider.NotFound)
	}
}

// unsent meets failures that prove that nothing happened.
func unsent(f *fixture) {
	for _, c := range []struct {
		fault memory.Fault
		kind  provider.Kind
	}{
		{memory.Fault{Kind: memory.Refused}, provider.Unsent},
		{memory.Fault{Kind: memory.Throttled, Delay: 30 * time.Second}, provider.Throttled},
	} {
		if !f.breaks(memory.OpPublish, c.fault) {
			continue
		}
		s := f.segment("Not yet: " + string(c.fault.Kind))
		r := f.request(s)
		_, err := f.acc.Posts.Publish(f.ctx(), r)
		f.is(err, c.kind)
		var e *provider.Error
		if c.kind == provider.Throttled && (!errors.As(err, &e) || !e.RetryAfter.After(f.sub.Clock.Now())) {
			f.Errorf("throttled without a time to come back: %+v", e)
		}
		f.count(s, 0)
		f.advance(31 * time.Second)
		if f.sub.Advance == nil && c.kind == provider.Throttled {
			continue
		}
		f.send(r)
		f.count(s, 1)
	}
}
