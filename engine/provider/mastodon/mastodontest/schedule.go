package mastodontest

import (
	"net/http"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
)

// entry is one post of the server's schedule.
type entry struct {
	id    string
	at    time.Time
	draft draft
	made  time.Time
	raw   params
}

const (
	lead      = 5 * time.Minute
	maxTotal  = 300
	maxPerDay = 25
)

// whenToPublish reads scheduled_at. The zero time, or one that has passed, is at
// once; up to five minutes ahead is refused.
func (s *Server) whenToPublish(p params) (time.Time, *answer) {
	if p.text("scheduled_at") == "" || !s.rules.scheduling {
		return time.Time{}, nil
	}
	at, ok := parseTime(p.text("scheduled_at"))
	if !ok {
		return time.Time{}, s.unprocessable("Validation failed: Scheduled at is invalid")
	}
	if at.After(s.now()) {
		return at, s.checkLead(at, "")
	}
	return at, nil
}

func (s *Server) checkLead(at time.Time, moving string) *answer {
	day := 0
	for _, e := range s.schedule {
		if e.id != moving && e.at.Format(time.DateOnly) == at.Format(time.DateOnly) {
			day++
		}
	}
	switch {
	case !at.After(s.now().Add(lead)):
		return s.unprocessable("Validation failed: Scheduled at The scheduled date must be in the future")
	case len(s.schedule) >= maxTotal && moving == "":
		return s.unprocessable("Validation failed: You have exceeded the limit of 300 scheduled posts")
	case day >= maxPerDay:
		return s.unprocessable("Validation failed: You have exceeded the limit of 25 scheduled posts for that day")
	}
	return nil
}

func (s *Server) enqueue(p params, d draft, at time.Time, key string) answer {
	e := &entry{id: s.newID(), at: at, draft: d, made: s.now(), raw: p}
	s.schedule = append(s.schedule, e)
	s.attach(d, "scheduled")
	if s.o.Flavour == Mastodon && key != "" {
		s.keys[key] = keyed{id: e.id, at: s.now()}
	}
	return ok(s.renderEntry(e))
}

// runSchedule publishes what is due. The entry is gone first; where the hook
// says so, the post is lost without a word.
func (s *Server) runSchedule() {
	for {
		i := slices.IndexFunc(s.schedule, func(e *entry) bool { return !e.at.After(s.now()) })
		if i < 0 {
			return
		}
		e := s.schedule[i]
		s.schedule = slices.Delete(s.schedule, i, i+1)
		if s.dueFault() == memory.ScheduleLost {
			continue
		}
		p := s.insert(e.draft.version, e.draft.visibility, e.draft.parent, e.at)
		p.visible = e.at.Add(s.o.ListLag)
		s.attach(e.draft, p.id)
		s.journal(p, e.draft, "", true)
	}
}

// dueFault asks the hook, which may look at the server, without the lock.
func (s *Server) dueFault() memory.FaultKind {
	s.mu.Unlock()
	defer s.mu.Lock()
	return s.Faults.Next(memory.OpDue).Kind
}

func (s *Server) renderEntry(e *entry) object {
	p := object{
		"text": e.draft.text, "spoiler_text": e.draft.spoiler, "visibility": e.draft.visibility, "sensitive": e.draft.sensitive,
		"language": e.draft.language, "scheduled_at": nil, "application_id": 1, "in_reply_to_id": nil, "poll": nil,
		"media_ids": e.raw.list("media_ids"), "idempotency": nil, "with_rate_limit": false,
	}
	if e.draft.parent != "" {
		p["in_reply_to_id"] = e.draft.parent
	}
	if q := e.draft.poll; q != nil {
		p["poll"] = object{"options": q.options, "multiple": q.multiple, "expires_in": int(q.ends.Sub(e.made).Seconds())}
	}
	return object{"id": e.id, "scheduled_at": e.at.Format(timeLayout), "params": p, "media_attachments": s.renderMedia(e.draft.media)}
}

func (s *Server) entry(id string) int {
	return slices.IndexFunc(s.schedule, func(e *entry) bool { return e.id == id })
}

func (s *Server) listSchedule(c call) answer {
	byID := slices.Clone(s.schedule)
	slices.SortFunc(byID, func(a, b *entry) int { return cmpID(b.id, a.id) })
	return paged(s, c, byID, func(e *entry) string { return e.id }, s.renderEntry)
}

func (s *Server) getEntry(c call) answer {
	i := s.entry(c.id)
	if i < 0 {
		return failure(http.StatusNotFound, "Record not found")
	}
	return ok(s.renderEntry(s.schedule[i]))
}

// reschedule changes the time and nothing else.
func (s *Server) reschedule(c call) answer {
	p, err := readParams(c.Request, "scheduled_at")
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	i := s.entry(c.id)
	if i < 0 {
		return failure(http.StatusNotFound, "Record not found")
	}
	at, valid := parseTime(p.text("scheduled_at"))
	if !valid {
		return *s.unprocessable("Validation failed: Scheduled at is invalid")
	}
	if bad := s.checkLead(at, c.id); bad != nil {
		return *bad
	}
	s.schedule[i].at = at
	return ok(s.renderEntry(s.schedule[i]))
}

func (s *Server) unschedule(c call) answer {
	i := s.entry(c.id)
	if i < 0 {
		return failure(http.StatusNotFound, "Record not found")
	}
	for _, m := range s.schedule[i].draft.media {
		s.media[m.id].post = ""
	}
	s.schedule = slices.Delete(s.schedule, i, i+1)
	return ok(object{})
}
