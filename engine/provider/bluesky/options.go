package bluesky

import (
	"fmt"
	"slices"
	"strings"
)

// A post's options, and an account's.
const (
	optLabels  = "labels"
	optReplies = "replies"
	optQuotes  = "quotes"
	optEdit    = "edit"
)

const postOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Bluesky post options",
  "description": "What only Bluesky knows of a post.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "labels": {
      "title": "Content labels",
      "description": "What the author says of the post's content, so that readers can have it hidden.",
      "type": "array",
      "minItems": 1,
      "uniqueItems": true,
      "items": {"enum": ["sexual", "nudity", "porn", "graphic-media"]},
      "examples": [["graphic-media"]]
    },
    "replies": {
      "title": "Who may reply",
      "description": "Everyone, nobody, or one or several of: people whom the post mentions, the account's followers, those whom it follows. It holds for the whole thread. Default: everyone.",
      "type": ["string", "array"],
      "pattern": "^(everyone|nobody|mentioned|followers|following)$",
      "minItems": 1,
      "uniqueItems": true,
      "items": {"enum": ["mentioned", "followers", "following"]},
      "examples": ["nobody", ["mentioned", "following"]]
    },
    "quotes": {
      "title": "Who may quote",
      "description": "Whether other posts may quote this one. Default: everyone.",
      "enum": ["everyone", "nobody"],
      "examples": ["nobody"]
    }
  }
}`

const accountOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Bluesky account options",
  "description": "How smmctl treats an account on Bluesky.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "edit": {
      "title": "Edits",
      "description": "What becomes of a published post whose file changed. replace: it can only be deleted and posted anew, which the post has to allow. put: its record is overwritten; Bluesky's app may go on showing the first version. Default: replace.",
      "enum": ["replace", "put"],
      "examples": ["put"]
    }
  }
}`

// editsInPlace reads the account's option.
func editsInPlace(options map[string]any) (bool, error) {
	switch v := options[optEdit]; v {
	case nil, "replace":
		return false, nil
	case "put":
		return true, nil
	default:
		return false, fmt.Errorf("options.edit: %v: want replace or put", v)
	}
}

// choices are a post's options, read.
type choices struct {
	labels   []string
	allow    []string // the rules of a threadgate; of length 0: nobody
	gated    bool     // there is to be a threadgate
	unquoted bool     // there is to be a postgate
}

var rules = map[string]string{
	"mentioned": gateType + "#mentionRule",
	"followers": gateType + "#followerRule",
	"following": gateType + "#followingRule",
}

// readOptions reads a segment's options. Lists come joined by commas.
func readOptions(options map[string]string) (choices, error) {
	var c choices
	if v := options[optLabels]; v != "" {
		c.labels = strings.Split(v, ",")
	}
	if len(c.labels) > labelsMost {
		return c, fmt.Errorf("options.labels: %d labels, and a post takes %d", len(c.labels), labelsMost)
	}
	switch v := options[optReplies]; v {
	case "", "everyone":
	case "nobody":
		c.gated = true
	default:
		c.gated = true
		for _, who := range strings.Split(v, ",") {
			rule, known := rules[who]
			if !known {
				return c, fmt.Errorf("options.replies: %q: want everyone, nobody, mentioned, followers or following", who)
			}
			if !slices.Contains(c.allow, rule) {
				c.allow = append(c.allow, rule)
			}
		}
	}
	switch v := options[optQuotes]; v {
	case "", "everyone":
	case "nobody":
		c.unquoted = true
	default:
		return c, fmt.Errorf("options.quotes: %q: want everyone or nobody", v)
	}
	return c, nil
}
