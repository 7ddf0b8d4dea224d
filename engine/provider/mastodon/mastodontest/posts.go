package mastodontest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/measure"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// post is one status with its newest and its last but one form.
type post struct {
	id         string
	created    time.Time
	changed    time.Time
	visible    time.Time // in the listing
	visibility string
	parent     string
	url        string
	author     string // of somebody else's post
	boost      bool
	now, prior *version
	history    []version
}

// version is all of a post that can change. A post that is gone has none.
type version struct {
	text, spoiler, language string
	sensitive, pinned       bool
	media                   []mediaView
	poll                    *pollState
	edited                  time.Time
}

type mediaView struct{ id, kind, description, focus string }

type pollState struct {
	options  []string
	multiple bool
	ends     time.Time
}

func (s *Server) insert(v version, visibility, parent string, at time.Time) *post {
	id := s.newID()
	p := &post{
		id: id, created: at, changed: s.now(), visible: s.now().Add(s.o.ListLag), visibility: visibility, parent: parent,
		url: fmt.Sprintf("https://%s/@%s/%s", s.o.Domain, s.o.Username, id), now: &v,
	}
	s.posts = append(s.posts, p)
	return p
}

// find returns a live post of the account, or nil.
func (s *Server) find(id string) *post {
	i := slices.IndexFunc(s.posts, func(p *post) bool { return p.id == id })
	if i < 0 || s.posts[i].now == nil {
		return nil
	}
	return s.posts[i]
}

func (s *Server) change(p *post, with func(*version)) {
	v := *p.now
	v.media = slices.Clone(v.media)
	p.prior, p.changed = p.now, s.now()
	with(&v)
	p.now = &v
}

// seen returns the version that a read gets: a replica's may be the one before.
func (s *Server) seen(p *post, f memory.Fault) *version {
	behind := time.Duration(0)
	if f.Kind == memory.StaleRead {
		behind = max(f.Delay, 0)
		if behind == 0 {
			behind = time.Minute
		}
	}
	if behind > 0 && s.now().Sub(p.changed) < behind {
		return p.prior
	}
	return p.now
}

var statusParams = []string{
	"status", "media_ids", "media_attributes", "poll", "in_reply_to_id", "sensitive", "spoiler_text", "visibility", "language",
	"scheduled_at", "content_type", "quoted_status_id", "quote_approval_policy", "allowed_mentions",
}

func (s *Server) publish(c call) answer {
	p, err := readParams(c.Request, statusParams...)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	if p.has("content_type") && (s.o.Flavour == Mastodon || s.o.Flavour == Pixelfed) {
		return failure(s.rules.invalid, `unknown parameter "content_type"`)
	}
	at, bad := s.whenToPublish(p)
	if bad != nil {
		return *bad
	}
	d, bad := s.draft(p, nil)
	if bad != nil {
		return *bad
	}
	if bad := s.spend(); bad != nil {
		return *bad
	}
	if at.After(s.now()) {
		return s.enqueue(p, d, at, c.Header.Get("Idempotency-Key"))
	}
	return s.accept(d, c, at)
}

// accept makes a post of a draft at once. GoToSocial gives it the time that was
// asked for; the others take the time that it is.
func (s *Server) accept(d draft, c call, at time.Time) answer {
	if at.IsZero() || s.o.Flavour != GoToSocial {
		at = s.now()
	}
	made := s.insert(d.version, d.visibility, d.parent, at)
	if c.fault.Kind == memory.ListingLag {
		made.visible = s.now().Add(c.fault.Delay)
	}
	s.attach(d, made.id)
	key := c.Header.Get("Idempotency-Key")
	s.journal(made, d, key, false)
	if s.o.Flavour == Mastodon && key != "" {
		s.keys[key] = keyed{id: made.id, at: s.now()}
	}
	return ok(s.render(made, made.now))
}

func (s *Server) journal(p *post, d draft, key string, native bool) {
	a := Accepted{ID: p.id, Text: d.text, Warning: d.spoiler, Key: key, At: p.created, ParentID: p.parent, Native: native}
	for _, m := range d.media {
		a.Media = append(a.Media, s.media[m.id].sum)
	}
	s.accepted = append(s.accepted, a)
}

func (s *Server) attach(d draft, id string) {
	for _, m := range d.media {
		s.media[m.id].post = id
	}
}

// draft is a checked post that is not there yet.
type draft struct {
	version
	visibility string
	parent     string
}

// draft checks what a post is to be; old is the post that is edited.
func (s *Server) draft(p params, old *post) (draft, *answer) {
	d := draft{visibility: p.text("visibility"), parent: p.text("in_reply_to_id")}
	d.text, d.spoiler, d.language = strings.TrimSpace(p.text("status")), p.text("spoiler_text"), p.text("language")
	d.sensitive = p.truth("sensitive") || (d.spoiler != "" && s.o.Flavour != Pixelfed)
	if s.o.Flavour == Pixelfed && !d.sensitive {
		d.spoiler = ""
	}
	if d.visibility == "" {
		d.visibility = "public"
	}
	if d.language == "" {
		d.language = "en"
	}
	for _, check := range []func() *answer{
		func() *answer { return s.draftMedia(&d, p, old) },
		func() *answer { return s.draftPoll(&d, p) },
		func() *answer { return s.checkDraft(&d, old) },
	} {
		if bad := check(); bad != nil {
			return d, bad
		}
	}
	return d, nil
}

