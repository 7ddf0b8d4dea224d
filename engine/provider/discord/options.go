package discord

// A post's options, and an account's.
const (
	optEmbed      = "embed"
	optSuppress   = "suppress_embeds"
	optSilent     = "silent"
	optUsername   = "username"
	optThread     = "thread"
	optThreadName = "thread_name"
	optTags       = "tags"
	optEveryone   = "mention_everyone"
	optQuestion   = "question"
	optForum      = "forum"
	maxThreadName = 100 // UTF-16 code units; the specification's maxLength
	maxQuestion   = 300
)

const postOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Discord post options",
  "description": "What only Discord knows of a post.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "embed": {
      "title": "Embed",
      "description": "A framed box under the first message.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "title": {"title": "Title", "description": "The box's heading.", "type": "string", "minLength": 1, "maxLength": 256, "examples": ["Winter sale"]},
        "description": {"title": "Description", "description": "The box's text. Discord's Markdown, sent as it is.", "type": "string", "minLength": 1, "maxLength": 4096, "examples": ["Every coat, until Sunday."]},
        "color": {"title": "Colour", "description": "Of the bar at the box's left side.", "type": "string", "pattern": "^#[0-9A-Fa-f]{6}$", "examples": ["#d9532c"]},
        "footer": {"title": "Footer", "description": "A small last line.", "type": "string", "minLength": 1, "maxLength": 2048, "examples": ["Acme Coats"]}
      }
    },
    "suppress_embeds": {
      "title": "No link previews",
      "description": "Discord draws no box for the links in the text. Not together with an embed of one's own, which it would hide, too.",
      "type": "boolean",
      "examples": [true]
    },
    "silent": {
      "title": "Silent",
      "description": "Nobody is notified. It cannot be edited.",
      "type": "boolean",
      "examples": [true]
    },
    "username": {
      "title": "Name",
      "description": "Shown instead of the webhook's own. It must not hold clyde or discord, and cannot be edited.",
      "type": "string",
      "minLength": 1,
      "maxLength": 80,
      "examples": ["Acme News"]
    },
    "thread": {
      "title": "Thread",
      "description": "The id of a thread of the webhook's channel that the post goes into. It cannot be edited.",
      "type": "string",
      "pattern": "^[1-9][0-9]{4,19}$",
      "examples": ["1312345678901234567"]
    },
    "thread_name": {
      "title": "Thread's title",
      "description": "In a forum: the new thread's title. Default, where the account says forum: the text's first line. It cannot be edited.",
      "type": "string",
      "minLength": 1,
      "maxLength": 100,
      "examples": ["Winter sale"]
    },
    "tags": {
      "title": "Tags",
      "description": "In a forum: the ids of the new thread's tags. They cannot be edited.",
      "type": "array",
      "maxItems": 5,
      "uniqueItems": true,
      "items": {"type": "string", "pattern": "^[1-9][0-9]{4,19}$"},
      "examples": [["1312345678901234567"]]
    },
    "mention_everyone": {
      "title": "Mention everyone",
      "description": "@everyone and @here in the text notify. Without it they never do.",
      "type": "boolean",
      "examples": [true]
    },
    "question": {
      "title": "Poll's question",
      "description": "Default: the text's first line, which is then left out of the text. It cannot be edited.",
      "type": "string",
      "minLength": 1,
      "maxLength": 300,
      "examples": ["Red or blue?"]
    }
  }
}`

const accountOptions = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Discord account options",
  "description": "What a webhook does not tell of its channel.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "forum": {
      "title": "Forum",
      "description": "The channel is a forum or media channel: each post begins a thread there.",
      "type": "boolean",
      "examples": [true]
    }
  }
}`
