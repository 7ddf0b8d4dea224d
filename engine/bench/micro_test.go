package bench

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/internal/workspacegen"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/render"
	"github.com/smmctl/smmctl/engine/provider"
)

func TestMicro(t *testing.T) {
	if os.Getenv("MICRO") == "" {
		t.Skip()
	}
	fsys := workspacegen.Map(workspacegen.Options{Posts: 400})
	ws, _ := load.Open(fsys)
	ds := drivers()
	lim := map[string]provider.Limits{}
	sc := render.Scope{Config: &ws.Config.Value, Zone: time.UTC, Drivers: ds, Limits: lim, Accounts: map[string]*content.Account{}, Strategies: map[string]*content.Strategy{}, Campaigns: map[string]*content.Campaign{}, Slots: map[string]*content.Slot{}}
	for k, f := range ws.Accounts { sc.Accounts[k] = &f.Value; lim[k] = ds[f.Value.Provider].Limits.Declare(f.Value.PlatformLimits) }
	for k, f := range ws.Strategies { sc.Strategies[k] = &f.Value }
	for k, f := range ws.Campaigns { sc.Campaigns[k] = &f.Value }
	for _, p := range ws.Plans { for i := range p.Value.Slots { sc.Slots[p.Value.Slots[i].ID] = &p.Value.Slots[i] } }
	var posts []*load.File[content.Post]
	var pubs [][]content.Publication
	for _, pf := range ws.Posts { f, _ := ws.Post(pf); posts = append(posts, f); p, _ := render.Expand(&sc, &f.Value); pubs = append(pubs, p) }
	steps := []struct{ name string; f func() }{
		{"bare", func() { bare(fsys) }},
		{"post", func() { for _, pf := range ws.Posts { ws.Post(pf) } }},
		{"expand", func() { for _, f := range posts { render.Expand(&sc, &f.Value) } }},
		{"fill", func() { for i, f := range posts { for j := range pubs[i] { render.Fill(&sc, &f.Value, &pubs[i][j]) } } }},
	}
	best := map[string]time.Duration{}
	for range 15 {
		for _, s := range steps {
			a := cpuTime(); s.f(); d := cpuTime() - a
			if best[s.name] == 0 || d < best[s.name] { best[s.name] = d }
		}
	}
	for _, s := range steps { fmt.Printf("%s %.1f µs/post\n", s.name, float64(best[s.name].Microseconds())/400) }
}
