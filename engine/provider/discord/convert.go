package discord

import (
	"fmt"
	"strconv"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// message is MessageResponse of the specification, with what we use.
type message struct {
	ID          string       `json:"id"`
	ChannelID   string       `json:"channel_id"`
	WebhookID   string       `json:"webhook_id"`
	Content     string       `json:"content"`
	Flags       int          `json:"flags"`
	Embeds      []embed      `json:"embeds"`
	Attachments []attachment `json:"attachments"`
	Poll        *poll        `json:"poll"`
}

type embed struct {
	Type        string  `json:"type,omitempty"`
	URL         string  `json:"url,omitempty"`
	Title       string  `json:"title,omitempty"`
	Description string  `json:"description,omitempty"`
	Color       *int    `json:"color,omitempty"`
	Footer      *footer `json:"footer,omitempty"`
}

type footer struct {
	Text string `json:"text"`
}

type attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description"`
	Size        int64  `json:"size"`
}

type poll struct {
	Question media     `json:"question"`
	Answers  []answer  `json:"answers"`
	Expiry   time.Time `json:"expiry"`
	Multiple bool      `json:"allow_multiselect"`
}

// sound reports whether an answer names a message.
func (m *message) sound() bool { return isSnowflake(m.ID) && isSnowflake(m.ChannelID) }

// object makes an Object of a message. Its fields are those that only an edit, or
// a moderator, changes: no reactions, votes, previews of links or addresses of
// files, which are signed and expire.
func (l *login) object(m *message) provider.Object {
	f := fields{"text": m.Content}
	f.flag("suppress_embeds", m.Flags&flagSuppressEmbeds != 0)
	f.flag("silent", m.Flags&flagSilent != 0)
	e := essence{text: m.Content}
	for _, own := range m.embeds() {
		f.embed(fmt.Sprintf("embeds[%d].", e.embeds), own)
		e.add(&own)
	}
	for i, a := range m.Attachments {
		path := fmt.Sprintf("media[%d].", i)
		f.set(path+"id", a.ID)
		f.set(path+"filename", a.Filename)
		f.set(path+"description", a.Description)
		f.set(path+"size", strconv.FormatInt(a.Size, 10))
		e.alts = append(e.alts, a.Description)
	}
	if m.Poll != nil {
		f.poll(m.Poll)
		e.question, e.answers = m.Poll.Question.Text, len(m.Poll.Answers)
	}
	return provider.Object{
		ID: l.objectID(m.ChannelID, m.ID), URL: l.address(m.ChannelID, m.ID), CreatedAt: createdAt(m.ID),
		Fields: f, Fingerprint: e.fingerprint(),
	}
}

// embeds are those of the author's own. What Discord makes of links comes later,
// and has the link's address, also where its type is rich.
func (m *message) embeds() []embed {
	var own []embed
	for _, e := range m.Embeds {
		if e.Type == "rich" && e.URL == "" {
			own = append(own, e)
		}
	}
	return own
}

// address is where people read a message.
func (l *login) address(channel, id string) string {
	return l.web + "/channels/" + l.guild + "/" + channel + "/" + id
}

// fields are paths and values; an empty value is left out.
type fields map[string]string

func (f fields) set(path, value string) {
	if value != "" {
		f[path] = value
	}
}

func (f fields) flag(path string, on bool) {
	if on {
		f[path] = strconv.FormatBool(true)
	}
}

func (f fields) embed(path string, e embed) {
	f.set(path+"title", e.Title)
	f.set(path+"description", e.Description)
	if e.Color != nil {
		f[path+"color"] = color(*e.Color)
	}
	if e.Footer != nil {
		f.set(path+"footer", e.Footer.Text)
	}
}

func (f fields) poll(p *poll) {
	f.set("poll.question", p.Question.Text)
	for i, a := range p.Answers {
		f.set(fmt.Sprintf("poll.options[%d]", i), a.Media.Text)
	}
	f.set("poll.multiple", strconv.FormatBool(p.Multiple))
	if !p.Expiry.IsZero() {
		f["poll.expires_at"] = p.Expiry.UTC().Truncate(time.Second).Format(time.RFC3339)
	}
}
