package mastodon

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// How long a server may take to process a medium, and how often it is asked.
const (
	mediaPatience = 10 * time.Minute
	mediaFirstAsk = time.Second
	mediaLastAsk  = 10 * time.Second
)

// upload is a medium on the server that no post has yet.
type upload struct {
	id    string
	ready bool
}

// uploadKey names one medium of one segment, so that an attempt that is repeated
// does not upload again and no two posts share a medium.
func uploadKey(r provider.Request, i int) string {
	m := r.Segment.Media[i]
	return content.Digest(r.ClientKey, strconv.Itoa(i), m.File, m.SHA256, m.Alt, focus(m.Focus))
}

// uploadAll puts a segment's media on the server, in order, and waits until they
// are processed.
func (l *login) uploadAll(ctx context.Context, op string, r provider.Request) ([]string, error) {
	ids := make([]string, len(r.Segment.Media))
	for i := range r.Segment.Media {
		id, err := l.uploadOne(ctx, op, r, i)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

func (l *login) uploadOne(ctx context.Context, op string, r provider.Request, i int) (string, error) {
	key := uploadKey(r, i)
	l.mu.Lock()
	u, known := l.uploads[key]
	l.mu.Unlock()
	if !known {
		var err error
		if u, err = l.upload(ctx, op, r.Segment.Media[i]); err != nil {
			return "", err
		}
		l.remember(key, u)
	}
	if !u.ready {
		if err := l.await(ctx, op, u.id); err != nil {
			if !provider.Is(err, provider.Throttled) {
				l.forget(key)
			}
			return "", err
		}
		l.remember(key, upload{u.id, true})
	}
	return u.id, nil
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
		e := asError(op, err)
		if e.Kind == provider.Ambiguous {
			e.Kind = provider.Unsent
		}
		return upload{}, e
	}
	var a attachment
	if err := decode(resp.Body, &a); err != nil || a.ID == "" {
		e := unreadable(op, resp, "the answer names no medium")
		e.Kind = provider.Unsent
		return upload{}, e
	}
	return upload{string(a.ID), resp.Status == http.StatusOK || resp.Status == http.StatusCreated}, nil
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
		asError(op, err).Kind = provider.Unsupported
	}
	l.mu.Lock()
	l.oldAPI = l.oldAPI || err == nil
	l.mu.Unlock()
	return resp, err
}

func (l *login) sendForm(ctx context.Context, op, where string, m content.Attachment) (*httpx.Response, error) {
	f := newForm()
	defer f.close()
	f.text("description", m.Alt)
	f.text("focus", focus(m.Focus))
	sum, err := f.file(l.files, "file", m)
	if err != nil {
		return nil, refused(op, "%w", err)
	}
	resp, err := l.send(ctx, f.request(op, http.MethodPost, where))
	if err == nil && m.SHA256 != "" && hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return resp, refused(op, "the file has changed since the post was rendered")
	}
	return resp, err
}

// await asks until a medium is processed.
func (l *login) await(ctx context.Context, op, id string) error {
	op += ": processing of a medium"
	for waited, pause := time.Duration(0), mediaFirstAsk; waited < mediaPatience; pause = min(pause*3/2, mediaLastAsk) {
		if err := l.clock.Sleep(ctx, pause); err != nil {
			return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
		}
		waited += pause
		ready, err := l.processed(ctx, op, id)
		if ready || err != nil {
			return err
		}
	}
	return &provider.Error{Kind: provider.Unsent, Op: op, Err: fmt.Errorf("not finished after %s", mediaPatience)}
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
