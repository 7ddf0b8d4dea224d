package telegram

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Publish implements provider.Posts.
func (l *login) Publish(ctx context.Context, r provider.Request) (provider.Object, error) {
	const op = "publish"
	text, err := l.check(op, r)
	if err != nil {
		return provider.Object{}, err
	}
	media, err := l.prepare(ctx, op, r.Segment)
	if err != nil {
		return provider.Object{}, err
	}
	q := call{op: op, sends: true, params: l.common(r)}
	switch {
	case r.Segment.Poll != nil:
		q.method = "sendPoll"
		pollParams(q.params, text.text, r.Segment.Poll)
	case len(media) == 0:
		q.method = "sendMessage"
		q.params["text"] = text.text
		setEntities(q.params, "entities", text)
		setPreview(q.params, r.Segment)
	case len(media) == 1:
		q.method = methods[media[0].kind]
		q.files = media[0].alone(q.params)
		caption(q.params, media[0].kind, text, r.Segment)
	default:
		return l.album(ctx, q, media, text, r)
	}
	return l.one(ctx, q, r.ParentID)
}

// one sends a single message.
func (l *login) one(ctx context.Context, q call, parent string) (provider.Object, error) {
	var m message
	resp, err := l.do(ctx, q, &m)
	if err != nil {
		return provider.Object{}, err
	}
	o, err := l.object([]message{m}, parent)
	if err != nil {
		return provider.Object{}, doubtful(q.op, resp, err.Error())
	}
	return o, nil
}

const albumMethod = "sendMediaGroup"

// album sends several media as one object. The first one's caption is what the
// album shows.
func (l *login) album(ctx context.Context, q call, media []medium, text markup, r provider.Request) (provider.Object, error) {
	q.method = albumMethod
	inputs := make([]map[string]any, len(media))
	for i, m := range media {
		inputs[i] = m.input()
		if i == 0 {
			caption(inputs[i], m.kind, text, r.Segment)
		} else if m.kind != document {
			setAbove(inputs[i], r.Segment)
		}
		q.files = append(q.files, m.files...)
	}
	q.params["media"] = inputs
	var all []message
	resp, err := l.do(ctx, q, &all)
	if err != nil {
		return provider.Object{}, err
	}
	if len(all) != len(media) {
		return provider.Object{}, doubtful(q.op, resp, fmt.Sprintf("%d messages of an album of %d", len(all), len(media)))
	}
	o, err := l.object(all, r.ParentID)
	if err != nil {
		return provider.Object{}, doubtful(q.op, resp, err.Error())
	}
	return o, nil
}

// check refuses, before any request, what cannot be sent, and converts the text.
func (l *login) check(op string, r provider.Request) (markup, error) {
	s := r.Segment
	switch {
	case s.IsComment:
		return markup{}, unsupported(op, "a channel's comments are in another chat")
	case r.ParentURL != "":
		return markup{}, unsupported(op, "somebody else's message cannot be answered by its address")
	case r.ParentID != "" && parseIDs(r.ParentID) == nil:
		return markup{}, provider.Refused(op, "the message to answer, %q, has no id of Telegram's", r.ParentID)
	case s.Poll != nil && len(s.Media) > 0:
		return markup{}, unsupported(op, "a poll has no media here")
	}
	text, err := l.convert(op, s)
	if err != nil || s.Poll == nil {
		return text, err
	}
	return text, l.checkPoll(op, s.Poll)
}

// convert converts a segment's text and counts it.
func (l *login) convert(op string, s content.Segment) (markup, error) {
	text, err := convert(s.Text, s.Facets)
	if err != nil {
		return markup{}, provider.Refused(op, "%w", err)
	}
	most, what := l.limits.Characters, "a message"
	switch {
	case s.Poll != nil:
		most, what = maxQuestion, "a poll's question"
	case len(s.Media) > 0:
		most, what = l.limits.Caption, "a caption"
	}
	switch {
	case text.length > most:
		return markup{}, provider.Refused(op, "the text has %d characters, %s takes %d", text.length, what, most)
	case text.text == "" && len(s.Media) == 0:
		return markup{}, provider.Refused(op, "the text is empty")
	}
	return text, nil
}

