package plan

import (
	"fmt"

	"github.com/smmctl/smmctl/engine/ledger"
)

// The guards below refuse: a batch that is larger than people meant is not
// carried out in part. Each counts first intents only, leaves out what an
// override lifts, and holds everything else that the account was about to begin.

// emptyWorkspace stands against a checkout that went wrong: nothing is wanted,
// and the ledger has live publications. Not even open intents are touched.
func emptyWorkspace(s *scene, changes []Change) []Refusal {
	live := 0
	for key, e := range s.entries {
		if !key.IsProfile() && e.State == ledger.Published && e.Live() {
			live++
		}
	}
	for key := range s.desired {
		if !key.IsProfile() {
			return nil
		}
	}
	if live == 0 {
		return nil
	}
	for i := range changes {
		if c := &changes[i]; c.Action.Effective() {
			stop(c, "empty_workspace: no post was found, and %d publications are live: nothing is done", live)
		}
	}
	return []Refusal{{"empty_workspace", "", fmt.Sprintf(
		"no post was found in the workspace, and the ledger has %d live publications: look at the checkout and at -C. "+
			"To take leave of them all, keep one post with status: draft, or use smmctl forget KEY", live)}}
}

// emptyLive stands against an answer that cannot be right: everything that the
// listing should show is gone. A regenerable account rebuilds instead.
func emptyLive(s *scene, changes []Change) []Refusal {
	return s.perAccount("empty_live", changes, func(a *Account, _ []*Change) string {
		v := s.sights[a.ID]
		if v == nil || a.Capabilities.Regenerable {
			return ""
		}
		expected, seen := s.expected(a, v)
		if seen || expected == 0 || expected == 1 && len(v.objects) > 0 {
			return "" // one post among others was deleted by a person
		}
		return fmt.Sprintf("none of the %d publications that should be listed is there: nothing is done on the account. "+
			"If they were deleted there, write removed: true in their files, or smmctl forget KEY", expected)
	})
}

// expected counts the entries that a listing should show, not those that the
// files let go anyway, and stops at the first that it does show.
func (s *scene) expected(a *Account, v *sight) (n int, seen bool) {
	for key, e := range s.entries {
		if key.Account != a.ID || key.IsProfile() || e.State != ledger.Published || !e.Live() {
			continue
		}
		if p := s.desired[key]; p != nil && (p.Removed || p.Retract) {
			continue
		}
		sub := subject{key: key, entry: e, acct: a, sight: v}
		covered := false
		for i := range e.Segments {
			seg := &e.Segments[i]
			if v.objects[seg.ID] != nil {
				return n, true
			}
			covered = covered || seg.ID != "" && sub.covers(seg, s.Now)
		}
		if covered {
			n++
		}
	}
	return n, false
}

// perRun bounds what becomes public in one run.
func perRun(s *scene, changes []Change) []Refusal {
	return s.perAccount("per_run", changes, func(a *Account, cs []*Change) string {
		n := s.count("per_run", cs, s.publishes)
		if a.PerRun == 0 || n <= a.PerRun {
			return ""
		}
		return fmt.Sprintf("%d publications in one run, and guards.per_run allows %d: %s", n, a.PerRun, wayPast("per_run"))
	})
}

// editsPerRun bounds what changes in front of people's eyes. Rebuilding a
// regenerable account's output is not counted.
func editsPerRun(s *scene, changes []Change) []Refusal {
	return s.perAccount("edits_per_run", changes, func(a *Account, cs []*Change) string {
		n := s.count("edits_per_run", cs, func(c *Change) bool {
			return c.Action == Edit || c.Action == Revert && !a.Capabilities.Regenerable
		})
		if a.EditsPerRun == 0 || n <= a.EditsPerRun {
			return ""
		}
		return fmt.Sprintf("%d edits in one run, and guards.edits_per_run allows %d: %s", n, a.EditsPerRun, wayPast("edits_per_run"))
	})
}

// maxRetracts caps deletions by number.
func maxRetracts(s *scene, changes []Change) []Refusal {
	return s.perAccount("max_retracts", changes, func(_ *Account, cs []*Change) string {
		n := s.count("max_retracts", cs, isRetract)
		if s.MaxRetracts == 0 || n <= s.MaxRetracts {
			return ""
		}
		return fmt.Sprintf("%d retractions in one run, and guards.max_retracts in smm.yaml allows %d: %s",
			n, s.MaxRetracts, wayPast("max_retracts"))
	})
}

// maxRetractShare caps deletions by their share of what the account has live. One
// retraction a run always passes: else an account with nine posts could never
// take one down.
func maxRetractShare(s *scene, changes []Change) []Refusal {
	return s.perAccount("max_retract_share", changes, func(a *Account, cs []*Change) string {
		n := s.count("max_retract_share", cs, isRetract)
		if s.MaxShare == 0 || n <= 1 {
			return ""
		}
		live := s.liveCount(a.ID)
		if n*100 <= s.MaxShare*live {
			return ""
		}
		return fmt.Sprintf("%d retractions of %d live publications, and guards.max_retract_share in smm.yaml allows %d %%: %s",
			n, live, s.MaxShare, wayPast("max_retract_share"))
	})
}

func isRetract(c *Change) bool { return c.Action == Retract }

func wayPast(guard string) string {
	return "raise it, or write overrides: [{guard: " + guard + ", reason: …}] in the posts that are meant"
}

func (s *scene) liveCount(account string) int {
	n := 0
	for key, e := range s.entries {
		if key.Account == account && !key.IsProfile() && e.State == ledger.Published && e.Live() {
			n++
		}
	}
	return n
}

func (s *scene) count(guard string, changes []*Change, counts func(*Change) bool) int {
	n := 0
	for _, c := range changes {
		if counts(c) && !s.lifted(c.Key, guard) {
			n++
		}
	}
	return n
}

// perAccount asks about each account's first intents, and where the answer is no
// holds them all. Taking something back from a platform's schedule is never
// refused: it is how a crisis is stopped.
func (s *scene) perAccount(guard string, changes []Change, verdict func(*Account, []*Change) string) []Refusal {
	batches := map[string][]*Change{}
	for i := range changes {
		if c := &changes[i]; begins(c) {
			batches[c.Account] = append(batches[c.Account], c)
		}
	}
	var out []Refusal
	for _, account := range sortedKeys(s.accounts) {
		if s.OnlyAccount != "" && account != s.OnlyAccount {
			continue
		}
		detail := verdict(s.accounts[account], batches[account])
		if detail == "" {
			continue
		}
		out = append(out, Refusal{guard, account, detail})
		for _, c := range batches[account] {
			if c.Action != Unschedule && !s.lifted(c.Key, guard) {
				stop(c, "%s: the account's whole batch is refused", guard)
			}
		}
	}
	return out
}
