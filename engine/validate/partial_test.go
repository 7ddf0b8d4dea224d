package validate

import (
	"slices"
	"strings"
	"testing"
)

// A mistake by which a publication is missing must never look like a deletion:
// the policy sync would take it down.
func TestMissingPublicationsAreNoDeletion(t *testing.T) {
	t.Parallel()
	const fromSlot = "---\nid: hello-world\nstatus: draft\nslot: 2026-12-03-morning\n---\nHello.\n"
	weekly := func(front string) string {
		return "---\nid: hello-world\naccounts: [acme-blog, acme-notes]\nstatus: draft\nreason: x\npublish_at: 2026-12-03T09:30\n" + front + "\n---\nHello.\n"
	}
	slots := func(from, to string) string { return strings.Replace(base[plan], from, to, 1) }
	group := strings.Replace(post(""), "[acme-blog]", "[everywhere]", 1)
	for name, files := range map[string]map[string]string{
		"a slot's account":            {hello: fromSlot, plan: slots("[acme-blog]", "[acme-blog, acme-note]")},
		"all of a slot's accounts":    {hello: fromSlot, plan: slots("[acme-blog]", "acme-blog")},
		"a slot's key":                {hello: fromSlot, plan: slots("accounts", "acounts")},
		"the slot of a draft":         {hello: strings.Replace(fromSlot, "-03-", "-05-", 1), config: base[config] + "rules: {unknown-slot: off}\n"},
		"a group's account":           {hello: group, strat: strings.Replace(base[strat], "acme-notes]", "acme-note]", 1)},
		"a group's form":              {hello: group, strat: strings.Replace(base[strat], "[acme-blog, acme-notes]", "[acme-blog, {a: b}]", 1)},
		"the key of the groups":       {hello: strings.Replace(group, "[everywhere]", "[acme-blog]", 1), strat: strings.Replace(base[strat], "groups:", "gruops:", 1)},
		"a group's name":              {hello: strings.Replace(post(""), "[acme-blog]", "[acme-blog, everywher]", 1)},
		"an account that went":        {accts + "acme-notes.yaml": "-", hello: group},
		"the provider":                {accts + "acme-notes.yaml": "id: acme-notes\nprovider: papr\n", hello: group},
		"an account's form":           {hello: strings.Replace(post(""), "[acme-blog]", "[acme-blog, {a: b}]", 1)},
		"the key of the accounts":     {hello: strings.Replace(post(""), "accounts: [acme-blog]", "acounts: [acme-blog, acme-notes]", 1)},
		"a rule of one account":       {hello: weekly(""), month + "hello.acme-notes.md": "---\nrepeat: {rrule: FREQ=WEEKLI}\n---\n"},
		"a rule without an end":       {hello: weekly(""), month + "hello.acme-notes.md": "---\nrepeat: {rrule: FREQ=WEEKLY}\n---\n"},
		"a rule of another kind":      {hello: weekly("repeat: FREQ=WEEKLY")},
		"the key of the repetition":   {hello: weekly(`repaet: {rrule: "FREQ=WEEKLY;COUNT=3"}`)},
		"a repetition's time":         {hello: strings.Replace(weekly(`repeat: {rrule: "FREQ=DAILY;COUNT=3"}`), "2026-12-03T09:30", "2026-03-28T02:30", 1)},
		"a repetition's zone":         {hello: weekly("timezone: Europe/Pari\nrepeat: {rrule: \"FREQ=WEEKLY;COUNT=3\"}")},
		"a repetition's slot":         {hello: strings.Replace(weekly(""), "reason: x\npublish_at: 2026-12-03T09:30", "slot: 2026-12-05-morning", 1), month + "hello.acme-notes.md": "---\nrepeat: {rrule: \"FREQ=WEEKLY;COUNT=3\"}\n---\n"},
		"an unreadable variant":       {hello: weekly(""), month + "hello.acme-notes.md": "---\nrepeat: [\n---\n"},
		"a variant's value":           {hello: weekly(""), month + "hello.acme-notes.md": "---\nrepeat: 3\n---\n"},
		"a variant that is let go":    {hello: weekly(""), month + "hello.acme-notes.md": "---\nlate: 6 hours\nrepeat: {rrule: \"FREQ=WEEKLY;COUNT=3\"}\n---\n"},
		"two variants":                {hello: weekly(""), accts + "acme-notes.yaml": "id: acme-notes\nprovider: paper\n", strat: strings.Replace(base[strat], "groups: {", "groups: {others: [acme-notes], ", 1), month + "hello.others.md": "A.\n", month + "hello.everywhere.md": "B.\n"},
		"an id that is there already": {month + "b.md": strings.Replace(another(""), "second-post", "hello-world", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cache := memoryCache{}
			for _, run := range []string{"fresh", "from the cache"} {
				r := check(t, with(files), Options{Drivers: drivers(), Cache: cache})
				if !r.Incomplete || len(r.Diagnostics) == 0 {
					t.Errorf("%s: complete, %v", run, lines(r.Diagnostics))
				}
			}
		})
	}
	for name, files := range map[string]map[string]string{
		"a heading in the text":   {hello: strings.Replace(post(""), "Hello.", "Hello.\n---\nMore.", 1)},
		"a value of another kind": {hello: post("late: 6 hours")},
		"a time":                  {hello: strings.Replace(weekly(""), "2026-12-03T09:30", "2026-03-29T02:30", 1)},
		"a variant's lateness":    {hello: weekly(""), month + "hello.acme-notes.md": "---\nlate: 6 hours\n---\n"},
		"a key of a medium":       {hello: post("media: [{fiel: a.png}]")},
		"the voice":               {strat: strings.Replace(base[strat], "banned: [cheap]", "banned: cheap", 1)},
		"an embargo":              {hello: weekly("embargo_until: 2026-12-04T08:00\nrepeat: {rrule: \"FREQ=WEEKLY;COUNT=3\"}")},
	} {
		if r := report(t, files); r.Incomplete || !r.Diagnostics.HasErrors() {
			t.Errorf("%s: incomplete %v, %v", name, r.Incomplete, lines(r.Diagnostics))
		}
	}
}

// An account that does not exist is reported where it is written, and at the
// post that goes there.
func TestUnknownAccountsAtTheirPlace(t *testing.T) {
	t.Parallel()
	r := report(t, map[string]string{
		plan:  strings.Replace(base[plan], "[acme-blog]", "[acme-blog, acme-note]", 1),
		strat: strings.Replace(base[strat], "acme-notes]", "acme-nots]", 1),
		hello: "---\nid: hello-world\nstatus: ready\nslot: 2026-12-03-morning\n---\nHello.\n",
	})
	got := lines(r.Diagnostics)
	for _, want := range []string{"plan.yaml:3:89 unknown-account error", "strategy.yaml:8:34 unknown-account error"} {
		if !slices.Contains(got, want) {
			t.Errorf("%v lacks %s", got, want)
		}
	}
}
