package validate

import (
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/media"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/render"
)

// findings are diagnostics on their way to the report.
type findings = []diag.Diagnostic

// checker is one run of Check.
type checker struct {
	ws      *load.Workspace
	o       Options
	names   names
	scope   render.Scope
	schemas optionSchemas
	slots   map[string]*slotFact
	found   findings         // of everything but the posts themselves
	units   []unit           // one a post, by path
	posts   map[string]*unit // by id: the first that has it
	sev     severities
	stats   Stats
	houses  map[string]*houseWords // by brand
	zones   zones

	broken, brokenFaces map[string]diag.Diagnostic // by path: the first error there
	allPosts, allSlots  []string                   // ids in order, where they were asked for
	cacheEpoch          string
	// shared says that another check has, or gets, the same units.
	shared bool
}

func newChecker(ws *load.Workspace, o Options) *checker {
	cfg := &ws.Config.Value
	c := &checker{
		ws: ws, o: o, names: newNames(ws, o), schemas: compileOptions(o.Drivers),
		slots: map[string]*slotFact{}, units: make([]unit, len(ws.Posts)),
		sev: newSeverities(cfg.Rules), houses: map[string]*houseWords{}, shared: o.Keep,
	}
	for brand, f := range ws.Strategies {
		c.houses[brand] = newHouse(&f.Value)
	}
	c.scope = Scope(ws, o)
	return c
}

// Scope is what the workspace's posts are rendered in. The workspace must have
// its smm.yaml.
func Scope(ws *load.Workspace, o Options) render.Scope {
	files := o.Media
	if files == nil {
		files = &media.Cache{}
	}
	zone, err := time.LoadLocation(ws.Config.Value.Timezone)
	if err != nil {
		zone = time.UTC // said so in config
	}
	s := render.Scope{
		Config: &ws.Config.Value, Zone: zone, Drivers: o.Drivers, Limits: limitsOf(ws, o), URL: o.URL,
		Accounts: values(ws.Accounts), Strategies: values(ws.Strategies), Campaigns: values(ws.Campaigns),
		Slots: map[string]*content.Slot{},
		Media: func(path string) (content.Attachment, error) { return files.Probe(ws.FS, path) },
	}
	for _, p := range ws.Plans {
		for i := range p.Value.Slots {
			slot := &p.Value.Slots[i]
			if slot.ID != "" && s.Slots[slot.ID] == nil { // of two, the first; loading has said so
				s.Slots[slot.ID] = slot
			}
		}
	}
	return s
}

// limitsOf returns every account's limits, so that they are put together once
// and not for every post: the server's where they are known, else what the
// account's file declares over the platform's usual ones.
func limitsOf(ws *load.Workspace, o Options) map[string]provider.Limits {
	out := make(map[string]provider.Limits, len(ws.Accounts))
	for id, f := range ws.Accounts {
		if l, ok := o.Limits[id]; ok {
			out[id] = l
		} else if d := o.Drivers[f.Value.Provider]; d != nil {
			out[id] = d.Limits.Declare(f.Value.PlatformLimits)
		}
	}
	return out
}

func values[T any](files map[string]*load.File[T]) map[string]*T {
	out := make(map[string]*T, len(files))
	for k, f := range files {
		out[k] = &f.Value
	}
	return out
}

func (c *checker) add(d ...diag.Diagnostic) { c.found = append(c.found, d...) }
