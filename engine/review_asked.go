package engine

import (
	"reflect"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// asked finds what is merged already and goes out on the base, and which other rules
// for approvals hold from now on. Nobody would see that in what the proposal changes.
func (r *reviewing) asked() {
	if r.before.ws.Config == nil || r.after.ws.Config == nil || reflect.DeepEqual(r.before.policy(), r.after.policy()) {
		return
	}
	free := map[content.Key]bool{}
	for i := range r.was {
		free[r.was[i].Key] = r.was[i].Lacking() == ""
	}
	own := map[content.Key]bool{}
	for _, p := range r.out.Posts {
		for i := range p.Publications {
			own[p.Publications[i].Key] = true
		}
	}
	for i := range r.all {
		if c := &r.all[i]; free[c.Key] && !own[c.Key] && c.Lacking() != "" {
			r.out.Asked = append(r.out.Asked, c.Key)
		}
	}
	slices.SortFunc(r.out.Asked, compareKeys)
}
