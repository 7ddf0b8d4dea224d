package providertest

import (
	"context"
	"fmt"
	"html"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// tolerance is how far a platform's times may lie from ours.
const tolerance = time.Minute

// fixture is one subtest at work.
type fixture struct {
	*testing.T
	h   Harness
	sub *Subject
	acc *provider.Account
	n   int // publications asked for
}

func (f *fixture) ctx() context.Context { return f.Context() }

func (f *fixture) can() provider.Capabilities { return f.acc.Capabilities }

// readable reports whether publications can be read back at all.
func (f *fixture) readable() bool { return f.h.Driver.Facility != provider.NoFacility }

// segment makes the plainest segment that the platform takes.
func (f *fixture) segment(text string) content.Segment {
	s := content.Segment{Text: text, Language: "en", Options: maps.Clone(f.h.Options), Date: f.sub.Clock.Now().UTC(), OK: true}
	if f.can().Markup == provider.HTML {
		s.HTML = "<p>" + html.EscapeString(text) + "</p>"
	}
	if f.acc.Limits.Title > 0 {
		s.Title = "Conformance"
	}
	if f.acc.Limits.MediaRequired {
		s.Media = []content.Attachment{attachment(f.acc.Limits, "Blue stripes")}
	}
	return s
}

// request makes a request as apply does: a Key of its own, a key that is fixed,
// and an intent that is a moment old.
func (f *fixture) request(s content.Segment) provider.Request {
	f.n++
	key := content.Key{Post: fmt.Sprintf("conformance-%d", f.n), Account: "subject"}
	now := f.sub.Clock.Now().UTC()
	return provider.Request{
		Key: key, Generation: 1, ClientKey: content.Digest(f.Name(), key.String()),
		IntentAt: now, At: now, Segment: s,
	}
}

// publish publishes a segment and checks what comes back.
func (f *fixture) publish(s content.Segment) (provider.Request, provider.Object) {
	f.Helper()
	r := f.request(s)
	return r, f.send(r)
}

func (f *fixture) send(r provider.Request) provider.Object {
	f.Helper()
	before := fmt.Sprintf("%+v", r)
	o, err := f.acc.Posts.Publish(f.ctx(), r)
	if err != nil {
		f.Fatalf("publish %s: %v", r.Key, err)
	}
	if after := fmt.Sprintf("%+v", r); after != before {
		f.Errorf("publishing changed its request from %s\nto %s", before, after)
	}
	f.sound(o, r.Segment)
	if now := f.sub.Clock.Now(); o.CreatedAt.Before(now.Add(-tolerance)) || o.CreatedAt.After(now.Add(tolerance)) {
		f.Errorf("published at %v by its account, at %v by ours", o.CreatedAt, now)
	}
	return o
}

// sound checks what every object must have.
func (f *fixture) sound(o provider.Object, s content.Segment) {
	f.Helper()
	if o.ID == "" {
		f.Error("the object has no id")
	}
	if len(o.Fields) == 0 {
		f.Error("the object has no fields")
	}
	if want := f.h.Driver.Fingerprint(s); o.Fingerprint != want || want == "" {
		f.Errorf("fingerprint %q, the driver's of the segment is %q", o.Fingerprint, want)
	}
}

// edition asks for an object's new state, with what is known of the old one.
func (f *fixture) edition(r provider.Request, o provider.Object, s content.Segment) provider.Request {
	sent := map[string]string{}
	for _, v := range r.Segment.FieldValues() {
		sent[v.Path] = v.Value
	}
	r.Segment, r.Prior, r.PriorSent = s, o.Fields, sent
	return r
}

// live lists everything, after the time in which a listing may lag.
func (f *fixture) live() []provider.Object {
	f.Helper()
	if d := f.can().VisibilityDelay; d > 0 && f.sub.Advance != nil {
		f.sub.Advance(d)
	}
	var out []provider.Object
	for o, err := range f.acc.Posts.List(f.ctx()) {
		if err != nil {
			f.Fatalf("list: %v", err)
		}
		out = append(out, o)
	}
	return out
}

// matches returns the live objects with the fingerprint of s.
func (f *fixture) matches(s content.Segment) []provider.Object {
	f.Helper()
	want := f.h.Driver.Fingerprint(s)
	return slices.DeleteFunc(f.live(), func(o provider.Object) bool { return o.Fingerprint != want })
}

// count checks how many live objects match s, where that can be known.
func (f *fixture) count(s content.Segment, want int) {
	f.Helper()
	if !f.readable() {
		return
	}
	if got := f.matches(s); len(got) != want {
		f.Errorf("%d live objects match %q, want %d", len(got), s.Text, want)
	}
}

// reads checks that Get and List show o as it was when it was written.
func (f *fixture) reads(o provider.Object) {
	f.Helper()
	got, err := f.acc.Posts.Get(f.ctx(), o.ID)
	if !f.readable() && !f.can().Lookup {
		f.is(err, provider.Unsupported)
		return
	}
	if err != nil {
		f.Fatalf("get %s: %v", o.ID, err)
	}
	f.same("get", got, o)
	if !f.readable() {
		return
	}
	f.same("list", f.listed(o.ID), o)
}

func (f *fixture) listed(id string) provider.Object {
	f.Helper()
	for _, o := range f.live() {
		if o.ID == id {
			return o
		}
	}
	f.Fatalf("list has no %s", id)
	return provider.Object{}
}

// same compares all that must not depend on how an object was read.
func (f *fixture) same(how string, got, want provider.Object) {
	f.Helper()
	if got.ID != want.ID || got.URL != want.URL || got.ParentID != want.ParentID || got.Fingerprint != want.Fingerprint {
		f.Errorf("%s: %+v\nwant %+v", how, got, want)
	}
	if !got.CreatedAt.Equal(want.CreatedAt) {
		f.Errorf("%s: created at %v, want %v", how, got.CreatedAt, want.CreatedAt)
	}
	if !maps.Equal(got.Fields, want.Fields) {
		f.Errorf("%s: fields %v\nwant %v", how, got.Fields, want.Fields)
	}
}

// gone checks that nothing is left of id.
func (f *fixture) gone(id string) {
	f.Helper()
	if !f.readable() && !f.can().Lookup {
		return
	}
	_, err := f.acc.Posts.Get(f.ctx(), id)
	f.is(err, provider.NotFound)
	if !f.readable() {
		return
	}
	for _, o := range f.live() {
		if o.ID == id {
			f.Errorf("list still has %s", id)
		}
	}
}

// is checks an error's kind.
func (f *fixture) is(err error, kinds ...provider.Kind) {
	f.Helper()
	if err == nil || !slices.Contains(kinds, provider.KindOf(err)) {
		f.Errorf("error %v of kind %q, want one of %q", err, provider.KindOf(err), kinds)
	}
}

// denied checks that nothing of s was published and that the error says so.
func (f *fixture) denied(s content.Segment, err error) {
	f.Helper()
	f.is(err, provider.Unsupported, provider.Rejected)
	f.count(s, 0)
}

// breaks arms a fault. A platform that cannot be broken so says it aloud.
func (f *fixture) breaks(op string, fault memory.Fault) bool {
	if f.sub.Break != nil && f.sub.Break(op, fault) {
		return true
	}
	f.Logf("not tried: %s cannot be broken with %s here", op, fault.Kind)
	return false
}

func (f *fixture) advance(d time.Duration) {
	if f.sub.Advance != nil {
		f.sub.Advance(d)
	}
}
