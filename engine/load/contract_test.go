package load

import (
	"os"
	"testing"
	"time"
)

// testdata/contract holds the examples of the contract, to the letter.
func TestContractExamples(t *testing.T) {
	t.Parallel()
	w, err := Open(os.DirFS("testdata/contract"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range w.Diagnostics {
		t.Errorf("%s:%d:%d %s %s", d.Path, d.Line, d.Column, d.Rule, d.Summary)
	}
	if len(w.Posts) != 1 || w.Config == nil || w.Accounts["acme-mastodon"] == nil || w.Strategies["acme"] == nil || w.Slot("2026-12-11-open") == nil {
		t.Fatalf("%+v", w)
	}
	f, diags := w.Post(w.Posts[0])
	for _, d := range diags {
		t.Errorf("%s:%d:%d %s %s", d.Path, d.Line, d.Column, d.Rule, d.Summary)
	}
	if f == nil {
		t.Fatal("no post")
	}
	p := f.Value
	if p.PublishAt.Text != "2026-12-03T09:30" || p.Media[1].Rights.Expires.Text != "2027-03-01" || p.Media[0].Focus[1] != -0.2 || p.Late.Max != 6*time.Hour ||
		p.Mentions["maker"]["bluesky"] != "@maker.example" || p.Options["telegram"]["silent"] != true || p.Quote.URL == "" || p.Overrides[0].Guard != "min_gap" {
		t.Errorf("%+v", p)
	}
	g := w.Accounts["acme-mastodon"].Value.Guards
	if *g.PerRun != 5 || *g.MinGap != 30*time.Minute || g.QuietHours[0] != "22:00-07:00" {
		t.Errorf("%+v", g)
	}
	if c := w.Config.Value; *c.Guards.MaxRetracts != 3 || c.Rules["post-without-slot"] != "off" || c.Freeze[0].Until.Text != "2026-12-26T08:00" {
		t.Errorf("%+v", c)
	}
}
