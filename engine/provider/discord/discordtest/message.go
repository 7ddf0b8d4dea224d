package discordtest

import (
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// message is one message of the channel or of one of its threads.
type message struct {
	id, channel string
	content     string
	author      string
	flags       int
	embeds      []object
	files       []file
	poll        *poll
	edited      time.Time
	notified    []string // ids, and everyone
	gone        bool
}

type file struct {
	id, name, description, kind string
	size                        int
}

type poll struct {
	question string
	answers  []string
	multiple bool
	ends     time.Time
}

// Flags of a message.
const (
	suppressEmbeds = 1 << 2
	silent         = 1 << 12
	componentsV2   = 1 << 15
)

// mark is a backslash with the character that it keeps from being a mark, or
// emphasis.
var mark = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])|\\*+")

// words are what the author wrote: the content without escapes and emphasis. It is
// read here, and not by the provider, whose writing it judges.
func (m *message) words() string {
	text := mark.ReplaceAllString(m.content, "$1")
	if m.poll != nil {
		text = strings.TrimSuffix(m.poll.question+"\n"+text, "\n")
	}
	if text == "" && len(m.embeds) > 0 {
		text, _ = m.embeds[0]["title"].(string)
	}
	return text
}

var link = regexp.MustCompile(`https?://[^\s<>)]+`)

// show is MessageResponse. Previews of links come later than the message, so only
// a read has them.
func (s *Server) show(m *message, later bool) answer {
	embeds := []object{}
	if m.flags&suppressEmbeds == 0 {
		embeds = append(embeds, m.embeds...)
		if at := link.FindString(m.content); at != "" && later {
			embeds = append(embeds, object{"type": "rich", "url": at, "title": "A page", "description": "What a page says of itself."})
		}
	}
	files := []object{}
	for _, f := range m.files {
		files = append(files, s.showFile(m, f))
	}
	users, roles := []object{}, []string{}
	o := object{
		"type": 0, "id": m.id, "channel_id": m.channel, "webhook_id": ID, "content": m.content, "flags": m.flags,
		"embeds": embeds, "attachments": files, "mentions": users, "mention_roles": roles, "components": []object{},
		"author": object{"id": ID, "username": m.author, "avatar": nil, "discriminator": "0000", "public_flags": 0, "flags": 0, "bot": true, "global_name": nil, "primary_guild": nil},
		"pinned": false, "tts": false, "mention_everyone": false,
		"timestamp": timeOf(m.id).Format("2006-01-02T15:04:05.000000-07:00"), "edited_timestamp": nil,
	}
	if !m.edited.IsZero() {
		o["edited_timestamp"] = m.edited.Format("2006-01-02T15:04:05.000000-07:00")
	}
	if m.poll != nil {
		o["poll"] = m.poll.show()
	}
	return ok(o)
}

// showFile signs the address, which therefore is another one each time.
func (s *Server) showFile(m *message, f file) object {
	s.seq++
	at := "https://cdn.discordapp.com/attachments/" + m.channel + "/" + f.id + "/" + f.name + "?ex=" + s.newID()
	o := object{"id": f.id, "filename": f.name, "size": f.size, "url": at, "proxy_url": at, "content_type": f.kind}
	if f.description != "" {
		o["description"] = f.description
	}
	return o
}

func (p *poll) show() object {
	answers := []object{}
	for i, a := range p.answers {
		answers = append(answers, object{"answer_id": i + 1, "poll_media": object{"text": a}})
	}
	return object{
		"question": object{"text": p.question}, "answers": answers, "allow_multiselect": p.multiple, "layout_type": 1,
		"expiry":  p.ends.Format("2006-01-02T15:04:05.000000-07:00"),
		"results": object{"is_finalized": false, "answer_counts": []object{}},
	}
}

// tidy does to a text what Discord may do: it trims, and takes out control
// characters and what Unicode has no letters for.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u2028' || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s))
}

// tooLong counts in UTF-16, the strictest reading of «2000 characters».
func tooLong(path, s string, limit int) *answer {
	if len(utf16.Encode([]rune(s))) > limit {
		return badForm(path, "BASE_TYPE_MAX_LENGTH", "Must be "+itoa(limit)+" or fewer in length.")
	}
	return nil
}

// describe is the webhook as its token's bearer sees it.
func (s *Server) describe() answer {
	o := object{
		"application_id": nil, "avatar": nil, "channel_id": s.channel, "guild_id": guild, "id": ID, "name": s.name, "type": 1,
		"token": Token, "url": "https://discord.com/api/webhooks/" + ID + "/" + Token,
	}
	if s.avatar != "" {
		o["avatar"] = s.avatar
	}
	return ok(o)
}

// empty refuses a message with nothing in it.
func (m *message) empty() *answer {
	if m.content == "" && len(m.embeds) == 0 && len(m.files) == 0 && m.poll == nil {
		return failure(http.StatusBadRequest, 50006, "Cannot send an empty message")
	}
	return nil
}
