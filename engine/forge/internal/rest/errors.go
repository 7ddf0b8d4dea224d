package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// limited finds out a refusal that is a limit: GitHub answers 403 as well as 429,
// with Retry-After or with no requests left ("Rate limits for the REST API",
// docs.github.com, 2026-11-24).
func limited(err error, resp *httpx.Response, now time.Time) error {
	var e *provider.Error
	if !errors.As(err, &e) || resp == nil || resp.Status != http.StatusForbidden {
		return err
	}
	spent := strings.TrimSpace(resp.Header.Get("X-RateLimit-Remaining")) == "0"
	if spent || resp.Header.Get("Retry-After") != "" || strings.Contains(e.Error(), "secondary rate limit") {
		e.Kind, e.RetryAfter = provider.Throttled, httpx.RetryAfter(resp.Header, now)
	}
	return err
}

// sorted gives err the error of package forge that it is, and says what to do.
func (c *Client) sorted(r Request, err error) error {
	if err == nil {
		return nil
	}
	var e *provider.Error
	if !errors.As(err, &e) {
		e = &provider.Error{Kind: provider.Ambiguous}
	}
	switch e.Kind {
	case provider.Throttled:
		until := "later"
		if !e.RetryAfter.IsZero() {
			until = "after " + e.RetryAfter.UTC().Format(time.RFC3339)
		}
		return fmt.Errorf("%s: %w: %w: ask again %s", c.name, err, forge.ErrLimited, until)
	case provider.Unauthorized:
		if e.Status == http.StatusUnauthorized {
			return fmt.Errorf("%s: %w: %w: it is missing, wrong or has expired", c.name, err, forge.ErrForbidden)
		}
		return fmt.Errorf("%s: %w: %w: it needs %s", c.name, err, forge.ErrForbidden, r.Needs)
	case provider.NotFound:
		return fmt.Errorf("%s: %w: %w, or does not show it to this token, which needs %s", c.name, err, forge.ErrNotFound, r.Needs)
	case provider.Ambiguous:
		if r.Method != "" {
			return fmt.Errorf("%s: %w: it may have been carried out; look before doing it again", c.name, err)
		}
	}
	return fmt.Errorf("%s: %w", c.name, err)
}

// Decode reads JSON. Its errors name places and never what stands there, which is
// a stranger's and may be long.
func Decode(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	var typ *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &typ):
		return fmt.Errorf("%q is no %s (byte %d)", typ.Field, typ.Type, typ.Offset)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON (byte %d)", syntax.Offset)
	}
	return errors.New("a value is not of the form that it should have")
}

// Status returns the HTTP status inside an error, or 0.
func Status(err error) int {
	var e *provider.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// Odd is the error of an answer that is JSON, and not what was asked for.
func Odd(op, problem string, args ...any) error {
	return fmt.Errorf("%s: %w: %s", op, errAnswer, fmt.Sprintf(problem, args...))
}

func (c *Client) odd(op, problem string, args ...any) error {
	return fmt.Errorf("%s: %w", c.name, Odd(op, problem, args...))
}
