package notify

import (
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Message is the body of a webhook's request.
type Message struct {
	// Text is at most MaxText code points, escaped for Slack.
	Text string `json:"text"`
}

// MaxText is what Discord's Slack-compatible address takes (its OpenAPI document,
// SlackWebhook.text, 2026-08-06). Slack takes 40,000 and Mattermost 16,383.
const MaxText = 2000

const maxDetail = 400

// Message says what happened, and what to do about it. Everything that is not our
// own words stands in code spans: there, Slack, Mattermost and Discord neither
// link nor mention anybody.
func (o Outcome) Message() Message {
	key := code(o.Key.String())
	var lines []string
	switch o.Kind {
	case Published:
		lines = []string{"Published: " + key, o.link()}
	case Missed:
		lines = []string{"Missed: " + key + " was to go out at " + stamp(o.At) + ". It will not be published by itself.",
			o.why(), "To publish it after all, give it a new `publish_at`."}
	case Unknown:
		lines = []string{"Unknown: whether " + key + " was carried out. Nothing more is done to it until a person has looked.",
			o.why(), "To settle it: " + code("smmctl resolve "+o.Key.String()+" --published URL") +
				" or " + code("smmctl resolve "+o.Key.String()+" --not-published")}
	case Drift:
		lines = []string{"Changed on the platform, not by us: " + key + ": " + quote(strings.Join(o.Fields, ", ")), o.link(),
			"`smmctl diff` shows what differs."}
	case Credential:
		lines = []string{"The credential of " + code(o.Account) + " expires on " + o.At.UTC().Format(time.DateOnly) + ".",
			"Until then it has to be renewed: without it nothing is published there."}
	}
	return Message{Text: join(lines)}
}

func (o Outcome) why() string {
	if o.Detail == "" {
		return ""
	}
	return "Why: " + quote(o.Detail)
}

// link is the address where it may be one: over HTTPS, with nothing in it that a
// chat would read as markup. Elsewhere, such as a folder, it is only shown.
func (o Outcome) link() string {
	if o.URL == "" {
		return ""
	}
	u, err := url.Parse(o.URL)
	plain := err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(o.URL) <= maxDetail &&
		!strings.ContainsFunc(o.URL, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune("<>|`\"\\*", r)
		})
	if !plain {
		return quote(o.URL)
	}
	return escape.Replace(strings.ReplaceAll(o.URL, "@", "%40")) // @everyone is no name then
}

func join(lines []string) string {
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return cut(strings.Join(kept, "\n"), MaxText)
}

// escape is what Slack wants escaped, and nothing else (its page «Formatting text
// for app surfaces», 2026-11-24).
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// code is text of known shape, such as a Key, as a code span.
func code(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '`':
			return '\''
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		s = "?"
	}
	for n := maxDetail; len([]rune(escape.Replace(s))) > maxDetail; n /= 2 { // escaping makes it longer
		s = cut(s, n)
	}
	return "`" + escape.Replace(s) + "`"
}

// quote is anybody's text as a code span. A word joiner behind each @ keeps a
// name from being found even by a reader that knows no spans.
func quote(s string) string { return strings.ReplaceAll(code(s), "@", "@\u2060") }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }
