package plan

import (
	"slices"
	"testing"

	"github.com/smmctl/smmctl/engine/content"
)

// What a platform makes of an action stands beside the actions that are carried
// out, and not beside what a guard has stopped.
func TestNotes(t *testing.T) {
	t.Parallel()
	noted := func(a *Account) {
		a.Capabilities.Notes = map[string]string{"publish": "cannot be checked", "edit": "some see the old words"}
	}
	for name, c := range map[string]struct {
		build func(*world)
		want  []string
	}{
		"a publication":       {func(w *world) { w.post("x@a") }, []string{"cannot be checked"}},
		"an edit":             {changed(list("x"), list("y")), []string{"some see the old words"}},
		"a retraction":        {func(w *world) { w.steady("x@a", func(p *content.Publication) { p.Retract = true }) }, []string{}},
		"held":                {func(w *world) { w.post("x@a", func(p *content.Publication) { p.Invalid = "too long" }) }, []string{}},
		"on another account":  {func(w *world) { w.post("x@b") }, []string{}},
		"stopped by a freeze": {func(w *world) { w.post("x@a"); w.Freezes = []Freeze{{Reason: "Storm"}} }, []string{}},
	} {
		w := newWorld()
		c.build(w)
		w.account("a", noted)
		p := Build(w.Input)
		if len(p.Changes) != 1 || !slices.Equal(p.Changes[0].Notes, c.want) || p.Changes[0].Notes == nil {
			t.Errorf("%s: %+v, want the notes %q", name, p.Changes, c.want)
		}
	}
}
