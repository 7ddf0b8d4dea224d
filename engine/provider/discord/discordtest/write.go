package discordtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// execute makes a message.
func (s *Server) execute(r *http.Request, o block) answer {
	if r.URL.Query().Get("wait") != "true" {
		s.complain("executed without wait=true: what is not saved would not be an error")
	}
	body, files, bad := read(r, o["body"].typ)
	if bad != nil {
		return *bad
	}
	m := &message{id: s.newID(), author: s.name}
	for _, step := range []func() *answer{
		func() *answer { return s.named(m, body) },
		func() *answer { return m.flag(body) },
		func() *answer { return s.fill(m, body, files) },
		func() *answer { return s.ask(m, body) },
		m.empty,
		func() *answer { return s.put(m, body, r.URL.Query().Get("thread_id")) },
	} {
		if bad := step(); bad != nil {
			return *bad
		}
	}
	s.messages = append(s.messages, m)
	s.accepted = append(s.accepted, m.words())
	return s.show(m, false)
}

func (s *Server) named(m *message, body object) *answer {
	name, given := body["username"].(string)
	if !given {
		return nil
	}
	m.author = name
	return nameTaken("username", name)
}

// nameTaken refuses what a webhook must not be called (resources/webhook, Create
// Webhook, 2026-08-06).
func nameTaken(path, name string) *answer {
	for _, word := range []string{"clyde", "discord"} {
		if strings.Contains(strings.ToLower(name), word) {
			return badForm(path, "USERNAME_INVALID_CONTAINS", "Username cannot contain \""+word+"\"")
		}
	}
	return nil
}

