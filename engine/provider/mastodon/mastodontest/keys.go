package mastodontest

import (
	"net/http"
	"time"

	"github.com/smmctl/smmctl/engine/provider/memory"
)

// keyed is what a server remembers under an Idempotency-Key.
type keyed struct {
	id     string
	at     time.Time
	answer answer
}

// keyed runs serve unless the request's key says otherwise, as the flavour does.
func (s *Server) keyed(c call, serve func(call) answer) answer {
	key := c.Header.Get("Idempotency-Key")
	if key == "" || c.fault.Kind == memory.KeyIgnored || c.Method == http.MethodGet {
		return serve(c)
	}
	if c.fault.Kind == memory.KeyExpired {
		delete(s.keys, key)
	}
	known, found := s.keys[key]
	if found && s.now().Sub(known.at) >= s.keyLife() {
		delete(s.keys, key)
		found = false
	}
	if found {
		switch c.fault.Kind {
		case memory.RepeatedKey400:
			return failure(http.StatusBadRequest, "The idempotency key was used before")
		case memory.RepeatedKey500:
			return failure(http.StatusInternalServerError, "Internal Server Error")
		}
	}
	switch s.o.Flavour {
	case Mastodon:
		if found {
			return s.again(c, known)
		}
	case Pleroma:
		return s.cached(c, key, known, found, serve)
	case Pixelfed:
		if found {
			return failure(http.StatusBadRequest, "Duplicate idempotency key.")
		}
		s.keys[key] = keyed{at: s.now()}
	}
	return serve(c)
}

func (s *Server) keyLife() time.Duration {
	if s.o.Flavour == Pleroma {
		return 6 * time.Hour
	}
	return time.Hour
}

// again is Mastodon's answer to a key that it remembers: the post of then,
// whatever is asked now, or 404 where it is no more. A key of the schedule finds
// no post and the other way round.
func (s *Server) again(c call, known keyed) answer {
	p, err := readParams(c.Request, statusParams...)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	if p.text("scheduled_at") != "" {
		for _, e := range s.schedule {
			if e.id == known.id {
				return ok(s.renderEntry(e))
			}
		}
		return failure(http.StatusNotFound, "Record not found")
	}
	if made := s.find(known.id); made != nil {
		return ok(s.render(made, made.now))
	}
	return failure(http.StatusNotFound, "Record not found")
}

// cached is Pleroma's: the first answer, whatever it was.
func (s *Server) cached(c call, key string, known keyed, found bool, serve func(call) answer) answer {
	if found {
		a := known.answer
		a.header = http.Header{"Idempotent-Replayed": {"true"}, "X-Original-Request-Id": {"F1"}}
		return a
	}
	a := serve(c)
	s.keys[key] = keyed{at: s.now(), answer: a}
	return a
}
