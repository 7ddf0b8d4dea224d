package plan

import (
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/content"
)

// filter looks over the changes, which are in order, and turns into holds or
// waits what must not be carried out. It returns the refusals that people have to
// answer. A filter never makes a change effective.
type filter func(*scene, []Change) []Refusal

// filters are all that stands between what is wanted and what is done. First
// come those that speak of one publication, then those that count, so that what
// is held anyway is not counted.
var filters = []filter{
	emptyWorkspace,
	approvalNeeds,
	unusableAccount,
	invalid,
	incomplete,
	emptyLive,
	createOnly,
	renamed,
	frozen,
	unapproved,
	stranded,
	oneFlight,
	scheduleRoom,
	quietHours,
	minGap,
	perRun,
	editsPerRun,
	maxRetracts,
	maxRetractShare,
}

// Build makes the plan. Desired must be the whole workspace even where
// OnlyAccount or OnlyPost limits what is planned; publications need their
// Segments only where Unrendered names them.
func Build(in Input) *Plan { return Draft(in).Plan() }

// Drafted is a plan on its way: every Key is decided, as far as that goes without
// the words of what has not been rendered.
type Drafted struct {
	in      Input
	scene   *scene
	changes []Change
	idle    int
}

// Draft decides every Key. The Input must stay as it is until Plan is called,
// but for the Segments of what Unrendered names.
func Draft(in Input) *Drafted {
	s := newScene(in)
	d := &Drafted{in: in, scene: s}
	d.changes, d.idle = s.changes()
	return d
}

// Unrendered returns, in order, the Keys whose publications lack the Segments
// that Plan and apply have to see. Everything else is planned undecoded.
func (d *Drafted) Unrendered() []content.Key {
	keys := slices.Clone(d.scene.unrendered)
	slices.SortFunc(keys, compareKeys)
	return slices.Compact(keys)
}

// Plan makes the plan, deciding again where something was rendered meanwhile.
func (d *Drafted) Plan() *Plan {
	if len(d.scene.unrendered) > 0 {
		d = Draft(d.in)
	}
	in, s, changes, idle := d.in, d.scene, d.changes, d.idle
	p := &Plan{
		FormatVersion: 1, Now: in.Now.UTC().Round(0), Commit: in.Commit, PolicyDigest: in.PolicyDigest,
		Changes: changes, Drift: s.drifts, Refusals: []Refusal{}, Errors: problems(in.Problems),
	}
	if in.Ledger != nil {
		p.LedgerRevision, p.LedgerID = in.Ledger.Revision, in.Ledger.ID
	}
	for _, f := range filters {
		p.Refusals = append(p.Refusals, f(s, changes)...)
	}
	for i := range changes {
		changes[i].Media = mediaOf(&changes[i], s.desired[changes[i].Key])
		s.bind(&changes[i])
	}
	s.note(changes)
	p.Summary = summarize(changes)
	p.Summary.None, p.Summary.Foreign = idle, s.foreignCount
	return p
}

// changes decides every Key by itself. It returns what is to be listed, in
// order, and how many entries need nothing.
func (s *scene) changes() (out []Change, idle int) {
	out = []Change{}
	all := s.subjects()
	for i := range all {
		switch c := s.decide(&all[i]); c.Action {
		case "": // neither recorded nor wanted now
		case None:
			idle++
		default:
			out = append(out, c)
		}
	}
	slices.SortFunc(out, compareChanges)
	slices.SortFunc(s.drifts, func(a, b Drift) int { return compareKeys(a.Key, b.Key) })
	return out, idle
}

// note puts beside each change what its platform makes of such an action. Guards
// have spoken: what is held has no note of what would be done.
func (s *scene) note(changes []Change) {
	for i := range changes {
		c := &changes[i]
		a := s.accounts[c.Account]
		if a == nil {
			continue
		}
		if text := a.Capabilities.Notes[string(c.Action)]; text != "" {
			c.Notes = append(c.Notes, text)
		}
	}
}

func problems(in []Problem) []Problem {
	out := append([]Problem{}, in...)
	slices.SortFunc(out, func(a, b Problem) int {
		return strings.Compare(a.Path+"\x00"+a.Summary, b.Path+"\x00"+b.Summary)
	})
	return out
}
