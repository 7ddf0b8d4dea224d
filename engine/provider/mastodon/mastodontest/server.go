// Package mastodontest is a strict server with the Mastodon API, for tests: an
// http.Handler that checks what the real servers check, keeps a journal of what
// it accepted, and can be made to fail at every point with the fault kinds of
// package memory. It is made from the servers' documentation and sources, as
// listed in docs/providers/mastodon.md; no real server was run beside it.
//
// It imports clock, measure, memory's faults, stage and the standard library. Only
// tests import it.
package mastodontest

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider/providertest/stage"
)

// Flavour is a kind of server.
type Flavour string

// The flavours, with how they treat a repeated Idempotency-Key.
const (
	Mastodon   Flavour = "mastodon"   // the first post comes back, for an hour
	GoToSocial Flavour = "gotosocial" // not known: each request makes a post
	Pleroma    Flavour = "pleroma"    // the first answer comes back, failures too, for six hours
	Pixelfed   Flavour = "pixelfed"   // 400, even where the first request failed
)

// Options shape a server. The zero value is a Mastodon with the token "token".
type Options struct {
	Flavour  Flavour
	Clock    clock.Clock
	Token    string
	Username string
	Domain   string        // of addresses, not of the listener
	Prefix   string        // before /api
	Skew     time.Duration // of the Date header
	ListLag  time.Duration // how long a post is missing from the listing
	// MediaPolls is how often the processing of a medium is answered 206 before it
	// is ready; images need none on Mastodon.
	MediaPolls int
	// AsyncImages makes images be processed like video.
	AsyncImages bool
	// PostsPerWindow bounds publications and edits in three hours; 0: no bound.
	PostsPerWindow int
	// MaxCharacters replaces the flavour's own limit.
	MaxCharacters int
	// NoV2 takes away /api/v2; NoEdit the editing of posts.
	NoV2, NoEdit bool
	// LosesMedia makes an edit drop, without a word, the media that the post has
	// already, as servers do that name an attached medium anew.
	LosesMedia bool
	// Watch is told of each request twice: when it has arrived, and when it has
	// been carried out and not been answered. The server is not locked then.
	Watch func(op string, done bool)
}

// Server is one server with one account.
type Server struct {
	*stage.Gate
	o     Options
	rules rules

	mu        sync.Mutex
	seq       int
	posts     []*post // oldest first
	media     map[string]*medium
	keys      map[string]keyed
	schedule  []*entry
	face      face
	remotes   map[string]*post // others' posts, by address
	people    map[string]string
	accepted  []Accepted
	requests  map[string]int
	complaint []string
	windowAt  time.Time
	windowN   int
}

// New makes an empty server.
func New(o Options) *Server {
	if o.Flavour == "" {
		o.Flavour = Mastodon
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	for p, v := range map[*string]string{&o.Token: "token", &o.Username: "acme", &o.Domain: "social.example"} {
		if *p == "" {
			*p = v
		}
	}
	r := rulesOf(o.Flavour)
	if o.MaxCharacters > 0 {
		r.characters = o.MaxCharacters
	}
	s := &Server{
		o: o, rules: r, media: map[string]*medium{}, keys: map[string]keyed{}, remotes: map[string]*post{},
		people: map[string]string{}, requests: map[string]int{},
		face: face{name: o.Username, avatar: "/avatars/original/missing.png", header: "/headers/original/missing.png"},
	}
	s.Gate = s.gate()
	return s
}

// Serve listens on addr until the program ends, for runs by hand.
func Serve(addr string, o Options) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: New(o), ReadHeaderTimeout: 10 * time.Second}
	return s.Serve(l)
}

// AccountID is the account's id on the server.
func (s *Server) AccountID() string { return "109000000000000001" }

func (s *Server) now() time.Time { return s.o.Clock.Now().UTC() }

// newID makes ids of one width, so that a later one is greater, in the shape of
// the flavour's own.
func (s *Server) newID() string {
	s.seq++
	switch s.o.Flavour {
	case GoToSocial:
		return fmt.Sprintf("01K%023d", s.seq)
	case Pleroma:
		return fmt.Sprintf("Ax%016d", s.seq)
	}
	return fmt.Sprintf("1154%014d", s.seq)
}

// rules are a flavour's limits and habits.
type rules struct {
	characters   int
	unit         string
	media        int
	alt          int
	pollOptions  int
	pollOption   int
	pins         int
	fields       int
	invalid      int // status of a refused parameter
	mediaNeeded  bool
	polls        bool
	scheduling   bool
	mixesMedia   bool
	imageBytes   int64
	version      string
	acceptsMedia []string
}

var commonTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm"}

func rulesOf(f Flavour) rules {
	r := rules{
		characters: 500, unit: "mastodon", media: 4, alt: 1500, pollOptions: 4, pollOption: 50, pins: 5, fields: 4,
		invalid: http.StatusUnprocessableEntity, polls: true, scheduling: true, imageBytes: 16 << 20,
		version: "4.5.0", acceptsMedia: commonTypes,
	}
	switch f {
	case GoToSocial:
		r.characters, r.unit, r.media, r.pollOptions, r.pins, r.fields = 5000, "codepoints", 6, 6, 10, 6
		r.invalid, r.mixesMedia, r.imageBytes, r.version = http.StatusBadRequest, true, 40<<20, "0.20.0+git-57cb4fe"
	case Pleroma:
		r.characters, r.unit, r.media, r.alt, r.pollOptions, r.pollOption = 5000, "graphemes", 1000, 5000, 20, 200
		r.pins, r.fields, r.mixesMedia, r.imageBytes = 1, 10, true, 16_000_000
		r.version = "2.7.2 (compatible; Pleroma 2.5.0)"
	case Pixelfed:
		r.unit, r.alt, r.polls, r.scheduling, r.pins, r.mediaNeeded = "codepoints", 1000, false, false, 0, true
		r.version, r.acceptsMedia = "3.5.3 (compatible; Pixelfed 0.11.13)", []string{"image/jpeg", "image/png", "image/gif", "video/mp4"}
		r.imageBytes = 15_000_000
	}
	return r
}
