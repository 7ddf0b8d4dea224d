package vk

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A post's options.
const (
	optSource    = "source"
	optSigned    = "signed"
	optClosed    = "close_comments"
	optMute      = "mute_notifications"
	optAds       = "mark_as_ads"
	optLink      = "attach_link"
	optQuestion  = "poll_question"
	optAnonymous = "poll_anonymous"
)

const postOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "VK post options",
  "description": "What only VK knows of a post on a community's wall.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "source": {
      "title": "Source",
      "description": "The address of what the post was made from; VK shows it under the post and refuses one that it cannot find.",
      "type": "string",
      "format": "uri",
      "pattern": "^https?://",
      "examples": ["https://example.org/article"]
    },
    "signed": {
      "title": "Signed",
      "description": "Shows the name of the person whose token publishes. Default: no.",
      "type": "boolean",
      "examples": [true]
    },
    "close_comments": {
      "title": "Close comments",
      "description": "Nobody may comment. Default: what the community's settings say.",
      "type": "boolean",
      "examples": [true]
    },
    "mute_notifications": {
      "title": "Mute notifications",
      "description": "Subscribers are not notified. It cannot be edited.",
      "type": "boolean",
      "examples": [true]
    },
    "mark_as_ads": {
      "title": "Mark as advertisement",
      "description": "Says beside the post that it is an advertisement.",
      "type": "boolean",
      "examples": [true]
    },
    "attach_link": {
      "title": "Attach the link",
      "description": "Attaches the last address of the text, so that VK draws a snippet of it. VK refuses the post where it cannot. Default: no.",
      "type": "boolean",
      "examples": [true]
    },
    "poll_question": {
      "title": "Question of the poll",
      "description": "Default: the text's first line. It cannot be edited.",
      "type": "string",
      "minLength": 1,
      "examples": ["Red or blue?"]
    },
    "poll_anonymous": {
      "title": "Anonymous poll",
      "description": "Nobody sees who voted for what. Default: yes. It cannot be edited.",
      "type": "boolean",
      "examples": [false]
    }
  }
}`

const accountOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "VK account options",
  "type": "object",
  "additionalProperties": false,
  "required": ["group"],
  "properties": {
    "group": {
      "title": "Community",
      "description": "The community's number, or its short address as in vk.com/acme.",
      "type": ["string", "integer"],
      "examples": ["acme", 1]
    },
    "requests_per_second": {
      "title": "Requests a second",
      "description": "How many requests VK takes of this token in a second. Default: 3, as VK documents for a person's token.",
      "type": "integer",
      "minimum": 1,
      "maximum": 20,
      "examples": [3]
    }
  }
}`

// perSecond is what VK allows a person's token (dev.vk.com, api-requests, 2026).
const perSecond = 3

// options are an account's own, read.
type options struct {
	group     string
	perSecond int
}

var screenName = regexp.MustCompile(`^[A-Za-z0-9_.]{1,64}$`)

func readOptions(all map[string]any) (options, error) {
	o := options{group: text(all["group"]), perSecond: perSecond}
	o.group = strings.TrimLeft(strings.TrimPrefix(o.group, "https://vk.com/"), "-@")
	if !screenName.MatchString(o.group) {
		return o, fmt.Errorf("options.group %q: want the community's number or its short address, such as acme", text(all["group"]))
	}
	if v, ok := all["requests_per_second"]; ok {
		n, err := strconv.Atoi(text(v))
		if err != nil || n < 1 || n > 20 {
			return o, fmt.Errorf("options.requests_per_second %q: want a number from 1 to 20", text(v))
		}
		o.perSecond = n
	}
	return o, nil
}

// text writes what YAML or JSON made of a number or a word.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case float64:
		if v == math.Trunc(v) {
			return strconv.FormatInt(int64(v), 10)
		}
	}
	return fmt.Sprint(v)
}
