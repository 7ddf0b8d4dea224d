package mastodon

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

const statusesPath = "/api/v1/statuses"

// statusBody is the body of a publication or an edit.
type statusBody struct {
	Status          string           `json:"status"`
	MediaIDs        *[]string        `json:"media_ids,omitempty"`
	MediaAttributes []mediaAttribute `json:"media_attributes,omitempty"`
	InReplyTo       string           `json:"in_reply_to_id,omitempty"`
	Sensitive       *bool            `json:"sensitive,omitempty"`
	Spoiler         *string          `json:"spoiler_text,omitempty"`
	Visibility      string           `json:"visibility,omitempty"`
	Language        string           `json:"language,omitempty"`
	Poll            *pollBody        `json:"poll,omitempty"`
	ScheduledAt     string           `json:"scheduled_at,omitempty"`
	ContentType     string           `json:"content_type,omitempty"`
}

type pollBody struct {
	Options   []string `json:"options"`
	ExpiresIn int      `json:"expires_in"` // seconds
	Multiple  bool     `json:"multiple"`
}

// body makes what both a publication and an edit send. Where a server lets an
// account write in another markup by default, plain text is asked for.
func (l *login) body(s content.Segment, media []string) statusBody {
	b := statusBody{Status: s.Text, Language: s.Language}
	if len(media) > 0 {
		b.MediaIDs = &media
	}
	if l.kind == goToSocial || l.kind == pleroma {
		b.ContentType = "text/plain"
	}
	warning := s.Options[optWarning]
	if warning != "" {
		b.Spoiler = &warning
	}
	if sensitive, said := isSensitive(s); said {
		b.Sensitive = &sensitive
	}
	if s.Poll != nil {
		b.Poll = &pollBody{s.Poll.Options, int(s.Poll.Expires / time.Second), s.Poll.Multiple}
	}
	return b
}

// isSensitive reports whether media are to be hidden. A warning hides them, and
// Pixelfed drops a warning that comes without the flag (ApiV1Controller, read
// 2024-03).
func isSensitive(s content.Segment) (sensitive, said bool) {
	if s.Options[optWarning] != "" {
		return true, true
	}
	v, err := strconv.ParseBool(s.Options[optSensitive])
	return v, err == nil
}

// Publish implements provider.Posts.
func (l *login) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "publish"
	b, err := l.prepare(ctx, op, r)
	if err != nil {
		return provider.Object{}, err
	}
	st, resp, err := l.create(ctx, op, r.ClientKey, b)
	l.settle(r, err)
	if err != nil {
		return provider.Object{}, err
	}
	if st.Content == nil && !st.ScheduledAt.IsZero() {
		return provider.Object{}, unreadable(op, resp, "the server put the post into its schedule")
	}
	o := st.object()
	if o.CreatedAt.IsZero() {
		o.CreatedAt = resp.Date
	}
	return o, nil
}

// prepare does all that publishes nothing: it finds the parent and uploads.
func (l *login) prepare(ctx context.Context, op string, r provider.Request) (statusBody, error) {
	if r.Segment.Poll != nil && !l.caps.Poll {
		return statusBody{}, &provider.Error{Kind: provider.Unsupported, Op: op, Err: fmt.Errorf("%s has no polls", l.server())}
	}
	parent := r.ParentID
	if parent == "" && r.ParentURL != "" {
		var err error
		if parent, err = l.resolve(ctx, r.ParentURL); err != nil {
			return statusBody{}, err
		}
	}
	media, err := l.uploadAll(ctx, op, r, make([]string, len(r.Segment.Media)))
	if err != nil {
		return statusBody{}, err
	}
	b := l.body(r.Segment, media)
	b.InReplyTo, b.Visibility = parent, r.Segment.Options[optVisibility]
	return b, nil
}

