package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
	"github.com/smmctl/smmctl/engine/validate"
)

// teller tells one review to everybody, a method each.
type teller struct {
	*global
	o      *ciPlanOptions
	p      *proposal
	r      *engine.Review
	prefix string // the workspace in the repository
	text   markdown.Options
}

const (
	// maxOfLevel is what GitHub shows of one step and level ("Annotations limits",
	// github.com/orgs/community/discussions/26680, 2026-11-24).
	maxOfLevel = 10
	maxRemarks = 30
)

// files writes the whole report.
func (t *teller) files(context.Context) error {
	if t.o.out == "" {
		return nil
	}
	if err := os.MkdirAll(t.o.out, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, full, _ := markdown.Comment(t.r, t.text)
	return errors.Join(
		os.WriteFile(filepath.Join(t.o.out, "report.md"), []byte(full), 0o644),
		t.file("report.json", func(p *view.Printer) error { return view.JSON(p.W, t.r) }),
		writePlan(filepath.Join(t.o.out, "plan.json"), t.r.Plan),
		t.file("validate.sarif", func(p *view.Printer) error { return p.Report("sarif", t.report(t.r.Diagnostics), version) }),
	)
}

func (t *teller) file(name string, write func(*view.Printer) error) error {
	f, err := os.Create(filepath.Join(t.o.out, name))
	if err != nil {
		return err
	}
	return errors.Join(write(&view.Printer{W: f}), f.Close())
}

// report has diagnostics with paths as the repository has them, which is how
// forges know them.
func (t *teller) report(list []engine.ReviewedDiagnostic) *validate.Report {
	out := &validate.Report{Diagnostics: diagnostics(list)}
	for i := range out.Diagnostics {
		out.Diagnostics[i].Path = t.path(out.Diagnostics[i].Path)
	}
	return out
}

func (t *teller) path(p string) string { return path.Join(t.prefix, p) }

// print is for programs, and for people who have no forge to read it on.
func (t *teller) print(context.Context) error {
	switch {
	case t.json && t.p.job != nil:
		log := &jobLog{w: t.Out, json: true}
		return errors.Join(view.JSON(log, t.r), log.Close())
	case t.json:
		return view.JSON(t.Out, t.r)
	case t.p.job == nil && t.o.out == "":
		return t.whole()
	}
	_, text := verdict(t.r)
	if t.p.job == nil {
		_, err := fmt.Fprintf(t.Out, "%s.\nThe report is in %s: report.md, report.json, plan.json, validate.sarif.\n", view.OneLine(text, 2000), view.OneLine(t.o.out, 2000))
		return err
	}
	t.note("%s.", defused(text))
	return nil
}

// whole is the report on standard output. Nothing in it is a command to a runner.
func (t *teller) whole() error {
	_, full, _ := markdown.Comment(t.r, t.text)
	_, err := fmt.Fprint(t.Out, full)
	return err
}

// annotate writes workflow commands, the most important first.
func (t *teller) annotate(context.Context) error {
	how := t.o.annotations
	if how == "" && t.p.job != nil {
		how = t.p.job.Forge
	}
	if how != ci.GitHub {
		return nil
	}
	p := t.printer()
	if t.json { // standard output is one document; the runner reads both
		p.W = t.Err
	}
	return p.Report("github", t.report(foremost(t.r.Diagnostics)), version)
}

// foremost are the diagnostics that the proposal has to do with, at most as many
// of each severity as are shown.
func foremost(list []engine.ReviewedDiagnostic) []engine.ReviewedDiagnostic {
	var out []engine.ReviewedDiagnostic
	n := map[diag.Severity]int{}
	for _, d := range markdown.Foremost(list) {
		if (d.New || d.ChangedLine) && n[d.Severity] < maxOfLevel {
			n[d.Severity]++
			out = append(out, d)
		}
	}
	return out
}

// summary adds the report to the job's page.
func (t *teller) summary(context.Context) error {
	if t.p.job == nil {
		return nil
	}
	return addSummary(t.p.job.Summary, func(room int) string {
		o := t.text
		o.Limit = room
		body, _, _ := markdown.Comment(t.r, o)
		return body
	})
}

// comment keeps the one comment up to date. A commit that was pushed meanwhile has
// a run of its own, whose word is the newer one.
func (t *teller) comment(ctx context.Context) error {
	if t.overtaken(ctx) {
		t.note("The pull request has moved on from %.10s: its comment is left to the newer run.", t.r.Head)
		return nil
	}
	body, _, _ := markdown.Comment(t.r, t.text)
	s := &sticky{home: t.p.home, pull: t.p.pull.Number, marker: markdown.Marker(t.prefix)}
	err := s.keep(ctx, body)
	return t.permitted(err, "the comment", "the job's permissions need `pull-requests: write`; a fork's job never has it")
}

func (t *teller) overtaken(ctx context.Context) bool {
	now, err := t.p.home.Pulls.Pull(ctx, t.p.pull.Number)
	return err == nil && t.o.head == "" && now.HeadSHA != t.p.what.Head
}

// permitted makes a warning of a failure that says only that the token may not.
func (t *teller) permitted(err error, what, hint string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, forge.ErrForbidden):
		t.warn(fmt.Errorf("%s is not made: %w (%s). The report is in the job's summary and in --out", what, err, hint))
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// remarks are for forges that do not read annotations from the job's log.
func (t *teller) remarks(ctx context.Context) error {
	if t.p.home.Remarks == nil || t.o.annotations != "" {
		return nil
	}
	var list []forge.Remark
	for _, d := range markdown.Foremost(t.r.Diagnostics) {
		if d.ChangedLine && len(list) < maxRemarks {
			list = append(list, forge.Remark{Path: t.path(d.Path), Line: d.Line, Body: markdown.Remark(d.Diagnostic)})
		}
	}
	err := t.p.home.Remarks.Replace(ctx, t.p.pull.Number, t.p.what.Head, markdown.Marker(t.prefix), list)
	return t.permitted(err, "remarks on the lines", "the token needs write:repository")
}

// statusName is a workspace's own, where several live in one repository.
func statusName(prefix string) string {
	if prefix == "" {
		return "smmctl/plan"
	}
	return "smmctl/plan " + view.OneLine(prefix, 80)
}

func (t *teller) status(ctx context.Context) error {
	s := forge.Status{Context: statusName(t.prefix), URL: t.p.runURL()}
	s.State, s.Description = verdict(t.r)
	s.Description = view.OneLine(s.Description, 140)
	err := t.p.home.Statuses.Set(ctx, t.p.what.Head, s)
	return t.permitted(err, "the commit's status", "the job's permissions need `statuses: write`")
}
