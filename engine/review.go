package engine

import (
	"time"

	"github.com/smmctl/smmctl/engine/calendar"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
)

// ReviewOptions say what is proposed.
type ReviewOptions struct {
	Base string // a revision: the tip of the branch that it is to be merged into
	Head string // a revision: what is proposed
	// MergeBase is the commit that both have in common. Empty: found in the clone's
	// history.
	MergeBase string
	Offline   bool
	Fork      bool // from another repository: always offline
	Now       time.Time
	// Approvals were given to the proposal, beside those of the ledger.
	Approvals []ledger.Approval
}

// Review is what a proposal would do, for the people who decide about it: the
// workspace as it would be after merging, compared with the one before.
type Review struct {
	FormatVersion int       `json:"format_version"`
	Now           time.Time `json:"now"`
	Base          string    `json:"base"` // commits
	MergeBase     string    `json:"merge_base"`
	Head          string    `json:"head"`
	Timezone      string    `json:"timezone"` // the workspace's
	Offline       bool      `json:"offline"`
	// Because says why no platform was asked although that was wished for.
	Because string `json:"because,omitempty"`
	// Plan has the changes that the proposal makes, and the refusals and errors
	// of the workspace as it would be.
	Plan *plan.Plan `json:"plan"`
	// Posts are those whose files, or whose times, the proposal changes.
	Posts []ReviewedPost `json:"posts"`
	// Diagnostics are those of the workspace as it would be.
	Diagnostics []ReviewedDiagnostic `json:"diagnostics"`
	Months      []ReviewedMonth      `json:"months"` // that the proposal touches
	Mix         []PillarShare        `json:"mix"`    // of those months
	// Sensitive are the changed files that decide where things go or with whose
	// credentials: accounts and smm.yaml.
	Sensitive []string `json:"sensitive"`
	// Both are files that were changed on the base, too, since the proposal left it.
	Both []string `json:"both"`
	// Asked are publications that the proposal leaves as they are, and which its
	// rules hold, or will hold, for want of an approval that nobody asked for before.
	Asked []content.Key `json:"asked"`
	// Rules says that it changes whose approval is needed, be it by the members of a
	// group, and Freed lists what rules chose before and none chooses now.
	Rules bool          `json:"rules"`
	Freed []content.Key `json:"freed"`
	Files []string      `json:"files"` // changed, sorted
}

// ReviewedPost is one changed post.
type ReviewedPost struct {
	ID     string         `json:"id"`
	Path   string         `json:"path"`
	Status content.Status `json:"status"`
	Kind   string         `json:"kind"` // added | changed | removed
	// Publications are all of the post's, in the order of their times.
	Publications []ReviewedPublication `json:"publications"`
}

// ReviewedPublication is what one account gets, before and after.
type ReviewedPublication struct {
	Key    content.Key          `json:"key"`
	Change *plan.Change         `json:"change"` // null: nothing is planned, as for a draft
	Before *content.Publication `json:"before"` // rendered; null: there was none
	After  *content.Publication `json:"after"`
}

// ReviewedDiagnostic is a problem, and what the proposal has to do with it.
type ReviewedDiagnostic struct {
	diag.Diagnostic
	New         bool `json:"new"`          // not there before
	ChangedLine bool `json:"changed_line"` // on a line that the proposal adds or changes
}

// ReviewedMonth is a brand's month as it would be.
type ReviewedMonth struct {
	Brand      string         `json:"brand"`
	Month      string         `json:"month"` // 2026-12
	Items      []CalendarItem `json:"items"` // by time
	Holes      []Hole         `json:"holes"`
	Collisions []Collision    `json:"collisions"`
}

// CalendarItem is a publication in a calendar.
type CalendarItem = calendar.Item

// Hole is a slot that no post fills, or not on each of its accounts.
type Hole = calendar.Hole

// Collision is what stands too close together on one account.
type Collision = calendar.Collision

// PillarShare is how much of a month's posts a pillar has, against the strategy.
type PillarShare = calendar.PillarShare
