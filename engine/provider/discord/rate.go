package discord

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// maxWait bounds how far ahead a server may send us.
const maxWait = 24 * time.Hour

// readRate reads the bucket of one route. X-RateLimit-Reset-After counts from now
// and so needs no common clock; X-RateLimit-Reset is an epoch with a fraction
// (rate limits, 2026-08-06).
func readRate(h http.Header, now time.Time) (provider.Rate, bool) {
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil || left < 0 {
		return provider.Rate{}, false
	}
	limit, _ := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if err != nil {
		reset, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset"), 64)
		if err != nil {
			return provider.Rate{}, false
		}
		after = reset - float64(now.UnixMilli())/1000
	}
	if math.IsNaN(after) {
		return provider.Rate{}, false
	}
	after = min(max(after, 0), maxWait.Seconds())
	return provider.Rate{Limit: max(limit, 0), Remaining: left, Reset: now.Add(time.Duration(after * float64(time.Second))).UTC()}, true
}

// noteRate tells of the bucket that publications use, and of no other: they must
// not wait for that of reads. Which routes share a bucket only its name says.
func (c *client) noteRate(method string, h http.Header) {
	bucket := h.Get("X-RateLimit-Bucket")
	if method == http.MethodPost {
		c.bucket.Store(&bucket)
	}
	if ours := c.bucket.Load(); c.onRate == nil || ours == nil || method != http.MethodPost && (bucket == "" || bucket != *ours) {
		return
	}
	if r, ok := readRate(h, c.now()); ok {
		c.onRate(r)
	}
}
