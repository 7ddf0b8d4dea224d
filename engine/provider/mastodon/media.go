package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// How long a server may take to process a medium, how often it is asked, and how
// much of a call's time is kept for the post itself.
const (
	mediaPatience = 10 * time.Minute
	mediaFirstAsk = time.Second
	mediaLastAsk  = 10 * time.Second
	mediaReserve  = 10 * time.Second
)

// upload is a medium on the server that no post has yet.
type upload struct {
	id    string
	ready bool
	since time.Time
}

// uploadKey names one medium of one segment, so that an attempt that is repeated
// does not upload again and no two posts share a medium.
func uploadKey(r provider.Request, i int) string {
	m := r.Segment.Media[i]
	return content.Digest(r.ClientKey, strconv.Itoa(i), m.File, m.SHA256, m.Alt, focus(m.Focus))
}

// uploadAll puts a segment's media on the server, in order, and waits until all
// are processed. Those of which keep has an id are there already. What was
// uploaded is remembered for the next attempt.
func (l *login) uploadAll(ctx context.Context, op string, r provider.Request, keep []string) ([]string, error) {
	ids := slices.Clone(keep)
	for i, id := range keep {
		if id != "" {
			continue
		}
		var err error
		if ids[i], err = l.uploadOne(ctx, op, r, i); err != nil {
			return nil, err
		}
	}
	for i, id := range keep {
		if id != "" {
			continue
		}
		if err := l.awaitOne(ctx, op, uploadKey(r, i)); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (l *login) uploadOne(ctx context.Context, op string, r provider.Request, i int) (string, error) {
	key := uploadKey(r, i)
	u, known := l.known(key)
	if !known {
		var err error
		if u, err = l.upload(ctx, op, r.Segment.Media[i]); err != nil {
			return "", err
		}
		l.remember(key, u)
	}
	return u.id, nil
}

func (l *login) awaitOne(ctx context.Context, op, key string) error {
	u, _ := l.known(key)
	if u.ready {
		return nil
	}
	if err := l.await(ctx, op, u); err != nil {
		if !provider.Is(err, provider.Throttled) && ctx.Err() == nil {
			l.forget(key)
		}
		return err
	}
	u.ready = true
	l.remember(key, u)
	return nil
}

func (l *login) known(key string) (upload, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u, ok := l.uploads[key]
	return u, ok
}

func (l *login) remember(key string, u upload) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uploads[key] = u
}

func (l *login) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.uploads, key)
}

// settle forgets a segment's uploads unless the post was certainly not made and
// will be tried again.
func (l *login) settle(r provider.Request, err error) {
	if provider.Is(err, provider.Unsent) || provider.Is(err, provider.Throttled) {
		return
	}
	for i := range r.Segment.Media {
		l.forget(uploadKey(r, i))
	}
}

// upload sends one file. Whatever goes wrong, nothing was published: doubt about
// an upload is Unsent.
func (l *login) upload(ctx context.Context, op string, m content.Attachment) (upload, error) {
	op += ": upload " + m.File
	resp, err := l.sendFile(ctx, op, m)
	if err != nil {
		return upload{}, provider.Harmless(op, err)
	}
	var a attachment
	if err := decode(resp.Body, &a); err != nil || a.ID == "" {
		e := unreadable(op, resp, "the answer names no medium")
		e.Kind = provider.Unsent
		return upload{}, e
	}
	return upload{string(a.ID), resp.Status == http.StatusOK || resp.Status == http.StatusCreated, l.clock.Now()}, nil
}

// sendFile uploads to the second version of the API, or the first where the
// server has no other. Only a 404 says so, and then nothing was stored.
func (l *login) sendFile(ctx context.Context, op string, m content.Attachment) (*httpx.Response, error) {
	l.mu.Lock()
	old := l.oldAPI
	l.mu.Unlock()
	if !old {
		resp, err := l.sendForm(ctx, op, "/api/v2/media", m)
		if !provider.Is(err, provider.NotFound) && !provider.Is(err, provider.Unsupported) {
			return resp, err
		}
	}
	resp, err := l.sendForm(ctx, op, "/api/v1/media", m)
	if provider.Is(err, provider.NotFound) {
		provider.AsError(op, err).Kind = provider.Unsupported
	}
	l.mu.Lock()
	l.oldAPI = l.oldAPI || err == nil
	l.mu.Unlock()
	return resp, err
}

func (l *login) sendForm(ctx context.Context, op, where string, m content.Attachment) (*httpx.Response, error) {
	f := httpx.NewForm()
	defer f.Close()
	f.Text("description", m.Alt)
	f.Text("focus", focus(m.Focus))
	if err := l.attach(ctx, f, "file", m); err != nil {
		return nil, provider.Refused(op, "%w", err)
	}
	return l.send(ctx, formRequest(op, http.MethodPost, where, f))
}

// attach adds a file to a form, as it is to be sent.
func (l *login) attach(ctx context.Context, f *httpx.Form, name string, m content.Attachment) error {
	file, err := l.file(ctx, m)
	if err != nil {
		return err
	}
	return f.File(name, file)
}

func formRequest(op, method, where string, f *httpx.Form) request {
	r := request{op: op, method: method, path: where}
	r.body, r.size, r.kind = f.Body()
	return r
}

// await asks until a medium is processed. Where that takes longer than the call
// may, the caller is asked to come back: nothing was published, and the upload is
// remembered.
func (l *login) await(ctx context.Context, op string, u upload) error {
	op += ": processing of a medium"
	began, budget := l.clock.Now(), mediaBudget(ctx)
	for pause := mediaFirstAsk; l.clock.Now().Sub(u.since) < mediaPatience; pause = min(pause*3/2, mediaLastAsk) {
		if l.clock.Now().Add(pause).Sub(began) > budget {
			return l.comeBack(op)
		}
		err := l.clock.Sleep(ctx, pause)
		ready := false
		if err == nil {
			ready, err = l.processed(ctx, op, u.id)
		}
		switch {
		case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
			return l.comeBack(op)
		case err != nil && ctx.Err() != nil:
			return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
		case ready || err != nil:
			return err
		}
	}
	return &provider.Error{Kind: provider.Unsent, Op: op, Err: fmt.Errorf("not finished after %s", mediaPatience)}
}

// mediaBudget is how long a call may wait for media, so that there is time left
// to post.
func mediaBudget(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 2 * mediaPatience // no limit of its own
	}
	left := time.Until(deadline)
	return left - min(mediaReserve, left/3)
}

// comeBack is the error that asks for another attempt.
func (l *login) comeBack(op string) error {
	return &provider.Error{
		Kind: provider.Throttled, Op: op, RetryAfter: l.clock.Now().Add(mediaLastAsk), Err: errors.New("the server is not finished yet"),
	}
}

// processed asks once. A server that has no such address has nothing to wait
// for; a passing failure of a question is asked again.
func (l *login) processed(ctx context.Context, op, id string) (bool, error) {
	resp, err := l.get(ctx, op, "/api/v1/media/"+seg(id), nil)
	switch {
	case err == nil:
		return resp.Status == http.StatusOK, nil
	case provider.Is(err, provider.NotFound), provider.Is(err, provider.Unsupported):
		return true, nil
	case provider.Is(err, provider.Unsent) && ctx.Err() == nil:
		return false, nil
	}
	return false, err
}

// focus writes a focal point as the API wants it.
func focus(f []float64) string {
	if len(f) != 2 {
		return ""
	}
	return strconv.FormatFloat(f[0], 'f', -1, 64) + "," + strconv.FormatFloat(f[1], 'f', -1, 64)
}
