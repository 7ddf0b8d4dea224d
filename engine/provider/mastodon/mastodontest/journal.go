package mastodontest

import (
	"slices"
	"strings"
	"time"
)

// Accepted is one publication that the server took through the API.
type Accepted struct {
	ID       string
	Text     string
	Warning  string
	Key      string // Idempotency-Key
	At       time.Time
	ParentID string
	Media    []string // SHA-256 of the files
	Native   bool     // came out of the server's schedule
}

// Accepted lists every publication ever taken, deleted ones too, in order.
func (s *Server) Accepted() []Accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runSchedule()
	return slices.Clone(s.accepted)
}

// Post is a live post as a test sees it.
type Post struct {
	ID, Text, Warning, Visibility, Language, ParentID, URL string
	Sensitive, Pinned                                      bool
	Alts                                                   []string
	Edits                                                  int
}

// Live lists the account's live posts, oldest first.
func (s *Server) Live() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runSchedule()
	var out []Post
	for _, p := range s.posts {
		if v := p.now; v != nil && !p.boost {
			o := Post{p.id, v.text, v.spoiler, p.visibility, v.language, p.parent, p.url, v.sensitive, v.pinned, nil, len(p.history)}
			for _, m := range v.media {
				o.Alts = append(o.Alts, m.description)
			}
			out = append(out, o)
		}
	}
	return out
}

// Foreign publishes as a person does on the web page; it is not in the journal.
func (s *Server) Foreign(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.insert(version{text: text, language: "en"}, "public", "", s.now())
	p.visible = p.created
	return p.id
}

// Tamper changes a post behind the client's back.
func (s *Server) Tamper(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.find(id); p != nil {
		s.change(p, func(v *version) { v.text, v.edited = text, s.now() })
	}
}

// Boost puts somebody else's post on the account.
func (s *Server) Boost(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.insert(version{text: text}, "public", "", s.now())
	p.boost, p.visible = true, p.created
	return p.id
}

// Remote makes somebody else's post findable by its address and returns the id
// that it has here.
func (s *Server) Remote(address, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &post{id: s.newID(), created: s.now(), visibility: "public", url: address, author: "42", now: &version{text: text}}
	s.remotes[address] = p
	return p.id
}

// Knows makes an account, as user or user@domain, one that mentions are linked to.
func (s *Server) Knows(acct string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, domain, remote := strings.Cut(acct, "@")
	if !remote {
		domain = s.o.Domain
	}
	s.people[strings.ToLower(acct)] = "https://" + domain + "/@" + user
}
