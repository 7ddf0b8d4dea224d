package providertest

import (
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

// Harness is how a provider presents itself to the suite.
type Harness struct {
	Driver *provider.Driver
	// Open returns a fresh, empty account, whose Config.Files is Files(). It is
	// called once a subtest, by several at once.
	Open func(t *testing.T) *Subject
	// Many is how many objects the paging test makes: 1,050 where it is 0.
	Many int
	// Options are set on every segment, where a platform needs some.
	Options map[string]string
}

// Subject is one opened account and the strings that the suite may pull.
type Subject struct {
	Account *provider.Account
	Clock   clock.Clock // the one that the account was opened with
	// Advance moves Clock; nil where time is real.
	Advance func(time.Duration)
	// Reopen signs in to the same account again; nil where that cannot be.
	Reopen func(t *testing.T) *provider.Account
	// Foreign makes an object on the account that is not ours and returns its id;
	// nil where there is no such thing.
	Foreign func(t *testing.T) string
	// Break arms one fault for the next request of op (an Op of package memory) and
	// reports whether it can; nil where the platform cannot be broken at all.
	Break func(op string, f memory.Fault) bool
}

// Run runs the suite. Each subtest has an account of its own and runs beside the
// others. Where a capability is missing, its subtest asserts that it is.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Many == 0 {
		h.Many = 1050
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := h.Open(t)
			c.run(&fixture{T: t, h: h, sub: s, acc: s.Account})
		})
	}
}

var cases = []struct {
	name string
	run  func(*fixture)
}{
	{"driver", driver},
	{"identity", identity},
	{"facets agree with capabilities", facets},
	{"publish and read back", publish},
	{"edit", edit},
	{"retract", retract},
	{"thread", thread},
	{"reply", reply},
	{"media", media},
	{"poll", poll},
	{"list pages, newest first", list},
	{"hostile text", hostile},
	{"beyond the limits", limits},
	{"client key", clientKey},
	{"ambiguous publish", ambiguousPublish},
	{"ambiguous edit", ambiguousEdit},
	{"ambiguous retract", ambiguousRetract},
	{"unsent and throttled", unsent},
	{"cancelled context", cancelled},
	{"schedule", schedule},
	{"schedule comes due", due},
	{"pins", pins},
	{"profile", profile},
	{"foreign objects stay", foreign},
	{"planning again is empty", replan},
	{"finish", finish},
}
