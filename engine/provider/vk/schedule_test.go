package vk_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
	"github.com/smmctl/smmctl/engine/provider/vk/vktest"
)

func scheduled(t *testing.T, r *rig, q provider.Request) provider.Object {
	t.Helper()
	o, err := r.Schedules.Schedule(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// A new time must not cost a post its pictures, its poll or its source.
func TestRescheduleKeepsEverything(t *testing.T) {
	t.Parallel()
	for _, escape := range []bool{false, true} {
		r := newRig(t, vktest.Options{Escape: escape})
		q := rich()
		q.Segment.Text += "\n5 < 6 & \"so\" on"
		q.At = start.Add(2 * time.Hour)
		o := scheduled(t, r, q)
		moved, err := r.Schedules.Reschedule(context.Background(), o.ID, q.At.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(moved.Fields, o.Fields) || moved.ID != o.ID || moved.Fingerprint != o.Fingerprint {
			t.Errorf("moved into %v\nfrom %v", moved.Fields, o.Fields)
		}
		if len(o.Fields) < 12 || !strings.Contains(o.Fields["text"], `5 < 6 & "so" on`) {
			t.Errorf("scheduled as %v", o.Fields)
		}
		r.clock.Advance(4 * time.Hour)
		if live := r.Live(); len(live) != 1 || !strings.Contains(live[0], `5 < 6 & "so" on`) {
			t.Errorf("live: %q", live)
		}
	}
}

func TestScheduleTimes(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{Postponed: 2})
	near := request("Too near")
	near.At = start.Add(4 * time.Minute)
	_, err := r.Schedules.Schedule(context.Background(), near)
	is(t, err, provider.Rejected)
	past := request("Past")
	past.At = start.Add(-time.Hour)
	_, err = r.Schedules.Schedule(context.Background(), past)
	is(t, err, provider.Rejected)

	first := request("First")
	first.At = start.Add(time.Hour)
	o := scheduled(t, r, first)
	same := request("At the same time")
	same.At = first.At
	_, err = r.Schedules.Schedule(context.Background(), same)
	is(t, err, provider.Rejected)
	same.At = first.At.Add(time.Minute)
	scheduled(t, r, same)
	_, err = r.Schedules.Reschedule(context.Background(), o.ID, same.At)
	is(t, err, provider.Rejected)
	full := request("One too many")
	full.At = first.At.Add(time.Hour)
	_, err = r.Schedules.Schedule(context.Background(), full)
	is(t, err, provider.Throttled)
	_, err = r.Schedules.Reschedule(context.Background(), o.ID, start.Add(time.Minute))
	is(t, err, provider.Rejected)
	if len(r.Live()) > 0 {
		t.Errorf("live: %q", r.Live())
	}
}

// A poll that would have ended before its post is published is refused.
func TestRescheduleBeyondThePoll(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	q := rich()
	q.At = start.Add(2 * time.Hour)
	o := scheduled(t, r, q)
	_, err := r.Schedules.Reschedule(context.Background(), o.ID, q.At.Add(25*time.Hour))
	is(t, err, provider.Rejected)
}

// What has been published is not unscheduled: nothing live is deleted.
func TestUnscheduleTooLate(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	q := request("Out")
	q.At = start.Add(time.Hour)
	o := scheduled(t, r, q)
	if _, err := r.Posts.Get(context.Background(), o.ID); !provider.Is(err, provider.NotFound) {
		t.Errorf("what waits is published: %v", err)
	}
	r.clock.Advance(2 * time.Hour)
	is(t, r.Schedules.Unschedule(context.Background(), o.ID), provider.NotFound)
	_, err := r.Schedules.Reschedule(context.Background(), o.ID, start.Add(9*time.Hour))
	is(t, err, provider.NotFound)
	live := listed(t, r.Account)
	if len(live) != 1 || live[0].ID == o.ID || !live[0].CreatedAt.Equal(q.At) {
		t.Fatalf("live: %+v", live)
	}
	// Should VK keep the number of a post that it publishes, it is no longer waiting.
	is(t, r.Schedules.Unschedule(context.Background(), live[0].ID), provider.NotFound)
	if len(r.Live()) != 1 {
		t.Error("what was live has been deleted")
	}
}

// VK publishes at once where its clock is past the time. That is an Object without
// ScheduledAt, not a failure that would be sent again.
func TestScheduledAndPublishedAtOnce(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	q := request("Hello")
	q.At = start.Add(time.Hour)
	o, err := s.Schedules.Schedule(context.Background(), q)
	if err != nil || o.ID != "-1_5" || !o.ScheduledAt.IsZero() {
		t.Errorf("%+v, %v", o, err)
	}
}

// The schedule has a guid of its own for each time, and a publication keeps its own.
func TestGuids(t *testing.T) {
	t.Parallel()
	s := newStub(t, nil)
	seen := map[string]bool{}
	for range 2 {
		if _, err := s.Posts.Publish(context.Background(), request("Hello")); err != nil {
			t.Fatal(err)
		}
		seen[s.sent("wall.post").Get("guid")] = true
	}
	q := request("Hello")
	for i := range 2 {
		q.At = start.Add(time.Duration(i+1) * time.Hour)
		if _, err := s.Schedules.Schedule(context.Background(), q); err != nil {
			t.Fatal(err)
		}
		seen[s.sent("wall.post").Get("guid")] = true
	}
	if len(seen) != 3 {
		t.Errorf("guids %v, want one for the publication and two for the schedule", seen)
	}
	for guid := range seen {
		if len(guid) != 36 {
			t.Errorf("guid %q", guid)
		}
	}
}

// A schedule whose answer is lost is found in the schedule.
func TestLostScheduleIsFound(t *testing.T) {
	t.Parallel()
	r := newRig(t, vktest.Options{})
	q := rich()
	q.At = start.Add(time.Hour)
	r.gate.Break(memory.OpSchedule, memory.Fault{Kind: memory.LostResponse})
	_, err := r.Schedules.Schedule(context.Background(), q)
	is(t, err, provider.Ambiguous)
	all, err := r.Schedules.ListScheduled(context.Background())
	if err != nil || len(all) != 1 || all[0].Fingerprint != providerFingerprint(q) {
		t.Errorf("%v, %v", all, err)
	}
}
