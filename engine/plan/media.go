package plan

import "github.com/smmctl/smmctl/engine/content"

// mediaOf says, beside a change that sends files, what is done to each.
func mediaOf(c *Change, p *content.Publication) []Medium {
	out := []Medium{}
	switch c.Action {
	case Publish, Schedule, Replace, Edit, Revert:
	default:
		return out
	}
	if p == nil {
		return out
	}
	for a := range p.Attachments() {
		m := Medium{File: a.Source(), Type: a.Type, Width: a.Width, Height: a.Height, Done: a.Done(), Make: a.Make}
		if a.Make != nil {
			m.Type, m.Width, m.Height = a.Make.Type, a.Make.Width, a.Make.Height
		}
		out = append(out, m)
	}
	return out
}
