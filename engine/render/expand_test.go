package render

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
)

func keys(pubs []content.Publication) []string {
	var out []string
	for _, p := range pubs {
		out = append(out, p.Key.String())
	}
	return out
}

func TestTargets(t *testing.T) {
	t.Parallel()
	cases := []struct {
		accounts []string
		slot     string
		want     []string
		rules    []string
	}{
		{[]string{"acme-site"}, "", []string{"hello@acme-site"}, nil},
		{[]string{"social", "acme-site"}, "", []string{"hello@acme-mastodon", "hello@acme-bluesky", "hello@acme-site"}, nil},
		{[]string{"social", "all", "acme-mastodon"}, "", []string{"hello@acme-mastodon", "hello@acme-bluesky", "hello@acme-site"}, nil},
		{nil, "slot", []string{"hello@acme-mastodon"}, nil},
		{[]string{"acme-site"}, "slot", []string{"hello@acme-site"}, nil},
		{nil, "", nil, []string{"accounts-missing"}},
		{[]string{"acme-sight", "acme-site"}, "", []string{"hello@acme-site"}, []string{"unknown-account"}},
	}
	for _, c := range cases {
		p := post(t, "Hi", c.accounts...)
		p.Slot = c.slot
		pubs, problems := Of(scope(t), p).Expand()
		if got := keys(pubs); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.accounts, got, c.want)
		}
		wantRules(t, problems, c.rules...)
	}
	_, problems := Of(scope(t), post(t, "Hi", "acme-sight")).Expand()
	if len(problems) != 1 || problems[0].Hint != `did you mean "acme-site"?` || problems[0].Field != "accounts[0]" {
		t.Errorf("no suggestion: %+v", problems)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, at, zone, account, slot string
		want                          string
		rules                         []string
	}{
		{"the workspace's zone", "2026-12-03T09:30", "", "", "", "2026-12-03T08:30:00Z", nil},
		{"a zone by name", "2026-12-03T09:30", "America/New_York", "", "", "2026-12-03T14:30:00Z", nil},
		{"the account's own", "2026-12-03T09:30", "account", "Asia/Tokyo", "", "2026-12-03T00:30:00Z", nil},
		{"account, which has none", "2026-12-03T09:30", "account", "", "", "2026-12-03T08:30:00Z", nil},
		{"with an offset", "2026-12-03T09:30+02:00", "Asia/Tokyo", "", "", "2026-12-03T07:30:00Z", nil},
		{"the slot's", "", "", "", "slot", "2026-12-03T08:30:00Z", nil},
		{"the slot's time in the post's zone", "", "account", "Asia/Tokyo", "slot", "2026-12-03T00:30:00Z", nil},
		{"publish_at beats the slot", "2026-12-04T10:00", "", "", "slot", "2026-12-04T09:00:00Z", nil},
		{"neither", "", "", "", "", "0001-01-01T00:00:00Z", []string{"time-missing"}},
		{"skipped", "2027-03-28T02:30", "", "", "", "0001-01-01T00:00:00Z", []string{"time-skipped"}},
		{"repeated", "2026-10-25T02:30", "", "", "", "0001-01-01T00:00:00Z", []string{"time-repeated"}},
		{"repeated, with an offset", "2026-10-25T02:30+01:00", "", "", "", "2026-10-25T01:30:00Z", nil},
		{"no such zone", "2026-12-03T09:30", "Europe/Pari", "", "", "2026-12-03T08:30:00Z", []string{"unknown-timezone"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := scope(t)
			s.Accounts["acme-mastodon"].Timezone = c.account
			p := post(t, "Hi", "acme-mastodon")
			p.PublishAt, p.Timezone, p.Slot = content.Time{}, c.zone, c.slot
			if c.at != "" {
				p.PublishAt = when(t, c.at)
			}
			pubs, problems := Of(s, p).Expand()
			wantRules(t, problems, c.rules...)
			if got := pubs[0].At.Format(time.RFC3339); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if (len(c.rules) > 0) != (pubs[0].Invalid != "") {
				t.Errorf("invalid %q", pubs[0].Invalid)
			}
		})
	}
}

