package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/smmctl/smmctl/engine/forge"
	"github.com/smmctl/smmctl/engine/plan"
)

// A reviewer is shown the difference to the branch that a pull request is for.
// Given another one, it brings what nobody was shown.
func TestRetargeted(t *testing.T) {
	t.Parallel()
	lane := strings.Replace(desk, "rules:", "fast_lane: [{people: [kim], reason: Outages}], rules:", 1)
	for name, c := range map[string]struct {
		approvals string
		run       func(d *desks, p *forge.Pull)
		want      plan.Action
		note      string
	}{
		"approved before": {desk, func(d *desks, p *forge.Pull) { d.says(p, "lena", forge.Approved); d.retarget(p, "main") }, plan.Hold, "another branch"},
		"at that moment": {desk, func(d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.retarget(p, "main")
			d.moved[1] = d.reviews[1][0].At
		}, plan.Hold, "another branch"},
		"approved after": {desk, func(d *desks, p *forge.Pull) { d.retarget(p, "main"); d.says(p, "lena", forge.Approved) }, plan.Publish, ""},
		"to and fro": {desk, func(d *desks, p *forge.Pull) {
			d.says(p, "lena", forge.Approved)
			d.retarget(p, "next")
			d.retarget(p, "main")
		}, plan.Hold, "another branch"},
		"unclear": {desk, func(d *desks, p *forge.Pull) {
			d.retarget(p, "main")
			d.says(p, "lena", forge.Approved)
			d.unclear[1] = forge.ErrUnclear
		}, plan.Hold, "cannot be told"},
		"fast lane":           {lane, func(d *desks, p *forge.Pull) { d.retarget(p, "main") }, plan.Hold, "no fast lane"},
		"fast lane, never so": {lane, func(*desks, *forge.Pull) {}, plan.Publish, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "one")
			d := w.desks(c.approvals)
			p := d.open("kim", func() { w.post("post1", "", "Hi") })
			c.run(d, p)
			d.merge(p, "merge")
			g := d.gather()
			if got := w.planned("post1@one"); got.Action != c.want {
				t.Errorf("%s: %s", got.Action, got.Reason)
			}
			if (c.note == "") != (len(g.Notes) == 0) || !strings.Contains(strings.Join(g.Notes, " "), c.note) {
				t.Errorf("notes: %q", g.Notes)
			}
		})
	}
}

// Where the forge does not answer, nothing counts, and it is asked again.
func TestRetargetedUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "one")
	d := w.desks(desk)
	p := d.open("kim", func() { w.post("post1", "", "Hi") })
	d.says(p, "lena", forge.Approved)
	d.merge(p, "merge")
	d.unclear[1] = forge.ErrForbidden
	if _, err := w.engine().Gather(bg, d.forge()); !errors.Is(err, forge.ErrForbidden) {
		t.Errorf("error: %v", err)
	}
	if got := w.planned("post1@one"); got.Action != plan.Hold {
		t.Errorf("%s", got.Action)
	}
	delete(d.unclear, 1)
	d.gather()
	if got := w.planned("post1@one"); got.Action != plan.Publish {
		t.Errorf("%s: %s", got.Action, got.Reason)
	}
}
