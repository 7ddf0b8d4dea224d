package markdown

import (
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
)

// What is wrong is said once, where the problems are, and what the times mean is
// said for now.
func TestSaidOnce(t *testing.T) {
	t.Parallel()
	const file, wrong = "content/acme/2026-12/bad.md", "312 of 300 on acme-bluesky"
	r := empty()
	bad := publication("bad@acme-bluesky", "bluesky", "2026-12-03T08:30:00Z", segmentOf("Long", 312, 300))
	bad.Invalid = file + ":14:1: " + wrong
	hold := changeOf(bad, plan.Hold, bad.Invalid)
	hold.Path = file
	late := changeOf(publication("late@acme-vk", "vk", "2026-12-01T01:00:00Z"), plan.Publish, "ready, and its time has come")
	older := changeOf(publication("older@acme-vk", "vk", "2026-11-20T01:00:00Z"), plan.Publish, "ready, and its time has come")
	frozen := changeOf(publication("frozen@acme-vk", "vk", "2026-12-04T01:00:00Z"), plan.Hold, "frozen: holidays")
	r.Plan.Changes = []plan.Change{*hold, *late, *older, *frozen}
	r.Plan.Summary = plan.Summary{Publish: 2, Hold: 2, Wait: 1}
	r.Posts = []engine.ReviewedPost{
		{ID: "bad", Path: file, Status: content.Ready, Kind: "added", Publications: []engine.ReviewedPublication{{Key: bad.Key, Change: hold, After: bad}}},
		{ID: "torn", Path: "content/acme/2026-12/torn.md", Status: content.Draft, Kind: "changed"},
		{ID: "idea", Path: "content/acme/2026-12/idea.md", Status: content.Draft, Kind: "changed"},
	}
	for path, summary := range map[string]string{file: wrong, "content/acme/2026-12/torn.md": "no such key"} {
		r.Diagnostics = append(r.Diagnostics, engine.ReviewedDiagnostic{Diagnostic: diag.New("x", path, diag.Pos{Line: 14, Column: 1}, "", "%s", summary), New: true})
	}
	free := publication("free@acme-site", "site", "2026-12-05T08:30:00Z", segmentOf("Words", 73, 0))
	r.Posts = append(r.Posts, engine.ReviewedPost{ID: "free", Path: "free.md", Kind: "added", Publications: []engine.ReviewedPublication{{Key: free.Key, After: free}}})
	item := func(p *content.Publication) engine.CalendarItem {
		return engine.CalendarItem{Key: p.Key, At: p.At, Zone: "Europe/Paris", Status: content.Ready}
	}
	for _, brand := range []string{"acme", "other"} {
		r.Months = append(r.Months, engine.ReviewedMonth{Brand: brand, Month: "2026-12", Items: []engine.CalendarItem{item(bad), item(free)}})
	}
	body, _, _ := Comment(r, Options{})
	for text, times := range map[string]int{
		wrong: 1, "<b>hold</b>: see Problems": 1, "**Cannot be published**: see Problems": 1,
		"torn</b> · changed · cannot be read, see Problems": 1, "idea</b> · changed · draft": 1,
		"at once on merge (9 h late)": 1, "at once on merge (11 days late)": 1, "<b>hold</b>: frozen&#58; holidays": 1,
		"✗ 09:30 bad": 2, "✗ 09:30 free": 0, "text: 73 characters": 1, "_slanted_": 1,
		"**2 to publish, 1 waiting for its time, 2 held**": 1,
	} {
		if got := strings.Count(body, text); got != times {
			t.Errorf("%q: %d times, not %d", text, got, times)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
}

func TestLate(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		30 * time.Second: "", 5 * time.Minute: " (5 min late)", 119 * time.Minute: " (1 h late)", 47 * time.Hour: " (47 h late)", 50 * time.Hour: " (2 days late)",
	} {
		if got := late(d); got != want {
			t.Errorf("%s: %q, not %q", d, got, want)
		}
	}
}
