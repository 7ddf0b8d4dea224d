package vktest

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/smmctl/smmctl/engine/provider/memory"
)

// post is a post, published or waiting.
type post struct {
	id      int64
	date    time.Time // of a waiting post, when it will be published
	waits   bool
	visible time.Time // from when on wall.get has it
	now     *version  // nil once it is deleted
	was     *version  // before the last change
	changed time.Time
}

// version is what a post says.
type version struct {
	text                        string
	attachments                 []string
	signed, closed, ads, pinned bool
	source                      string
	topic                       int64
}

// change sets a post's new state; nil deletes it.
func (s *Server) change(p *post, v *version) { p.was, p.now, p.changed = p.now, v, s.now() }

// seen is a post as a read with this fault shows it.
func (s *Server) seen(p *post, f memory.Fault) *version {
	behind := f.Delay
	if behind == 0 {
		behind = time.Minute
	}
	if f.Kind == memory.StaleRead && s.now().Sub(p.changed) < behind {
		return p.was
	}
	return p.now
}

func (s *Server) find(id int64) *post {
	for _, p := range s.wall {
		if p.id == id && p.now != nil {
			return p
		}
	}
	return nil
}

// tick publishes what is due: under a new number, and the old one is gone.
func (s *Server) tick() {
	for _, p := range s.wall {
		if p.now == nil || !p.waits || p.date.After(s.now()) {
			continue
		}
		v := p.now
		s.change(p, nil)
		if s.dueFault() == memory.ScheduleLost {
			continue
		}
		s.insert(*v, p.date, false)
		s.accepted = append(s.accepted, v.text)
	}
}

// dueFault asks the hook, which may look at the server, without the lock.
func (s *Server) dueFault() memory.FaultKind {
	s.mu.Unlock()
	defer s.mu.Lock()
	return s.faults.Next(memory.OpDue).Kind
}

func (s *Server) insert(v version, date time.Time, waits bool) *post {
	p := &post{id: s.next(), date: date, waits: waits, visible: date, now: &v, changed: s.now()}
	s.wall = append(s.wall, p)
	return p
}

// read makes a version of a request's parameters.
func (s *Server) read(c call) (version, *failure) {
	v := version{text: strings.ReplaceAll(c.form.Get("message"), "\r\n", "\n"), source: c.form.Get("copyright"), topic: c.number("topic_id")}
	v.signed, v.closed, v.ads = c.form.Get("signed") == "1", c.form.Get("close_comments") == "1", c.form.Get("mark_as_ads") == "1"
	if list := c.form.Get("attachments"); list != "" {
		v.attachments = strings.Split(list, ",")
	}
	switch {
	case c.number("owner_id") != owner:
		return v, &failure{15, "no access to this wall"}
	case len(utf16.Encode([]rune(v.text))) > s.o.Characters:
		return v, param("message is too long")
	case strings.TrimSpace(v.text) == "" && len(v.attachments) == 0:
		return v, param("message is empty")
	case v.source != "" && !strings.HasPrefix(v.source, "http"):
		return v, param("copyright is invalid")
	}
	return v, s.checkAttachments(v)
}

var (
	attachmentName = regexp.MustCompile(`^(photo|doc|poll)(-?\d+_\d+)(_\w+)?$`)
	address        = regexp.MustCompile(`^https?://`)
)

func (s *Server) checkAttachments(v version) *failure {
	links, polls, documents := 0, 0, 0
	for i, name := range v.attachments {
		m := attachmentName.FindStringSubmatch(name)
		switch {
		case address.MatchString(name):
			links++
			continue
		case m == nil:
			return param("attachments: " + name)
		case m[1] == "poll":
			polls++
		case m[1] == "doc":
			documents++
		}
		if base := m[1] + m[2]; s.files[base].key != strings.TrimPrefix(m[3], "_") || s.files[base].name == "" && s.polls[base] == nil {
			return param("attachments: there is no " + name)
		}
		v.attachments[i] = m[1] + m[2]
	}
	switch {
	case links > 1 || polls > 1 || documents > 1 || len(v.attachments) > 10:
		return param("attachments: too many")
	case polls == len(v.attachments) && polls > 0 && strings.TrimSpace(v.text) == "":
		return param("attachments: a poll alone")
	}
	return nil
}

