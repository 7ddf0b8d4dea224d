// Package ledgertest is the suite that every ledger.Ledger passes. It imports
// content, ledger and the standard library.
package ledgertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
)

// Pair is one ledger as two writers see it: two clones of one remote, say.
type Pair struct{ A, B ledger.Ledger }

// Time is when everything in the suite happens.
var Time = time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)

// Run runs the suite; open makes a new, empty ledger for each test.
func Run(t *testing.T, open func(*testing.T) Pair) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Pair)
	}{
		{"it begins empty", beginsEmpty},
		{"an entry is read back as it was written", roundTrip},
		{"every change raises an entry's revision", revisions},
		{"commit swaps only over its base", conflict},
		{"who writes the same at the same time conflicts, too", sameWords},
		{"a stale revision conflicts", stale},
		{"the loser reads again and wins", loserRetries},
		{"accounts are merged", accounts},
		{"freezes are replaced", freezes},
		{"what is remembered of reviews is replaced", reviews},
		{"the lease is taken, renewed and released", lease},
		{"what is not named stays", staysPut},
		{"an update that says nothing writes nothing", nothing},
		{"keys that cannot be read back are refused", badKeys},
		{"hostile texts", hostile},
		{"snapshots do not change", immutable},
		{"ten thousand entries", many},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}

// roots is all of a snapshot but its entries.
func roots(s *ledger.Snapshot) []any {
	return []any{s.Lease, s.Freezes, s.Accounts, s.Approvals, s.Pulls, s.Told}
}

// reviewed is an update with everything that is remembered of reviews.
func reviewed() ledger.Update {
	key := content.Key{Post: "post", Account: "acme"}
	return ledger.Update{
		Approvals: &[]ledger.Approval{{
			Consent: ledger.Consent{By: "ann", At: Time, Source: "gitea", URL: "https://forge.example/1"},
			Pull:    1, Binds: map[content.Key]string{key: "b"},
		}},
		Pulls: &ledger.Pulls{Seen: Time, Open: []ledger.Pull{
			{Number: 1, URL: "https://forge.example/1", Author: "bo", Commit: "c", Merged: Time, Keys: []content.Key{key}, Comment: 7},
		}},
		Told: &ledger.Told{Since: Time, Marks: map[string]time.Time{"published post@acme 1": Time}},
	}
}

func reviews(t *testing.T, p Pair) {
	u := reviewed()
	u.Base = read(t, p.A).Revision
	s := commit(t, p.A, u)
	got := read(t, p.B)
	if !reflect.DeepEqual(got.Approvals, *u.Approvals) || !reflect.DeepEqual(got.Pulls, *u.Pulls) || !reflect.DeepEqual(got.Told, *u.Told) {
		t.Errorf("read back %+v", roots(got))
	}
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Approvals: &[]ledger.Approval{}, Pulls: &ledger.Pulls{Seen: Time}, Told: &ledger.Told{Since: Time}})
	if got := read(t, p.B); len(got.Approvals)+len(got.Pulls.Open)+len(got.Told.Marks) != 0 || !got.Pulls.Seen.Equal(Time) {
		t.Errorf("%+v stays", roots(got))
	}
	commit(t, p.A, ledger.Update{Base: s.Revision, Told: u.Told})
	if got := read(t, p.B); len(got.Told.Marks) != 1 || !got.Pulls.Seen.Equal(Time) {
		t.Errorf("one changed without the others: %+v", roots(got))
	}
}

// sameWords: a compare-and-swap is what keeps two runs from doing one thing each,
// so one of two must lose, though nobody could tell their writings apart.
func sameWords(t *testing.T, p Pair) {
	base := read(t, p.A).Revision
	if other := read(t, p.B).Revision; other != base {
		t.Fatalf("two revisions: %s and %s", base, other)
	}
	u := ledger.Update{Base: base, Entries: []*ledger.Entry{Entry(1, ledger.Published)}, Message: "the same", Actor: "ada", At: Time}
	commit(t, p.A, u)
	if _, err := p.B.Commit(t.Context(), u); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("the second writer: %v, want a conflict", err)
	}
}

