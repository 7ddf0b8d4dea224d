package validate

import (
	"io/fs"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
)

// Open reads a workspace as load.Open does. Months' plans that the cache knows
// are not decoded again: they are most of what opening takes.
func Open(fsys fs.FS, o Options) (*load.Workspace, error) {
	if o.Cache == nil {
		return load.Open(fsys)
	}
	m := openPlanMemory(o)
	ws, err := load.OpenWith(fsys, m)
	if err == nil {
		m.save()
	}
	return ws, err
}

const planPart = "plans"

// planMemory is a load.Memory that is kept in a cache.
type planMemory struct {
	cache Cache
	epoch string

	mu    sync.Mutex
	saved map[string]string // encoded plans by digest, as the cache has them
	used  map[string]string // and those of this run
}

func openPlanMemory(o Options) *planMemory {
	m := &planMemory{cache: o.Cache, epoch: content.Digest(cacheMagic, o.Version, schemaDigest()), saved: map[string]string{}, used: map[string]string{}}
	r := openPart(m.cache, planPart, m.epoch)
	defer r.close()
	for !r.done {
		if r.next(); !r.done {
			m.saved[r.path] = r.unit
		}
	}
	return m
}

// Plan returns the plan of that digest, where it is known.
func (m *planMemory) Plan(digest string) (*content.MonthPlan, diag.List, bool) {
	m.mu.Lock()
	encoded, ok := m.saved[digest]
	m.mu.Unlock()
	if !ok {
		return nil, nil, false
	}
	plan, list, ok := decodePlan(encoded)
	if ok {
		m.mu.Lock()
		m.used[digest] = encoded
		m.mu.Unlock()
	}
	return plan, list, ok
}

// KeepPlan remembers a plan.
func (m *planMemory) KeepPlan(digest string, plan *content.MonthPlan, list diag.List) {
	encoded := encodePlan(plan, list)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used[digest] = encoded
}

// save writes the plans of this run where they are not those of the cache.
func (m *planMemory) save() {
	same := len(m.used) == len(m.saved)
	for digest := range m.used {
		same = same && m.saved[digest] != ""
	}
	if same {
		return
	}
	_ = savePart(m.cache, planPart, m.epoch, func(put func(path, unit string) error) error {
		for _, digest := range sorted(m.used) {
			if err := put(digest, m.used[digest]); err != nil {
				return err
			}
		}
		return nil
	})
}

func encodePlan(plan *content.MonthPlan, list diag.List) string {
	p := &packer{make([]byte, 0, 256*len(plan.Slots)+256)}
	p.string(plan.Month)
	p.string(plan.Theme)
	packList(p, plan.Slots, packSlot)
	packList(p, list, packDiagnostic)
	return string(p.b)
}

func decodePlan(encoded string) (*content.MonthPlan, diag.List, bool) {
	u := &unpacker{s: encoded}
	plan := &content.MonthPlan{Month: u.string(), Theme: u.string()}
	plan.Slots = unpackList(u, unpackSlot)
	list := unpackList(u, unpackDiagnostic)
	return plan, list, !u.bad && u.s == ""
}