func (s *Server) post(c call) (any, *failure) {
	v, bad := s.read(c)
	if bad != nil {
		return nil, bad
	}
	if c.form.Get("from_group") != "1" {
		s.complain("wall.post: not in the community's name")
	}
	guid := c.form.Get("guid")
	if id, used := s.remembered(guid, c.fault); used {
		switch c.fault.Kind {
		case memory.RepeatedKey400:
			return nil, param("guid is used")
		case memory.RepeatedKey500:
			return nil, &failure{10, ""}
		}
		return object{"post_id": id}, nil
	}
	at := time.Unix(c.number("publish_date"), 0)
	p := (*post)(nil)
	if at.After(s.now()) {
		if bad := s.checkTime(at, 0); bad != nil {
			return nil, bad
		}
		p = s.insert(v, at, true)
	} else {
		p = s.insert(v, s.now().Truncate(time.Second), false)
		s.accepted = append(s.accepted, v.text)
	}
	if c.fault.Kind == memory.ListingLag {
		p.visible = s.now().Add(c.fault.Delay)
	}
	if guid != "" {
		s.guids[guid] = known{p.id, s.now()}
	}
	return object{"post_id": p.id}, nil
}

func (s *Server) remembered(guid string, f memory.Fault) (int64, bool) {
	k, ok := s.guids[guid]
	repeated := f.Kind == memory.RepeatedKey400 || f.Kind == memory.RepeatedKey500
	if !ok || f.Kind == memory.KeyIgnored || f.Kind == memory.KeyExpired || s.now().Sub(k.at) >= s.o.Guid && !repeated {
		return 0, false
	}
	return k.id, true
}

// checkTime checks a time of the schedule for a post of this number.
func (s *Server) checkTime(at time.Time, id int64) *failure {
	waiting := 0
	for _, p := range s.wall {
		switch {
		case p.now == nil || !p.waits || p.id == id:
		case p.date.Equal(at):
			return &failure{214, "a post is already scheduled for this time"}
		default:
			waiting++
		}
	}
	if waiting >= s.o.Postponed {
		return &failure{214, fmt.Sprintf("the limit of %d scheduled posts is reached", s.o.Postponed)}
	}
	return nil
}

func (s *Server) edit(c call) (any, *failure) {
	p := s.find(c.number("post_id"))
	if p == nil {
		return nil, &failure{15, "post not found"}
	}
	v, bad := s.read(c)
	switch {
	case bad != nil:
		return nil, bad
	case !p.waits && (s.now().Sub(p.date) > 24*time.Hour):
		return nil, &failure{15, "edit time expired"}
	case !p.waits && c.form.Has("publish_date"):
		return nil, param("publish_date: the post is published")
	case p.waits && !c.form.Has("publish_date"):
		s.complain("wall.edit: a waiting post without publish_date may be published at once")
		return nil, param("publish_date")
	}
	if p.waits {
		at := time.Unix(c.number("publish_date"), 0)
		if bad := s.checkTime(at, p.id); bad != nil {
			return nil, bad
		}
		p.date = at
	}
	v.pinned = p.now.pinned
	s.change(p, &v)
	return object{"post_id": p.id}, nil
}

func (s *Server) remove(c call) (any, *failure) {
	p := s.find(c.number("post_id"))
	if p == nil || c.number("owner_id") != owner {
		return nil, &failure{104, ""}
	}
	s.change(p, nil)
	return 1, nil
}

func (s *Server) pin(c call) (any, *failure)   { return s.setPin(c, true) }
func (s *Server) unpin(c call) (any, *failure) { return s.setPin(c, false) }

// setPin refuses what is so already: what VK answers to that is not documented.
func (s *Server) setPin(c call, want bool) (any, *failure) {
	p := s.find(c.number("post_id"))
	if p == nil || p.waits || c.number("owner_id") != owner {
		return nil, &failure{100, "post_id is invalid"}
	}
	if p.now.pinned == want {
		return nil, &failure{15, "it is so already"}
	}
	for _, other := range s.wall {
		if want && other.now != nil && other.now.pinned {
			v := *other.now
			v.pinned = false
			s.change(other, &v)
		}
	}
	v := *p.now
	v.pinned = want
	s.change(p, &v)
	return 1, nil
}
