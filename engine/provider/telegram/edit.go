package telegram

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// edition is an edit under way.
type edition struct {
	ids    []int64
	text   markup
	media  []medium
	fields fields
	r      provider.Request
}

// Edit implements provider.Posts. A text or a caption is one request, and each
// file that has changed is one: what was kept is not sent again.
func (l *login) Edit(ctx context.Context, id string, r provider.Request) (provider.Object, error) {
	const op = "edit"
	e := &edition{ids: parseIDs(id), r: r, fields: fields{}}
	if e.ids == nil {
		return provider.Object{}, provider.Refused(op, "%q is no id of a message", id)
	}
	maps.Copy(e.fields, r.Prior)
	if err := e.possible(op); err != nil {
		return provider.Object{}, err
	}
	var err error
	if e.text, err = l.convert(op, r.Segment); err != nil {
		return provider.Object{}, err
	}
	changed := e.changed()
	if len(changed) > 0 {
		if e.media, err = l.prepare(ctx, op, r.Segment); err != nil {
			return provider.Object{}, err
		}
	}
	for n, i := range changed {
		if err := l.editMedium(ctx, op, e, i); err != nil {
			return provider.Object{}, partly(err, n)
		}
	}
	if len(changed) == 0 || changed[0] != 0 {
		if err := l.editWords(ctx, op, e); err != nil {
			return provider.Object{}, partly(err, len(changed))
		}
	}
	return l.shown(e.ids, e.fields, r.ParentID, e.created(), 0), nil
}

// partly says of a failure that something was changed before it.
func partly(err error, before int) error {
	var e *provider.Error
	if before > 0 && errors.As(err, &e) {
		e.Err = fmt.Errorf("%d files were replaced before: %w", before, e.Err)
	}
	return err
}

// possible refuses the edits that Telegram has no method for.
func (e *edition) possible(op string) error {
	s, sent := e.r.Segment, e.r.PriorSent
	_, wasPoll := sent["poll.options[0]"]
	if wasPoll || s.Poll != nil {
		return unsupported(op, "a poll cannot be edited")
	}
	was := len(s.Media)
	if len(sent) > 0 {
		was = countMedia(sent, "sha256")
	}
	switch now := len(s.Media); {
	case (was == 0) != (now == 0):
		return unsupported(op, "a text cannot become a medium, nor a medium a text")
	case was != now || now > 1 && len(e.ids) != now:
		return unsupported(op, "an album keeps its number of files: %d cannot become %d", was, now)
	}
	for i, a := range s.Media {
		if kind := e.r.Prior[mediaPath(i, "kind")]; kind != "" && class(kind) != class(kindOf(a)) {
			return unsupported(op, "a %s cannot become a %s", kind, kindOf(a))
		}
	}
	return nil
}

// changed lists the places of the files that are not those that were sent.
func (e *edition) changed() []int {
	var out []int
	for i, a := range e.r.Segment.Media {
		cover := ""
		if a.Cover != nil {
			cover = a.Cover.SHA256
		}
		sent := e.r.PriorSent
		if len(sent) > 0 && (a.SHA256 != sent[mediaPath(i, "sha256")] || cover != sent[mediaPath(i, "cover")]) {
			out = append(out, i)
		}
	}
	return out
}

// created is when the message was published. Where nothing tells, as of one that
// a person named, it is the publication's wanted time.
func (e *edition) created() time.Time {
	if t, err := time.Parse(time.RFC3339, e.fields["date"]); err == nil {
		return t
	}
	return e.r.At.UTC()
}

// editMedium replaces one file.
func (l *login) editMedium(ctx context.Context, op string, e *edition, i int) error {
	m := e.media[i]
	in := m.input()
	if i == 0 {
		caption(in, m.kind, e.text, e.r.Segment)
	} else if m.kind != document {
		setAbove(in, e.r.Segment)
	}
	return l.change(ctx, e, i, call{op: op, method: "editMessageMedia", files: m.files, params: map[string]any{"media": in}})
}

// editWords replaces the text or the caption.
func (l *login) editWords(ctx context.Context, op string, e *edition) error {
	s, p := e.r.Segment, map[string]any{}
	q := call{op: op, params: p}
	if len(s.Media) > 0 {
		q.method = "editMessageCaption"
		caption(p, kindOf(s.Media[0]), e.text, s)
	} else {
		q.method = "editMessageText"
		p["text"] = e.text.text
		setEntities(p, "entities", e.text)
		setPreview(p, s)
	}
	return l.change(ctx, e, 0, q)
}

// change makes one edit and notes what the message shows then. A message that is
// so already comes back without an answer of its own: it shows what was asked for.
func (l *login) change(ctx context.Context, e *edition, i int, q call) error {
	q.params["chat_id"], q.params["message_id"] = l.chat.ID, e.ids[i]
	var m message
	resp, err := l.do(ctx, q, &m)
	switch {
	case errors.Is(err, errUnchanged):
		if i == 0 {
			e.fields["text"] = e.text.text
			e.fields.flag("caption_above", e.r.Segment.Options[optAbove] == "true" && len(e.r.Segment.Media) > 0)
		}
		return nil
	case err != nil:
		return err
	case m.ID != e.ids[i] || !l.ours(&m):
		return doubtful(q.op, resp, "the answer is not the message that was edited")
	}
	e.fields.show(i, &m)
	return nil
}
