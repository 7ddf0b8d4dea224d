package httpx_test

import (
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	in5 := now.Add(5 * time.Minute)
	for _, c := range []struct {
		name string
		h    http.Header
		want provider.Rate
		ok   bool
	}{
		{"nothing", header(), provider.Rate{}, false},
		{"Mastodon", header("X-RateLimit-Limit", "300", "X-RateLimit-Remaining", "12", "X-RateLimit-Reset", "2026-12-03T09:35:00.000000Z"), provider.Rate{Limit: 300, Remaining: 12, Reset: in5}, true},
		{"GoToSocial's spelling", header("X-Ratelimit-Limit", "300", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "2026-12-03T10:35:00+01:00"), provider.Rate{Limit: 300, Reset: in5}, true},
		{"epoch", header("RateLimit-Limit", "10", "RateLimit-Remaining", "1", "RateLimit-Reset", "1796290500"), provider.Rate{Limit: 10, Remaining: 1, Reset: in5}, true},
		{"milliseconds", header("X-RateLimit-Remaining", "1", "X-RateLimit-Reset", "1796290500000"), provider.Rate{Remaining: 1, Reset: in5}, true},
		{"seconds from now", header("RateLimit-Remaining", "1", "RateLimit-Reset", "300"), provider.Rate{Remaining: 1, Reset: in5}, true},
		{"no reset", header("RateLimit-Remaining", "0"), provider.Rate{}, true},
		{"nonsense", header("RateLimit-Remaining", "many", "RateLimit-Reset", "soon"), provider.Rate{}, false},
		{"negative", header("RateLimit-Remaining", "-1"), provider.Rate{}, false},
		{"a year ahead", header("RateLimit-Remaining", "0", "RateLimit-Reset", "2027-12-03T09:30:00Z"), provider.Rate{Reset: now.Add(24 * time.Hour)}, true},
		{"a huge number", header("RateLimit-Remaining", "0", "RateLimit-Reset", "1e300"), provider.Rate{Reset: now.Add(24 * time.Hour)}, true},
	} {
		got, ok := httpx.ParseRate(c.h, now)
		if ok != c.ok || got.Limit != c.want.Limit || got.Remaining != c.want.Remaining || !got.Reset.Equal(c.want.Reset) {
			t.Errorf("%s: %+v, %t; want %+v, %t", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		h    http.Header
		want time.Time
	}{
		{"nothing", header(), time.Time{}},
		{"seconds", header("Retry-After", "30"), now.Add(30 * time.Second)},
		{"a fraction", header("Retry-After", "1.5"), now.Add(1500 * time.Millisecond)},
		{"a date", header("Retry-After", "Thu, 03 Dec 2026 09:31:00 GMT"), now.Add(time.Minute)},
		{"endless", header("Retry-After", "999999999999"), now.Add(24 * time.Hour)},
		{"not a number", header("Retry-After", "NaN"), time.Time{}},
		{"an exhausted limit", header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "2026-12-03T09:35:00Z"), now.Add(5 * time.Minute)},
		{"a reset alone", header("X-RateLimit-Reset", "2026-12-03T09:35:00Z"), now.Add(5 * time.Minute)},
		{"its own word beats the limit's", header("Retry-After", "30", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "2026-12-03T09:35:00Z"), now.Add(30 * time.Second)},
	} {
		if got := httpx.RetryAfter(c.h, now); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestHeadersAreHostile: whatever a server writes, we are never sent further than
// a day ahead.
func TestHeadersAreHostile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]+)?(e[0-9]{1,3})?`)).Draw(t, "value")
		h := header("Retry-After", value, "RateLimit-Remaining", "0", "RateLimit-Reset", value, "Date", value)
		r, _ := httpx.ParseRate(h, now)
		limit := now.Add(24 * time.Hour)
		if r.Reset.After(limit) || httpx.RetryAfter(h, now).After(limit) {
			t.Fatalf("%q sends us to %v and %v", value, r.Reset, httpx.RetryAfter(h, now))
		}
		httpx.ServerTime(h)
	})
}
