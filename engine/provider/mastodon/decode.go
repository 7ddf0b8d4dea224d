package mastodon

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// decode reads JSON as liberally as is safe: a field of the wrong type is left
// empty, the rest is read. Only text that is no JSON at all is an error. What
// must be there, an id above all, is checked by who needs it.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return nil
	}
	return err
}

// str is a string that some servers write as a number or as null. Ids are opaque
// and never parsed: snowflakes, ULIDs and flakes all occur.
type str string

// UnmarshalJSON takes a string or a number; anything else is empty.
func (s *str) UnmarshalJSON(b []byte) error {
	*s = ""
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0:
	case b[0] == '"':
		var v string
		if json.Unmarshal(b, &v) == nil {
			*s = str(v)
		}
	case b[0] == '-' || (b[0] >= '0' && b[0] <= '9'):
		*s = str(b)
	}
	return nil
}

// num is a whole number that some servers write as a string; what is no number
// is 0, "not said".
type num int64

// UnmarshalJSON takes a number or a string of digits.
func (n *num) UnmarshalJSON(b []byte) error {
	*n = 0
	f, err := strconv.ParseFloat(strings.Trim(string(b), `" `), 64)
	if err == nil && f > -1e15 && f < 1e15 {
		*n = num(f)
	}
	return nil
}

// flag is a truth value, also written as a string or as 0 and 1.
type flag bool

// UnmarshalJSON takes true, "true", 1 and their opposites.
func (f *flag) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseBool(strings.Trim(string(b), `" `))
	*f = flag(err == nil && v)
	return nil
}

// stamp is a moment; zero where it is missing or cannot be read.
type stamp struct{ time.Time }

var stampLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05"}

// UnmarshalJSON takes an ISO 8601 time, or seconds since 1970.
func (t *stamp) UnmarshalJSON(b []byte) error {
	t.Time = parseTime(strings.Trim(string(b), `" `))
	return nil
}

func parseTime(s string) time.Time {
	for _, layout := range stampLayouts {
		if v, err := time.Parse(layout, s); err == nil {
			return v.UTC()
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 1e9 && n < 1e11 {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// status is a published post, or what is in the schedule (then ScheduledAt and
// Params are set), with the fields that we use.
type status struct {
	ID          str             `json:"id"`
	URI         str             `json:"uri"`
	URL         str             `json:"url"`
	CreatedAt   stamp           `json:"created_at"`
	InReplyTo   str             `json:"in_reply_to_id"`
	Content     *str            `json:"content"`
	Spoiler     str             `json:"spoiler_text"`
	Visibility  str             `json:"visibility"`
	Sensitive   flag            `json:"sensitive"`
	Language    str             `json:"language"`
	Media       []attachment    `json:"media_attachments"`
	Mentions    []mention       `json:"mentions"`
	Poll        *poll           `json:"poll"`
	Pinned      flag            `json:"pinned"`
	Reblog      json.RawMessage `json:"reblog"`
	Account     account         `json:"account"`
	ScheduledAt stamp           `json:"scheduled_at"`
	Params      params          `json:"params"`
}

type attachment struct {
	ID          str `json:"id"`
	URL         str `json:"url"`
	Description str `json:"description"`
}

type mention struct {
	URL  str `json:"url"`
	Acct str `json:"acct"`
}

type poll struct {
	Options   []pollOption `json:"options"`
	Multiple  flag         `json:"multiple"`
	ExpiresAt stamp        `json:"expires_at"`
}

type pollOption struct {
	Title str `json:"title"`
}

// params is what a scheduled post was made of.
type params struct {
	Text       str   `json:"text"`
	Spoiler    str   `json:"spoiler_text"`
	Visibility str   `json:"visibility"`
	Sensitive  flag  `json:"sensitive"`
	Language   str   `json:"language"`
	InReplyTo  str   `json:"in_reply_to_id"`
	MediaIDs   []str `json:"media_ids"`
	Poll       *struct {
		Options   []str `json:"options"`
		Multiple  flag  `json:"multiple"`
		ExpiresIn num   `json:"expires_in"`
	} `json:"poll"`
}

// account is an account; Source is present for one's own.
type account struct {
	ID          str     `json:"id"`
	Username    str     `json:"username"`
	Acct        str     `json:"acct"`
	DisplayName str     `json:"display_name"`
	Note        str     `json:"note"`
	Avatar      str     `json:"avatar"`
	Header      str     `json:"header"`
	Fields      []label `json:"fields"`
	Source      *struct {
		Note   *str    `json:"note"`
		Fields []label `json:"fields"`
	} `json:"source"`
}

type label struct {
	Name  str `json:"name"`
	Value str `json:"value"`
}

// isReblog reports whether a status repeats somebody else's post.
func (s *status) isReblog() bool {
	return len(s.Reblog) > 0 && !bytes.Equal(s.Reblog, []byte("null")) && !bytes.Equal(s.Reblog, []byte("false"))
}
