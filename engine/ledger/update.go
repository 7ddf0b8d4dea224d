package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/smmctl/smmctl/engine/content"
)

// With returns the snapshot that u makes of s, without changing s: entries put
// have their revision raised over the recorded one, accounts are merged. It is
// what every Ledger's Commit means. Unchanged entries are shared. The new
// snapshot's Revision is the ledger's to set.
func (s *Snapshot) With(u Update) (*Snapshot, error) {
	if err := u.check(); err != nil {
		return nil, err
	}
	next := *s
	next.Entries, next.Accounts = maps.Clone(s.Entries), maps.Clone(s.Accounts)
	if next.Entries == nil {
		next.Entries = map[content.Key]*Entry{}
	}
	for _, e := range u.Entries {
		put := e.Clone()
		put.Revision = 1
		if old := s.Entries[e.Key]; old != nil {
			put.Revision = old.Revision + 1
		}
		next.Entries[e.Key] = put
	}
	switch {
	case u.Release:
		next.Lease = nil
	case u.Lease != nil:
		lease := *u.Lease
		next.Lease = &lease
	}
	if u.Freezes != nil {
		next.Freezes = slices.Clone(*u.Freezes)
	}
	if u.Approvals != nil {
		next.Approvals = cloneApprovals(*u.Approvals)
	}
	if u.Pulls != nil {
		next.Pulls = u.Pulls.clone()
	}
	if u.Told != nil {
		next.Told = Told{u.Told.Since, maps.Clone(u.Told.Marks)}
	}
	for id, pin := range u.Accounts {
		if next.Accounts == nil {
			next.Accounts = map[string]Pin{}
		}
		pin.Limits = slices.Clone(pin.Limits)
		next.Accounts[id] = pin
	}
	return &next, nil
}

// Empty reports whether u changes nothing.
func (u Update) Empty() bool {
	return len(u.Entries) == 0 && u.Lease == nil && !u.Release && u.Freezes == nil && len(u.Accounts) == 0 &&
		u.Approvals == nil && u.Pulls == nil && u.Told == nil
}

func cloneApprovals(in []Approval) []Approval {
	out := slices.Clone(in)
	for i := range out {
		out[i].Binds = maps.Clone(out[i].Binds)
	}
	return out
}

func (p *Pulls) clone() Pulls {
	out := Pulls{p.Seen, slices.Clone(p.Open)}
	for i := range out.Open {
		out.Open[i].Keys = slices.Clone(out.Open[i].Keys)
	}
	return out
}

// check refuses what could not be read back as it was written.
func (u Update) check() error {
	if u.Release && u.Lease != nil {
		return errors.New("ledger update: takes and releases the lease at once")
	}
	seen := make(map[content.Key]bool, len(u.Entries))
	for _, e := range u.Entries {
		if e == nil {
			return errors.New("ledger update: a nil entry")
		}
		text := e.Key.String()
		if back, err := content.ParseKey(text); err != nil || back != e.Key || !utf8.ValidString(text) {
			return fmt.Errorf("ledger update: key %q cannot be recorded", text)
		}
		if seen[e.Key] {
			return fmt.Errorf("ledger update: %s twice", text)
		}
		seen[e.Key] = true
	}
	return nil
}

// Clone returns a deep copy.
func (s *Snapshot) Clone() *Snapshot {
	c := *s
	c.Entries = make(map[content.Key]*Entry, len(s.Entries))
	for k, e := range s.Entries {
		c.Entries[k] = e.Clone()
	}
	if s.Lease != nil {
		lease := *s.Lease
		c.Lease = &lease
	}
	c.Freezes = slices.Clone(s.Freezes)
	c.Approvals, c.Pulls, c.Told.Marks = cloneApprovals(s.Approvals), s.Pulls.clone(), maps.Clone(s.Told.Marks)
	c.Accounts = make(map[string]Pin, len(s.Accounts))
	for id, pin := range s.Accounts {
		pin.Limits = slices.Clone(pin.Limits)
		c.Accounts[id] = pin
	}
	return &c
}