// put decides where a new message goes.
func (s *Server) put(m *message, body object, thread string) *answer {
	name, _ := body["thread_name"].(string)
	tags, _ := body["applied_tags"].([]any)
	switch {
	case name != "" && !s.o.Forum, len(tags) > 0 && !s.o.Forum:
		return failure(http.StatusBadRequest, 220003, "Webhooks can only create threads in forum channels")
	case name != "" && thread != "":
		return failure(http.StatusBadRequest, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id")
	case s.o.Forum && name == "" && thread == "":
		return failure(http.StatusBadRequest, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")
	case thread != "":
		if _, there := s.threads[thread]; !there {
			return failure(http.StatusNotFound, 10003, "Unknown Channel")
		}
		m.channel = thread
		return nil
	case name == "":
		m.channel = s.channel
		return nil
	case s.o.TagRequired && len(tags) == 0:
		return failure(http.StatusBadRequest, 40067, "A tag is required to create a forum post in this channel")
	}
	for _, t := range tags {
		if id, _ := t.(string); !slices.Contains(s.o.Tags, id) {
			return failure(http.StatusNotFound, 10087, "Unknown Tag")
		}
	}
	m.channel = m.id // a thread has its first message's id
	s.threads[m.id] = name
	return nil
}

// fill takes what a request says of a message; what it leaves out stays.
func (s *Server) fill(m *message, body object, files map[string]upload) *answer {
	if text, said := body["content"]; said {
		content, _ := text.(string)
		m.content = tidy(content)
	}
	if bad := tooLong("content", m.content, 2000); bad != nil {
		return bad
	}
	if list, said := body["embeds"]; said {
		if bad := m.box(list); bad != nil {
			return bad
		}
	}
	s.notify(m, body)
	var bad *answer
	m.files, bad = s.attach(body, files, m.files)
	return bad
}

// flag takes a new message's flags.
func (m *message) flag(body object) *answer {
	n, _ := body["flags"].(float64)
	if m.flags = int(n); m.flags&^(suppressEmbeds|silent|componentsV2) != 0 {
		return badForm("flags", "BAD_FLAGS", "Only some flags can be set here")
	}
	return nil
}

// unflag takes an edit's: of all flags one can be set and unset, and a change of
// another is passed over (resources/message, Edit Message, 2026-08-06).
func (s *Server) unflag(m *message, body object) {
	n, said := body["flags"].(float64)
	if !said {
		return
	}
	if m.flags&silent != int(n)&silent {
		s.complain("an edit must repeat the flags that it does not change")
	}
	m.flags = m.flags&^suppressEmbeds | int(n)&suppressEmbeds
}

// box takes a message's own embeds. All their words together are bounded.
func (m *message) box(list any) *answer {
	m.embeds = nil
	total := 0
	all, _ := list.([]any)
	for _, one := range all {
		e, _ := one.(object)
		out := object{"type": "rich"} // whatever was said
		for _, k := range []string{"title", "description", "url", "color"} {
			if v, said := e[k]; said && v != nil {
				out[k] = v
			}
			if text, isText := out[k].(string); isText {
				out[k] = strings.TrimSpace(text)
				total += len([]rune(text))
			}
		}
		if f, _ := e["footer"].(object); f != nil {
			out["footer"] = f
			text, _ := f["text"].(string)
			total += len([]rune(text))
		}
		if len(out) == 1 {
			return badForm("embeds.0", "EMBED_EMPTY", "An embed needs something in it")
		}
		m.embeds = append(m.embeds, out)
	}
	if total > 6000 {
		return badForm("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
	return nil
}

var pings = regexp.MustCompile(`<@(&?)!?([0-9]+)>|@(everyone|here)`)

// notify finds out whom a message notifies, by its text as it is: no escape is
// believed in. Without allowed_mentions that is every person whom it names
// (resources/message, Allowed Mentions, 2026-08-06).
func (s *Server) notify(m *message, body object) {
	a, said := body["allowed_mentions"].(object)
	if !said {
		s.complain("without allowed_mentions: whom the text names would be notified")
		a = object{"parse": []any{"users"}}
	}
	lists := func(name, id string) bool {
		all, _ := a[name].([]any)
		return slices.Contains(all, any(id))
	}
	m.notified = nil
	for _, p := range pings.FindAllStringSubmatch(m.content, -1) {
		switch {
		case p[3] != "" && lists("parse", "everyone"):
			m.notified = append(m.notified, p[3])
		case p[1] == "&" && (lists("parse", "roles") || lists("roles", p[2])), p[1] == "" && p[2] != "" && (lists("parse", "users") || lists("users", p[2])):
			m.notified = append(m.notified, p[2])
		}
	}
}

// ask adds a poll.
func (s *Server) ask(m *message, body object) *answer {
	p, said := body["poll"].(object)
	if !said {
		return nil
	}
	hours := 24.0
	if n, given := p["duration"].(float64); given {
		hours = n
	}
	m.poll = &poll{ends: s.now().Add(time.Duration(hours) * time.Hour)}
	m.poll.question = text(p["question"])
	m.poll.multiple, _ = p["allow_multiselect"].(bool)
	answers, _ := p["answers"].([]any)
	for i, a := range answers {
		one, _ := a.(object)
		words := text(one["poll_media"])
		if bad := tooLong("poll.answers."+itoa(i)+".poll_media.text", words, 55); bad != nil {
			return bad
		}
		if words == "" {
			return badForm("poll.answers."+itoa(i)+".poll_media.text", "BASE_TYPE_REQUIRED", "This field is required")
		}
		m.poll.answers = append(m.poll.answers, words)
	}
	if m.poll.question == "" {
		return badForm("poll.question.text", "BASE_TYPE_REQUIRED", "This field is required")
	}
	return tooLong("poll.question.text", m.poll.question, 300)
}

func text(media any) string {
	o, _ := media.(object)
	s, _ := o["text"].(string)
	return strings.TrimSpace(s)
}

// edit changes a message; what the request leaves out stays.
func (s *Server) edit(r *http.Request, o block, m *message) answer {
	body, files, bad := read(r, o["body"].typ)
	if bad != nil {
		return *bad
	}
	if m.poll != nil {
		return *failure(http.StatusBadRequest, 520003, "Cannot edit a poll message")
	}
	next := *m
	s.unflag(&next, body)
	if bad := s.fill(&next, body, files); bad != nil {
		return *bad
	}
	if bad := next.empty(); bad != nil {
		return *bad
	}
	next.edited = s.now()
	*m = next
	return s.show(m, false)
}

var picture = regexp.MustCompile(`^data:(image/(?:jpeg|png|gif));base64,(.+)$`)

// modify changes the webhook itself.
func (s *Server) modify(r *http.Request, o block) answer {
	body, _, bad := read(r, o["body"].typ)
	if bad != nil {
		return *bad
	}
	if name, said := body["name"].(string); said {
		if bad := nameTaken("name", name); bad != nil {
			return *bad
		}
		s.name = strings.TrimSpace(name)
	}
	if data, said := body["avatar"].(string); said {
		hash, bad := avatar(data)
		if bad != nil {
			return *bad
		}
		s.avatar = hash
	}
	return s.describe()
}

func avatar(data string) (string, *answer) {
	m := picture.FindStringSubmatch(data)
	if m == nil {
		return "", badForm("avatar", "BASE_TYPE_IMAGE", "Unsupported image type given")
	}
	raw, err := base64.StdEncoding.DecodeString(m[2])
	if err != nil || http.DetectContentType(raw) != m[1] {
		return "", badForm("avatar", "IMAGE_INVALID", "Invalid image")
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}
