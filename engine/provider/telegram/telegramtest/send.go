package telegramtest

import (
	"fmt"
	"slices"
	"time"
)

// post is one message.
type post struct {
	id       int64
	at       time.Time
	edited   time.Time
	parent   int64
	group    string // of an album
	foreign  bool
	silent   bool
	protect  bool
	text     string // or caption
	entities []any
	preview  any
	above    bool
	spoiler  bool
	media    *stored
	poll     *params
}

func (s *Server) find(id int64) *post {
	for _, p := range s.posts {
		if p.id == id {
			return p
		}
	}
	return nil
}

// message is a post as the API shows it.
func (s *Server) message(p *post) object {
	m := object{"message_id": p.id, "date": p.at.Unix(), "chat": s.head(), "sender_chat": s.head()}
	if p.parent != 0 {
		m["reply_to_message"] = object{"message_id": p.parent, "date": p.at.Unix(), "chat": s.head()}
	}
	if !p.edited.IsZero() {
		m["edit_date"] = p.edited.Unix()
	}
	for name, on := range map[string]bool{"has_protected_content": p.protect, "show_caption_above_media": p.above, "has_media_spoiler": p.spoiler} {
		if on {
			m[name] = true
		}
	}
	switch {
	case p.poll != nil:
		m["poll"] = p.showPoll()
	case p.media != nil:
		p.media.show(m)
		p.showText(m, "caption", "caption_entities")
	default:
		p.showText(m, "text", "entities")
	}
	if p.group != "" {
		m["media_group_id"] = p.group
	}
	return m
}

func (p *post) showText(m object, text, entities string) {
	if p.text != "" {
		m[text] = p.text
	}
	if len(p.entities) > 0 {
		m[entities] = p.entities
	}
}

func (p *post) showPoll() object {
	var options []any
	for i, o := range p.poll.list("options") {
		options = append(options, object{"text": o.(object)["text"], "voter_count": 0, "persistent_id": fmt.Sprint(i)})
	}
	o := object{
		"id": fmt.Sprint(p.id), "question": p.text, "options": options, "total_voter_count": 0, "is_closed": false,
		"is_anonymous": true, "type": "regular", "allows_multiple_answers": p.poll.flag("allows_multiple_answers"),
	}
	if n := p.poll.number("open_period"); n > 0 {
		o["open_period"], o["close_date"] = n, p.at.Unix()+n
	}
	return o
}

// draft checks what every publication has and makes a post of it, not yet
// published.
func (s *Server) draft(p *params) (*post, error) {
	if s.o.Type == "channel" && !s.may("can_post_messages") {
		return nil, bad("need administrator rights in the channel chat")
	}
	out := &post{silent: p.flag("disable_notification"), protect: p.flag("protect_content")}
	if v, given := p.object["reply_parameters"]; given {
		out.parent = p.sub(v).number("message_id")
		if s.find(out.parent) == nil {
			return nil, bad("message to be replied not found")
		}
	}
	return out, nil
}

// publish makes drafts, all of one publication, live.
func (s *Server) publish(all ...*post) {
	for _, p := range all {
		s.last++
		p.id, p.at = s.last, s.now()
		s.posts = append(s.posts, p)
	}
	s.accepted = append(s.accepted, all[0].text)
}

func (s *Server) sendMessage(p *params) (any, error) {
	out, err := s.draft(p)
	if err != nil {
		return nil, err
	}
	if out.text, out.entities, err = s.words(p, "text", "entities", 4096, "message text is empty", "message is too long"); err != nil {
		return nil, err
	}
	out.preview = p.object["link_preview_options"]
	s.publish(out)
	return s.message(out), nil
}

// fill takes a medium with its caption.
func (s *Server) fill(out *post, kind string, p *params, v any) error {
	var err error
	if out.text, out.entities, err = s.words(p, "caption", "caption_entities", 1024, "", "message caption is too long"); err != nil {
		return err
	}
	f, err := s.medium(kind, p, v)
	if err != nil {
		return err
	}
	out.media, out.above, out.spoiler = &f, p.flag("show_caption_above_media"), p.flag("has_spoiler")
	return nil
}

