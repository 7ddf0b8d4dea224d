package mastodontest

import (
	"net/http"
	"slices"
)

// edit replaces a post wholly: what the request leaves out is taken away.
func (s *Server) edit(c call) answer {
	old := s.find(c.id)
	if old == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	p, err := readParams(c.Request, statusParams...)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	if p.has("visibility") || p.has("in_reply_to_id") || p.has("scheduled_at") {
		s.complain(c.Request, "visibility, parent and schedule cannot be edited")
	}
	if !p.has("in_reply_to_id") {
		p["in_reply_to_id"] = old.parent
	}
	d, bad := s.draft(p, old)
	if bad != nil {
		return *bad
	}
	if bad := s.spend(); bad != nil {
		return *bad
	}
	s.replace(old, d)
	return ok(s.render(old, old.now))
}

func (s *Server) replace(p *post, d draft) {
	d.pinned, d.edited = p.now.pinned, p.now.edited
	if sameVersion(&d.version, p.now) {
		return // no revision
	}
	p.history = append(p.history, *p.now)
	for _, m := range p.now.media {
		s.media[m.id].post = ""
	}
	s.attach(d, p.id)
	s.change(p, func(v *version) {
		*v = d.version
		v.edited = s.now()
	})
}

func sameVersion(a, b *version) bool {
	if (a.poll == nil) != (b.poll == nil) || a.poll != nil && (!slices.Equal(a.poll.options, b.poll.options) || a.poll.multiple != b.poll.multiple || !a.poll.ends.Equal(b.poll.ends)) {
		return false
	}
	return a.text == b.text && a.spoiler == b.spoiler && a.language == b.language && a.sensitive == b.sensitive && slices.Equal(a.media, b.media)
}

func (s *Server) history(c call) answer {
	p := s.find(c.id)
	if p == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	out := []object{}
	for _, v := range append(slices.Clone(p.history), *p.now) {
		out = append(out, object{"content": s.markup(v.text), "spoiler_text": v.spoiler, "sensitive": v.sensitive})
	}
	return ok(out)
}

func (s *Server) source(c call) answer {
	p := s.find(c.id)
	if p == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	return ok(object{"id": p.id, "text": p.now.text, "spoiler_text": p.now.spoiler})
}
