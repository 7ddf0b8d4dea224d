package validate

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/smmctl/smmctl/engine/content"
	"github.com/smmctl/smmctl/engine/diag"
	"github.com/smmctl/smmctl/engine/load"
)

// slotFact is what is remembered of a plan's slot.
type slotFact struct {
	id, brand, month string
	slot             *content.Slot
	digest           func() string // what it gives to the post that fills it
}

// plans checks every month and gathers the slots.
func (c *checker) plans() {
	for _, f := range c.ws.Plans {
		c.plan(f)
	}
}

func (c *checker) plan(f *load.File[content.MonthPlan]) {
	p, v := placeOf(f), &f.Value
	for i := range v.Slots {
		c.slot(p, v, i)
	}
}

func (c *checker) slot(p place, plan *content.MonthPlan, i int) {
	s, field := &plan.Slots[i], fmt.Sprintf("slots[%d].", i)
	within := place{p.path, func(f string) diag.Pos { return p.pos(field + f) }}
	if s.ID == "" {
		return // the schema has said so
	}
	if c.slots[s.ID] != nil {
		return // loading has said so
	}
	c.slots[s.ID] = &slotFact{s.ID, plan.Brand, plan.Month, s, sync.OnceValue(func() string { return slotDigest(plan, s) })}
	c.add(within.zone("timezone", s.Timezone)...)
	c.add(c.slotTime(within, plan, s)...)
	c.add(c.names.topics(within, plan.Brand, topics{s.Pillar, s.Objective, s.Audience, s.Campaign})...)
	for j, a := range s.Accounts {
		c.add(c.names.accountOrGroup(within, plan.Brand, fmt.Sprintf("accounts[%d]", j), a)...)
	}
}

func (c *checker) slotTime(p place, plan *content.MonthPlan, s *content.Slot) (out findings) {
	if s.At.IsZero() {
		return nil
	}
	if day := s.At.Date(); plan.Month != "" && day[:7] != plan.Month {
		out = append(out, p.diag("slot-month", "at", "the slot is on %s, in the plan of %s", day, plan.Month))
	}
	return out
}

// slotDigest identifies what a slot gives to the post that fills it.
func slotDigest(plan *content.MonthPlan, s *content.Slot) string {
	p := &packer{make([]byte, 0, 256)}
	p.string(plan.Brand)
	p.string(plan.Month)
	packSlot(p, s)
	sum := sha256.Sum256(p.b)
	return string(sum[:])
}