func (s *Server) sendOne(kind string) func(*params) (any, error) {
	return func(p *params) (any, error) {
		out, err := s.draft(p)
		if err != nil {
			return nil, err
		}
		if err := s.fill(out, kind, p, p.object[kind]); err != nil {
			return nil, err
		}
		s.publish(out)
		return s.message(out), nil
	}
}

func (s *Server) sendMediaGroup(p *params) (any, error) {
	media := p.list("media")
	if len(media) < 2 || len(media) > 10 {
		return nil, bad("an album has 2 to 10 media")
	}
	var all []*post
	documents := 0
	for i, v := range media {
		in := p.sub(v)
		out, err := s.draft(p)
		if err != nil {
			return nil, err
		}
		kind := in.text("type")
		if kind == "document" {
			documents++
		}
		if err := s.fill(out, kind, in, in.object["media"]); err != nil {
			return nil, bad("failed to send message #%d with the error message %q", i+1, err)
		}
		all = append(all, out)
	}
	if documents != 0 && documents != len(all) {
		return nil, bad("can't use the media of the specified type in the album")
	}
	for _, out := range all {
		out.group = fmt.Sprint("g", s.last+1)
	}
	s.publish(all...)
	answer := []any{}
	for _, out := range all {
		answer = append(answer, s.message(out))
	}
	return answer, nil
}

func (s *Server) sendPoll(p *params) (any, error) {
	out, err := s.draft(p)
	if err != nil {
		return nil, err
	}
	if out.text, _, err = s.words(p, "question", "question_entities", 300, "poll question must be non-empty", "poll question length must not exceed 300"); err != nil {
		return nil, err
	}
	options := p.list("options")
	if len(options) < 1 || len(options) > 12 {
		return nil, bad("poll must have 1 to 12 options")
	}
	for _, o := range options {
		if text := kept(p.sub(o).text("text")); text == "" || len(units(text)) > 100 {
			return nil, bad("poll options length must be 1 to 100")
		}
	}
	if n, given := p.object["open_period"]; given && (n.(float64) < 5 || n.(float64) > 2_628_000) {
		return nil, bad("poll open period must be between 5 and 2628000")
	}
	out.poll = p
	s.publish(out)
	return s.message(out), nil
}

// Accepted lists the text of each publication that was ever made through the API,
// in order; an album is one.
func (s *Server) Accepted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accepted)
}

// Live lists the text of each publication that is there, oldest first.
func (s *Server) Live() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	seen := map[string]bool{}
	for _, p := range s.posts {
		if p.group == "" || !seen[p.group] {
			out = append(out, p.text)
		}
		seen[p.group] = true
	}
	return out
}

// Foreign publishes as another administrator does, and returns the message's id.
func (s *Server) Foreign(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.posts = append(s.posts, &post{id: s.last, at: s.now(), foreign: true, text: text})
	return fmt.Sprint(s.last)
}

// Message is a message as a test sees it.
type Message struct {
	ID       int64
	Text     string
	Entities []any
	Parent   int64
	Album    string
	Kind     string // of its medium
	SHA256   string
	Name     string // of its file
	Preview  any
	Silent, Protected, Above, Spoiler, Cover,
	Edited bool
}

// Messages lists the messages that are there, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, p := range s.posts {
		o := Message{
			ID: p.id, Text: p.text, Entities: p.entities, Parent: p.parent, Album: p.group, Preview: p.preview,
			Silent: p.silent, Protected: p.protect, Above: p.above, Spoiler: p.spoiler, Edited: !p.edited.IsZero(),
		}
		if p.media != nil {
			o.Kind, o.SHA256, o.Name, o.Cover = p.media.kind, p.media.sha256, p.media.name, p.media.cover
		}
		out = append(out, o)
	}
	return out
}
