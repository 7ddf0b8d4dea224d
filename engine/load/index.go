package load

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
)

// index builds what is looked up by id, once everything has been read.
func (w *Workspace) index() {
	slices.SortFunc(w.Plans, func(a, b *File[content.MonthPlan]) int { return cmp.Compare(a.Path, b.Path) })
	for _, p := range w.Plans {
		w.indexSlots(p)
	}
	for _, brand := range slices.Sorted(maps.Keys(w.Strategies)) {
		w.indexStrategy(w.Strategies[brand])
	}
	for account, names := range w.groups {
		slices.Sort(names)
		w.groups[account] = slices.Compact(names)
	}
}

func (w *Workspace) indexSlots(p *File[content.MonthPlan]) {
	for i, s := range p.Value.Slots {
		field := fmt.Sprintf("slots[%d].id", i)
		first, taken := w.slots[s.ID]
		switch {
		case s.ID == "":
		case taken:
			w.duplicateID(p.doc, field, "slot", s.ID, first.plan.Path, first.plan.Pos(fmt.Sprintf("slots[%d].id", first.index)))
		default:
			w.slots[s.ID] = slotPlace{p, i}
		}
	}
}

func (w *Workspace) indexStrategy(f *File[content.Strategy]) {
	s := &f.Value
	w.uniqueIDs(f.doc, "audiences", "audience", len(s.Audiences), func(i int) string { return s.Audiences[i].ID })
	w.uniqueIDs(f.doc, "objectives", "objective", len(s.Objectives), func(i int) string { return s.Objectives[i].ID })
	w.uniqueIDs(f.doc, "pillars", "pillar", len(s.Pillars), func(i int) string { return s.Pillars[i].ID })
	for group, accounts := range s.Groups {
		if a, ok := w.Accounts[group]; ok {
			w.duplicateID(f.doc, "groups."+group+":", "group", group, a.Path, a.Pos("id"))
		}
		for _, a := range accounts {
			w.groups[a] = append(w.groups[a], group)
		}
	}
}

// uniqueIDs reports ids that a list uses twice.
func (w *Workspace) uniqueIDs(doc *document, list, what string, n int, id func(int) string) {
	seen := map[string]int{}
	for i := range n {
		field := fmt.Sprintf("%s[%d].id", list, i)
		if first, ok := seen[id(i)]; ok && id(i) != "" {
			w.duplicateID(doc, field, what, id(i), doc.path, doc.pos(fmt.Sprintf("%s[%d].id", list, first)))
		}
		seen[id(i)] = i
	}
}

func (w *Workspace) duplicateID(doc *document, field, what, id, firstPath string, first diag.Pos) {
	w.Diagnostics = append(w.Diagnostics, diag.New("duplicate-id", doc.path, doc.pos(field), field, "%s id %s is taken", what, quote(id)).
		WithDetail("It is used in %s, line %d.", firstPath, first.Line).WithHint("ids are for life: give the newer one another"))
}
