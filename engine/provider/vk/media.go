package vk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// The kinds of attachment that we make.
const (
	photoKind    = "photo"
	documentKind = "doc"
)

// kindOf is what a file becomes; "" is nothing. A GIF does not move as a photo.
func kindOf(m content.Attachment) string {
	typ := m.Type
	if m.Make != nil && m.Make.Type != "" {
		typ = m.Make.Type
	}
	switch typ {
	case "image/jpeg", "image/png":
		return photoKind
	case "image/gif", "application/pdf":
		return documentKind
	}
	return ""
}

// attachments makes all that hangs on a new post and names it, in order.
func (l *login) attachments(ctx context.Context, op string, r provider.Request) ([]string, error) {
	out, err := l.uploadAll(ctx, op, r, make([]string, len(r.Segment.Media)))
	if err != nil {
		return nil, err
	}
	if r.Segment.Poll != nil {
		name, err := l.once(pollKey(r), func() (string, error) { return l.createPoll(ctx, op, r) })
		if err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return append(out, links(r.Segment)...), nil
}

// uploadAll puts a segment's media on VK and names them, in order. Those of which
// kept has a name are there already. Where they take longer than the call may, the
// caller is asked to come back: what was uploaded is remembered.
func (l *login) uploadAll(ctx context.Context, op string, r provider.Request, kept []string) ([]string, error) {
	out := slices.Clone(kept)
	began, budget := l.clock.Now(), uploadBudget(ctx)
	for i, name := range kept {
		if name != "" {
			continue
		}
		if now := l.clock.Now(); now.Sub(began) > budget {
			return nil, &provider.Error{Kind: provider.Throttled, Op: op, RetryAfter: now.Add(time.Second), Err: errors.New("there is more to upload")}
		}
		var err error
		if out[i], err = l.once(mediaKey(r, i), func() (string, error) { return l.upload(ctx, op, r.Segment.Media[i]) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// reserve is how much of a call's time is kept for the post itself.
const reserve = 10 * time.Second

// uploadBudget is how long a call may upload, so that there is time left to post.
func uploadBudget(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return math.MaxInt64
	}
	left := time.Until(deadline)
	return left - min(reserve, left/3)
}

// once makes an attachment, or gives the one that an attempt made before which
// was certainly not carried out to its end.
func (l *login) once(key string, make func() (string, error)) (string, error) {
	l.mu.Lock()
	name, known := l.made[key]
	l.mu.Unlock()
	if known {
		return name, nil
	}
	name, err := make()
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made[key] = name
	return name, nil
}

func mediaKey(r provider.Request, i int) string {
	m := r.Segment.Media[i]
	return content.Digest("media", r.ClientKey, strconv.Itoa(i), m.File, m.SHA256)
}

func pollKey(r provider.Request) string { return content.Digest("poll", r.ClientKey, unix(r.At)) }

// settle forgets what was made for a post, unless the post was certainly not made
// and will be tried again.
func (l *login) settle(r provider.Request, err error) {
	if provider.Is(err, provider.Unsent) || provider.Is(err, provider.Throttled) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range r.Segment.Media {
		delete(l.made, mediaKey(r, i))
	}
	delete(l.made, pollKey(r))
}

// upload sends one file and names it. Nothing is published by it, so doubt is
// Unsent.
func (l *login) upload(ctx context.Context, op string, m content.Attachment) (string, error) {
	op += ": upload " + m.File
	file, err := l.file(ctx, m)
	if err != nil {
		return "", provider.Refused(op, "%w", err)
	}
	send := l.uploadPhoto
	if kindOf(m) == documentKind {
		send = l.uploadDocument
	}
	name, err := send(ctx, op, file)
	return name, provider.Harmless(op, err)
}

func (l *login) uploadPhoto(ctx context.Context, op string, file provider.File) (string, error) {
	gid := ownerText(l.group)
	var sent struct {
		Server json.Number `json:"server"`
		Photo  string      `json:"photo"`
		Hash   string      `json:"hash"`
	}
	if err := l.send(ctx, op, "photos.getWallUploadServer", url.Values{"group_id": {gid}}, "photo", file, &sent); err != nil {
		return "", err
	}
	if sent.Photo == "" {
		return "", unreadable(op, "the upload server", errors.New("it names no photo"))
	}
	var saved []saved
	if _, err := l.call(ctx, op, "photos.saveWallPhoto", url.Values{
		"group_id": {gid}, "photo": {sent.Photo}, "server": {sent.Server.String()}, "hash": {sent.Hash},
	}, &saved); err != nil {
		return "", err
	}
	if len(saved) != 1 {
		return "", unreadable(op, "photos.saveWallPhoto", errors.New("it names no photo"))
	}
	return saved[0].named(op, photoKind)
}

func (l *login) uploadDocument(ctx context.Context, op string, file provider.File) (string, error) {
	var sent struct {
		File string `json:"file"`
	}
	if err := l.send(ctx, op, "docs.getWallUploadServer", url.Values{"group_id": {ownerText(l.group)}}, "file", file, &sent); err != nil {
		return "", err
	}
	if sent.File == "" {
		return "", unreadable(op, "the upload server", errors.New("it names no document"))
	}
	var made struct {
		Doc saved `json:"doc"`
	}
	if _, err := l.call(ctx, op, "docs.save", url.Values{"file": {sent.File}}, &made); err != nil {
		return "", err
	}
	return made.Doc.named(op, documentKind)
}

// saved is a photo or a document that VK has stored.
type saved struct {
	ID    int64  `json:"id"`
	Owner int64  `json:"owner_id"`
	Key   string `json:"access_key"`
}

// plainKey keeps what VK names a key from becoming another attachment.
var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

func (s saved) named(op, kind string) (string, error) {
	name := attachment{kind: kind, owner: s.Owner, id: s.ID, key: s.Key}.sent()
	if name == "" || !plainKey.MatchString(s.Key) {
		return "", unreadable(op, kind, errors.New("it has no name"))
	}
	return name, nil
}

// send asks for an upload server with a method of the API, and sends a file there.
func (l *login) send(ctx context.Context, op, method string, params url.Values, field string, file provider.File, into any) error {
	var server struct {
		URL string `json:"upload_url"`
	}
	if _, err := l.read(ctx, op, method, params, &server); err != nil {
		return err
	}
	to, err := l.uploadURL(server.URL)
	if err != nil {
		return provider.Refused(op, "%w", err)
	}
	form := httpx.NewForm()
	defer form.Close()
	if err := form.File(field, file); err != nil {
		return provider.Refused(op, "%w", err)
	}
	return l.sendForm(ctx, op, to, form, into)
}

// uploadURL checks an upload server's address. It comes from an answer, so it
// may not lead a file over plain HTTP, but where the API itself is on this machine.
func (l *login) uploadURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return "", errors.New("VK names no upload server")
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) && l.base.Scheme == "http" {
		return s, nil
	}
	return "", fmt.Errorf("VK names an upload server on %s without https", u.Hostname())
}

// sendForm posts a file to an upload server. The token stays away from there: the
// address is permission enough.
func (l *login) sendForm(ctx context.Context, op, to string, form *httpx.Form, into any) error {
	body, size, kind := form.Body()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, body)
	if err != nil {
		return provider.Refused(op, "VK names an upload server that cannot be called")
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", kind)
	resp, err := l.caller.Do(op, req)
	if err != nil {
		return uploadFailure(op, err)
	}
	if err := l.refusedUpload(op, resp.Body); err != nil {
		return err
	}
	if err := json.Unmarshal(resp.Body, into); err != nil {
		return unreadable(op, "the upload server", err)
	}
	return nil
}

// refusedUpload reads an upload server's word that it did not take a file. It is a
// text, or a failure as the API's own; a photo that was none is an empty list.
func (l *login) refusedUpload(op string, body []byte) error {
	var words struct {
		Error string `json:"error"`
		Photo string `json:"photo"`
	}
	if json.Unmarshal(body, &words) == nil && (words.Error != "" || words.Photo == "[]") {
		return provider.Refused(op, "VK's upload server did not take it %s", l.harmlessText(words.Error))
	}
	var own struct {
		Error failure `json:"error"`
	}
	if json.Unmarshal(body, &own) == nil && own.Error.Code != 0 {
		return l.failed(op, own.Error)
	}
	return nil
}

// uploadFailure is of an upload server's answer: an address that has expired is
// asked for anew with the next attempt.
func uploadFailure(op string, err error) error {
	e := provider.AsError(op, err)
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		e.Kind = provider.Unsent
	}
	return e
}
