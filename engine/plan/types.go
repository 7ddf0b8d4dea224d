// Package plan compares what is desired, recorded and live, and says what is to
// be done, in order. It does no I/O: Build is a function of its Input. It
// imports content, the types of provider and of ledger, and the standard
// library.
package plan

import (
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// Action is what a Change does. The set is closed.
type Action string

// The actions. Wait, Hold, Missed and None change nothing.
const (
	Publish    Action = "publish"
	Schedule   Action = "schedule"
	Unschedule Action = "unschedule"
	Reschedule Action = "reschedule"
	Edit       Action = "edit"
	Replace    Action = "replace"
	Retract    Action = "retract"
	Adopt      Action = "adopt"
	Forget     Action = "forget"
	Accept     Action = "accept" // take a drifted live form for what was observed
	Revert     Action = "revert" // send our form again over a drifted one
	Wait       Action = "wait"
	Hold       Action = "hold"
	Missed     Action = "missed"
	None       Action = "none"
)

// Effective reports whether carrying the action out changes a platform or the
// ledger.
func (a Action) Effective() bool {
	switch a {
	case Wait, Hold, Missed, None:
		return false
	}
	return true
}

// Change is what is to happen to one Key.
type Change struct {
	Key        content.Key   `json:"key"`
	Post       string        `json:"post"`
	Account    string        `json:"account"`
	Provider   string        `json:"provider"`
	Generation int           `json:"generation"`
	Action     Action        `json:"action"`
	Reason     string        `json:"reason"`
	At         *time.Time    `json:"at"` // UTC; null for what has no time
	Segments   int           `json:"segments"`
	Fields     []FieldChange `json:"fields"`
	Notes      []string      `json:"notes"` // what the platform makes of such an action
	Remote     []Remote      `json:"remote"`
	Media      []Medium      `json:"media"` // what is sent with it, file by file

	Path     string `json:"path"`     // the file, relative to the workspace
	Timezone string `json:"timezone"` // the account's, for showing At
	// Unknown marks a hold that waits for `smmctl resolve`.
	Unknown bool `json:"unknown,omitempty"`
	// Resume marks the rest of something begun: guards do not apply.
	Resume bool `json:"resume,omitempty"`
	// Pin and Unpin go with the change, or are all of an edit.
	Pin   bool `json:"pin,omitempty"`
	Unpin bool `json:"unpin,omitempty"`
	// From is, for an adoption, the Key that the ledger has it under.
	From content.Key `json:"from,omitzero"`
	// WaitsFor are the publications whose URL or id this one needs first.
	WaitsFor []content.Key `json:"waits_for,omitempty"`
	// Awaits is, for a hold that only an approval ends, what happens then.
	Awaits Action `json:"awaits,omitempty"`
	// Needs are the approval rules that choose the publication, satisfied or not,
	// and Approved who let it go.
	Needs    []Need           `json:"needs,omitempty"`
	Approved []ledger.Consent `json:"approved,omitempty"`
	// Digest and Revision are what a saved plan or an approval binds to.
	Digest   string `json:"digest"`
	Revision int64  `json:"revision"`
	// Binding is the function's of that name, for an effective change that carries
	// out what a file wants: what a saved plan binds to beyond the file's own words.
	Binding string `json:"binding,omitempty"`
}

// Need is an approval rule, and how far it is satisfied.
type Need struct {
	Rule  string   `json:"rule"`
	From  []string `json:"from"` // logins
	Count int      `json:"count"`
	Given []string `json:"given"` // who of them has approved what stands in the file now
}

// FieldChange is one field's values on both sides.
type FieldChange struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Medium is one file that a change sends, and what is done to it before.
type Medium struct {
	File   string        `json:"file"` // a path in the workspace, or an address
	Type   string        `json:"type"` // as it is sent
	Width  int           `json:"width"`
	Height int           `json:"height"`
	Done   string        `json:"done"` // in words
	Make   *content.Make `json:"make"` // null: it goes as it is
}

// Remote is one live object.
type Remote struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// Drift is a difference between Live and what was observed after publishing.
type Drift struct {
	Key    content.Key   `json:"key"`
	Fields []FieldChange `json:"fields"`
	Remote []Remote      `json:"remote"`
}

// Refusal is a guard's no: the account's batch is not carried out.
type Refusal struct {
	Guard   string `json:"guard"`
	Account string `json:"account"` // empty: the whole plan
	Detail  string `json:"detail"`
}

// Problem is a file that could not be used, or an account that could not be read.
type Problem struct {
	Path    string `json:"path"`
	Summary string `json:"summary"`
}

// Summary counts changes by action. Unknown and Foreign are counted beside them.
type Summary struct {
	Publish    int `json:"publish"`
	Schedule   int `json:"schedule"`
	Unschedule int `json:"unschedule"`
	Reschedule int `json:"reschedule"`
	Edit       int `json:"edit"`
	Replace    int `json:"replace"`
	Retract    int `json:"retract"`
	Adopt      int `json:"adopt"`
	Forget     int `json:"forget"`
	Accept     int `json:"accept"`
	Revert     int `json:"revert"`
	Wait       int `json:"wait"`
	Hold       int `json:"hold"`
	Missed     int `json:"missed"`
	Unknown    int `json:"unknown"`
	None       int `json:"none"`
	Foreign    int `json:"foreign"`
}

// Plan is the ordered list of what to do. Two plans from the same inputs are
// byte-identical.
type Plan struct {
	FormatVersion  int       `json:"format_version"`
	Now            time.Time `json:"now"`
	Commit         string    `json:"commit"`
	LedgerRevision string    `json:"ledger_revision"`
	LedgerID       string    `json:"ledger_id"`
	PolicyDigest   string    `json:"policy_digest"`
	Summary        Summary   `json:"summary"`
	Changes        []Change  `json:"changes"` // None is counted, not listed
	Drift          []Drift   `json:"drift"`
	Refusals       []Refusal `json:"refusals"`
	Errors         []Problem `json:"errors"`
}

// Input is all that a plan depends on.
type Input struct {
	Now     time.Time
	Commit  string
	Desired []*content.Publication
	// Incomplete says that some file could not be read: nothing is retracted
	// then, for an unreadable file must never look like a deletion.
	Incomplete bool
	Accounts   map[string]Account
	Ledger     *ledger.Snapshot
	// Live holds the accounts that were read; an account without a row is
	// planned offline, without drift and foreign objects.
	Live         map[string]Live
	Freezes      []Freeze
	MaxRetracts  int // an account a run; 0: no limit
	MaxShare     int // percent of an account's live publications; 0: no limit
	PolicyDigest string
	Problems     []Problem
	// Approvals say whose yes is needed, and Given which were given, beside those
	// of the ledger.
	Approvals Approvals
	Given     []ledger.Approval
	// Only limits the plan to these, where not empty; guards count only them.
	OnlyAccount, OnlyPost string
	// OnlyKeys decides about nothing else, where not nil: for who knows that all
	// other Keys need nothing.
	OnlyKeys map[content.Key]bool
}

// Account is what planning needs of an account.
type Account struct {
	ID           string
	Brand        string
	Provider     string
	Policy       string // create-only | upsert | sync
	Drift        string // report | accept | revert
	Zone         *time.Location
	PerRun       int // 0: no limit, as all below
	EditsPerRun  int
	MinGap       time.Duration
	QuietHours   []string
	Capabilities provider.Capabilities
	Limits       provider.Limits
	Fingerprint  func(content.Segment) string
	Facility     provider.Facility
	// Problem is why the account cannot be used at all, or empty.
	Problem string
	// Where identifies what the account's file sends publications to: provider,
	// server, handle, options. An approval is bound to it.
	Where string
}

// Approvals are the rules of who has to agree to what.
type Approvals struct {
	KeepWithinDay bool // an approval stands when the time moves within its day
	Rules         []ApprovalRule
	FastLane      []FastLane
	// Problem is why the rules cannot be applied as they are written, or empty. While
	// there is one nothing goes out that anybody would have to approve.
	Problem string
}

// Choice chooses publications: by every list that is not empty.
type Choice struct {
	Brands    []string // of the account
	Accounts  []string
	Campaigns []string
	Pillars   []string
}

// ApprovalRule asks for Count yeses from the people of From. Logins, here as in a
// FastLane, are as content.Login writes them.
type ApprovalRule struct {
	Name string
	Choice
	From  []string
	Count int
}

// FastLane lets the publications of people's own pull requests go out first.
type FastLane struct {
	Choice
	People []string
}

// Freeze is a freeze that applies now, from smm.yaml or from the ledger.
type Freeze struct {
	Brands   []string // empty: all
	Accounts []string // empty: all
	Reason   string
	Until    time.Time // zero: until thawed
}

// Live is what was read from one account.
type Live struct {
	Objects []provider.Object // newest first
	// Since is how far back Objects reach; zero: to the first.
	Since     time.Time
	Scheduled []provider.Object
	Profile   map[string]string // nil: not read
}

// HasEffect reports whether carrying the plan out would change anything.
func (p *Plan) HasEffect() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action.Effective() })
}
