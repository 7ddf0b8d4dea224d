// Package ledger holds what smmctl knows it owns: an Entry a Key, the lease of
// the one writer, freezes and the pinned identity of each account. Package git
// keeps it on a branch; package memory keeps it in memory for tests. It imports
// content and the standard library.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// State is where a publication stands.
type State string

// The states. Planned is known and not live: an intent that was proven unsent.
const (
	Planned   State = "planned"
	Intent    State = "intent" // an open intent: a call may have been made
	Scheduled State = "scheduled"
	Published State = "published"
	Unknown   State = "unknown" // waits for `smmctl resolve`
	Missed    State = "missed"
	Held      State = "held"
	Retracted State = "retracted" // tombstone
	Forgotten State = "forgotten" // tombstone
)

// Tombstone reports whether nothing is published again until the file says
// republish.
func (s State) Tombstone() bool { return s == Retracted || s == Forgotten }

// Entry is the record of one Key.
type Entry struct {
	Key        content.Key `json:"key"`
	Generation int         `json:"generation"`
	Revision   int64       `json:"revision"` // raised by every change of the entry
	State      State       `json:"state"`
	// Action is what the open intent is to do (an action of package plan), and
	// Prior the state to fall back to when it is proven not to have been done.
	Action   string `json:"action,omitempty"`
	Prior    State  `json:"prior,omitempty"`
	Run      string `json:"run,omitempty"` // that wrote the newest change
	Provider string `json:"provider"`
	// Path is the file as of the newest intent. It identifies nothing; it only
	// tells a renamed id from a new post.
	Path     string    `json:"path,omitempty"`
	Digest   string    `json:"digest"`   // source digest as carried out (of the open intent, while there is one)
	Renderer int       `json:"renderer"` // content.RendererVersion
	At       time.Time `json:"at,omitzero"`
	IntentAt time.Time `json:"intent_at,omitzero"` // when the open or last intent was written
	// SettleAt is until when a request of an interrupted run may still arrive:
	// before it, "not found" proves nothing.
	SettleAt time.Time `json:"settle_at,omitzero"`
	// PublishedAt is the first segment's time on the platform.
	PublishedAt time.Time `json:"published_at,omitzero"`
	Pinned      bool      `json:"pinned,omitempty"`
	Segments    []Segment `json:"segments"`
	// Old is what a replacement has to take down.
	Old    []Segment         `json:"old,omitempty"`
	Sent   map[string]string `json:"sent,omitempty"`     // a profile's fields
	Seen   map[string]string `json:"observed,omitempty"` // the same, as the platform has them
	Detail string            `json:"detail,omitempty"`
	Actor  string            `json:"actor,omitempty"` // who ran it
	// Imported marks what was live before smmctl knew it: such an entry is never
	// taken down because its file is missing.
	Imported bool `json:"imported,omitempty"`
	// Approved says who let the newest intent go out, where smm.yaml wants to know.
	Approved []Consent `json:"approved,omitempty"`
}

// Consent is one person's yes, as an Entry keeps it.
type Consent struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Source string    `json:"source"`        // github, gitea …
	URL    string    `json:"url,omitempty"` // of the review or the pull request
	// FastLane marks a yes of somebody who may publish first; the review follows.
	FastLane bool `json:"fast_lane,omitempty"`
}

// Segment is the record of one message.
type Segment struct {
	ClientKey   string            `json:"client_key"`
	Fingerprint string            `json:"fingerprint"`
	Sent        map[string]string `json:"sent"`               // fields as sent, or as they are to be sent
	Observed    map[string]string `json:"observed,omitempty"` // fields as the platform gave them back
	ParentID    string            `json:"parent_id,omitempty"`
	ID          string            `json:"id,omitempty"` // empty: not known to be live
	URL         string            `json:"url,omitempty"`
	ScheduleID  string            `json:"schedule_id,omitempty"`
	CreatedAt   time.Time         `json:"created_at,omitzero"`
	// Flying is set just before a segment is sent to a platform that can neither
	// be read back nor given a key: what is found flying later is unknown.
	Flying bool `json:"flying,omitempty"`
}

// Live reports whether the entry owns something on the platform.
func (e *Entry) Live() bool {
	return slices.ContainsFunc(e.Segments, func(s Segment) bool { return s.ID != "" }) && !e.State.Tombstone()
}

// Clone returns a deep copy.
func (e *Entry) Clone() *Entry {
	c := *e
	c.Segments = cloneSegments(e.Segments)
	c.Old = cloneSegments(e.Old)
	c.Sent, c.Seen = maps.Clone(e.Sent), maps.Clone(e.Seen)
	c.Approved = slices.Clone(e.Approved)
	return &c
}

