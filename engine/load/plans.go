package load

import (
	"io/fs"
	"slices"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// Memory remembers plans that were decoded before, by a digest of their path and
// content. It is used from several goroutines. What it gives back belongs to the
// workspace.
type Memory interface {
	Plan(digest string) (*content.MonthPlan, diag.List, bool)
	KeepPlan(digest string, plan *content.MonthPlan, found diag.List)
}

// OpenWith is Open with a memory: a plan that it knows is not decoded again.
// Plans of a hundred months are most of what opening a workspace takes.
func OpenWith(fsys fs.FS, m Memory) (*Workspace, error) { return open(fsys, m) }

// planFile is a month's plan that was found.
type planFile struct{ brand, month, path string }

// planResult is what reading one gave.
type planResult struct {
	file  *File[content.MonthPlan] // nil: no value
	found diag.List
}

// planWorkers read plans at one time.
const planWorkers = 2

// openPlans reads the plans that were found, several at a time.
func (w *Workspace) openPlans(m Memory) {
	results := make([]planResult, len(w.planFiles))
	next := make(chan int)
	var wg sync.WaitGroup
	for range planWorkers {
		wg.Go(func() {
			for i := range next {
				results[i] = w.readPlan(w.planFiles[i].path, m)
			}
		})
	}
	for i := range w.planFiles {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, r := range results {
		w.addPlan(w.planFiles[i], r)
	}
	w.planFiles = nil
}

func (w *Workspace) addPlan(pf planFile, r planResult) {
	w.Files++
	w.Diagnostics = append(w.Diagnostics, r.found...)
	f := r.file
	if f == nil {
		w.Unreadable = append(w.Unreadable, pf.path)
		return
	}
	w.sameAs(f.doc, "month", f.Value.Month, pf.month)
	f.Value.Month, f.Value.Brand, f.Value.Path = pf.month, pf.brand, pf.path
	w.Plans = append(w.Plans, f)
}

// readPlan changes nothing of the workspace.
func (w *Workspace) readPlan(name string, m Memory) planResult {
	src, problem := read(w.FS, name, w.real(name))
	if problem != nil {
		return planResult{nil, diag.List{*problem}}
	}
	f := &File[content.MonthPlan]{Path: name, doc: &document{path: name}}
	digest := ""
	if m != nil {
		digest = content.Digest(name, string(src))
		if plan, found, ok := m.Plan(digest); ok {
			f.Value, f.doc.later = *plan, trimBOM(src)
			return planResult{f, found}
		}
	}
	value, found := toValue(f.doc, trimBOM(src))
	if value == nil {
		return planResult{nil, found}
	}
	found = append(found, decode(kindPlan, f.doc, value, &f.Value)...)
	f.doc.forget(trimBOM(src))
	if m != nil {
		m.KeepPlan(digest, &f.Value, slices.Clone(found))
	}
	return planResult{f, found}
}
