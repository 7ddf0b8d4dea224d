package memory_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// bench is one platform with one account on it.
type bench struct {
	p   *memory.Platform
	c   *memory.Clock
	acc *provider.Account
}

func newBench(t testing.TB, change func(*memory.Options)) bench {
	t.Helper()
	o := memory.Everything()
	if change != nil {
		change(&o)
	}
	c := memory.NewClock(start)
	p := memory.New("acme", c)
	acc, err := memory.Open(context.Background(), p, nil, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	return bench{p, c, acc}
}

func facility(f provider.Facility) func(*memory.Options) {
	return func(o *memory.Options) { o.Facility = f }
}

func request(post string) provider.Request {
	key := content.Key{Post: post, Account: "acme"}
	return provider.Request{
		Key: key, Generation: 1, ClientKey: content.Digest(key.String()), IntentAt: start, At: start,
		Segment: content.Segment{Text: "The text of " + post},
	}
}

func (b bench) listed(t testing.TB) int {
	t.Helper()
	n := 0
	for _, err := range b.acc.Posts.List(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// TestFaultsOfPublish: what each fault tells the caller and does to the platform,
// on a first publication.
func TestFaultsOfPublish(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault    memory.FaultKind
		kind     provider.Kind // "" for success
		accepted int
		listed   int
	}{
		{memory.NoFault, "", 1, 1},
		{memory.Refused, provider.Unsent, 0, 0},
		{memory.LostResponse, provider.Ambiguous, 1, 1},
		{memory.ErrorBefore, provider.Ambiguous, 0, 0},
		{memory.ErrorAfter, provider.Ambiguous, 1, 1},
		{memory.TimeoutBefore, provider.Ambiguous, 0, 0},
		{memory.TimeoutAfter, provider.Ambiguous, 1, 1},
		{memory.Throttled, provider.Throttled, 0, 0},
		{memory.NotSupported, provider.Unsupported, 0, 0},
		{memory.Duplicate, "", 2, 2},
		{memory.ListingLag, "", 1, 0},
		{memory.KeyIgnored, "", 1, 1},
		{memory.KeyExpired, "", 1, 1},
		{memory.RepeatedKey400, "", 1, 1},
		{memory.RepeatedKey500, "", 1, 1},
		{memory.StaleRead, "", 1, 1},
		{memory.ScheduleLost, "", 1, 1},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: c.fault, Delay: time.Minute})
			r := request("a")
			_, err := b.acc.Posts.Publish(context.Background(), r)
			if (err == nil) != (c.kind == "") || err != nil && provider.KindOf(err) != c.kind {
				t.Errorf("error %v of kind %q, want %q", err, provider.KindOf(err), c.kind)
			}
			if c.fault.Fails() != (err != nil) || c.fault.Commits() != (b.p.Accepted(r.Key, 1, 0) > 0) {
				t.Errorf("Fails and Commits say %t and %t", c.fault.Fails(), c.fault.Commits())
			}
			if got := b.p.Accepted(r.Key, 1, 0); got != c.accepted {
				t.Errorf("accepted %d, want %d", got, c.accepted)
			}
			if got := b.listed(t); got != c.listed {
				t.Errorf("listed %d, want %d", got, c.listed)
			}
		})
	}
}

// TestRepeatedKey: the second request with a key, by facility and fault.
func TestRepeatedKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		facility provider.Facility
		fault    memory.FaultKind
		wait     time.Duration
		kind     provider.Kind
		accepted int
	}{
		{"chosen", provider.ClientKey, memory.NoFault, 0, "", 1},
		{"chosen, long after", provider.ClientKey, memory.NoFault, 48 * time.Hour, "", 1},
		{"chosen, delivered twice", provider.ClientKey, memory.Duplicate, 0, "", 1},
		{"remembered", provider.IdempotencyKey, memory.NoFault, 59 * time.Minute, "", 1},
		{"forgotten after its lifetime", provider.IdempotencyKey, memory.NoFault, time.Hour, "", 2},
		{"forgotten early", provider.IdempotencyKey, memory.KeyExpired, 0, "", 2},
		{"ignored", provider.IdempotencyKey, memory.KeyIgnored, 0, "", 2},
		{"ignored by a platform with chosen keys", provider.ClientKey, memory.KeyIgnored, 0, "", 2},
		{"400", provider.IdempotencyKey, memory.RepeatedKey400, 0, provider.Ambiguous, 1},
		{"500", provider.IdempotencyKey, memory.RepeatedKey500, 0, provider.Ambiguous, 1},
		{"no keys", provider.ReadBack, memory.NoFault, 0, "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, facility(c.facility))
			r := request("a")
			first, err := b.acc.Posts.Publish(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			b.c.Advance(c.wait)
			b.p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: c.fault})
			again, err := b.acc.Posts.Publish(context.Background(), r)
			if (err == nil) != (c.kind == "") || err != nil && provider.KindOf(err) != c.kind {
				t.Errorf("error %v, want kind %q", err, c.kind)
			}
			if got := b.p.Accepted(r.Key, 1, 0); got != c.accepted {
				t.Errorf("accepted %d, want %d", got, c.accepted)
			}
			if err == nil && (again.ID == first.ID) != (c.accepted == 1) {
				t.Errorf("ids %s and %s", first.ID, again.ID)
			}
		})
	}
}

