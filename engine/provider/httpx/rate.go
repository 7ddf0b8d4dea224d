package httpx

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// maxWait bounds how far ahead a server may send us: its word is input, too.
const maxWait = 24 * time.Hour

// ParseRate reads X-RateLimit-* or RateLimit-* headers; ok says whether the
// server told its remaining requests. A reset may be an ISO 8601 time (Mastodon),
// an epoch in seconds or milliseconds, or seconds from now (the IETF draft).
func ParseRate(h http.Header, now time.Time) (rate provider.Rate, ok bool) {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
		remaining, err := strconv.Atoi(strings.TrimSpace(h.Get(prefix + "Remaining")))
		if err != nil || remaining < 0 {
			continue
		}
		limit, _ := strconv.Atoi(strings.TrimSpace(h.Get(prefix + "Limit")))
		return provider.Rate{Limit: max(limit, 0), Remaining: remaining, Reset: parseReset(h.Get(prefix+"Reset"), now)}, true
	}
	return provider.Rate{}, false
}

// RetryAfter returns when the server wants us back: Retry-After in seconds or as
// a date, else the reset of an exhausted rate limit, else the zero time. It is
// never more than a day ahead.
func RetryAfter(h http.Header, now time.Time) time.Time {
	if s := strings.TrimSpace(h.Get("Retry-After")); s != "" {
		if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 0 {
			return ahead(n, now)
		}
		if t, err := http.ParseTime(s); err == nil {
			return clamp(t, now)
		}
	}
	if r, ok := ParseRate(h, now); ok && r.Remaining == 0 {
		return r.Reset
	}
	for _, k := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
		if t := parseReset(h.Get(k), now); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// ServerTime returns the response's Date, or the zero time.
func ServerTime(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Numbers below epochFrom count from now; those from millisFrom on are
// milliseconds.
const (
	epochFrom  = 1e9
	millisFrom = 1e11
)

func parseReset(s string, now time.Time) time.Time {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 0 {
		switch {
		case n < epochFrom:
			return ahead(n, now)
		case n < millisFrom:
			return clamp(time.UnixMilli(int64(math.Ceil(n*1000))), now) // never before the moment that was meant
		case n < 1e15:
			return clamp(time.UnixMilli(int64(n)), now)
		}
		return now.Add(maxWait).UTC()
	}
	for _, l := range []string{time.RFC3339Nano, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(l, s); err == nil {
			return clamp(t, now)
		}
	}
	return time.Time{}
}

func ahead(seconds float64, now time.Time) time.Time {
	return now.Add(time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))).UTC()
}

func clamp(t, now time.Time) time.Time {
	if limit := now.Add(maxWait); t.After(limit) {
		return limit.UTC()
	}
	return t.UTC()
}
