// Package calendar looks at a brand's month: what stands in it, which slots are
// empty, what stands too close together, and how the posts are shared among the
// strategy's pillars. It holds functions of plain values, so that a review and
// `coverage` say the same. It imports content and the standard library.
package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

// CloseBy is how near two publications on one account may be where no min_gap is
// written.
const CloseBy = 30 * time.Minute

// Item is a publication in a calendar.
type Item struct {
	Key     content.Key    `json:"key"`
	At      time.Time      `json:"at"` // UTC
	Zone    string         `json:"zone"`
	Pillar  string         `json:"pillar"`
	Status  content.Status `json:"status"`
	Live    bool           `json:"live"`    // published already
	Changed bool           `json:"changed"` // by the proposal

	// Loose is for what is not to be published, an idea: it collides with nothing.
	Loose bool `json:"-"`
	// Near says that somebody has written why it may stand close to another.
	Near bool `json:"-"`
}

// Slot is a place of a month's plan.
type Slot struct {
	ID       string
	At       time.Time
	Accounts []string // groups resolved
	Flexible bool
}

// Hole is a slot that no post fills, or not on each of its accounts.
type Hole struct {
	Slot     string    `json:"slot"`
	At       time.Time `json:"at"`
	Accounts []string  `json:"accounts"` // that have no post
	Flexible bool      `json:"flexible"` // kept free on purpose
}

// Collision is what stands too close together on one account.
type Collision struct {
	Account string        `json:"account"`
	Keys    []content.Key `json:"keys"`
	At      time.Time     `json:"at"`
	Why     string        `json:"why"`
}

// SortItems puts items in the order of their times.
func SortItems(items []Item) {
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key.String(), b.Key.String()))
	})
}

// Holes lists the slots that are not filled on all of their accounts, by time.
// Filled has, by slot, the accounts that its posts go to.
func Holes(slots []Slot, filled map[string][]string) []Hole {
	out := []Hole{}
	for _, s := range slots {
		on, any := filled[s.ID]
		missing := []string{}
		for _, a := range s.Accounts {
			if !slices.Contains(on, a) {
				missing = append(missing, a)
			}
		}
		if len(missing) > 0 || len(s.Accounts) == 0 && !any {
			out = append(out, Hole{s.ID, s.At, missing, s.Flexible})
		}
	}
	slices.SortStableFunc(out, func(a, b Hole) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Slot, b.Slot)) })
	return out
}

// Collisions lists what stands too close together: two publications on one
// account whose times are less than its min_gap apart, or less than CloseBy where
// none is written. Each is held against the one before it. Gap returns an
// account's min_gap; nil is not written, 0 is no limit.
func Collisions(items []Item, gap func(account string) *time.Duration) []Collision {
	out := []Collision{}
	last := map[string]Item{}
	sorted := slices.Clone(items)
	SortItems(sorted)
	for _, it := range sorted {
		if it.Loose {
			continue
		}
		account := it.Key.Account
		before, any := last[account]
		last[account] = it
		apart := it.At.Sub(before.At)
		least, rule := least(gap(account))
		if !any || apart >= least || it.Near || it.Live && before.Live {
			continue
		}
		out = append(out, Collision{
			Account: account, Keys: []content.Key{before.Key, it.Key}, At: it.At,
			Why: fmt.Sprintf("%s, %s", distance(apart), rule),
		})
	}
	return out
}

func least(gap *time.Duration) (time.Duration, string) {
	if gap == nil {
		return CloseBy, "nearer than " + content.FormatDuration(CloseBy)
	}
	return *gap, "min_gap is " + content.FormatDuration(*gap)
}

func distance(d time.Duration) string {
	if d < time.Minute {
		return "at the same time"
	}
	return content.FormatDuration(d.Truncate(time.Minute)) + " apart"
}
