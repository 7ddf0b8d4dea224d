package view

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/validate"
)

// KnownFormat reports whether Report can write the format.
func KnownFormat(format string) bool {
	return slices.Contains([]string{"text", "json", "sarif", "github", "junit"}, format)
}

// Report writes what a check found, in one of the formats.
func (p *Printer) Report(format string, r *validate.Report, version string) error {
	switch format {
	case "json":
		return JSON(p.W, reportJSON(r))
	case "sarif":
		return JSON(p.W, sarif(r, version))
	case "junit":
		return p.junit(r)
	case "github":
		for _, d := range r.Diagnostics {
			p.printf("%s\n", githubLine(d))
		}
		return nil
	}
	for _, d := range r.Diagnostics {
		p.diagnostic(d)
	}
	p.reportSummary(r)
	return nil
}

var severityRole = map[diag.Severity]role{diag.Error: bad, diag.Warning: warn, diag.Info: dim}

func (p *Printer) diagnostic(d diag.Diagnostic) {
	p.printf("%s: %s: %s %s\n", p.paint(strong, fmt.Sprintf("%s:%d:%d", flat(d.Path), d.Line, d.Column)),
		p.paint(severityRole[d.Severity], string(d.Severity)), oneLine(d.Summary, 400), p.paint(dim, "["+flat(d.Rule)+"]"))
	if d.Detail != "" {
		p.printf("    %s\n", oneLine(d.Detail, 400))
	}
	if d.Hint != "" {
		p.printf("    %s %s\n", p.paint(change, "→"), oneLine(d.Hint, 400))
	}
}

func (p *Printer) reportSummary(r *validate.Report) {
	if p.Quiet {
		return
	}
	errors, warnings := r.Diagnostics.Count(diag.Error), r.Diagnostics.Count(diag.Warning)
	text := fmt.Sprintf("%s, %s: %s, %s.", count(r.Files, "file"), count(len(r.Posts), "post"), count(errors, "error"), count(warnings, "warning"))
	switch {
	case errors > 0:
		p.printf("%s\n", p.paint(bad, text))
	case warnings > 0:
		p.printf("%s\n", p.paint(warn, text))
	default:
		p.printf("%s\n", p.paint(good, "Valid. "+text))
	}
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func reportJSON(r *validate.Report) any {
	list := r.Diagnostics
	if list == nil {
		list = diag.List{}
	}
	return struct {
		FormatVersion int            `json:"format_version"`
		OK            bool           `json:"ok"`
		Counts        map[string]int `json:"counts"`
		Diagnostics   diag.List      `json:"diagnostics"`
	}{1, !list.HasErrors(), map[string]int{
		"files": r.Files, "posts": len(r.Posts), "errors": list.Count(diag.Error), "warnings": list.Count(diag.Warning),
	}, list}
}

// githubLine is an annotation; its text must not be able to begin another
// workflow command, of which ##[ is one wherever it stands.
func githubLine(d diag.Diagnostic) string {
	level := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "notice"}[d.Severity]
	text := flat(d.Summary)
	if d.Hint != "" {
		text += "\n" + flat(d.Hint)
	}
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	line := fmt.Sprintf("::%s file=%s,line=%d,col=%d,title=%s::%s", level, property.Replace(flat(d.Path)), d.Line, d.Column,
		property.Replace(flat(d.Rule)), data.Replace(text))
	return strings.ReplaceAll(line, "##[", "## [")
}

func (p *Printer) junit(r *validate.Report) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	type testcase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Failure *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	s := suite{Name: "smmctl validate"}
	bad := map[string]bool{}
	for _, d := range r.Diagnostics {
		if d.Severity != diag.Error {
			continue
		}
		bad[d.Path] = true
		s.Cases = append(s.Cases, testcase{Name: fmt.Sprintf("%s:%d:%d %s", d.Path, d.Line, d.Column, d.Rule), Class: d.Path,
			Failure: &failure{Message: Safe(d.Summary), Type: d.Rule, Text: Safe(d.Hint)}})
	}
	s.Failures = len(s.Cases)
	for _, post := range r.Posts {
		if !bad[post.Path] {
			s.Cases = append(s.Cases, testcase{Name: post.ID, Class: post.Path})
		}
	}
	s.Tests = len(s.Cases)
	b, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	p.printf("%s%s\n", xml.Header, b)
	return nil
}

// sarif is the Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020).
func sarif(r *validate.Report, version string) any {
	type object = map[string]any
	rules, results := []object{}, []object{}
	seen := map[string]bool{}
	for _, d := range r.Diagnostics {
		if !seen[d.Rule] {
			seen[d.Rule] = true
			rules = append(rules, object{"id": d.Rule})
		}
		text := d.Summary
		if d.Hint != "" {
			text += " → " + d.Hint
		}
		results = append(results, object{
			"ruleId": d.Rule, "level": map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "note"}[d.Severity],
			"message": object{"text": Safe(text)},
			"locations": []object{{"physicalLocation": object{
				"artifactLocation": object{"uri": d.Path},
				"region":           object{"startLine": d.Line, "startColumn": d.Column},
			}}},
		})
	}
	return object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
		"runs": []object{{
			"tool":       object{"driver": object{"name": "smmctl", "version": version, "rules": rules}},
			"columnKind": "unicodeCodePoints", "results": results,
		}},
	}
}
