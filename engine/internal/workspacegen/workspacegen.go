// Package workspacegen makes realistic workspaces of any size from a seed, for
// benchmarks and tests: one brand, five accounts, a strategy, a campaign, months
// of slots and posts of about 1.76 KB. The same Options make the same bytes. It
// imports only the standard library, so that everything may be measured with it.
package workspacegen

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing/fstest"
)

// Options say how large the workspace is.
type Options struct {
	Posts    int
	PerMonth int    // posts in a month's folder, default 400
	SlotOf   int    // one post in so many fills a slot of the plan, default 4
	Seed     uint64 // default 1
}

// Brand is the one brand of a generated workspace.
const Brand = "acme"

// Accounts are the accounts of a generated workspace; the first two are sites.
var Accounts = []string{"acme-blog", "acme-notes", "acme-mastodon", "acme-fr-mastodon", "acme-jobs"}

// firstYear is the year of the first month.
const firstYear = 2005

// Write puts a workspace into the folder dir.
func Write(dir string, o Options) error {
	made := map[string]bool{}
	return Each(o, func(path string, data []byte) error {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if parent := filepath.Dir(full); !made[parent] {
			if err := os.MkdirAll(parent, 0o755); err != nil {
				return err
			}
			made[parent] = true
		}
		return os.WriteFile(full, data, 0o644)
	})
}

// Map returns a workspace in memory.
func Map(o Options) fstest.MapFS {
	out := fstest.MapFS{}
	_ = Each(o, func(path string, data []byte) error { // it fails only where its callback does
		out[path] = &fstest.MapFile{Data: data}
		return nil
	})
	return out
}

// Each calls put for every file, month by month.
func Each(o Options, put func(path string, data []byte) error) error {
	o = o.withDefaults()
	for _, f := range fixed() {
		if err := put(f.path, []byte(f.text)); err != nil {
			return err
		}
	}
	for first := 0; first < o.Posts; first += o.PerMonth {
		if err := o.month(first, min(first+o.PerMonth, o.Posts), put); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.PerMonth <= 0 {
		o.PerMonth = 400
	}
	if o.SlotOf <= 0 {
		o.SlotOf = 4
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

// month writes the posts [first, last) and the plan whose slots some of them fill.
func (o Options) month(first, last int, put func(string, []byte) error) error {
	n := first / o.PerMonth
	month := fmt.Sprintf("%04d-%02d", firstYear+n/12, n%12+1)
	folder := "content/" + Brand + "/" + month + "/"
	rng := rand.New(rand.NewPCG(o.Seed, uint64(n)))
	plan := planHead(month)
	for i := first; i < last; i++ {
		p := newPost(rng, month, i, i-first, o.SlotOf)
		if p.slot != "" {
			plan = append(plan, p.slotLine()...)
		}
		if err := put(folder+p.id+".md", p.file(rng)); err != nil {
			return err
		}
	}
	return put(folder+"plan.yaml", plan)
}
