package discord

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/httpx"
)

// Publish implements provider.Posts. It always waits for the message (wait=true):
// else Discord answers 204 to what it then does not save.
func (l *login) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "publish"
	if err := publishable(op, r); err != nil {
		return provider.Object{}, err
	}
	body, err := newBody(op, r.Segment)
	if err != nil {
		return provider.Object{}, err
	}
	query := url.Values{"wait": {"true"}}
	if err := l.settle(op, r, &body, query); err != nil {
		return provider.Object{}, err
	}
	resp, err := l.sendMessage(ctx, request{op: op, method: http.MethodPost, query: query}, body, r, make([]string, len(r.Segment.Media)))
	if err != nil {
		if provider.Is(err, provider.NotFound) {
			provider.AsError(op, err).Kind = provider.Rejected // the thread is not there
		}
		return provider.Object{}, err
	}
	return l.read(op, resp)
}

// publishable refuses what a webhook cannot do.
func publishable(op string, r provider.Request) error {
	switch {
	case r.ParentURL != "", r.ParentID != "" && r.Index == 0:
		return unsupported(op, "a webhook cannot answer messages")
	case r.Segment.IsComment:
		return unsupported(op, "there is no first comment under a message")
	}
	return nil
}

// settle decides where a new message goes. The parts of a thread follow the
// first, wherever it is.
func (l *login) settle(op string, r provider.Request, body *messageBody, query url.Values) error {
	o := r.Segment.Options
	thread := o[optThread]
	if r.Index > 0 {
		first, _ := l.parseID(r.RootID)
		thread = first.thread
	}
	switch {
	case thread != "" && r.Index == 0 && (o[optThreadName] != "" || o[optTags] != ""):
		return provider.Refused(op, "`thread` is a thread that is there: it gets no `thread_name` or `tags`")
	case thread != "":
		query.Set("thread_id", thread)
	case r.Index == 0 && (l.forum || o[optThreadName] != ""):
		name, err := threadName(op, r.Segment)
		if err != nil {
			return err
		}
		body.ThreadName = name
		if tags := o[optTags]; tags != "" {
			body.Tags = strings.Split(tags, ",")
		}
	}
	return nil
}

// read makes an object of a write's answer; one that names no message proves
// nothing.
func (l *login) read(op string, resp *httpx.Response) (provider.Object, error) {
	var m message
	if err := decode(resp.Body, &m); err != nil || !m.sound() {
		return provider.Object{}, unreadable(op, resp, "the answer names no message")
	}
	return l.object(&m), nil
}

// frozen are the options that an edit cannot change.
var frozen = []string{optUsername, optSilent, optThread, optThreadName, optTags, optQuestion}

// Edit implements provider.Posts. Every field is sent, for Discord keeps what an
// edit leaves out, and reads mentions anew.
func (l *login) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	const op = "edit"
	at, ok := l.parseID(id)
	if !ok {
		return provider.Object{}, &provider.Error{Kind: provider.NotFound, Op: op}
	}
	if err := editable(op, r); err != nil {
		return provider.Object{}, err
	}
	body, err := editedBody(op, r.Segment)
	if err != nil {
		return provider.Object{}, err
	}
	resp, err := l.sendMessage(ctx, request{op: op, method: http.MethodPatch, path: at.path(), query: at.query()}, body, r, keptMedia(r))
	if err != nil {
		return provider.Object{}, err
	}
	return l.read(op, resp)
}

// editable refuses what Discord would refuse, or silently leave as it is.
func editable(op string, r provider.Request) error {
	if r.Segment.Poll != nil || r.Prior["poll.question"] != "" {
		return unsupported(op, "a message with a poll cannot be edited")
	}
	for _, o := range frozen {
		if was, want := r.PriorSent["options."+o], r.Segment.Options[o]; len(r.PriorSent) > 0 && was != want {
			return unsupported(op, "%s of a published message cannot be changed from %q to %q", o, was, want)
		}
	}
	return nil
}

// Delete implements provider.Posts.
func (l *login) Delete(ctx context.Context, id string) error {
	const op = "delete"
	at, ok := l.parseID(id)
	if !ok {
		return &provider.Error{Kind: provider.NotFound, Op: op}
	}
	if _, e := l.send(ctx, request{op: op, method: http.MethodDelete, path: at.path(), query: at.query()}); e != nil {
		return e
	}
	return nil
}

// Get implements provider.Posts: a webhook reads what it has posted itself.
func (l *login) Get(ctx context.Context, id string) (provider.Object, error) {
	const op = "get"
	at, ok := l.parseID(id)
	if !ok {
		return provider.Object{}, &provider.Error{Kind: provider.NotFound, Op: op}
	}
	resp, err := l.get(ctx, op, at.path(), at.query())
	if err != nil {
		return provider.Object{}, err
	}
	var m message
	if err := decode(resp.Body, &m); err != nil || !m.sound() || m.ID != at.message {
		e := unreadable(op, resp, "the answer is not the message")
		e.Kind = provider.Unsent
		return provider.Object{}, e
	}
	if m.WebhookID != "" && m.WebhookID != l.id {
		return provider.Object{}, &provider.Error{Kind: provider.NotFound, Op: op, Status: resp.Status, Code: "not this webhook's message"}
	}
	return l.object(&m), nil
}

// List implements provider.Posts: a webhook cannot list.
func (l *login) List(context.Context) iter.Seq2[provider.Object, error] {
	return func(yield func(provider.Object, error) bool) {
		yield(provider.Object{}, unsupported("list", "a webhook cannot list messages"))
	}
}
