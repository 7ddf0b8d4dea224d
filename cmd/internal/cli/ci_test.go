package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smmctl/smmctl/cmd/internal/view"
	"github.com/smmctl/smmctl/cmd/internal/view/markdown"
	"github.com/smmctl/smmctl/engine"
	"github.com/smmctl/smmctl/engine/clock"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/forge/ci"
	"github.com/smmctl/smmctl/engine/plan"
)

// delivery is one review told to a pull request.
type delivery struct {
	thread   *thread
	out, log bytes.Buffer
	dir      string
	o        ciPlanOptions
	p        *proposal
	e        *engine.Engine
	g        *global
}

const headCommit = "2222222222222222222222222222222222222222"

func newDelivery(t *testing.T, home string) *delivery {
	t.Helper()
	d := &delivery{dir: t.TempDir()}
	d.thread = &thread{by: "bot", tells: true, pull: forge.Pull{Number: 7, HeadSHA: headCommit}}
	d.g = &global{logFormat: "text", Env: Env{Out: &d.out, Err: &d.log, Clock: clock.System{}, Getenv: func(string) string { return "" }}}
	if code := Main(t.Context(), []string{"init", filepath.Join(d.dir, "acme")}, Env{
		Out: &bytes.Buffer{}, Err: &d.log, Clock: clock.System{}, Getenv: func(string) string { return "" }, Dir: d.dir,
	}); code != 0 {
		t.Fatal(d.log.String())
	}
	d.log.Reset()
	d.g.dir = filepath.Join(d.dir, "acme")
	e, err := d.g.open()
	if err != nil {
		t.Fatal(err)
	}
	d.e, d.o.out = e, filepath.Join(d.dir, "report")
	d.p = &proposal{
		home: d.thread.forge(home), pull: &d.thread.pull, what: engine.ReviewOptions{Head: headCommit},
		job: &ci.Job{Forge: home, Event: "pull_request", Summary: filepath.Join(d.dir, "summary.md"), RunURL: "https://forge.example/runs/1"},
	}
	return d
}

func (d *delivery) run(t *testing.T, r *engine.Review) error {
	return d.g.deliver(t.Context(), d.e, &d.o, d.p, r)
}

func reviewOf(diagnostics ...engine.ReviewedDiagnostic) *engine.Review {
	return &engine.Review{
		FormatVersion: 1, Now: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC), Base: strings.Repeat("1", 40), Head: headCommit, Timezone: "UTC",
		Plan: &plan.Plan{FormatVersion: 1, Now: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC), Summary: plan.Summary{Publish: 2, Hold: 1}}, Diagnostics: diagnostics,
	}
}