// Entry makes an entry with everything in it.
func Entry(n int, state ledger.State) *ledger.Entry {
	key := content.Key{Post: fmt.Sprintf("post-%05d", n), Account: fmt.Sprintf("acme-%d", n%5)}
	if n%7 == 3 {
		key.Occurrence = "2027-01-05"
	}
	return &ledger.Entry{
		Key: key, Generation: 1, State: state, Action: "publish", Prior: ledger.Planned, Run: "run-1",
		Provider: "mastodon", Digest: content.Digest("post", fmt.Sprint(n)), Renderer: content.RendererVersion,
		At: Time, IntentAt: Time.Add(time.Second), PublishedAt: Time.Add(2 * time.Second), Pinned: n%11 == 0,
		Segments: []ledger.Segment{{
			ClientKey: content.Digest("key", fmt.Sprint(n))[:32], Fingerprint: content.Digest("print", fmt.Sprint(n))[:16],
			Sent:     map[string]string{"text": fmt.Sprintf("Coats that last, number %d. https://example.org/winter", n), "language": "en"},
			Observed: map[string]string{"text": fmt.Sprintf("<p>Coats that last, number %d.</p>", n), "language": "en"},
			ID:       fmt.Sprint(110000000000000000 + n), URL: fmt.Sprintf("https://mastodon.example/@acme/%d", n), CreatedAt: Time,
		}},
		Actor: "ci",
	}
}

func read(t *testing.T, l ledger.Ledger) *ledger.Snapshot {
	t.Helper()
	s, err := l.Read(t.Context())
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return s
}

func commit(t *testing.T, l ledger.Ledger, u ledger.Update) *ledger.Snapshot {
	t.Helper()
	u.At = Time
	s, err := l.Commit(t.Context(), u)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return s
}

// same compares snapshots as JSON, which is what people and programs read.
func same(t *testing.T, what string, got, want *ledger.Snapshot) {
	t.Helper()
	if got.ID != want.ID || got.Revision != want.Revision || len(got.Entries) != len(want.Entries) {
		t.Fatalf("%s: %s at %s with %d entries, want %s at %s with %d", what,
			got.ID, got.Revision, len(got.Entries), want.ID, want.Revision, len(want.Entries))
	}
	for k, e := range want.Entries {
		if a, b := text(t, got.Entries[k]), text(t, e); a != b {
			t.Fatalf("%s: %s\n got %s\nwant %s", what, k, a, b)
		}
	}
	if a, b := text(t, roots(got)), text(t, roots(want)); a != b {
		t.Fatalf("%s:\n got %s\nwant %s", what, a, b)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "null", "[]") // an absent list is an empty one
}

func beginsEmpty(t *testing.T, p Pair) {
	s := read(t, p.A)
	if len(s.Entries) != 0 || s.Lease != nil || len(s.Freezes) != 0 || len(s.Accounts) != 0 || s.ID == "" ||
		len(s.Approvals) != 0 || len(s.Pulls.Open) != 0 || !s.Pulls.Seen.IsZero() || len(s.Told.Marks) != 0 {
		t.Fatalf("not empty: %+v", s)
	}
}

func roundTrip(t *testing.T, p Pair) {
	e := Entry(3, ledger.Published)
	e.Old = Entry(4, ledger.Published).Segments
	e.Sent, e.Seen = map[string]string{"bio": "Coats."}, map[string]string{"bio": "<p>Coats.</p>"}
	wrote := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Entries: []*ledger.Entry{e}, Message: "published"})
	e.Revision = 1
	if got := wrote.Entries[e.Key]; text(t, got) != text(t, e) {
		t.Fatalf("got %s\nwant %s", text(t, got), text(t, e))
	}
	same(t, "the writer's read", read(t, p.A), wrote)
	same(t, "the other's read", read(t, p.B), wrote)
	if back := read(t, p.B).Entries[e.Key]; !back.At.Equal(e.At) || !reflect.DeepEqual(back.Segments, e.Segments) {
		t.Fatalf("segments or times differ: %s", text(t, back))
	}
}

