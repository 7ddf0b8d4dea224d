package httpx

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

const redacted = "[secret]"

// scrub takes out of err what a *url.Error carries: user, path and query may all
// hold a token. The host stays, and the cause is kept for errors.Is.
func (c Caller) scrub(req *http.Request, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if text := c.redact(req, err.Error()); text != err.Error() {
		return &clean{text, err}
	}
	return fmt.Errorf("%s: %w", req.URL.Host, err)
}

// clean shows a redacted text for an error that can still be matched.
type clean struct {
	text string
	err  error
}

// Error implements error.
func (c *clean) Error() string { return c.text }

// Is matches what the hidden error matches, without handing it out.
func (c *clean) Is(target error) bool { return errors.Is(c.err, target) }

// redact replaces in s everything that a request carries as a secret, and at
// the end of s the beginning of one: the sender may have cut the text there.
func (c Caller) redact(req *http.Request, s string) string {
	secrets := c.secretsOf(req)
	for _, secret := range secrets {
		s = strings.ReplaceAll(s, secret, redacted)
	}
	end := strings.TrimRight(s, cutMarks)
	for _, secret := range secrets {
		for n := min(len(secret)-1, len(end)); n >= minPrefix; n-- {
			if strings.HasSuffix(end, secret[:n]) {
				return end[:len(end)-n] + redacted
			}
		}
	}
	return s
}

const (
	minSecret = 4 // what is shorter would be found in any text
	minPrefix = 8
	cutMarks  = ". …\"'"
)

// secretsOf lists the secrets of a request, the longest first, for one may hold
// another.
func (c Caller) secretsOf(req *http.Request) []string {
	var all []string
	add := func(s string) {
		if len(s) >= minSecret {
			all = append(all, s)
		}
	}
	for _, h := range []string{"Authorization", "Cookie", "X-Api-Key"} {
		v := req.Header.Get(h)
		if scheme, token, ok := strings.Cut(v, " "); ok && h == "Authorization" && scheme != "" {
			v = token
		}
		add(v)
	}
	if p, ok := req.URL.User.Password(); ok {
		add(p)
	}
	add(req.URL.User.Username())
	add(req.URL.RawQuery)
	for k, vs := range req.URL.Query() {
		if sensitive(k) {
			for _, v := range vs {
				add(v)
			}
		}
	}
	for _, secret := range c.Secrets {
		v := secret.Reveal()
		add(v)
		add(url.PathEscape(v))
		add(url.QueryEscape(v))
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return all
}

func sensitive(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "token") || strings.Contains(key, "secret") || strings.Contains(key, "key") ||
		strings.Contains(key, "password") || key == "code"
}

// printable returns s as one bounded line without control characters: it is a
// stranger's text and ends on a terminal.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > maxMessage {
		s = string(r[:maxMessage]) + "…"
	}
	return strings.TrimSpace(s)
}
