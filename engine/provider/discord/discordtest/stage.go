package discordtest

import (
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/provider/discord"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// Address is the webhook's address on a server, as an account's credential has
// it.
func Address(origin string) string { return origin + "/api/webhooks/" + ID + "/" + Token }

// Start starts a server with a text channel. It is a stage.Start.
func Start(t testing.TB, o stage.Options) *stage.Platform {
	t.Helper()
	s := New(Options{Clock: o.Clock, Watch: o.Watch})
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s.Platform(h.URL)
}

// Platform is the server as the shared suites see it, once it listens at origin.
func (s *Server) Platform(origin string) *stage.Platform {
	options := ""
	if s.o.Forum {
		options = "{forum: true}"
	}
	return &stage.Platform{
		Gate: s.Gate, Provider: discord.Name, Server: origin, Options: options,
		Secrets:  map[string]string{"webhook": Address(origin)},
		Accepted: s.Accepted, Live: s.Live, Foreign: s.Foreign, Complaints: s.Complaints,
	}
}

// Accepted lists the words of every message that the webhook made, oldest first,
// also of those that are gone.
func (s *Server) Accepted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accepted)
}

// Live lists the words of every message that is there, somebody else's too.
func (s *Server) Live() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, m := range s.messages {
		if !m.gone {
			out = append(out, m.words())
		}
	}
	for _, m := range s.foreign {
		out = append(out, m.words())
	}
	return out
}

// Foreign makes somebody else's message, which no webhook can read or change.
func (s *Server) Foreign(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := message{id: s.newID(), channel: s.channel, content: text}
	s.foreign = append(s.foreign, m)
	return m.id
}

// Complaints lists what no client should do.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// Notified lists whom the live messages notify: ids, everyone and here.
func (s *Server) Notified() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{}
	for _, m := range s.messages {
		if !m.gone {
			out = append(out, m.notified...)
		}
	}
	return out
}

// Threads lists the titles of a forum's threads, by their ids.
func (s *Server) Threads() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for id, name := range s.threads {
		out[id] = name
	}
	return out
}

// AddThread makes a thread in the webhook's channel, as a person does.
func (s *Server) AddThread(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newID()
	s.threads[id] = name
	return id
}

// Remove deletes a message, as a moderator does.
func (s *Server) Remove(id string) {
	s.change(id, func(m *message) { m.gone = true })
}

// Suppress takes a message's embeds away, as a moderator does.
func (s *Server) Suppress(id string) {
	s.change(id, func(m *message) { m.flags |= suppressEmbeds })
}

func (s *Server) change(id string, f func(*message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.id == id {
			f(m)
		}
	}
}

// Retire deletes the webhook.
func (s *Server) Retire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
}

// Move puts the webhook into another channel, as an administrator can.
func (s *Server) Move() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel = s.newID()
}
