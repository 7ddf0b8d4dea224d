package mastodon

import (
	"fmt"
	"net/http"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// keyUse is what this run knows of one client key.
type keyUse struct {
	burnt    int  // how many forms of it the server will not take again
	doubtful bool // an attempt with its newest form had no clear outcome
}

// currentKey returns the Idempotency-Key to send: the client key itself, until a
// server has shown that it only repeats an old failure for it. Pixelfed keeps a
// key before it processes a post, and Pleroma keeps error answers, too; without
// another form such a post could not be sent for hours. The form names this run:
// an earlier run may have burnt others.
func (l *login) currentKey(key string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.keys[key]; u != nil && u.burnt > 0 && key != "" {
		return fmt.Sprintf("%s-%d-%d", key, l.opened, u.burnt)
	}
	return key
}

func (l *login) use(key string) *keyUse {
	if l.keys[key] == nil {
		l.keys[key] = &keyUse{}
	}
	return l.keys[key]
}

func (l *login) keyDoubtful(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.use(key).doubtful = true
}

func (l *login) burn(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.use(key)
	u.burnt++
	u.doubtful = false
}

func (l *login) isDoubtful(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.keys[key]
	return u != nil && u.doubtful
}

// createFailure says what a failed publication proves. The caller has made sure
// that no earlier attempt is live before it sends a key again.
func (l *login) createFailure(op, key string, b statusBody, resp *httpx.Response, e *provider.Error) error {
	switch {
	case resp == nil:
	case replayed(resp):
		l.burn(key)
		e.Kind, e.Code = provider.Unsent, "an older answer was repeated"
		return e
	case l.repeatedKey(key, resp):
		l.burn(key)
		e.Kind = provider.Ambiguous
		return e
	case resp.Status == http.StatusUnprocessableEntity && said(resp, "not_ready", "finished processing", "still processing", "not finished"):
		e.Kind = provider.Unsent
	case resp.Status == http.StatusNotFound || resp.Status == http.StatusGone:
		return l.gone(key, b, e)
	case resp.Status == http.StatusForbidden && said(resp, "empty status", "media"):
		e.Kind = provider.Rejected
	}
	if e.Kind == provider.Ambiguous {
		l.keyDoubtful(key)
	}
	return e
}

// replayed reports whether a server says that it did not look at a request and
// gave its key's first answer again, as Pleroma does with failures, too.
func replayed(resp *httpx.Response) bool {
	return resp != nil && resp.Header.Get("Idempotent-Replayed") == "true"
}

// repeatedKey reports whether an answer says no more than that the key is known:
// the first attempt may have been carried out. Pixelfed: 400 "Duplicate
// idempotency key."; other words count after an attempt of doubtful outcome.
func (l *login) repeatedKey(key string, resp *httpx.Response) bool {
	switch resp.Status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		if said(resp, "idempotency", "duplicate") {
			return true
		}
	}
	return (resp.Status == http.StatusBadRequest || resp.Status == http.StatusConflict) && l.isDoubtful(key)
}

// gone reads a 404 to a publication: the post to answer is not there, or the key
// is remembered and what it made was deleted. Neither is cured by sending again.
// What left a schedule may have been published, so there it is doubt.
func (l *login) gone(key string, b statusBody, e *provider.Error) error {
	e.Kind = provider.Rejected
	switch {
	case b.InReplyTo != "":
		e.Code = "the post that it answers is not there"
	case b.ScheduledAt != "":
		l.burn(key)
		e.Kind, e.Code = provider.Ambiguous, "the server remembers this post and has it in its schedule no more"
	default:
		e.Code = "the server remembers this post, and it was deleted"
	}
	return e
}