func TestRepeatedTimeHintsBothOffsets(t *testing.T) {
	t.Parallel()
	p := post(t, "Hi", "acme-site")
	p.PublishAt = when(t, "2026-10-25T02:30")
	_, problems := Of(scope(t), p).Expand()
	if want := "write which one: 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00"; len(problems) != 1 || problems[0].Hint != want {
		t.Errorf("%+v, want the hint %q", problems, want)
	}
}

func TestWithoutStatusAPostIsADraft(t *testing.T) {
	t.Parallel()
	for status, ready := range map[content.Status]bool{"": false, content.Draft: false, content.OnHold: false, content.Cancelled: false, content.Ready: true} {
		p := post(t, "Hi", "acme-site")
		p.Status = status
		pubs, _ := Of(scope(t), p).Expand()
		if len(pubs) != 1 || pubs[0].Ready != ready || pubs[0].OnHold != (status == content.OnHold) {
			t.Errorf("%q: %+v", status, pubs)
		}
	}
	p := post(t, "Hi", "acme-site")
	p.Status, p.PublishAt = content.Draft, content.Time{}
	_, problems := Of(scope(t), p).Expand()
	wantRules(t, problems) // a draft needs no time
}

func TestFieldsOfAPublication(t *testing.T) {
	t.Parallel()
	s := scope(t)
	s.Accounts["acme-mastodon"].Schedule = "native"
	p := post(t, "Hi", "acme-mastodon")
	p.EmbargoUntil, p.UnpublishAt = when(t, "2026-12-01T08:00"), when(t, "2026-12-20T00:00")
	p.Pin = &content.Pin{Until: when(t, "2026-12-10T00:00")}
	p.Delivery, p.Replace = "reminder", "allow"
	p.Overrides = []content.Override{{Guard: "min_gap", Reason: "launch", Until: when(t, "2026-12-04T00:00")}}
	p.Retract, p.Republish, p.Moved, p.Origin = true, 2, &content.Moved{From: "old-id"}, &content.Origin{}
	p.Link, p.ReplyTo = content.Link{Post: "article", Account: "acme-site"}, content.Ref{Post: "first"}
	pubs, problems := Of(s, p).Expand()
	wantRules(t, problems)
	got := pubs[0]
	utc := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if !got.Embargo.Equal(utc("2026-12-01T07:00:00Z")) || !got.Unpublish.Equal(utc("2026-12-19T23:00:00Z")) || !got.Pin || !got.PinUntil.Equal(utc("2026-12-09T23:00:00Z")) {
		t.Errorf("times %+v", got)
	}
	if !got.Reminder || !got.Replace || !got.Native || !got.Retract || got.Removed || got.Republish != 2 || got.MovedFrom != "old-id" || !got.Imported {
		t.Errorf("flags %+v", got)
	}
	if len(got.Overrides) != 1 || got.Overrides[0].Guard != "min_gap" || got.Overrides[0].Reason != "launch" || !got.Overrides[0].Until.Equal(utc("2026-12-03T23:00:00Z")) {
		t.Errorf("overrides %+v", got.Overrides)
	}
	want := []content.Key{{Post: "article", Account: "acme-site"}, {Post: "first", Account: "acme-mastodon"}}
	if !slices.Equal(got.DependsOn, want) || got.ReplyTo != want[1] {
		t.Errorf("depends on %v, replies to %v", got.DependsOn, got.ReplyTo)
	}
	if got.Segments != nil {
		t.Error("Expand renders no segments")
	}
}

func TestEmbargo(t *testing.T) {
	t.Parallel()
	p := post(t, "Hi", "acme-site")
	p.EmbargoUntil = when(t, "2026-12-03T10:00")
	pubs, problems := Of(scope(t), p).Expand()
	wantRules(t, problems, "embargo")
	if pubs[0].Invalid == "" {
		t.Error("a post that breaks its embargo must not go out")
	}
}