func revisions(t *testing.T, p Pair) {
	s := read(t, p.A)
	one, two := Entry(1, ledger.Intent), Entry(2, ledger.Intent)
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Entries: []*ledger.Entry{one, two}})
	one.Revision = 99 // the ledger's business, not the caller's
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Entries: []*ledger.Entry{one}})
	if got := s.Entries[one.Key].Revision; got != 2 {
		t.Fatalf("written twice: revision %d", got)
	}
	if got := s.Entries[two.Key].Revision; got != 1 {
		t.Fatalf("written once: revision %d", got)
	}
}

func conflict(t *testing.T, p Pair) {
	a, b := read(t, p.A), read(t, p.B)
	won := commit(t, p.A, ledger.Update{Base: a.Revision, Entries: []*ledger.Entry{Entry(1, ledger.Intent)}})
	_, err := p.B.Commit(t.Context(), ledger.Update{Base: b.Revision, Entries: []*ledger.Entry{Entry(1, ledger.Published)}, At: Time})
	if !errors.Is(err, ledger.ErrConflict) {
		t.Fatalf("want ErrConflict, got %v", err)
	}
	same(t, "after the conflict", read(t, p.B), won)
}

func stale(t *testing.T, p Pair) {
	first := read(t, p.A)
	commit(t, p.A, ledger.Update{Base: first.Revision, Entries: []*ledger.Entry{Entry(1, ledger.Intent)}})
	for _, base := range []string{first.Revision, "nonsense", strings.Repeat("0", 40), strings.Repeat("a", 40)} {
		_, err := p.A.Commit(t.Context(), ledger.Update{Base: base, Entries: []*ledger.Entry{Entry(2, ledger.Intent)}, At: Time})
		if !errors.Is(err, ledger.ErrConflict) {
			t.Fatalf("base %q: want ErrConflict, got %v", base, err)
		}
	}
}

func loserRetries(t *testing.T, p Pair) {
	stale := read(t, p.B)
	commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Entries: []*ledger.Entry{Entry(1, ledger.Intent)}})
	u := ledger.Update{Base: stale.Revision, Entries: []*ledger.Entry{Entry(2, ledger.Intent)}, At: Time}
	if _, err := p.B.Commit(t.Context(), u); !errors.Is(err, ledger.ErrConflict) {
		t.Fatalf("want ErrConflict, got %v", err)
	}
	u.Base = read(t, p.B).Revision
	if s := commit(t, p.B, u); len(s.Entries) != 2 {
		t.Fatalf("%d entries, want both writers'", len(s.Entries))
	}
}

func accounts(t *testing.T, p Pair) {
	one := ledger.Pin{Provider: "mastodon", Server: "https://a.example", ID: "1", Handle: "@a", Limits: json.RawMessage(`{"characters":500}`)}
	two := ledger.Pin{Provider: "site", ID: "2", Handle: "b"}
	s := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Accounts: map[string]ledger.Pin{"one": one}})
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Accounts: map[string]ledger.Pin{"two": two}})
	one.Handle = "@renamed"
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Accounts: map[string]ledger.Pin{"one": one}})
	want := map[string]ledger.Pin{"one": one, "two": two}
	for what, got := range map[string]*ledger.Snapshot{"written": s, "read": read(t, p.B)} {
		if !reflect.DeepEqual(got.Accounts, want) {
			t.Fatalf("%s: %v, want %v", what, got.Accounts, want)
		}
	}
}

