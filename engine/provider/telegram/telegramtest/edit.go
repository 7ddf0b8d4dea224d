package telegramtest

import (
	"encoding/json"
	"slices"
	"time"
)

const deletable = 48 * time.Hour

const notModified = "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"

// editable finds the message of an edit.
func (s *Server) editable(p *params) (*post, error) {
	out := s.find(p.number("message_id"))
	switch {
	case out == nil:
		return nil, bad("message to edit not found")
	case out.foreign && !s.may("can_edit_messages"), out.poll != nil:
		return nil, bad("message can't be edited")
	case out.foreign:
		s.complain("an edit of somebody else's message")
	}
	return out, nil
}

// change replaces a post by what an edit made of it.
func (s *Server) change(old *post, now post) (any, error) {
	if same(now, *old) {
		return nil, bad("%s", notModified)
	}
	now.edited = s.now()
	*old = now
	return s.message(old), nil
}

func same(a, b post) bool {
	return a.text == b.text && a.above == b.above && a.media == b.media && encode(a.entities) == encode(b.entities) && encode(a.preview) == encode(b.preview)
}

// encode writes a value so that equal ones read alike; nothing is an empty list.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came from JSON
	}
	if string(b) == "null" {
		return "[]"
	}
	return string(b)
}

func (s *Server) editText(p *params) (any, error) {
	old, err := s.editable(p)
	if err != nil {
		return nil, err
	}
	if old.media != nil {
		return nil, bad("there is no text in the message to edit")
	}
	now := *old
	if now.text, now.entities, err = s.words(p, "text", "entities", 4096, "message text is empty", "message is too long"); err != nil {
		return nil, err
	}
	now.preview = p.object["link_preview_options"]
	return s.change(old, now)
}

func (s *Server) editCaption(p *params) (any, error) {
	old, err := s.editable(p)
	if err != nil {
		return nil, err
	}
	if old.media == nil {
		return nil, bad("there is no caption in the message to edit")
	}
	now := *old
	if now.text, now.entities, err = s.words(p, "caption", "caption_entities", 1024, "", "message caption is too long"); err != nil {
		return nil, err
	}
	now.above = p.flag("show_caption_above_media")
	return s.change(old, now)
}

func (s *Server) editMedia(p *params) (any, error) {
	old, err := s.editable(p)
	if err != nil {
		return nil, err
	}
	in := p.sub(p.object["media"])
	kind := in.text("type")
	if old.group != "" {
		document := old.media.kind == "document"
		if document != (kind == "document") || kind == "animation" {
			return nil, bad("can't use the media of the specified type in the album")
		}
	}
	now := *old
	if err := s.fill(&now, kind, in, in.object["media"]); err != nil {
		return nil, err
	}
	return s.change(old, now)
}

// erase takes messages away, which must not be too old.
func (s *Server) erase(ids []int64) (any, error) {
	for _, id := range ids {
		p := s.find(id)
		if p == nil {
			continue
		}
		if s.now().Sub(p.at) >= deletable || p.foreign && !s.may("can_delete_messages") {
			return nil, bad("message can't be deleted for everyone")
		}
		if p.foreign {
			s.complain("a deletion of somebody else's message")
		}
	}
	gone := func(p *post) bool { return slices.Contains(ids, p.id) }
	s.posts = slices.DeleteFunc(s.posts, gone)
	s.pinned = slices.DeleteFunc(s.pinned, func(id int64) bool { return slices.Contains(ids, id) })
	return true, nil
}

func (s *Server) deleteMessage(p *params) (any, error) {
	id := p.number("message_id")
	if s.find(id) == nil {
		return nil, bad("message to delete not found")
	}
	return s.erase([]int64{id})
}

func (s *Server) deleteMessages(p *params) (any, error) {
	var ids []int64
	for _, v := range p.list("message_ids") {
		ids = append(ids, int64(v.(float64)))
	}
	if len(ids) == 0 || len(ids) > 100 {
		return nil, bad("message identifiers are not specified")
	}
	return s.erase(ids)
}
