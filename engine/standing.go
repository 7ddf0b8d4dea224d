package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
)

// Stand is where a publication stands, in the words that people are told.
type Stand string

// The stands. Elsewhere is a publication that no file wants now: a draft, say.
const (
	StandPublished Stand = "published"
	StandScheduled Stand = "scheduled" // in the platform's own schedule
	StandWaiting   Stand = "waiting"
	StandDue       Stand = "due" // to be done, by the next run
	StandHeld      Stand = "held"
	StandRefused   Stand = "refused" // held by a guard with all of its account's batch
	StandMissed    Stand = "missed"
	StandUnknown   Stand = "unknown"
	StandRetracted Stand = "retracted"
	StandForgotten Stand = "forgotten"
	StandElsewhere Stand = "not planned"
)

// Standing is where one publication stands: a function of the ledger and of what
// is planned.
type Standing struct {
	Key         content.Key      `json:"key"`
	Stand       Stand            `json:"stand"`
	At          *time.Time       `json:"at"`           // planned, in UTC
	PublishedAt *time.Time       `json:"published_at"` // UTC
	Timezone    string           `json:"timezone"`     // the account's
	URL         string           `json:"url"`
	Why         string           `json:"why"`    // anybody's words
	Coming      string           `json:"coming"` // what is still to be done to what is live
	Approved    []ledger.Consent `json:"approved"`
	// Owed is until when somebody else has to review what went out first; null:
	// nothing is owed.
	Owed *time.Time `json:"owed"`
}

// Settled reports whether nothing more is to be expected of it by itself.
func (s Standing) Settled() bool {
	switch s.Stand {
	case StandPublished, StandMissed, StandRetracted, StandForgotten, StandElsewhere:
		return s.Coming == "" && s.Owed == nil
	}
	return false
}

// standings answers for keys.
type standings struct {
	w       *world
	changes map[content.Key]*plan.Change
	plan    *plan.Plan
}

func newStandings(w *world, p *plan.Plan) *standings {
	s := &standings{w: w, plan: p, changes: make(map[content.Key]*plan.Change, len(p.Changes))}
	for i := range p.Changes {
		s.changes[p.Changes[i].Key] = &p.Changes[i]
	}
	return s
}

func (s *standings) of(k content.Key) Standing {
	entry, ch := s.w.snap.Entries[k], s.changes[k]
	out := Standing{Key: k, Stand: StandElsewhere, Timezone: s.zone(k, ch), Approved: []ledger.Consent{}}
	if entry != nil {
		s.recorded(&out, entry)
	}
	if ch != nil {
		s.planned(&out, ch, entry)
	}
	if entry == nil && ch == nil && s.w.report.Incomplete {
		out.Stand, out.Why = StandHeld, "a file cannot be read: `smmctl validate` says which"
	}
	out.Owed = s.owed(k, out.Approved)
	return out
}

func (s *standings) recorded(out *Standing, e *ledger.Entry) {
	out.At, out.PublishedAt, out.URL = moment(e.At), moment(e.PublishedAt), addressOf(e)
	out.Approved = append(out.Approved, e.Approved...)
	switch e.State {
	case ledger.Published:
		out.Stand = StandPublished
	case ledger.Scheduled:
		out.Stand = StandScheduled
	case ledger.Unknown:
		out.Stand, out.Why = StandUnknown, e.Detail
	case ledger.Retracted:
		out.Stand = StandRetracted
	case ledger.Forgotten:
		out.Stand = StandForgotten
	case ledger.Intent:
		out.Stand, out.Why = StandDue, "begun, and not settled: the next run looks"
	}
}

func (s *standings) planned(out *Standing, c *plan.Change, e *ledger.Entry) {
	if len(out.Approved) == 0 {
		out.Approved = append(out.Approved, c.Approved...)
	}
	if out.Stand == StandUnknown || c.Unknown {
		out.Stand, out.Why = StandUnknown, firstOf(out.Why, c.Reason)
		return
	}
	if e != nil && (out.Stand == StandPublished || out.Stand == StandScheduled) {
		out.Coming = strings.TrimSpace(string(c.Action) + ": " + c.Reason)
		return
	}
	out.Why, out.At = c.Reason, c.At
	switch c.Action {
	case plan.Missed:
		out.Stand = StandMissed
		if c.At != nil && !strings.HasPrefix(c.Reason, "its ") { // the plan says how late, which each run says anew
			out.Why = "later than its grace: set a new publish_at"
		}
	case plan.Wait:
		out.Stand = StandWaiting
	case plan.Hold:
		out.Stand = StandHeld
		if s.refused(c) {
			out.Stand = StandRefused
		}
	default:
		out.Stand = StandDue
	}
}

// refused tells a batch that a guard does not let pass from what is held by
// itself.
func (s *standings) refused(c *plan.Change) bool {
	return slices.ContainsFunc(s.plan.Refusals, func(r plan.Refusal) bool {
		return (r.Account == "" || r.Account == c.Account) && strings.HasPrefix(c.Reason, r.Guard+":")
	})
}

func (s *standings) zone(k content.Key, c *plan.Change) string {
	if c != nil && c.Timezone != "" {
		return c.Timezone
	}
	if a := s.w.ws.Accounts[k.Account]; a != nil && a.Value.Timezone != "" {
		return a.Value.Timezone
	}
	return s.w.ws.Config.Value.Timezone
}

// owed is until when somebody beside the fast lane's person has to have looked at
// what went out.
func (s *standings) owed(k content.Key, approved []ledger.Consent) *time.Time {
	i := slices.IndexFunc(approved, func(c ledger.Consent) bool { return c.FastLane })
	if i < 0 {
		return nil
	}
	first, went := approved[i], ""
	for _, a := range s.w.snap.Approvals {
		if a.FastLane && sameConsent(a.Consent, first) {
			went = a.Binds[k]
		}
	}
	within := s.w.ws.Config.Value.Approvals.KeepWithinDay
	for _, a := range s.w.snap.Approvals {
		bound := a.Binds[k]
		if bound != "" && !a.FastLane && content.Login(a.By) != content.Login(first.By) && (went == "" || plan.SameBinding(bound, went, within)) {
			return nil
		}
	}
	until := first.At.Add(s.reviewWithin(first.By)).UTC()
	return &until
}

// reviewWithin is what smm.yaml gives the person, the shortest where there are
// several, and a day where it says nothing.
func (s *standings) reviewWithin(person string) time.Duration {
	within := time.Duration(0)
	for _, lane := range s.w.ws.Config.Value.Approvals.FastLane {
		named := slices.ContainsFunc(lane.People, func(p string) bool { return content.Login(p) == content.Login(person) })
		if d := orDefault(lane.ReviewWithin, 24*time.Hour); named && (within == 0 || d < within) {
			within = d
		}
	}
	if within == 0 {
		return 24 * time.Hour
	}
	return within
}