func (l *login) checkPoll(op string, p *content.PollSpec) error {
	switch {
	case len(p.Options) < minOptions || len(p.Options) > l.limits.PollOptions:
		return provider.Refused(op, "a poll has %d to %d options, not %d", minOptions, l.limits.PollOptions, len(p.Options))
	case p.Expires != 0 && (p.Expires < l.limits.PollMin || p.Expires > l.limits.PollMax):
		return provider.Refused(op, "a poll is open for %s to %s, not %s", l.limits.PollMin, l.limits.PollMax, p.Expires)
	}
	for _, o := range p.Options {
		m, err := convert(o, nil)
		if err != nil || m.length == 0 || m.length > l.limits.PollOption {
			return provider.Refused(op, "the option %q has %d characters, a poll takes 1 to %d", o, m.length, l.limits.PollOption)
		}
	}
	return nil
}

// common are the parameters that every publication has.
func (l *login) common(r provider.Request) map[string]any {
	p := map[string]any{"chat_id": l.chat.ID}
	if r.Segment.Options[optSilent] == "true" {
		p["disable_notification"] = true
	}
	if r.Segment.Options[optProtect] == "true" {
		p["protect_content"] = true
	}
	if parent := parseIDs(r.ParentID); parent != nil {
		// Without allow_sending_without_reply: an answer to what is gone is refused.
		p["reply_parameters"] = map[string]any{"message_id": parent[0]}
	}
	return p
}

// pollParams asks for a poll. It is anonymous, which is the default and all that
// a channel allows.
func pollParams(p map[string]any, question string, poll *content.PollSpec) {
	options := make([]map[string]any, len(poll.Options))
	for i, o := range poll.Options {
		options[i] = map[string]any{"text": plain(o)}
	}
	p["question"], p["options"] = question, options
	if poll.Multiple {
		p["allows_multiple_answers"] = true
	}
	if poll.Expires > 0 {
		p["open_period"] = int64(poll.Expires / time.Second)
	}
}

// caption adds what is written with a medium.
func caption(p map[string]any, kind string, text markup, s content.Segment) {
	if text.text != "" {
		p["caption"] = text.text
		setEntities(p, "caption_entities", text)
	}
	if kind != document {
		setAbove(p, s)
	}
}

func setAbove(p map[string]any, s content.Segment) {
	if s.Options[optAbove] == "true" {
		p["show_caption_above_media"] = true
	}
}

func setEntities(p map[string]any, name string, text markup) {
	if len(text.entities) > 0 {
		p[name] = text.entities
	}
}

// setPreview says how a text's first link is shown.
func setPreview(p map[string]any, s content.Segment) {
	name := map[string]string{"off": "is_disabled", "small": "prefer_small_media", "large": "prefer_large_media", "above": "show_above_text"}[s.Options[optPreview]]
	if name == "" {
		return
	}
	o := map[string]any{name: true}
	if address := firstAddress(s); address != "" && strings.HasPrefix(name, "prefer_") {
		o["url"] = address // without it the size is ignored
	}
	p["link_preview_options"] = o
}

// firstAddress is the first link that a text shows or hides.
func firstAddress(s content.Segment) string {
	first := content.Facet{Start: len(s.Text)}
	for _, f := range s.Facets {
		if f.Kind == "link" && f.Start < first.Start {
			first = f
		}
	}
	return first.Value
}

// Delete implements provider.Posts.
func (l *login) Delete(ctx context.Context, id string) error {
	const op = "delete"
	ids := parseIDs(id)
	if ids == nil {
		return provider.Refused(op, "%q is no id of a message", id)
	}
	q := call{op: op, method: "deleteMessage", params: map[string]any{"chat_id": l.chat.ID, "message_id": ids[0]}}
	if len(ids) > 1 {
		q.method, q.params = "deleteMessages", map[string]any{"chat_id": l.chat.ID, "message_ids": ids}
	}
	return l.command(ctx, q)
}

// command calls a method that answers True.
func (l *login) command(ctx context.Context, q call) error {
	var yes bool
	resp, err := l.do(ctx, q, &yes)
	if err == nil && !yes {
		return doubtful(q.op, resp, "the answer is not True")
	}
	return err
}
