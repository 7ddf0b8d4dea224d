// Package view turns values into text, JSON and Markdown for people and
// programs. It is the only place with colour and wording for the terminal. It
// imports the types of plan, diag, apply, content and ledger, and lipgloss.
package view

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"charm.land/lipgloss/v2"
)

// Printer writes for one reader.
type Printer struct {
	W      io.Writer
	Colour bool
	// Quiet leaves out what is only nice to know.
	Quiet bool
}

// role is what a run of text means; a theme is nothing but this table.
type role int

const (
	plain role = iota
	good
	change
	bad
	warn
	dim
	strong
)

var theme = map[role]lipgloss.Style{
	good:   lipgloss.NewStyle().Foreground(lipgloss.Color("2")),
	change: lipgloss.NewStyle().Foreground(lipgloss.Color("6")),
	bad:    lipgloss.NewStyle().Foreground(lipgloss.Color("1")),
	warn:   lipgloss.NewStyle().Foreground(lipgloss.Color("3")),
	dim:    lipgloss.NewStyle().Foreground(lipgloss.Color("8")),
	strong: lipgloss.NewStyle().Bold(true),
}

// paint colours s where colours are wanted. Its text must be Safe.
func (p *Printer) paint(r role, s string) string {
	if !p.Colour || r == plain || s == "" {
		return s
	}
	return theme[r].Render(s)
}

func (p *Printer) printf(format string, args ...any) { fmt.Fprintf(p.W, format, args...) }

// Safe makes text from files and platforms harmless for a terminal: control
// characters and those that reorder text are shown, not obeyed.
func Safe(s string) string {
	if strings.IndexFunc(s, hostile) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hostile(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func hostile(r rune) bool {
	switch {
	case r == '\n':
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return unicode.IsControl(r)
}

// flat is Safe text on one line, whole: for what must not be cut, such as an
// address or a path.
func flat(s string) string { return lineBreaks.Replace(Safe(s)) }

var lineBreaks = strings.NewReplacer("\n", " ", "\u2028", " ", "\u2029", " ")

// OneLine is Safe text on one line, cut to n code points.
func OneLine(s string, n int) string { return oneLine(s, n) }

// oneLine is OneLine.
func oneLine(s string, n int) string {
	s = strings.Join(strings.Fields(Safe(s)), " ")
	if r := []rune(s); len(r) > n && n > 1 {
		return string(r[:n-1]) + "…"
	}
	return s
}

// JSON writes one document.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// Line writes one document on one line, for a stream of events.
func Line(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Table writes rows in columns under a head.
func (p *Printer) Table(head []string, rows [][]string) {
	tw := tabwriter.NewWriter(p.W, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(head, "\t"))
	for _, r := range rows {
		for i := range r {
			r[i] = oneLine(r[i], 100)
		}
		fmt.Fprintln(tw, strings.Join(r, "\t"))
	}
	_ = tw.Flush()
}
