package markdown

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	dom "golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
)

// stands is one publication in every state.
func stands() []engine.Standing {
	at, zone := clockTime("2026-12-03T08:30:00Z"), "Europe/Paris"
	owed := at.Add(24 * time.Hour)
	row := func(post string, s engine.Standing) engine.Standing {
		s.Key, s.At, s.Timezone = content.Key{Post: post, Account: "acme-mastodon"}, &at, zone
		return s
	}
	yes := []ledger.Consent{{By: "@lena", At: at, Source: "github", URL: "https://forge.example/acme/content/pull/7#pullrequestreview-1"}, {By: "tomas", At: at}}
	return []engine.Standing{
		row("out", engine.Standing{Stand: engine.StandPublished, PublishedAt: &at, URL: "https://mastodon.example/@acme_coats/113", Approved: yes}),
		row("fast", engine.Standing{Stand: engine.StandPublished, PublishedAt: &at, URL: "public/site/posts/fast/index.html",
			Approved: []ledger.Consent{{By: "ada", At: at, FastLane: true}}, Owed: &owed}),
		row("mended", engine.Standing{Stand: engine.StandPublished, URL: "https://mastodon.example/1", Coming: "edit: text"}),
		row("scheduled", engine.Standing{Stand: engine.StandScheduled}),
		row("waiting", engine.Standing{Stand: engine.StandWaiting, Why: "its time has not come"}),
		row("due", engine.Standing{Stand: engine.StandDue}),
		row("held", engine.Standing{Stand: engine.StandHeld, Why: "approval: rule desk needs 1 of lena, tomas; nobody has approved what stands in the file now"}),
		row("refused", engine.Standing{Stand: engine.StandRefused, Why: "per_run: the account's whole batch is refused"}),
		row("missed", engine.Standing{Stand: engine.StandMissed, Why: "later than its grace: set a new publish_at"}),
		row("lost", engine.Standing{Stand: engine.StandUnknown, Why: "the answer was lost"}),
		row("gone", engine.Standing{Stand: engine.StandRetracted}),
		row("given-up", engine.Standing{Stand: engine.StandForgotten}),
		{Key: content.Key{Post: "draft", Account: "acme-mastodon"}, Stand: engine.StandElsewhere},
	}
}

func delivery() *engine.Delivery {
	out := &engine.Outcome{}
	out.Plan = &plan.Plan{
		Refusals: []plan.Refusal{{Guard: "per_run", Account: "acme-mastodon", Detail: "12 publications in one run, and guards.per_run allows 10"}},
		Errors:   []plan.Problem{{Path: "content/acme/2026-12/bad.md", Summary: "3:1: unknown key"}},
	}
	out.Result.Counts = map[apply.EventType]int{}
	return &engine.Delivery{
		Outcome: out, After: &plan.Plan{Summary: plan.Summary{Wait: 3}}, Rows: stands(), Notes: []string{"#7: the approval of lena does not count"},
		Freezes: []plan.Freeze{{Reason: "Holidays", Brands: []string{"acme"}}}, Telling: errors.New("notify: env:HOOK: HTTP 404"),
	}
}

func TestOutcomesGolden(t *testing.T) {
	t.Parallel()
	quiet := &engine.Delivery{Outcome: &engine.Outcome{Outlook: engine.Outlook{Plan: &plan.Plan{}}}, After: &plan.Plan{}}
	for name, text := range map[string]string{
		"outcomes":        Outcomes(&engine.PullReport{Rows: stands()}),
		"outcomes-page":   Summary(delivery(), errors.New("acme-mastodon: HTTP 503")),
		"outcomes-quiet":  Summary(quiet, nil),
		"outcomes-failed": Summary(&engine.Delivery{}, errors.New("stale: HEAD is elsewhere")),
	} {
		file := filepath.Join("testdata", name+".md")
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s: differs from its golden file; go test -update writes it:\n%s", name, text)
		}
	}
}

// A long list is cut before a forge refuses it.
func TestManyOutcomes(t *testing.T) {
	t.Parallel()
	rows := []engine.Standing{}
	for range 200 {
		rows = append(rows, stands()...)
	}
	for i := range rows {
		rows[i].Why = strings.Repeat("@everyone ", 100)
	}
	text := Outcomes(&engine.PullReport{Rows: rows})
	if len(text) > 65_000 || !strings.Contains(text, "| and ") {
		t.Errorf("%d bytes", len(text))
	}
	if err := told("", text); err != nil {
		t.Error(err)
	}
}

// Whatever stands in files, on platforms and on the forge, the comment and the page
// stay tables of text, with links to nothing but plain web addresses.
func TestHostileOutcomesStayText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := func() string { return draw(t) }
		rows, d := stands(), delivery()
		for i := range rows {
			stand := rows[i].Stand
			poison(reflect.ValueOf(&rows[i]).Elem(), text)
			rows[i].Stand = stand
		}
		d.Rows = rows
		poison(reflect.ValueOf(d.Plan).Elem(), text)
		poison(reflect.ValueOf(&d.Freezes).Elem(), text)
		d.Telling = errors.New(text())
		mark := "<!-- a mark -->"
		if err := told(mark, mark+"\n"+Outcomes(&engine.PullReport{Rows: rows})); err != nil {
			t.Fatalf("%v\n%s", err, Outcomes(&engine.PullReport{Rows: rows}))
		}
		if err := told("", Summary(d, errors.New(text()))); err != nil {
			t.Fatalf("%v\n%s", err, Summary(d, errors.New(text())))
		}
	})
}

// told is harmless, with links that are meant.
func told(mark, text string) (err error) {
	fail := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
	}
	for line := range strings.Lines(text) {
		if l := strings.TrimSpace(line); strings.HasPrefix(l, "::") || strings.Contains(l, "##[") || strings.HasPrefix(l, "/") {
			fail("a command: %q", line)
		}
		if s := strings.TrimSuffix(line, "\n"); view.Safe(s) != s {
			fail("control characters: %q", line)
		}
	}
	columns := map[*dom.Node]int{}
	walk(parse(text), func(n *dom.Node, inCode bool) {
		switch {
		case n.Type == dom.CommentNode && "<!--"+n.Data+"-->" != mark:
			fail("a comment: %q", n.Data)
		case n.Type == dom.TextNode && !inCode && tempting.MatchString(n.Data):
			fail("%q", n.Data)
		case n.Type == dom.ElementNode && n.Data == "a":
			if len(n.Attr) != 1 || n.Attr[0].Key != "href" || !linkable(n.Attr[0].Val) {
				fail("a link: %v", n.Attr)
			}
		case n.Type == dom.ElementNode && (!allowed[n.Data] || len(n.Attr) > 0):
			fail("<%s %v>", n.Data, n.Attr)
		case n.Type == dom.ElementNode && n.Data == "tr":
			checkRow(n, columns, fail)
		}
	})
	if len(columns) > 1 {
		fail("%d tables", len(columns))
	}
	return err
}

func TestLinkable(t *testing.T) {
	t.Parallel()
	for u, want := range map[string]bool{
		"https://mastodon.example/@acme_coats/113": true, "https://bsky.app/profile/acme.example/post/3k#a": true,
		"http://a.example": false, "javascript:alert(1)": false, "https://u:p@a.example": false, "https://a.example/ b": false,
		"https://a.example/)": false, "https://a.example/|": false, "https://a.example/&copy;": false, "https:///x": false, "public/site": false,
		"https://a.example/\u202e": false, "https://a.example/" + strings.Repeat("a", 500): false,
	} {
		if linkable(u) != want {
			t.Errorf("%q: want %t", u, want)
		}
	}
}
