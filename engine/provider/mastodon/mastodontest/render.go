package mastodontest

import (
	"html"
	"regexp"
	"strings"
	"time"
)

const timeLayout = "2006-01-02T15:04:05.000Z"

// render makes the Status entity of a version of a post.
func (s *Server) render(p *post, v *version) object {
	o := object{
		"id": p.id, "uri": strings.Replace(p.url, "/@"+s.o.Username+"/", "/users/"+s.o.Username+"/statuses/", 1), "url": p.url,
		"created_at": p.created.UTC().Format(timeLayout), "edited_at": nil, "in_reply_to_id": nil, "in_reply_to_account_id": nil,
		"content": s.markup(v.text), "spoiler_text": v.spoiler, "visibility": p.visibility, "sensitive": v.sensitive, "language": v.language,
		"media_attachments": s.renderMedia(v.media), "mentions": s.mentions(v.text), "tags": tags(v.text), "emojis": []any{},
		"reblogs_count": 0, "favourites_count": 0, "replies_count": 0, "reblog": nil, "card": nil, "poll": nil, "pinned": v.pinned,
		"application": object{"name": "smmctl"}, "account": s.renderAccount(p.author),
	}
	if p.parent != "" {
		o["in_reply_to_id"] = p.parent
	}
	if !v.edited.IsZero() {
		o["edited_at"] = v.edited.UTC().Format(timeLayout)
	}
	if v.poll != nil {
		o["poll"] = s.renderPoll(p, v.poll)
	}
	if p.boost {
		o["content"], o["reblog"] = "", object{"id": "7", "content": "<p>" + html.EscapeString(v.text) + "</p>", "account": s.renderAccount("42")}
	}
	return o
}

func (s *Server) renderMedia(media []mediaView) []object {
	out := []object{}
	for _, m := range media {
		out = append(out, s.renderMedium(m, true))
	}
	return out
}

func (s *Server) renderPoll(p *post, q *pollState) object {
	options := []object{}
	for _, o := range q.options {
		options = append(options, object{"title": o, "votes_count": 0})
	}
	return object{
		"id": "p" + p.id, "expires_at": q.ends.UTC().Format(timeLayout), "expired": s.now().After(q.ends),
		"multiple": q.multiple, "votes_count": 0, "options": options, "voted": true, "own_votes": []int{},
	}
}

func (s *Server) renderAccount(other string) object {
	if other != "" {
		return object{"id": other, "username": "other", "acct": "other@elsewhere.example", "url": "https://elsewhere.example/@other"}
	}
	return object{"id": s.AccountID(), "username": s.o.Username, "acct": s.o.Username, "url": "https://" + s.o.Domain + "/@" + s.o.Username}
}

var (
	entityPattern = regexp.MustCompile(`https?://[^\s<>"]*[\pL\pN/=&#]|@[A-Za-z0-9_]+(?:@[\pL\pN.-]*[\pL\pN](?::\d+)?)?|#[\pL\pN_]*[\pL_][\pL\pN_]*`)
	breaks        = regexp.MustCompile(`\n{2,}`)
)

// markup makes the HTML of a text, as the flavour does: what is an address, a
// known account or a tag becomes a link, lines become breaks and paragraphs.
func (s *Server) markup(text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	at := 0
	for _, span := range entityPattern.FindAllStringIndex(text, -1) {
		b.WriteString(html.EscapeString(text[at:span[0]]))
		b.WriteString(s.link(text[span[0]:span[1]]))
		at = span[1]
	}
	b.WriteString(html.EscapeString(text[at:]))
	switch s.o.Flavour {
	case Pleroma, Pixelfed:
		return strings.ReplaceAll(b.String(), "\n", "<br/>")
	}
	paragraphs := breaks.ReplaceAllString(b.String(), "</p><p>")
	return "<p>" + strings.ReplaceAll(paragraphs, "\n", "<br />") + "</p>"
}

func (s *Server) link(entity string) string {
	e := html.EscapeString(entity)
	switch entity[0] {
	case '@':
		address, known := s.person(entity)
		if !known {
			return e
		}
		user, _, _ := strings.Cut(entity[1:], "@")
		return `<span class="h-card"><a href="` + address + `" class="u-url mention">@<span>` + user + `</span></a></span>`
	case '#':
		return `<a href="https://` + s.o.Domain + `/tags/` + e[1:] + `" class="mention hashtag" rel="tag">#<span>` + e[1:] + `</span></a>`
	}
	if s.o.Flavour != Mastodon {
		return `<a href="` + e + `" rel="nofollow noreferrer noopener" target="_blank">` + e + `</a>`
	}
	return mastodonLink(entity)
}

var hiddenPrefix = regexp.MustCompile(`^https?://(www\.)?`)

// mastodonLink hides a link's protocol and all after its first 30 characters
// (TextFormatter, read 2026-11-23).
func mastodonLink(address string) string {
	hidden := hiddenPrefix.FindString(address)
	shown, rest, class := []rune(address[len(hidden):]), "", ""
	if len(shown) > 30 {
		shown, rest, class = shown[:30], string(shown[30:]), "ellipsis"
	}
	return `<a href="` + html.EscapeString(address) + `" target="_blank" rel="nofollow noopener noreferrer"><span class="invisible">` +
		html.EscapeString(hidden) + `</span><span class="` + class + `">` + html.EscapeString(string(shown)) +
		`</span><span class="invisible">` + html.EscapeString(rest) + `</span></a>`
}

// person finds a mentioned account; one of this server may be written with its
// domain.
func (s *Server) person(mention string) (address string, known bool) {
	acct := strings.ToLower(strings.TrimSuffix(mention[1:], "@"+s.o.Domain))
	address, known = s.people[acct]
	return address, known
}

func (s *Server) mentions(text string) []object {
	out := []object{}
	for _, e := range entityPattern.FindAllString(text, -1) {
		if e[0] != '@' {
			continue
		}
		if address, known := s.person(e); known {
			user, _, _ := strings.Cut(e[1:], "@")
			out = append(out, object{"id": "9", "username": user, "url": address, "acct": strings.TrimSuffix(e[1:], "@"+s.o.Domain)})
		}
	}
	return out
}

func tags(text string) []object {
	out := []object{}
	for _, e := range entityPattern.FindAllString(text, -1) {
		if e[0] == '#' {
			out = append(out, object{"name": strings.ToLower(e[1:])})
		}
	}
	return out
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
