package engine

import (
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Bounds of what is taken over from a forge.
const (
	maxLoginLength = 100
	maxURLLength   = 500
)

// printable is a forge's text as it may stand in the ledger and in messages:
// bounded, without control characters and those that turn a line around.
func printable(s string, limit int) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "") {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			continue
		}
		if b.Len()+len(string(r)) > limit {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// webAddress is an address of a forge, or nothing where it is none.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURLLength || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return printable(u.String(), maxURLLength)
}

func wholeSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
