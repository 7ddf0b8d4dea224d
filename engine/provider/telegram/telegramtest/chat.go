package telegramtest

import (
	"slices"
	"strings"
)

// here checks that a call means the one chat.
func (s *Server) here(method string, p *params) error {
	id, given := p.object["chat_id"]
	if _, takes := spec[method]["chat_id"]; !takes {
		return nil
	}
	switch id := id.(type) {
	case float64:
		if int64(id) == s.chat.id && s.o.MigratedTo != 0 {
			return failure{400, "Bad Request: group chat was upgraded to a supergroup chat", object{"migrate_to_chat_id": s.o.MigratedTo}}
		}
		given = int64(id) == s.chat.id
	case string:
		if method != "getChat" {
			s.complain("%s: the chat is named, and names change", method)
		}
		given = s.chat.name != "" && strings.EqualFold(id, "@"+s.chat.name)
	}
	if !given {
		return bad("chat not found")
	}
	if s.o.Status == "kicked" || s.o.Status == "left" {
		if method != "getChatMember" {
			return failure{403, "Forbidden: bot is not a member of the channel chat", nil}
		}
	}
	return nil
}

func (s *Server) may(right string) bool {
	return s.o.Status == "creator" || s.o.Status == "administrator" && !slices.Contains(s.o.Denied, right)
}

func (s *Server) getMe(*params) (any, error) {
	return object{"id": BotID, "is_bot": true, "first_name": "Acme's bot", "username": "acme_test_bot"}, nil
}

// head is the chat as a message has it.
func (s *Server) head() object {
	o := object{"id": s.chat.id, "type": s.o.Type, "title": s.chat.title}
	if s.chat.name != "" {
		o["username"] = s.chat.name
	}
	return o
}

func (s *Server) getChat(*params) (any, error) {
	o := s.head()
	o["accent_color_id"], o["max_reaction_count"], o["accepted_gift_types"] = 1, 11, object{}
	if s.chat.about != "" {
		o["description"] = s.chat.about
	}
	if s.chat.photo != "" {
		o["photo"] = object{
			"small_file_id": "s" + s.chat.photo, "small_file_unique_id": "s" + s.chat.photo,
			"big_file_id": "b" + s.chat.photo, "big_file_unique_id": s.chat.photo,
		}
	}
	if n := len(s.pinned); n > 0 {
		if p := s.find(s.pinned[n-1]); p != nil {
			o["pinned_message"] = s.message(p)
		}
	}
	return o, nil
}

var allRights = []string{
	"can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
	"can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
	"can_edit_stories", "can_delete_stories",
}

func (s *Server) getChatMember(p *params) (any, error) {
	if p.number("user_id") != BotID {
		return nil, bad("user not found")
	}
	o := object{"status": s.o.Status, "user": object{"id": BotID, "is_bot": true, "first_name": "Acme's bot"}}
	if s.o.Status != "administrator" {
		return o, nil
	}
	rights := append(slices.Clone(allRights), "can_pin_messages")
	if s.o.Type == "channel" {
		rights = append(slices.Clone(allRights), "can_post_messages", "can_edit_messages")
	}
	for _, right := range rights {
		o[right] = s.may(right)
	}
	return o, nil
}

func (s *Server) setTitle(p *params) (any, error) {
	title := strings.Join(strings.Fields(p.text("title")), " ")
	switch {
	case !s.may("can_change_info"):
		return nil, bad("not enough rights to change chat title")
	case title == "" || len([]rune(title)) > 128:
		return nil, bad("title must be 1 to 128 characters")
	case title == s.chat.title:
		return nil, bad("CHAT_NOT_MODIFIED")
	}
	s.chat.title = title
	s.service()
	return true, nil
}

func (s *Server) setDescription(p *params) (any, error) {
	about := strings.TrimSpace(p.text("description"))
	switch {
	case !s.may("can_change_info"):
		return nil, bad("not enough rights to set chat description")
	case len([]rune(about)) > 255:
		return nil, bad("chat description is too long")
	case about == s.chat.about:
		return nil, bad("chat description is not modified")
	}
	s.chat.about = about
	return true, nil
}

func (s *Server) setPhoto(p *params) (any, error) {
	if !s.may("can_change_info") {
		return nil, bad("not enough rights to change chat photo")
	}
	f, err := s.file("photo", p.attached(p.object["photo"]))
	if err != nil {
		return nil, err
	}
	s.chat.photo = f.unique
	s.service()
	return true, nil
}

// service counts the message that the chat shows of such a change.
func (s *Server) service() { s.last++ }

// mayPin names the right that pinning takes.
func (s *Server) mayPin() bool {
	if s.o.Type == "channel" {
		return s.may("can_edit_messages")
	}
	return s.may("can_pin_messages")
}

func (s *Server) pin(p *params) (any, error) {
	id := p.number("message_id")
	switch {
	case s.find(id) == nil:
		return nil, bad("message to pin not found")
	case !s.mayPin():
		return nil, bad("not enough rights to manage pinned messages in the chat")
	case !p.flag("disable_notification") && s.o.Type != "channel":
		s.complain("pinning notifies everybody")
	}
	if slices.Contains(s.pinned, id) {
		return nil, bad("CHAT_NOT_MODIFIED")
	}
	s.pinned = append(s.pinned, id)
	return true, nil
}

func (s *Server) unpin(p *params) (any, error) {
	id := p.number("message_id")
	switch {
	case id == 0:
		s.complain("unpinning whatever was pinned last")
	case s.find(id) == nil:
		return nil, bad("message to unpin not found")
	case !s.mayPin():
		return nil, bad("not enough rights to manage pinned messages in the chat")
	}
	s.pinned = slices.DeleteFunc(s.pinned, func(p int64) bool { return p == id })
	return true, nil
}

// Pinned lists the ids of the pinned messages, the latest last.
func (s *Server) Pinned() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pinned)
}
