package discord

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Flags of a message (resources/message, 2026-08-06).
const (
	flagSuppressEmbeds = 1 << 2
	flagSilent         = 1 << 12
)

// messageBody is IncomingWebhookRequestPartial of the specification, as far as we
// use it. In an edit every field is sent that an edit knows: it is the full state.
type messageBody struct {
	Content     *string        `json:"content,omitempty"`
	Username    string         `json:"username,omitempty"`
	Embeds      *[]embed       `json:"embeds,omitempty"`
	Allowed     allowed        `json:"allowed_mentions"`
	Attachments *[]description `json:"attachments,omitempty"`
	Flags       *int           `json:"flags,omitempty"`
	ThreadName  string         `json:"thread_name,omitempty"`
	Tags        []string       `json:"applied_tags,omitempty"`
	Poll        *pollBody      `json:"poll,omitempty"`
}

// allowed says who may be notified. Without it Discord notifies every person whom
// a text names, in an edit as well (resources/message, Allowed Mentions, 2026-08-06).
type allowed struct {
	Parse []string `json:"parse"`
	Users []string `json:"users,omitempty"`
	Roles []string `json:"roles,omitempty"`
}

// description is what is said of one attachment: of a new one by the number of
// its file, of one that stays by its id.
type description struct {
	ID   string `json:"id"`
	Text string `json:"description"`
}

type pollBody struct {
	Question media    `json:"question"`
	Answers  []answer `json:"answers"`
	Hours    int      `json:"duration"`
	Multiple bool     `json:"allow_multiselect"`
}

type answer struct {
	Media media `json:"poll_media"`
}

type media struct {
	Text string `json:"text"`
}

// draft is what of a segment is shown as what.
type draft struct {
	text     string
	question string // of the poll
	embed    *embed
}

// draftOf takes a segment apart. A poll needs a question of its own: that of the
// options, else the first line, which then leaves the text.
func draftOf(s content.Segment) draft {
	d := draft{text: s.Text, embed: embedOf(s.Options)}
	if s.Poll == nil {
		return d
	}
	if d.question = s.Options[optQuestion]; d.question == "" {
		first, rest, _ := strings.Cut(strings.TrimSpace(s.Text), "\n")
		d.question, d.text = strings.TrimSpace(plain(first)), strings.TrimSpace(rest)
	}
	return d
}

// embedOf reads the post's own embed. It has no address: by that it is told from
// the previews that Discord makes of links.
func embedOf(options map[string]string) *embed {
	e := embed{Title: options[optEmbed+".title"], Description: options[optEmbed+".description"]}
	if f := options[optEmbed+".footer"]; f != "" {
		e.Footer = &footer{f}
	}
	if n, err := strconv.ParseInt(strings.TrimPrefix(options[optEmbed+".color"], "#"), 16, 32); err == nil {
		color := int(n)
		e.Color = &color
	}
	if e == (embed{}) {
		return nil
	}
	return &e
}

// newBody is the body of a new message.
func newBody(op string, s content.Segment) (messageBody, error) {
	d := draftOf(s)
	b := messageBody{Username: s.Options[optUsername], Allowed: allowedIn(s)}
	if d.text != "" {
		b.Content = &d.text
	}
	if d.embed != nil {
		b.Embeds = &[]embed{*d.embed}
	}
	flags := flagsOf(s.Options)
	if flags != 0 {
		b.Flags = &flags
	}
	if d.embed != nil && flags&flagSuppressEmbeds != 0 {
		return b, provider.Refused(op, "suppress_embeds would hide the post's own embed: leave one of the two out")
	}
	if strings.TrimSpace(d.text) == "" && d.embed == nil && len(s.Media) == 0 && s.Poll == nil {
		return b, provider.Refused(op, "there is nothing in it")
	}
	if s.Poll != nil {
		if n := units(d.question); n == 0 || n > maxQuestion {
			return b, provider.Refused(op, "the poll's question has %d characters, Discord takes 1 to %d: write it into the post's option `question`", n, maxQuestion)
		}
		b.Poll = pollOf(d.question, s.Poll)
	}
	return b, nil
}

// editedBody is the full state of a message that exists. Its flags are all that it
// has: an edit changes some of them only, and must repeat the others
// (resources/message, Edit Message, 2026-08-06).
func editedBody(op string, s content.Segment) (messageBody, error) {
	b, err := newBody(op, s)
	if b.Content == nil {
		b.Content = new(string)
	}
	if b.Embeds == nil {
		b.Embeds = &[]embed{}
	}
	if b.Flags == nil {
		b.Flags = new(int)
	}
	b.Username = "" // an edit knows none
	return b, err
}

func flagsOf(options map[string]string) int {
	flags := 0
	if options[optSuppress] == "true" {
		flags |= flagSuppressEmbeds
	}
	if options[optSilent] == "true" {
		flags |= flagSilent
	}
	return flags
}

func allowedIn(s content.Segment) allowed {
	a := allowed{Parse: []string{}}
	if s.Options[optEveryone] == "true" {
		a.Parse = append(a.Parse, "everyone")
	}
	a.Users, a.Roles = mentioned(s.Text)
	return a
}

// pollOf makes a poll; Discord counts its time in whole hours.
func pollOf(question string, p *content.PollSpec) *pollBody {
	b := &pollBody{Question: media{question}, Hours: int((p.Expires + time.Hour - 1) / time.Hour), Multiple: p.Multiple}
	for _, o := range p.Options {
		b.Answers = append(b.Answers, answer{media{o}})
	}
	return b
}

// threadName is the title of the thread that a post in a forum begins.
func threadName(op string, s content.Segment) (string, error) {
	if name := s.Options[optThreadName]; name != "" {
		return name, nil
	}
	first, _, _ := strings.Cut(strings.TrimSpace(s.Text), "\n")
	name := strings.TrimSpace(plain(first))
	if name == "" {
		return "", provider.Refused(op, "a post in a forum needs a title: write it into the post's option `thread_name`")
	}
	return cut(name, maxThreadName), nil
}

// cut shortens a text to n UTF-16 code units, between words where it can.
func cut(s string, n int) string {
	if units(s) <= n {
		return s
	}
	total, end := 0, 0
	for i, r := range s {
		if total += utf16.RuneLen(r); total > n-1 {
			end = i
			break
		}
	}
	if space := strings.LastIndexByte(s[:end], ' '); space > end/2 {
		end = space
	}
	return strings.TrimSpace(s[:end]) + "…"
}

func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func color(n int) string { return fmt.Sprintf("#%06x", n) }
