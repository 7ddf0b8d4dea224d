package engine

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
)

// diagnostics holds the merge's problems against the base's, and against the lines
// that the proposal writes.
func (r *reviewing) diagnostics() {
	type problem struct{ rule, path, summary string }
	known := map[problem]bool{}
	for _, d := range r.before.report.Diagnostics {
		known[problem{d.Rule, d.Path, d.Summary}] = true
	}
	lines := &changedLines{r: r, byPath: map[string]map[int]bool{}, budget: lineBudget}
	for _, d := range r.after.report.Diagnostics {
		r.out.Diagnostics = append(r.out.Diagnostics, ReviewedDiagnostic{
			Diagnostic: d, New: !known[problem{d.Rule, d.Path, d.Summary}], ChangedLine: lines.has(d),
		})
	}
}

// lineBudget bounds the work that is put into finding changed lines, in lines
// squared. Where it is used up, all between the first and the last line that
// differ is taken for changed.
const lineBudget = 200_000_000

// changedLines knows which lines a proposal adds or changes.
type changedLines struct {
	r      *reviewing
	byPath map[string]map[int]bool // from 1; nil: all
	budget int
}

func (c *changedLines) has(d diag.Diagnostic) bool {
	change := c.r.changed[d.Path]
	if change == nil || change.Deleted {
		return false
	}
	if change.Added {
		return true
	}
	lines, seen := c.byPath[d.Path]
	if !seen {
		lines = c.of(d.Path)
		c.byPath[d.Path] = lines
	}
	return lines[d.Line]
}

// of finds a file's changed lines. What a link leads to, and what is too large to
// be read, has none.
func (c *changedLines) of(path string) map[int]bool {
	old, err1 := smallText(c.r.merge.Left, path)
	new, err2 := smallText(c.r.merge.Proposed, path)
	if err1 != nil || err2 != nil {
		return map[int]bool{}
	}
	return c.between(slices.Collect(strings.Lines(old)), slices.Collect(strings.Lines(new)))
}

func (c *changedLines) between(old, new []string) map[int]bool {
	first := 1
	for len(old) > 0 && len(new) > 0 && old[0] == new[0] {
		old, new, first = old[1:], new[1:], first+1
	}
	for len(old) > 0 && len(new) > 0 && old[len(old)-1] == new[len(new)-1] {
		old, new = old[:len(old)-1], new[:len(new)-1]
	}
	out := map[int]bool{}
	cost := (len(old) + len(new)) * (len(old) + len(new))
	if c.budget -= cost; c.budget < 0 {
		for i := range new {
			out[first+i] = true
		}
		return out
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // by count, not by the clock: the same twice
	a, b, _ := d.DiffLinesToRunes(strings.Join(old, ""), strings.Join(new, ""))
	for _, part := range d.DiffMainRunes(a, b, false) {
		n := len([]rune(part.Text)) // a line is a rune
		if part.Type == diffmatchpatch.DiffInsert {
			for i := range n {
				out[first+i] = true
			}
		}
		if part.Type != diffmatchpatch.DiffDelete {
			first += n
		}
	}
	return out
}

func smallText(fsys fs.FS, path string) (string, error) {
	info, err := fs.Stat(fsys, path)
	if err != nil {
		return "", err
	}
	if info.Size() > load.MaxFile {
		return "", fs.ErrInvalid
	}
	b, err := fs.ReadFile(fsys, path)
	return string(b), err
}
