package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine"
)

// magazine is a workspace with something of everything, of which `first` is
// published. It returns the base's commit.
func magazine(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorld(t, "one", "two")
	w.write("strategies/acme/strategy.yaml", "brand: acme\npillars: [{id: news, share: 50, tolerance: 10}, {id: offers, share: 50, tolerance: 10, max: 60}]\ngroups: {both: [one, two]}\n")
	w.write("content/acme/2026-12/plan.yaml", `month: 2026-12
slots:
  - {id: filled, at: 2026-12-08T10:00, pillar: news, accounts: [one], brief: "Say it"}
  - {id: empty, at: 2026-12-09T10:00, pillar: offers, accounts: [both], brief: "Say that"}
  - {id: open, at: 2026-12-10T10:00, pillar: news, accounts: [one], flexible: true}
`)
	w.post("first", "pillar: news\n", "Hello")
	w.post("later", "publish_at: 2026-12-05T10:00\npillar: news\n", "Later")
	w.write("content/acme/2026-12/draft.md", "---\nid: draft\naccounts: [one]\nstatus: draft\nreason: a test\npublish_at: 2026-12-06T10:00\n---\nA draft\n")
	w.write("content/acme/2026-12/media/pic.png", picture(t, 1))
	w.post("pic", "publish_at: 2026-12-07T10:00\nmedia: [{file: media/pic.png, alt: A dot}]\n", "A picture")
	w.write("content/acme/2026-12/slotted.md", "---\nid: slotted\nstatus: ready\nslot: filled\n---\nFills a slot\n")
	w.write("content/acme/2026-12/wide.md", "---\nid: wide\naccounts: [both]\nstatus: ready\nreason: a test\npublish_at: 2026-12-11T10:00\n---\nFor both\n")
	w.write("content/acme/2026-12/wide.two.md", "---\n---\nFor two\n")
	w.publish("Everything")
	return w, w.git(w.clone, "rev-parse", "HEAD")
}

// propose commits a change on a branch of its own.
func (w *world) propose(from string, change func()) string {
	w.t.Helper()
	w.git(w.clone, "checkout", "--quiet", "--detach", from)
	change()
	w.commit("A proposal")
	head := w.git(w.clone, "rev-parse", "HEAD")
	w.git(w.clone, "checkout", "--quiet", "main")
	return head
}

func (w *world) edit(name, old, new string) {
	w.t.Helper()
	text := w.file(name)
	if !strings.Contains(text, old) {
		w.t.Fatalf("%s: no %q", name, old)
	}
	w.write(name, strings.Replace(text, old, new, 1))
}

// told puts a review into lines.
func told(r *engine.Review) string {
	var b strings.Builder
	for _, c := range r.Plan.Changes {
		fmt.Fprintf(&b, "plan %s %s", c.Key, c.Action)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, " [%s: %s -> %s]", f.Path, short(f.Before), short(f.After))
		}
		b.WriteString("\n")
	}
	for _, p := range r.Posts {
		fmt.Fprintf(&b, "post %s %s", p.ID, p.Kind)
		for _, pub := range p.Publications {
			fmt.Fprintf(&b, " %s", pub.Key.Account)
			if pub.Before != nil && pub.Before.Segments == nil || pub.After != nil && pub.After.Segments == nil {
				b.WriteString(" UNRENDERED")
			}
			if pub.Change != nil {
				fmt.Fprintf(&b, " %s", pub.Change.Action)
			}
		}
		b.WriteString("\n")
	}
	for _, d := range r.Diagnostics {
		if d.New || d.ChangedLine {
			fmt.Fprintf(&b, "found %s %s:%d new=%v changed=%v\n", d.Rule, d.Path, d.Line, d.New, d.ChangedLine)
		}
	}
	for _, m := range r.Months {
		fmt.Fprintf(&b, "month %s: %d items, holes", m.Month, len(m.Items))
		for _, h := range m.Holes {
			fmt.Fprintf(&b, " %s%v", h.Slot, h.Accounts)
		}
		for _, c := range m.Collisions {
			fmt.Fprintf(&b, ", collision %v %s", c.Keys, c.Why)
		}
		b.WriteString("\n")
	}
	for _, s := range [][2]string{{"sensitive", strings.Join(r.Sensitive, " ")}, {"both", strings.Join(r.Both, " ")}, {"because", r.Because}} {
		if s[1] != "" {
			fmt.Fprintf(&b, "%s %s\n", s[0], s[1])
		}
	}
	return b.String()
}

func short(s string) string { return s[:min(len(s), 14)] }

