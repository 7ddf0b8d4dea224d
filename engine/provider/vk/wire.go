package vk

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// flag is a truth value; VK writes some as 0 and 1.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch string(bytes.TrimSpace(b)) {
	case "true", "1":
		*f = true
	case "false", "0", "null":
		*f = false
	default:
		return fmt.Errorf("%.20q is neither yes nor no", b)
	}
	return nil
}

// post is a post on the wall, published or in the schedule, with what we use of it.
type post struct {
	ID          int64        `json:"id"`
	Owner       int64        `json:"owner_id"`
	From        int64        `json:"from_id"`
	Date        int64        `json:"date"` // Unix; of a postponed post, when it will be published
	Type        string       `json:"post_type"`
	Text        string       `json:"text"`
	Attachments []attachment `json:"attachments"`
	Copyright   struct {
		Link string `json:"link"`
	} `json:"copyright"`
	Signer   int64 `json:"signer_id"`
	Pinned   flag  `json:"is_pinned"`
	Ads      flag  `json:"marked_as_ads"`
	Deleted  flag  `json:"is_deleted"`
	CanEdit  *flag `json:"can_edit"`
	Comments struct {
		CanOpen flag `json:"can_open"` // they are closed
	} `json:"comments"`
	Topic   int64             `json:"topic_id"`
	History []json.RawMessage `json:"copy_history"`
}

// attachment is what hangs on a post.
type attachment struct {
	kind  string
	owner int64
	id    int64
	key   string // access_key, for what is not public
	url   string // of a link
	poll  *poll
}

type poll struct {
	ID       int64  `json:"id"`
	Owner    int64  `json:"owner_id"`
	Question string `json:"question"`
	Multiple flag   `json:"multiple"`
	Ends     int64  `json:"end_date"`
	Answers  []struct {
		Text string `json:"text"`
	} `json:"answers"`
}

// UnmarshalJSON reads {"type": T, T: {…}}.
func (a *attachment) UnmarshalJSON(b []byte) error {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if err := json.Unmarshal(parts["type"], &a.kind); err != nil {
		return fmt.Errorf("an attachment without a type: %w", err)
	}
	inner, ok := parts[a.kind]
	if !ok {
		return nil // a kind that we do not know
	}
	switch a.kind {
	case "link": // its id is no number
		return json.Unmarshal(inner, &struct {
			URL *string `json:"url"`
		}{&a.url})
	case "poll":
		a.poll = &poll{}
		if err := json.Unmarshal(inner, a.poll); err != nil {
			return err
		}
	}
	var v struct {
		ID    json.Number `json:"id"`
		Owner int64       `json:"owner_id"`
		Key   string      `json:"access_key"`
	}
	if err := json.Unmarshal(inner, &v); err != nil {
		if a.kind == photoKind || a.kind == documentKind || a.poll != nil {
			return err
		}
		return nil // what we do not make may look as it likes, and has no name then
	}
	a.owner, a.key = v.Owner, v.Key
	if n, err := v.ID.Int64(); err == nil {
		a.id = n
	}
	return nil
}

// ref names an attachment, as in photo-1_2; "" where it has no name.
func (a attachment) ref() string {
	if a.id == 0 || a.owner == 0 {
		return ""
	}
	return fmt.Sprintf("%s%d_%d", a.kind, a.owner, a.id)
}

// sent names an attachment as it is sent: with its key, or by its address.
func (a attachment) sent() string {
	switch {
	case a.kind == "link":
		return a.url
	case a.key != "" && a.ref() != "":
		return a.ref() + "_" + a.key
	}
	return a.ref()
}

// postList is the answer of wall.get and wall.getById; older versions of the
// latter answer with the list itself.
type postList struct {
	Count int    `json:"count"`
	Items []post `json:"items"`
}

// byID is the answer of wall.getById.
type byID struct{ items []post }

// UnmarshalJSON takes both forms.
func (l *byID) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return json.Unmarshal(b, &l.items)
	}
	var v postList
	err := json.Unmarshal(b, &v)
	l.items = v.Items
	return err
}

// group is a community.
type group struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	ScreenName  string `json:"screen_name"`
	Deactivated string `json:"deactivated"`
	IsAdmin     flag   `json:"is_admin"`
	Level       int    `json:"admin_level"` // 1 moderator, 2 editor, 3 administrator
	Description string `json:"description"`
	Site        string `json:"site"`
	Cover       cover  `json:"cover"`
}

type cover struct {
	Enabled flag  `json:"enabled"`
	Photo   int64 `json:"photo_id"`
	Images  []struct {
		URL   string `json:"url"`
		Width int    `json:"width"`
	} `json:"images"`
}
