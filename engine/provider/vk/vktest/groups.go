package vktest

import (
	"slices"
	"strings"
)

func (s *Server) permissions(call) (any, *failure) { return s.o.Rights, nil }

// getGroup knows the community by its number and by its short address.
func (s *Server) getGroup(c call) (any, *failure) {
	id := c.form.Get("group_id")
	if id != "1" && id != "acme" && id != "club1" {
		return nil, &failure{100, "group_id is invalid"}
	}
	g := object{
		"id": Group, "name": s.given(s.face["name"].(string)), "screen_name": "acme", "is_closed": 0, "type": "page",
		"is_admin": b2i(s.o.Level > 0), "is_member": 1, "photo_50": "https://sun9-1.userapi.com/50.jpg",
	}
	if s.o.Level > 0 {
		g["admin_level"] = s.o.Level
	}
	fields := strings.Split(c.form.Get("fields"), ",")
	for _, name := range []string{"description", "site", "cover"} {
		if v, ok := s.face[name]; ok && slices.Contains(fields, name) {
			if text, isText := v.(string); isText {
				v = s.given(text)
			}
			g[name] = v
		}
	}
	return object{"groups": []object{g}}, nil
}

func (s *Server) editGroup(c call) (any, *failure) {
	if c.number("group_id") != Group {
		return nil, &failure{15, "no such community"}
	}
	if s.o.Level < 3 {
		return nil, &failure{15, "you are not an administrator"}
	}
	for param, name := range map[string]string{"title": "name", "description": "description", "website": "site"} {
		if c.form.Has(param) {
			s.face[name] = c.form.Get(param)
		}
	}
	return 1, nil
}
