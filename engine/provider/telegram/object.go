package telegram

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/provider"
)

// message is a Message, with the fields that we use.
type message struct {
	ID        int64   `json:"message_id"` // 0: the server holds it back
	Date      int64   `json:"date"`       // Unix, of publishing
	Chat      chat    `json:"chat"`
	Text      string  `json:"text"`
	Caption   string  `json:"caption"`
	Protected bool    `json:"has_protected_content"`
	Above     bool    `json:"show_caption_above_media"`
	Spoiler   bool    `json:"has_media_spoiler"`
	Photo     []file  `json:"photo"` // in several sizes
	Video     *file   `json:"video"`
	Animation *file   `json:"animation"` // then document is set, too
	Document  *file   `json:"document"`
	Poll      *pollAs `json:"poll"`
}

type file struct {
	Unique string `json:"file_unique_id"` // the same for one file, whoever sees it
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type pollAs struct {
	Question string `json:"question"`
	Options  []struct {
		Text string `json:"text"`
	} `json:"options"`
	Multiple bool  `json:"allows_multiple_answers"`
	Period   int64 `json:"open_period"`
}

// lastDate is the last second that RFC 3339 can write.
const lastDate = 253_402_300_799

// ours reports whether a message is published, in this chat.
func (l *login) ours(m *message) bool {
	return m.ID > 0 && m.Date > 0 && m.Date <= lastDate && m.Chat.ID == l.chat.ID
}

// medium returns the kind and the file of what a message carries, or nothing.
func (m *message) medium() (kind string, f file) {
	switch {
	case len(m.Photo) > 0:
		for _, size := range m.Photo {
			if size.Width*size.Height >= f.Width*f.Height {
				f = size
			}
		}
		return photo, f
	case m.Animation != nil:
		return animation, *m.Animation
	case m.Video != nil:
		return video, *m.Video
	case m.Document != nil:
		return document, *m.Document
	}
	return "", file{}
}

// words is what a message says.
func (m *message) words() string {
	if text := m.Text + m.Caption; text != "" || m.Poll == nil { // never both
		return text
	}
	return m.Poll.Question
}

// fields are paths and values; an empty value is left out.
type fields map[string]string

func (f fields) set(path, value string) {
	if value != "" {
		f[path] = value
	} else {
		delete(f, path)
	}
}

func (f fields) flag(path string, on bool) {
	f.set(path, map[bool]string{true: "true"}[on])
}

// show sets the fields that the i-th message of an object tells.
func (f fields) show(i int, m *message) {
	if kind, file := m.medium(); kind != "" {
		f.set(mediaPath(i, "kind"), kind)
		f.set(mediaPath(i, "id"), file.Unique)
	}
	if i > 0 {
		return
	}
	f["text"] = m.words()
	f.set("date", time.Unix(m.Date, 0).UTC().Format(time.RFC3339))
	f.flag("protect", m.Protected)
	f.flag("caption_above", m.Above)
	f.flag("spoiler", m.Spoiler)
	if p := m.Poll; p != nil {
		for j, o := range p.Options {
			f.set(fmt.Sprintf("poll.options[%d]", j), o.Text)
		}
		f.flag("poll.multiple", p.Multiple)
		if p.Period > 0 {
			f.set("poll.open_period", strconv.FormatInt(p.Period, 10))
		}
	}
}

func mediaPath(i int, name string) string { return fmt.Sprintf("media[%d].%s", i, name) }

// countMedia counts the media that fields name.
func countMedia(f map[string]string, name string) int {
	n := 0
	for {
		if _, ok := f[mediaPath(n, name)]; !ok {
			return n
		}
		n++
	}
}

// object makes an Object of what was sent. A message without an id or in another
// chat is none that we know of.
func (l *login) object(all []message, parent string) (provider.Object, error) {
	f, ids := fields{}, make([]int64, len(all))
	for i := range all {
		m := &all[i]
		if !l.ours(m) {
			return provider.Object{}, fmt.Errorf("message %d of chat %d is none that is published here yet", m.ID, m.Chat.ID)
		}
		f.show(i, m)
		ids[i] = m.ID
	}
	options := 0
	if all[0].Poll != nil {
		options = len(all[0].Poll.Options)
	}
	return l.shown(ids, f, parent, time.Unix(all[0].Date, 0).UTC(), options), nil
}

// shown is an Object with fields.
func (l *login) shown(ids []int64, f fields, parent string, created time.Time, options int) provider.Object {
	return provider.Object{
		ID: joinIDs(ids), URL: l.chat.address(ids[0]), CreatedAt: created, ParentID: parent,
		Fields: maps.Clone(f), Fingerprint: fingerprint(f["text"], countMedia(f, "kind"), options),
	}
}

// joinIDs names an object: by its message's id, or by those of an album.
func joinIDs(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

// parseIDs reads an object's id; nil where it is none of ours.
func parseIDs(id string) []int64 {
	var out []int64
	for part := range strings.SplitSeq(id, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil || n <= 0 || len(out) == maxAlbum {
			return nil
		}
		out = append(out, n)
	}
	return out
}