func (s *Server) checkDraft(d *draft, old *post) *answer {
	switch {
	case !slices.Contains([]string{"public", "unlisted", "private", "direct"}, d.visibility):
		return s.invalid("'%s' is not a valid visibility", d.visibility)
	case old == nil && d.parent != "" && s.find(d.parent) == nil && !s.isRemote(d.parent):
		a := failure(http.StatusNotFound, "Record not found")
		return &a
	case s.rules.mediaNeeded && len(d.media) == 0 && d.parent == "":
		a := failure(http.StatusForbidden, "Empty statuses are not allowed")
		return &a
	case len(d.media) == 0 && d.text == "" && d.spoiler == "":
		return s.invalid("Validation failed: Text can't be blank")
	}
	if n := (measure.Counter{Unit: measure.Unit(s.rules.unit)}).WithWarning(d.spoiler, d.text); n > s.rules.characters {
		return s.invalid("Validation failed: Text character limit of %d exceeded", s.rules.characters)
	}
	if d.text == "" && s.o.Flavour == Mastodon && d.spoiler != "" {
		d.text = "." // a picture character where there are media; either stands for nothing
		if len(d.media) > 0 {
			d.text = "🖼"
		}
	}
	return nil
}

func (s *Server) isRemote(id string) bool {
	for _, p := range s.remotes {
		if p.id == id {
			return true
		}
	}
	return false
}

func (s *Server) invalid(format string, args ...any) *answer {
	a := failure(s.rules.invalid, fmt.Sprintf(format, args...))
	return &a
}

func (s *Server) draftPoll(d *draft, p params) *answer {
	q := p.object("poll")
	if q == nil {
		return nil
	}
	options := q.list("options")
	seconds := 0
	_, _ = fmt.Sscan(q.text("expires_in"), &seconds)
	switch {
	case !s.rules.polls:
		return s.invalid("polls are not supported")
	case len(d.media) > 0:
		return s.invalid("Validation failed: Cannot attach a poll and media")
	case len(options) < 2 || len(options) > s.rules.pollOptions:
		return s.invalid("Validation failed: Poll options must be between 2 and %d", s.rules.pollOptions)
	case seconds < 300 && s.o.Flavour != Pleroma, seconds < 1, seconds > 2_629_746:
		return s.invalid("Validation failed: Expires at is out of range")
	}
	for i, o := range options {
		if slices.Contains(options[:i], o) || strings.TrimSpace(o) == "" || measure.Length("graphemes", o) > s.rules.pollOption {
			return s.invalid("Validation failed: Options are blank, too long or repeated")
		}
	}
	d.poll = &pollState{options, q.truth("multiple"), s.now().Add(time.Duration(seconds) * time.Second)}
	return nil
}

// spend takes one publication or edit from the window of three hours.
func (s *Server) spend() *answer {
	if s.o.PostsPerWindow == 0 {
		return nil
	}
	const window = 3 * time.Hour
	if start := s.now().Truncate(window); !start.Equal(s.windowAt) {
		s.windowAt, s.windowN = start, 0
	}
	if s.windowN >= s.o.PostsPerWindow {
		a := s.throttled(s.windowAt.Add(window).Sub(s.now()))
		return &a
	}
	s.windowN++
	return nil
}

func (s *Server) get(c call) answer {
	i := slices.IndexFunc(s.posts, func(p *post) bool { return p.id == c.id })
	if i < 0 {
		return failure(http.StatusNotFound, "Record not found")
	}
	v := s.seen(s.posts[i], c.fault)
	if v == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	return ok(s.render(s.posts[i], v))
}

func (s *Server) remove(c call) answer {
	p := s.find(c.id)
	if p == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	gone := s.render(p, p.now)
	gone["text"] = p.now.text
	for _, m := range p.now.media {
		s.media[m.id].post = "" // may be attached again for a day
	}
	p.prior, p.now, p.changed = p.now, nil, s.now()
	return ok(gone)
}

func (s *Server) pin(c call) answer {
	p := s.find(c.id)
	if p == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	pinned := 0
	for _, o := range s.posts {
		if o.now != nil && o.now.pinned {
			pinned++
		}
	}
	switch {
	case p.now.pinned && s.o.Flavour == Mastodon: // find_or_create
	case p.now.pinned:
		return failure(http.StatusUnprocessableEntity, "already pinned")
	case p.visibility == "direct" || p.boost:
		return failure(http.StatusUnprocessableEntity, "Validation failed: This post cannot be pinned")
	case pinned >= s.rules.pins:
		return failure(http.StatusUnprocessableEntity, "Validation failed: You have already pinned the maximum number of posts")
	}
	s.change(p, func(v *version) { v.pinned = true })
	return ok(s.render(p, p.now))
}

func (s *Server) unpin(c call) answer {
	p := s.find(c.id)
	if p == nil {
		return failure(http.StatusNotFound, "Record not found")
	}
	s.change(p, func(v *version) { v.pinned = false })
	return ok(s.render(p, p.now))
}