func TestLateness(t *testing.T) {
	t.Parallel()
	set := func(d time.Duration) content.Lateness { return content.Lateness{Set: true, Max: d} }
	var none content.Lateness
	for _, c := range []struct{ post, account, workspace, want content.Lateness }{
		{none, none, none, set(2 * time.Hour)},
		{none, none, set(1), set(1)},
		{none, set(2), set(1), set(2)},
		{set(3), set(2), set(1), set(3)},
		{none, content.Lateness{Set: true, Any: true}, set(1), content.Lateness{Set: true, Any: true}},
		{set(0), set(2), set(1), set(0)},
	} {
		s, p := scope(t), post(t, "Hi", "acme-site")
		p.Late, s.Accounts["acme-site"].Late, s.Config.Defaults.Late = c.post, c.account, c.workspace
		if pubs, _ := Of(s, p).Expand(); pubs[0].Late != c.want {
			t.Errorf("%+v: %+v", c, pubs[0].Late)
		}
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, at, rule string
		want           []string // date and UTC time
		rules          []string
	}{
		{"monthly", "2026-09-15T09:30", "FREQ=MONTHLY;COUNT=3", []string{"2026-09-15 07:30", "2026-10-15 07:30", "2026-11-15 08:30"}, nil},
		{"until a date, which counts", "2026-12-03T09:30", "FREQ=WEEKLY;UNTIL=20261217", []string{"2026-12-03 08:30", "2026-12-10 08:30", "2026-12-17 08:30"}, nil},
		{"until a moment", "2026-12-03T09:30", "FREQ=WEEKLY;UNTIL=20261210T083000Z", []string{"2026-12-03 08:30", "2026-12-10 08:30"}, nil},
		{"until a moment before it", "2026-12-03T09:30", "FREQ=WEEKLY;UNTIL=20261210T082959Z", []string{"2026-12-03 08:30"}, nil},
		{"the date is the local one", "2026-12-03T00:30", "RRULE:FREQ=DAILY;COUNT=2", []string{"2026-12-03 23:30", "2026-12-04 23:30"}, nil},
		{"over a skipped hour", "2027-03-27T02:30", "FREQ=DAILY;COUNT=3", []string{"2027-03-27 01:30", "2027-03-28 00:00", "2027-03-29 00:30"}, []string{"time-skipped"}},
		{"endless", "2026-12-03T09:30", "FREQ=DAILY", nil, []string{"repeat-endless"}},
		{"too often", "2026-12-03T09:30", "FREQ=HOURLY;COUNT=3", nil, []string{"repeat-often"}},
		{"twice a day", "2026-12-03T09:30", "FREQ=DAILY;COUNT=3;BYHOUR=8,9", []string{"2026-12-03 08:30"}, nil},
		{"no rule", "2026-12-03T09:30", "every month", nil, []string{"repeat-rule"}},
		{"never", "2026-12-03T09:30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", nil, []string{"repeat-never"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := post(t, "Hi on {{date}}", "acme-site")
			p.PublishAt, p.Repeat = when(t, c.at), &content.Repeat{RRule: c.rule, Variation: "required"}
			pubs, problems := Of(scope(t), p).Expand()
			if c.name == "twice a day" {
				wantRules(t, problems, "repeat-often")
				return
			}
			wantRules(t, problems, c.rules...)
			var got []string
			for _, pub := range pubs {
				got = append(got, pub.Key.Occurrence+pub.At.Format(" 15:04"))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestRepeatIsBounded(t *testing.T) {
	t.Parallel()
	p := post(t, "Hi {{date}}", "acme-site")
	p.Repeat = &content.Repeat{RRule: "FREQ=DAILY;COUNT=100000"}
	pubs, problems := Of(scope(t), p).Expand()
	wantRules(t, problems, "repeat-many")
	if len(pubs) != maxOccurrences || pubs[0].Invalid == "" {
		t.Errorf("%d publications, invalid %q", len(pubs), pubs[0].Invalid)
	}
}

func TestASkippedOccurrenceHoldsItselfOnly(t *testing.T) {
	t.Parallel()
	p := post(t, "Hi {{date}}", "acme-site")
	p.PublishAt, p.Repeat = when(t, "2027-03-27T02:30"), &content.Repeat{RRule: "FREQ=DAILY;COUNT=3"}
	pubs, _ := Of(scope(t), p).Expand()
	for i, invalid := range []bool{false, true, false} {
		if (pubs[i].Invalid != "") != invalid {
			t.Errorf("%s: invalid %q", pubs[i].Key, pubs[i].Invalid)
		}
	}
}

func TestVariation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body, variation string
		held            bool
	}{{"The same", "required", true}, {"The same", "allowed", false}, {"The same", "", false}, {"On {{date}}", "required", false}} {
		p := post(t, c.body, "acme-site")
		p.Repeat = &content.Repeat{RRule: "FREQ=DAILY;COUNT=2", Variation: c.variation}
		s := scope(t)
		pubs, problems := Of(s, p).Expand()
		if pubs[0].Invalid != "" || (pubs[1].Invalid != "") != c.held {
			t.Errorf("%+v: %q, %q", c, pubs[0].Invalid, pubs[1].Invalid)
		}
		if c.held {
			wantRules(t, problems, "repeat-variation?")
		}
		Of(s, p).Fill(&pubs[1])
		if want := strings.ReplaceAll(c.body, "{{date}}", "2026-12-04"); pubs[1].Segments[0].Text != want {
			t.Errorf("%q, want %q", pubs[1].Segments[0].Text, want)
		}
	}
}

func TestVariantsAndSlotDefaults(t *testing.T) {
	t.Parallel()
	body := "For Mastodon"
	p := post(t, "For all", "acme-mastodon", "acme-site")
	p.Slot = "slot"
	p.Front = map[string]any{"id": "hello", "accounts": []any{"acme-mastodon", "acme-site"}, "status": "ready", "publish_at": "2026-12-03T09:30", "slot": "slot"}
	p.Variants = []content.Variant{
		{Selector: "mastodon", Set: map[string]any{"language": "de", "publish_at": "2026-12-04T09:30"}, Path: "content/acme/2026-12/hello.mastodon.md"},
		{Selector: "social", Set: map[string]any{"link": map[string]any{"url": "javascript:alert(1)"}}, Body: &body, Path: "content/acme/2026-12/hello.social.md"},
	}
	s := scope(t)
	pubs, problems := Of(s, p).Expand()
	wantRules(t, problems)
	problems = append(Of(s, p).Fill(&pubs[0]), Of(s, p).Fill(&pubs[1])...)
	if seg := pubs[0].Segments[0]; seg.Text != "For Mastodon" || seg.Language != "de" || pubs[0].At.Day() != 4 {
		t.Errorf("the variant is not applied: %+v", seg)
	}
	if seg := pubs[1].Segments[0]; seg.Text != "For all" || seg.Language != "fr" {
		t.Errorf("the slot's language is not applied: %+v", seg)
	}
	wantRules(t, problems, "link-address")
	if problems[0].Path != "content/acme/2026-12/hello.social.md" || problems[0].Field != "link" || problems[0].Account != "acme-mastodon" {
		t.Errorf("the problem points to %+v", problems[0])
	}
	if pubs[0].Digest == pubs[1].Digest {
		t.Error("two variants have one digest")
	}
}

func TestAmbiguousVariantsHoldTheAccountOnly(t *testing.T) {
	t.Parallel()
	p := post(t, "Hi", "acme-mastodon", "acme-site")
	p.Front = map[string]any{"publish_at": "2026-12-03T09:30"}
	p.Variants = []content.Variant{{Selector: "social", Path: "a.md"}, {Selector: "all", Path: "b.md"}}
	pubs, problems := Of(scope(t), p).Expand()
	wantRules(t, problems, "variant-ambiguous")
	if len(pubs) != 2 || pubs[0].Invalid == "" || pubs[1].Invalid != "" {
		t.Errorf("%+v", pubs)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	digest := func(change func(*Scope, *content.Post)) string {
		s, p := scope(t), post(t, "Hi {{@maker}}\nthere", "acme-mastodon")
		p.Media = []content.Media{{File: "a.png", Alt: "A", Focus: []float64{0, 0.1}}}
		change(s, p)
		pubs, _ := Of(s, p).Expand()
		return pubs[0].Digest
	}
	same := digest(func(*Scope, *content.Post) {})
	for name, change := range map[string]func(*Scope, *content.Post){
		"time":        func(_ *Scope, p *content.Post) { p.PublishAt = when(t, "2027-01-01T00:00") },
		"status":      func(_ *Scope, p *content.Post) { p.Status = content.Draft },
		"slot":        func(s *Scope, p *content.Post) { p.Slot = "other"; s.Slots["other"] = &content.Slot{ID: "other"} },
		"campaign":    func(_ *Scope, p *content.Post) { p.Campaign = "sale" },
		"lifecycle":   func(_ *Scope, p *content.Post) { p.Republish, p.Retract = 2, true },
		"line ends":   func(_ *Scope, p *content.Post) { p.Body = "Hi {{@maker}}\r\nthere" },
		"limits":      func(s *Scope, _ *content.Post) { s.Drivers["mastodon"].Limits.Characters = 5 },
		"other names": func(_ *Scope, p *content.Post) { p.Mentions = map[string]map[string]string{"x": {"mastodon": "@x"}} },
		"other options": func(_ *Scope, p *content.Post) {
			p.Options = map[string]map[string]any{"bluesky": {"silent": true}}
		},
	} {
		if digest(change) != same {
			t.Errorf("%s changes the digest", name)
		}
	}
	seen := map[string]string{same: "nothing"}
	for name, change := range map[string]func(*Scope, *content.Post){
		"body":       func(_ *Scope, p *content.Post) { p.Body += "!" },
		"media":      func(_ *Scope, p *content.Post) { p.Media[0].File = "b.png" },
		"alt":        func(_ *Scope, p *content.Post) { p.Media[0].Alt = "B" },
		"focus":      func(_ *Scope, p *content.Post) { p.Media[0].Focus = nil },
		"link":       func(_ *Scope, p *content.Post) { p.Link = content.Link{URL: "https://example.org"} },
		"link post":  func(_ *Scope, p *content.Post) { p.Link = content.Link{Post: "other"} },
		"cta":        func(_ *Scope, p *content.Post) { p.CTA = &content.CTA{Label: "Go", URL: "https://example.org"} },
		"poll":       func(_ *Scope, p *content.Post) { p.Poll = &content.Poll{Options: []string{"a", "b"}} },
		"quote":      func(_ *Scope, p *content.Post) { p.Quote = content.Ref{URL: "https://example.org"} },
		"reply":      func(_ *Scope, p *content.Post) { p.ReplyTo = content.Ref{URL: "https://example.org"} },
		"comment":    func(_ *Scope, p *content.Post) { p.FirstComment = "x" },
		"tags":       func(_ *Scope, p *content.Post) { p.Tags = []string{"x"} },
		"disclosure": func(_ *Scope, p *content.Post) { p.Disclosure = &content.Disclosure{} },
		"language":   func(_ *Scope, p *content.Post) { p.Language = "fr" },
		"format":     func(_ *Scope, p *content.Post) { p.Format = "image" },
		"options":    func(_ *Scope, p *content.Post) { p.Options = map[string]map[string]any{"mastodon": {"v": "x"}} },
		"default options": func(s *Scope, _ *content.Post) {
			s.Config.Defaults.Options = map[string]map[string]any{"mastodon": {"v": "y"}}
		},
		"handle": func(_ *Scope, p *content.Post) {
			p.Mentions = map[string]map[string]string{"maker": {"mastodon": "@x"}}
		},
	} {
		d := digest(change)
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}

func TestUnknownProviderIsInvalid(t *testing.T) {
	t.Parallel()
	s := scope(t)
	s.Accounts["odd"] = &content.Account{ID: "odd", Provider: "odd", Brand: "acme"}
	p := post(t, "Hi", "odd")
	pubs, problems := Of(s, p).Expand()
	wantRules(t, problems, "unknown-provider")
	if len(pubs) != 1 || pubs[0].Invalid == "" || len(Of(s, p).Fill(&pubs[0])) != 0 {
		t.Errorf("%+v", pubs)
	}
}