func freezes(t *testing.T, p Pair) {
	list := []ledger.Freeze{{Brand: "acme", Reason: "a crisis", Since: Time, By: "ann"}, {Account: "acme-1", Reason: "a leak", Since: Time, By: "bob"}}
	s := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Freezes: &list})
	if got := read(t, p.B).Freezes; !reflect.DeepEqual(got, list) {
		t.Fatalf("read %v, want %v", got, list)
	}
	none := []ledger.Freeze{}
	commit(t, p.A, ledger.Update{Base: s.Revision, Freezes: &none})
	if got := read(t, p.B).Freezes; len(got) != 0 {
		t.Fatalf("thawed, and yet %v", got)
	}
}

func lease(t *testing.T, p Pair) {
	l := ledger.Lease{Run: "run-1", Holder: "ann@host", Process: "42", Since: Time, Expires: Time.Add(time.Minute)}
	s := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Lease: &l})
	l.Expires = Time.Add(2 * time.Minute)
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Lease: &l})
	if got := read(t, p.B).Lease; got == nil || *got != l {
		t.Fatalf("the other reads %+v, want %+v", got, l)
	}
	if _, err := p.A.Commit(t.Context(), ledger.Update{Base: s.Revision, Lease: &l, Release: true}); err == nil {
		t.Fatal("took and released the lease at once")
	}
	commit(t, p.A, ledger.Update{Base: s.Revision, Release: true})
	if got := read(t, p.B).Lease; got != nil {
		t.Fatalf("released, and yet %+v", got)
	}
}

func staysPut(t *testing.T, p Pair) {
	l, f := ledger.Lease{Run: "run-1", Since: Time, Expires: Time}, []ledger.Freeze{{Reason: "r", Since: Time}}
	s := commit(t, p.A, ledger.Update{
		Base: read(t, p.A).Revision, Entries: []*ledger.Entry{Entry(1, ledger.Intent), Entry(2, ledger.Published)},
		Lease: &l, Freezes: &f, Accounts: map[string]ledger.Pin{"one": {ID: "1"}},
	})
	after := commit(t, p.A, ledger.Update{Base: s.Revision, Entries: []*ledger.Entry{Entry(3, ledger.Intent)}})
	want := s.Clone()
	want.Revision, want.Entries[Entry(3, "").Key] = after.Revision, after.Entries[Entry(3, "").Key]
	same(t, "written", after, want)
	same(t, "read", read(t, p.B), want)
}

func nothing(t *testing.T, p Pair) {
	s := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Entries: []*ledger.Entry{Entry(1, ledger.Intent)}})
	if got := commit(t, p.A, ledger.Update{Base: s.Revision, Message: "nothing"}); got.Revision != s.Revision {
		t.Fatalf("moved from %s to %s", s.Revision, got.Revision)
	}
	same(t, "read", read(t, p.B), s)
}

func badKeys(t *testing.T, p Pair) {
	s := read(t, p.A)
	for _, k := range []content.Key{
		{}, {Post: "a"}, {Account: "b"}, {Post: "a", Account: "b@c"}, {Post: "a#b", Account: "c"}, {Post: "a@b", Account: "c"},
		{Post: "a", Account: "b#c"}, {Post: "a\xff", Account: "b"},
	} {
		e := Entry(1, ledger.Intent)
		e.Key = k
		if _, err := p.A.Commit(t.Context(), ledger.Update{Base: s.Revision, Entries: []*ledger.Entry{e}, At: Time}); err == nil {
			t.Fatalf("%+v was recorded", k)
		}
	}
	twice := []*ledger.Entry{Entry(1, ledger.Intent), Entry(1, ledger.Published)}
	if _, err := p.A.Commit(t.Context(), ledger.Update{Base: s.Revision, Entries: twice, At: Time}); err == nil {
		t.Fatal("one key twice was recorded")
	}
	if _, err := p.A.Commit(t.Context(), ledger.Update{Base: s.Revision, Entries: []*ledger.Entry{nil}, At: Time}); err == nil {
		t.Fatal("a nil entry was recorded")
	}
	same(t, "after refusals", read(t, p.B), s)
}

