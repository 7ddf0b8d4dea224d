package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// sendMessage sends a message with its files: as JSON where there is none to be
// uploaded, else as a form. keep has, by place, the ids of attachments that the
// message has already. A file that cannot be read is found out before anything
// is sent.
func (l *login) sendMessage(ctx context.Context, to request, body messageBody, r provider.Request, keep []string) (*httpx.Response, error) {
	list, files, err := l.gather(ctx, to.op, r.Segment.Media, keep)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 || to.path != "" {
		body.Attachments = &list
	}
	if len(files) == 0 {
		return answered(l.sendJSON(ctx, to, body))
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unsent, Op: to.op, Err: err}
	}
	form := httpx.NewForm()
	defer form.Close()
	form.JSON("payload_json", b)
	for n, f := range files {
		if err := form.File(fmt.Sprintf("files[%d]", n), f); err != nil {
			return nil, &provider.Error{Kind: provider.Unsent, Op: to.op, Err: err}
		}
	}
	to.body, to.size, to.kind = form.Body()
	return answered(l.send(ctx, to))
}

// gather lists a message's attachments in their order, and loads those that are
// new.
func (l *login) gather(ctx context.Context, op string, all []content.Attachment, keep []string) ([]description, []provider.File, error) {
	list, room := []description{}, int64(maxRequest)
	var files []provider.File
	for i, m := range all {
		if keep[i] != "" {
			list = append(list, description{keep[i], m.Alt})
			continue
		}
		f, err := l.load(ctx, op, m, room)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, description{strconv.Itoa(len(files)), m.Alt})
		files, room = append(files, f), room-f.Bytes
	}
	return list, files, nil
}

// answered gives a nil error where there is none.
func answered(resp *httpx.Response, e *provider.Error) (*httpx.Response, error) {
	if e != nil {
		return resp, e
	}
	return resp, nil
}

// load reads a file whole, so that a request that has begun can be ended.
func (l *login) load(ctx context.Context, op string, m content.Attachment, room int64) (provider.File, error) {
	fail := func(err error) error {
		if ctx.Err() != nil {
			return &provider.Error{Kind: provider.Unsent, Op: op, Err: err}
		}
		return provider.Refused(op, "%w", err)
	}
	f, err := l.file(ctx, m)
	if err != nil {
		return f, fail(err)
	}
	if f.Bytes > room {
		return f, provider.Refused(op, "%s: its %d bytes are too many, there is room for %d (all files of a message: %d MiB)", m.File, f.Bytes, room, maxRequest/mib)
	}
	data, err := f.Read()
	if err != nil {
		return f, fail(err)
	}
	f.Name, f.Bytes = fileName(f.Name, m), int64(len(data))
	f.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return f, nil
}

// maxStem keeps names short enough that nobody shortens them: our choice.
const maxStem = 60

// fileName marks a file's name with what the file is, so that an edit knows an
// attachment again, in whatever order Discord gives them back.
func fileName(name string, m content.Attachment) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	return stem[:min(len(stem), maxStem)] + mark(m) + ext // ASCII: see provider.File
}

// mark stands for a file as it is sent: its content and how it is made.
func mark(m content.Attachment) string {
	made, _ := json.Marshal(m.Make) // numbers and strings always encode
	return "-" + content.Digest(m.SHA256, string(made))[:8]
}

// keptMedia finds, for each attachment wanted, the id of one that the message has
// with the very same file; "" where there is none.
func keptMedia(r provider.Request) []string {
	keep := make([]string, len(r.Segment.Media))
	taken := map[int]bool{}
	for i, m := range r.Segment.Media {
		for j := 0; keep[i] == ""; j++ {
			name, there := r.Prior[fmt.Sprintf("media[%d].filename", j)]
			if !there {
				break
			}
			if !taken[j] && strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), mark(m)) {
				keep[i], taken[j] = r.Prior[fmt.Sprintf("media[%d].id", j)], true
			}
		}
	}
	return keep
}
