// Package render turns a Post and an Account into a Publication: which accounts,
// when, and the exact text, markup and media that the network will carry. It is
// a function of its Scope: no network, no clock. It imports content, measure,
// media (to decide what is done to files), the types of provider, goldmark and
// rrule-go.
//
// The rules by which Markdown becomes a network's text are in docs/rendering.md,
// whose examples are this package's golden test.
package render

import (
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
)

// Scope is what a post is rendered in.
type Scope struct {
	Config     *content.Workspace
	Zone       *time.Location // of the workspace
	Accounts   map[string]*content.Account
	Strategies map[string]*content.Strategy // by brand
	Campaigns  map[string]*content.Campaign
	Slots      map[string]*content.Slot
	Drivers    map[string]*provider.Driver // by name
	Limits     map[string]provider.Limits  // by account: the server's, as remembered or declared
	// Media describes a file of the workspace by its content.
	Media func(path string) (content.Attachment, error)
	// Fetch brings a medium of the web into the workspace's cache, as the file
	// media.FetchedName, and returns a *media.FetchError or *media.OtherError
	// otherwise. Nil: nothing is fetched.
	Fetch func(url, sum string) error
	// URL returns a publication's live address, or "" before there is one.
	URL func(content.Key) string
}

// Problem is something that keeps a post from being rendered as written. Field
// is the front matter's path ("media[0].alt"), or "body"; Path is the file.
type Problem struct {
	Rule    string
	Warning bool
	// Holds says that the publication cannot go out now, though nothing in it is
	// wrong.
	Holds bool
	Path  string
	Field string
	// Offset is a byte offset into the body, for Field "body"; -1 for none.
	Offset  int
	Account string
	Summary string
	Hint    string
}