// Hostile are texts that have broken programs of this kind.
var Hostile = []string{
	"two\nlines", "a\rcarriage", "\x00", "\x1b[31mred\x1b[0m", `quote " and \ backslash`, "\u2028\u2029", "<script>&amp;</script>",
	"../../etc/passwd", "-rf", "--", "ends in space ", " starts with one", "ünïcödé", "🧥👩‍👩‍👧", "\u202Eright to left", "\uFEFFmark",
	`{"key":"x@y"}`, "%s%n%d", "$(id)", "`id`", strings.Repeat("long", 50_000),
}

func hostile(t *testing.T, p Pair) {
	var entries []*ledger.Entry
	pins := map[string]ledger.Pin{}
	for i, h := range Hostile {
		e := Entry(i, ledger.Unknown)
		id := strings.NewReplacer("@", "", "#", "").Replace(h) // these make a key unreadable, and are refused
		e.Key.Post, e.Key.Account = "p"+id, "a"+id
		e.Detail, e.Actor, e.Provider = h, h, h
		e.Segments[0].Sent = map[string]string{h: h}
		entries = append(entries, e)
		pins[h] = ledger.Pin{ID: h, Handle: h}
	}
	l := ledger.Lease{Run: Hostile[0], Holder: Hostile[3], Process: Hostile[2], Since: Time, Expires: Time}
	u := ledger.Update{Entries: entries, Accounts: pins, Lease: &l}
	u.Base, u.Message, u.Actor = read(t, p.A).Revision, strings.Join(Hostile, "\n")+"\xff", strings.Join(Hostile[:20], "")
	wrote := commit(t, p.A, u)
	got := read(t, p.B)
	same(t, "read", got, wrote)
	for _, e := range entries {
		if back := got.Entries[e.Key]; back == nil || back.Detail != e.Detail || !maps.Equal(back.Segments[0].Sent, e.Segments[0].Sent) {
			t.Fatalf("%.40q did not come back", e.Key)
		}
	}
}

func immutable(t *testing.T, p Pair) {
	e := Entry(1, ledger.Intent)
	first := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Entries: []*ledger.Entry{e}})
	before := text(t, first.Entries[e.Key])
	e.State, e.Segments[0].Sent["text"], e.Segments[0].ID = ledger.Published, "changed after the commit", "x"
	if got := text(t, read(t, p.B).Entries[e.Key]); got != before {
		t.Fatalf("the caller's entry is the ledger's: %s", got)
	}
	second := commit(t, p.A, ledger.Update{Base: first.Revision, Entries: []*ledger.Entry{e, Entry(2, ledger.Intent)}})
	if got := text(t, first.Entries[e.Key]); got != before || len(first.Entries) != 1 {
		t.Fatalf("an older snapshot has changed: %s", got)
	}
	mine := read(t, p.A)
	clear(mine.Entries)
	same(t, "after a reader cleared its snapshot", read(t, p.A), second)
}

func many(t *testing.T, p Pair) {
	const n = 10_000
	var entries []*ledger.Entry
	for i := range n {
		entries = append(entries, Entry(i, ledger.Published))
	}
	s := commit(t, p.A, ledger.Update{Base: read(t, p.A).Revision, Entries: entries, Message: "all"})
	changed := []*ledger.Entry{Entry(17, ledger.Retracted), Entry(n, ledger.Intent)}
	s = commit(t, p.A, ledger.Update{Base: s.Revision, Entries: changed, Message: "two"})
	got := read(t, p.B)
	same(t, "read", got, s)
	if len(got.Entries) != n+1 || got.Entries[changed[0].Key].State != ledger.Retracted {
		t.Fatalf("%d entries", len(got.Entries))
	}
}
