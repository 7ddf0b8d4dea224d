package vktest

import (
	"cmp"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"
)

// get is the wall: the pinned post first, then by time, newest first; the schedule
// goes the other way.
func (s *Server) get(c call) (any, *failure) {
	if c.number("owner_id") != owner || c.number("count") > 100 {
		return nil, param("owner_id or count")
	}
	postponed := c.form.Get("filter") == "postponed"
	var shown []*post
	for _, p := range s.wall {
		if s.seen(p, c.fault) != nil && p.waits == postponed && (postponed || !p.visible.After(s.now())) {
			shown = append(shown, p)
		}
	}
	slices.SortFunc(shown, func(a, b *post) int {
		if x, y := s.seen(a, c.fault).pinned, s.seen(b, c.fault).pinned; x != y {
			return cmp.Compare(b2i(y), b2i(x))
		}
		if postponed {
			a, b = b, a
		}
		return cmp.Or(b.date.Compare(a.date), cmp.Compare(b.id, a.id))
	})
	total, from := len(shown), min(int(c.number("offset")), len(shown))
	items := []any{}
	for _, p := range shown[from:min(from+int(c.number("count")), total)] {
		items = append(items, s.render(p, s.seen(p, c.fault)))
	}
	return object{"count": total, "items": items}, nil
}

func (s *Server) getByID(c call) (any, *failure) {
	items := []any{}
	for _, name := range strings.Split(c.form.Get("posts"), ",") {
		for _, p := range s.wall {
			if v := s.seen(p, c.fault); v != nil && !p.waits && name == fmt.Sprintf("%d_%d", owner, p.id) {
				items = append(items, s.render(p, v))
			}
		}
	}
	return object{"items": items}, nil
}

func (s *Server) render(p *post, v *version) object {
	o := object{
		"inner_type": "wall_wallpost", "id": p.id, "owner_id": owner, "from_id": owner, "date": p.date.Unix(), "text": s.given(v.text),
		"post_type": "post", "attachments": s.attached(v), "marked_as_ads": b2i(v.ads), "is_pinned": b2i(v.pinned),
		"can_edit": b2i(p.waits || s.now().Sub(p.date) <= 24*time.Hour), "can_delete": 1, "can_pin": 1,
		"comments": object{"count": 0, "can_post": b2i(!v.closed), "can_open": b2i(v.closed), "can_close": b2i(!v.closed)},
	}
	if p.waits {
		o["post_type"] = "postpone"
	}
	if v.signed {
		o["signer_id"] = admin
	}
	if v.source != "" {
		o["copyright"] = object{"link": v.source, "name": "source", "type": "url"}
	}
	if v.topic > 0 {
		o["topic_id"] = v.topic
	}
	return o
}

var spoken = regexp.MustCompile(`[@*](club\d+)(?:\s*\(([^()]*)\))?`)

// given is a text as VK gives it back: mentions as links, HTML perhaps escaped.
func (s *Server) given(text string) string {
	text = spoken.ReplaceAllStringFunc(strings.TrimSpace(strings.ToValidUTF8(text, "?")), func(m string) string {
		parts := spoken.FindStringSubmatch(m)
		if parts[2] == "" {
			return "[" + parts[1] + "|" + m + "]"
		}
		return "[" + parts[1] + "|" + parts[2] + "]"
	})
	if s.o.Escape {
		text = html.EscapeString(text)
	}
	return text
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
