package bench

import (
	"testing"
	"time"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/internal/workspacegen"
	"github.com/smmctl/smmctl/engine/load"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/render"
)

func BenchmarkFill(b *testing.B) {
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
	b.ReportAllocs()
	b.ResetTimer()
	n := 0
	for i := 0; b.Loop(); i++ {
		k := i % 400
		for j := range pubs[k] { render.Fill(&sc, &posts[k].Value, &pubs[k][j]); n++ }
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/account")
}
