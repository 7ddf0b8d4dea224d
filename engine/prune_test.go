package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/ledger"
)

var today = time.Date(2026, 12, 3, 9, 30, 0, 0, time.UTC)

func days(n float64) time.Time { return today.Add(-time.Duration(n * 24 * float64(time.Hour))) }

// recordedAs is a ledger with one publication in a state since some days.
func recordedAs(state ledger.State, since float64, approved ...ledger.Consent) *ledger.Snapshot {
	k := content.Key{Post: "hello", Account: "one"}
	s := &ledger.Snapshot{Entries: map[content.Key]*ledger.Entry{}}
	if state != "" {
		s.Entries[k] = &ledger.Entry{Key: k, State: state, IntentAt: days(since), Approved: approved}
	}
	return s
}

// The ledger does not keep for ever what nobody comes for, and loses nothing that
// somebody may.
func TestApprovalsAreKeptWhileTheyMayCount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state ledger.State
		age   float64 // of the approval, in days
		used  bool
		want  bool
	}{
		"not published yet":       {"", 100, false, true},
		"not published for long":  {"", 181, false, false},
		"just used":               {ledger.Published, 29, true, true},
		"used":                    {ledger.Published, 31, true, false},
		"of a later edit":         {ledger.Published, 31, false, true},
		"scheduled with it":       {ledger.Scheduled, 31, true, true},
		"unknown what became":     {ledger.Unknown, 31, true, true},
		"an intent that is open":  {ledger.Intent, 31, true, true},
		"proven not to have gone": {ledger.Planned, 31, true, true},
	} {
		yes := ledger.Consent{By: "lena", At: days(c.age), Source: "gitea"}
		a := ledger.Approval{Consent: yes, Binds: map[content.Key]string{{Post: "hello", Account: "one"}: "b"}}
		var used []ledger.Consent
		if c.used {
			yes.At = yes.At.In(time.FixedZone("", 3600))
			used = append(used, yes)
		}
		if got := len(keptApprovals(recordedAs(c.state, 1, used...), []ledger.Approval{a}, today)) == 1; got != c.want {
			t.Errorf("%s: kept %v", name, got)
		}
		a.Binds[content.Key{Post: "another", Account: "one"}] = "b"
		if got := len(keptApprovals(recordedAs(c.state, 1, used...), []ledger.Approval{a}, today)) == 1; got != (c.age < 180) {
			t.Errorf("%s, and another publication that is to come: kept %v", name, got)
		}
	}
}

func TestPullsAreFollowedUntilAllIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state  ledger.State
		since  float64 // of the entry's intent, in days
		merged float64
		told   string
		want   bool
	}{
		"to come":                        {"", 0, 100, "t", true},
		"never came":                     {"", 0, 181, "t", false},
		"just published":                 {ledger.Published, 0.5, 3, "t", true},
		"published and told":             {ledger.Published, 1.5, 3, "t", false},
		"published and not told":         {ledger.Published, 1.5, 3, "", true},
		"published and never to be told": {ledger.Published, 1.5, 31, "", false},
		"live, an edit may come":         {ledger.Published, 60, 3, "t", true},
		"live, no edit came":             {ledger.Published, 60, 8, "t", false},
		"retracted":                      {ledger.Retracted, 2, 3, "t", false},
		"unknown":                        {ledger.Unknown, 2, 3, "t", true},
		"scheduled":                      {ledger.Scheduled, 2, 3, "t", true},
	} {
		p := ledger.Pull{Number: 1, Merged: days(c.merged), Told: c.told, Keys: []content.Key{{Post: "hello", Account: "one"}}}
		if got := len(keptPulls(recordedAs(c.state, c.since), []ledger.Pull{p}, today, today)) == 1; got != c.want {
			t.Errorf("%s: followed %v", name, got)
		}
	}
}

// Each person's latest word counts, in whatever order the forge tells them.
func TestDecisiveReviews(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"":                        "",
		"a+":                      "a",
		"a+ b+":                   "a b",
		"a+ a-":                   "",
		"a- a+":                   "a",
		"a+ ax":                   "",
		"ax a+":                   "a",
		"a+ a. b.":                "a",
		"a+ A-":                   "",
		"a+ b-":                   "a",
		"@a+ a+":                  "a",
		"a+ a- a. b+ c- c+ b. bx": "c",
	} {
		var reviews []forge.Review
		for i, s := range strings.Fields(said) {
			by, state := s[:len(s)-1], map[byte]forge.ReviewState{'+': forge.Approved, '-': forge.ChangesRequested, 'x': forge.Dismissed, '.': forge.Commented}[s[len(s)-1]]
			reviews = append(reviews, forge.Review{By: by, State: state, At: today.Add(time.Duration(i) * time.Minute)})
		}
		slices.Reverse(reviews)
		var got []string
		for _, r := range decisive(reviews) {
			got = append(got, content.Login(r.By))
		}
		if fmt.Sprint(got) != fmt.Sprint(strings.Fields(want)) {
			t.Errorf("%s: %v, want %s", said, got, want)
		}
	}
}

// What may be read once more is not let go, or it would be told a second time.
func TestKeptUntilPassed(t *testing.T) {
	t.Parallel()
	p := ledger.Pull{Number: 1, Merged: today.Add(-60 * 24 * time.Hour), Told: "x"}
	for seen, want := range map[time.Time]int{
		p.Merged: 1, p.Merged.Add(overlap): 1, p.Merged.Add(overlap + time.Second): 0, {}: 0,
	} {
		if got := keptPulls(&ledger.Snapshot{}, []ledger.Pull{p}, seen, today); len(got) != want {
			t.Errorf("read until %v, merged at %v: %d", seen, p.Merged, len(got))
		}
	}
}

func TestWebAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://forge.example/a/pulls/1#x": "https://forge.example/a/pulls/1#x",
		"http://127.0.0.1:3000/a":           "http://127.0.0.1:3000/a",
		"javascript:alert(1)":               "", "//forge.example": "", "https://u:p@forge.example/": "", "https://": "", "": "",
		"https://forge.example/\n": "", "https://forge.example/" + strings.Repeat("x", 500): "",
	} {
		if got := webAddress(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	if got := printable("a\x1b[1m\u202e\u2028b\xff\n", 100); got != "a[1mb" {
		t.Errorf("%q", got)
	}
}
