package calendar

import (
	"math"

	"github.com/smmctl/smmctl/engine/content"
)

// PillarShare is how much of a month's posts a pillar has, against the strategy.
type PillarShare struct {
	Brand     string  `json:"brand"`
	Month     string  `json:"month"`
	Pillar    string  `json:"pillar"` // empty: posts without one
	Posts     int     `json:"posts"`
	Of        int     `json:"of"`
	Share     float64 `json:"share"`     // wanted, in percent
	Tolerance float64 `json:"tolerance"` // percentage points
	Max       float64 `json:"max"`       // 0: none
	OK        bool    `json:"ok"`
}

// Mix holds a month's posts, given by their pillars, against the strategy's
// shares. The strategy's pillars come first, in its order; posts without one, or
// with one that it does not have, come last. Without posts there is nothing to
// tell.
func Mix(brand, month string, posts []string, pillars []content.Pillar) []PillarShare {
	out := []PillarShare{}
	if len(posts) == 0 {
		return out
	}
	count := map[string]int{}
	for _, p := range posts {
		count[p]++
	}
	rest := len(posts)
	for _, p := range pillars {
		s := PillarShare{
			Brand: brand, Month: month, Pillar: p.ID, Posts: count[p.ID], Of: len(posts),
			Share: p.Share, Tolerance: p.Tolerance, Max: p.Max,
		}
		s.OK = s.fits()
		rest -= s.Posts
		out = append(out, s)
	}
	if rest > 0 {
		out = append(out, PillarShare{Brand: brand, Month: month, Posts: rest, Of: len(posts), OK: true})
	}
	return out
}

// fits reports whether a share is within its tolerance and not over its maximum.
// A month of seven posts cannot have 40 % of anything: less than one post off is
// as near as it gets. Without a tolerance only the maximum is a limit.
func (s PillarShare) fits() bool {
	has := 100 * float64(s.Posts) / float64(s.Of)
	if s.Max > 0 && has > s.Max {
		return false
	}
	onePost := 100 / float64(s.Of)
	off := math.Abs(has - s.Share)
	return s.Share == 0 || s.Tolerance == 0 || off <= s.Tolerance || off < onePost
}
