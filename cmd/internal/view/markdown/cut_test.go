package markdown

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/plan"
)

// crowd is busy with n more posts of so many words each, every second of which
// looks as it did.
func crowd(n, words int) *engine.Review {
	r := busy()
	text := strings.Repeat("A coat that lasts. ", words/4)
	for i := range n {
		id := fmt.Sprintf("post-%04d", i)
		p := publication(id+"@acme-mastodon", "mastodon", "2026-12-05T09:00:00Z", segmentOf(text, len(text), 0))
		c := changeOf(p, plan.Wait, "its time has not come")
		post := engine.ReviewedPost{ID: id, Path: "content/" + id + ".md", Status: content.Ready, Kind: "added",
			Publications: []engine.ReviewedPublication{{Key: p.Key, Change: c, After: p}}}
		if i%2 == 1 {
			post.Kind, post.Publications[0].Before = "changed", p
		}
		r.Plan.Changes = append(r.Plan.Changes, *c)
		r.Posts = append(r.Posts, post)
	}
	return r
}

func TestCutByImportance(t *testing.T) {
	t.Parallel()
	const calendar, mixed, same, long, folded, rows, problem = "#### December 2026", "#### The mix", "<b>post-" + gap + "0001</b>", "A coat that lasts. A coat", "<details>", "| <code>post-0000</code> |", "312 of 300"
	for _, c := range []struct {
		name        string
		review      *engine.Review
		limit       int
		stay, leave []string
		said        string
	}{
		{"all of it", crowd(2, 40), 0, []string{calendar, mixed, same, long, rows, problem}, nil, ""},
		{"the calendar first", crowd(20, 40), 16_100, []string{mixed, same, long, rows, problem}, []string{calendar}, "Left out: the calendar. The"},
		{"then what stays as it is", crowd(20, 400), 36_500, []string{folded, long, rows, problem}, []string{calendar, mixed, same}, "Left out: the calendar, the mix, what stays as it is on the networks. The"},
		{"then long texts", crowd(20, 400), 20_000, []string{folded, "more characters", rows, problem}, []string{calendar, mixed, same}, "the rest of long texts. The"},
		{"then posts", crowd(60, 400), 24_000, []string{folded, rows, problem}, []string{calendar, mixed, same}, "the rest of long texts, the renderings of "},
		{"then publications", crowd(400, 40), 20_000, []string{rows, problem}, []string{calendar, mixed, folded}, "publications. The"},
		{"a thousand posts fit a comment", crowd(1000, 400), 0, []string{rows, problem}, []string{folded}, "of 1006 publications. The"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := Options{Limit: c.limit}
			body, full, cut := Comment(c.review, o)
			if o.Limit == 0 {
				o.Limit = DefaultLimit
			}
			if len(body) > o.Limit || cut != (c.said != "") {
				t.Errorf("%d bytes of %d, cut: %v", len(body), o.Limit, cut)
			}
			for _, s := range c.stay {
				if !strings.Contains(body, s) {
					t.Errorf("no %q", s)
				}
			}
			for _, s := range c.leave {
				if strings.Contains(body, s) || !strings.Contains(full, s) {
					t.Errorf("%q is still there, or not in the whole report", s)
				}
			}
			if !strings.Contains(body, c.said) {
				t.Errorf("no %q in\n%.1500s", c.said, body)
			}
			if err := structure(body, Marker(""), false); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestManyProblems(t *testing.T) {
	t.Parallel()
	r := empty()
	for i := range 5000 {
		d := diag.New("alt", fmt.Sprintf("content/%d.md", i), diag.Pos{Line: 1, Column: 1}, "", "no alt text").Warn()
		if i == 4999 {
			d.Severity, d.Summary = diag.Error, "the worst"
		}
		r.Diagnostics = append(r.Diagnostics, engine.ReviewedDiagnostic{Diagnostic: d, New: true})
	}
	body, _, cut := Comment(r, Options{})
	if !cut || len(body) > DefaultLimit || !strings.Contains(body, "the worst") || !strings.Contains(body, "of 5000 problems") {
		t.Errorf("%d bytes:\n%.800s", len(body), body)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for u, want := range map[string]bool{
		"https://forge.example/acme/content/actions/runs/7": true, "http://127.0.0.1:3000/a/b": true, "": false,
		"javascript:alert(1)": false, "https://forge.example/)[x](https://evil.example": false, "https://token@forge.example/": false, "https://forge.example/a b": false, "//forge.example": false,
	} {
		if got := address(u) != ""; got != want {
			t.Errorf("%q: %v", u, got)
		}
	}
}
