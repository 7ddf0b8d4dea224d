package engine

import (
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

const (
	// keepUnused is how long an approval waits for what it approves of.
	keepUnused = 180 * 24 * time.Hour
	// keepUsed is how long it stays after that: what went out keeps it in its entry.
	keepUsed = 30 * 24 * time.Hour
	// keepSettled is how long a pull request is followed after its last outcome, so
	// that a run that was killed before telling it is made up for.
	keepSettled = 24 * time.Hour
	// keepIdle is how long a publication that is live may take to be edited.
	keepIdle = 7 * 24 * time.Hour
)

// keptApprovals drops what has been used up and what nobody came for. An approval
// of words that were changed is kept: changed back, it counts again.
func keptApprovals(snap *ledger.Snapshot, all []ledger.Approval, now time.Time) []ledger.Approval {
	out := []ledger.Approval{}
	for _, a := range all {
		age := now.Sub(a.At)
		if age > keepUnused || age > keepUsed && usedUp(snap, a) {
			continue
		}
		out = append(out, a)
	}
	return out
}

func usedUp(snap *ledger.Snapshot, a ledger.Approval) bool {
	for k := range a.Binds {
		e := snap.Entries[k]
		if e == nil || e.State != ledger.Published || !slices.ContainsFunc(e.Approved, func(c ledger.Consent) bool { return sameConsent(c, a.Consent) }) {
			return false
		}
	}
	return true
}

func sameConsent(a, b ledger.Consent) bool {
	return a.At.Equal(b.At) && a.By == b.By && a.Source == b.Source && a.URL == b.URL && a.FastLane == b.FastLane
}

// keptPulls drops the pull requests whose outcomes are all settled and told. One
// that may be read once more stays, for it would be taken up anew, and told twice.
func keptPulls(snap *ledger.Snapshot, all []ledger.Pull, seen, now time.Time) []ledger.Pull {
	out := []ledger.Pull{}
	for _, p := range all {
		age := now.Sub(p.Merged)
		again := !seen.IsZero() && !p.Merged.Before(seen.Add(-overlap))
		done := !again && allSettled(snap, &p, now) && (p.Told != "" && age > keepSettled || age > keepUsed)
		if age <= keepUnused && !done {
			out = append(out, p)
		}
	}
	return out
}

// allSettled reports whether nothing more is to be expected of the publications
// of a pull request, for as long as it takes to tell it.
func allSettled(snap *ledger.Snapshot, p *ledger.Pull, now time.Time) bool {
	return !slices.ContainsFunc(p.Keys, func(k content.Key) bool { return !settled(snap.Entries[k], p.Merged, now) })
}

func settled(e *ledger.Entry, merged, now time.Time) bool {
	if e == nil {
		return false
	}
	switch e.State {
	case ledger.Retracted, ledger.Forgotten, ledger.Missed:
		return now.Sub(e.IntentAt) > keepSettled
	case ledger.Published:
		if e.IntentAt.After(merged) {
			return now.Sub(e.IntentAt) > keepSettled
		}
		return now.Sub(merged) > keepIdle
	}
	return false
}
