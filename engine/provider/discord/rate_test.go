package discord_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// TestOnlyOneBucketCounts: the limits of reading and editing are other buckets,
// and a publication must not wait for them.
func TestOnlyOneBucketCounts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	told := func(status int, body, left, after string) http.HandlerFunc {
		return says(status, body, "X-RateLimit-Limit: 5", "X-RateLimit-Remaining: "+left, "X-RateLimit-Reset-After: "+after,
			"X-RateLimit-Reset: 1780000000.123")
	}
	s := newStub(t, map[string]http.HandlerFunc{
		"GET " + hookPath:   told(200, aWebhook, "0", "100"),
		"PATCH" + onMessage: told(200, aMessage, "0", "100"),
		"GET" + onMessage:   told(200, aMessage, "0", "100"),
		posting:             told(200, aMessage, "3", "1.75"),
	})
	acc := s.open(t)
	_, _ = acc.Posts.Get(ctx, messageID)
	_, _ = acc.Posts.Edit(ctx, messageID, post("Hello"))
	if len(s.rates) != 0 {
		t.Fatalf("other buckets were told of: %v", s.rates)
	}
	if _, err := acc.Posts.Publish(ctx, post("Hello")); err != nil {
		t.Fatal(err)
	}
	want := provider.Rate{Limit: 5, Remaining: 3, Reset: start.Add(1750 * time.Millisecond)}
	if len(s.rates) != 1 || s.rates[0] != want {
		t.Errorf("rates %v, want %v", s.rates, want)
	}
}

// TestSharedBucket: where edits use up the same bucket, they are told of.
func TestSharedBucket(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	told := func(body, left, bucket string) http.HandlerFunc {
		return says(200, body, "X-RateLimit-Remaining: "+left, "X-RateLimit-Reset-After: 2", "X-RateLimit-Bucket: "+bucket)
	}
	s := newStub(t, map[string]http.HandlerFunc{
		posting: told(aMessage, "4", "abcd1234"), "PATCH" + onMessage: told(aMessage, "3", "abcd1234"), "GET" + onMessage: told(aMessage, "0", "other"),
	})
	acc := s.open(t)
	_, _ = acc.Posts.Publish(ctx, post("Hello"))
	_, _ = acc.Posts.Edit(ctx, messageID, post("Hello there"))
	_, _ = acc.Posts.Get(ctx, messageID)
	if len(s.rates) != 2 || s.rates[0].Remaining != 4 || s.rates[1].Remaining != 3 {
		t.Errorf("rates %v", s.rates)
	}
}

// TestRateHeaders reads the two forms of a reset, and nonsense.
func TestRateHeaders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers []string
		want    time.Duration // -1: nothing is told
	}{
		"from now":            {[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset-After: 64.57"}, 64570 * time.Millisecond},
		"an epoch":            {[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1796290202.500"}, 2500 * time.Millisecond},
		"an epoch that is by": {[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1470173023.123"}, 0},
		"in a year":           {[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset-After: 31536000"}, 24 * time.Hour},
		"no number":           {[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset-After: NaN"}, -1},
		"without a reset":     {[]string{"X-RateLimit-Remaining: 0"}, -1},
		"less than nothing":   {[]string{"X-RateLimit-Remaining: -1", "X-RateLimit-Reset-After: 1"}, -1},
		"none":                {nil, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStub(t, map[string]http.HandlerFunc{posting: says(200, aMessage, c.headers...)})
			if _, err := s.open(t).Posts.Publish(context.Background(), post("Hello")); err != nil {
				t.Fatal(err)
			}
			switch {
			case c.want < 0 && len(s.rates) > 0, c.want >= 0 && len(s.rates) != 1:
				t.Errorf("rates %v", s.rates)
			case c.want >= 0:
				if d := s.rates[0].Reset.Sub(start.Add(c.want)); d < -time.Millisecond || d > time.Millisecond {
					t.Errorf("reset at %v, want %v", s.rates[0].Reset, start.Add(c.want))
				}
			}
		})
	}
}
