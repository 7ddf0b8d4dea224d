package reliability

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/provider"
	"github.com/smmctl/smmctl/engine/provider/memory"
)

var write = flag.Bool("write", false, "write the measured table into docs/reliability.md")

const (
	tableFile = "../../docs/reliability.md"
	begins    = "<!-- table: written by `make reliability` -->"
	ends      = "<!-- end of table -->"
	perCell   = 120 // schedules a cell
)

// tally adds verdicts up.
type tally struct{ duplicates, losses, unknown, foreign int }

func (t *tally) add(v verdict) {
	t.duplicates += v.duplicates
	t.losses += v.losses + v.unsettled
	t.unknown += v.unknown
	t.foreign += v.foreign
}

// TestReliabilityTable measures each fault on each kind of platform, with
// crashes, beside a naive loop on the same simulator. Everything in it follows
// from seeds, so the document must say what comes out.
func TestReliabilityTable(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("measured by the run without -short")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| platform | fault | schedules | duplicates | lost or unsettled | unknown (held for a person) | naive loop: duplicates | naive loop: lost |\n|---|---|---|---|---|---|---|---|\n", begins)
	for _, kind := range kinds() {
		for _, fault := range kind.faults {
			ours, naive := cell(kind, fault)
			if ours.duplicates+ours.losses+ours.foreign > 0 {
				t.Errorf("%s, %s: %+v", kind.name, fault, ours)
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %d |\n", kind.name, fault, perCell,
				ours.duplicates, ours.losses, ours.unknown, naive.duplicates, naive.losses)
		}
	}
	fmt.Fprintf(&b, "\n%s", ends)
	compare(t, b.String())
}

func cell(kind platformKind, fault memory.FaultKind) (ours, naive tally) {
	for seed := uint64(1); seed <= perCell; seed++ {
		s := newSim(seed, kind)
		s.only, s.faultRate = fault, 0.3
		ours.add(s.story())
		n := newSim(seed, kind)
		n.only, n.faultRate = fault, 0.3
		naive.add(n.naive())
	}
	return ours, naive
}

// naive is what a script does: send, try again on any error, note what worked,
// start over after a crash. It publishes the first posts only.
func (s *sim) naive() verdict {
	s.want(posts(), nil)
	done := map[string]string{} // survives crashes, as a file would
	crashes := s.rng.IntN(4)
	for i := range crashes + 1 {
		p := &proc{sim: s, id: fmt.Sprint(i)}
		if i < crashes {
			p.killAt, p.after = 1+s.rng.IntN(30), s.rng.IntN(2) == 0
		}
		p.naive(done)
	}
	var v verdict
	for _, p := range s.platforms {
		for _, n := range p.AcceptedSlots() {
			v.duplicates += max(0, n-1)
		}
	}
	for _, d := range s.desired {
		for i := range d.Segments {
			if s.platforms[d.Key.Account].Accepted(d.Key, 1, i) == 0 {
				v.losses++
			}
		}
	}
	return v
}

func (p *proc) naive(done map[string]string) {
	for _, d := range p.desired {
		acc, err := p.drivers[d.Key.Account].Open(context.Background(), provider.Config{Clock: p})
		if err != nil {
			continue
		}
		parent := ""
		for i := range d.Segments {
			slot := fmt.Sprint(d.Key, i)
			if id, ok := done[slot]; ok {
				parent = id
				continue
			}
			id, ok := p.insist(acc, d, i, parent)
			if !ok {
				break
			}
			done[slot], parent = id, id
		}
	}
}

// insist tries three times, with a new key each time, as most tools do.
func (p *proc) insist(acc *provider.Account, d *content.Publication, i int, parent string) (string, bool) {
	for range 3 {
		var o provider.Object
		err := p.contact("publish", func() (err error) {
			o, err = acc.Posts.Publish(context.Background(), provider.Request{Key: d.Key, Generation: 1, Index: i, Segment: d.Segments[i], ParentID: parent,
				ClientKey: content.Digest(fmt.Sprint(p.rng.Uint64()))})
			return err
		})
		if err == nil {
			return o.ID, true
		}
		if p.dead {
			return "", false
		}
	}
	return "", false
}

func compare(t *testing.T, table string) {
	t.Helper()
	b, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(b), begins)
	_, after, ok2 := strings.Cut(rest, ends)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table", tableFile)
	}
	want := before + table + after
	if *write {
		if err := os.WriteFile(tableFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(b) != want {
		t.Errorf("%s is not what is measured now: `make reliability` writes it", tableFile)
	}
}