func TestAKeyWhoseObjectWasDeleted(t *testing.T) {
	t.Parallel()
	for f, want := range map[provider.Facility]provider.Kind{provider.IdempotencyKey: provider.NotFound, provider.ClientKey: ""} {
		b := newBench(t, facility(f))
		r := request("a")
		o, err := b.acc.Posts.Publish(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.acc.Posts.Delete(t.Context(), o.ID); err != nil {
			t.Fatal(err)
		}
		_, err = b.acc.Posts.Publish(t.Context(), r)
		if (err == nil) != (want == "") || err != nil && provider.KindOf(err) != want {
			t.Errorf("%s: %v, want kind %q", f, err, want)
		}
	}
}

func TestListingLagEnds(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.Faults.Arm(memory.OpPublish, memory.Fault{Kind: memory.ListingLag, Delay: time.Minute})
	o, err := b.acc.Posts.Publish(t.Context(), request("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.acc.Posts.Get(t.Context(), o.ID); err != nil {
		t.Errorf("get does not lag: %v", err)
	}
	for _, want := range []int{0, 1} {
		if got := b.listed(t); got != want {
			t.Errorf("listed %d, want %d", got, want)
		}
		b.c.Advance(time.Minute)
	}
}

// TestStaleRead: a replica shows each object as it was before its last change.
func TestStaleRead(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx := t.Context()
	r := request("a")
	o, err := b.acc.Posts.Publish(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	stale := func() (provider.Object, error) {
		b.p.Faults.Arm(memory.OpGet, memory.Fault{Kind: memory.StaleRead})
		return b.acc.Posts.Get(ctx, o.ID)
	}
	if _, err := stale(); !provider.Is(err, provider.NotFound) {
		t.Errorf("just made: %v", err)
	}
	b.c.Advance(time.Hour)
	if _, err := stale(); err != nil {
		t.Errorf("long made: %v", err)
	}
	r.Segment.Text = "Other"
	if _, err := b.acc.Posts.Edit(ctx, o.ID, r); err != nil {
		t.Fatal(err)
	}
	if got, err := stale(); err != nil || got.Fields["text"] != "The text of a" {
		t.Errorf("just edited: %v, %v", got.Fields, err)
	}
	b.c.Advance(time.Hour)
	if err := b.acc.Posts.Delete(ctx, o.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := stale(); err != nil || got.Fields["text"] != "Other" {
		t.Errorf("just deleted: %v, %v", got.Fields, err)
	}
	if _, err := b.acc.Posts.Get(ctx, o.ID); !provider.Is(err, provider.NotFound) {
		t.Errorf("a fresh read: %v", err)
	}
}

func TestScheduleIsLostSilently(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		b := newBench(t, facility(provider.IdempotencyKey))
		r := request("a")
		r.At = start.Add(time.Hour)
		if _, err := b.acc.Schedules.Schedule(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if again, err := b.acc.Schedules.Schedule(t.Context(), r); err != nil || len(b.p.Scheduled()) != 1 || again.ID != b.p.Scheduled()[0].ID {
			t.Errorf("the same key scheduled again: %v, %v", again, err)
		}
		if lost {
			b.p.Faults.Arm(memory.OpDue, memory.Fault{Kind: memory.ScheduleLost})
		}
		if got := b.p.Accepted(r.Key, 1, 0); got != 0 {
			t.Errorf("accepted %d before its time", got)
		}
		b.c.Advance(2 * time.Hour)
		want := 1
		if lost {
			want = 0
		}
		if got := b.p.Accepted(r.Key, 1, 0); got != want || len(b.p.Scheduled()) != 0 {
			t.Errorf("lost %t: accepted %d, want %d; still scheduled %v", lost, got, want, b.p.Scheduled())
		}
		if want == 1 && !b.p.Own()[0].CreatedAt.Equal(r.At) {
			t.Errorf("published at %v, want %v", b.p.Own()[0].CreatedAt, r.At)
		}
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	o := memory.Everything()
	o.Quota, o.Window = 3, time.Minute
	c := memory.NewClock(start)
	p := memory.New("acme", c)
	var last provider.Rate
	acc, err := memory.Open(t.Context(), p, nil, func(r provider.Rate) { last = r }, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if _, err := acc.Profile.GetProfile(t.Context()); err != nil {
			t.Fatal(err)
		}
		if last.Remaining != 1-i || last.Limit != 3 || !last.Reset.Equal(start.Add(time.Minute)) {
			t.Errorf("rate %+v", last)
		}
	}
	_, err = acc.Profile.GetProfile(t.Context())
	var e *provider.Error
	if !errors.As(err, &e) || e.Kind != provider.Throttled || !e.RetryAfter.Equal(last.Reset) {
		t.Errorf("over the quota: %v", err)
	}
	c.Advance(time.Minute)
	if _, err := acc.Profile.GetProfile(t.Context()); err != nil {
		t.Errorf("in the next window: %v", err)
	}
}

func TestHookDecidesPerRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.Faults.Set(memory.Always(memory.OpPublish, memory.Fault{Kind: memory.ErrorBefore}))
	b.p.Faults.Arm(memory.OpPublish, memory.Fault{})
	if _, err := b.acc.Posts.Publish(t.Context(), request("a")); err != nil {
		t.Errorf("armed: %v", err)
	}
	if _, err := b.acc.Posts.Publish(t.Context(), request("b")); err == nil {
		t.Error("the hook was not asked")
	}
	b.p.Faults.Set(nil)
	if _, err := b.acc.Posts.Publish(t.Context(), request("c")); err != nil {
		t.Errorf("without a hook: %v", err)
	}
	if got := b.p.Requests(memory.OpPublish); got != 3 {
		t.Errorf("%d requests, want 3", got)
	}
}

func TestMeddling(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	old := b.p.AddForeign("Older than all", start.Add(-time.Hour))
	o, err := b.acc.Posts.Publish(t.Context(), request("a"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.p.Tamper(o.ID, "By hand"); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.acc.Posts.Get(t.Context(), o.ID); got.Fields["text"] != "By hand" || got.Fingerprint == o.Fingerprint {
		t.Errorf("tampered: %+v", got)
	}
	if err := b.p.Remove(o.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.p.Remove(o.ID); err == nil {
		t.Error("removed twice")
	}
	if f := b.p.Foreign(); len(f) != 1 || f[0].ID != old || len(b.p.Own()) != 0 {
		t.Errorf("foreign %v, own %v", f, b.p.Own())
	}
	b.p.SetSkew(time.Hour)
	if got := b.p.Now(); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("skewed to %v", got)
	}
}

func TestObjectsAreCopies(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	o, err := b.acc.Posts.Publish(t.Context(), request("a"))
	if err != nil {
		t.Fatal(err)
	}
	o.Fields["text"] = "scribbled"
	if got, _ := b.acc.Posts.Get(t.Context(), o.ID); got.Fields["text"] != "The text of a" {
		t.Errorf("the caller changed the platform: %v", got.Fields)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, facility(provider.ClientKey))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				r := request(string(rune('a' + i%2)))
				o, err := b.acc.Posts.Publish(context.Background(), r)
				if err != nil {
					t.Error(err)
				}
				_, _ = b.acc.Posts.Get(context.Background(), o.ID)
				b.p.Own()
			}
		})
	}
	all.Wait()
	if slots := b.p.AcceptedSlots(); len(slots) != 2 {
		t.Errorf("accepted %v", slots)
	}
}

// TestSentIsNotObserved: the platform's form differs from what was sent, is
// stable, and still tells different texts apart.
func TestSentIsNotObserved(t *testing.T) {
	t.Parallel()
	s := content.Segment{Text: "  See https://example.org/a/long/one \x07 "}
	if got := memory.Fields(s)["text"]; got == s.Text || got != memory.Text(got) {
		t.Errorf("observed %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if once := memory.Text(text); memory.Text(once) != once {
			t.Fatalf("%q becomes %q and then %q", text, once, memory.Text(once))
		}
	})
}

func BenchmarkPublish(b *testing.B) {
	bench := newBench(b, facility(provider.ClientKey))
	r := request("a")
	for b.Loop() {
		if _, err := bench.acc.Posts.Publish(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
}
