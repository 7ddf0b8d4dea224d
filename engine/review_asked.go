package engine

import (
	"reflect"
	"slices"

	"github.com/smmctl/smmctl/engine/content"
)

// asked finds what is merged already and goes out on the base, and which other rules
// for approvals hold from now on, and what they let go. Nobody would see that in
// what the proposal changes.
func (r *reviewing) asked() {
	if r.before.ws.Config == nil || r.after.ws.Config == nil || reflect.DeepEqual(r.before.policy(), r.after.policy()) {
		return
	}
	r.out.Rules = true
	free, chosen := map[content.Key]bool{}, map[content.Key]bool{}
	for i := range r.was {
		free[r.was[i].Key], chosen[r.was[i].Key] = r.was[i].Lacking() == "", len(r.was[i].Needs) > 0
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
		if c := &r.all[i]; chosen[c.Key] && len(c.Needs) == 0 {
			r.out.Freed = append(r.out.Freed, c.Key)
		}
	}
	slices.SortFunc(r.out.Freed, compareKeys)
	slices.SortFunc(r.out.Asked, compareKeys)
}