func TestReview(t *testing.T) {
	t.Parallel()
	const month = "content/acme/2026-12/"
	w, base := magazine(t)
	cases := []struct {
		name   string
		change func()
		want   string
	}{
		{"nothing", func() {}, ""},
		{"beside", func() { w.write("README.md", "Hello\n") }, ""},
		{"new post", func() { w.post("new", "publish_at: 2026-12-05T10:10\n", "New") }, `
plan new@one wait
post new added one wait
month 2026-12: 8 items, holes empty[one two] open[one]
`},
		{"edit of a published one", func() { w.edit(month+"first.md", "Hello", "Hello you") }, `
plan first@one edit [segments[0].text: Hello -> Hello you]
post first changed one edit
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"edit of one to come", func() { w.edit(month+"later.md", "Later", "Much later") }, `
plan later@one wait [segments[0].text: Later -> Much later]
post later changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"retime", func() { w.edit(month+"later.md", "12-05T10:00", "12-12T10:00") }, `
plan later@one wait
post later changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"delete", func() { w.remove("later") }, `
plan later@one hold [segments[0].language: en -> ] [segments[0].text: Later -> ]
post later removed one hold
month 2026-12: 6 items, holes empty[one two] open[one]
`},
		{"delete a published one", func() { w.remove("first") }, `
plan first@one hold
post first removed one hold
month 2026-12: 6 items, holes empty[one two] open[one]
`},
		{"rename", func() { w.git(w.clone, "mv", month+"later.md", month+"renamed.md") }, `
post later changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"new id", func() { w.edit(month+"later.md", "id: later", "id: newer") }, `
plan newer@one wait
plan later@one hold [segments[0].language: en -> ] [segments[0].text: Later -> ]
post later removed one hold
post newer added one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"new slot", func() {
			w.edit(month+"plan.yaml", "  - {id: open", "  - {id: fresh, at: 2026-12-13T10:00, accounts: [two], brief: \"x\"}\n  - {id: open")
		}, `
month 2026-12: 7 items, holes empty[one two] open[one] fresh[two]
`},
		{"a slot's time", func() { w.edit(month+"plan.yaml", "12-08T10:00", "12-08T11:00") }, `
plan slotted@one wait
post slotted changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"a slot's brief", func() { w.edit(month+"plan.yaml", "Say it", "Say it well") }, `
post slotted changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"account", func() { w.edit("strategies/acme/accounts/one.yaml", "id: one", "timezone: Europe/Paris\nid: one") }, `
sensitive strategies/acme/accounts/one.yaml
`},
		{"broken smm.yaml", func() { w.write("smm.yaml", "format: [\n") }, `
found yaml-syntax smm.yaml:1 new=true changed=true
sensitive smm.yaml
`},
		{"broken post", func() { w.edit(month+"later.md", "status: ready", "status: reddy") }, `
plan later@one hold [segments[0].language: en -> ] [segments[0].text: Later -> ]
post later changed one hold
found unknown-value content/acme/2026-12/later.md:4 new=true changed=true
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"unreadable post", func() { w.write(month+"later.md", "---\nid: [\n---\n") }, `
plan later@one hold [segments[0].language: en -> ] [segments[0].text: Later -> ]
post later changed one hold
found yaml-syntax content/acme/2026-12/later.md:2 new=true changed=true
month 2026-12: 6 items, holes empty[one two] open[one]
`},
		{"draft only", func() { w.edit(month+"draft.md", "A draft", "A better draft") }, `
post draft changed one
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"media only", func() { w.write(month+"media/pic.png", picture(t, 2)) }, `
plan pic@one wait [segments[0].media[0].sha256: 4d67869a577389 -> 992dbbb20903ce]
post pic changed one wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"variant only", func() { w.edit(month+"wide.two.md", "For two", "For two only") }, `
plan wide@two wait [segments[0].text: For two -> For two only]
post wide changed one wait two wait
month 2026-12: 7 items, holes empty[one two] open[one]
`},
		{"a post that others name", func() { w.post("answer", "publish_at: 2026-12-14T10:00\nreply_to: {post: nobody}\n", "Hm") }, `
plan answer@one hold
post answer added one hold
found unknown-post content/acme/2026-12/answer.md:8 new=true changed=true
month 2026-12: 8 items, holes empty[one two] open[one]
`},
		{"credentials", func() {
			w.edit("strategies/acme/accounts/two.yaml", "env:TOKEN", "file:token.txt")
			w.write("token.txt", "x\n")
		}, `
sensitive strategies/acme/accounts/two.yaml token.txt
`},
	}
	for _, c := range cases {
		head := w.propose(base, c.change)
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true})
			must(t, err)
			again, err := w.engine().Review(bg, engine.ReviewOptions{Base: base, Head: head, Offline: true})
			must(t, err)
			if asJSON(r) != asJSON(again) { // the first may have found no cache
				t.Errorf("it is another with a cache:\n%s\n%s", told(r), told(again))
			}
			if got := "\n" + told(r); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
				t.Errorf("got%swant%s", got, c.want)
			}
		})
	}
}