func wrong(line int, s diag.Severity, summary string) engine.ReviewedDiagnostic {
	d := diag.New("text-length", "content/a.md", diag.Pos{Line: line, Column: 1}, "", "%s", summary)
	d.Severity = s
	return engine.ReviewedDiagnostic{Diagnostic: d, New: true, ChangedLine: true}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDeliveredEverywhere(t *testing.T) {
	t.Parallel()
	d := newDelivery(t, ci.GitHub)
	if err := d.run(t, reviewOf()); err != nil {
		t.Fatal(err)
	}
	if len(d.thread.comments) != 1 || !strings.HasPrefix(d.thread.comments[0].Body, markdown.Marker("")) {
		t.Errorf("comments: %s", d.thread.bodies())
	}
	want := forge.Status{Context: "smmctl/plan", State: forge.Success, Description: "2 to publish, 1 held", URL: "https://forge.example/runs/1"}
	if len(d.thread.statuses) != 1 || d.thread.statuses[0] != want {
		t.Errorf("statuses: %v", d.thread.statuses)
	}
	if s := read(t, d.p.job.Summary); !strings.Contains(s, "2 to publish, 1 held") {
		t.Errorf("summary: %s", s)
	}
	for _, name := range []string{"report.md", "report.json", "plan.json", "validate.sarif"} {
		if read(t, filepath.Join(d.o.out, name)) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if _, err := readPlan(filepath.Join(d.o.out, "plan.json")); err != nil {
		t.Errorf("the saved plan: %v", err)
	}
	// Again: nothing is written a second time.
	if err := d.run(t, reviewOf()); err != nil || d.thread.writes != 1 {
		t.Errorf("%d writes, %v", d.thread.writes, err)
	}
	// Another workspace of the repository has a comment and a status of its own.
	d.e.Repo.Prefix = "brands/other"
	if err := d.run(t, reviewOf()); err != nil || len(d.thread.comments) != 2 || d.thread.statuses[2].Context != "smmctl/plan brands/other" {
		t.Errorf("%v: %s\n%v", err, d.thread.bodies(), d.thread.statuses)
	}
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	var list []engine.ReviewedDiagnostic
	for i := range 15 {
		list = append(list, wrong(i+1, diag.Warning, fmt.Sprintf("warning %d", i)))
	}
	old := wrong(99, diag.Error, "from before")
	old.New, old.ChangedLine = false, false
	list = append(list, old, wrong(50, diag.Error, "bad\n::set-output name=x::y ##[add-mask]"))
	d := newDelivery(t, ci.GitHub)
	d.e.Repo.Prefix = "brands/acme"
	err := d.run(t, reviewOf(list...))
	if codeOf(err) != exitInvalid {
		t.Errorf("exit %d: %v", codeOf(err), err)
	}
	lines := strings.Split(strings.TrimSpace(d.out.String()), "\n")
	if len(lines) != 11 {
		t.Fatalf("%d lines:\n%s", len(lines), d.out.String())
	}
	if want := "::error file=brands/acme/content/a.md,line=50,col=1,title=text-length::bad ::set-output name=x::y"; !strings.HasPrefix(lines[0], want) {
		t.Errorf("first %q, want %q", lines[0], want)
	}
	if strings.Contains(d.out.String(), "##[") {
		t.Errorf("a command in the log: %s", d.out.String())
	}
	for _, l := range lines[1:] {
		if !strings.HasPrefix(l, "::warning file=brands/acme/content/a.md,") {
			t.Errorf("%q", l)
		}
	}
	if s := d.thread.statuses[0]; s.State != forge.Failure || s.Description != "2 invalid, 2 to publish, 1 held" {
		t.Errorf("status: %v", s)
	}
	if sarif := read(t, filepath.Join(d.o.out, "validate.sarif")); !strings.Contains(sarif, `"uri": "brands/acme/content/a.md"`) {
		t.Errorf("sarif: %s", sarif)
	}
}

// In a job the document holds no command, and says the same; elsewhere it is as ever.
func TestJSONInAJob(t *testing.T) {
	t.Parallel()
	r := reviewOf(wrong(1, diag.Warning, "bad ##[add-mask]x"))
	d := newDelivery(t, ci.GitHub)
	d.g.json, d.o.annotations = true, "none"
	if err := d.run(t, r); err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if err := view.JSON(&plain, r); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := errors.Join(json.Unmarshal(d.out.Bytes(), &got), json.Unmarshal(plain.Bytes(), &want)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(d.out.String(), "##[") || !reflect.DeepEqual(got, want) {
		t.Errorf("%s", d.out.String())
	}
	d.out.Reset()
	d.p.job, d.p.home = nil, nil
	if err := d.run(t, r); err != nil || d.out.String() != plain.String() {
		t.Errorf("outside a job: %v\n%s", err, d.out.String())
	}
}

func TestRemarks(t *testing.T) {
	t.Parallel()
	d := newDelivery(t, ci.Gitea)
	elsewhere := wrong(9, diag.Error, "not on a changed line")
	elsewhere.ChangedLine = false
	if err := d.run(t, reviewOf(elsewhere, wrong(3, diag.Error, "too long for @acme"))); codeOf(err) != exitInvalid {
		t.Error(err)
	}
	if len(d.thread.remarks) != 1 || d.thread.remarks[0].Line != 3 || d.thread.remarks[0].Path != "content/a.md" || strings.Contains(d.thread.remarks[0].Body, "@acme") {
		t.Errorf("remarks: %v", d.thread.remarks)
	}
	if d.out.Len() > 0 {
		t.Errorf("on standard output: %s", d.out.String())
	}
	if err := d.run(t, reviewOf()); err != nil || len(d.thread.remarks) != 0 {
		t.Errorf("remarks stay: %v, %v", d.thread.remarks, err)
	}
}

// A fork's token may write nothing: that is a warning, and the report is where it
// can be.
func TestMayNotWrite(t *testing.T) {
	t.Parallel()
	d := newDelivery(t, ci.GitHub)
	d.thread.fail = map[string]error{"Create": forge.ErrForbidden, "Set": forge.ErrForbidden}
	if err := d.run(t, reviewOf()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"the comment is not made", "pull-requests: write", "the commit's status is not made", "statuses: write"} {
		if !strings.Contains(d.log.String(), want) {
			t.Errorf("no %q in:\n%s", want, d.log.String())
		}
	}
	if s := read(t, d.p.job.Summary); !strings.Contains(s, "2 to publish, 1 held") {
		t.Errorf("summary: %s", s)
	}
}

// What fails keeps nothing else from being told, and the report is in the log.
func TestForgeFails(t *testing.T) {
	t.Parallel()
	d := newDelivery(t, ci.GitHub)
	d.thread.fail = map[string]error{"Create": errors.New("\n::error::502"), "Set": errors.New("##[error]503")}
	err := logged(d.run(t, reviewOf()))
	if codeOf(err) != exitFailed {
		t.Errorf("exit %d: %v", codeOf(err), err)
	}
	for _, want := range []string{"502", "503"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
	if err != nil && strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "##[") {
		t.Errorf("a command in the log: %q", err)
	}
	if !strings.Contains(d.out.String(), "What merging this does") {
		t.Errorf("no report: %s", d.out.String())
	}
}

func TestOvertaken(t *testing.T) {
	t.Parallel()
	d := newDelivery(t, ci.GitHub)
	newer := d.thread.pull
	newer.HeadSHA = strings.Repeat("3", 40)
	d.p.pull = &forge.Pull{Number: 7, HeadSHA: headCommit}
	d.thread.pull = newer
	if err := d.run(t, reviewOf()); err != nil || len(d.thread.comments) != 0 {
		t.Errorf("%v: %s", err, d.thread.bodies())
	}
	if !strings.Contains(d.log.String(), "has moved on") {
		t.Error(d.log.String())
	}
}

func TestNoComment(t *testing.T) {
	t.Parallel()
	d := newDelivery(t, ci.Gitea)
	d.o.noComment = true
	if err := d.run(t, reviewOf(wrong(3, diag.Warning, "x"))); err != nil || len(d.thread.comments)+len(d.thread.remarks) != 0 || len(d.thread.statuses) != 1 {
		t.Errorf("%v: %s", err, d.thread.bodies())
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	refused := reviewOf()
	refused.Plan.Refusals = []plan.Refusal{{Guard: "per_run", Account: "a"}}
	unread := reviewOf()
	unread.Plan.Errors = []plan.Problem{{Path: "acme-vk", Summary: "cannot be read"}}
	told := reviewOf(wrong(3, diag.Error, "bad"))
	told.Plan.Errors = []plan.Problem{{Path: "content/a.md", Summary: "3:1: bad"}}
	for _, c := range []struct {
		r     *engine.Review
		state forge.StatusState
		code  int
	}{
		{reviewOf(), forge.Success, 0}, {reviewOf(wrong(1, diag.Warning, "x")), forge.Success, 0},
		{refused, forge.Failure, exitInvalid}, {told, forge.Failure, exitInvalid}, {unread, forge.Error, exitFailed},
	} {
		if state, text := verdict(c.r); state != c.state {
			t.Errorf("%s: %s, want %s", text, state, c.state)
		}
		if code := codeOf(reviewed(c.r, nil)); code != c.code {
			t.Errorf("exit %d, want %d", code, c.code)
		}
	}
}