func cloneSegments(in []Segment) []Segment {
	out := slices.Clone(in)
	for i := range out {
		out[i].Sent, out[i].Observed = maps.Clone(out[i].Sent), maps.Clone(out[i].Observed)
	}
	return out
}

// Lease makes one run the only writer.
type Lease struct {
	Run     string    `json:"run"`
	Holder  string    `json:"holder"`  // for people: user@host, or the CI job
	Process string    `json:"process"` // identifies the process on its machine, or empty
	Since   time.Time `json:"since"`
	Expires time.Time `json:"expires"`
	Broken  bool      `json:"broken,omitempty"` // by hand: may be taken over at once
}

// Freeze stops publishing until it is thawed.
type Freeze struct {
	Brand   string    `json:"brand,omitempty"`   // empty: every brand
	Account string    `json:"account,omitempty"` // empty: every account
	Reason  string    `json:"reason"`
	Since   time.Time `json:"since"`
	By      string    `json:"by"`
}

// Pin is what is remembered of an account: who it is and what its server allows.
type Pin struct {
	Provider string `json:"provider"`
	Server   string `json:"server"`
	ID       string `json:"id"`
	Handle   string `json:"handle"`
	// Limits is the server's, as package provider writes them.
	Limits json.RawMessage `json:"limits,omitempty"`
}

// Approval is one person's yes to the publications that they had in front of
// them. Each is bound to what it was then (package plan's Binding): what has
// changed since is not covered.
type Approval struct {
	Consent
	Pull int `json:"pull,omitempty"` // the pull request, where it came from one
	// Author is whose work was approved, a login. An author's own yes counts in a
	// fast lane only.
	Author string                 `json:"author,omitempty"`
	Binds  map[content.Key]string `json:"binds"`
}

// Pull is a merged pull request whose publications are not all settled: outcomes
// are told in it.
type Pull struct {
	Number  int           `json:"number"`
	URL     string        `json:"url"`
	Author  string        `json:"author"`
	Commit  string        `json:"commit"` // that the merge made
	Merged  time.Time     `json:"merged"`
	Keys    []content.Key `json:"keys"`              // publications that it brought or changed, sorted
	Comment int64         `json:"comment,omitempty"` // that outcomes are told in; 0: none yet
	Told    string        `json:"told,omitempty"`    // digest of what it says
}

// Pulls are the merged pull requests that are followed.
type Pulls struct {
	Seen time.Time `json:"seen"` // updates of pull requests before it have been read
	Open []Pull    `json:"open"`
}

// Told is which outcomes people were told of. What is not in Marks and not older
// than Since has not been told.
type Told struct {
	Since time.Time            `json:"since"`
	Marks map[string]time.Time `json:"marks"` // by the outcome's identity: when
}

// Snapshot is the ledger at one revision. Callers treat it as read-only.
type Snapshot struct {
	ID       string
	Revision string // the commit, or empty before the first
	Entries  map[content.Key]*Entry
	Lease    *Lease
	Freezes  []Freeze
	Accounts map[string]Pin

	Approvals []Approval
	Pulls     Pulls
	Told      Told
}

// Update is one change of the ledger, atomic. Nil members stay as they are.
type Update struct {
	Base     string   // the Revision that it was made from
	Entries  []*Entry // put; Revision is raised by the ledger
	Lease    *Lease
	Release  bool // drop the lease
	Freezes  *[]Freeze
	Accounts map[string]Pin // merged

	Approvals *[]Approval
	Pulls     *Pulls
	Told      *Told

	Message string // reads like a publication log
	Actor   string
	At      time.Time
}

// Ledger reads and changes the record. Commit is a compare-and-swap over Base:
// where somebody else wrote it returns ErrConflict and nothing has changed.
type Ledger interface {
	Read(context.Context) (*Snapshot, error)
	Commit(context.Context, Update) (*Snapshot, error)
}

// Errors of a Ledger.
var (
	ErrConflict    = errors.New("the ledger has moved: somebody else wrote to it")
	ErrUnreachable = errors.New("the ledger's remote cannot be reached")
	ErrMissing     = errors.New("the ledger is missing")
	ErrForeign     = errors.New("the ledger is another workspace's")
	ErrRewound     = errors.New("the ledger was rewound or rewritten")
	ErrNewer       = errors.New("the ledger was written by a newer smmctl")
	ErrCorrupt     = errors.New("the ledger cannot be read")
)
