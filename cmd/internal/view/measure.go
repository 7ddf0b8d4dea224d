package view

import (
	"fmt"
	"strings"

	"github.com/smmctl/smmctl/engine/measure"
)

// Measured is how long a text is on one network.
type Measured struct {
	Provider string `json:"provider"`
	measure.Result
	Segments  int  `json:"segments"`
	Supported bool `json:"supported"` // there is a provider that publishes there
}

// Measured writes how long a text is on each network.
func (p *Printer) Measured(results []Measured) {
	for _, m := range results {
		counts := []string{counted(m.Count, m.Limit > 0)}
		for _, c := range m.Also {
			if c.Length > 0 || c.Limit > 0 {
				counts = append(counts, counted(c, true))
			}
		}
		verdict := p.paint(good, "ok")
		if !m.OK {
			verdict = p.paint(bad, excess(m))
		}
		note := ""
		if !m.Supported {
			note = p.paint(dim, " (no provider yet)")
		}
		p.printf("%s %s: %s%s\n", pad(m.Provider, 15), strings.Join(counts, ", "), verdict, note)
	}
}

func counted(c measure.Count, bounded bool) string {
	unit := strings.ReplaceAll(string(c.Unit), "_", " ")
	switch {
	case !bounded:
		return fmt.Sprintf("%d no limit (%s)", c.Length, unit)
	}
	return fmt.Sprintf("%d of %d (%s)", c.Length, c.Limit, unit)
}

// excess says by how much each bound is broken.
func excess(m Measured) string {
	var out []string
	if m.Limit > 0 && m.Length > m.Limit {
		out = append(out, fmt.Sprintf("%d too long", m.Length-m.Limit))
	}
	for _, c := range m.Also {
		if !c.OK {
			out = append(out, fmt.Sprintf("%d %s too many", c.Length-c.Limit, strings.ReplaceAll(string(c.Unit), "_", " ")))
		}
	}
	return strings.Join(out, ", ")
}
