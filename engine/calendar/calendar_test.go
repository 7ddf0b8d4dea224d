package calendar

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

var noon = time.Date(2026, 12, 3, 12, 0, 0, 0, time.UTC)

// item is "post@account+minutes", with ! for what is live, ~ for an idea, ^ for
// what is meant to be near.
func item(s string) Item {
	key, marks, _ := strings.Cut(s, "+")
	post, account, _ := strings.Cut(key, "@")
	minutes := 0
	_, _ = fmt.Sscanf(marks, "%d", &minutes)
	return Item{
		Key: content.Key{Post: post, Account: account}, At: noon.Add(time.Duration(minutes) * time.Minute),
		Live: strings.Contains(marks, "!"), Loose: strings.Contains(marks, "~"), Near: strings.Contains(marks, "^"),
	}
}

func TestCollisions(t *testing.T) {
	t.Parallel()
	hour, none := time.Hour, time.Duration(0)
	gap := map[string]*time.Duration{"wide": &hour, "free": &none}
	for list, want := range map[string]string{
		"":                        "",
		"a@x+0 b@x+30":            "",
		"a@x+0 b@x+29":            "a@x b@x: 29m apart, nearer than 30m",
		"b@x+29 a@x+0":            "a@x b@x: 29m apart, nearer than 30m",
		"a@x+0 b@x+0":             "a@x b@x: at the same time, nearer than 30m",
		"a@x+0 b@y+0":             "",
		"a@x+0 b@x+20 c@x+40":     "a@x b@x: 20m apart, nearer than 30m; b@x c@x: 20m apart, nearer than 30m",
		"a@wide+0 b@wide+59":      "a@wide b@wide: 59m apart, min_gap is 1h",
		"a@wide+0 b@wide+60":      "",
		"a@free+0 b@free+0":       "",
		"a@x+0! b@x+10":           "a@x b@x: 10m apart, nearer than 30m",
		"a@x+0! b@x+10!":          "",
		"a@x+0 b@x+10~ c@x+35":    "",
		"a@x+0 b@x+10^":           "",
		"a@x+0^ b@x+10":           "a@x b@x: 10m apart, nearer than 30m",
		"a@x+0 b@wide+0 c@x+1440": "",
	} {
		var items []Item
		for _, s := range strings.Fields(list) {
			items = append(items, item(s))
		}
		var got []string
		for _, c := range Collisions(items, func(a string) *time.Duration { return gap[a] }) {
			got = append(got, fmt.Sprintf("%s %s: %s", c.Keys[0], c.Keys[1], c.Why))
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("%s: %q, want %q", list, text, want)
		}
	}
}

func TestHoles(t *testing.T) {
	t.Parallel()
	slots := []Slot{
		{ID: "late", At: noon.Add(time.Hour), Accounts: []string{"x"}},
		{ID: "half", At: noon, Accounts: []string{"x", "y"}},
		{ID: "full", At: noon, Accounts: []string{"x"}},
		{ID: "any", At: noon},
		{ID: "none", At: noon},
		{ID: "free", At: noon, Accounts: []string{"x"}, Flexible: true},
	}
	filled := map[string][]string{"half": {"y"}, "full": {"z", "x"}, "any": {}}
	var got []string
	for _, h := range Holes(slots, filled) {
		got = append(got, fmt.Sprint(h.Slot, h.Accounts, h.Flexible))
	}
	want := "free[x] true half[x] false none[] false late[x] false"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("%s, want %s", text, want)
	}
}

func TestMix(t *testing.T) {
	t.Parallel()
	pillars := []content.Pillar{{ID: "craft", Share: 60, Tolerance: 10}, {ID: "offers", Share: 40, Max: 45}}
	for posts, want := range map[string]string{
		"":                    "",
		"c c c o o":           "craft 3/5 true, offers 2/5 true",
		"c c c c c":           "craft 5/5 false, offers 0/5 true",
		"c":                   "craft 1/1 true, offers 0/1 true", // nearer than one post it does not get
		"c o":                 "craft 1/2 true, offers 1/2 false",
		"c c c c o - x":       "craft 4/7 true, offers 1/7 true,  2/7 true",
		"c c c c c c c c o o": "craft 8/10 false, offers 2/10 true",
		"c c c c c c c o o o": "craft 7/10 true, offers 3/10 true",
	} {
		var list []string
		for _, p := range strings.Fields(posts) {
			list = append(list, map[string]string{"c": "craft", "o": "offers", "x": "unheard-of"}[p])
		}
		var got []string
		for _, s := range Mix("acme", "2026-12", list, pillars) {
			got = append(got, fmt.Sprintf("%s %d/%d %v", s.Pillar, s.Posts, s.Of, s.OK))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s: %s, want %s", posts, text, want)
		}
	}
}

func TestItemsAreInOrder(t *testing.T) {
	t.Parallel()
	items := []Item{item("b@x+5"), item("b@a+5"), item("a@x+9"), item("a@x+1")}
	SortItems(items)
	var got []string
	for _, it := range items {
		got = append(got, it.Key.String())
	}
	if text := strings.Join(got, " "); text != "a@x b@a b@x a@x" {
		t.Error(text)
	}
}