// create posts a status, now or for the schedule. An answer that only repeats an
// older failure is no attempt: the post is sent under the key's next form.
func (l *login) create(ctx context.Context, op, key string, b statusBody) (*status, *httpx.Response, error) {
	send := func() (*httpx.Response, error) {
		return l.post(ctx, request{op: op, method: http.MethodPost, path: statusesPath, key: l.currentKey(key)}, b)
	}
	resp, err := send()
	if err != nil && replayed(resp) {
		l.burn(key)
		resp, err = send()
	}
	if err != nil {
		return nil, nil, l.createFailure(op, key, b, resp, provider.AsError(op, err))
	}
	var st status
	if err := decode(resp.Body, &st); err != nil || st.ID == "" {
		l.keyDoubtful(key)
		return nil, nil, unreadable(op, resp, "the answer names no post")
	}
	return &st, resp, nil
}

// Get implements provider.Posts. Somebody else's post, or a boost, is not there.
func (l *login) Get(ctx context.Context, id string) (provider.Object, error) {
	const op = "get"
	if id == "" {
		return provider.Object{}, &provider.Error{Kind: provider.NotFound, Op: op}
	}
	resp, err := l.get(ctx, op, statusesPath+"/"+seg(id), nil)
	if err != nil {
		return provider.Object{}, err
	}
	var st status
	if err := decode(resp.Body, &st); err != nil || st.ID == "" || st.CreatedAt.IsZero() {
		e := unreadable(op, resp, "the answer is no post")
		e.Kind = provider.Unsent
		return provider.Object{}, e
	}
	if !l.mine(&st) {
		return provider.Object{}, &provider.Error{Kind: provider.NotFound, Op: op, Status: resp.Status, Code: "not this account's post"}
	}
	return st.object(), nil
}

func (l *login) mine(s *status) bool {
	return !s.isReblog() && (s.Account.ID == "" || string(s.Account.ID) == l.me)
}

// Delete implements provider.Posts.
func (l *login) Delete(ctx context.Context, id string) error {
	const op = "delete"
	if id == "" {
		return &provider.Error{Kind: provider.NotFound, Op: op}
	}
	_, err := l.send(ctx, request{op: op, method: http.MethodDelete, path: statusesPath + "/" + seg(id)})
	return err
}

// resolve finds the server's own id of anybody's post.
func (l *login) resolve(ctx context.Context, address string) (string, error) {
	const op = "find the post to answer"
	resp, err := l.get(ctx, op, "/api/v2/search", url.Values{
		"q": {address}, "type": {"statuses"}, "resolve": {"true"}, "limit": {"5"},
	})
	if err != nil {
		return "", err
	}
	var found struct {
		Statuses []status `json:"statuses"`
	}
	if err := decode(resp.Body, &found); err != nil {
		return "", provider.Refused(op, "the answer of the search is not JSON")
	}
	for _, s := range found.Statuses {
		if s.ID != "" && l.isAt(&s, address) {
			return string(s.ID), nil
		}
	}
	return "", provider.Refused(op, "%s: this server finds no post there", address)
}

// isAt reports whether a status is the post at an address: one of its own two,
// or another that ends in the same name on the same host, such as a server's own
// page of somebody else's post. A server may find posts that only mention the
// address, and to answer a wrong one cannot be undone.
func (l *login) isAt(s *status, address string) bool {
	want, err := url.Parse(address)
	if err != nil {
		return false
	}
	for _, own := range []string{string(s.URL), string(s.URI)} {
		have, err := url.Parse(own)
		if err == nil && have.Host != "" && strings.EqualFold(have.Host, want.Host) && lastName(have) == lastName(want) {
			return true
		}
	}
	return strings.EqualFold(want.Host, l.base.Host) && lastName(want) == string(s.ID)
}

func lastName(u *url.URL) string { return path.Base(strings.TrimSuffix(u.Path, "/")) }

// said reports whether an answer's body holds one of the words, whatever their
// case. Only its beginning is looked at.
func said(resp *httpx.Response, words ...string) bool {
	if resp == nil {
		return false
	}
	b := bytes.ToLower(resp.Body[:min(len(resp.Body), 2000)])
	for _, w := range words {
		if bytes.Contains(b, []byte(w)) {
			return true
		}
	}
	return false
}
