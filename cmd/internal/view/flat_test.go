package view_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/apply"
	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/ledger"
	"github.com/smmctl/smmctl/engine/plan"
	"github.com/smmctl/smmctl/engine/scaffold"
	"github.com/smmctl/smmctl/engine/validate"
)

// A stranger's text cannot begin a line of its own: in a CI log that would be a
// command, for a person a forged result.
func TestNothingForgesALine(t *testing.T) {
	t.Parallel()
	const evil = "x\n::error::forged\r\n::warning::forged\u2028::notice::forged\x1b[2J"
	key := content.Key{Post: evil, Account: evil}
	remote := []plan.Remote{{ID: evil, URL: evil}}
	fields := []plan.FieldChange{{Path: evil, After: evil}, {Path: evil, Before: evil}, {Path: evil, Before: evil, After: evil + "y"}}
	d := diag.Diagnostic{Rule: evil, Severity: diag.Error, Path: evil, Summary: evil, Detail: evil, Hint: evil}
	report := &validate.Report{Diagnostics: diag.List{d}}
	pub := &content.Publication{Key: key, Provider: evil, Invalid: evil, Segments: []content.Segment{{
		Text: "text", Title: evil, Options: map[string]string{evil: evil}, Media: []content.Attachment{{File: evil, Type: evil, Alt: evil, Make: &content.Make{Type: evil}, Traits: content.Traits{Metadata: []string{evil}}}},
	}}}
	for name, write := range map[string]func(*view.Printer){
		"event": func(p *view.Printer) {
			p.Event(apply.Event{Type: apply.Published, Key: key, Remote: remote, Error: evil})
		},
		"status": func(p *view.Printer) { p.Status([]engine.StatusEntry{{Key: key, Remote: remote, Detail: evil}}) },
		"lease":  func(p *view.Printer) { p.Lease(&ledger.Lease{Holder: evil, Run: evil}) },
		"plan": func(p *view.Printer) {
			p.Plan(&plan.Plan{
				Changes: []plan.Change{{Key: key, Action: plan.Edit, Reason: evil, Fields: fields, Remote: remote, Media: []plan.Medium{{File: evil, Done: evil, Make: &content.Make{}}}}},
				Drift:   []plan.Drift{{Key: key, Fields: fields}}, Refusals: []plan.Refusal{{Guard: evil, Account: evil, Detail: evil}},
				Errors: []plan.Problem{{Path: evil, Summary: evil}},
			})
		},
		"report": func(p *view.Printer) { _ = p.Report("text", report, "1") },
		"github": func(p *view.Printer) { _ = p.Report("github", report, "1") },
		"render": func(p *view.Printer) { p.Publications([]*content.Publication{pub}) },
		"made":   func(p *view.Printer) { p.Made(&scaffold.Made{Dir: evil, Brand: evil, Kept: []string{evil}}) },
	} {
		for _, colour := range []bool{false, true} {
			var b bytes.Buffer
			write(&view.Printer{W: &b, Colour: colour})
			out := b.String()
			if strings.Contains(out, "\x1b[2J") || strings.ContainsAny(out, "\r\u2028") || out == "" {
				t.Errorf("%s: %q", name, out)
			}
			for line := range strings.Lines(out) {
				ours := name == "github" && strings.HasPrefix(line, "::error file=")
				if strings.HasPrefix(strings.TrimLeft(line, " "), "::") && !ours {
					t.Errorf("%s: a forged line %q", name, line)
				}
			}
		}
	}
}

// An address and a path are shown whole.
func TestAddressesAreNotCut(t *testing.T) {
	t.Parallel()
	long := "https://a.example/" + strings.Repeat("x", 3000) + "/two  blanks"
	var b bytes.Buffer
	p := &view.Printer{W: &b}
	p.Event(apply.Event{Type: apply.Published, Remote: []plan.Remote{{URL: long}}})
	if !strings.Contains(b.String(), long) {
		t.Error("the address was changed")
	}
}
