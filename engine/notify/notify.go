// Package notify tells people of outcomes over webhooks that understand Slack's
// simplest message: {"text": "…"}. What it sends cannot ping anybody and links to
// nothing but addresses that smmctl knows, whatever the content says. It imports
// clock, content, provider (for its Secret and its kinds of failure) and httpx.
package notify

import (
	"fmt"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// Kind is what an outcome is about; smm.yaml chooses by it.
type Kind string

// The kinds.
const (
	Published  Kind = "published"
	Missed     Kind = "missed"
	Unknown    Kind = "unknown"
	Drift      Kind = "drift"
	Credential Kind = "credential" // that expires soon
)

// Outcome is one thing that people are told, once.
type Outcome struct {
	Kind    Kind
	Key     content.Key // zero for a credential
	Account string
	Brand   string
	// Generation and At tell one outcome of a Key from another: At is when it was
	// published, when it should have been, when the doubtful request was begun, or
	// when the credential expires.
	Generation int
	At         time.Time
	URL        string // of what is live, where something is
	Detail     string // why, in anybody's words
	// Live condenses, for drift, what is on the platform.
	Live string
	// Fields are, for drift, the names of what differs.
	Fields []string
}

// Identity is the same whenever the same outcome is found again. It has no space.
func (o Outcome) Identity() string {
	switch o.Kind {
	case Missed:
		return fmt.Sprintf("%s:%s:%d:%s", o.Kind, o.Key, o.Generation, o.At.UTC().Format(time.RFC3339))
	case Unknown: // one generation may be published, then edited: two outcomes
		return fmt.Sprintf("%s:%s:%d:%s", o.Kind, o.Key, o.Generation, o.At.UTC().Format(time.RFC3339))
	case Drift:
		return fmt.Sprintf("%s:%s:%d:%.16s", o.Kind, o.Key, o.Generation, o.Live)
	case Credential:
		return fmt.Sprintf("%s:%s:%s", o.Kind, o.Account, o.At.UTC().Format(time.DateOnly))
	}
	return fmt.Sprintf("%s:%s:%d", o.Kind, o.Key, o.Generation)
}
