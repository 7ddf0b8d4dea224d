package plan

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/provider"
)

// model carries plans out on a world as package apply would, were every answer to
// arrive: the least that the properties of a plan can be stated with.
type model struct {
	*world
	pubs map[content.Key]*content.Publication
	// accepted counts publications by Key and generation.
	accepted map[string]int
	serial   int
}

func newModel(w *world) *model {
	m := &model{world: w, pubs: map[content.Key]*content.Publication{}, accepted: map[string]int{}}
	for _, p := range w.Desired {
		m.pubs[p.Key] = p
	}
	return m
}

func (m *model) carryOut(t fataler, p *Plan) {
	for _, c := range p.Changes {
		if !c.Action.Effective() {
			continue
		}
		e := m.Ledger.Entries[c.Key]
		if e == nil {
			e = &ledger.Entry{Key: c.Key}
		}
		e = e.Clone()
		e.Revision++
		if c.Action != Adopt {
			e.Generation = c.Generation
			m.Ledger.Entries[c.Key] = e
		}
		m.one(t, c, e)
	}
}

type fataler interface{ Fatalf(string, ...any) }

func (m *model) one(t fataler, c Change, e *ledger.Entry) {
	pub := m.pubs[c.Key]
	if c.Resume && (pub == nil || pub.Digest != e.Digest) && c.Action != Retract && c.Action != Unschedule {
		m.abandon(c, e)
		return
	}
	switch c.Action {
	case Publish, Replace:
		m.remove(c.Account, e)
		e.Segments = nil
		records(pub)(e)
		e.State, e.PublishedAt, e.Pinned, e.Old = ledger.Published, m.Now, false, nil
		m.accepted[fmt.Sprintf("%s %d", c.Key, c.Generation)]++
		m.send(c, e)
	case Edit, Revert:
		m.edit(c, e, pub)
	case Retract:
		m.remove(c.Account, e)
		e.State = ledger.Retracted
	case Forget:
		e.State = ledger.Forgotten
	case Accept:
		m.accept(c, e)
	case Adopt:
		old := m.Ledger.Entries[c.From].Clone()
		old.Key, old.Revision = c.Key, old.Revision+1
		m.Ledger.Entries[c.Key] = old
		m.Ledger.Entries[c.From] = &ledger.Entry{Key: c.From, Generation: old.Generation, State: ledger.Forgotten}
	case Schedule:
		m.schedule(c, e, pub)
	case Reschedule:
		e.At, e.State = pub.At, ledger.Scheduled
	case Unschedule:
		m.unschedule(c, e)
	default:
		t.Fatalf("%s: the model cannot %s", c.Key, c.Action)
	}
}

func (m *model) abandon(c Change, e *ledger.Entry) {
	e.State, e.Digest = ledger.Planned, ""
	e.Segments = slices.DeleteFunc(e.Segments, func(s ledger.Segment) bool { return s.ID == "" })
	if len(e.Segments) > 0 {
		e.State = ledger.Published
	}
	m.dropSchedule(c.Account, e)
}

// send makes the objects that an entry's segments lack.
func (m *model) send(c Change, e *ledger.Entry) {
	live := m.Live[c.Account]
	live.Objects = slices.Clone(live.Objects)
	for i := range e.Segments {
		seg := &e.Segments[i]
		seg.Observed = map[string]string{"content": "<p>" + seg.Sent["text"] + "</p>"}
		if seg.ID == "" {
			m.serial++
			seg.ID, seg.CreatedAt = fmt.Sprintf("made-%d", m.serial), m.Now
		}
		at := slices.IndexFunc(live.Objects, func(o provider.Object) bool { return o.ID == seg.ID })
		o := provider.Object{ID: seg.ID, CreatedAt: seg.CreatedAt, Fields: maps.Clone(seg.Observed), Fingerprint: seg.Fingerprint}
		if at < 0 {
			live.Objects = append(live.Objects, o)
		} else {
			live.Objects[at] = o
		}
	}
	m.Live[c.Account] = live
	m.pin(c, e)
}

func (m *model) pin(c Change, e *ledger.Entry) {
	if c.Pin || c.Unpin {
		e.Pinned = c.Pin
	}
}

func (m *model) edit(c Change, e *ledger.Entry, pub *content.Publication) {
	e.State = ledger.Published
	if c.Key.IsProfile() {
		e.Digest, e.Sent = pub.Digest, map[string]string{}
		live := m.Live[c.Account]
		if live.Profile == nil {
			live.Profile = map[string]string{}
		}
		for _, f := range pub.Profile.FieldValues() {
			e.Sent[f.Path], live.Profile[f.Path] = f.Value, f.Value
		}
		e.Seen = maps.Clone(live.Profile)
		m.Live[c.Account] = live
		return
	}
	was := e.Segments
	records(pub)(e)
	for i := range min(len(was), len(e.Segments)) {
		e.Segments[i].ID, e.Segments[i].CreatedAt = was[i].ID, was[i].CreatedAt
	}
	m.send(c, e)
}

func (m *model) accept(c Change, e *ledger.Entry) {
	if c.Key.IsProfile() {
		e.Seen = maps.Clone(m.Live[c.Account].Profile)
		return
	}
	for i := range e.Segments {
		for _, o := range m.Live[c.Account].Objects {
			if o.ID == e.Segments[i].ID {
				e.Segments[i].Observed = maps.Clone(o.Fields)
			}
		}
	}
}

func (m *model) remove(account string, e *ledger.Entry) {
	for _, list := range [][]ledger.Segment{e.Segments, e.Old} {
		for _, s := range list {
			if s.ID != "" {
				m.unlist(account, s.ID)
			}
		}
	}
}

func (m *model) schedule(c Change, e *ledger.Entry, pub *content.Publication) {
	records(pub)(e)
	m.serial++
	e.State, e.Segments[0].ScheduleID = ledger.Scheduled, fmt.Sprintf("s-%d", m.serial)
	live := m.Live[c.Account]
	live.Scheduled = append(slices.Clone(live.Scheduled), provider.Object{
		ID: e.Segments[0].ScheduleID, Fingerprint: e.Segments[0].Fingerprint, ScheduledAt: e.At,
	})
	m.Live[c.Account] = live
}

func (m *model) unschedule(c Change, e *ledger.Entry) {
	m.dropSchedule(c.Account, e)
	e.State, e.Generation = ledger.Planned, e.Generation+1
}

func (m *model) dropSchedule(account string, e *ledger.Entry) {
	live := m.Live[account]
	for i := range e.Segments {
		live.Scheduled = slices.DeleteFunc(slices.Clone(live.Scheduled), func(o provider.Object) bool { return o.ID == e.Segments[i].ScheduleID })
		e.Segments[i].ScheduleID = ""
	}
	m.Live[account] = live
}

// The model is worth no more than its own promise: what it publishes is live.
func TestModel(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.post("x@a", texts("one", "two"))
	w.post("y@a", due(-24*999*3600e9))
	m := newModel(w)
	m.carryOut(t, w.plan())
	if len(w.Live["a"].Objects) != 2 || !w.Ledger.Entries[key("x@a")].Live() || m.accepted["x@a 1"] != 1 {
		t.Errorf("%+v", w.Live["a"])
	}
}
