package providertest

import (
	"maps"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// lead is far enough ahead for any schedule, and near enough.
func (f *fixture) lead() time.Time {
	return f.sub.Clock.Now().UTC().Add(f.acc.Limits.ScheduleMin + time.Hour).Truncate(time.Minute)
}

func (f *fixture) schedule(s content.Segment) (provider.Request, provider.Object) {
	f.Helper()
	r := f.request(s)
	r.At = f.lead()
	o, err := f.acc.Schedules.Schedule(f.ctx(), r)
	if err != nil {
		f.Fatalf("schedule: %v", err)
	}
	f.sound(o, s)
	f.at(o, r.At)
	return r, o
}

func (f *fixture) at(o provider.Object, want time.Time) {
	f.Helper()
	if d := o.ScheduledAt.Sub(want); d < -tolerance || d > tolerance {
		f.Errorf("scheduled for %v, want %v", o.ScheduledAt, want)
	}
}

func (f *fixture) scheduled() map[string]provider.Object {
	f.Helper()
	all, err := f.acc.Schedules.ListScheduled(f.ctx())
	if err != nil {
		f.Fatalf("list scheduled: %v", err)
	}
	out := map[string]provider.Object{}
	for _, o := range all {
		out[o.ID] = o
	}
	return out
}

func schedule(f *fixture) {
	if f.acc.Schedules == nil {
		facets(f)
		return
	}
	s := f.segment("In an hour or so")
	r, o := f.schedule(s)
	got, ok := f.scheduled()[o.ID]
	if !ok {
		f.Fatalf("the schedule has no %s", o.ID)
	}
	f.at(got, r.At)
	if got.Fingerprint != o.Fingerprint || !maps.Equal(got.Fields, o.Fields) {
		f.Errorf("scheduled as %v, listed as %v", o.Fields, got.Fields)
	}
	f.count(s, 0)
	later := r.At.Add(time.Hour)
	moved, err := f.acc.Schedules.Reschedule(f.ctx(), o.ID, later)
	if err != nil {
		f.Fatalf("reschedule: %v", err)
	}
	f.at(moved, later)
	f.at(f.scheduled()[moved.ID], later)
	if err := f.acc.Schedules.Unschedule(f.ctx(), moved.ID); err != nil {
		f.Fatalf("unschedule: %v", err)
	}
	if left := f.scheduled(); len(left) != 0 {
		f.Errorf("after unschedule there is %v", left)
	}
	if err := f.acc.Schedules.Unschedule(f.ctx(), moved.ID); err != nil {
		f.is(err, provider.NotFound)
	}
	f.count(s, 0)
}

// due lets the time come: what was scheduled is published once.
func due(f *fixture) {
	if f.acc.Schedules == nil {
		facets(f)
		return
	}
	s := f.segment("When the time comes")
	r, o := f.schedule(s)
	if f.sub.Advance == nil {
		f.Log("not tried: time is real here")
		return
	}
	f.sub.Advance(r.At.Sub(f.sub.Clock.Now()) + tolerance)
	if _, still := f.scheduled()[o.ID]; still {
		f.Error("what has come due is still in the schedule")
	}
	f.count(s, 1)
	f.sub.Advance(time.Hour)
	f.count(s, 1)
}

func pins(f *fixture) {
	if f.acc.Pins == nil {
		facets(f)
		return
	}
	_, o := f.publish(f.segment("At the top"))
	for _, step := range []struct {
		name string
		call func() error
		want bool
	}{
		{"unpin what is not pinned", func() error { return f.acc.Pins.Unpin(f.ctx(), o.ID) }, false},
		{"pin", func() error { return f.acc.Pins.Pin(f.ctx(), o.ID) }, true},
		{"pin again", func() error { return f.acc.Pins.Pin(f.ctx(), o.ID) }, true},
		{"unpin", func() error { return f.acc.Pins.Unpin(f.ctx(), o.ID) }, false},
		{"unpin again", func() error { return f.acc.Pins.Unpin(f.ctx(), o.ID) }, false},
	} {
		if err := step.call(); err != nil {
			f.Fatalf("%s: %v", step.name, err)
		}
		if f.readable() && f.listed(o.ID).Pinned != step.want {
			f.Errorf("%s: pinned is %t", step.name, !step.want)
		}
		f.reads(o)
	}
	f.is(f.acc.Pins.Pin(f.ctx(), "no-such-object"), provider.NotFound, provider.Rejected)
}

func profile(f *fixture) {
	if f.acc.Profile == nil {
		facets(f)
		return
	}
	face := f.face("Acme", "Coats that last.")
	set, err := f.acc.Profile.SetProfile(f.ctx(), face)
	if err != nil {
		f.Fatalf("set profile: %v", err)
	}
	f.profileIs(set)
	for _, v := range face.FieldValues() {
		if _, ok := set[v.Path]; !ok {
			f.Errorf("%s was set and is not in %v", v.Path, set)
		}
	}
	again, err := f.acc.Profile.SetProfile(f.ctx(), face)
	if err != nil {
		f.Fatalf("set the same profile: %v", err)
	}
	for k, v := range set {
		// Servers name a picture anew with each upload.
		if again[k] != v && k != "avatar" && k != "header" {
			f.Errorf("the same profile again has %s %q, then %q", k, v, again[k])
		}
	}
	other, err := f.acc.Profile.SetProfile(f.ctx(), f.face("Acme Coats", "Coats that last longer."))
	if err != nil {
		f.Fatalf("set another profile: %v", err)
	}
	if maps.Equal(other, set) {
		f.Errorf("another profile changed nothing in %v", set)
	}
	f.profileIs(other)
}

func (f *fixture) profileIs(want map[string]string) {
	f.Helper()
	got, err := f.acc.Profile.GetProfile(f.ctx())
	if err != nil {
		f.Fatalf("get profile: %v", err)
	}
	for k, v := range want {
		if got[k] != v {
			f.Errorf("profile %s is %q, was set to %q", k, got[k], v)
		}
	}
}

// face asks for what the platform's profile has, and no more.
func (f *fixture) face(name, bio string) content.Face {
	has := func(field string) bool { return slices.Contains(f.can().Profile, field) }
	var out content.Face
	if has("name") {
		out.Name = name
	}
	if has("bio") {
		out.Bio = bio
	}
	if has("avatar") {
		a := attachment(f.acc.Limits, "")
		out.Avatar = &a
	}
	if has("links") {
		out.Fields = []content.FieldValue{{Path: "Web", Value: "https://example.org"}}
	}
	return out
}
